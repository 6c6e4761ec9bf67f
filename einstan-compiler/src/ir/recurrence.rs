//! Recurrences: tensors that are read, each or through each other, by the equations that define them.
//!
//! ```text
//! H[t,j] = tanh(X[t,j] + S[t,j]);    S[t,j] = sum[l](if t - 1 >= 0 { H[t-1,l] } else { 0 } * U[l,j])
//! ```
//!
//! is a circle of H and S along the axis 0 of both, upwards. Every tensor of a circle has one value for each element, as
//! all tensors have; the axes say in which order the elements can be computed.

use super::{Equation, Expr, Function, IndexId, Role, Subscript, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// An axis along which a recurrence runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Along {
    pub axis: usize,
    /// From the last position to the first one.
    pub descending: bool,
}

/// A part of a function's equations.
#[derive(Clone, Debug)]
pub enum Group {
    Equation(Equation),
    /// Equations of tensors that depend on each other, in the order of one position.
    Circle(Vec<Equation>),
}

impl Group {
    pub fn equations(&self) -> &[Equation] {
        match self {
            Group::Equation(e) => std::slice::from_ref(e),
            Group::Circle(all) => all,
        }
    }
}

impl Function {
    /// The equations in an order in which each can be computed, those of a circle together.
    pub fn in_order(&self, equations: &[Equation]) -> Vec<Equation> {
        let circles = self.circles(equations);
        if circles.is_empty() {
            return equations.to_vec();
        }
        let mut grouping = Grouping {
            f: self,
            equations,
            circles: &circles,
            done: vec![false; equations.len()],
            out: Vec::new(),
        };
        (0..equations.len()).for_each(|at| grouping.visit(at));
        grouping.out
    }

    /// Equations in order, those of a circle as one.
    pub fn grouped(&self, equations: &[Equation]) -> Vec<Group> {
        let circles = self.circles(equations);
        let circle = |e: &Equation| circles.iter().position(|c| c.contains(&e.tensor));
        let mut out: Vec<(Option<usize>, Group)> = Vec::new();
        for e in equations {
            match (circle(e), out.last_mut()) {
                (Some(c), Some((Some(last), Group::Circle(all)))) if c == *last => {
                    all.push(e.clone());
                }
                (Some(c), _) => out.push((Some(c), Group::Circle(vec![e.clone()]))),
                (None, _) => out.push((None, Group::Equation(e.clone()))),
            }
        }
        out.into_iter().map(|(_, group)| group).collect()
    }

    /// The sets of tensors that depend on each other.
    pub fn circles(&self, equations: &[Equation]) -> Vec<BTreeSet<TensorId>> {
        if self.recurrences.is_empty() {
            return vec![];
        }
        let mut reads: BTreeMap<TensorId, BTreeSet<TensorId>> = BTreeMap::new();
        // A parameter that is changed is read as it was.
        let parameter = |t: &TensorId| matches!(self.tensor(*t).role, Role::Parameter { .. });
        for e in equations {
            let own = self.reads_of(e).into_iter().filter(|t| !parameter(t));
            reads.entry(e.tensor).or_default().extend(own);
        }
        let mut out: Vec<BTreeSet<TensorId>> = Vec::new();
        for &tensor in reads.keys() {
            if out.iter().any(|c| c.contains(&tensor)) {
                continue;
            }
            let needs = reachable(&reads, tensor);
            if !needs.contains(&tensor) {
                continue;
            }
            let back = |t: &TensorId| reachable(&reads, *t).contains(&tensor);
            let circle: BTreeSet<TensorId> = needs.into_iter().filter(back).collect();
            if circle.iter().any(|t| self.recurrences.contains_key(t)) {
                out.push(circle);
            }
        }
        out
    }

    /// Whether an equation is a part of one of these circles: it reads a tensor of it, and writes one.
    pub fn is_circular(&self, circles: &[BTreeSet<TensorId>], e: &Equation) -> bool {
        let part =
            |c: &BTreeSet<TensorId>| c.contains(&e.tensor) && !self.reads_of(e).is_disjoint(c);
        circles.iter().any(part)
    }

    /// The axes along which a tensor of a circle is computed.
    pub fn along(&self, tensor: TensorId) -> &[Along] {
        let along = self.recurrences.get(&tensor);
        along.expect("einstan internal error: a tensor of a recurrence without axes")
    }

    /// The indices of an equation of a circle at the axes along which the recurrence runs; None where it has others.
    pub fn own_indices(&self, e: &Equation) -> Option<Vec<IndexId>> {
        let along = self.recurrences.get(&e.tensor)?;
        let own = along.iter().map(|a| match e.left[a.axis] {
            Subscript::Index(i) => Some(i),
            _ => None,
        });
        own.collect()
    }

    /// Gives tensors of circles that have no axes yet, which the compiler made, those at which others read them.
    pub fn complete_recurrences(&mut self) {
        let equations = self.equations.clone();
        for circle in self.circles(&equations) {
            let inside = |e: &&Equation| circle.contains(&e.tensor);
            loop {
                let mut own = equations.iter().filter(inside);
                let found = own.clone().find_map(|e| self.read_along(e, &circle));
                let found = found.or_else(|| own.find_map(|e| self.reads_along(e)));
                let Some((tensor, along)) = found else { break };
                self.recurrences.insert(tensor, along);
            }
        }
    }

