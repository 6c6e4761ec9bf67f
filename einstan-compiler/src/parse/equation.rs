//! Bodies: equations separated by `;`, each parsed on its own.

use super::cursor::{Cursor, Parsed, join, syntax};
use super::token::{Kind, Token};
use super::word::words;
use crate::ast::{AssignOp, Body, Equation, ExprKind, Left, Name, Statement, print};
use crate::diagnostics::Diagnostics;
use crate::rule::Rule;
use proc_macro2::Delimiter;

/// The equations of `cursor`, which ends with them.
pub(crate) fn body(cursor: &Cursor, diagnostics: &mut Diagnostics) -> Body {
    let mut body = Body::default();
    for mut piece in cursor.split(";", "`;`") {
        while !piece.at_end() {
            let start = piece.clone();
            match piece.statement() {
                Ok(statement) => {
                    body.statements.push(statement);
                    body.words.push(words(start.until(&piece)));
                    if let Some(found) = piece.peek() {
                        let message = format!("expected `;` before {}", found.describe());
                        diagnostics.error(Rule::Syntax, found.span, message);
                    }
                }
                Err(failure) => {
                    diagnostics.error(failure.rule, failure.span, failure.message);
                    body.damaged.extend(start.left_names());
                    body.damaged.extend(swallowed(start.rest()));
                    body.words.push(words(start.rest()));
                    break;
                }
            }
        }
    }
    body
}

impl<'t> Cursor<'t> {
    /// One equation. What follows it here begins another, before which the `;` is missing.
    fn statement(&mut self) -> Parsed<Statement> {
        if self.at_group(Delimiter::Parenthesis) {
            return self.call_statement();
        }
        let left = self.left()?;
        let op_span = self.span();
        let op = self.assignment(&left)?;
        let right = self.expr()?;
        self.end_of_equation()?;
        let mut equation = Equation {
            left,
            op,
            op_span,
            right,
            text: String::new(),
        };
        equation.text = print::equation(&equation);
        Ok(Statement::Equation(equation))
    }

    fn end_of_equation(&self) -> Parsed<()> {
        if begins_equation(self.rest()) {
            return Ok(());
        }
        self.end_of_expr()
    }

    fn left(&mut self) -> Parsed<Left> {
        const EXAMPLE: &str = "a left-hand side is a name with indices, like `Y[i, j]`";
        if self.at_op("#") {
            return syntax(
                self.span(),
                "attributes and doc comments stand before functions: a comment in a body begins with `//`",
            );
        }
        if self.any_word().is_none() {
            return syntax(
                self.span(),
                format!("expected an equation, found {}: {EXAMPLE}", self.found()),
            );
        }
        if self.at_word("let") {
            return syntax(
                self.span(),
                "an equation has no `let`: write `Y[i, j] = ..`",
            );
        }
        if self.at_word("return") {
            return syntax(
                self.span(),
                "there is no `return`: results are the tensors that the signature names after `->`",
            );
        }
        if self.at_word("for") || self.at_word("while") || self.at_word("loop") {
            return syntax(
                self.span(),
                "there are no loops: an equation holds for all values of its indices, like `y[i] = 2*x[i]`",
            );
        }
        if self.at_word("if") {
            return syntax(
                self.span(),
                "an `if` stands on the right-hand side: `y[i] = if .. { .. } else { .. }`",
            );
        }
        let tensor = self.name("the name of a tensor or a scalar")?;
        let mut left = Left {
            span: tensor.span,
            tensor,
            subscripts: Vec::new(),
        };
        if let Some((inner, token)) = self.accept_group(Delimiter::Bracket) {
            if inner.at_end() {
                return super::operand::no_index(token.span, &left.tensor);
            }
            left.span = join(left.span, token.span, left.span);
            for mut part in inner.split(",", "`,`") {
                let subscript = part.subscript()?;
                let dimension = match part.accept(":") {
                    Some(_) => Some(part.whole_expr()?),
                    None => None,
                };
                part.end_of_expr()?;
                left.subscripts.push((subscript, dimension));
            }
        }
        Ok(left)
    }

