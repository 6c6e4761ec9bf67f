//! Meant: the positive part. The mistake: where(..) as in NumPy.

use einstan::einstan;

einstan! {
    fn pos(x[n]) -> y[n] {
        y[i] = where(x[i] > 0, x[i], 0);
    }
}

fn main() {}
