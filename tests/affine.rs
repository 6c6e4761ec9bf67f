//! Subscripts that are not plain: values, derivatives, errors.

use einstan::einstan;
use ndarray::{Array1, Array2, array};

einstan! {
    pub fn conv(X[n], K[m]) -> Y[n - m + 1] { Y[y] = X[y + r] * K[r]; }
    pub fn strided(X[n], K[m]) -> Y[p] { Y[y] = X[2*y + 3*r] * K[r]; }
    pub fn same(X[n], K[m]) -> Y[n] { Y[y] = X[pad(y + r - 1)] * K[r]; }
    pub fn diff(x[n]) -> D[n - 1] { D[i] = x[i + 1] - x[i]; }
    pub fn reversed(x[n]) -> y[n] { y[i] = x[len(n) - 1 - i]; }
    pub fn around(x[n]) -> y[n] { y[i] = x[wrap(i + 1)] + 2*x[clamp(i - 1)]; }
    pub fn split(x[n]) -> Y[k, 3] { Y[i: n/3, j: 3] = x[3*i + j]; }
    pub fn halves(X[n, 2]) -> y[2*n] { y[i] = X[i / 2, i % 2]; }
    pub fn concat(x[n], y[m]) -> z[n + m] { z[i] = if i < len(n) { x[i] } else { y[i - len(n)] }; }
    pub fn embed(E[v, c], tok[t]: usize) -> Y[t, c] { Y[t, c] = E[tok[t], c]; }
    pub fn scatter(X[t, c], tok[t]: i32, dim v) -> Y[v, c] { Y[tok[t], c] += X[t, c]; }
    pub fn conv_loss(X[n], K[m], T[p]) -> e { Y[y: p] = X[pad(2*y + r - 1)] * K[r]; e = sum[y]((Y[y] - T[y])^2); }
}

#[test]
fn values() {
    let x = Array1::from_iter((0..7).map(|i| i as f64 + 1.0));
    let k = array![1.0, -1.0, 2.0];
    let y = conv(&x, &k).unwrap();
    assert_eq!(y, array![5.0, 7.0, 9.0, 11.0, 13.0]);
    let y = strided(&x, &k).unwrap();
    assert_eq!(y, array![1.0 - 4.0 + 14.0]);
    let y = same(&x, &k).unwrap();
    assert_eq!(y, array![3.0, 5.0, 7.0, 9.0, 11.0, 13.0, -1.0]);
    assert_eq!(diff(&x).unwrap(), Array1::from_elem(6, 1.0));
    assert_eq!(reversed(&x).unwrap()[0], 7.0);
    assert_eq!(around(&array![1.0, 2.0, 4.0]).unwrap(), array![4.0, 6.0, 5.0]);
    assert_eq!(split(&x).unwrap(), array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]);
    assert_eq!(halves(&array![[1.0, 2.0], [3.0, 4.0]]).unwrap(), array![1.0, 2.0, 3.0, 4.0]);
    assert_eq!(concat(&array![1.0, 2.0], &array![3.0]).unwrap(), array![1.0, 2.0, 3.0]);
    let e: Array2<f64> = array![[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]];
    assert_eq!(embed(&e, &array![2, 0, 2]).unwrap(), array![[5.0, 6.0], [1.0, 2.0], [5.0, 6.0]]);
    println!("{}", embed(&e, &array![2, 3, 2]).unwrap_err());
    println!("{}", conv(&k, &x).unwrap_err());
    assert_eq!(scatter(&e, &array![1, 1, 0], 2).unwrap(), array![[5.0, 6.0], [4.0, 6.0]]);
    println!("{}", scatter(&e, &array![1, -1, 0], 2).unwrap_err());
}

#[test]
fn gradients() {
    let x = Array1::from_iter((0..7).map(|i| i as f64 + 1.0));
    let k = array![1.0, -1.0, 2.0];
    let (_, p) = conv::vjp(&x, &k).unwrap();
    let g = p.call(&array![1.0, 0.0, 0.0, 0.0, 10.0]).unwrap();
    assert_eq!(g.X, array![1.0, -1.0, 2.0, 0.0, 10.0, -10.0, 20.0]);
    assert_eq!(g.K, array![51.0, 62.0, 73.0]);
    println!("{}\n{}\n{}", conv::EQUATIONS, conv::PLAN, conv::NOTATION);
    println!("{}\n{}\n{}", same::EQUATIONS, same::PLAN, same::NOTATION);
    println!("{}\n{}\n{}", around::EQUATIONS, around::PLAN, around::NOTATION);
    println!("{}\n{}\n{}", embed::EQUATIONS, embed::PLAN, embed::NOTATION);
    println!("{}\n{}\n{}", halves::EQUATIONS, halves::PLAN, halves::NOTATION);
}

#[test]
fn gradients_of_all() {
    println!("{}\n{}\n{}", conv_loss::EQUATIONS, conv_loss::PLAN, conv_loss::NOTATION);
    println!("{}\n{}\n{}", strided::EQUATIONS, strided::PLAN, strided::NOTATION);
}
