//! The syntax written back, with the parentheses that it needs and no others.
//!
//! What is printed parses to a tree that prints the same.

use crate::parse::words::written;

use super::{
    Access, Annotated, AssignOp, Cond, CondKind, Equation, Expr, ExprKind, Left, Name, Number,
    Statement, Subscript, SubscriptKind,
};

/// How tightly an expression binds: what a place asks for, and what an expression offers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tightness {
    If,
    Sum,
    Product,
    Unary,
    Power,
    Atom,
}

/// Whether there are spaces around `*` and `/`; in brackets there are none.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spacing {
    Wide,
    Tight,
}

pub fn expr(e: &Expr) -> String {
    within(e, Tightness::If, Spacing::Wide)
}

/// An expression as it stands in brackets: `2*y + r`.
pub fn position(e: &Expr) -> String {
    within(e, Tightness::If, Spacing::Tight)
}

pub fn statement(s: &Statement) -> String {
    match s {
        Statement::Equation(e) => equation(e),
        Statement::Call {
            results,
            function,
            arguments,
            ..
        } => {
            let results: Vec<String> = results
                .iter()
                .map(|r| r.as_ref().map_or("_".into(), name))
                .collect();
            format!(
                "({}) = {}",
                results.join(", "),
                call(&path(function), arguments)
            )
        }
    }
}

/// `Y[i,j] = X[i,k] * W[k,j] + b[j]`
pub fn equation(e: &Equation) -> String {
    let op = match e.op {
        AssignOp::Define => "=",
        AssignOp::Accumulate => "+=",
    };
    format!("{} {op} {}", left(&e.left), expr(&e.right))
}

pub fn left(l: &Left) -> String {
    let parts: Vec<String> = l
        .subscripts
        .iter()
        .map(|(s, dimension)| match dimension {
            Some(d) => format!("{}: {}", subscript(s), position(d)),
            None => subscript(s),
        })
        .collect();
    format!("{}{}", name(&l.tensor), brackets(&parts))
}

pub fn access(a: &Access) -> String {
    let parts: Vec<String> = a.subscripts.iter().map(subscript).collect();
    format!("{}{}", name(&a.tensor), brackets(&parts))
}

pub fn subscript(s: &Subscript) -> String {
    match &s.kind {
        SubscriptKind::Plain(e) => position(e),
        SubscriptKind::Wrapped {
            word,
            position: p,
            outside,
            ..
        } => match outside {
            Some(value) => format!("{}({}, {})", word.text, position(p), position(value)),
            None => format!("{}({})", word.text, position(p)),
        },
    }
}

pub fn condition(c: &Cond) -> String {
    junction(c, 0)
}

/// A condition in a place that binds as tightly as `outer`: 0 for `||`, 1 for `&&`, 2 for `!`.
fn junction(c: &Cond, outer: u8) -> String {
    let (own, text) = match &c.kind {
        CondKind::Or(a, b) => (0, format!("{} || {}", junction(a, 0), junction(b, 1))),
        CondKind::And(a, b) => (1, format!("{} && {}", junction(a, 1), junction(b, 2))),
        CondKind::Not(a) => (2, format!("!{}", junction(a, 3))),
        CondKind::Compare { op, left, right } => {
            let [a, b] = [left, right].map(|e| within(e, Tightness::Sum, Spacing::Wide));
            (2, format!("{a} {} {b}", op.word()))
        }
        CondKind::Error => (3, "?".into()),
    };
    parenthesised(text, own < outer)
}

fn parenthesised(text: String, needed: bool) -> String {
    if needed { format!("({text})") } else { text }
}

/// `[i,j]`, or `[2*y + r, x]` where a position is more than a word.
fn brackets(parts: &[String]) -> String {
    if parts.is_empty() {
        return String::new();
    }
    let plain = |p: &String| {
        p.chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '#')
    };
    let separator = if parts.iter().all(plain) { "," } else { ", " };
    format!("[{}]", parts.join(separator))
}

pub fn path(p: &super::Path) -> String {
    p.tokens.to_string().replace(' ', "")
}

fn call(function: &str, arguments: &[Expr]) -> String {
    let arguments: Vec<String> = arguments.iter().map(expr).collect();
    format!("{function}({})", arguments.join(", "))
}

