//! The ir in the notation, with its sums written out.

use super::{BinaryOp, Expr, ExprId, Function, IndexId, Op, ReduceOp, UnaryOp};

/// All equations, one a line.
pub fn print(f: &Function) -> String {
    f.equations
        .iter()
        .map(|e| {
            let op = if e.op == Op::Define { "=" } else { "+=" };
            format!(
                "{} {op} {};\n",
                f.show_access(e.tensor, &e.left),
                expr(f, e.right)
            )
        })
        .collect()
}

/// A length, in which dimensions stand for theirs: `n - m + 1`.
pub fn length(f: &Function, id: ExprId) -> String {
    let text = expr(f, id);
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("len(") {
        let (name, after) = after.split_once(')').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(name);
        rest = after;
    }
    out + rest
}

/// A position in a subscript: `clamp(i - 1)`, `wrap(i + 1)`, `2*i`.
pub fn position(f: &Function, id: ExprId) -> String {
    match f.exprs.around(id) {
        Some((word, position)) => format!("{word}({})", expr(f, position)),
        None => expr(f, id),
    }
}

/// How tightly an operator binds.
const SUM: u8 = 1;
const PRODUCT: u8 = 2;
const SIGN: u8 = 3;
const POWER: u8 = 4;
const ATOM: u8 = 5;

/// One expression.
pub fn expr(f: &Function, id: ExprId) -> String {
    at(f, id, 0)
}

/// An expression where something binds as tightly as `outer`.
fn at(f: &Function, id: ExprId, outer: u8) -> String {
    let (text, own) = tree(f, id);
    if own < outer {
        format!("({text})")
    } else {
        text
    }
}

fn tree(f: &Function, id: ExprId) -> (String, u8) {
    let two = |a: ExprId, op: &str, b: ExprId, own: u8| {
        (format!("{} {op} {}", at(f, a, own), at(f, b, own + 1)), own)
    };
    match f.exprs.get(id) {
        Expr::Real(r) if r.value().is_infinite() => {
            if r.value() > 0.0 {
                ("inf".to_string(), ATOM)
            } else {
                ("-inf".to_string(), SIGN)
            }
        }
        Expr::Real(r) => (
            r.value().to_string(),
            if r.value() < 0.0 { SIGN } else { ATOM },
        ),
        Expr::Integer(n) => (n.to_string(), if *n < 0 { SIGN } else { ATOM }),
        Expr::Len(d) => (format!("len({})", f.dim(*d).name), ATOM),
        Expr::IndexValue(i) | Expr::Counter(i) => (f.index(*i).name.clone(), ATOM),
        Expr::Access {
            tensor, subscripts, ..
        }
        | Expr::IntegerAccess {
            tensor, subscripts, ..
        } => (f.show_access(*tensor, subscripts), ATOM),
        Expr::IntegerAdd(a, b) if taken_away(f, *b).is_some() => {
            let (a, b) = (at(f, *a, SUM), taken_away(f, *b).unwrap_or_default());
            (format!("{a} - {b}"), SUM)
        }
        Expr::IntegerMax(a, b) => (format!("max({}, {})", expr(f, *a), expr(f, *b)), ATOM),
        Expr::IntegerMin(a, b) => (format!("min({}, {})", expr(f, *a), expr(f, *b)), ATOM),
        Expr::Unary(UnaryOp::Neg, a) | Expr::IntegerNeg(a) => {
            (format!("-{}", at(f, *a, SIGN)), SIGN)
        }
        Expr::Unary(op, a) => (format!("{}({})", op.word(), expr(f, *a)), ATOM),
        Expr::Binary(BinaryOp::Add, a, b) | Expr::IntegerAdd(a, b) => two(*a, "+", *b, SUM),
        Expr::Binary(BinaryOp::Sub, a, b) => two(*a, "-", *b, SUM),
        Expr::Binary(BinaryOp::Mul, a, b) | Expr::IntegerMul(a, b) => two(*a, "*", *b, PRODUCT),
        Expr::Binary(BinaryOp::Div, a, b) => two(*a, "/", *b, PRODUCT),
        Expr::IntegerRem(a, b) => two(*a, "%", *b, PRODUCT),
        Expr::IntegerDiv(a, b) => two(*a, "/", *b, PRODUCT),
        Expr::Binary(op, a, b) => (
            format!("{}({}, {})", op.word(), expr(f, *a), expr(f, *b)),
            ATOM,
        ),
        Expr::PowI(a, n) => (format!("{}^{n}", at(f, *a, ATOM)), POWER),
        Expr::Reduce { op, indices, body } => (reduce(f, *op, indices, *body), ATOM),
        Expr::ArgReduce { op, index, body } => (reduce(f, *op, &[*index], *body), ATOM),
        Expr::Softmax { along, body, log } => {
            let word = if *log { "log_softmax" } else { "softmax" };
            (
                format!("{word}[{}]({})", names(f, along), expr(f, *body)),
                ATOM,
            )
        }
        Expr::Select {
            condition,
            then,
            otherwise,
        } => (
            format!(
                "if {} {{ {} }} else {{ {} }}",
                expr(f, *condition),
                expr(f, *then),
                expr(f, *otherwise)
            ),
            0,
        ),
        Expr::Jacobian { of, at, by, to } => (
            format!(
                "d({})/d({})",
                f.show_access(*of, at),
                f.show_access(*by, to)
            ),
            ATOM,
        ),
        Expr::Returned {
            call,
            part,
            output,
            subscripts,
            ..
        } => {
            let (name, at) = (&f.calls[call.index()].name, f.show_subscripts(subscripts));
            (format!("{name}.{part:?}.{output}{at}"), ATOM)
        }
        Expr::Foreign {
            function,
            arguments,
        } => {
            let arguments: Vec<String> = arguments.iter().map(|&a| expr(f, a)).collect();
            let name = &f.foreign[function.index()].name;
            (format!("{name}({})", arguments.join(", ")), ATOM)
        }
        Expr::Argument(at) => (format!("argument {at}"), ATOM),
        Expr::Given(g) => (f.given[g.index()].text.clone(), ATOM),
        Expr::Indicator(c) => (format!("({})", expr(f, *c)), ATOM),
        Expr::Number(a) => tree(f, *a),
        Expr::Truth(true) => ("0 == 0".to_string(), 0),
        Expr::Truth(false) => ("0 != 0".to_string(), 0),
        Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => (
            format!("{} {} {}", at(f, *a, SUM), op.word(), at(f, *b, SUM)),
            0,
        ),
        Expr::And(a, b) => (format!("({} && {})", expr(f, *a), expr(f, *b)), ATOM),
        Expr::Or(a, b) => (format!("({} || {})", expr(f, *a), expr(f, *b)), ATOM),
        Expr::Not(a) => (format!("!({})", expr(f, *a)), ATOM),
    }
}

/// An integer that is added with a sign, without it.
fn taken_away(f: &Function, id: ExprId) -> Option<String> {
    match *f.exprs.get(id) {
        Expr::IntegerNeg(a) => Some(at(f, a, PRODUCT)),
        Expr::Integer(n) if n < 0 => Some(n.unsigned_abs().to_string()),
        _ => None,
    }
}

fn reduce(f: &Function, op: ReduceOp, indices: &[IndexId], body: ExprId) -> String {
    format!("{}[{}]({})", op.word(), names(f, indices), expr(f, body))
}

fn names(f: &Function, indices: &[IndexId]) -> String {
    indices
        .iter()
        .map(|&i| f.index(i).name.as_str())
        .collect::<Vec<_>>()
        .join(",")
}
