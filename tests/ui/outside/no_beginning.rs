//! Meant: the running sum. The mistake: no beginning of the recurrence.

use einstan::einstan;

einstan! {
    fn cumsum(x[n]) -> s[n] {
        s[t] = s[t - 1] + x[t];
    }
}

fn main() {}
