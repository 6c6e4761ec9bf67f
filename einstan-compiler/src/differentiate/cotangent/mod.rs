//! Jacobians asked for in the notation, `d(Y[i,j]) / d(W[k,l])`.
//!
//! A Jacobian is a cotangent that is sent back from Y to W. Where its indices i and j are summed with other factors R, the
//! cotangent is R itself, and nothing larger than it appears: the chain rule as a contraction. Else it is the identity,
//! whose deltas are never written out: a cotangent is known by its own subscripts, some of which are the indices that are
//! asked for (`Ā[p,j] = v` for δ[j,b] v becomes `Ā[p,b] = v`), and at the end a delta is a condition on the indices of
//! the result.

mod circle;
mod softmax;

use super::call::Group;
use super::linear::{Further, Linear, Terms};
use crate::ir::{
    CmpOp, DimId, Equation, Expr, ExprId, Function, Group as Equations, IndexId, Op, Subscript,
    TensorId, are_plain, indices,
};
use std::collections::{BTreeMap, BTreeSet};

/// A part of a cotangent: `value` where the tensor's indices are `own`, else 0. Those of `own` that are not asked for are
/// its own to choose.
#[derive(Clone, Debug)]
struct Part {
    own: Vec<Subscript>,
    value: ExprId,
}

/// The form of a part: what stands at each axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Asked(IndexId),
    /// The first, second.. index that is the part's own, and what it runs over: in a branch that may be another dimension
    /// than the axis'.
    Own(usize, DimId),
    Constant(u64),
    /// A computed position, which no other part has.
    At(usize),
}

/// A cotangent that is higher or has more operations than this is a temporary. Along a chain of maps cotangents only become
/// longer: written out to the end, the Jacobian of a function of n equations would have n factors, each part of it as many
/// parts, and passes go down expressions by recursion.
const LONG: usize = 64;
const LARGE: usize = 512;

/// The parts of a tensor's cotangent; of each form there is one.
type Parts = BTreeMap<Vec<Slot>, Part>;

/// A Jacobian as a factor of a sum.
#[derive(Clone, Debug)]
pub(crate) struct Jacobian {
    pub of: TensorId,
    pub at: Vec<Subscript>,
    pub by: TensorId,
    pub to: Vec<Subscript>,
}

/// Adds to `f`, whose equations are in normal form, what the value of `jacobian` needs; returns the value. With `factor`,
/// `sum[at](factor * jacobian)`: its subscripts are distinct indices.
pub(crate) fn expand(f: &mut Function, jacobian: &Jacobian, factor: Option<ExprId>) -> ExprId {
    f.complete_recurrences();
    let primal = std::mem::replace(f, Function::new(""));
    let mut equations = primal.equations.clone();
    equations.retain(|e| e.tensor != jacobian.by);
    let groups = primal.grouped(&primal.in_order(&equations));
    let active = primal.active(std::iter::once(jacobian.by));
    let mut back = Back {
        linear: Linear::further(primal, active, Further::Often),
        asked: BTreeSet::new(),
        cotangents: BTreeMap::new(),
    };
    let (seed, names) = back.seed(jacobian, factor);
    back.add(jacobian.of, seed);
    for group in groups.iter().rev() {
        match group {
            Equations::Equation(e) => back.equation(&equations, e),
            Equations::Circle(all) => back.circle(&equations, all),
        }
    }
    let value = back.value(jacobian, &names);
    *f = back.linear.f;
    value
}

struct Back {
    linear: Linear,
    /// The indices that are asked for.
    asked: BTreeSet<IndexId>,
    cotangents: BTreeMap<TensorId, Parts>,
}

/// Indices and what stands in their place.
type Places = BTreeMap<IndexId, Subscript>;

