//! A fixed length that only rustc knows.

mod other {
    einstan::einstan! {
        pub axis Pixel = 28*28;
    }
}

use einstan::einstan;
use other::Pixel;

einstan! {
    pub fn constants(X[n, Pixel], W[100, m]) -> Y[n, m] {
        Y[i,j] = X[i,p]*W[p,j];
    }
}

fn main() {}
