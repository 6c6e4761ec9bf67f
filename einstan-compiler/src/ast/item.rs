//! Items and statements as written.

use super::{Access, Expr, Name, Subscript};
use proc_macro2::{Span, TokenStream};

/// What stands inside one `einstan!`.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The `$crate` tokens that the facade passes first: the path by which generated code reaches it.
    pub facade: TokenStream,
    pub form: Form,
}

#[derive(Clone, Debug)]
pub enum Form {
    /// The long and the short form (a short form is an item whose parameters are not declared).
    Items(Vec<Item>),
    /// `Y[i,j] = ..` or `vjp Y[i,j] = ..` as an expression.
    Inline { vjp: Option<Span>, body: Body },
}

#[derive(Clone, Debug)]
pub enum Item {
    Function(FunctionItem),
    Scalar(ScalarFn),
    Extern(ExternFn),
    Axis(AxisItem),
}

/// `pub fn f(..) -> .. { .. }`, or short `pub fn f: Y[i,j] = ..`.
#[derive(Clone, Debug)]
pub struct FunctionItem {
    /// Outer attributes and docs, as written.
    pub attributes: Vec<syn::Attribute>,
    pub visibility: Vis,
    pub name: Name,
    /// None in the short form: parameters and result follow from the body.
    pub signature: Option<(Vec<Param>, Vec<ResultDecl>)>,
    pub body: Body,
    /// A part of it is missing, which has been reported: that nothing stands there is no error of its own.
    pub unfinished: bool,
}

pub type Vis = syn::Visibility;

#[derive(Clone, Debug)]
pub struct Param {
    pub kind: ParamKind,
    pub name: Name,
    /// The expressions in brackets; None for a scalar (no brackets).
    pub dimensions: Option<Vec<Expr>>,
    pub element: Option<(ElementType, Span)>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Variable,
    Const,
    Mut,
    Dim,
}

#[derive(Clone, Debug)]
pub struct ResultDecl {
    pub name: Name,
    pub dimensions: Option<Vec<Expr>>,
    pub element: Option<(ElementType, Span)>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ElementType {
    F32,
    F64,
    Usize,
    I32,
    I64,
    U32,
    U8,
}

impl ElementType {
    /// The type's name in Rust.
    pub fn word(self) -> &'static str {
        match self {
            ElementType::F32 => "f32",
            ElementType::F64 => "f64",
            ElementType::Usize => "usize",
            ElementType::I32 => "i32",
            ElementType::I64 => "i64",
            ElementType::U32 => "u32",
            ElementType::U8 => "u8",
        }
    }

    /// The largest integer of a type that is narrower than a length.
    pub fn largest(self) -> Option<i64> {
        match self {
            ElementType::F32 | ElementType::F64 | ElementType::I64 | ElementType::Usize => None,
            ElementType::I32 => Some(i32::MAX.into()),
            ElementType::U32 => Some(u32::MAX.into()),
            ElementType::U8 => Some(u8::MAX.into()),
        }
    }

    /// Whether an integer is one of the type's.
    pub fn holds(self, n: i64) -> bool {
        match self {
            ElementType::F32 | ElementType::F64 | ElementType::I64 => true,
            ElementType::Usize => n >= 0,
            ElementType::I32 => i32::try_from(n).is_ok(),
            ElementType::U32 => u32::try_from(n).is_ok(),
            ElementType::U8 => u8::try_from(n).is_ok(),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct Body {
    /// Statements that parsed; a damaged one has been reported and left out.
    pub statements: Vec<Statement>,
    /// Left-hand names of damaged statements: defined as far as other errors are concerned.
    pub damaged: Vec<Name>,
    /// The words of each statement, damaged or not.
    pub words: Vec<Vec<Word>>,
}

/// A word where it stands: all that is known of a statement that does not parse, and what editors ask for.
#[derive(Clone, Debug)]
pub struct Word {
    pub name: Name,
    pub place: Place,
}

/// What stands around a word says what it means.
#[derive(Clone, Debug)]
pub enum Place {
    /// Before brackets that hold so many subscripts.
    Tensor(usize),
    /// In the brackets of a tensor, or of a reduction.
    Subscript,
    /// `n` in `sum[i: n](..)` and `len(n)`.
    Dimension,
    /// Before parentheses.
    Function,
    /// Before the brackets of a reduction.
    Reduction,
    /// The last word of a path, and all of it.
    Path(TokenStream),
    /// In braces with Rust.
    Rust,
    /// By itself.
    Alone,
}

#[derive(Clone, Debug)]
pub enum Statement {
    /// `Y[i,j] = e;` `s += e;`, and `H = f(A);` which resolve tells apart.
    Equation(Equation),
    /// `(Q, _) = f(A, 0.5, len(n));` `None` is `_`.
    Call {
        results: Vec<Option<Name>>,
        function: super::Path,
        arguments: Vec<Argument>,
        span: Span,
    },
}

/// An argument of a whole-tensor call.
pub type Argument = Expr;

#[derive(Clone, Debug)]
pub struct Equation {
    pub left: Left,
    pub op: AssignOp,
    pub op_span: Span,
    pub right: Expr,
    /// The whole equation's tokens as written, for echoing it in a message.
    pub text: String,
}

/// The left-hand side: subscripts, each with an optional dimension, `Z[i: n, j]`.
#[derive(Clone, Debug)]
pub struct Left {
    pub tensor: Name,
    pub subscripts: Vec<(Subscript, Option<Expr>)>,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignOp {
    /// `=`
    Define,
    /// `+=`
    Accumulate,
}

/// `fn swish(x) = x * sigmoid(x);`
#[derive(Clone, Debug)]
pub struct ScalarFn {
    pub attributes: Vec<syn::Attribute>,
    pub name: Name,
    pub parameters: Vec<Name>,
    pub body: Expr,
    /// The words of the body.
    pub words: Vec<Word>,
}

/// `extern fn erfc(x) = special::erfc, d/dx = ..;`
#[derive(Clone, Debug)]
pub struct ExternFn {
    pub name: Name,
    pub parameters: Vec<Name>,
    pub target: TokenStream,
    /// By parameter: its name and the rule.
    pub rules: Vec<(Name, Expr)>,
    /// The words of each rule.
    pub words: Vec<Vec<Word>>,
    pub span: Span,
}

/// `pub axis Pixel = 784;`
#[derive(Clone, Debug)]
pub struct AxisItem {
    pub attributes: Vec<syn::Attribute>,
    pub visibility: Vis,
    pub name: Name,
    pub length: Option<Expr>,
    pub span: Span,
}

impl Equation {
    /// `name = right`
    pub fn of(name: &Name, right: &Expr) -> Equation {
        Equation {
            left: Left {
                tensor: name.clone(),
                subscripts: vec![],
                span: name.span,
            },
            op: AssignOp::Define,
            op_span: name.span,
            right: right.clone(),
            text: super::print::expr(right),
        }
    }
}

impl Left {
    /// The left-hand side as an access.
    pub fn access(&self) -> Access {
        Access {
            tensor: self.tensor.clone(),
            subscripts: self.subscripts.iter().map(|(s, _)| s.clone()).collect(),
            span: self.span,
        }
    }
}
