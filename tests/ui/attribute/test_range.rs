//! Meant: the range of the test. The mistake: `range =` is forgotten.

use einstan::einstan;

einstan! {
    #[einstan(test(-1..1))]
    fn layer(x[n]) -> y[n] {
        y[i] = tanh(x[i]);
    }
}

fn main() {}
