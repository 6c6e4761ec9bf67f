//! A differentiated call of a function that has no derivative, in another invocation.
use einstan::einstan;

mod special {
    pub fn opaque<T: einstan::Float>(x: T) -> T {
        x
    }
}

mod inner {
    einstan::einstan! {
        extern fn opaque(x) = super::special::opaque;
        pub fn layer(x[n]) -> y[n] { y[i] = opaque(x[i]); }
    }
}

einstan! {
    pub fn outer(x[n]) -> s {
        y = inner::layer(x);
        s = sum[i](y[i]);
    }
}

fn main() {}
