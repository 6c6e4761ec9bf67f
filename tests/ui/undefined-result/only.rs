//! The one result, and a misspelt one.

einstan::einstan! {
    fn empty(x[n]) -> s {}

    fn misspelt(x[n]) -> total {
        totl = sum[i](x[i]);
    }
}

fn main() {}
