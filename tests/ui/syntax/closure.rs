//! Meant: a Rust function's derivative. The mistake: the derivative written as a Rust closure.

use einstan::einstan;

#[allow(dead_code)]
fn cube<T: einstan::Float>(x: T) -> T { x * x * x }

einstan! {
    extern fn cube(x) = crate::cube, d/dx = |x| 3.0*x*x;
    fn f(x[n]) -> y[n] {
        y[i] = cube(x[i]);
    }
}

fn main() {}
