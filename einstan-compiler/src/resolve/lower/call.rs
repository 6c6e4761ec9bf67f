//! Calls of elementwise functions, built in or defined.

use super::{Lowering, Value};
use crate::ast::{self, Expr, ExternFn, Name, Path};
use crate::ir::{Expr as Ir, ExprId, Foreign, ForeignId};
use crate::op::{BinaryOp, ReduceOp, UnaryOp};
use crate::parse::words;
use crate::resolve::Scalar;
use crate::resolve::message;
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeSet;

impl Lowering<'_, '_, '_> {
    pub(super) fn call(&mut self, function: &Path, arguments: &[Expr]) -> Option<Value> {
        let Some(name) = function.plain() else {
            self.inside_expression(&ast::print::path(function), function.span);
            return None;
        };
        let scalars = self.scope.scalars;
        match scalars.get(name) {
            Some(Scalar::Notation(s)) => return self.scalar(s, arguments, function.span),
            Some(Scalar::Rust(e)) => return self.foreign(e, arguments, function.span),
            Some(Scalar::Poisoned) => {
                self.scope.failed = true;
                return None;
            }
            None => {}
        }
        let (unary, binary) = (UnaryOp::of_word(name), BinaryOp::of_word(name));
        let takes: &[&str] = match (unary, binary) {
            (Some(_), _) => &["x"],
            (None, Some(_)) => &["a", "b"],
            (None, None) => {
                self.unknown_function(name, arguments, function.span);
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
    fn unknown_function(&mut self, name: &str, arguments: &[Expr], span: Span) {
        if self.scope.callees.contains_key(name) {
            return self.inside_expression(name, span);
        }
        if self.scope.tensors.contains_key(name) {
            return self.tensor_as_function(name, arguments, span);
        }
        let known = [
            UnaryOp::WORDS,
            BinaryOp::WORDS,
            ReduceOp::WORDS,
            words::NORMALISERS,
        ];
        let own = self.scope.scalars.keys().map(String::as_str);
        let callees = self.scope.callees.keys().map(String::as_str);
        let known = known.into_iter().flatten().copied();
        let near = words::nearest(name, known.chain(own).chain(callees));
        let help = match (words::elsewhere(name), near) {
            (Some(help), _) => help.to_string(),
            (None, Some(n)) if self.scope.callees.contains_key(n) => format!(
                "did you mean `{n}`? Its call is an equation of its own, `H = {n}(..);`, above"
            ),
            (None, Some(n)) => format!("did you mean `{n}`?"),
            (None, None) => format!(
                "define it in this invocation, `fn {name}(x) = ..;`; or call a function of tensors in an equation of \
                 its own, `H = {name}(..);`"
            ),
        };
        let text = format!("`{name}` is no function of this notation\nhelp: {help}");
        self.error(Rule::UnknownFunction, span, text);
    }

    /// Refuses `X(i, j)` and `a(x + 1)`.
    fn tensor_as_function(&mut self, name: &str, arguments: &[Expr], span: Span) {
        let is_scalar = self.scope.signature_of(name) == name;
        let arguments: Vec<String> = arguments.iter().map(ast::print::expr).collect();
        let arguments = arguments.join(", ");
        let text = match is_scalar {
            true => format!(
                "`{name}` is a scalar and no function\nhelp: for a product write `{name} * ({arguments})`"
            ),
            false => format!(
                "`{name}` is a tensor and no function\nhelp: its indices stand in brackets: `{name}[{arguments}]`"
            ),
        };
        self.error(Rule::UnknownFunction, span, text);
    }

    /// The arguments as numbers, as many as the function takes.
    fn arguments(
        &mut self,
        name: &str,
        parameters: &[&str],
        arguments: &[Expr],
        span: Span,
    ) -> Option<Vec<ExprId>> {
        if parameters.len() != arguments.len() {
            let text = message::arguments(name, parameters, arguments.len());
            self.error(Rule::Arguments, span, text);
            return None;
        }
        let values: Vec<Option<ExprId>> = arguments.iter().map(|a| self.number(a)).collect();
        values.into_iter().collect()
    }

    /// A scalar function's body in place of its call.
    fn scalar(&mut self, s: &ast::ScalarFn, arguments: &[Expr], span: Span) -> Option<Value> {
        let parameters: Vec<&str> = s.parameters.iter().map(|p| p.text.as_str()).collect();
        let values = self.arguments(&s.name.text, &parameters, arguments, span)?;
        self.scalar_body(&s.name, &s.parameters, &values, &s.body)
    }

    /// The body of a scalar function, or a rule, for arguments.
    pub(crate) fn scalar_body(
        &mut self,
        name: &Name,
        parameters: &[Name],
        arguments: &[ExprId],
        body: &Expr,
    ) -> Option<Value> {
        let names = parameters.iter().map(|p| p.text.clone());
        // The body knows its parameters and numbers alone.
        let none = BTreeSet::new();
        let mut inner = Lowering::new(&mut *self.scope, self.equation, &none, self.ranges);
        inner.locals = names.zip(arguments.iter().copied()).collect();
        inner.within = Some(name.text.clone());
        inner.branch = self.branch.clone();
        inner.depth = self.depth;
        inner.number(body).map(Value::Number)
    }

    /// The call of a Rust function.
    fn foreign(&mut self, e: &ExternFn, arguments: &[Expr], span: Span) -> Option<Value> {
        let parameters: Vec<&str> = e.parameters.iter().map(|p| p.text.as_str()).collect();
        let arguments = self.arguments(&e.name.text, &parameters, arguments, span)?;
        let function = self.foreign_function(e);
        Some(Value::Number(self.add(Ir::Foreign {
            function,
            arguments,
        })))
    }

    /// A Rust function in the function that uses it, with its rules.
    fn foreign_function(&mut self, e: &ExternFn) -> ForeignId {
        let mut known = self.scope.f.foreign.iter();
        if let Some(at) = known.position(|f| f.name == e.name.text) {
            return ForeignId(at as u32);
        }
        // Known before its rules are, which may use it.
        let id = ForeignId(self.scope.foreign.len() as u32);
        self.scope.foreign.push(e.clone());
        self.scope.f.foreign.push(Foreign {
            name: e.name.text.clone(),
            target: e.target.to_string().replace(" :: ", "::"),
            parameters: e.parameters.iter().map(|p| p.text.clone()).collect(),
            rules: vec![None; e.parameters.len()],
        });
        let arguments = self.rule_arguments(e.parameters.len());
        for (at, parameter) in e.parameters.iter().enumerate() {
            let rule = e.rules.iter().find(|(name, _)| name.text == parameter.text);
            let rule = rule
                .and_then(|(_, rule)| self.scalar_body(&e.name, &e.parameters, &arguments, rule));
            self.scope.f.foreign[id.index()].rules[at] = rule.map(Value::id);
        }
        id
    }

    /// What stands in a rule for the parameters.
    pub(crate) fn rule_arguments(&mut self, count: usize) -> Vec<ExprId> {
        (0..count as u32)
            .map(|at| self.add(Ir::Argument(at)))
            .collect()
    }
}