impl Back {
    /// The cotangent of what is differentiated, and what the indices asked for are called where the Jacobian stands.
    fn seed(&mut self, j: &Jacobian, factor: Option<ExprId>) -> (Part, Places) {
        let f = &mut self.linear.f;
        if let Some(factor) = factor {
            debug_assert!(are_plain(&j.at), "what is summed are distinct indices");
            let summed = indices(&j.at);
            let mut asked = f.exprs.free_indices(factor);
            asked.retain(|i| !summed.contains(i));
            self.asked = asked;
            let part = Part {
                own: j.at.clone(),
                value: factor,
            };
            return (part, Places::new());
        }
        let mut names = Places::new();
        let mut own = Vec::new();
        for (axis, s) in j.at.iter().enumerate() {
            let (name, dim) = match *s {
                Subscript::Index(i) => (f.index(i).name.clone(), f.index(i).dim),
                Subscript::Constant(_) | Subscript::At(_) => {
                    ("a".to_string(), f.tensor(j.of).axes[axis])
                }
            };
            let i = f.add_index(name, dim);
            own.push(Subscript::Index(i));
            names.insert(i, *s);
            self.asked.insert(i);
        }
        let value = f.exprs.real(1.0);
        (Part { own, value }, names)
    }

    fn form(&self, own: &[Subscript], others: usize) -> Vec<Slot> {
        let mut seen: Vec<IndexId> = Vec::new();
        own.iter()
            .map(|s| match *s {
                Subscript::Constant(c) => Slot::Constant(c),
                Subscript::At(_) => Slot::At(others),
                Subscript::Index(i) if self.asked.contains(&i) => Slot::Asked(i),
                Subscript::Index(i) => {
                    let known = seen.iter().position(|&s| s == i);
                    let place = known.unwrap_or_else(|| {
                        seen.push(i);
                        seen.len() - 1
                    });
                    Slot::Own(place, self.linear.f.index(i).dim)
                }
            })
            .collect()
    }

    /// Adds a part to the cotangent of a tensor.
    fn add(&mut self, tensor: TensorId, part: Part) {
        let others = self.cotangents.get(&tensor).map_or(0, BTreeMap::len);
        let form = self.form(&part.own, others);
        let known = self
            .cotangents
            .entry(tensor)
            .or_default()
            .get(&form)
            .cloned();
        let part = match known {
            Some(known) => {
                let pairs = indices(&part.own).into_iter().zip(indices(&known.own));
                let value = self.linear.f.rename(part.value, &pairs.collect());
                let value = self.linear.f.exprs.sum(known.value, value);
                Part { value, ..known }
            }
            None => part,
        };
        self.cotangents
            .entry(tensor)
            .or_default()
            .insert(form, part);
    }

    /// Sends the cotangent of an equation's tensor to what the equation reads.
    fn equation(&mut self, equations: &[Equation], e: &Equation) {
        if !self.linear.active.contains(&e.tensor) {
            return;
        }
        let Some(parts) = self.cotangents.get(&e.tensor).cloned() else {
            return;
        };
        let alone = equations.iter().filter(|o| o.tensor == e.tensor).count() == 1;
        for (form, part) in parts {
            let part = self.settled(part);
            if let Some(parts) = self.cotangents.get_mut(&e.tensor) {
                parts.insert(form, part.clone());
            }
            self.part(e, alone && e.op == Op::Define, part);
        }
    }

    /// The part with a value that is a map, and no long one: sums in it become temporaries, and so does the whole where it
    /// is `LONG`.
    fn settled(&mut self, part: Part) -> Part {
        let f = &self.linear.f;
        let mut sums = f.exprs.walk(part.value);
        sums.retain(|&e| f.exprs.reduces(e));
        let mut to = BTreeMap::new();
        for sum in sums {
            let free = self.linear.f.exprs.free_indices(sum).into_iter();
            let free: Vec<IndexId> = free.collect();
            let read = self.linear.define("∂", &free, sum);
            to.insert(sum, read);
        }
        let exprs = &mut self.linear.f.exprs;
        let value = exprs.replace(part.value, &mut |_, e| to.get(&e).copied());
        let extent = exprs.extent(value);
        if extent.height() <= LONG && extent.size <= LARGE {
            return Part { value, ..part };
        }
        let free: Vec<IndexId> = exprs.free_indices(value).into_iter().collect();
        let value = self.linear.define("∂", &free, value);
        Part { value, ..part }
    }

