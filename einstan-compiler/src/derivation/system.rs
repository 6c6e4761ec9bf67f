//! Equations as definitions: each tensor that is not given has one, over indices of its own.

use super::names::Names;
use crate::ir::{
    CmpOp, Element, Equation, Expr, ExprId, Function, IndexId, Op, ReduceOp, Role, Subscript,
    TensorId,
};
use crate::simplify::without_deltas;
use std::collections::{BTreeMap, BTreeSet};

/// `tensor[left] = right`, for all values of the indices.
#[derive(Clone, Debug)]
pub(super) struct Definition {
    pub tensor: TensorId,
    pub left: Vec<IndexId>,
    pub right: ExprId,
}

impl Definition {
    pub fn equation(&self) -> Equation {
        Equation {
            tensor: self.tensor,
            left: self.left.iter().map(|&i| Subscript::Index(i)).collect(),
            op: Op::Define,
            right: self.right,
        }
    }
}

/// Why a tensor stands in a derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Known to the reader: a parameter, a tensor of the user's equations, a cotangent.
    Given,
    /// What is asked for.
    Root,
    /// A derivative of a tensor that the user named.
    Named,
    /// Made by the compiler.
    Made,
}

/// The definitions of what is asked for, and of what these need.
#[derive(Clone, Debug)]
pub(super) struct System {
    pub f: Function,
    pub definitions: Vec<Definition>,
    pub standing: Vec<Standing>,
    pub roots: Vec<TensorId>,
}

impl System {
    /// The equations of `f` as definitions of `roots`. `primal`: how many of its tensors are no derivatives.
    pub fn new(f: Function, roots: Vec<TensorId>, primal: usize) -> Self {
        let standing = (0..f.tensors.len() as u32)
            .map(|t| standing(&f, TensorId(t), &roots, primal))
            .collect();
        let mut system = System {
            f,
            definitions: Vec::new(),
            standing,
            roots,
        };
        let equations = std::mem::take(&mut system.f.equations);
        let mut writers: BTreeMap<TensorId, Vec<Equation>> = BTreeMap::new();
        let mut order = Vec::new();
        // A tensor is complete before it is read: it stands where its last equation does.
        for e in equations.into_iter().rev() {
            if system.standing(e.tensor) != Standing::Given {
                let all = writers.entry(e.tensor).or_default();
                if all.is_empty() {
                    order.push(e.tensor);
                }
                all.push(e);
            }
        }
        for tensor in order.into_iter().rev() {
            let all = writers.remove(&tensor).unwrap_or_default();
            let definition = system.definition(tensor, all.into_iter().rev().collect());
            system.definitions.push(definition);
        }
        for root in system.roots.clone() {
            if system.definitions.iter().all(|d| d.tensor != root) {
                let nothing = system.definition(root, vec![]);
                system.definitions.push(nothing);
            }
        }
        system
    }

    pub fn standing(&self, tensor: TensorId) -> Standing {
        let known = self.standing.get(tensor.index()).copied();
        known.unwrap_or(Standing::Made)
    }

    /// The sum of what equations add to a tensor.
    fn definition(&mut self, tensor: TensorId, equations: Vec<Equation>) -> Definition {
        let f = &mut self.f;
        let plain = equations.iter().find(|e| f.covers(e));
        let first = plain.or(equations.first()).map(|e| e.left.clone());
        let left = own_indices(f, tensor, first.as_deref().unwrap_or(&[]));
        let mut right = None;
        for e in equations {
            let value = placed(f, &e, &left);
            right = Some(match (right, f.tensor(tensor).element) {
                (None, _) => value,
                (Some(sum), Element::Float) => f.exprs.sum(sum, value),
                (Some(sum), Element::Integer(_)) => f.exprs.add(Expr::IntegerAdd(sum, value)),
            });
        }
        let right = right.unwrap_or_else(|| f.exprs.real(0.0));
        Definition {
            tensor,
            left,
            right,
        }
    }

    /// Keeps what the roots need, each definition before those that read it.
    pub fn order(&mut self) {
        let mut all: BTreeMap<TensorId, Definition> = BTreeMap::new();
        let order: Vec<TensorId> = self.definitions.iter().map(|d| d.tensor).collect();
        for d in self.definitions.drain(..) {
            all.insert(d.tensor, d);
        }
        let mut needed: BTreeSet<TensorId> = BTreeSet::new();
        let mut stack = self.roots.clone();
        while let Some(t) = stack.pop() {
            if let Some(d) = all.get(&t)
                && needed.insert(t)
            {
                stack.extend(self.f.reads(d.right));
            }
        }
        // Depth first, without recursion: what is read by an earlier definition comes before it.
        let mut begun: BTreeSet<TensorId> = BTreeSet::new();
        let mut stack: Vec<(TensorId, bool)> =
            order.into_iter().rev().map(|t| (t, false)).collect();
        while let Some((t, ready)) = stack.pop() {
            if !needed.contains(&t) {
                continue;
            }
            if ready {
                if let Some(d) = all.remove(&t) {
                    self.definitions.push(d);
                }
            } else if let Some(d) = all.get(&t).filter(|_| begun.insert(t)) {
                stack.push((t, true));
                let reads = self.f.reads(d.right);
                stack.extend(reads.into_iter().filter(|&r| r != t).map(|r| (r, false)));
            }
        }
        self.circles_together();
    }

