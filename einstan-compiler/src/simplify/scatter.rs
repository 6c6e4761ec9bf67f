//! What is added at computed positions is gathered, where the positions can be solved for an index: every element is written
//! once, whatever is added to it.
//!
//! ```text
//! X̄[y + r] += Ȳ[y]*K[r]          X̄[h] += sum[r](if 0 <= h - r && h - r < len(y) { Ȳ[h - r]*K[r] } else { 0 })
//! ```

use super::solve::solve;
use crate::ir::{
    CmpOp, DimId, Element, Equation, Expr, ExprId, Exprs, Function, IndexId, Op, ReduceOp,
    Subscript, indices,
};

pub(super) fn run(f: &mut Function) {
    let circles = f.circles(&f.equations);
    for at in 0..f.equations.len() {
        let mut e = f.equations[at].clone();
        let circular = f.is_circular(&circles, &e);
        if circular {
            e = with_own_indices(f, e, false);
            f.equations[at] = e.clone();
        }
        let computed = e.left.iter().any(|s| matches!(s, Subscript::At(_)));
        if computed && f.tensor(e.tensor).element == Element::Float {
            e = gathered(f, e);
            if circular {
                e = with_own_indices(f, e, true);
            }
            f.equations[at] = e;
        }
    }
}

/// An equation with an index of its own at each axis along which its recurrence runs: `T[j,j] += e` is
/// `T[i,j] += if i == j { e } else { 0 }`; and so is `T[j,j+2] += e`, of positions that can't be solved for another index,
/// where these are meant too.
fn with_own_indices(f: &mut Function, e: Equation, computed: bool) -> Equation {
    let Equation {
        mut left, right, ..
    } = e.clone();
    let (mut conditions, mut seen) = (Vec::new(), Vec::new());
    for a in f.recurrences.get(&e.tensor).cloned().unwrap_or_default() {
        let there = match left[a.axis] {
            Subscript::Index(i) if !seen.contains(&i) => {
                seen.push(i);
                continue;
            }
            Subscript::At(_) if !computed => continue,
            s => f.exprs.position(s),
        };
        let own = f.add_index("i", f.tensor(e.tensor).axes[a.axis]);
        let here = f.exprs.add(Expr::IndexValue(own));
        conditions.push((f.exprs.compare_integers(CmpOp::Equal, here, there), true));
        left[a.axis] = Subscript::Index(own);
    }
    let Some(condition) = f.exprs.all(&conditions) else {
        return e;
    };
    let zero = f.exprs.real(0.0);
    let right = match f.exprs.get(right).clone() {
        Expr::Reduce { op, indices, body } => {
            let body = f.exprs.select(condition, body, zero);
            f.exprs.add(Expr::Reduce { op, indices, body })
        }
        _ => f.exprs.select(condition, right, zero),
    };
    Equation {
        left,
        right,
        op: Op::Accumulate,
        ..e
    }
}

/// An equation with as few computed positions as can be.
fn gathered(f: &mut Function, e: Equation) -> Equation {
    let (mut over, body) = match f.exprs.get(e.right).clone() {
        Expr::Reduce {
            op: ReduceOp::Sum,
            indices,
            body,
        } => (indices, body),
        _ => (vec![], e.right),
    };
    let plain = indices(&e.left);
    let mut loops = f.exprs.indices_of(&e.left);
    // The axes along which a recurrence runs come first: there stands an index, whatever the others have.
    let own: Vec<usize> = f
        .recurrences
        .get(&e.tensor)
        .into_iter()
        .flatten()
        .map(|a| a.axis)
        .collect();
    let others = (0..e.left.len()).filter(|axis| !own.contains(axis));
    let axes: Vec<usize> = own.iter().copied().chain(others).collect();
    let (mut left, mut body) = (e.left.clone(), body);
    let mut gone: Vec<IndexId> = Vec::new();
    for axis in axes {
        let Subscript::At(position) = left[axis] else {
            continue;
        };
        let target = target(f, &e, &left, axis, position);
        let may_go = |i: IndexId| {
            let free = own.contains(&axis) || !plain.contains(&i);
            free && loops.contains(&i) && !gone.contains(&i)
        };
        let Some(solution) = solve(f, target.position, target.value, &may_go) else {
            continue;
        };
        gone.extend(solution.places.keys());
        for (axis, h) in target.axes {
            left[axis] = Subscript::Index(h);
        }
        for other in &mut left {
            if let Subscript::Index(i) = *other
                && let Some(&place) = solution.places.get(&i)
            {
                *other = Subscript::At(place);
            }
            if let Subscript::At(p) = *other {
                let p = solution.place(f, p);
                *other = Subscript::At(f.exprs.simple(p));
            }
        }
        let placed = solution.place(f, body);
        let placed = f.exprs.simple(placed);
        let placed = along(f, placed);
        body = solution.where_it_holds(f, placed);
        body = match target.condition {
            Some(condition) => {
                let zero = f.exprs.real(0.0);
                f.exprs.select(condition, body, zero)
            }
            None => body,
        };
    }
    // What stands on the left no more is summed.
    let still = f.exprs.indices_of(&left);
    loops.retain(|i| !plain.contains(i));
    over.retain(|i| !gone.contains(i));
    over.extend(
        loops
            .iter()
            .filter(|i| !gone.contains(i) && !still.contains(i)),
    );
    over.sort_unstable();
    let right = match over.is_empty() {
        true => body,
        false => f.exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices: over,
            body,
        }),
    };
    Equation {
        left,
        right,
        op: Op::Accumulate,
        ..e
    }
}

