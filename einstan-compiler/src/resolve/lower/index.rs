//! The indices of a right-hand side: each is on the left or summed, and has a range.

use super::Lowering;
use crate::ast::{self, Annotated, Expr, ExprKind, Name};
use crate::ir::IndexId;
use crate::resolve::mention::{self, summed_somewhere};
use crate::resolve::message;
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeSet;

impl Lowering<'_, '_, '_> {
    /// An index in scope, else an error: nothing says what becomes of it.
    pub(super) fn index(&mut self, n: &Name) -> Option<IndexId> {
        if let Some(&id) = self.env.get(&n.text) {
            return Some(id);
        }
        if self.reported.insert(n.text.clone()) {
            let right = &self.equation.right;
            let summed = self.summed.contains(&n.text) || summed_somewhere(right, &n.text);
            match summed {
                true => self.other_sum(n),
                false => self.free_index(n),
            }
        }
        None
    }

    fn other_sum(&mut self, n: &Name) {
        let factor = mention::factor(&self.equation.right, &n.text);
        let text = format!(
            "this `{0}` is not the `{0}` that is summed in the other product: nothing says what becomes of it\
             \nhelp: say `{1}`, use another index, or name `{0}` in `{2}`",
            n.text,
            summed(factor, std::slice::from_ref(n)),
            ast::print::left(&self.equation.left)
        );
        self.error(Rule::OtherSum, n.span, text);
    }

    fn free_index(&mut self, n: &Name) {
        let right = &self.equation.right;
        let factor = mention::factor(right, &n.text);
        let place = mention::place_of(factor, &n.text);
        let only = place.as_ref().is_some_and(|a| a.subscripts.len() == 1);
        // Where a position is computed, a name that is no index is a length or a number.
        let computed = place.as_ref().filter(|a| {
            let plain = |s| mention::plain_index(s).is_some_and(|i| i.text == n.text);
            !a.subscripts.iter().any(plain)
        });
        let is_dimension = self.scope.dims.contains_key(&n.text);
        let beyond = is_dimension && only && computed.is_none();
        let open = match computed.is_some() || beyond {
            true => vec![n.clone()],
            false => self.open_beside(n, factor),
        };
        let names: Vec<String> = open.iter().map(|n| format!("`{}`", n.text)).collect();
        let (is, them) = match names.len() {
            1 => ("it is", "it"),
            _ => ("they are", "them"),
        };
        let whose = place.as_ref().filter(|_| names.len() == 1);
        let mut text = format!(
            "nothing says what becomes of {}{}: {is} not on the left-hand side, and no product of two factors shares {them}",
            names.join(" and "),
            whose
                .map(|p| format!(" of `{}`", message::access(p)))
                .unwrap_or_default(),
        );
        text.push_str(&message::echo(
            &self.equation.text,
            &[ast::print::expr(factor)],
        ));
        text.push_str(&match computed {
            Some(a) if is_dimension => format!(
                "\nhelp: the length of the dimension `{}` is `len({0})`: did you mean `{}`?",
                n.text,
                message::access(&mention::with_length(a, &n.text))
            ),
            computed => {
                let else_meant = match computed {
                    Some(_) => format!(
                        "; if the caller gives it, declare the parameter `{}: usize`",
                        n.text
                    ),
                    None if beyond => format!(
                        "; the last position of the dimension is `len({}) - 1`",
                        n.text
                    ),
                    None => String::new(),
                };
                format!(
                    "\nhelp: to sum over {them}, {}; to keep {them}, name {them} in `{}`{else_meant}",
                    summing(factor, &open),
                    ast::print::left(&self.equation.left),
                )
            }
        });
        if mention::bound_names(right).contains(&n.text) {
            text.push_str(&format!(
                "\nhelp: the `{}` of a reduction ends with its parentheses: what is to share it stands inside of them",
                n.text
            ));
        }
        self.error(Rule::FreeIndex, n.span, text);
    }

    /// An index of a factor of which nothing says what becomes of it, and the others: one sum takes them all.
    fn open_beside(&mut self, n: &Name, factor: &Expr) -> Vec<Name> {
        let bound = mention::bound_names(factor);
        let right = &self.equation.right;
        let mut open = vec![n.clone()];
        for other in mention::subscript_names(factor) {
            let known = |set: &BTreeSet<String>| set.contains(&other.text);
            let is_open = known(self.indices)
                && !self.env.contains_key(&other.text)
                && !known(&self.summed)
                && !known(&bound)
                && !summed_somewhere(right, &other.text);
            if is_open && self.reported.insert(other.text.clone()) {
                open.push(other);
            }
        }
        open
    }

    /// An error if nothing gives the range of an index that a sum or the reduction `word` binds.
    pub(super) fn ranged(&mut self, name: &str, span: Span, word: &str) -> Option<()> {
        if self.ranges.of.contains_key(name) {
            return Some(());
        }
        if self.reported.insert(name.to_string()) {
            let dimension = match self.scope.dims.contains_key(name) {
                true => name,
                false => "3",
            };
            let text = format!(
                "nothing gives the range of `{name}`: no tensor is read along it\
                 \nhelp: say it beside the index, by a number or a dimension: `{word}[{name}: {dimension}](..)`"
            );
            self.error(Rule::NoRange, span, text);
        }
        None
    }
}

/// How to sum a factor: around it, or inside of the function that it is a call of.
fn summing(factor: &Expr, indices: &[Name]) -> String {
    let around = format!("write `{}`", summed(factor, indices));
    let ExprKind::Call {
        function,
        arguments,
    } = &factor.kind
    else {
        return around;
    };
    let [argument] = &arguments[..] else {
        return around;
    };
    let inside = format!(
        "{}({})",
        ast::print::path(function),
        summed(argument, indices)
    );
    format!("{around}, or `{inside}`")
}

/// The sum of an expression over indices, as it is written: a sum takes them in.
fn summed(e: &Expr, over: &[Name]) -> String {
    let own = over.iter().map(|index| Annotated {
        index: index.clone(),
        dimension: None,
    });
    let sum = || Name {
        text: "sum".to_string(),
        span: e.span,
    };
    let (function, indices, body) = match &e.kind {
        ExprKind::Reduction {
            function,
            indices,
            body,
        } if function.text == "sum" => (
            function.clone(),
            indices.iter().cloned().chain(own).collect(),
            body.clone(),
        ),
        _ => (sum(), own.collect(), Box::new(e.clone())),
    };
    ast::print::expr(&Expr {
        kind: ExprKind::Reduction {
            function,
            indices,
            body,
        },
        span: e.span,
    })
}
