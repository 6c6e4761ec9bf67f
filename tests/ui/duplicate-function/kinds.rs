//! A function of tensors and one of numbers, and two of numbers.

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = x[i];
    }

    fn f(x) = 2*x;

    fn g(x) = x;
    fn g(x) = x^2;
}

fn main() {}
