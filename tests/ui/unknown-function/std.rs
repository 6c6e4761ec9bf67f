//! Meant: normalised rows. The mistake: std is no reduction.

use einstan::einstan;

einstan! {
    fn normalise(X[n, m]) -> Y[n, m] {
        Y[i, j] = (X[i, j] - mean[j](X[i, j]))/std[j](X[i, j]);
    }
}

fn main() {}
