//! The factors of products in one order, and the indices of equations numbered in one way: what a plan costs and what it
//! computes, to the last bit, do not depend on how a product is written.
//!
//! Constants come first, then factors with few indices: what does not depend on the innermost index is multiplied before.

use crate::ir::{
    BinaryOp, Equation, Expr, ExprId, Function, IndexId, Memo, Op, Subscript, are_plain, indices,
};
use std::collections::BTreeMap;

pub(crate) fn run(f: &mut Function) {
    for at in 0..f.equations.len() {
        let e = f.equations[at].clone();
        let left = f.exprs.indices_of(&e.left);
        if f.exprs.is_settled(e.right) && left.is_sorted() {
            continue;
        }
        let mut commute = Commute {
            f,
            left: &left,
            keys: Memo::new(),
            done: Memo::new(),
        };
        let right = commute.expr(e.right);
        f.equations[at] = numbered(f, Equation { right, ..e });
        f.exprs.settle(f.equations[at].right);
    }
}

/// A hash of what an expression looks like, whatever its summed indices are called.
type Key = u64;

/// FNV-1a, by words: the same everywhere.
#[derive(Clone, Copy)]
struct Hash(Key);

impl Hash {
    fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    fn push(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = mixed ^ (mixed >> 32);
    }

    fn extend(&mut self, words: [u64; 2]) {
        words.into_iter().for_each(|w| self.push(w));
    }
}

struct Commute<'a> {
    f: &'a mut Function,
    left: &'a [IndexId],
    keys: Memo<Key>,
    done: Memo<ExprId>,
}

