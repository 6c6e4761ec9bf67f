//! An index may be called like a tensor: a name in a subscript is an index, and a tensor without its brackets is nothing.

use einstan::einstan;
use ndarray::array;

einstan! {
    #[einstan(allow(unused))]
    pub fn beside(a[n], x[n]) -> y[n] { y[a] = x[a]; }
    pub fn itself(n[n]) -> y[n] { y[n] = n[n]; }
    pub fn value(a[n]) -> s { s = sum[a](a[a]*a); }
    pub fn shared(i[n, m], j[m]) -> y[n] { y[i] = i[i,j]*j[j]; }
    pub fn reduced(x[n], r[k]) -> y[n] { y[i] = x[i]*sum[r](r[r]); }
    // A scalar that the equation does not use bare.
    pub fn scalar(x[n], i) -> (y[n], s) { y[i] = 2*x[i]; s = i; }
}

#[test]
fn an_index_is_called_like_a_tensor() {
    let (a, x) = (array![1.0, 2.0], array![3.0, 4.0]);
    assert_eq!(beside(&a, &x), Ok(x.clone()));
    assert_eq!(itself(&x), Ok(x.clone()));
    assert_eq!(value(&x), Ok(4.0));
    assert_eq!(shared(&array![[1.0, 2.0]], &x), Ok(array![11.0]));
    assert_eq!(reduced(&a, &x), Ok(array![7.0, 14.0]));
    assert_eq!(scalar(&a, 3.0), Ok((array![2.0, 4.0], 3.0)));
}
