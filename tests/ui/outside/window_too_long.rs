//! Meant: the convolution, valid. The mistake: the length of the result is one too long: n - r + 2.

use einstan::einstan;

einstan! {
    fn conv(X[n], K[r]) -> Y[n - r + 2] {
        Y[y] = X[y + k]*K[k];
    }
}

fn main() {}
