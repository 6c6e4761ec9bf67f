//! With the largest taken away it is right; of two indices it is not.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn shifted(X[n, m]) -> y[n] {
        h[i] = max[j](X[i, j]);
        y[i] = h[i] + ln(sum[j](exp(X[i, j] - h[i])));
    }

    fn two(X[n, m], t) -> s {
        s = 1 - ln(sum[i, j](exp(X[i, j] / t)));
    }
}

fn main() {}
