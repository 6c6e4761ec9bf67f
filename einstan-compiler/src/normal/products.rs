//! Sums of products taken apart before they are differentiated, so that the value and all derivatives share the parts.
//!
//! ```text
//! y[i] = sum[j,k](A[i,j]*B[j]*C[k])            Σ = sum[k](C[k]);   y[i] = Σ * sum[j](A[i,j]*B[j])
//! Y[i,l] = sum[j,k,m](A[i,j]*B[j,k]*C[k,m]*D[m,l])
//!                                              P[i,k] = sum[j](A[i,j]*B[j,k]);   P₂[i,m] = sum[k](P[i,k]*C[k,m]);
//!                                              Y[i,l] = sum[m](P₂[i,m]*D[m,l])
//! ```
//!
//! A product of three factors whose best order depends on the lengths stays whole: its orders are compared when the function
//! runs.

use super::{Circle, Normaliser};
use crate::ir::{
    BinaryOp, Element, Equation, Expr, ExprId, Function, IndexId, Op, ReduceOp, Role, indices,
};
use crate::plan::factors::{self, Factor, Product};
use crate::plan::inline::{self, Definition};
use crate::plan::order;
use std::collections::{BTreeMap, BTreeSet};

/// Takes the products of a function in normal form apart.
pub fn take_apart(f: &mut Function) {
    let equations = std::mem::take(&mut f.equations);
    let circles = f.circles(&equations);
    let mut normaliser = Normaliser {
        f,
        out: Vec::new(),
        known: BTreeMap::new(),
        circle: Circle::default(),
    };
    let mut count = BTreeMap::new();
    equations
        .iter()
        .for_each(|e| *count.entry(e.tensor).or_insert(0) += 1);
    let mut maps: Vec<Definition> = Vec::new();
    for e in equations {
        normaliser.circle = Circle::of(normaliser.f, &circles, &e);
        let substitute = |right, d: &Definition| inline::substitute(normaliser.f, right, d);
        let whole = maps.iter().fold(e.right, substitute);
        let right = normaliser.parts(whole);
        // A temporary that is no sum any more is a part of the products that read it.
        let f = &normaliser.f;
        let product = f.exprs.reduces(whole) && !f.exprs.reduces(right);
        let temporary = f.tensor(e.tensor).role == Role::Temporary && f.covers(&e);
        if product && temporary && e.op == Op::Define && count[&e.tensor] == 1 {
            maps.push(Definition {
                tensor: e.tensor,
                left: indices(&e.left),
                right,
            });
        }
        normaliser.out.push(Equation { right, ..e });
    }
    let out = normaliser.out;
    f.equations = out;
    f.complete_recurrences();
}

impl Normaliser<'_> {
    /// `right`, if it is a sum of a product, with its parts in temporaries.
    fn parts(&mut self, right: ExprId) -> ExprId {
        let Expr::Reduce {
            op: ReduceOp::Sum,
            indices,
            body,
        } = self.f.exprs.get(right).clone()
        else {
            return right;
        };
        let mut product = factors::product(self.f, body);
        product.merge(self.f);
        let mentioned: BTreeSet<IndexId> = mentioned(&product.factors);
        if product.factors.len() < 2 || indices.iter().any(|i| !mentioned.contains(i)) {
            return right;
        }
        let over = self.alone(&mut product, indices);
        product.merge(self.f);
        self.pairs(&mut product, &over);
        let body = product.expr(self.f);
        let free = self.f.exprs.free_indices(body);
        let over: Vec<IndexId> = over.into_iter().filter(|i| free.contains(i)).collect();
        self.sum(over, body)
    }

    fn sum(&mut self, over: Vec<IndexId>, body: ExprId) -> ExprId {
        if over.is_empty() {
            return body;
        }
        self.f.exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices: over,
            body,
        })
    }

    /// A factor that is summed, as one that is read.
    fn summed(&mut self, word: &str, over: Vec<IndexId>, body: ExprId) -> Factor {
        let right = self.sum(over, body);
        let right = self.parts(right);
        let free = self.kept(right);
        let indices = free.iter().copied().collect();
        let expr = self.define(word, &free, Element::Float, right);
        Factor { expr, indices }
    }

    /// Indices that one factor alone mentions are summed there; the others are returned.
    fn alone(&mut self, product: &mut Product, over: Vec<IndexId>) -> Vec<IndexId> {
        let mut rest = over;
        for at in 0..product.factors.len() {
            let mut others = product.factors.clone();
            let factor = others.remove(at);
            let others = mentioned(&others);
            let (alone, more): (Vec<IndexId>, Vec<IndexId>) = rest
                .into_iter()
                .partition(|i| factor.indices.contains(i) && !others.contains(i));
            rest = more;
            if !alone.is_empty() {
                product.factors[at] = self.summed("Σ", alone, factor.expr);
            }
        }
        rest
    }

    /// Multiplies factors pair by pair until two are left, if there are many or one order is the best for all lengths.
    fn pairs(&mut self, product: &mut Product, over: &[IndexId]) {
        if product.factors.len() < 3 || over.is_empty() {
            return;
        }
        let sets: Vec<BTreeSet<IndexId>> =
            product.factors.iter().map(|x| x.indices.clone()).collect();
        let mut kept = mentioned(&product.factors);
        kept.retain(|i| !over.contains(i));
        let orders = order::orders(self.f, &sets, &kept);
        if orders.len() > 1 && product.factors.len() == 3 {
            return;
        }
        let mut operands: Vec<Option<Factor>> = product.factors.drain(..).map(Some).collect();
        let pairs = &orders[0].pairs;
        for pair in &pairs[..pairs.len() - 1] {
            let take = |at: usize| operands[at].take();
            let [Some(a), Some(b)] = [pair.a, pair.b].map(take) else {
                unreachable!("an operand is multiplied once")
            };
            let mut summed = mentioned(&[a.clone(), b.clone()]);
            summed.retain(|i| !pair.indices.contains(i));
            let body = self.f.exprs.binary(BinaryOp::Mul, a.expr, b.expr);
            let value = match summed.is_empty() {
                true => Factor {
                    expr: body,
                    indices: pair.indices.clone(),
                },
                false => self.summed("P", summed.into_iter().collect(), body),
            };
            operands.push(Some(value));
        }
        product.factors = operands.into_iter().flatten().collect();
    }
}

fn mentioned(factors: &[Factor]) -> BTreeSet<IndexId> {
    factors.iter().flat_map(|x| x.indices.clone()).collect()
}
