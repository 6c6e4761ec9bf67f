//! The mean of nothing is NaN, however the equation is computed.

use einstan::einstan;
use ndarray::{Array1, Array2};

einstan! {
    pub fn rows(X[n, m]) -> y[n] { y[i] = mean[j](X[i,j]); }
    pub fn columns(X[n, m]) -> y[m] { y[j] = mean[i](X[i,j]); }
    pub fn all(X[n, m]) -> s { s = mean[i,j](X[i,j]); }
    pub fn plus_one(X[n, m]) -> y[n] { y[i] = 1 + mean[j](X[i,j]); }
    pub fn of_squares(X[n, m]) -> y[n] { y[i] = mean[j](X[i,j]^2); }
    pub fn of_products(X[n, m], v[m]) -> y[n] { y[i] = mean[j](X[i,j]*v[j]); }
    pub fn of_matrices(X[n, m], W[m, k]) -> Y[n, k] { Y[i,j] = mean[l](X[i,l]*W[l,j]); }
    pub fn of_functions(X[n, m]) -> y[n] { y[i] = mean[j](exp(X[i,j])); }
    pub fn of_indices(X[n, m]) -> s { s = mean[i,j](i*j + X[i,j]*0); }
    pub fn twice(X[n, m]) -> s { y[i] = mean[j](X[i,j]); s = sum[i](y[i]); }
    pub fn normalised(X[n, m]) -> Y[n, m] { u[i] = mean[j](X[i,j]); Y[i,j] = X[i,j] - u[i]; }
}

#[test]
fn the_mean_of_nothing_is_nan() {
    let (nothing, none) = (Array2::<f64>::zeros((2, 0)), Array1::zeros(0));
    let nan = |y: Array1<f64>| y.len() == 2 && y.iter().all(|v| v.is_nan());
    assert!(nan(rows(&nothing).unwrap()), "rows");
    assert!(nan(columns(&nothing.t()).unwrap()), "columns");
    assert!(nan(plus_one(&nothing).unwrap()), "plus one");
    assert!(nan(of_squares(&nothing).unwrap()), "of squares");
    assert!(nan(of_products(&nothing, &none).unwrap()), "of products");
    assert!(
        of_matrices(&nothing, &nothing.t())
            .unwrap()
            .iter()
            .all(|v| v.is_nan()),
        "of matrices"
    );
    assert!(nan(of_functions(&nothing).unwrap()), "of functions");
    assert!(
        twice(&nothing).unwrap().is_nan(),
        "through another equation"
    );
    for shape in [(0, 3), (3, 0), (0, 0)] {
        assert!(
            all(&Array2::<f64>::zeros(shape)).unwrap().is_nan(),
            "all of {shape:?}"
        );
        assert!(
            of_indices(&Array2::<f64>::zeros(shape)).unwrap().is_nan(),
            "of indices of {shape:?}"
        );
    }
    assert_eq!(normalised(&nothing).unwrap().dim(), (2, 0));
}

#[test]
fn its_derivative_has_no_elements() {
    let nothing = Array2::<f64>::zeros((2, 0));
    let (y, pullback) = rows::vjp(&nothing).unwrap();
    assert_eq!(pullback.call(&y).unwrap().X.dim(), (2, 0));
}
