//! Meant: the value of the last step. The mistake: reads the whole recurrence at len.

use einstan::einstan;

einstan! {
    fn last(x[t]) -> y {
        h[i] = 0.9*h[pad(i - 1)] + x[i];
        y = h[len(t)];
    }
}

fn main() {}
