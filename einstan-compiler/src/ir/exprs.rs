//! The expressions of a function: a hash-consed arena, so that equal expressions have equal ids.

use super::expr::{indices, positions};
use super::mixer::Mixer;
use super::table::Table;
use super::{
    BinaryOp, Equation, Expr, ExprId, Extent, Function, IndexId, Memo, Subscript, TensorId, UnaryOp,
};
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

/// The arena.
#[derive(Clone, Debug, Default)]
pub struct Exprs {
    nodes: Vec<Node>,
    ids: Table,
}

/// An expression with what is asked about it again and again. It stands on others that were there before, so that nothing
/// has to be walked to know what is free in it.
#[derive(Clone, Debug)]
struct Node {
    expr: Arc<Expr>,
    hash: u32,
    /// A right-hand side whose factors and indices are in order.
    settled: bool,
    free: Arc<BTreeSet<IndexId>>,
    extent: Extent,
    /// Found when they are asked for.
    reads: OnceLock<Arc<BTreeSet<TensorId>>>,
}

impl Exprs {
    /// The id of `expr`, the same for equal ones.
    pub fn add(&mut self, expr: Expr) -> ExprId {
        let hash = Mixer::of(&expr);
        if let Some(id) = self.find(&expr, hash) {
            return id;
        }
        let place = self.nodes.len() as u32;
        let children = expr.children();
        self.ids
            .insert(place, hash, |place| self.nodes[place as usize].hash);
        self.nodes.push(Node {
            free: self.free_in(&expr, &children),
            extent: Extent::of(&expr, children.iter().map(|&c| self.extent(c))),
            hash,
            settled: false,
            expr: Arc::new(expr),
            reads: OnceLock::new(),
        });
        ExprId(place)
    }

    /// Says of the right-hand side of an equation that its factors and its indices are in order: a function that takes the
    /// equation in need not put them in order again.
    pub fn settle(&mut self, id: ExprId) {
        self.nodes[id.0 as usize].settled = true;
    }

    pub fn is_settled(&self, id: ExprId) -> bool {
        self.node_of(id).settled
    }

    fn find(&self, expr: &Expr, hash: u32) -> Option<ExprId> {
        let is = |place: u32| {
            let node = &self.nodes[place as usize];
            node.hash == hash && *node.expr == *expr
        };
        self.ids.find(hash, is).map(ExprId)
    }

    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Forgets the expressions that came after the first `len`.
    pub fn truncate(&mut self, len: usize) {
        while self.nodes.len() > len
            && let Some(node) = self.nodes.pop()
        {
            self.ids.forget(self.nodes.len() as u32, node.hash);
        }
    }

    /// The id of `expr`, where it has one.
    pub fn known(&self, expr: &Expr) -> Option<ExprId> {
        self.find(expr, Mixer::of(expr))
    }

    pub fn get(&self, id: ExprId) -> &Expr {
        &self.node_of(id).expr
    }

