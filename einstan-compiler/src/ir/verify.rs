//! What must hold of every ir, and of one in normal form.

use super::{
    DimId, Element, Equation, Expr, ExprId, Function, IndexId, Meeting, Op, Parameter, ReduceOp,
    Role, Subscript, TensorId, positions,
};
use std::collections::BTreeSet;

/// The kinds of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Integer,
    Boolean,
}

/// Says what is wrong with a function, if anything: ids, ranks, kinds, scopes, and that a tensor has a value before it is
/// read.
pub fn verify(f: &Function) -> Result<(), String> {
    let mut known: BTreeSet<TensorId> = BTreeSet::new();
    for p in &f.parameters {
        match *p {
            Parameter::Tensor(t) => drop(known.insert(t)),
            Parameter::Dim(d) => dim(f, d)?,
        }
    }
    let cotangents = (0..f.tensors.len() as u32).map(TensorId);
    known.extend(cotangents.filter(|&t| matches!(f.tensor(t).role, Role::Cotangent { .. })));
    known.extend(f.recurrences.keys());
    let mut defined = BTreeSet::new();
    for (at, e) in f.equations.iter().enumerate() {
        let place = |what: String| {
            format!(
                "{}: equation {at}, of `{}`: {what}",
                f.name,
                f.tensor(e.tensor).name
            )
        };
        if f.updates.contains_key(&e.tensor) {
            return Err(place(
                "a parameter is written before its last value is known".to_string(),
            ));
        }
        if e.op == Op::Define && !defined.insert(e.tensor) {
            return Err(place("defined twice".to_string()));
        }
        let scope: BTreeSet<IndexId> = f.exprs.indices_of(&e.left).into_iter().collect();
        for &axis in &f.tensor(e.tensor).axes {
            dim(f, axis)?;
        }
        for position in positions(&e.left) {
            match kind(f, position, &scope, &known).map_err(place)? {
                Kind::Integer if e.op == Op::Accumulate => {}
                _ => return Err(place("a position on the left".to_string())),
            }
        }
        if e.left.len() != f.tensor(e.tensor).axes.len() {
            return Err(place("the left-hand side has another rank".to_string()));
        }
        if let Expr::Returned { .. } = f.exprs.get(e.right) {
            returned(f, e, &known).map_err(place)?;
            known.insert(e.tensor);
            continue;
        }
        let kind = kind(f, e.right, &scope, &known).map_err(place)?;
        let wanted = match f.tensor(e.tensor).element {
            Element::Float => Kind::Number,
            Element::Integer(_) => Kind::Integer,
        };
        if kind != wanted {
            return Err(place(format!(
                "the right-hand side is of kind {kind:?}, not {wanted:?}"
            )));
        }
        known.insert(e.tensor);
    }
    f.results.iter().try_for_each(|r| {
        if known.contains(r) {
            Ok(())
        } else {
            Err(format!("{}: a result is not defined", f.name))
        }
    })
}

/// The same, and that every right-hand side is a map, one reduction of a map, or one softmax of a map.
pub fn verify_normal(f: &Function) -> Result<(), String> {
    verify(f)?;
    for e in &f.equations {
        let body = match *f.exprs.get(e.right) {
            Expr::Reduce { body, op, .. } if op != ReduceOp::Mean => body,
            Expr::ArgReduce { body, .. } | Expr::Softmax { body, .. } => body,
            _ => e.right,
        };
        let reduces = |id: &ExprId| {
            matches!(
                f.exprs.get(*id),
                Expr::Reduce { .. } | Expr::ArgReduce { .. } | Expr::Softmax { .. }
            )
        };
        let jacobian = |id: &ExprId| matches!(f.exprs.get(*id), Expr::Jacobian { .. });
        let all = f.exprs.walk(body);
        if all.iter().any(reduces) || all.iter().any(jacobian) {
            return Err(format!(
                "{}: the equation of `{}` is not in normal form",
                f.name,
                f.tensor(e.tensor).name
            ));
        }
    }
    Ok(())
}

fn dim(f: &Function, d: DimId) -> Result<(), String> {
    if d.index() < f.dims.len() {
        Ok(())
    } else {
        Err(format!("{}: no dimension {d:?}", f.name))
    }
}

/// An equation that takes all of an output of a call.
fn returned(f: &Function, e: &Equation, known: &BTreeSet<TensorId>) -> Result<(), String> {
    let Expr::Returned {
        call,
        part,
        inputs,
        output,
        subscripts,
    } = f.exprs.get(e.right)
    else {
        return Ok(());
    };
    let Some(c) = f.calls.get(call.index()) else {
        return Err("there is no such call".to_string());
    };
    let count = |lists: Vec<usize>| lists.into_iter().sum::<usize>();
    let (wanted, outputs) = (
        count(part.inputs(c.arguments.len(), c.results)),
        count(part.outputs(c.arguments.len(), c.results)),
    );
    if inputs.len() != wanted || *output >= outputs {
        return Err(format!(
            "a call of `{}` has other inputs or outputs",
            c.name
        ));
    }
    if let Some(t) = inputs.iter().flatten().find(|t| !known.contains(t)) {
        let name = &f.tensor(*t).name;
        return Err(format!("`{name}` is passed before it has a value"));
    }
    if e.op != Op::Define || *subscripts != e.left || !f.covers(e) {
        return Err("a part of what a call returns".to_string());
    }
    Ok(())
}

