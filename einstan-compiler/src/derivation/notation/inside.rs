//! Reads in branches that lie inside where the branch is taken, which need no condition of their own.

use crate::ir::{DimId, Equation, Expr, ExprId, Function, Subscript};
use std::collections::BTreeMap;

/// An expression with such reads unguarded.
pub(super) fn unguarded(f: &mut Function, id: ExprId) -> ExprId {
    Inside {
        f,
        branch: vec![],
        done: BTreeMap::new(),
    }
    .expr(id)
}

/// Whether an equation adds at a position that lies inside only where its value is asked for: what falls outside is dropped.
pub(super) fn drops(f: &Function, e: &Equation) -> bool {
    let Expr::Select { condition, .. } = *f.exprs.get(e.right) else {
        return false;
    };
    let mut f = f.clone();
    let axes = f.tensor(e.tensor).axes.clone();
    e.left.iter().zip(axes).any(|(&s, d)| {
        let mut lies_inside = |branch| {
            let mut inside = Inside {
                f: &mut f,
                branch,
                done: BTreeMap::new(),
            };
            inside.lies_inside(s, d)
        };
        matches!(s, Subscript::At(_))
            && !lies_inside(vec![])
            && lies_inside(vec![(condition, true)])
    })
}

struct Inside<'a> {
    f: &'a mut Function,
    branch: Vec<(ExprId, bool)>,
    done: BTreeMap<(ExprId, Vec<(ExprId, bool)>), ExprId>,
}

impl Inside<'_> {
    fn expr(&mut self, id: ExprId) -> ExprId {
        let key = (id, self.branch.clone());
        if let Some(&done) = self.done.get(&key) {
            return done;
        }
        let new = match self.f.exprs.get(id).clone() {
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let c = self.expr(condition);
                let then = self.under(condition, true, then);
                let otherwise = self.under(condition, false, otherwise);
                self.f.exprs.add(Expr::Select {
                    condition: c,
                    then,
                    otherwise,
                })
            }
            node => {
                let mut node = node.with_children(&mut |c| self.expr(c));
                let inside = match node.read() {
                    Some((tensor, subscripts, true)) => {
                        let axes = self.f.tensor(tensor).axes.clone();
                        let all: Vec<Subscript> = subscripts.to_vec();
                        all.into_iter().zip(axes).all(|(s, d)| {
                            matches!(s, Subscript::Index(i) if self.f.index(i).dim == d)
                                || self.lies_inside(s, d)
                        })
                    }
                    _ => false,
                };
                if inside
                    && let Expr::Access { guarded, .. } | Expr::IntegerAccess { guarded, .. } =
                        &mut node
                {
                    *guarded = false;
                }
                self.f.exprs.add(node)
            }
        };
        self.done.insert(key, new);
        new
    }

    fn under(&mut self, condition: ExprId, truth: bool, id: ExprId) -> ExprId {
        self.branch.push((condition, truth));
        let out = self.expr(id);
        self.branch.pop();
        out
    }

    fn lies_inside(&mut self, s: Subscript, d: DimId) -> bool {
        let position = self.f.exprs.position(s);
        let room = self.f.room(position, d);
        self.f.holds(position, &self.branch) && self.f.holds(room, &self.branch)
    }
}