    fn node_of(&self, id: ExprId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn unary(&mut self, op: UnaryOp, a: ExprId) -> ExprId {
        self.add(Expr::Unary(op, a))
    }

    pub fn binary(&mut self, op: BinaryOp, a: ExprId, b: ExprId) -> ExprId {
        self.add(Expr::Binary(op, a, b))
    }

    /// The expressions directly inside, in order.
    pub fn children(&self, id: ExprId) -> Vec<ExprId> {
        self.get(id).children()
    }

    /// `id` with its children replaced by what `f` makes of them.
    pub fn map_children(
        &mut self,
        id: ExprId,
        f: &mut impl FnMut(&mut Self, ExprId) -> ExprId,
    ) -> ExprId {
        let expr = self.get(id).clone();
        let expr = expr.with_children(&mut |child| f(self, child));
        self.add(expr)
    }

    /// The indices that `id` uses and no reduction in it binds.
    pub fn free(&self, id: ExprId) -> &BTreeSet<IndexId> {
        &self.node_of(id).free
    }

    /// The same, to be changed.
    pub fn free_indices(&self, id: ExprId) -> BTreeSet<IndexId> {
        self.free(id).clone()
    }

    /// What is free in a new node: the set of one of its children where that has all of it.
    fn free_in(&self, expr: &Expr, children: &[ExprId]) -> Arc<BTreeSet<IndexId>> {
        let mut own: BTreeSet<IndexId> = match expr {
            Expr::Access { subscripts, .. }
            | Expr::IntegerAccess { subscripts, .. }
            | Expr::Returned { subscripts, .. } => indices(subscripts).into_iter().collect(),
            Expr::Jacobian { at, to, .. } => indices(at).into_iter().chain(indices(to)).collect(),
            Expr::IndexValue(i) => BTreeSet::from([*i]),
            Expr::Softmax { along, .. } => along.iter().copied().collect(),
            _ => BTreeSet::new(),
        };
        let bound = expr.bound();
        let inside = children.iter().map(|&c| &self.node_of(c).free);
        let largest = inside.clone().max_by_key(|free| free.len());
        if let Some(largest) = largest
            && own.is_subset(largest)
            && inside.clone().all(|free| free.is_subset(largest))
            && !bound.iter().any(|i| largest.contains(i))
        {
            return largest.clone();
        }
        inside.for_each(|free| own.extend(free.iter()));
        bound.iter().for_each(|i| {
            own.remove(i);
        });
        Arc::new(own)
    }

    /// How large an expression is.
    pub fn extent(&self, id: ExprId) -> Extent {
        self.node_of(id).extent
    }

    /// How many nodes the tree of an expression has, where each stands as often as it is used.
    pub fn size(&self, id: ExprId) -> usize {
        self.extent(id).size
    }

    /// The tensors that `id` reads.
    pub fn tensors(&self, id: ExprId) -> &BTreeSet<TensorId> {
        let reads = &self.node_of(id).reads;
        reads.get_or_init(|| {
            let mut out = BTreeSet::new();
            for e in self.walk(id) {
                match self.get(e) {
                    Expr::Access { tensor, .. } | Expr::IntegerAccess { tensor, .. } => {
                        out.insert(*tensor);
                    }
                    Expr::Returned { inputs, .. } => out.extend(inputs.iter().flatten()),
                    _ => {}
                }
            }
            Arc::new(out)
        })
    }

    /// The factors of a product: of `-(a * b) / c` these are -1, a, b and 1/c.
    pub fn factors(&mut self, id: ExprId) -> Vec<ExprId> {
        match *self.get(id) {
            Expr::Binary(BinaryOp::Mul, a, b) => {
                let mut out = self.factors(a);
                out.extend(self.factors(b));
                out
            }
            Expr::Binary(BinaryOp::Div, a, b) => {
                let mut out = self.factors(a);
                out.push(self.unary(UnaryOp::Recip, b));
                out
            }
            Expr::Unary(UnaryOp::Neg, a) => {
                let mut out = vec![self.real(-1.0)];
                out.extend(self.factors(a));
                out
            }
            _ => vec![id],
        }
    }

    /// The addends of a sum, each with whether it is subtracted: of `a - (b - c)` these are a, b subtracted, and c.
    pub fn addends(&self, id: ExprId) -> Vec<(bool, ExprId)> {
        let mut out = Vec::new();
        self.flatten(id, false, &mut out);
        out
    }

    fn flatten(&self, id: ExprId, negative: bool, out: &mut Vec<(bool, ExprId)>) {
        match *self.get(id) {
            Expr::Binary(BinaryOp::Add, a, b) => {
                self.flatten(a, negative, out);
                self.flatten(b, negative, out);
            }
            Expr::Binary(BinaryOp::Sub, a, b) => {
                self.flatten(a, negative, out);
                self.flatten(b, !negative, out);
            }
            Expr::Unary(UnaryOp::Neg, a) => self.flatten(a, !negative, out),
            _ => out.push((negative, id)),
        }
    }

    /// The value of a subscript.
    pub fn position(&mut self, s: Subscript) -> ExprId {
        match s {
            Subscript::Index(i) => self.add(Expr::IndexValue(i)),
            Subscript::Constant(c) => self.add(Expr::Integer(c as i64)),
            Subscript::At(e) => e,
        }
    }

    /// `clamp` or `wrap`, and what stands in it, if a position is that: `max(min(e, len - 1), 0)` or `e % max(len, 1)`.
    pub fn around(&self, id: ExprId) -> Option<(&'static str, ExprId)> {
        match *self.get(id) {
            Expr::IntegerMax(least, _) => match *self.get(least) {
                Expr::IntegerMin(position, _) => Some(("clamp", position)),
                _ => None,
            },
            Expr::IntegerRem(position, around) => match self.get(around) {
                Expr::IntegerMax(..) => Some(("wrap", position)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The indices that subscripts use, in their expressions too.
    pub fn indices_of(&self, subscripts: &[Subscript]) -> Vec<IndexId> {
        let mut out: Vec<IndexId> = Vec::new();
        for s in subscripts {
            let own = match *s {
                Subscript::Index(i) => vec![i],
                Subscript::Constant(_) => vec![],
                Subscript::At(e) => self.free_indices(e).into_iter().collect(),
            };
            out.extend(
                own.into_iter()
                    .filter(|i| !out.contains(i))
                    .collect::<Vec<_>>(),
            );
        }
        out
    }

    /// The indices that a reduction binds.
    pub fn bound(&self, id: ExprId) -> &[IndexId] {
        self.get(id).bound()
    }

    /// Whether an expression is a reduction, a normalisation or a call: what normal form has at the root alone.
    pub fn reduces(&self, id: ExprId) -> bool {
        matches!(
            self.get(id),
            Expr::Reduce { .. }
                | Expr::ArgReduce { .. }
                | Expr::Softmax { .. }
                | Expr::Returned { .. }
        )
    }

    /// `id` and every expression inside it, each once, outer ones first.
    pub fn walk(&self, id: ExprId) -> Vec<ExprId> {
        let (mut order, mut stack) = (Vec::new(), vec![id]);
        let mut seen = Memo::new();
        while let Some(e) = stack.pop() {
            if seen.get(e).is_none() {
                seen.insert(e, ());
                order.push(e);
                let before = stack.len();
                self.get(e).each_child(&mut |child| stack.push(child));
                stack[before..].reverse();
            }
        }
        order
    }
}

impl Function {
    /// The tensors that an equation reads, on the left too.
    pub fn reads_of(&self, e: &Equation) -> BTreeSet<TensorId> {
        let mut out = self.reads(e.right);
        out.extend(positions(&e.left).flat_map(|p| self.exprs.tensors(p)));
        out
    }

    /// Whether an equation reads a tensor, on the left too.
    pub fn is_read_by(&self, tensor: TensorId, e: &Equation) -> bool {
        let inside = |id| self.exprs.tensors(id).contains(&tensor);
        inside(e.right) || positions(&e.left).any(inside)
    }

    /// The tensors that an expression reads.
    pub fn reads(&self, id: ExprId) -> BTreeSet<TensorId> {
        self.exprs.tensors(id).clone()
    }
}
