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
        let mut reads: Vec<Vec<TensorId>> = vec![Vec::new(); self.tensors.len()];
        // A parameter that is changed is read as it was.
        let parameter = |t: &TensorId| matches!(self.tensor(*t).role, Role::Parameter { .. });
        for e in equations {
            let inside = positions(&e.left).chain([e.right]);
            let own = inside.flat_map(|id| self.exprs.tensors(id));
            let own = own.copied().filter(|t| !parameter(t));
            reads[e.tensor.index()].extend(own);
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

/// The strongly connected components that contain an edge, of tensors with those that each reads (Tarjan's algorithm, with a
/// stack of its own: a chain of equations may be long).
fn components(reads: &[Vec<TensorId>]) -> Vec<BTreeSet<TensorId>> {
    let mut search = Search {
        reads,
        found: vec![None; reads.len()],
        number: 0,
        path: vec![],
    };
    let mut out = vec![];
    for root in (0..reads.len()).map(|t| TensorId(t as u32)) {
        if search.found[root.index()].is_some() {
            continue;
        }
        let mut open = vec![search.visit(root)];
        while let Some((t, rest)) = open.last_mut() {
            let t = *t;
            if let Some(&next) = rest.next() {
                match search.found[next.index()] {
                    None => open.push(search.visit(next)),
                    Some(other) if other.on_path => search.lower(t, other.number),
                    Some(_) => {}
                }
                continue;
            }
            open.pop();
            let low = search.of(t).low;
            if let Some(&(before, _)) = open.last() {
                search.lower(before, low);
            }
            out.extend(search.component(t));
        }
    }
    out
}

struct Search<'r> {
    reads: &'r [Vec<TensorId>],
    found: Vec<Option<Found>>,
    /// How many were found.
    number: usize,
    /// What was found and is in no component yet.
    path: Vec<TensorId>,
}

impl<'r> Search<'r> {
    /// Finds a tensor: it, and what it reads.
    fn visit(&mut self, t: TensorId) -> (TensorId, std::slice::Iter<'r, TensorId>) {
        self.found[t.index()] = Some(Found {
            number: self.number,
            low: self.number,
            on_path: true,
        });
        self.number += 1;
        self.path.push(t);
        (t, self.reads[t.index()].iter())
    }

    /// A tensor that has been found.
    fn of(&mut self, t: TensorId) -> &mut Found {
        let found = self.found[t.index()].as_mut();
        found.expect("einstan internal error: a tensor that was not visited")
    }

    fn lower(&mut self, t: TensorId, low: usize) {
        let found = self.of(t);
        found.low = found.low.min(low);
    }

    /// The component of which a tensor was found first, once all that it reads was gone through; None where it reads nothing
    /// of it.
    fn component(&mut self, t: TensorId) -> Option<BTreeSet<TensorId>> {
        let own = *self.of(t);
        if own.low != own.number {
            return None;
        }
        let begin = self.path.iter().rposition(|&p| p == t).unwrap_or(0);
        let members = self.path.split_off(begin);
        members.iter().for_each(|&m| self.of(m).on_path = false);
        let circular = members.len() > 1 || self.reads[t.index()].contains(&t);
        circular.then(|| members.into_iter().collect())
    }
}
