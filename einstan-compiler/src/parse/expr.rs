//! Arithmetic, from loose to tight: `+ -`, `* / %`, unary `-`, `^`, and what stands between the operators.

use super::cursor::{Cursor, Parsed, join, syntax};
use super::number::number;
use super::token::Kind;
use crate::ast::{Expr, ExprKind};
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span};

pub(crate) const COMPARISONS: &[&str] = &["<", "<=", ">", ">=", "==", "!="];

/// How many tokens of Rust are parsed here.
const LONGEST_RUST: usize = 128;

impl Cursor<'_> {
    /// An expression, with `if` at its start or without.
    pub fn expr(&mut self) -> Parsed<Expr> {
        self.deeper(|c| {
            if c.at_word("if") {
                c.selection()
            } else {
                c.sum()
            }
        })
    }

    /// An expression that takes all that is here.
    pub fn whole_expr(&mut self) -> Parsed<Expr> {
        let e = self.expr()?;
        self.end_of_expr()?;
        Ok(e)
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut addends = vec![(true, self.product()?)];
        let mut telling = None;
        while let sign @ ("+" | "-") = self.op() {
            telling.get_or_insert(self.span());
            self.next();
            addends.push((sign == "+", self.product()?));
        }
        Ok(several(addends, telling, ExprKind::Sum))
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut factors = vec![(false, self.unary()?)];
        let mut telling = None;
        let mut remainders = 0;
        loop {
            let span = self.span();
            match self.op() {
                op @ ("*" | "/") => {
                    telling.get_or_insert(span);
                    self.next();
                    factors.push((op == "/", self.unary()?));
                }
                "%" => {
                    remainders += 1;
                    if remainders > super::cursor::DEEPEST {
                        return super::cursor::too_deep(span);
                    }
                    self.next();
                    let left = several(factors, telling.take(), ExprKind::Product);
                    let right = self.unary()?;
                    let span = join(left.span, right.span, span);
                    let kind = ExprKind::Rem(Box::new(left), Box::new(right));
                    factors = vec![(false, Expr { kind, span })];
                }
                "**" => return syntax(span, "a power is written `^`: `x^2`"),
                _ => return Ok(several(factors, telling, ExprKind::Product)),
            }
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        let Some(minus) = self.accept("-") else {
            return self.power();
        };
        let e = self.deeper(|c| c.unary())?;
        Ok(Expr {
            span: join(minus, e.span, minus),
            kind: ExprKind::Neg(Box::new(e)),
        })
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.atom()?;
        let Some(hat) = self.accept("^") else {
            return Ok(base);
        };
        let exponent = self.deeper(|c| c.unary())?;
        Ok(Expr {
            span: join(base.span, exponent.span, hat),
            kind: ExprKind::Pow(Box::new(base), Box::new(exponent)),
        })
    }

    fn atom(&mut self) -> Parsed<Expr> {
        let Some(token) = self.peek() else {
            return self.expected("an expression");
        };
        let span = token.span;
        match &token.kind {
            Kind::Literal(text) => {
                self.next();
                Ok(Expr {
                    kind: ExprKind::Number(number(text, span)?),
                    span,
                })
            }
            Kind::Word { .. } => self.operand(),
            Kind::Group { delimiter, .. } => match delimiter {
                Delimiter::Parenthesis => self.parentheses(),
                Delimiter::Brace => self.rust(),
                _ => syntax(
                    span,
                    "expected an expression, found `[`: brackets follow the name of a tensor or a reduction",
                ),
            },
            Kind::Op(op) => match op.as_str() {
                "::" => self.operand(),
                "!" => syntax(
                    span,
                    "`!` stands in a condition: write `(!(a < b))`, which is 1 or 0, in parentheses",
                ),
                "+" => syntax(
                    span,
                    "expected an expression, found `+`: there is no sign `+`",
                ),
                ".." => super::cursor::failure(
                    Rule::Reserved,
                    span,
                    "`..` is reserved: write each index, or a reduction over a range, like `sum[k: n](x[k])`",
                ),
                "|" | "||" => syntax(
                    span,
                    format!(
                        "expected an expression, found `{op}`: an absolute value is `abs(x)`, and a rule is the \
                         expression alone, `3*x^2`, without parameters"
                    ),
                ),
                _ => self.expected("an expression"),
            },
        }
    }

    /// `{expr}`: Rust.
    fn rust(&mut self) -> Parsed<Expr> {
        let Some(token) = self.next() else {
            return self.expected("an expression");
        };
        if let Kind::Group { tokens, .. } = &token.kind {
            if tokens.is_empty() {
                return syntax(
                    token.span,
                    "expected a Rust expression in these braces, like `{n as f64}`",
                );
            }
            // syn knows no limit of depth: what is longer is left to rustc.
            if super::token::count(tokens) <= LONGEST_RUST
                && let Err(error) = syn::parse2::<syn::Block>(token.raw.clone())
            {
                return syntax(
                    error.span(),
                    format!("this Rust expression does not parse: {error}"),
                );
            }
        }
        Ok(Expr {
            kind: ExprKind::Rust(token.raw.clone()),
            span: token.span,
        })
    }

    /// Refuses what is left after an expression.
    pub fn end_of_expr(&self) -> Parsed<()> {
        let Some(token) = self.peek() else {
            return Ok(());
        };
        let found = token.describe();
        let is_choice = self.rest().iter().any(|t| t.is_op("?"));
        let message = match &token.kind {
            Kind::Op(op) if is_choice && (op == "?" || COMPARISONS.contains(&op.as_str())) => {
                "there is no `?`: a choice is written `if x[i] > 0 { x[i] } else { 0 }`".into()
            }
            Kind::Op(op) if COMPARISONS.contains(&op.as_str()) => {
                format!("a comparison in an expression stands in parentheses, like `(i {op} j)`: it is 1 or 0")
            }
            Kind::Op(op) => match op.as_str() {
                "&&" | "||" => format!(
                    "a condition in an expression stands in parentheses, like `(i < j {op} j < k)`: it is 1 or 0"
                ),
                "=" | "+=" => {
                    format!("a second `{op}` in one equation: is a `;` missing before its left-hand side?")
                }
                "." if self.peek_after(1).is_some_and(|t| t.is_word("T") || t.is_word("t")) => {
                    "there is no `.T`: a transposed tensor is read with its indices exchanged, `X[j, i]` for `X[i, j]`"
                        .into()
                }
                "@" => "there is no `@`: a product is written with indices and summed over what both factors share, \
                        `X[i, k] * W[k, j]`"
                    .into(),
                "." => "expected an operator, found `.`: functions are written `exp(x)`, lengths `len(n)`, Rust stands in braces `{..}`"
                    .into(),
                ".." => return super::cursor::failure(
                    Rule::Reserved,
                    token.span,
                    "`..` is reserved: ranges follow from the tensors, or are given as in `sum[k: n](..)`",
                ),
                _ => format!("expected an operator or the end of the expression, found {found}"),
            },
            Kind::Word { text, .. } if text == "else" => {
                "an `else` without its `if`".into()
            }
            Kind::Word { text, .. } if text == "as" => {
                "there is no `as`: numbers become the element type by themselves, Rust stands in braces `{..}`".into()
            }
            Kind::Group {
                delimiter: Delimiter::Bracket,
                ..
            } if self.before().is_some_and(|t| t.is_group(Delimiter::Bracket)) => {
                "all indices of a tensor stand in one pair of brackets, like `X[i, j]`".into()
            }
            Kind::Group {
                delimiter: Delimiter::Brace | Delimiter::Bracket,
                ..
            } => format!("expected an operator, found {found}"),
            _ => format!("expected an operator before {found}: a product is written with `*`"),
        };
        syntax(token.span, message)
    }
}

/// The only part, or all of them under one operator.
fn several(
    mut parts: Vec<(bool, Expr)>,
    telling: Option<Span>,
    kind: impl FnOnce(Vec<(bool, Expr)>) -> ExprKind,
) -> Expr {
    match (telling, parts.first(), parts.last()) {
        (Some(telling), Some((_, first)), Some((_, last))) => Expr {
            span: join(first.span, last.span, telling),
            kind: kind(parts),
        },
        _ => match parts.pop() {
            Some((_, only)) => only,
            None => Expr {
                kind: ExprKind::Error,
                span: Span::call_site(),
            },
        },
    }
}
