//! Definitions as a person would divide them: what the compiler made for one use stands where it is used, what is used
//! often has a name.

use super::names::Names;
use super::system::{Definition, Standing, System};
use crate::ir::{Element, Expr, ExprId, Exprs, Function, IndexId, Subscript, TensorId, are_plain};
use std::collections::{BTreeMap, BTreeSet};

/// What is used once and is longer than this keeps its name.
const LONG: usize = 48;
/// What is used several times and is longer than this keeps its name.
const SHORT: usize = 3;

impl System {
    /// Puts definitions where they are read. What is only there to say of what a derivative is one has a definition too.
    pub fn inline(&mut self) {
        let all = self.definitions.clone();
        let mut divided = self.divided(&BTreeSet::new());
        let subjects = divided.iter().filter_map(|d| self.subject(d.tensor));
        let named: BTreeSet<TensorId> = subjects.collect();
        if !named.is_empty() {
            self.definitions = all;
            self.roots.extend(&named);
            divided = self.divided(&named);
        }
        self.definitions = divided;
        self.order();
    }

    /// Puts every definition that reads a tensor, or one that does, where it is used.
    pub fn inline_tangents(&mut self, of: TensorId) {
        self.definitions = self.divided(&BTreeSet::new());
        let mut inlined: BTreeMap<TensorId, Definition> = BTreeMap::new();
        for d in std::mem::take(&mut self.definitions) {
            let right = self.substitute(d.right, &inlined);
            let d = Definition { right, ..d };
            let root = self.roots.contains(&d.tensor);
            let circular = self.f.recurrences.contains_key(&d.tensor);
            if !root && !circular && self.f.reads(right).contains(&of) && !self.read_whole(d.tensor)
            {
                inlined.insert(d.tensor, d);
            } else {
                self.definitions.push(d);
            }
        }
        self.order();
    }

    /// The definitions that remain where all others stand where they are used. `named` remain.
    fn divided(&mut self, named: &BTreeSet<TensorId>) -> Vec<Definition> {
        self.order();
        self.recognise();
        self.order();
        let uses = self.uses();
        let circular = self.circular();
        let mut inlined: BTreeMap<TensorId, Definition> = BTreeMap::new();
        let mut out = Vec::new();
        for d in self.definitions.clone() {
            let right = self.substitute(d.right, &inlined);
            let size = size(&self.f.exprs, right, &mut BTreeMap::new());
            let limit = match (self.standing(d.tensor), uses.get(&d.tensor)) {
                _ if named.contains(&d.tensor) || circular.contains(&d.tensor) => 0,
                (Standing::Made, Some(1)) => LONG,
                (Standing::Made, _) => SHORT,
                (Standing::Named, _) => 1,
                _ => 0,
            };
            let d = Definition { right, ..d };
            let whole = self.is_returned(right) || self.read_whole(d.tensor);
            let placeable = self.is_placeable(right) || !self.read_elsewhere(d.tensor);
            if size <= limit && placeable && !whole {
                inlined.insert(d.tensor, d);
            } else {
                out.push(d);
            }
        }
        out
    }

    /// Whether an expression may stand at a position too: a normalisation has none without its row.
    fn is_placeable(&self, id: ExprId) -> bool {
        let normalises = |e: &ExprId| matches!(self.f.exprs.get(*e), Expr::Softmax { .. });
        !self.f.exprs.walk(id).iter().any(normalises)
    }

    /// Whether a tensor is read at something else than distinct indices.
    fn read_elsewhere(&self, tensor: TensorId) -> bool {
        let mut all = self
            .definitions
            .iter()
            .flat_map(|d| self.f.exprs.walk(d.right));
        all.any(|e| match self.f.exprs.get(e) {
            Expr::Access {
                tensor: t,
                subscripts,
                ..
            } => *t == tensor && !are_plain(subscripts),
            _ => false,
        })
    }

    /// Whether an expression is what a call returns, which stands alone.
    fn is_returned(&self, id: ExprId) -> bool {
        matches!(self.f.exprs.get(id), Expr::Returned { .. })
    }

    /// Whether a call takes a tensor, which needs its name.
    fn read_whole(&self, tensor: TensorId) -> bool {
        let mut all = self
            .definitions
            .iter()
            .flat_map(|d| self.f.exprs.walk(d.right));
        all.any(|e| match self.f.exprs.get(e) {
            Expr::Returned { inputs, .. } => inputs.contains(&Some(tensor)),
            _ => false,
        })
    }

    /// What a tensor is a derivative of, where the compiler made that.
    fn subject(&self, tensor: TensorId) -> Option<TensorId> {
        let (base, _) = Names::base(&self.f, tensor);
        let made = base != tensor && self.standing(base) == Standing::Made;
        made.then_some(base)
    }

    /// How often each tensor is read.
    fn uses(&self) -> BTreeMap<TensorId, u32> {
        let mut uses = BTreeMap::new();
        for d in &self.definitions {
            for (id, times) in occurrences(&self.f.exprs, d.right) {
                if let Some((tensor, ..)) = self.f.exprs.get(id).read() {
                    let count: &mut u32 = uses.entry(tensor).or_default();
                    *count = count.saturating_add(times);
                }
            }
        }
        uses
    }

