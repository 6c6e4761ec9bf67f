//! A sum over the smaller of two lengths; of one length it is no question.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn f(x[n], z[m]) -> s {
        s = sum[k](x[2*k] * z[3*k + 1]);
    }

    fn pairs(x[n]) -> y[m] {
        y[i] = x[2*i] + x[2*i + 1];
    }

    fn valid(x[n], w[r]) -> y[m] {
        y[i] = x[i + u] * w[u];
    }
}

fn main() {}
