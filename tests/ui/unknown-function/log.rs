//! Meant: the natural logarithm. The mistake: `log` as in NumPy.

use einstan::einstan;

einstan! {
    fn entropy(p[n]) -> h {
        h = -p[i]*log(p[i]);
    }
}

fn main() {}
