//! An `extern fn` without a rule has no derivative that another equation could ask for.
use einstan::einstan;

mod special {
    pub fn opaque<T: einstan::Float>(x: T) -> T {
        x
    }
}

einstan! {
    extern fn opaque(x) = special::opaque;
    pub fn slope(x[n]) -> g[n] {
        y[i] = opaque(x[i])^2;
        s = sum[i](y[i]);
        g[i] = d(s) / d(x[i]);
    }
    #[einstan(test)]
    pub fn tested(x[n]) -> y[n] { y[i] = opaque(x[i]); }
}

fn main() {}
