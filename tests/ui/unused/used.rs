//! What counts as a use, and what is allowed; a length, and a result of a call that nothing uses.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn as_long(a, x[n], dim m) -> Y[n, m] {
        Y[i, j] = a;
    }

    fn slope(x[n], w[n]) -> J[n] {
        s = sum[i](x[i]^2);
        J[i] = d(s) / d(w[i]);
    }

    fn changed(mut x[n]) {
        x[i] = 1;
    }

    #[einstan(allow(unused))]
    fn allowed(x[n], w[n]) -> y[n] {
        y[i] = 2 * x[i];
    }

    #[allow(deprecated)]
    fn allowed_by_rustc(x[n], w[n]) -> y[n] {
        y[i] = 2 * x[i];
    }

    fn marked(x[n], _w[n]) -> y[n] {
        _h[i] = 2 * x[i];
        y[i] = 2 * x[i];
    }

    fn both(x[n]) -> (y[n], z[n]) {
        y[i] = 2 * x[i];
        z[i] = x[i]^2;
    }

    fn length(x[n], dim m) -> y[n] {
        y[i] = 2 * x[i];
    }

    fn fixed(x[3], a) -> y[3] {
        y[i] = a;
    }

    fn call(x[n]) -> y[n] {
        (y, z) = both(x);
    }
}

fn main() {}
