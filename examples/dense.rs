//! A dense layer and its gradient.
//!
//!     cargo run --example dense

use einstan::einstan;
use ndarray::array;

einstan! {
    /// A dense layer.
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }
}

fn main() -> Result<(), einstan::Error> {
    let x = array![[1.0, 2.0], [3.0, 4.0]];
    let w = array![[1.0, 0.0, -1.0], [0.0, 2.0, 1.0]];
    let b = array![0.5, 0.5, 0.5];

    let (y, pullback) = dense::vjp(&x, &w, &b)?;
    println!("Y =\n{y}");

    let gradient = pullback.call(&array![[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])?;
    println!("dW =\n{}\ndb = {}", gradient.W, gradient.b);
    println!("\nThe plan:\n{}", dense::PLAN);

    assert_eq!(y, array![[1.5, 4.5, 1.5], [3.5, 8.5, 1.5]]);
    assert_eq!(gradient.W, array![[4.0, 4.0, 4.0], [6.0, 6.0, 6.0]]);
    assert_eq!(gradient.b, array![2.0, 2.0, 2.0]);
    Ok(())
}
