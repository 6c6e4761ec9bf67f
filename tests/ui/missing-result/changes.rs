//! What changes a parameter says so.

einstan::einstan! {
    fn f(x[n]) {
        x[i] += 1;
    }

    fn empty(x[n]) {}
}

fn main() {}
