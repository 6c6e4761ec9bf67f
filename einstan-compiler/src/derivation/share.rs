//! Long definitions in parts: what stands in one several times gets a name, so that no line grows with the number of ways
//! through its expression.

use super::inline::{inside, occurrences};
use super::system::{Definition, System};
use crate::ir::{Element, Expr, ExprId, Exprs, Function, IndexId, Role, Subscript};
use std::collections::BTreeMap;
use std::ops::Range;

/// A definition with more nodes than this is divided.
const LONG: usize = 160;
/// What is shorter than this is written again each time.
const SHORT: usize = 8;

impl System {
    /// Divides long definitions.
    pub fn share(&mut self) {
        let mut out: Vec<Definition> = Vec::new();
        for d in std::mem::take(&mut self.definitions) {
            let (parts, right) = divided(&mut self.f, d.right);
            out.extend(parts);
            out.push(Definition { right, ..d });
        }
        self.definitions = out;
    }
}

/// A right-hand side in parts, if it is long: definitions, and what remains.
pub(super) fn divided(f: &mut Function, id: ExprId) -> (Vec<Definition>, ExprId) {
    if !is_long(f, id) {
        return (vec![], id);
    }
    let (mut parts, mut tree) = (Vec::new(), Tree::new(&f.exprs, id));
    while let Some(part) = tree.largest_part() {
        let right = tree.written(&mut f.exprs, part);
        let definition = named(f, right);
        let read = f.exprs.add(Expr::Access {
            tensor: definition.tensor,
            subscripts: definition
                .left
                .iter()
                .map(|&i| Subscript::Index(i))
                .collect(),
            guarded: false,
        });
        tree.name(part, read);
        parts.push(definition);
    }
    let right = tree.written(&mut f.exprs, tree.nodes.len() - 1);
    (parts, right)
}

/// The tree of an expression, of which parts get names. It is written with them once all are known: only the numbers that
/// tell which part is next change with each name.
struct Tree {
    /// Each node once, after those inside it: the last one is the whole.
    nodes: Vec<Node>,
    /// What stands directly inside the nodes, one node after the other.
    inside: Vec<usize>,
    /// What is read in place of an expression.
    reads: BTreeMap<ExprId, ExprId>,
}

struct Node {
    id: ExprId,
    /// Its place in `inside`.
    children: Range<usize>,
    is_number: bool,
    is_named: bool,
    /// How many nodes it has, and how often it stands in the whole.
    size: usize,
    times: u32,
    /// How many names there were when a part of it got one: of parts alike, the one that changed last comes first.
    changed: usize,
}

impl Tree {
    fn new(exprs: &Exprs, id: ExprId) -> Self {
        let all = occurrences(exprs, id);
        let (mut nodes, mut inside) = (Vec::with_capacity(all.len()), Vec::new());
        for &(id, times) in &all {
            let begin = inside.len();
            let children = exprs.children(id).into_iter();
            inside.extend(children.filter_map(|c| all.binary_search_by_key(&c, |e| e.0).ok()));
            nodes.push(Node {
                id,
                children: begin..inside.len(),
                is_number: is_number(exprs, id),
                is_named: false,
                size: exprs.size(id),
                times,
                changed: 0,
            });
        }
        Tree {
            nodes,
            inside,
            reads: BTreeMap::new(),
        }
    }

    /// What is written several times in a long expression, the one of which there is most; a part of it comes later.
    fn largest_part(&self) -> Option<usize> {
        let (whole, nodes) = self.nodes.split_last()?;
        if whole.size <= LONG {
            return None;
        }
        let parts = nodes.iter().enumerate().filter(|(_, node)| {
            node.times > 1 && (SHORT..=LONG).contains(&node.size) && node.is_number
        });
        parts
            .max_by_key(|(at, node)| {
                let saved = node.size.saturating_mul(node.times as usize - 1);
                (saved, node.changed, *at)
            })
            .map(|(at, _)| at)
    }

    /// Has `read` stand in place of a node.
    fn name(&mut self, part: usize, read: ExprId) {
        self.reads.insert(self.nodes[part].id, read);
        self.nodes[part].is_named = true;
        self.nodes[part].size = 1;
        for at in part + 1..self.nodes.len() {
            let node = &self.nodes[at];
            if node.is_named {
                continue;
            }
            let inside = self.inside[node.children.clone()].iter();
            let size = inside.fold(1usize, |sum, &c| sum.saturating_add(self.nodes[c].size));
            if size != node.size {
                self.nodes[at].changed = self.reads.len();
                self.nodes[at].size = size;
            }
        }
        self.count();
    }

    /// How often each node stands in the whole: as often as what it is directly inside of.
    fn count(&mut self) {
        self.nodes.iter_mut().for_each(|node| node.times = 0);
        if let Some(whole) = self.nodes.last_mut() {
            whole.times = 1;
        }
        for at in (0..self.nodes.len()).rev() {
            let Node { times, .. } = self.nodes[at];
            if times > 0 && !self.nodes[at].is_named {
                for &c in &self.inside[self.nodes[at].children.clone()] {
                    self.nodes[c].times = self.nodes[c].times.saturating_add(times);
                }
            }
        }
    }

    /// A node with the names that there are.
    fn written(&self, exprs: &mut Exprs, at: usize) -> ExprId {
        inside(exprs, self.nodes[at].id, &self.reads)
    }
}

/// Whether an expression is so long that it is shown in parts only.
pub(super) fn is_long(f: &Function, id: ExprId) -> bool {
    f.exprs.size(id) > LONG
}

/// A definition of a part of an expression.
fn named(f: &mut Function, part: ExprId) -> Definition {
    let left: Vec<IndexId> = f.exprs.free_indices(part).into_iter().collect();
    let axes = left.iter().map(|&i| f.index(i).dim).collect();
    Definition {
        tensor: f.add_tensor("part", axes, Element::Float, Role::Temporary),
        left,
        right: part,
    }
}

/// Whether an expression is a number that is computed.
fn is_number(exprs: &Exprs, id: ExprId) -> bool {
    matches!(
        exprs.get(id),
        Expr::Unary(..)
            | Expr::Binary(..)
            | Expr::PowI(..)
            | Expr::Foreign { .. }
            | Expr::Reduce { .. }
            | Expr::Softmax { .. }
            | Expr::Indicator(_)
    )
}
