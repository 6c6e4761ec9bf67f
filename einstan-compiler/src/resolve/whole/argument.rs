//! The arguments of a call: tensors, scalars, numbers, lengths.

use crate::ast::{self, Expr, ExprKind, Number};
use crate::ir::{DimId, GivenId, Length, TensorId};
use crate::resolve::{Binding, Scope};
use crate::rule::Rule;
use proc_macro2::Span;

/// An argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Argument {
    pub kind: ArgumentKind,
    pub span: Span,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum ArgumentKind {
    /// A tensor, or a scalar.
    Tensor(TensorId),
    Whole(i64),
    Real(f64),
    /// `len(n)`
    Length(DimId),
    /// `{expr}`
    Given(GivenId),
}

impl Scope<'_> {
    /// The arguments of a call; None if one is none.
    pub(crate) fn arguments(&mut self, arguments: &[Expr]) -> Option<Vec<Argument>> {
        let all: Vec<Option<Argument>> = arguments
            .iter()
            .map(|a| {
                let span = a.span;
                self.argument(a).map(|kind| Argument { kind, span })
            })
            .collect();
        all.into_iter().collect()
    }

    fn argument(&mut self, e: &Expr) -> Option<ArgumentKind> {
        match &e.kind {
            ExprKind::Name(n) => match self.tensors.get_mut(&n.text) {
                Some(Binding::Tensor { id, read, .. }) => {
                    *read = true;
                    self.written.passed.insert(*id);
                    Some(ArgumentKind::Tensor(*id))
                }
                Some(Binding::Poisoned) => None,
                None if self.dims.contains_key(&n.text) => {
                    let text = format!("`{0}` is a dimension: its length is `len({0})`", n.text);
                    self.diagnostics.error(Rule::UnknownName, n.span, text);
                    None
                }
                None => {
                    self.unknown(n, "");
                    None
                }
            },
            ExprKind::Number(Number::Whole(n)) => Some(match i64::try_from(*n) {
                Ok(n) => ArgumentKind::Whole(n),
                Err(_) => ArgumentKind::Real(*n as f64),
            }),
            ExprKind::Number(Number::Real(r)) => Some(ArgumentKind::Real(*r)),
            ExprKind::Pi => Some(ArgumentKind::Real(std::f64::consts::PI)),
            ExprKind::Inf => Some(ArgumentKind::Real(f64::INFINITY)),
            ExprKind::Neg(a) => match self.argument(a)? {
                ArgumentKind::Whole(n) => Some(ArgumentKind::Whole(-n)),
                ArgumentKind::Real(r) => Some(ArgumentKind::Real(-r)),
                _ => self.no_argument(e),
            },
            ExprKind::Group(a) => self.argument(a),
            ExprKind::Len(n) => {
                let dim = self.dimension(n)?;
                Some(match self.f.dim(dim).length {
                    Length::Fixed(n) => ArgumentKind::Whole(n as i64),
                    _ => ArgumentKind::Length(dim),
                })
            }
            ExprKind::Rust(tokens) => Some(ArgumentKind::Given(self.evaluated(tokens, None))),
            ExprKind::Error => {
                self.failed = true;
                None
            }
            _ => self.no_argument(e),
        }
    }

    fn no_argument(&mut self, e: &Expr) -> Option<ArgumentKind> {
        let text = format!(
            "`{}` is no argument of a call: that is a tensor, a scalar, a number, a length or Rust in braces\n\
             help: define it in an equation of its own above",
            ast::print::expr(e)
        );
        self.diagnostics.error(Rule::WholeTensor, e.span, text);
        None
    }
}
