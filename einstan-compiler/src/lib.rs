//! The einstan compiler, a plain library: index equations in, Rust tokens out.
//!
//! ```text
//! TokenStream -parse-> ast -resolve-> ir -normalise-> ir -differentiate-> ir -plan-> Plan -codegen-> TokenStream
//! ```

pub mod ast;
pub mod check;
pub mod codegen;
pub mod derivation;
pub mod diagnostics;
pub mod differentiate;
pub mod driver;
pub mod eval;
pub mod ir;
pub mod normal;
pub mod op;
pub mod parse;
pub mod plan;
pub mod resolve;
pub mod rule;
pub mod simplify;
mod threads;
pub mod warn;

pub use driver::{
    Compiled, Derived, compile, derive, differentiated, expand, normal as normal_form, plans_of,
    understand,
};
