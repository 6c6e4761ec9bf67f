//! The intermediate representation: explicit index equations.
//!
//! A `Function` is a list of equations over tensors. Nothing is implicit in it: every sum is a `Reduce` node with its
//! indices, every index has one dimension, every binder binds an index of its own. Derivatives are equations like all
//! others. The ir holds no spans: what can be wrong with a program was reported before it was made, and nothing that
//! works on it can fail.

mod call;
mod circle;
mod coverage;
mod dependence;
mod embed;
mod expr;
mod exprs;
mod extent;
mod foreign;
mod function;
mod length;
mod memo;
mod mixer;
mod names;
mod polynomial;
pub mod print;
mod reach;
mod recurrence;
mod substitution;
mod table;
mod verify;
mod whole;

pub use call::{Call, CallId, Part, Passed};
pub use circle::Circles;
pub use embed::Embedding;
pub use expr::{
    BinaryOp, CmpOp, Expr, ExprId, Real, ReduceOp, Subscript, UnaryOp, are_plain, indices,
    positions,
};
pub use exprs::Exprs;
pub use extent::{Chain, Extent};
pub use foreign::{Foreign, ForeignId, Given, GivenId};
pub use function::{
    Check, Derivative, DimId, Element, ElementType, Equation, Fault, Function, Index, IndexId,
    Keep, Op, Parameter, Place, Role, Tensor, TensorId,
};
pub use length::{Dim, Length, Meeting};
pub use memo::Memo;
pub use polynomial::{Linear, Polynomial};
pub use reach::{Reach, is_certain};
pub use recurrence::{Along, Group};
pub use verify::{verify, verify_normal};
