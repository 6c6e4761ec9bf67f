//! Rust functions that are none of numbers, calls that do not fit, and rules that are wrong.
use einstan::einstan;

mod special {
    pub fn double(x: f64) -> f64 {
        2.0 * x
    }
}

einstan! {
    extern fn double(x) = special::double, d/dx = 2;
    extern fn tripple(x) = special::triple, d/dx = 3;
    extern fn wrong(x) = special::double, d/dx = 2*z;
    extern fn double(y) = special::double;
    pub fn generic(x[n]: f64) -> y[n] { y[i] = double(x[i]); }
    pub fn unknown(x[n]: f64) -> y[n] { y[i] = tripple(x[i]); }
    pub fn first(x[n]: f64) -> y[n] { y[i] = wrong(x[i]); }
    pub fn second(x[n]: f64) -> y[n] { y[i] = wrong(x[i]) + double(x[i], 1); }
}

fn main() {}
