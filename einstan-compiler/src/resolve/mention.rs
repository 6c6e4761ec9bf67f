//! What a piece of syntax mentions: accesses, indices, names, calls.

use crate::ast::{
    Access, Cond, CondKind, Equation, Expr, ExprKind, Name, Path, Subscript, SubscriptKind,
};
use crate::parse::words;
use std::collections::BTreeSet;

/// The expressions directly inside, without subscripts.
fn children(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        ExprKind::Neg(a) | ExprKind::Group(a) => vec![a],
        ExprKind::Sum(parts) | ExprKind::Product(parts) => parts.iter().map(|(_, e)| e).collect(),
        ExprKind::Rem(a, b) | ExprKind::Pow(a, b) => vec![a, b],
        ExprKind::Indicator(c) => condition_children(c),
        ExprKind::Call { arguments, .. } => arguments.iter().collect(),
        ExprKind::Reduction { body, .. } => vec![body],
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            let mut all = condition_children(condition);
            all.extend([&**then, &**otherwise]);
            all
        }
        _ => vec![],
    }
}

fn condition_children(c: &Cond) -> Vec<&Expr> {
    match &c.kind {
        CondKind::Compare { left, right, .. } => vec![left, right],
        CondKind::And(a, b) | CondKind::Or(a, b) => {
            [condition_children(a), condition_children(b)].concat()
        }
        CondKind::Not(a) => condition_children(a),
        CondKind::Error => vec![],
    }
}

/// The indices of reductions that have a dimension there.
pub(crate) fn annotations(e: &Expr) -> Vec<(Name, &Expr)> {
    let mut out: Vec<(Name, &Expr)> = Vec::new();
    if let ExprKind::Reduction { indices, .. } = &e.kind {
        let own = indices.iter();
        out.extend(own.filter_map(|a| Some((a.index.clone(), a.dimension.as_ref()?))));
    }
    out.extend(children(e).into_iter().flat_map(annotations));
    out
}

/// The index of a subscript that is one name and nothing else.
pub(crate) fn plain_index(s: &Subscript) -> Option<&Name> {
    match &s.kind {
        SubscriptKind::Plain(Expr {
            kind: ExprKind::Name(n),
            ..
        }) => Some(n),
        _ => None,
    }
}

pub(crate) fn positions(a: &Access) -> Vec<&Expr> {
    a.subscripts.iter().map(position).collect()
}

/// The expression of a subscript.
pub(crate) fn position(s: &Subscript) -> &Expr {
    match &s.kind {
        SubscriptKind::Plain(e) => e,
        SubscriptKind::Wrapped { position, .. } => position,
    }
}

/// The tensors that stand inside of subscripts.
pub(crate) fn gathered(e: &Equation) -> BTreeSet<String> {
    let outer = accesses_of(e).into_iter().map(|(a, _)| a);
    let mut out = BTreeSet::new();
    for a in outer.chain([e.left.access()]) {
        let inner = positions(&a).into_iter().flat_map(accesses);
        out.extend(inner.map(|(a, _)| a.tensor.text));
    }
    out
}

/// The indices that reductions and normalisations name.
pub(crate) fn bound_names(e: &Expr) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    bound(e, &mut out);
    out
}

/// The names that an expression uses as a subscript or as a number, and no reduction in it binds.
pub(crate) fn mentions(e: &Expr) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = children(e).into_iter().flat_map(mentions).collect();
    match &e.kind {
        ExprKind::Name(n) => {
            out.insert(n.text.clone());
        }
        ExprKind::Access(a) => out.extend(positions(a).into_iter().flat_map(mentions)),
        ExprKind::Derivative { of, by } => {
            out.extend(
                positions(of)
                    .into_iter()
                    .chain(positions(by))
                    .flat_map(mentions),
            );
        }
        ExprKind::Reduction {
            function, indices, ..
        } => {
            let names = indices.iter().map(|a| a.index.text.clone());
            if words::NORMALISERS.contains(&function.text.as_str()) {
                out.extend(names);
            } else {
                names.for_each(|n| {
                    out.remove(&n);
                });
            }
        }
        _ => {}
    }
    out
}