fn annotated(a: &Annotated) -> String {
    match &a.dimension {
        Some(d) => format!("{}: {}", name(&a.index), position(d)),
        None => name(&a.index),
    }
}

/// A name, with `r#` where Rust wants it.
fn name(n: &Name) -> String {
    written(&n.text)
}

fn number(n: Number) -> String {
    match n {
        Number::Whole(n) => n.to_string(),
        Number::Real(x) if x == f64::INFINITY => "inf".into(),
        Number::Real(x) => format!("{x:?}"),
    }
}

/// An expression in a place that asks for `outer`.
fn within(e: &Expr, outer: Tightness, spacing: Spacing) -> String {
    use Tightness::{Atom, If, Power, Product, Sum, Unary};
    let (own, text) = match &e.kind {
        ExprKind::Group(inner) => return within(inner, outer, spacing),
        ExprKind::Number(n) => (Atom, number(*n)),
        ExprKind::Pi => (Atom, "pi".into()),
        ExprKind::Inf => (Atom, "inf".into()),
        ExprKind::Name(n) => (Atom, name(n)),
        ExprKind::Len(n) => (Atom, format!("len({})", name(n))),
        ExprKind::Access(a) => (Atom, access(a)),
        ExprKind::Derivative { of, by } => (Atom, format!("d({})/d({})", access(of), access(by))),
        ExprKind::Indicator(c) => (Atom, format!("({})", condition(c))),
        ExprKind::Call {
            function,
            arguments,
        } => (Atom, call(&path(function), arguments)),
        ExprKind::Reduction {
            function,
            indices,
            body,
        } => {
            let indices: Vec<String> = indices.iter().map(annotated).collect();
            let text = format!("{}{}({})", function.text, brackets(&indices), expr(body));
            (Atom, text)
        }
        ExprKind::Rust(tokens) => (Atom, rust(&tokens.to_string())),
        ExprKind::Error => (Atom, "?".into()),
        ExprKind::If {
            condition: c,
            then,
            otherwise,
        } => {
            let mut text = format!("if {} {{ {} }}", condition(c), expr(then));
            let rest = expr(otherwise);
            text += &if rest.starts_with("if ") {
                format!(" else {rest}")
            } else {
                format!(" else {{ {rest} }}")
            };
            (If, text)
        }
        ExprKind::Neg(a) => (Unary, format!("-{}", within(a, Unary, spacing))),
        ExprKind::Pow(a, b) => {
            let text = format!("{}^{}", within(a, Atom, spacing), within(b, Unary, spacing));
            (Power, text)
        }
        ExprKind::Rem(a, b) => {
            let [a, b] = [within(a, Product, spacing), within(b, Unary, spacing)];
            let text = match spacing {
                Spacing::Wide => format!("{a} % {b}"),
                Spacing::Tight => format!("{a}%{b}"),
            };
            (Product, text)
        }
        ExprKind::Sum(addends) => {
            let mut text = String::new();
            for (n, (plus, addend)) in addends.iter().enumerate() {
                text += match (n, plus) {
                    (0, true) => "",
                    (0, false) => "-",
                    (_, true) => " + ",
                    (_, false) => " - ",
                };
                text += &within(addend, Product, spacing);
            }
            (Sum, text)
        }
        ExprKind::Product(factors) => {
            let mut text = String::new();
            for (n, (divides, factor)) in factors.iter().enumerate() {
                text += match (n, divides, spacing) {
                    (0, false, _) => "",
                    (0, true, Spacing::Wide) => "1 / ",
                    (0, true, Spacing::Tight) => "1/",
                    (_, false, Spacing::Wide) => " * ",
                    (_, true, Spacing::Wide) => " / ",
                    (_, false, Spacing::Tight) => "*",
                    (_, true, Spacing::Tight) => "/",
                };
                text += &within(factor, Unary, spacing);
            }
            (Product, text)
        }
    };
    parenthesised(text, own < outer)
}

/// `{n as f64}`, however the compiler spaces it.
pub(crate) fn rust(tokens: &str) -> String {
    let inner = tokens.trim().trim_start_matches('{').trim_end_matches('}');
    format!("{{{}}}", inner.trim())
}
