//! The surface syntax, with a span for everything that an error may point at.
//!
//! The tree is what was written: sums are implicit, names are not yet resolved.
//! Every construct of the language has its place here, also those that a later
//! pass refuses.

mod expr;
mod item;
pub mod print;

pub use expr::{
    Access, Annotated, CmpOp, Cond, CondKind, Expr, ExprKind, Name, Number, Path, Subscript,
    SubscriptKind, Wrapper,
};
pub use item::{
    Argument, AssignOp, AxisItem, Body, ElementType, Equation, ExternFn, Form, FunctionItem,
    Invocation, Item, Left, Param, ParamKind, Place, ResultDecl, ScalarFn, Statement, Vis, Word,
};
