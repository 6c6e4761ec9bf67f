//! Rust functions and expressions that rustc refuses: it says so at the user's path.
use einstan::einstan;

mod special {
    pub fn double(x: f64) -> f64 {
        2.0 * x
    }
}

einstan! {
    extern fn double(x) = special::double, d/dx = 2;
    extern fn triple(x) = special::triple, d/dx = 3;
    pub fn generic(x[n]) -> y[n] { y[i] = double(x[i]); }
    pub fn unknown(x[n]: f64) -> y[n] { y[i] = triple(x[i]); }
    pub fn text(x[n]) -> y[n] { y[i] = {"text"} * x[i]; }
    pub fn length(x[n]) -> y[n] { y[i] = {n} * x[i]; }
}

fn main() {}
