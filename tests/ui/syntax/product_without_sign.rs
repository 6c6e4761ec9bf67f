//! Meant: element after element. The mistake: an implicit product, as on paper.

use einstan::einstan;

einstan! {
    fn quad(x[n], a) -> y[n] {
        y[i] = a x[i] + 2 x[i];
    }
}

fn main() {}
