//! Calls of elementwise functions, built in or defined.

use super::{Lowering, Value};
use crate::ast::{self, Expr, Path};
use crate::ir::ExprId;
use crate::op::{BinaryOp, ReduceOp, UnaryOp};
use crate::parse::words;
use crate::resolve::message::count;
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeSet;

impl Lowering<'_, '_, '_> {
    pub(super) fn call(&mut self, function: &Path, arguments: &[Expr]) -> Option<Value> {
        let Some(name) = function.plain() else {
            self.inside_expression(&ast::print::path(function), function.span);
            return None;
        };
        if let Some(s) = self.scope.scalars.get(name) {
            return self.scalar(&s.clone(), arguments, function.span);
        }
        let (unary, binary) = (UnaryOp::of_word(name), BinaryOp::of_word(name));
        let takes = match (unary, binary) {
            (Some(_), _) => 1,
            (None, Some(_)) => 2,
            (None, None) => {
                self.unknown_function(name, function.span);
                return None;
            }
        };
        let values = self.arguments(name, takes, arguments, function.span)?;
        Some(Value::Number(match (values.as_slice(), unary, binary) {
            ([a], Some(op), _) => self.scope.f.exprs.unary(op, *a),
            ([a, b], _, Some(op)) => self.scope.f.exprs.binary(op, *a, *b),
            _ => unreachable!("the number of arguments was checked"),
        }))
    }

    /// Refuses the call of a function of tensors as a part of an expression.
    fn inside_expression(&mut self, name: &str, span: Span) {
        let text = format!(
            "`{name}` is a function of tensors: its call is an equation of its own\nhelp: write `H = {name}(..);` above, \
             and read `H` here"
        );
        self.error(Rule::WholeTensor, span, text);
    }

    /// Refuses a function that is none, with the nearest one.
    fn unknown_function(&mut self, name: &str, span: Span) {
        if self.scope.callees.contains_key(name) {
            return self.inside_expression(name, span);
        }
        let known = [
            UnaryOp::WORDS,
            BinaryOp::WORDS,
            ReduceOp::WORDS,
            words::NORMALISERS,
        ];
        let own = self.scope.scalars.keys().map(String::as_str);
        let near = words::nearest(name, known.into_iter().flatten().copied().chain(own));
        let text = match near {
            Some(n) => format!(
                "`{name}` is no function of this notation; the nearest is `{n}`\nhelp: did you mean `{n}`?"
            ),
            None => format!("`{name}` is no function of this notation"),
        };
        self.error(Rule::UnknownFunction, span, text);
    }

    /// The arguments as numbers, as many as the function takes.
    fn arguments(
        &mut self,
        name: &str,
        takes: usize,
        arguments: &[Expr],
        span: Span,
    ) -> Option<Vec<ExprId>> {
        if takes != arguments.len() {
            let text = format!(
                "`{name}` takes {}, not {}",
                count(takes, "argument", "arguments"),
                arguments.len()
            );
            self.error(Rule::Arguments, span, text);
            return None;
        }
        let values: Vec<Option<ExprId>> = arguments.iter().map(|a| self.number(a)).collect();
        values.into_iter().collect()
    }

    /// A scalar function's body in place of its call.
    fn scalar(&mut self, s: &ast::ScalarFn, arguments: &[Expr], span: Span) -> Option<Value> {
        let values = self.arguments(&s.name.text, s.parameters.len(), arguments, span)?;
        let locals = s
            .parameters
            .iter()
            .map(|p| p.text.clone())
            .zip(values)
            .collect();
        // The body knows its parameters and numbers alone.
        let none = BTreeSet::new();
        let mut inner = Lowering::new(&mut *self.scope, self.equation, &none, self.ranges);
        inner.locals = locals;
        inner.never_sum = true;
        inner.branch = self.branch.clone();
        inner.number(&s.body).map(Value::Number)
    }
}