    fn part(&mut self, e: &Equation, whole: bool, part: Part) {
        let Some((places, part)) = self.unify(&e.left, part) else {
            return;
        };
        if self.linear.f.returned(e).is_some() {
            return self.call(e, part);
        }
        let places = self.fresh(e.right, places);
        let right = self.linear.f.exprs.place(e.right, &places);
        let guards = self.linear.inside(e.tensor, &part.own);
        let right = match guards.is_empty() {
            true => right,
            false => self.linear.f.exprs.guarded(right),
        };
        let value = if whole {
            self.linear.read(e.tensor, &part.own)
        } else {
            right
        };
        let mut scope = self.linear.f.exprs.indices_of(&part.own);
        // What positions on the left alone use is summed.
        let plain = indices(&e.left);
        for i in self.linear.f.exprs.indices_of(&e.left) {
            if let Some(&Subscript::Index(loose)) = places.get(&i)
                && !plain.contains(&i)
                && !scope.contains(&loose)
            {
                scope.push(loose);
            }
        }
        if let Expr::Softmax { body, log, .. } = *self.linear.f.exprs.get(e.right) {
            return self.softmax(e, body, log, &places, part);
        }
        self.linear.begin_at(scope, right, value);
        let terms = self.linear.terms_under(right, value, part.value, guards);
        self.contribute(terms);
    }

    /// Y = f(A, ..): Ā[k,l] = Σ Ȳ[i,j] J[i,j,k,l], with the Jacobian J of the function that is called.
    fn call(&mut self, e: &Equation, part: Part) {
        let Some((call, of_call, inputs, output)) = self.linear.f.returned(e) else {
            return;
        };
        let group = Group {
            call,
            part: of_call,
            inputs: inputs.clone(),
            outputs: vec![(output, e.tensor)],
        };
        let mut terms = Terms::new();
        for (at, input) in inputs.into_iter().enumerate() {
            let Some(by) = input.filter(|t| self.linear.active.contains(t)) else {
                continue;
            };
            let jacobian = self.linear.jacobian(&group, (output, e.tensor), (at, by));
            let to = self.linear.f.whole(by);
            let at = [part.own.clone(), to.clone()].concat();
            let read = self.linear.access(jacobian, at);
            let value = self.linear.f.exprs.product(part.value, read);
            terms.insert((by, to), value);
        }
        self.linear.begin_at(indices(&part.own), e.right, e.right);
        self.contribute(terms);
    }

    /// What the indices of a left-hand side are in a part, and the part, cut to where both are. None where they never are.
    fn unify(&mut self, left: &[Subscript], mut part: Part) -> Option<(Places, Part)> {
        let (mut places, mut equal) = (self.loose(left), Vec::new());
        let mut axes: Vec<usize> = (0..left.len()).collect();
        axes.sort_by_key(|&axis| matches!(left[axis], Subscript::At(_)));
        for axis in axes {
            let own = part.own[axis];
            let other = match left[axis] {
                Subscript::Index(i) => *places.entry(i).or_insert(own),
                Subscript::At(e) => Subscript::At(self.linear.f.exprs.place(e, &places)),
                constant => constant,
            };
            let own_index = |s: Subscript| match s {
                Subscript::Index(i) if !self.asked.contains(&i) => Some(i),
                _ => None,
            };
            let (from, to) = match (own, other) {
                (a, b) if a == b => continue,
                (Subscript::Constant(_), Subscript::Constant(_)) => return None,
                (a, b) => match (own_index(a), own_index(b)) {
                    (Some(i), _) => (i, b),
                    (None, Some(i)) => (i, a),
                    (None, None) => {
                        equal.push((a, b));
                        continue;
                    }
                },
            };
            let change = Places::from([(from, to)]);
            let exprs = &mut self.linear.f.exprs;
            let mut put = |s: &mut Subscript| match *s {
                Subscript::Index(i) if i == from => *s = to,
                Subscript::At(e) => *s = Subscript::At(exprs.place(e, &change)),
                _ => {}
            };
            part.own.iter_mut().for_each(&mut put);
            places.values_mut().for_each(&mut put);
            part.value = self.linear.f.exprs.place(part.value, &change);
        }
        for (a, b) in equal {
            part.value = self.where_equal(a, b, part.value);
        }
        Some((places, part))
    }

    /// New indices for those that positions on the left alone use.
    fn loose(&mut self, left: &[Subscript]) -> Places {
        let f = &mut self.linear.f;
        let plain = indices(left);
        let mut all = f.exprs.indices_of(left);
        all.retain(|i| !plain.contains(i));
        let mut fresh = |i: IndexId| {
            let index = f.index(i).clone();
            Subscript::Index(f.add_index(index.name, index.dim))
        };
        all.into_iter().map(|i| (i, fresh(i))).collect()
    }