    fn assignment(&mut self, left: &Left) -> Parsed<AssignOp> {
        let span = self.span();
        let name = &left.tensor.text;
        let hint = match self.op() {
            "=" => {
                self.next();
                return Ok(AssignOp::Define);
            }
            "+=" => {
                self.next();
                return Ok(AssignOp::Accumulate);
            }
            "==" => ": a tensor is defined by `=`".to_string(),
            "-=" => ": write `+= -(..)`".into(),
            "*=" | "/=" => {
                format!(
                    ": give the product a name of its own, or for a `mut` parameter write `{name}[..] = {name}[..] * ..`"
                )
            }
            ":" => ": `=` defines, and its type follows from the right-hand side".into(),
            "->" | "<" => ": an equation is written `Y[i] = x[i]`".into(),
            "+" | "-" | "*" | "/" | "^" => {
                ": there is no last expression, a result is defined by its name, `Y[i, j] = ..`"
                    .into()
            }
            _ if self.at_group(Delimiter::Parenthesis) => {
                format!(": indices stand in brackets, `{name}[i, j]`")
            }
            _ if self.at_group(Delimiter::Bracket) => {
                format!(": all indices stand in one pair of brackets, `{name}[i, j]`")
            }
            _ if self.any_word().is_some() && left.subscripts.is_empty() => {
                ": equations look like `Y[i, j] = ..`, functions begin with `fn`".into()
            }
            _ => String::new(),
        };
        syntax(
            span,
            format!(
                "expected `=` or `+=` after `{}`, found {}{hint}",
                print::left(left),
                self.found()
            ),
        )
    }

    /// `(Q, _) = f(A);`
    fn call_statement(&mut self) -> Parsed<Statement> {
        let first = self.span();
        let Some((inner, group)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(`");
        };
        let mut results = Vec::new();
        for mut part in inner.split(",", "`,`") {
            if part.accept_word("_").is_some() {
                results.push(None);
            } else {
                results.push(Some(part.name("the name of a result, or `_`")?));
            }
            if !part.at_end() {
                return part
                    .expected("`,` (the results of a call are whole tensors, without indices)");
            }
        }
        if results.is_empty() {
            return syntax(
                group.span,
                "expected the names of the results, like `(Q, R) = qr(A)`",
            );
        }
        match self.op() {
            "=" => self.next(),
            "+=" => {
                return syntax(
                    self.span(),
                    "a call defines its results with `=`: add them in an equation of their own",
                );
            }
            _ => return self.expected("`=` after the results"),
        };
        let start = self.span();
        let right = self.expr()?;
        self.end_of_equation()?;
        match right.kind {
            ExprKind::Call {
                function,
                arguments,
            } => Ok(Statement::Call {
                results,
                span: join(first, function.span, function.span),
                function,
                arguments,
            }),
            _ => syntax(
                start,
                "several results come from a call: expected a function and its arguments, like `(Q, R) = qr(A)`",
            ),
        }
    }

    /// The names that the statement here defines, as far as they can be told.
    fn left_names(&self) -> Vec<Name> {
        let mut cursor = self.clone();
        match cursor.accept_group(Delimiter::Parenthesis) {
            Some((inner, _)) => inner
                .split(",", "`,`")
                .iter()
                .filter_map(|part| part.any_word())
                .filter(|name| name.text != "_")
                .collect(),
            None => {
                if cursor.at_word("let") {
                    cursor.next();
                }
                cursor.any_word().into_iter().collect()
            }
        }
    }
}

/// What the equations define that stand in a group, of which the end is missing.
fn swallowed(tokens: &[Token]) -> Vec<Name> {
    let mut out = Vec::new();
    for token in tokens {
        let Kind::Group { tokens, .. } = &token.kind else {
            continue;
        };
        let below = tokens.split(|t| t.is_op(";")).skip(1);
        let below = below.filter(|part| begins_equation(part));
        out.extend(below.filter_map(|part| part.first()?.name()));
        out.extend(swallowed(tokens));
    }
    out
}

/// Whether an equation begins here: a name, its brackets, and `=` or `+=`.
fn begins_equation(tokens: &[Token]) -> bool {
    let assigns = |t: Option<&Token>| t.is_some_and(|t| t.is_op("=") || t.is_op("+="));
    match tokens {
        [first, rest @ ..] if matches!(first.kind, Kind::Word { .. }) => match rest {
            [second, rest @ ..] if second.is_group(Delimiter::Bracket) => assigns(rest.first()),
            _ => assigns(rest.first()),
        },
        [first, rest @ ..] if first.is_group(Delimiter::Parenthesis) => assigns(rest.first()),
        _ => false,
    }
}
