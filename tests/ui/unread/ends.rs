//! Both ends; a softmax, a recurrence and all of three are no such case.

#![deny(deprecated)] // a warning is an error here

einstan::einstan! {
    fn ends(x[n]) -> s {
        h[i] = x[i]^2;
        s = h[0] + h[len(n) - 1];
    }

    fn first(x[n]) -> s {
        p[i] = softmax[i](x[i]);
        s = p[0];
    }

    fn last(x[n]) -> s {
        h[i] = x[i] + h[pad(i - 1)];
        s = h[len(n) - 1];
    }

    fn three(x[3]) -> s {
        h[i] = x[i]^2;
        s = h[0] + h[1] * h[2];
    }
}

fn main() {}
