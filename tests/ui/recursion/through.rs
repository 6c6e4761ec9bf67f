//! Functions that call each other.

einstan::einstan! {
    fn f(x[n]) -> y[n] {
        y = g(x);
    }

    fn g(x[n]) -> y[n] {
        y = f(x);
    }

    fn p(a) = q(a) + 1;
    fn q(a) = p(a);
}

fn main() {}
