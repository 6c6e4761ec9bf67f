//! What has a definition is read where it stands in another one.
//!
//! ```text
//! Y[i] = exp(X[i]) / (1 + exp(X[i]))      E[i] = exp(X[i]);    Y[i] = E[i] / (1 + E[i])
//! ```

use super::inline::{SHORT, inside};
use super::system::{Definition, Standing, System};
use crate::ir::{Element, Expr, ExprId, Function, IndexId, Subscript};
use std::collections::{BTreeMap, BTreeSet};

impl System {
    /// Reads a tensor where its right-hand side stands in another definition.
    pub(super) fn recognise(&mut self) {
        let mut patterns = Patterns::default();
        for (at, d) in self.definitions.iter().enumerate() {
            patterns.note(&mut self.f, at, d.right);
        }
        for at in 0..self.definitions.len() {
            let d = self.definitions[at].clone();
            if !self.is_recognised(&d) {
                continue;
            }
            let (pattern, places) = patterns.canonical(&mut self.f, d.right);
            if d.left.iter().any(|i| !places.contains(i)) {
                continue;
            }
            for other in patterns.found(&mut self.f, d.right) {
                let right = self.definitions[other].right;
                if other == at || (right == d.right && other < at) {
                    continue;
                }
                let mut to = BTreeMap::new();
                for e in self.f.exprs.walk(right) {
                    if !alike(&self.f, e, d.right) {
                        continue;
                    }
                    let (found, theirs) = patterns.canonical(&mut self.f, e);
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
                    let right = inside(&mut self.f.exprs, right, &to);
                    self.definitions[other].right = right;
                    patterns.note(&mut self.f, other, right);
                }
            }
        }
    }

    /// Whether a definition is long enough to be recognised, and one that the compiler made.
    fn is_recognised(&self, d: &Definition) -> bool {
        let made = matches!(self.standing(d.tensor), Standing::Made | Standing::Named);
        let number = self.f.tensor(d.tensor).element == Element::Float;
        made && number && self.f.exprs.size(d.right) > SHORT
    }
}

/// Whether two expressions may be the same but for their indices.
fn alike(f: &Function, a: ExprId, b: ExprId) -> bool {
    let kind = |id| std::mem::discriminant(f.exprs.get(id));
    f.exprs.size(a) == f.exprs.size(b) && kind(a) == kind(b)
}

/// Which definitions have which expressions in them. A definition may have lost some since.
#[derive(Default)]
struct Patterns {
    /// By size: the expressions of this size, each in a definition.
    all: BTreeMap<usize, Vec<(ExprId, usize)>>,
    /// By pattern, for the sizes that were asked for: the definitions.
    known: BTreeMap<usize, BTreeMap<ExprId, BTreeSet<usize>>>,
    canonical: BTreeMap<ExprId, (ExprId, Vec<IndexId>)>,
}

impl Patterns {
    /// Notes what stands in the definition at `at`.
    fn note(&mut self, f: &mut Function, at: usize, right: ExprId) {
        for e in f.exprs.walk(right) {
            let size = f.exprs.size(e);
            if size <= SHORT {
                continue;
            }
            match self.known.contains_key(&size) {
                true => self.index(f, e, at),
                false => self.all.entry(size).or_default().push((e, at)),
            }
        }
    }

    /// The definitions, in order, in which an expression stands but for its indices.
    fn found(&mut self, f: &mut Function, id: ExprId) -> Vec<usize> {
        let size = f.exprs.size(id);
        self.known.entry(size).or_default();
        for (e, at) in self.all.remove(&size).unwrap_or_default() {
            self.index(f, e, at);
        }
        let (pattern, _) = self.canonical(f, id);
        let found = self.known[&size].get(&pattern);
        found.into_iter().flatten().copied().collect()
    }

    fn index(&mut self, f: &mut Function, e: ExprId, at: usize) {
        let (pattern, _) = self.canonical(f, e);
        let known = self.known.entry(f.exprs.size(e)).or_default();
        known.entry(pattern).or_default().insert(at);
    }

    fn canonical(&mut self, f: &mut Function, id: ExprId) -> (ExprId, Vec<IndexId>) {
        let known = self.canonical.entry(id);
        known.or_insert_with(|| canonical(f, id)).clone()
    }
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