/// Every access, outer ones first, and whether it stands in a branch.
pub(crate) fn accesses(e: &Expr) -> Vec<(Access, bool)> {
    let mut out = Vec::new();
    collect(e, false, &mut out);
    out
}

/// Every access of the right-hand side, and of subscripts on the left.
pub(crate) fn accesses_of(e: &Equation) -> Vec<(Access, bool)> {
    let mut out = accesses(&e.right);
    for position in positions(&e.left.access()) {
        collect(position, false, &mut out);
    }
    out
}

fn collect(e: &Expr, branch: bool, out: &mut Vec<(Access, bool)>) {
    match &e.kind {
        ExprKind::Access(a) => {
            out.push((a.clone(), branch));
            positions(a)
                .into_iter()
                .for_each(|p| collect(p, branch, out));
        }
        ExprKind::If {
            condition,
            then,
            otherwise,
        } => {
            collect_condition(condition, branch, out);
            collect(then, true, out);
            collect(otherwise, true, out);
        }
        ExprKind::Indicator(c) => collect_condition(c, branch, out),
        ExprKind::Derivative { of, by } => {
            for a in [of, by] {
                out.push((a.clone(), branch));
                let inside = positions(a).into_iter();
                inside.for_each(|p| collect(p, branch, out));
            }
        }
        _ => children(e)
            .into_iter()
            .for_each(|c| collect(c, branch, out)),
    }
}

fn collect_condition(c: &Cond, branch: bool, out: &mut Vec<(Access, bool)>) {
    match &c.kind {
        CondKind::Compare { left, right, .. } => {
            collect(left, branch, out);
            collect(right, branch, out);
        }
        CondKind::And(a, b) | CondKind::Or(a, b) => {
            collect_condition(a, branch, out);
            collect_condition(b, true, out);
        }
        CondKind::Not(a) => collect_condition(a, branch, out),
        CondKind::Error => {}
    }
}

/// The indices of an equation: names in subscripts, on the left, or bound by a reduction.
pub(crate) fn index_names(e: &Equation) -> BTreeSet<String> {
    let mut out: BTreeSet<String> = e
        .left
        .subscripts
        .iter()
        .flat_map(|(s, _)| mentions(position(s)))
        .collect();
    out.extend(subscript_names(&e.right).into_iter().map(|n| n.text));
    bound(&e.right, &mut out);
    out
}

/// The plain names in subscripts.
pub(crate) fn subscript_names(e: &Expr) -> Vec<Name> {
    accesses(e)
        .iter()
        .flat_map(|(a, _)| {
            positions(a)
                .into_iter()
                .flat_map(bare_names)
                .collect::<Vec<_>>()
        })
        .collect()
}

fn bound(e: &Expr, out: &mut BTreeSet<String>) {
    if let ExprKind::Reduction { indices, .. } = &e.kind {
        out.extend(indices.iter().map(|a| a.index.text.clone()));
    }
    children(e).into_iter().for_each(|c| bound(c, out));
}

/// The names without subscripts, those in subscripts apart.
pub(crate) fn bare_names(e: &Expr) -> Vec<Name> {
    let mut out: Vec<Name> = match &e.kind {
        ExprKind::Name(n) => vec![n.clone()],
        _ => vec![],
    };
    children(e)
        .into_iter()
        .for_each(|c| out.extend(bare_names(c)));
    out
}

/// The call of a function by a plain name.
#[derive(Clone, Debug)]
pub(crate) struct Called {
    pub name: Name,
    /// How many arguments it has.
    pub arguments: usize,
}

impl Called {
    pub fn of(function: &Path, arguments: &[Expr]) -> Option<Called> {
        let text = function.plain()?.to_string();
        let span = function.span;
        Some(Called {
            name: Name { text, span },
            arguments: arguments.len(),
        })
    }
}

/// The functions that an expression calls by a plain name.
pub(crate) fn calls(e: &Expr, out: &mut Vec<Called>) {
    if let ExprKind::Call {
        function,
        arguments,
    } = &e.kind
    {
        out.extend(Called::of(function, arguments));
    }
    children(e).into_iter().for_each(|c| calls(c, out));
}

