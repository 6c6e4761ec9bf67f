//! Parameters and results.

use super::cursor::{Cursor, Parsed, syntax};
use super::item::is_next_item;
use crate::ast::{ElementType, Expr, ExprKind, Name, Param, ParamKind, ResultDecl};
use crate::diagnostics::Diagnostics;
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span};

/// A name with its dimensions and its type: what parameters and results have in common.
struct Declared {
    name: Name,
    dimensions: Option<Vec<Expr>>,
    element: Option<(ElementType, Span)>,
}

impl Cursor<'_> {
    /// The parameters in the parentheses of a function; those that do not parse are reported.
    pub fn parameters(&self, diagnostics: &mut Diagnostics) -> Vec<Param> {
        let mut parameters = Vec::new();
        for mut part in self.split(",", "`,`") {
            match part.parameter(diagnostics) {
                Ok(parameter) => parameters.push(parameter),
                Err(failure) => diagnostics.error(failure.rule, failure.span, failure.message),
            }
        }
        parameters
    }

    fn parameter(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Param> {
        let word = self.span();
        let kind = if self.accept_word("const").is_some() {
            ParamKind::Const
        } else if self.accept_word("mut").is_some() {
            ParamKind::Mut
        } else if self.at_word("dim") && self.peek_after(1).is_some() {
            self.next();
            ParamKind::Dim
        } else {
            ParamKind::Variable
        };
        if kind != ParamKind::Variable
            && let Some(second @ ("const" | "mut" | "dim")) =
                self.any_word().map(|w| w.text).as_deref()
        {
            diagnostics.error(
                Rule::Syntax,
                self.span(),
                format!(
                    "expected the name of a parameter, found `{second}`: a parameter has one of `const`, `mut` and `dim`"
                ),
            );
            self.next();
        }
        let declared = self.declared("a parameter", diagnostics)?;
        let mut parameter = Param {
            kind,
            span: declared.name.span,
            name: declared.name,
            dimensions: declared.dimensions,
            element: declared.element,
        };
        if kind == ParamKind::Dim && (parameter.dimensions.is_some() || parameter.element.is_some())
        {
            diagnostics.error(
                Rule::Syntax,
                word,
                format!(
                    "`dim {0}` is a length and has neither brackets nor a type: write `dim {0}`",
                    parameter.name.text
                ),
            );
            parameter.dimensions = None;
            parameter.element = None;
        }
        Ok(parameter)
    }

    /// What follows `->`.
    pub fn results(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Vec<ResultDecl>> {
        if self.peek().is_some_and(is_next_item) {
            return self.expected("the name of a result");
        }
        let Some((inner, _)) = self.accept_group(Delimiter::Parenthesis) else {
            return Ok(vec![self.result(diagnostics)?]);
        };
        let mut results = Vec::new();
        for mut part in inner.split(",", "`,`") {
            let parsed = part.result(diagnostics).and_then(|result| {
                results.push(result);
                if part.at_end() {
                    Ok(())
                } else {
                    part.expected("`,` after a result")
                }
            });
            if let Err(failure) = parsed {
                diagnostics.error(failure.rule, failure.span, failure.message);
            }
        }
        Ok(results)
    }

    fn result(&mut self, diagnostics: &mut Diagnostics) -> Parsed<ResultDecl> {
        if let Some(word @ ("const" | "mut" | "dim")) = self.any_word().map(|w| w.text).as_deref() {
            return syntax(
                self.span(),
                format!(
                    "expected the name of a result, found `{word}`: only parameters are `{word}`"
                ),
            );
        }
        let declared = self.result_declared(diagnostics)?;
        Ok(ResultDecl {
            span: declared.name.span,
            name: declared.name,
            dimensions: declared.dimensions,
            element: declared.element,
        })
    }

    fn result_declared(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Declared> {
        if let Some(name) = self.any_word()
            && element(&name.text).is_some()
            && !self
                .peek_after(1)
                .is_some_and(|t| t.is_group(Delimiter::Bracket))
        {
            return syntax(
                name.span,
                format!(
                    "expected the name of a result, like `Y[n, k]` or `s`, found the type `{}`",
                    name.text
                ),
            );
        }
        self.name_dimensions_type("a result", diagnostics)
    }

    fn declared(&mut self, what: &str, diagnostics: &mut Diagnostics) -> Parsed<Declared> {
        let declared = self.name_dimensions_type(what, diagnostics)?;
        if let Some(found) = self.peek() {
            diagnostics.error(
                Rule::Syntax,
                found.span,
                format!("expected `,` after {what}, found {}", found.describe()),
            );
        }
        Ok(declared)
    }

    fn name_dimensions_type(
        &mut self,
        what: &str,
        diagnostics: &mut Diagnostics,
    ) -> Parsed<Declared> {
        if self.at_op("&") {
            return syntax(
                self.span(),
                format!(
                    "expected the name of {what}, found `&`: write `X[n, m]`, which is passed by reference"
                ),
            );
        }
        let written = self.any_word();
        let name = match (self.name(&format!("the name of {what}")), written) {
            (Ok(name), _) => name,
            // A reserved word is reported, and still stands for the parameter.
            (Err(failure), Some(name)) if failure.rule == Rule::Reserved => {
                diagnostics.error(failure.rule, failure.span, failure.message);
                self.next();
                name
            }
            (Err(failure), _) => return Err(failure),
        };
        let mut dimensions = None;
        if let Some((inner, token)) = self.accept_group(Delimiter::Bracket) {
            if inner.at_end() {
                diagnostics.error(
                    Rule::Syntax,
                    token.span,
                    format!(
                        "expected a dimension in these brackets: a scalar is written `{}`",
                        name.text
                    ),
                );
            } else {
                dimensions = Some(inner.dimensions(diagnostics));
            }
        }
        let mut declared = Declared {
            name,
            dimensions,
            element: None,
        };
        if self.accept(":").is_some() {
            match self.element_type() {
                Ok(element) => declared.element = Some(element),
                Err(failure) => diagnostics.error(failure.rule, failure.span, failure.message),
            }
        }
        Ok(declared)
    }

    /// The dimensions of a parameter or result; one that does not parse is reported and keeps its place.
    fn dimensions(&self, diagnostics: &mut Diagnostics) -> Vec<Expr> {
        let mut found = Vec::new();
        for mut part in self.split(",", "`,`") {
            let parsed = if part.at_op("..") {
                part.subscript().map(|s| Expr {
                    kind: ExprKind::Error,
                    span: s.span,
                })
            } else {
                part.whole_expr()
            };
            found.push(parsed.unwrap_or_else(|failure| {
                diagnostics.error(failure.rule, failure.span, failure.message);
                Expr {
                    kind: ExprKind::Error,
                    span: failure.span,
                }
            }));
        }
        found
    }

    fn element_type(&mut self) -> Parsed<(ElementType, Span)> {
        const TYPES: &str = "`f32`, `f64`, `usize`, `i32`, `i64`, `u32` and `u8`";
        let span = self.span();
        let found = self.found();
        let known = self.any_word().and_then(|w| element(&w.text));
        // `X: Array2<f64>`, `X: &Matrix`, `X: [n, m]`
        let is_tensor = self.at_op("&")
            || self.at_group(Delimiter::Bracket)
            || self
                .any_word()
                .is_some_and(|w| w.text.starts_with(char::is_uppercase));
        let help = match is_tensor {
            true => "\nhelp: the axes of a tensor stand at its name, `X[n, m]`",
            false => "",
        };
        // Whatever stands here is the type, so that nothing after it is in doubt.
        while let Some(token) = self.peek()
            && !token.is_op(",")
            && !token.is_op(";")
            && !token.is_group(Delimiter::Brace)
            && !is_next_item(token)
        {
            self.next();
            if known.is_some() {
                break;
            }
        }
        match known {
            Some(element) => Ok((element, span)),
            None => syntax(
                span,
                format!(
                    "expected the type of the elements, found {found}: there are {TYPES}{help}"
                ),
            ),
        }
    }
}

fn element(word: &str) -> Option<ElementType> {
    Some(match word {
        "f32" => ElementType::F32,
        "f64" => ElementType::F64,
        "usize" => ElementType::Usize,
        "i32" => ElementType::I32,
        "i64" => ElementType::I64,
        "u32" => ElementType::U32,
        "u8" => ElementType::U8,
        _ => return None,
    })
}
