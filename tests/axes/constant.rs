//! A fixed length that only rustc knows.

mod other {
    einstan::einstan! {
        pub axis Pixel = 28*28;
        pub axis Batch;
    }
}

use einstan::einstan;
use other::{Batch, Pixel};

einstan! {
    pub fn constants(X[n, Pixel], W[100, m]) -> Y[n, m] {
        Y[i,j] = X[i,p]*W[p,j];
    }

    /// A result that is declared with another length than it has.
    pub fn four(x[Batch]) -> y[Pixel] {
        y[i: 4] = i*sum[j](x[j]);
    }

    /// Nothing but the axis could say how long the result is.
    pub fn counts(t[n]: usize) -> h[Batch] {
        h[t[i]] += 1;
    }
}

fn main() {}