    /// `id` with the right-hand sides of definitions in place of the tensors.
    fn substitute(&mut self, id: ExprId, inlined: &BTreeMap<TensorId, Definition>) -> ExprId {
        let reads = self.f.reads(id);
        if !reads.iter().any(|t| inlined.contains_key(t)) {
            return id;
        }
        let mut to = BTreeMap::new();
        for e in self.f.exprs.walk(id) {
            let Some((tensor, subscripts, guarded)) = self.f.exprs.get(e).read() else {
                continue;
            };
            if let Some(d) = inlined.get(&tensor) {
                let subscripts = subscripts.to_vec();
                let placed = at(&mut self.f, d, &subscripts);
                let placed = match guarded {
                    true => self.f.exprs.guarded(placed),
                    false => placed,
                };
                to.insert(e, placed);
            }
        }
        inside(&mut self.f.exprs, id, &to)
    }

    /// Reads a tensor where its right-hand side stands in another definition.
    fn recognise(&mut self) {
        for at in 0..self.definitions.len() {
            let d = self.definitions[at].clone();
            let made = matches!(self.standing(d.tensor), Standing::Made | Standing::Named);
            let mut sizes = BTreeMap::new();
            let wanted = size(&self.f.exprs, d.right, &mut sizes);
            let number = self.f.tensor(d.tensor).element == Element::Float;
            if !made || !number || wanted <= SHORT {
                continue;
            }
            let (pattern, places) = canonical(&mut self.f, d.right);
            if d.left.iter().any(|i| !places.contains(i)) {
                continue;
            }
            for other in 0..self.definitions.len() {
                let right = self.definitions[other].right;
                if other == at || (right == d.right && other < at) {
                    continue;
                }
                let mut to = BTreeMap::new();
                for e in self.f.exprs.walk(right) {
                    let kind = std::mem::discriminant(self.f.exprs.get(e));
                    let alike = kind == std::mem::discriminant(self.f.exprs.get(d.right))
                        && size(&self.f.exprs, e, &mut sizes) == wanted;
                    if !alike {
                        continue;
                    }
                    let (found, theirs) = canonical(&mut self.f, e);
                    if found == pattern {
                        let place = |i: &IndexId| {
                            let at = places.iter().position(|p| p == i);
                            Subscript::Index(theirs[at.expect("its place was found")])
                        };
                        let read = Expr::Access {
                            tensor: d.tensor,
                            subscripts: d.left.iter().map(place).collect(),
                            guarded: false,
                        };
                        to.insert(e, self.f.exprs.add(read));
                    }
                }
                if !to.is_empty() {
                    self.definitions[other].right = inside(&mut self.f.exprs, right, &to);
                }
            }
        }
    }
}

/// `id` with expressions in it replaced.
pub(super) fn inside(exprs: &mut Exprs, id: ExprId, to: &BTreeMap<ExprId, ExprId>) -> ExprId {
    exprs.replace(id, &mut BTreeMap::new(), &mut |_, e| to.get(&e).copied())
}

/// The right-hand side of a definition where its indices are `subscripts`; what it binds is new.
fn at(f: &mut Function, d: &Definition, subscripts: &[Subscript]) -> ExprId {
    let mut places: BTreeMap<IndexId, Subscript> = d
        .left
        .iter()
        .copied()
        .zip(subscripts.iter().copied())
        .collect();
    for e in f.exprs.walk(d.right) {
        for i in f.exprs.bound(e).to_vec() {
            let index = f.index(i).clone();
            let fresh = f.add_index(index.name, index.dim);
            places.entry(i).or_insert(Subscript::Index(fresh));
        }
    }
    f.exprs.place(d.right, &places)
}

/// An expression with its indices numbered in the order in which they are met, and that order.
fn canonical(f: &mut Function, id: ExprId) -> (ExprId, Vec<IndexId>) {
    let mut order: Vec<IndexId> = Vec::new();
    for e in f.exprs.walk(id) {
        let mut met = f.exprs.bound(e).to_vec();
        match f.exprs.get(e).clone() {
            Expr::IndexValue(i) => met.push(i),
            Expr::Softmax { along, .. } => met.extend(along),
            mut other => other.each_subscript(&mut |s| {
                if let Subscript::Index(i) = *s {
                    met.push(i);
                }
            }),
        }
        for i in met {
            if !order.contains(&i) {
                order.push(i);
            }
        }
    }
    // Numbers that no index of the function has.
    let number = |at: usize| IndexId(u32::MAX - at as u32);
    let map = order
        .iter()
        .enumerate()
        .map(|(at, &i)| (i, number(at)))
        .collect();
    (f.rename(id, &map), order)
}

/// How many nodes the tree of an expression has.
pub(super) fn size(exprs: &Exprs, id: ExprId, done: &mut BTreeMap<ExprId, usize>) -> usize {
    if let Some(&known) = done.get(&id) {
        return known;
    }
    let mut sum = 1usize;
    for c in exprs.children(id) {
        sum = sum.saturating_add(size(exprs, c, done));
    }
    done.insert(id, sum);
    sum
}

/// How often every expression stands in the tree of `id`.
pub(super) fn occurrences(exprs: &Exprs, id: ExprId) -> BTreeMap<ExprId, u32> {
    let mut all = BTreeMap::from([(id, 1u32)]);
    // What stands inside of an expression was made before it.
    let mut inside = exprs.walk(id);
    inside.sort_unstable_by(|a, b| b.cmp(a));
    for e in inside {
        let times = all.get(&e).copied().unwrap_or(0);
        for c in exprs.children(e) {
            let count = all.entry(c).or_default();
            *count = count.saturating_add(times);
        }
    }
    all
}