    /// A tensor of a circle without axes, with those at which an equation reads it by its own indices.
    fn read_along(
        &self,
        e: &Equation,
        circle: &BTreeSet<TensorId>,
    ) -> Option<(TensorId, Vec<Along>)> {
        let own = self.own_indices(e)?;
        self.exprs.walk(e.right).into_iter().find_map(|id| {
            let (tensor, at, _) = self.exprs.get(id).read()?;
            let new = circle.contains(&tensor) && !self.recurrences.contains_key(&tensor);
            new.then_some((tensor, self.placed_along(e.tensor, &own, at)?))
        })
    }

    /// The tensor of an equation, if it has no axes yet, with those at which it has the indices by which it reads another
    /// tensor of its circle.
    fn reads_along(&self, e: &Equation) -> Option<(TensorId, Vec<Along>)> {
        if self.recurrences.contains_key(&e.tensor) {
            return None;
        }
        self.exprs.walk(e.right).into_iter().find_map(|id| {
            let (tensor, at, _) = self.exprs.get(id).read()?;
            let along = self.recurrences.get(&tensor)?;
            let index = |a: &Along| match at[a.axis] {
                Subscript::Index(i) => Some(i),
                _ => None,
            };
            let own: Option<Vec<IndexId>> = along.iter().map(index).collect();
            Some((e.tensor, self.placed_along(tensor, &own?, &e.left)?))
        })
    }

    /// The axes at which indices stand, in the directions of a tensor that has them as its own.
    fn placed_along(
        &self,
        tensor: TensorId,
        own: &[IndexId],
        at: &[Subscript],
    ) -> Option<Vec<Along>> {
        let along = own.iter().zip(self.along(tensor)).map(|(i, a)| {
            let axis = at.iter().position(|s| *s == Subscript::Index(*i))?;
            Some(Along { axis, ..*a })
        });
        along.collect()
    }

    /// Whether an equation of a circle reads `tensor` at its own position, where it must be computed already.
    fn reads_here(&self, e: &Equation, tensor: TensorId) -> bool {
        let (Some(own), Some(along)) = (self.own_indices(e), self.recurrences.get(&tensor)) else {
            return false;
        };
        let value = |i| self.exprs.known(&Expr::IndexValue(i)).map(Subscript::At);
        self.exprs.walk(e.right).into_iter().any(|id| {
            let Some((t, at, _)) = self.exprs.get(id).read() else {
                return false;
            };
            let mut axes = along.iter().zip(&own);
            t == tensor
                && axes.all(|(a, &i)| {
                    at[a.axis] == Subscript::Index(i) || Some(at[a.axis]) == value(i)
                })
        })
    }
}

/// What a tensor depends on, through any number of equations.
fn reachable(reads: &BTreeMap<TensorId, BTreeSet<TensorId>>, from: TensorId) -> BTreeSet<TensorId> {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![from]);
    while let Some(t) = stack.pop() {
        for &r in reads.get(&t).into_iter().flatten() {
            if seen.insert(r) {
                stack.push(r);
            }
        }
    }
    seen
}

/// Puts what an equation reads before it.
struct Grouping<'a> {
    f: &'a Function,
    equations: &'a [Equation],
    circles: &'a [BTreeSet<TensorId>],
    done: Vec<bool>,
    out: Vec<Equation>,
}

impl Grouping<'_> {
    fn visit(&mut self, at: usize) {
        if self.done[at] {
            return;
        }
        let tensor = self.equations[at].tensor;
        let circle = self.circles.iter().find(|c| c.contains(&tensor));
        let members: Vec<usize> = match circle {
            Some(circle) => (0..self.equations.len())
                .filter(|&k| circle.contains(&self.equations[k].tensor))
                .collect(),
            None => vec![at],
        };
        members.iter().for_each(|&k| self.done[k] = true);
        let reads = members.iter().map(|&k| self.f.reads_of(&self.equations[k]));
        let reads: BTreeSet<TensorId> = reads.flatten().collect();
        for k in 0..self.equations.len() {
            if reads.contains(&self.equations[k].tensor) {
                self.visit(k);
            }
        }
        let own = self.of_one_position(&members);
        self.out.extend(own);
    }

    /// The equations of a circle, each after what it reads at its own position.
    fn of_one_position(&self, members: &[usize]) -> Vec<Equation> {
        let mut rest: Vec<&Equation> = members.iter().map(|&k| &self.equations[k]).collect();
        let mut out = Vec::new();
        while !rest.is_empty() {
            let ready = rest.iter().position(|e| {
                let mut others = rest.iter().filter(|o| o.tensor != e.tensor);
                others.all(|o| !self.f.reads_here(e, o.tensor))
            });
            out.push(rest.remove(ready.unwrap_or(0)).clone());
        }
        out
    }
}
