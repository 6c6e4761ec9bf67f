//! Equations between whole tensors: `H = tanh(A);` and `(Q, R) = f(A, 0.5, len(n));`
//!
//! A scalar function is meant element by element, and the equation is written out with indices. A function of tensors of
//! the same invocation is embedded: its equations are the caller's, so that loops fuse across the call. Of one of another
//! invocation nothing is known but the name.

mod argument;
mod embed;
mod external;
mod lengths;
mod outcome;
mod rank;
mod update;

pub use external::External;

use super::message::count;
use super::{Binding, Scope};
use crate::ast::{self, Access, AssignOp, Equation, Expr, ExprKind, Name, Path};
use crate::ast::{Subscript, SubscriptKind};
use crate::op::{BinaryOp, UnaryOp};
use crate::rule::Rule;

/// A call of a function of tensors.
pub(crate) struct Call<'e> {
    /// None for `_`.
    pub results: Vec<Option<&'e Name>>,
    pub function: &'e Path,
    pub arguments: &'e [Expr],
    /// The equation as written.
    pub text: String,
}

/// What an equation without indices on its left is.
pub(crate) enum Whole<'e> {
    /// Written out with indices.
    Elementwise(Box<Equation>),
    Call(Call<'e>),
}

impl Scope<'_> {
    /// What an equation is if it is one between whole tensors; an error if its tensors don't fit.
    pub(crate) fn whole<'e>(&mut self, e: &'e Equation) -> Result<Option<Whole<'e>>, ()> {
        let ExprKind::Call {
            function,
            arguments,
        } = &e.right.kind
        else {
            return Ok(None);
        };
        if !e.left.subscripts.is_empty() {
            return Ok(None);
        }
        if self.is_scalar_function(function, arguments.len()) {
            let whole = self.elementwise(e, arguments)?;
            return Ok(whole.map(|e| Whole::Elementwise(Box::new(e))));
        }
        if e.op == AssignOp::Accumulate {
            let text = "a call defines its results with `=`: add them in an equation of their own";
            self.diagnostics.error(Rule::WholeTensor, e.op_span, text);
            return Err(());
        }
        Ok(Some(Whole::Call(Call {
            results: vec![Some(&e.left.tensor)],
            function,
            arguments,
            text: e.text.clone(),
        })))
    }

    fn is_scalar_function(&self, function: &Path, arguments: usize) -> bool {
        let known = |name: &str| self.scalars.contains_key(name) || is_built_in(name, arguments);
        function.plain().is_some_and(known)
    }

    /// `H = f(A, s)` as `H[i,j] = f(A[i,j], s)`, if any argument has axes.
    fn elementwise(&mut self, e: &Equation, arguments: &[Expr]) -> Result<Option<Equation>, ()> {
        let mut first: Option<(&Name, usize)> = None;
        for a in arguments {
            let ExprKind::Name(name) = &a.kind else {
                continue;
            };
            let Some(&Binding::Tensor { id, .. }) = self.tensors.get(&name.text) else {
                continue;
            };
            let rank = self.f.tensor(id).axes.len();
            match first {
                _ if rank == 0 => {}
                None => first = Some((name, rank)),
                Some((_, other)) if rank == other => {}
                Some((other, of_other)) => {
                    let text = format!(
                        "`{}` has {} and `{}` has {}: the function works element by element, on `{}` and `{}`\nhelp: \
                         write the equation with indices",
                        name.text,
                        count(rank, "axis", "axes"),
                        other.text,
                        of_other,
                        self.signature_of(&name.text),
                        self.signature_of(&other.text)
                    );
                    self.diagnostics.error(Rule::Rank, name.span, text);
                    return Err(());
                }
            }
        }
        let Some((_, rank)) = first else {
            return Ok(None);
        };
        self.flats_agree(arguments)?;
        let indices = self.free_names(rank);
        let access = |tensor: &Name| Access {
            tensor: tensor.clone(),
            subscripts: indices.iter().map(|i| plain(i, tensor)).collect(),
            span: tensor.span,
        };
        let mut written = e.clone();
        if let ExprKind::Call { arguments, .. } = &mut written.right.kind {
            for a in arguments {
                if let ExprKind::Name(name) = &a.kind
                    && self.has_axes(&name.text)
                {
                    a.kind = ExprKind::Access(access(name));
                }
            }
        }
        let left = access(&e.left.tensor).subscripts;
        written.left.subscripts = left.into_iter().map(|s| (s, None)).collect();
        written.text = ast::print::equation(&written);
        Ok(Some(written))
    }

    /// Two tensors of which nothing says how many axes they have can't be compared.
    fn flats_agree(&mut self, arguments: &[Expr]) -> Result<(), ()> {
        let mut flats = Vec::new();
        let mut others = 0;
        for a in arguments {
            if let ExprKind::Name(name) = &a.kind
                && let Some(&Binding::Tensor { id, .. }) = self.tensors.get(&name.text)
            {
                match self.f.flat(id) {
                    Some(result) => flats.push((result, name)),
                    None => others += usize::from(!self.f.tensor(id).axes.is_empty()),
                }
            }
        }
        let Some(&(first, name)) = flats.first() else {
            return Ok(());
        };
        if others == 0 && flats.iter().all(|(result, _)| *result == first) {
            return Ok(());
        }
        let text = format!(
            "nothing says how many axes `{0}` has: it comes from a call\nhelp: write the equation with indices",
            name.text
        );
        self.diagnostics.error(Rule::Rank, name.span, text);
        Err(())
    }

    fn has_axes(&self, name: &str) -> bool {
        match self.tensors.get(name) {
            Some(Binding::Tensor { id, .. }) => !self.f.tensor(*id).axes.is_empty(),
            _ => false,
        }
    }

    /// Names of indices that are no scalars: i, j, k...
    pub(super) fn free_names(&self, count: usize) -> Vec<String> {
        let letters = ('i'..='z').map(String::from);
        let numbered = (1..).map(|n| format!("i{n}"));
        letters
            .chain(numbered)
            .filter(|n| !self.tensors.contains_key(n))
            .take(count)
            .collect()
    }

    /// Adds what a call computes, and binds its results.
    pub(crate) fn call(&mut self, call: &Call<'_>) -> Option<()> {
        let callees = self.callees;
        match call.function.plain().and_then(|name| callees.get(name)) {
            Some(callee) => self.embed(call, callee),
            None => self.external(call),
        }
    }
}

/// Whether a word of the notation works on so many numbers: `max` is a function of two, and of none else.
pub(super) fn is_built_in(name: &str, arguments: usize) -> bool {
    UnaryOp::of_word(name).is_some() && arguments == 1
        || BinaryOp::of_word(name).is_some() && arguments == 2
}

/// A subscript that is one index.
fn plain(index: &str, at: &Name) -> Subscript {
    let name = Name {
        text: index.to_string(),
        span: at.span,
    };
    Subscript {
        kind: SubscriptKind::Plain(Expr {
            kind: ExprKind::Name(name),
            span: at.span,
        }),
        span: at.span,
    }
}
