//! Recurrences: tensors that are read, each or through each other, by the equations that define them.
//!
//! ```text
//! H[t,j] = tanh(X[t,j] + S[t,j]);    S[t,j] = sum[l](if t - 1 >= 0 { H[t-1,l] } else { 0 } * U[l,j])
//! ```
//!
//! is a circle of H and S along the axis 0 of both, upwards. Every tensor of a circle has one value for each element, as
//! all tensors have; the axes say in which order the elements can be computed.

use super::{Circles, Equation, Expr, ExprId, Function, IndexId, Subscript, TensorId};
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
        let mut written: BTreeMap<TensorId, Vec<usize>> = BTreeMap::new();
        for (at, e) in equations.iter().enumerate() {
            written.entry(e.tensor).or_default().push(at);
        }
        let mut grouping = Grouping {
            f: self,
            equations,
            circles: &circles,
            written,
            done: vec![false; equations.len()],
            out: Vec::new(),
        };
        (0..equations.len()).for_each(|at| grouping.visit(at));
        grouping.out
    }

    /// Equations in order, those of a circle as one.
    pub fn grouped(&self, equations: &[Equation]) -> Vec<Group> {
        let circles = self.circles(equations);
        let mut out: Vec<(Option<usize>, Group)> = Vec::new();
        for e in equations {
            match (circles.number(e.tensor), out.last_mut()) {
                (Some(c), Some((Some(last), Group::Circle(all)))) if c == *last => {
                    all.push(e.clone());
                }
                (Some(c), _) => out.push((Some(c), Group::Circle(vec![e.clone()]))),
                (None, _) => out.push((None, Group::Equation(e.clone()))),
            }
        }
        out.into_iter().map(|(_, group)| group).collect()
    }

    /// Whether an equation is a part of one of these circles: it reads a tensor of it, and writes one.
    pub fn is_circular(&self, circles: &Circles, e: &Equation) -> bool {
        let circle = circles.of(e.tensor);
        circle.is_some_and(|c| !self.reads_of(e).is_disjoint(c))
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
        let circles = self.circles(&self.equations);
        let complete = |t| self.recurrences.contains_key(&t);
        if circles.tensors().all(complete) {
            return;
        }
        let mut members: BTreeMap<usize, Vec<Equation>> = BTreeMap::new();
        for e in &self.equations {
            if let Some(circle) = circles.number(e.tensor) {
                members.entry(circle).or_default().push(e.clone());
            }
        }
        for (circle, equations) in circles.iter().zip(members.values()) {
            while !circle.iter().all(|t| self.recurrences.contains_key(t)) {
                let mut own = equations.iter();
                let found = own.clone().find_map(|e| self.read_along(e, circle));
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

    /// The tensors that an equation of a circle reads at its own position, where they must be computed already.
    fn read_here(&self, e: &Equation) -> BTreeSet<TensorId> {
        let Some(own) = self.own_indices(e) else {
            return BTreeSet::new();
        };
        let value = |i| self.exprs.known(&Expr::IndexValue(i)).map(Subscript::At);
        let here = |id: ExprId| {
            let (tensor, at, _) = self.exprs.get(id).read()?;
            let along = self.recurrences.get(&tensor)?;
            let mut axes = along.iter().zip(&own);
            let all = axes
                .all(|(a, &i)| at[a.axis] == Subscript::Index(i) || Some(at[a.axis]) == value(i));
            all.then_some(tensor)
        };
        self.exprs
            .walk(e.right)
            .into_iter()
            .filter_map(here)
            .collect()
    }
}

/// Puts what an equation reads before it.
struct Grouping<'a> {
    f: &'a Function,
    equations: &'a [Equation],
    circles: &'a Circles,
    /// The equations of each tensor.
    written: BTreeMap<TensorId, Vec<usize>>,
    done: Vec<bool>,
    out: Vec<Equation>,
}

impl Grouping<'_> {
    /// Puts an equation, with those of its circle, after all that it reads. The stack is one of its own: a chain of equations
    /// may be long.
    fn visit(&mut self, at: usize) {
        let mut open = Vec::from_iter(self.begin(at));
        while let Some((_, before)) = open.last_mut() {
            match before.next() {
                Some(at) => open.extend(self.begin(at)),
                None => {
                    let members = open.pop().map(|(members, _)| members);
                    let own = self.of_one_position(&members.unwrap_or_default());
                    self.out.extend(own);
                }
            }
        }
    }

    /// The equations that stand with one, and those that they read; None where it has its place already.
    fn begin(&mut self, at: usize) -> Option<(Vec<usize>, std::vec::IntoIter<usize>)> {
        if self.done[at] {
            return None;
        }
        let equations = |t: &TensorId| self.written.get(t).into_iter().flatten().copied();
        let mut members: Vec<usize> = match self.circles.of(self.equations[at].tensor) {
            Some(circle) => circle.iter().flat_map(equations).collect(),
            None => vec![at],
        };
        members.sort_unstable();
        members.iter().for_each(|&k| self.done[k] = true);
        let reads = members.iter().map(|&k| self.f.reads_of(&self.equations[k]));
        let reads: BTreeSet<TensorId> = reads.flatten().collect();
        let mut before: Vec<usize> = reads.iter().flat_map(equations).collect();
        before.sort_unstable();
        Some((members, before.into_iter()))
    }

    /// The equations of a circle, each after what it reads at its own position.
    fn of_one_position(&self, members: &[usize]) -> Vec<Equation> {
        let mut rest: Vec<&Equation> = members.iter().map(|&k| &self.equations[k]).collect();
        let mut here: Vec<BTreeSet<TensorId>> = rest.iter().map(|e| self.f.read_here(e)).collect();
        let mut out = Vec::new();
        while !rest.is_empty() {
            let ready = (0..rest.len()).position(|at| {
                let mut others = rest.iter().filter(|o| o.tensor != rest[at].tensor);
                others.all(|o| !here[at].contains(&o.tensor))
            });
            let ready = ready.unwrap_or(0);
            here.remove(ready);
            out.push(rest.remove(ready).clone());
        }
        out
    }
}
