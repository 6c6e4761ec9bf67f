//! How large a right-hand side may be, with the bodies of the scalar functions that it calls: the passes behind go down
//! expressions by recursion, on the stack that rustc gives a macro, and a product has a derivative by each of its factors.
//!
//! Measured without optimisation: a sum of 256 addends, with all derivatives, takes less than 3 MB of stack, where there are
//! 8 MB; what has a height of `HIGHEST` no more than that.

use super::{Lowering, Value};
use crate::ast::Expr;
use crate::ir::{Chain, Expr as Ir, ExprId, Extent};
use crate::rule::Rule;

/// The most addends of a sum.
pub(crate) const ADDENDS: usize = 256;
/// The most factors of a product.
const FACTORS: usize = 64;
/// How many operations stand inside each other at most.
const HIGHEST: usize = 320;
/// The most operations, where each counts as often as it is written.
const LARGEST: usize = 1 << 14;

impl Lowering<'_, '_, '_> {
    /// A value, if it is not too large; once one is, nothing more is looked at in its equation.
    pub(crate) fn value(&mut self, e: &Expr) -> Option<Value> {
        if self.scope.exhausted {
            return None;
        }
        if self.depth >= HIGHEST {
            self.too_large(e, &format!("nests more than {HIGHEST} levels deep"));
            return None;
        }
        self.depth += 1;
        let value = self.value_of(e);
        self.depth -= 1;
        let value = value?;
        self.fitting(value.id(), e)?;
        if self.within.is_none() {
            let places = &mut self.scope.written.places;
            places.entry(value.id()).or_insert(e.span);
        }
        Some(value)
    }

    /// An error if what an expression was lowered to is too large.
    pub(super) fn fitting(&mut self, id: ExprId, e: &Expr) -> Option<()> {
        let exprs = &self.scope.f.exprs;
        // A product that is summed has an operation around it.
        let inside = match exprs.get(id) {
            Ir::Reduce { body, .. } => *body,
            _ => id,
        };
        let found = excess(exprs.extent(inside)).or_else(|| excess(exprs.extent(id)));
        if let Some(text) = found {
            self.too_large(e, &text);
            return None;
        }
        Some(())
    }

    fn too_large(&mut self, e: &Expr, what: &str) {
        self.scope.exhausted = true;
        let with = match self.within.is_some() || calls(self, e) {
            true => ", with the functions that it calls",
            false => "",
        };
        let text = format!("this {what}{with}: define a part of it in an equation of its own");
        self.error(Rule::Syntax, e.span, text);
    }
}

/// Whether an expression calls scalar functions.
fn calls(l: &Lowering<'_, '_, '_>, e: &Expr) -> bool {
    let mut all = Vec::new();
    crate::resolve::mention::calls(e, &mut all);
    all.iter()
        .any(|call| l.scope.scalars.contains_key(&call.name.text))
}

/// What is too much of an expression.
fn excess(extent: Extent) -> Option<String> {
    let (most, what) = match extent.chain {
        Chain::Sum => (ADDENDS, format!("is a sum of more than {ADDENDS} addends")),
        Chain::Product => (
            FACTORS,
            format!("is a product of more than {FACTORS} factors"),
        ),
        Chain::None => (usize::MAX, String::new()),
    };
    if extent.operands > most {
        Some(what)
    } else if extent.height() > HIGHEST {
        Some(format!("nests more than {HIGHEST} levels deep"))
    } else if extent.size > LARGEST {
        Some(format!("has more than {LARGEST} operations"))
    } else {
        None
    }
}
