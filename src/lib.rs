//! Index equations as Rust source.
