//! The einstan compiler, a plain library: index equations in, Rust tokens out.

pub mod ast;
pub mod diagnostics;
pub mod ir;
pub mod parse;