/// Two indices that a subscript multiplies.
pub(crate) fn product_of_indices(e: &Expr) -> Option<(String, String)> {
    if let ExprKind::Product(parts) = &e.kind {
        let names: Vec<&str> = parts
            .iter()
            .filter_map(|(divides, e)| match &e.kind {
                ExprKind::Name(n) if !divides => Some(n.text.as_str()),
                _ => None,
            })
            .collect();
        if let [a, b, ..] = names[..] {
            return Some((a.to_string(), b.to_string()));
        }
    }
    children(e).into_iter().find_map(product_of_indices)
}

/// Whether some product of the expression has two factors that mention `name`.
pub(crate) fn summed_somewhere(e: &Expr, name: &str) -> bool {
    let here = match &e.kind {
        ExprKind::Product(parts) => {
            parts
                .iter()
                .filter(|(_, e)| mentions(e).contains(name))
                .count()
                > 1
        }
        _ => false,
    };
    here || children(e).into_iter().any(|c| summed_somewhere(c, name))
}

/// The first access along `name`.
pub(crate) fn place_of(e: &Expr, name: &str) -> Option<Access> {
    accesses(e)
        .into_iter()
        .map(|(a, _)| a)
        .find(|a| positions(a).into_iter().any(|p| mentions(p).contains(name)))
}

/// The factor that mentions `name` and does not sum it, around which a sum over it can stand; all of a sum, where several
/// addends do.
pub(crate) fn factor<'e>(e: &'e Expr, name: &str) -> &'e Expr {
    let open = |e: &Expr| mentions(e).contains(name) && !summed_somewhere(e, name);
    let parts = match &e.kind {
        ExprKind::Neg(a) => return factor(a, name),
        ExprKind::Sum(parts) => parts.iter().filter(|(_, e)| open(e)).collect(),
        // What divides is a factor with its numerator.
        ExprKind::Product(parts) => {
            let mut parts: Vec<_> = parts.iter().filter(|(_, e)| open(e)).collect();
            if parts.iter().any(|(divides, _)| *divides) {
                parts.clear();
            }
            parts
        }
        _ => vec![],
    };
    match parts[..] {
        [(_, only)] => factor(only, name),
        _ => e,
    }
}

/// The access with `len(name)` for the bare name.
pub(crate) fn with_length(a: &Access, name: &str) -> Access {
    fn put(e: &mut Expr, name: &str) {
        match &mut e.kind {
            ExprKind::Name(n) if n.text == name => e.kind = ExprKind::Len(n.clone()),
            ExprKind::Neg(a) | ExprKind::Group(a) => put(a, name),
            ExprKind::Sum(parts) | ExprKind::Product(parts) => {
                parts.iter_mut().for_each(|(_, e)| put(e, name));
            }
            ExprKind::Rem(a, b) => [a, b].into_iter().for_each(|e| put(e, name)),
            ExprKind::Access(a) => *a = with_length(a, name),
            _ => {}
        }
    }
    let mut out = a.clone();
    for s in &mut out.subscripts {
        match &mut s.kind {
            SubscriptKind::Plain(e) => put(e, name),
            SubscriptKind::Wrapped { position, .. } => put(position, name),
        }
    }
    out
}

/// Calls `visit` with every tensor and bare name, with the number of its subscripts, in the order of the source.
pub(crate) fn in_order(e: &Expr, visit: &mut impl FnMut(&Name, usize)) {
    match &e.kind {
        ExprKind::Name(n) => visit(n, 0),
        ExprKind::Access(a) => {
            visit(&a.tensor, a.subscripts.len());
            positions(a).into_iter().for_each(|p| in_order(p, visit));
        }
        ExprKind::Derivative { of, by } => [of, by]
            .into_iter()
            .for_each(|a| visit(&a.tensor, a.subscripts.len())),
        _ => children(e).into_iter().for_each(|c| in_order(c, visit)),
    }
}
