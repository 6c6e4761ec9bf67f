//! Expressions with something in them replaced: indices, tensors, expressions.

use super::{Equation, Expr, ExprId, Exprs, Fault, Function, IndexId, Memo, Subscript, TensorId};
use std::collections::BTreeMap;

impl Exprs {
    /// `id` with indices replaced by subscripts, bound ones by indices.
    pub fn place(&mut self, id: ExprId, places: &BTreeMap<IndexId, Subscript>) -> ExprId {
        self.placed(id, places, &mut Memo::new())
    }

    fn placed(
        &mut self,
        id: ExprId,
        places: &BTreeMap<IndexId, Subscript>,
        done: &mut Memo<ExprId>,
    ) -> ExprId {
        if let Some(&new) = done.get(id) {
            return new;
        }
        let new = match self.get(id) {
            Expr::IndexValue(i) => match places.get(i) {
                Some(&s) => self.position(s),
                None => id,
            },
            node => {
                let mut node = node
                    .clone()
                    .with_children(&mut |c| self.placed(c, places, done));
                let put = |s: &mut Subscript| {
                    if let Subscript::Index(i) = s {
                        *s = places.get(i).copied().unwrap_or(*s);
                    }
                };
                let index = |i: &mut IndexId| {
                    if let Some(&Subscript::Index(j)) = places.get(i) {
                        *i = j;
                    }
                };
                node.each_subscript(&mut |s| put(s));
                match &mut node {
                    Expr::ArgReduce { index: i, .. } => index(i),
                    Expr::Reduce { indices: all, .. } | Expr::Softmax { along: all, .. } => {
                        all.iter_mut().for_each(index);
                    }
                    _ => {}
                }
                self.add(node)
            }
        };
        done.insert(id, new);
        new
    }

    /// `id` with expressions replaced by those that `f` gives for them, outer ones first.
    pub fn replace(
        &mut self,
        id: ExprId,
        f: &mut impl FnMut(&mut Self, ExprId) -> Option<ExprId>,
    ) -> ExprId {
        self.replaced(id, &mut Memo::new(), f)
    }

    fn replaced(
        &mut self,
        id: ExprId,
        done: &mut Memo<ExprId>,
        f: &mut impl FnMut(&mut Self, ExprId) -> Option<ExprId>,
    ) -> ExprId {
        if let Some(&new) = done.get(id) {
            return new;
        }
        let new = match f(self, id) {
            Some(new) => new,
            None => self.map_children(id, &mut |exprs, child| exprs.replaced(child, done, f)),
        };
        done.insert(id, new);
        new
    }

    /// `id` with every node changed by `f`, which leaves the expressions inside it alone.
    pub fn map(&mut self, id: ExprId, f: &mut impl FnMut(Expr) -> Expr) -> ExprId {
        self.mapped(id, &mut Memo::new(), f)
    }

    fn mapped(
        &mut self,
        id: ExprId,
        done: &mut Memo<ExprId>,
        f: &mut impl FnMut(Expr) -> Expr,
    ) -> ExprId {
        if let Some(&new) = done.get(id) {
            return new;
        }
        let node = self.get(id).clone();
        let node = node.with_children(&mut |child| self.mapped(child, done, f));
        let new = self.add(f(node));
        done.insert(id, new);
        new
    }

    /// `id` with its reads guarded: it stands in a branch.
    pub fn guarded(&mut self, id: ExprId) -> ExprId {
        self.with_guards(id, true)
    }

    /// `id` with no read guarded: it is written where its branches are, and read as it stands.
    pub fn unguarded(&mut self, id: ExprId) -> ExprId {
        self.with_guards(id, false)
    }

    fn with_guards(&mut self, id: ExprId, all: bool) -> ExprId {
        self.map(id, &mut |mut e| {
            if let Expr::Access { guarded, .. } | Expr::IntegerAccess { guarded, .. } = &mut e {
                *guarded = all;
            }
            e
        })
    }
}

impl Function {
    /// `id` with every index in `map` replaced: free ones and bound ones alike (bound indices are unique, so nothing
    /// is captured).
    pub fn rename(&mut self, id: ExprId, map: &BTreeMap<IndexId, IndexId>) -> ExprId {
        if map.is_empty() {
            return id;
        }
        self.exprs.map(id, &mut |mut e| {
            e.each_index(&mut |i| *i = map.get(i).copied().unwrap_or(*i));
            e
        })
    }

    /// `id` with reads of one tensor made reads of another one, as `map` says.
    pub fn redirect(&mut self, id: ExprId, map: &BTreeMap<TensorId, TensorId>) -> ExprId {
        if map.is_empty() {
            return id;
        }
        self.exprs.map(id, &mut |mut e| {
            e.each_tensor(&mut |t| *t = map.get(t).copied().unwrap_or(*t));
            e
        })
    }

    /// Subscripts with every index in `map` replaced.
    pub fn renamed(
        &mut self,
        subscripts: &[Subscript],
        map: &BTreeMap<IndexId, IndexId>,
    ) -> Vec<Subscript> {
        let rename = |s: &Subscript| match *s {
            Subscript::Index(i) => Subscript::Index(map.get(&i).copied().unwrap_or(i)),
            Subscript::At(e) => Subscript::At(self.rename(e, map)),
            constant => constant,
        };
        subscripts.iter().map(rename).collect()
    }

    /// An equation with reads of one tensor made reads of another one, on both sides.
    pub fn redirected(&mut self, e: &Equation, map: &BTreeMap<TensorId, TensorId>) -> Equation {
        let left = e.left.iter().map(|s| match *s {
            Subscript::At(position) => Subscript::At(self.redirect(position, map)),
            s => s,
        });
        let left = left.collect();
        Equation {
            left,
            right: self.redirect(e.right, map),
            ..e.clone()
        }
    }

    /// Makes what checks read of one tensor reads of another one.
    pub fn redirect_checks(&mut self, map: &BTreeMap<TensorId, TensorId>) {
        for at in 0..self.checks.len() {
            for condition in 0..self.checks[at].fails.len() {
                let (id, _) = self.checks[at].fails[condition];
                self.checks[at].fails[condition].0 = self.redirect(id, map);
            }
            if let Fault::Outside {
                at: place,
                position: Subscript::At(e),
                write,
            } = self.checks[at].fault
            {
                let position = Subscript::At(self.redirect(e, map));
                self.checks[at].fault = Fault::Outside {
                    at: place,
                    position,
                    write,
                };
            }
        }
    }
}