    /// Puts the definitions of a recurrence together.
    fn circles_together(&mut self) {
        let equations: Vec<Equation> = self.definitions.iter().map(Definition::equation).collect();
        if self.f.circles(&equations).is_empty() {
            return;
        }
        let order = self.f.in_order(&equations);
        let places = order.iter().enumerate().rev().map(|(at, e)| (e.tensor, at));
        let places: BTreeMap<TensorId, usize> = places.collect();
        self.definitions
            .sort_by_key(|d| places.get(&d.tensor).copied());
    }

    /// The tensors that depend on themselves.
    pub fn circular(&self) -> BTreeSet<TensorId> {
        let equations: Vec<Equation> = self.definitions.iter().map(Definition::equation).collect();
        self.f.circles(&equations).tensors().collect()
    }

    /// The definitions as a function that can be run: `forward` gives what these read.
    pub fn function(self, forward: Vec<Equation>) -> Function {
        let known: BTreeSet<TensorId> = forward.iter().map(|e| e.tensor).collect();
        let definitions = self
            .definitions
            .iter()
            .filter(|d| !known.contains(&d.tensor));
        let defined: Vec<Equation> = definitions.map(Definition::equation).collect();
        Function {
            equations: [forward, defined].concat(),
            ..self.f
        }
    }
}

fn standing(f: &Function, tensor: TensorId, roots: &[TensorId], primal: usize) -> Standing {
    let t = f.tensor(tensor);
    if roots.contains(&tensor) {
        return Standing::Root;
    }
    if t.role == Role::Temporary {
        return Standing::Made;
    }
    let argument = matches!(t.role, Role::Parameter { .. } | Role::Cotangent { .. });
    let derivative = f.derivatives.contains_key(&tensor);
    if argument || tensor.index() < primal && !derivative {
        return Standing::Given;
    }
    let (base, _) = Names::base(f, tensor);
    match f.tensor(base).role {
        Role::Temporary => Standing::Made,
        _ => Standing::Named,
    }
}

/// Distinct indices for the axes of a tensor, those of a left-hand side where it has some.
fn own_indices(f: &mut Function, tensor: TensorId, left: &[Subscript]) -> Vec<IndexId> {
    let axes = f.tensor(tensor).axes.clone();
    let mut own: Vec<IndexId> = Vec::new();
    for (axis, dim) in axes.into_iter().enumerate() {
        let index = match left.get(axis) {
            Some(&Subscript::Index(i)) if !own.contains(&i) && f.index(i).dim == dim => i,
            Some(&Subscript::Index(i)) => {
                let name = f.index(i).name.clone();
                f.add_index(name, dim)
            }
            _ => f.add_index("i", dim),
        };
        own.push(index);
    }
    own
}

/// What an equation adds at `left`: where its own left-hand side repeats an index or names a position, a delta.
fn placed(f: &mut Function, e: &Equation, left: &[IndexId]) -> ExprId {
    let mut places: BTreeMap<IndexId, IndexId> = BTreeMap::new();
    let mut equal = Vec::new();
    for (&s, &at) in e.left.iter().zip(left) {
        match s {
            Subscript::Index(i) if !places.contains_key(&i) => drop(places.insert(i, at)),
            s => equal.push((s, at)),
        }
    }
    let mut value = f.rename(e.right, &places);
    for (s, at) in equal {
        let (there, here) = (f.exprs.position(s), f.exprs.add(Expr::IndexValue(at)));
        let there = f.rename(there, &places);
        let condition = f.exprs.compare_integers(CmpOp::Equal, there, here);
        let delta = f.exprs.indicator(condition);
        value = f.exprs.product(value, delta);
    }
    let mut summed = f.exprs.indices_of(&e.left);
    summed.retain(|i| !places.contains_key(i));
    if summed.is_empty() {
        return value;
    }
    let sum = f.exprs.add(Expr::Reduce {
        op: ReduceOp::Sum,
        indices: summed,
        body: value,
    });
    without_deltas(f, sum)
}
