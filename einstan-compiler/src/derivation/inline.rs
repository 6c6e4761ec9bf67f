//! Definitions as a person would divide them: what the compiler made for one use stands where it is used, what is used
//! often has a name.

use super::names::Names;
use super::system::{Definition, Standing, System};
use crate::ir::{Expr, ExprId, Exprs, Function, IndexId, Subscript, TensorId, are_plain};
use std::collections::{BTreeMap, BTreeSet};

/// What is used once and is longer than this keeps its name.
const LONG: usize = 48;
/// What is used several times and is longer than this keeps its name.
pub(super) const SHORT: usize = 3;

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
        // Where a tangent stands at a position, so does what it is of: rows of normalisations keep their names.
        let rows = match self.read_apart().0.is_empty() {
            true => BTreeSet::new(),
            false => {
                let all = self.definitions.iter();
                let rows = all.filter(|d| !self.is_placeable(d.right));
                rows.map(|d| d.tensor).collect()
            }
        };
        self.definitions = self.divided(&rows);
        let mut inlined: BTreeMap<TensorId, Definition> = BTreeMap::new();
        for d in std::mem::take(&mut self.definitions) {
            let right = self.substitute(d.right, &inlined);
            let d = Definition { right, ..d };
            let root = self.roots.contains(&d.tensor);
            let circular = self.f.recurrences.contains_key(&d.tensor);
            if !root
                && !circular
                && self.f.exprs.tensors(right).contains(&of)
                && !self.read_whole(d.tensor)
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
        let (elsewhere, whole) = self.read_apart();
        let mut inlined: BTreeMap<TensorId, Definition> = BTreeMap::new();
        let mut out = Vec::new();
        for d in self.definitions.clone() {
            let right = self.substitute(d.right, &inlined);
            let size = self.f.exprs.size(right);
            let limit = match (self.standing(d.tensor), uses.get(&d.tensor)) {
                _ if named.contains(&d.tensor) || circular.contains(&d.tensor) => 0,
                (Standing::Made, Some(1)) => LONG,
                (Standing::Made, _) => SHORT,
                (Standing::Named, _) => 1,
                _ => 0,
            };
            let d = Definition { right, ..d };
            let whole = self.is_returned(right) || whole.contains(&d.tensor);
            let placeable = self.is_placeable(right) || !elsewhere.contains(&d.tensor);
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

    /// The tensors that are read at something else than distinct indices, and those that a call takes.
    fn read_apart(&self) -> (BTreeSet<TensorId>, BTreeSet<TensorId>) {
        let (mut elsewhere, mut whole) = (BTreeSet::new(), BTreeSet::new());
        for d in &self.definitions {
            for e in self.f.exprs.walk(d.right) {
                match self.f.exprs.get(e) {
                    Expr::Access {
                        tensor, subscripts, ..
                    } if !are_plain(subscripts) => drop(elsewhere.insert(*tensor)),
                    Expr::Returned { inputs, .. } => whole.extend(inputs.iter().flatten()),
                    _ => {}
                }
            }
        }
        (elsewhere, whole)
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
}

/// `id` with expressions in it replaced.
pub(super) fn inside(exprs: &mut Exprs, id: ExprId, to: &BTreeMap<ExprId, ExprId>) -> ExprId {
    exprs.replace(id, &mut |_, e| to.get(&e).copied())
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

/// How often every expression stands in the tree of `id`.
pub(super) fn occurrences(exprs: &Exprs, id: ExprId) -> Vec<(ExprId, u32)> {
    // What stands inside of an expression was made before it.
    let mut all = exprs.walk(id);
    all.sort_unstable();
    let mut times = vec![0u32; all.len()];
    if let Some(last) = times.last_mut() {
        *last = 1;
    }
    for at in (0..all.len()).rev() {
        for c in exprs.children(all[at]) {
            if let Ok(inside) = all.binary_search(&c) {
                times[inside] = times[inside].saturating_add(times[at]);
            }
        }
    }
    all.into_iter().zip(times).collect()
}