impl Commute<'_> {
    fn expr(&mut self, id: ExprId) -> ExprId {
        if let Some(&new) = self.done.get(id) {
            return new;
        }
        let mut factors = Vec::new();
        self.flatten(id, &mut factors);
        let new = if factors.len() > 1 {
            self.product(factors)
        } else {
            let children = self.f.exprs.children(id);
            let changed: Vec<ExprId> = children.into_iter().map(|c| self.expr(c)).collect();
            let mut next = changed.into_iter();
            let exprs = &mut self.f.exprs;
            exprs.map_children(id, &mut |_, _| next.next().expect("one for each child"))
        };
        self.done.insert(id, new);
        new
    }

    fn flatten(&self, id: ExprId, out: &mut Vec<ExprId>) {
        match *self.f.exprs.get(id) {
            Expr::Binary(BinaryOp::Mul, a, b) => {
                self.flatten(a, out);
                self.flatten(b, out);
            }
            _ => out.push(id),
        }
    }

    fn product(&mut self, factors: Vec<ExprId>) -> ExprId {
        let mut factors: Vec<(usize, Key, ExprId)> = factors
            .into_iter()
            .map(|x| {
                let x = self.expr(x);
                (self.f.exprs.free(x).len(), self.key(x), x)
            })
            .collect();
        factors.sort();
        let constant = |x: &ExprId| matches!(self.f.exprs.get(*x), Expr::Real(_));
        let (constants, rest): (Vec<ExprId>, Vec<ExprId>) =
            factors.into_iter().map(|(_, _, x)| x).partition(constant);
        let exprs = &mut self.f.exprs;
        let rest = rest
            .into_iter()
            .reduce(|a, b| exprs.binary(BinaryOp::Mul, a, b));
        let all = constants.into_iter().rev();
        let product = all.fold(rest, |product, c| match product {
            Some(p) => Some(exprs.product(c, p)),
            None => Some(c),
        });
        product.expect("there are factors")
    }

    fn key(&mut self, id: ExprId) -> Key {
        if let Some(key) = self.keys.get(id) {
            return *key;
        }
        let mut hash = self.node(self.f.exprs.get(id));
        for child in self.f.exprs.children(id) {
            hash.push(self.key(child));
        }
        self.keys.insert(id, hash.0);
        hash.0
    }

    /// A node without what is inside it.
    fn node(&self, expr: &Expr) -> Hash {
        let kind = match expr {
            Expr::Access { .. } => 0,
            Expr::Real(_) => 1,
            Expr::Unary(..) => 2,
            Expr::Binary(..) => 3,
            Expr::PowI(..) => 4,
            Expr::Select { .. } => 5,
            Expr::Indicator(_) => 6,
            Expr::Number(_) => 7,
            Expr::Integer(_) => 8,
            Expr::IndexValue(_) | Expr::Counter(_) => 9,
            Expr::Len(_) => 10,
            Expr::IntegerAccess { .. } => 11,
            Expr::IntegerNeg(_) => 12,
            Expr::IntegerAdd(..) => 13,
            Expr::IntegerMul(..) => 14,
            Expr::IntegerRem(..) => 15,
            Expr::Truth(_) => 16,
            Expr::Compare(..) => 17,
            Expr::IntegerCompare(..) => 18,
            Expr::And(..) => 19,
            Expr::Or(..) => 20,
            Expr::Not(_) => 21,
            Expr::Reduce { .. } => 22,
            Expr::ArgReduce { .. } => 23,
            Expr::Softmax { .. } => 24,
            Expr::Jacobian { .. } => 25,
            Expr::Returned { .. } => 26,
            Expr::Foreign { .. } => 27,
            Expr::Argument(_) => 28,
            Expr::Given(_) => 29,
            Expr::IntegerDiv(..) => 30,
            Expr::IntegerMax(..) => 31,
            Expr::IntegerMin(..) => 32,
        };
        let mut key = Hash::new();
        key.push(kind);
        match *expr {
            Expr::Access {
                tensor,
                ref subscripts,
                guarded,
            }
            | Expr::IntegerAccess {
                tensor,
                ref subscripts,
                guarded,
            } => {
                key.extend([u64::from(guarded), u64::from(tensor.0)]);
                subscripts
                    .iter()
                    .for_each(|s| key.extend(self.subscript(*s)));
            }
            Expr::Jacobian {
                of,
                ref at,
                by,
                ref to,
            } => {
                key.extend([u64::from(of.0), u64::from(by.0)]);
                at.iter()
                    .chain(to)
                    .for_each(|s| key.extend(self.subscript(*s)));
            }
            Expr::Real(r) => key.push(r.value().to_bits()),
            Expr::Unary(op, _) => key.push(op as u64),
            Expr::Binary(op, ..) => key.push(op as u64),
            Expr::PowI(_, n) => key.push(n as u64),
            Expr::Integer(n) => key.push(n as u64),
            Expr::IndexValue(i) | Expr::Counter(i) => key.extend(self.index(i)),
            Expr::Len(d) => key.push(u64::from(d.0)),
            Expr::Foreign { function, .. } => key.push(u64::from(function.0)),
            Expr::Argument(at) => key.push(u64::from(at)),
            Expr::Given(g) => key.push(u64::from(g.0)),
            Expr::Truth(t) => key.push(u64::from(t)),
            Expr::Compare(op, ..) | Expr::IntegerCompare(op, ..) => key.push(op as u64),
            Expr::Reduce { op, .. } | Expr::ArgReduce { op, .. } => key.push(op as u64),
            _ => {}
        }
        key
    }

    fn subscript(&self, s: Subscript) -> [u64; 2] {
        match s {
            Subscript::Index(i) => self.index(i),
            Subscript::Constant(c) => [2, c],
            // Its expression is a child of the node.
            Subscript::At(_) => [3, 0],
        }
    }

    /// An index on the left by its place there, another one by its dimension.
    fn index(&self, i: IndexId) -> [u64; 2] {
        match self.left.iter().position(|&l| l == i) {
            Some(at) => [0, at as u64],
            None => [1, u64::from(self.f.index(i).dim.0)],
        }
    }
}

/// The equation with new indices, numbered as they come: those on the left first. What a sum binds stands in the same order.
fn numbered(f: &mut Function, e: Equation) -> Equation {
    let mut order = f.exprs.indices_of(&e.left);
    let inside = f.exprs.walk(e.right);
    for &id in &inside {
        let named = match f.exprs.get(id) {
            Expr::Access { subscripts, .. } | Expr::IntegerAccess { subscripts, .. } => {
                indices(subscripts)
            }
            Expr::IndexValue(i) => vec![*i],
            _ => continue,
        };
        named.into_iter().for_each(|i| {
            if !order.contains(&i) {
                order.push(i);
            }
        });
    }
    // Those that nothing mentions.
    for id in inside {
        for &i in f.exprs.bound(id) {
            if !order.contains(&i) {
                order.push(i);
            }
        }
    }
    let mut map = BTreeMap::new();
    for &i in &order {
        let index = f.index(i).clone();
        map.insert(i, f.add_index(index.name, index.dim));
    }
    let left = f.renamed(&e.left, &map);
    let right = f.exprs.map(e.right, &mut |mut e| {
        e.each_index(&mut |i| *i = map.get(i).copied().unwrap_or(*i));
        if let Expr::Reduce { indices, .. } = &mut e {
            indices.sort_unstable();
        }
        e
    });
    debug_assert!(e.op == Op::Accumulate || are_plain(&e.left));
    Equation { left, right, ..e }
}
