//! What messages are made of: places, echoed equations with carets, suggestions.

use super::{ResultInfo, Scope, mention};
use crate::ast::{self, Access, Expr, ExprKind, Left, Number};
use crate::ir::DimId;

/// A result as it was declared, `Y[n, k]`.
pub(crate) fn declared(r: &ResultInfo) -> String {
    if r.axes.is_empty() {
        return r.name.text.clone();
    }
    // Indices that are easy to replace: i, j, k...
    let letters: Vec<String> = (0..r.axes.len())
        .map(|at| ["i", "j", "k", "l", "m", "n"][at % 6].to_string())
        .collect();
    format!("{}[{}]", r.name.text, letters.join(", "))
}

/// The equation with carets under some of its accesses.
pub(crate) fn echo(text: &str, places: &[String]) -> String {
    let mut carets: Vec<char> = vec![' '; text.chars().count()];
    let mut from = 0;
    for place in places {
        let found = text[from..]
            .find(place.as_str())
            .map(|p| p + from)
            .or_else(|| text.find(place.as_str()));
        if let Some(at) = found {
            let start = text[..at].chars().count();
            carets[start..start + place.chars().count()].fill('^');
            from = at + place.len();
        }
    }
    let carets: String = carets.into_iter().collect();
    format!("\n    {text}\n    {}", carets.trim_end())
}

/// A left-hand side with a number for the dimension of an axis: `Y[i, j: 3]`.
pub(crate) fn annotated(left: &Left, axis: usize) -> String {
    let mut left = left.clone();
    let number = ExprKind::Number(Number::Whole(3));
    if let Some((subscript, dimension)) = left.subscripts.get_mut(axis) {
        *dimension = Some(Expr {
            kind: number,
            span: subscript.span,
        });
    }
    ast::print::left(&left)
}

/// That an index is multiplied by the scalar `k`.
pub(crate) fn scaled_by_a_value(a: &Access, k: &str) -> String {
    format!(
        "the subscript of `{}` multiplies an index by `{k}`, a value: coefficients are whole numbers and lengths\n\
         help: declare `dim {k}`, a length that the caller gives, and write `{}`",
        access(a),
        access(&mention::with_length(a, k))
    )
}

/// An access as it is printed.
pub(crate) fn access(a: &Access) -> String {
    ast::print::access(a)
}

impl Scope<'_> {
    pub(crate) fn dim_name(&self, dim: DimId) -> String {
        self.f.dim(dim).name.clone()
    }
}

/// That a function is given another number of arguments than it has parameters.
pub(crate) fn arguments(function: &str, parameters: &[&str], given: usize) -> String {
    format!(
        "`{function}` takes {}, not {given}: it is `{function}({})`",
        count(parameters.len(), "argument", "arguments"),
        parameters.join(", ")
    )
}

/// `1 axis`, `2 axes`
pub(crate) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