/// The kind of an expression in a scope of indices.
fn kind(
    f: &Function,
    id: ExprId,
    scope: &BTreeSet<IndexId>,
    known: &BTreeSet<TensorId>,
) -> Result<Kind, String> {
    let of = |id: ExprId, scope: &BTreeSet<IndexId>, wanted: Kind| match kind(f, id, scope, known)?
    {
        k if k == wanted => Ok(()),
        k => Err(format!("an operand is of kind {k:?}, not {wanted:?}")),
    };
    let bind = |indices: &[IndexId]| -> Result<BTreeSet<IndexId>, String> {
        let mut inner = scope.clone();
        for i in indices {
            if !inner.insert(*i) {
                return Err(format!("index `{}` is bound twice", f.index(*i).name));
            }
        }
        Ok(inner)
    };
    let all = |ids: &[ExprId], wanted: Kind| ids.iter().try_for_each(|&i| of(i, scope, wanted));
    match f.exprs.get(id) {
        Expr::Real(_) | Expr::Given(_) => Ok(Kind::Number),
        Expr::Argument(_) => Err("a parameter of a rule stands in an equation".to_string()),
        Expr::Foreign { arguments, .. } => all(arguments, Kind::Number).map(|()| Kind::Number),
        Expr::Integer(_) => Ok(Kind::Integer),
        Expr::Len(d) => dim(f, *d).map(|()| Kind::Integer),
        Expr::Counter(_) => Err("a counter stands outside of its loop".to_string()),
        Expr::IndexValue(i) => in_scope(f, *i, scope).map(|()| Kind::Integer),
        Expr::Access {
            tensor,
            subscripts,
            guarded,
        } => {
            access(f, *tensor, subscripts, *guarded, scope, known)?;
            Ok(Kind::Number)
        }
        Expr::IntegerAccess {
            tensor,
            subscripts,
            guarded,
        } => {
            access(f, *tensor, subscripts, *guarded, scope, known)?;
            Ok(Kind::Integer)
        }
        Expr::Unary(_, a) | Expr::PowI(a, _) => all(&[*a], Kind::Number).map(|()| Kind::Number),
        Expr::Binary(_, a, b) => all(&[*a, *b], Kind::Number).map(|()| Kind::Number),
        Expr::Reduce { indices, body, .. } => {
            of(*body, &bind(indices)?, Kind::Number).map(|()| Kind::Number)
        }
        Expr::ArgReduce { index, body, .. } => {
            of(*body, &bind(&[*index])?, Kind::Number).map(|()| Kind::Integer)
        }
        Expr::Softmax { along, body, .. } => {
            along.iter().try_for_each(|&i| in_scope(f, i, scope))?;
            of(*body, scope, Kind::Number).map(|()| Kind::Number)
        }
        Expr::Select {
            condition,
            then,
            otherwise,
        } => {
            of(*condition, scope, Kind::Boolean)?;
            let value = kind(f, *then, scope, known)?;
            of(*otherwise, scope, value).map(|()| value)
        }
        Expr::Jacobian { of, at, by, to } => {
            access(f, *of, at, false, scope, known)?;
            access(f, *by, to, false, scope, known)?;
            Ok(Kind::Number)
        }
        Expr::Returned { .. } => Err("a call stands inside of an expression".to_string()),
        Expr::Indicator(c) => of(*c, scope, Kind::Boolean).map(|()| Kind::Number),
        Expr::Number(a) => of(*a, scope, Kind::Integer).map(|()| Kind::Number),
        Expr::IntegerNeg(a) => of(*a, scope, Kind::Integer).map(|()| Kind::Integer),
        Expr::IntegerAdd(a, b)
        | Expr::IntegerMul(a, b)
        | Expr::IntegerRem(a, b)
        | Expr::IntegerDiv(a, b)
        | Expr::IntegerMax(a, b)
        | Expr::IntegerMin(a, b) => all(&[*a, *b], Kind::Integer).map(|()| Kind::Integer),
        Expr::Truth(_) => Ok(Kind::Boolean),
        Expr::Compare(_, a, b) => all(&[*a, *b], Kind::Number).map(|()| Kind::Boolean),
        Expr::IntegerCompare(_, a, b) => all(&[*a, *b], Kind::Integer).map(|()| Kind::Boolean),
        Expr::And(a, b) | Expr::Or(a, b) => all(&[*a, *b], Kind::Boolean).map(|()| Kind::Boolean),
        Expr::Not(a) => of(*a, scope, Kind::Boolean).map(|()| Kind::Boolean),
    }
}

fn in_scope(f: &Function, i: IndexId, scope: &BTreeSet<IndexId>) -> Result<(), String> {
    if scope.contains(&i) {
        Ok(())
    } else {
        Err(format!("index `{}` is not in scope", f.index(i).name))
    }
}

fn access(
    f: &Function,
    tensor: TensorId,
    subscripts: &[Subscript],
    guarded: bool,
    scope: &BTreeSet<IndexId>,
    known: &BTreeSet<TensorId>,
) -> Result<(), String> {
    let t = f.tensor(tensor);
    if !known.contains(&tensor) {
        return Err(format!("`{}` is read before it has a value", t.name));
    }
    if t.axes.len() != subscripts.len() {
        return Err(format!(
            "`{}` has {} axes and {} subscripts",
            t.name,
            t.axes.len(),
            subscripts.len()
        ));
    }
    for (s, &axis) in subscripts.iter().zip(&t.axes) {
        if let Subscript::At(e) = *s
            && kind(f, e, scope, known)? != Kind::Integer
        {
            return Err(format!("a position of `{}` is no integer", t.name));
        }
        if let Subscript::Index(i) = *s {
            in_scope(f, i, scope)?;
            let (have, want) = (f.dim(f.index(i).dim), f.dim(axis));
            // A fixed length and a named one are compared when the function is entered.
            if f.meeting(f.index(i).dim, axis) == Meeting::Never && !guarded {
                return Err(format!(
                    "`{}` is read along `{}`, which is not `{}`",
                    t.name, have.name, want.name
                ));
            }
        }
    }
    Ok(())
}