/// An expression whose reads at positions that are an index of their axis are reads along it.
fn along(f: &mut Function, id: ExprId) -> ExprId {
    let (tensors, of_indices) = (&f.tensors, &f.indices);
    let plain = |exprs: &Exprs, s: Subscript, dim: DimId| match s {
        Subscript::At(e) => match *exprs.get(e) {
            Expr::IndexValue(i) if of_indices[i.0 as usize].dim == dim => Subscript::Index(i),
            _ => s,
        },
        _ => s,
    };
    f.exprs.replace(id, &mut |exprs, e| {
        let (tensor, subscripts, _) = exprs.get(e).read()?;
        let axes = subscripts.iter().zip(&tensors[tensor.0 as usize].axes);
        let new: Vec<Subscript> = axes.map(|(&s, &dim)| plain(exprs, s, dim)).collect();
        if new == subscripts {
            return None;
        }
        let mut node = exprs.get(e).clone();
        let mut places = new.into_iter();
        node.each_subscript(&mut |s| *s = places.next().unwrap_or(*s));
        Some(exprs.add(node))
    })
}

/// What is to be solved for the position of an axis.
struct Target {
    position: ExprId,
    value: ExprId,
    /// The axes that are solved together, each with its index.
    axes: Vec<(usize, IndexId)>,
    condition: Option<ExprId>,
}

/// `position == h`; for `T[e / k, e % k]` both together, `e == k*h + l` where l < k.
fn target(
    f: &mut Function,
    e: &Equation,
    left: &[Subscript],
    axis: usize,
    position: ExprId,
) -> Target {
    let own = f.tensor(e.tensor).axes.clone();
    let h = f.add_index("i", own[axis]);
    let value = f.exprs.add(Expr::IndexValue(h));
    let alone = Target {
        position,
        value,
        axes: vec![(axis, h)],
        condition: None,
    };
    let (number, base, quotient) = match *f.exprs.get(position) {
        Expr::IntegerDiv(number, base) => (number, base, true),
        Expr::IntegerRem(number, base) => (number, base, false),
        _ => return alone,
    };
    let partner = match quotient {
        true => Expr::IntegerRem(number, base),
        false => Expr::IntegerDiv(number, base),
    };
    let partner = f.exprs.add(partner);
    let Some(other) = left.iter().position(|s| *s == Subscript::At(partner)) else {
        return alone;
    };
    let l = f.add_index("j", own[other]);
    let other_value = f.exprs.add(Expr::IndexValue(l));
    let (high, low, low_dim) = match quotient {
        true => (value, other_value, own[other]),
        false => (other_value, value, own[axis]),
    };
    let product = f.exprs.add(Expr::IntegerMul(base, high));
    let value = f.exprs.add(Expr::IntegerAdd(product, low));
    let length = f.length_of(low_dim);
    let length = f.exprs.add(length);
    let condition =
        (length != base).then(|| f.exprs.add(Expr::IntegerCompare(CmpOp::Less, low, base)));
    Target {
        position: number,
        value,
        axes: vec![(axis, h), (other, l)],
        condition,
    }
}