    /// `if a == b { value } else { 0 }`
    fn where_equal(&mut self, a: Subscript, b: Subscript, value: ExprId) -> ExprId {
        let exprs = &mut self.linear.f.exprs;
        let (a, b) = (exprs.position(a), exprs.position(b));
        let condition = exprs.compare_integers(CmpOp::Equal, a, b);
        self.innermost(condition, value)
    }

    /// `if condition { value } else { 0 }` under the conditions of the value: a position may have a value there alone.
    fn innermost(&mut self, condition: ExprId, value: ExprId) -> ExprId {
        let zero = self.linear.f.exprs.real(0.0);
        match *self.linear.f.exprs.get(value) {
            Expr::Select {
                condition: outer,
                then,
                otherwise,
            } if otherwise == zero => {
                let inner = self.innermost(condition, then);
                self.linear.f.exprs.select(outer, inner, zero)
            }
            _ => self.linear.f.exprs.select(condition, value, zero),
        }
    }

    /// New indices for those that an expression binds.
    fn fresh(&mut self, id: ExprId, mut places: Places) -> Places {
        let f = &mut self.linear.f;
        for e in f.exprs.walk(id) {
            for i in f.exprs.bound(e).to_vec() {
                let index = f.index(i).clone();
                places.insert(i, Subscript::Index(f.add_index(index.name, index.dim)));
            }
        }
        places
    }

    /// Adds what an equation's reads contribute.
    fn contribute(&mut self, terms: Terms) {
        for ((tensor, own), value) in terms {
            let named = self.linear.f.exprs.indices_of(&own);
            // Indices of its own: what one read sums another one may name.
            let mut rest = BTreeMap::new();
            for i in self.linear.scope.clone() {
                if !named.contains(&i) && !self.asked.contains(&i) {
                    let index = self.linear.f.index(i).clone();
                    rest.insert(i, self.linear.f.add_index(index.name, index.dim));
                }
            }
            let value = self.linear.f.rename(value, &rest);
            let value = self.linear.sum_over(rest.into_values().collect(), value);
            self.add(tensor, Part { own, value });
        }
    }

    /// The Jacobian from the cotangent of what is differentiated by.
    fn value(&mut self, j: &Jacobian, names: &Places) -> ExprId {
        let mut sum = self.linear.f.exprs.real(0.0);
        for part in self
            .cotangents
            .remove(&j.by)
            .unwrap_or_default()
            .into_values()
        {
            let (mut places, mut equal) = (names.clone(), Vec::new());
            let mut apart = Vec::new();
            for (axis, (own, to)) in part.own.iter().zip(&j.to).enumerate() {
                let dim = self.linear.f.tensor(j.by).axes[axis];
                match *own {
                    Subscript::Index(i) if self.asked.contains(&i) => {
                        equal.push((names.get(&i).copied().unwrap_or(*own), *to));
                    }
                    Subscript::Index(i) => match places.get(&i) {
                        Some(known) => equal.push((*known, *to)),
                        // In a branch an index may run over another dimension than the axis.
                        None if self.linear.f.index(i).dim != dim => {
                            apart.push(i);
                            equal.push((*own, *to));
                        }
                        None => {
                            places.insert(i, *to);
                        }
                    },
                    Subscript::At(e) => {
                        let free = self.linear.f.exprs.free_indices(e).into_iter();
                        apart.extend(free.filter(|i| !self.asked.contains(i)));
                        equal.push((*own, *to));
                    }
                    constant => equal.push((constant, *to)),
                }
            }
            apart.retain(|i| !places.contains_key(i));
            apart.sort_unstable();
            apart.dedup();
            let exprs = &mut self.linear.f.exprs;
            let mut value = exprs.place(part.value, &places);
            for (a, b) in equal {
                let a = match a {
                    Subscript::At(e) => Subscript::At(self.linear.f.exprs.place(e, &places)),
                    // Another axis may say which one it is.
                    Subscript::Index(i) => places.get(&i).copied().unwrap_or(a),
                    constant => constant,
                };
                value = self.where_equal(a, b, value);
            }
            let value = self.linear.sum_over(apart, value);
            sum = self.linear.f.exprs.sum(sum, value);
        }
        sum
    }
}
