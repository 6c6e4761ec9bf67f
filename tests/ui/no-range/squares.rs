//! Meant: the first n squares. The mistake: the index has no range, the length no declaration.

use einstan::einstan;

einstan! {
    fn squares() -> y[n] {
        y[i] = i^2;
    }
}

fn main() {}
