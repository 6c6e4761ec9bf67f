//! Circles: the sets of tensors that depend on each other.

use super::{Equation, Function, Role, TensorId, positions};
use std::collections::{BTreeMap, BTreeSet};

/// The circles of some equations, in the order of their first tensors.
#[derive(Clone, Debug, Default)]
pub struct Circles {
    all: Vec<BTreeSet<TensorId>>,
    at: BTreeMap<TensorId, usize>,
}

impl Circles {
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &BTreeSet<TensorId>> {
        self.all.iter()
    }

    /// Every tensor of a circle, in order.
    pub fn tensors(&self) -> impl Iterator<Item = TensorId> + '_ {
        self.at.keys().copied()
    }

    pub fn contains(&self, tensor: TensorId) -> bool {
        self.at.contains_key(&tensor)
    }

    /// The number of the circle that a tensor stands in.
    pub fn number(&self, tensor: TensorId) -> Option<usize> {
        self.at.get(&tensor).copied()
    }

    /// The circle that a tensor stands in.
    pub fn of(&self, tensor: TensorId) -> Option<&BTreeSet<TensorId>> {
        self.number(tensor).map(|at| &self.all[at])
    }
}

impl Function {
    /// The sets of tensors that depend on each other.
    pub fn circles(&self, equations: &[Equation]) -> Circles {
        let mut circles = Circles::default();
        if self.recurrences.is_empty() {
            return circles;
        }
        let mut reads: BTreeMap<TensorId, BTreeSet<TensorId>> = BTreeMap::new();
        // A parameter that is changed is read as it was.
        let parameter = |t: &TensorId| matches!(self.tensor(*t).role, Role::Parameter { .. });
        for e in equations {
            let inside = positions(&e.left).chain([e.right]);
            let own = inside.flat_map(|id| self.exprs.tensors(id));
            let own = own.copied().filter(|t| !parameter(t));
            reads.entry(e.tensor).or_default().extend(own);
        }
        let mut all = components(&reads);
        all.retain(|c| c.iter().any(|t| self.recurrences.contains_key(t)));
        all.sort_unstable_by_key(|c| c.first().copied());
        for (at, circle) in all.iter().enumerate() {
            circles.at.extend(circle.iter().map(|&t| (t, at)));
        }
        circles.all = all;
        circles
    }
}

/// Where the search for components stands with a tensor.
#[derive(Clone, Copy)]
struct Found {
    /// When it was found.
    number: usize,
    /// The earliest one on the path that it leads back to.
    low: usize,
    on_path: bool,
}

/// The strongly connected components that contain an edge (Tarjan's algorithm, with a stack of its own: a chain of
/// equations may be long).
fn components(reads: &BTreeMap<TensorId, BTreeSet<TensorId>>) -> Vec<BTreeSet<TensorId>> {
    let (mut found, mut path, mut out) = (BTreeMap::<TensorId, Found>::new(), vec![], vec![]);
    for &root in reads.keys() {
        if found.contains_key(&root) {
            continue;
        }
        let mut open = vec![visit(root, reads, &mut found, &mut path)];
        while let Some((t, rest)) = open.last_mut() {
            let t = *t;
            if let Some(next) = rest.next() {
                match found.get(next).copied() {
                    None => open.push(visit(*next, reads, &mut found, &mut path)),
                    Some(other) if other.on_path => lower(&mut found, t, other.number),
                    Some(_) => {}
                }
                continue;
            }
            open.pop();
            let own = found[&t];
            if let Some(&(before, _)) = open.last() {
                lower(&mut found, before, own.low);
            }
            if own.low == own.number {
                let begin = path.iter().rposition(|&p| p == t).unwrap_or(0);
                let component: BTreeSet<TensorId> = path.drain(begin..).collect();
                for t in &component {
                    found.entry(*t).and_modify(|f| f.on_path = false);
                }
                let itself = || reads.get(&t).is_some_and(|r| r.contains(&t));
                if component.len() > 1 || itself() {
                    out.push(component);
                }
            }
        }
    }
    out
}

/// Finds a tensor: it, and what it reads.
fn visit<'r>(
    t: TensorId,
    reads: &'r BTreeMap<TensorId, BTreeSet<TensorId>>,
    found: &mut BTreeMap<TensorId, Found>,
    path: &mut Vec<TensorId>,
) -> (TensorId, impl Iterator<Item = &'r TensorId> + use<'r>) {
    let number = found.len();
    found.insert(
        t,
        Found {
            number,
            low: number,
            on_path: true,
        },
    );
    path.push(t);
    (t, reads.get(&t).into_iter().flatten())
}

fn lower(found: &mut BTreeMap<TensorId, Found>, t: TensorId, low: usize) {
    found.entry(t).and_modify(|f| f.low = f.low.min(low));
}
