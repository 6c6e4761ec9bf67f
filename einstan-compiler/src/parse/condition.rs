//! Conditions: `||`, tighter `&&`, tightest `!` and comparisons; and where they stand, `if` and parentheses.

use super::cursor::{Cursor, Parsed, join, syntax};
use super::expr::COMPARISONS;
use crate::ast::{CmpOp, Cond, CondKind, Expr, ExprKind, print};
use proc_macro2::{Delimiter, Span};

/// What stands in parentheses or in a condition is known only when it has been read.
enum Mixed {
    Expr(Expr),
    Cond(Box<Cond>),
}

impl Cursor<'_> {
    /// `if c { a } else { b }`
    pub fn selection(&mut self) -> Parsed<Expr> {
        let mut branches = Vec::new();
        let otherwise = self.branches(&mut branches)?;
        let mut e = otherwise;
        while let Some((span, condition, then)) = branches.pop() {
            e = Expr {
                span: join(span, e.span, span),
                kind: ExprKind::If {
                    condition,
                    then: Box::new(then),
                    otherwise: Box::new(e),
                },
            };
        }
        if let op @ ("+" | "-" | "*" | "/" | "%" | "^") = self.op() {
            return syntax(
                self.span(),
                format!(
                    "an `if` beside `{op}` stands in parentheses: `(if .. {{ .. }} else {{ .. }}) {op} ..`"
                ),
            );
        }
        Ok(e)
    }

    /// The branches of an `if` and its `else if`s; returns the last `else`.
    fn branches(&mut self, branches: &mut Vec<(Span, Box<Cond>, Expr)>) -> Parsed<Expr> {
        let Some(span) = self.accept_word("if") else {
            return self.expected("`if`");
        };
        let condition = self.condition()?;
        let then = self.branch("after the condition")?;
        branches.push((span, condition, then));
        if self.accept_word("else").is_none() {
            return syntax(
                span,
                format!(
                    "this `if` has no `else`: write `else {{ 0 }}` or what it is otherwise, found {}",
                    self.found()
                ),
            );
        }
        if self.at_word("if") {
            return self.deeper(|c| c.branches(branches));
        }
        self.branch("after `else`")
    }

    fn branch(&mut self, place: &str) -> Parsed<Expr> {
        match self.accept_group(Delimiter::Brace) {
            Some((mut inner, _)) => inner.whole_expr(),
            None => self.expected(&format!("`{{` {place}")),
        }
    }

    /// The condition of an `if`.
    fn condition(&mut self) -> Parsed<Box<Cond>> {
        let start = self.clone();
        let mixed = self.disjunction()?;
        if self.at_op("=") {
            return syntax(self.span(), "a comparison is written `==`");
        }
        start.as_condition(mixed)
    }

    fn as_condition(&self, mixed: Mixed) -> Parsed<Box<Cond>> {
        match mixed {
            Mixed::Cond(c) => Ok(c),
            Mixed::Expr(Expr {
                kind: ExprKind::Indicator(c),
                ..
            }) => Ok(c),
            Mixed::Expr(e) => {
                let text = print::expr(&e);
                syntax(
                    e.span,
                    format!(
                        "expected a comparison, found the number `{text}`: write for example `{text} != 0`"
                    ),
                )
            }
        }
    }

    /// `(e)` or `(c)`
    pub fn parentheses(&mut self) -> Parsed<Expr> {
        let Some((mut inner, token)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(`");
        };
        if inner.at_end() {
            return syntax(token.span, "expected an expression in these parentheses");
        }
        let mixed = inner.deeper(|c| c.disjunction())?;
        if inner.at_op(",") {
            return syntax(
                inner.span(),
                "expected `)`, found `,`: several values stand only after the name of a function",
            );
        }
        inner.end_of_expr()?;
        let kind = match mixed {
            Mixed::Cond(c) => ExprKind::Indicator(c),
            Mixed::Expr(e) => match e.kind {
                ExprKind::Indicator(c) => ExprKind::Indicator(c),
                _ => ExprKind::Group(Box::new(e)),
            },
        };
        Ok(Expr {
            kind,
            span: token.span,
        })
    }

    fn disjunction(&mut self) -> Parsed<Mixed> {
        self.chain("||", CondKind::Or, |c| {
            c.chain("&&", CondKind::And, |c| c.comparison())
        })
    }

    /// Operands of `op`, from left to right.
    fn chain(
        &mut self,
        op: &str,
        kind: fn(Box<Cond>, Box<Cond>) -> CondKind,
        operand: impl Fn(&mut Self) -> Parsed<Mixed>,
    ) -> Parsed<Mixed> {
        let mut left = operand(self)?;
        let mut count = 0;
        while let Some(span) = self.accept(op) {
            count += 1;
            let a = self.as_condition(left)?;
            let b = operand(self)?;
            let b = self.as_condition(b)?;
            if count > super::cursor::DEEPEST {
                return super::cursor::too_deep(span);
            }
            left = Mixed::Cond(Box::new(Cond {
                span: join(a.span, b.span, span),
                kind: kind(a, b),
            }));
        }
        Ok(left)
    }

    fn comparison(&mut self) -> Parsed<Mixed> {
        if let Some(not) = self.accept("!") {
            return self.negation(not);
        }
        let left = self.expr()?;
        match self.comparison_operator()? {
            Some((op, span)) => self.compare(op, span, left),
            None => Ok(Mixed::Expr(left)),
        }
    }

    fn negation(&mut self, not: Span) -> Parsed<Mixed> {
        let inner = self.deeper(|c| c.comparison())?;
        let inner = self.as_condition(inner)?;
        Ok(Mixed::Cond(Box::new(Cond {
            span: join(not, inner.span, not),
            kind: CondKind::Not(inner),
        })))
    }

    fn compare(&mut self, op: CmpOp, span: Span, left: Expr) -> Parsed<Mixed> {
        let right = self.expr()?;
        self.end_of_comparison(op, &left, &right)?;
        Ok(Mixed::Cond(Box::new(Cond {
            span: join(left.span, right.span, span),
            kind: CondKind::Compare { op, left, right },
        })))
    }

    /// Refuses `a < b < c`.
    fn end_of_comparison(&self, op: CmpOp, left: &Expr, right: &Expr) -> Parsed<()> {
        let mut after = self.clone();
        let Some((next, at)) = after.comparison_operator()? else {
            return Ok(());
        };
        let [a, b] = [left, right].map(print::expr);
        let c = match after.expr() {
            Ok(c) => print::expr(&c),
            Err(_) => "..".into(),
        };
        let (first, second) = (op.word(), next.word());
        syntax(
            at,
            format!(
                "a comparison has two sides, and `{second}` is a second one: write `{a} {first} {b} && {b} {second} {c}`"
            ),
        )
    }

    fn comparison_operator(&mut self) -> Parsed<Option<(CmpOp, Span)>> {
        let span = self.span();
        let op = match self.op() {
            "<" => CmpOp::Less,
            "<=" => CmpOp::LessEqual,
            ">" => CmpOp::Greater,
            ">=" => CmpOp::GreaterEqual,
            "==" => CmpOp::Equal,
            "!=" => CmpOp::NotEqual,
            "=>" => return syntax(span, "greater or equal is written `>=`"),
            "&" => return syntax(span, "`and` is written `&&`"),
            "|" => return syntax(span, "`or` is written `||`"),
            op => {
                debug_assert!(!COMPARISONS.contains(&op));
                return Ok(None);
            }
        };
        self.next();
        Ok(Some((op, span)))
    }
}
