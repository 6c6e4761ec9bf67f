//! Knows einstan only through another crate.

#![deny(warnings, missing_docs, clippy::all)]
#![forbid(unsafe_code)]

passes::equations! {
    pub fn f(x[n]) -> s { s = sum[i](x[i]^2); }
}

/// Axis types.
pub mod axes {
    passes::equations! {
        pub axis Row = 2;
        pub fn f(x[Row]) -> s { s = sum[i](x[i]^2); }
    }
}

passes::layer!(layer);

/// Through the crate.
pub mod crates {
    passes::tensors::einstan! {
        pub fn f(x[n]) -> s { s = sum[i](x[i]^2); }
    }
}

/// Through a glob.
pub mod globs {
    use passes::*;
    einstan! {
        pub fn f(x[n]) -> s { s = sum[i](x[i]^2); }
    }
}

/// Inline.
pub fn inline(a: f64) -> Result<f64, passes::Error> {
    passes::equations!(c = a*a)
}
