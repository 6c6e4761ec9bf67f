//! Along which axes a recurrence runs, and in which direction.

use super::{Member, Read};
use crate::ast::CmpOp;
use crate::check::Branch;
use crate::ir::{Along, Expr, ExprId, IndexId, Polynomial, Subscript, TensorId};
use crate::resolve::Scope;
use std::collections::{BTreeMap, BTreeSet};

/// The reads of one circle.
pub(super) struct Circle<'r> {
    tensors: BTreeSet<TensorId>,
    reads: Vec<&'r Read>,
}

/// A read that fits no recurrence, and why.
type Broken<'r> = (&'r Read, String);

type Directions = BTreeMap<TensorId, Vec<Along>>;

/// What the equations depend on, through any number of them.
fn needs(members: &[Member], reads: &[Read], from: TensorId) -> BTreeSet<TensorId> {
    let (mut seen, mut stack) = (BTreeSet::new(), vec![from]);
    while let Some(t) = stack.pop() {
        let own = members.iter().filter(|m| m.tensor == t);
        let own: BTreeSet<usize> = own.map(|m| m.equation).collect();
        for r in reads.iter().filter(|r| own.contains(&r.equation)) {
            if seen.insert(r.tensor) {
                stack.push(r.tensor);
            }
        }
    }
    seen
}

/// The tensors that depend on each other, with their reads of each other.
pub(super) fn circles<'r>(members: &[Member], reads: &'r [Read]) -> Vec<Circle<'r>> {
    let mut out: Vec<Circle> = Vec::new();
    for m in members {
        let needed = needs(members, reads, m.tensor);
        if !needed.contains(&m.tensor) || out.iter().any(|c| c.tensors.contains(&m.tensor)) {
            continue;
        }
        let back = |t: &TensorId| needs(members, reads, *t).contains(&m.tensor);
        let tensors: BTreeSet<TensorId> = needed.into_iter().filter(back).collect();
        let own = members.iter().filter(|m| tensors.contains(&m.tensor));
        let own: BTreeSet<usize> = own.map(|m| m.equation).collect();
        let inside = |r: &&Read| tensors.contains(&r.tensor) && own.contains(&r.equation);
        let reads = reads.iter().filter(inside).collect();
        out.push(Circle { tensors, reads });
    }
    out
}

/// A read of what is defined below, outside of a circle.
pub(super) fn below<'r>(members: &[Member], reads: &'r [Read]) -> Option<(&'r Read, String)> {
    reads.iter().find_map(|r| {
        let reader = members.iter().position(|m| m.equation == r.equation)?;
        let read = members.iter().position(|m| m.tensor == r.tensor)?;
        let circle = needs(members, reads, r.tensor).contains(&members[reader].tensor);
        (read > reader && !circle).then(|| (r, members[read].name.text.clone()))
    })
}

/// Where a subscript lies, beside the index that is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Here,
    Before,
    After,
    Elsewhere,
}

impl Way {
    fn is_offset(self) -> bool {
        matches!(self, Way::Before | Way::After)
    }
}

impl Scope<'_> {
    pub(super) fn direction<'r>(
        &mut self,
        members: &[Member],
        circle: &Circle<'r>,
    ) -> Result<Directions, Broken<'r>> {
        match circle.tensors.len() {
            1 => self.of_one(members, circle),
            _ => self.of_several(members, circle),
        }
    }

    /// Along an axis that every read has an offset at, to one side; else along several in the order of the left-hand side,
    /// where the first one that has an offset in a read decides.
    fn of_one<'r>(
        &mut self,
        members: &[Member],
        circle: &Circle<'r>,
    ) -> Result<Directions, Broken<'r>> {
        let member = members
            .iter()
            .find(|m| circle.tensors.contains(&m.tensor))
            .expect("a circle has a member");
        let rank = member.left.len();
        let ways: Vec<Vec<Way>> = circle
            .reads
            .iter()
            .map(|r| {
                (0..rank)
                    .map(|axis| self.way(r, axis, member.left[axis]))
                    .collect()
            })
            .collect();
        let all = |axis: usize, way: Way| ways.iter().all(|w| w[axis] == way);
        let single = (0..rank).find_map(|axis| {
            let descending = match (all(axis, Way::Before), all(axis, Way::After)) {
                (true, _) => false,
                (_, true) => true,
                _ => return None,
            };
            Some(Along { axis, descending })
        });
        let along = match single {
            Some(along) => vec![along],
            None => several(&self.names_of(member), &circle.reads, &ways)?,
        };
        for r in &circle.reads {
            for a in &along {
                self.offset_is_positive(r, a.axis, member.left[a.axis]);
            }
        }
        Ok([(member.tensor, along)].into())
    }

    /// Along an index that every equation names on its left.
    fn of_several<'r>(
        &mut self,
        members: &[Member],
        circle: &Circle<'r>,
    ) -> Result<Directions, Broken<'r>> {
        let own: Vec<&Member> = members
            .iter()
            .filter(|m| circle.tensors.contains(&m.tensor))
            .collect();
        let mut broken = None;
        for index in self.names_of(own[0]) {
            let axis = |m: &&Member| self.names_of(m).iter().position(|n| *n == index);
            let axes: Option<Vec<usize>> = own.iter().map(axis).collect();
            let Some(axes) = axes else { continue };
            let along: BTreeMap<TensorId, usize> = own
                .iter()
                .zip(&axes)
                .map(|(m, &axis)| (m.tensor, axis))
                .collect();
            match self.along_one(&own, circle, &along, &index) {
                Ok(descending) => {
                    let way = |(&t, &axis)| (t, vec![Along { axis, descending }]);
                    return Ok(along.iter().map(way).collect());
                }
                Err(e) => broken = broken.or(Some(e)),
            }
        }
        let read = circle.reads[0];
        Err(broken.unwrap_or_else(|| {
            let text = format!(
                "`{}` is read before it is defined, and the equations that read each other have no index in common on \
                 their left-hand sides",
                read.shown
            );
            (read, text)
        }))
    }

    /// The names on the left-hand side.
    fn names_of(&self, m: &Member) -> Vec<String> {
        let named = crate::ir::indices(&m.left).into_iter();
        named.map(|i| self.f.index(i).name.clone()).collect()
    }

    /// Whether the equations run along one index, and whether down.
    fn along_one<'r>(
        &mut self,
        own: &[&Member],
        circle: &Circle<'r>,
        along: &BTreeMap<TensorId, usize>,
        index: &str,
    ) -> Result<bool, Broken<'r>> {
        let mut side: Option<(Way, &Read)> = None;
        let dim = self.f.tensor(own[0].tensor).axes[along[&own[0].tensor]];
        for r in circle.reads.iter().copied() {
            let Some(reader) = own.iter().position(|m| m.equation == r.equation) else {
                continue;
            };
            let read = own.iter().position(|m| m.tensor == r.tensor).unwrap_or(0);
            let written = own[reader].left[along[&own[reader].tensor]];
            let axis = along[&r.tensor];
            if self.f.tensor(r.tensor).axes[axis] != dim {
                let text = format!(
                    "`{}` belongs to a recurrence along `{index}`, which runs over {} here and over {} elsewhere",
                    r.shown,
                    self.dim_name(self.f.tensor(r.tensor).axes[axis]),
                    self.dim_name(dim)
                );
                return Err((r, text));
            }
            match self.way(r, axis, written) {
                Way::Here if read < reader => {}
                Way::Here | Way::Elsewhere => {
                    let text = format!(
                        "`{}` is not at another position of `{index}` than what is defined here: what is read before it \
                         is defined needs an offset there, like `{index}-1`",
                        r.shown
                    );
                    return Err((r, text));
                }
                way => match side {
                    Some((other, first)) if other != way => {
                        return Err((r, both_sides(&r.shown, &first.shown, index)));
                    }
                    _ => side = side.or(Some((way, r))),
                },
            }
            self.offset_is_positive(r, axis, written);
        }
        Ok(matches!(side, Some((Way::After, _))))
    }

    /// Where a read lies along an axis, beside the index that is written.
    fn way(&self, read: &Read, axis: usize, written: Subscript) -> Way {
        let Subscript::Index(own) = written else {
            return Way::Elsewhere;
        };
        let exprs = &self.f.exprs;
        let e = match read.subscripts[axis] {
            Subscript::Index(i) => return self.compared(i, own, &read.branch),
            Subscript::Constant(_) => return Way::Elsewhere,
            Subscript::At(e) => e,
        };
        if let Expr::IndexValue(i) = *exprs.get(e) {
            return self.compared(i, own, &read.branch);
        }
        match self.offset(e, own) {
            Some(offset) => match (offset.value(), offset.sign()) {
                (Some(0), _) => Way::Here,
                (_, Some(-1)) => Way::Before,
                (_, Some(1)) => Way::After,
                _ => Way::Elsewhere,
            },
            None => Way::Elsewhere,
        }
    }

    /// `e - own`, where that is a number or a length.
    fn offset(&self, e: ExprId, own: IndexId) -> Option<Polynomial> {
        let own = self.f.exprs.known(&Expr::IndexValue(own))?;
        let offset = Polynomial::of(&self.f.exprs, e).minus(&Polynomial::atom(own))?;
        let length = |a: &ExprId| matches!(self.f.exprs.get(*a), Expr::Len(_));
        let lengths = offset.terms().all(|(atoms, _)| atoms.iter().all(length));
        lengths.then_some(offset)
    }

    /// An offset that is a length is not 0: compared when the function is entered.
    fn offset_is_positive(&mut self, read: &Read, axis: usize, written: Subscript) {
        let (Subscript::At(e), Subscript::Index(own)) = (read.subscripts[axis], written) else {
            return;
        };
        let size = self.offset(e, own).filter(|o| o.value().is_none());
        let size = size.and_then(|o| o.scaled(o.sign()?));
        if let Some(size) = size {
            let value = size.build(&mut self.f.exprs);
            let shown = crate::ir::print::expr(&self.f, value);
            self.positive(value, &shown);
        }
    }

    /// Where another index lies, as the conditions on the way say.
    fn compared(&self, index: IndexId, own: IndexId, branch: &Branch) -> Way {
        if index == own {
            return Way::Here;
        }
        let mut facts = Vec::new();
        branch
            .iter()
            .for_each(|&(c, truth)| self.facts(c, truth, &mut facts));
        let exprs = &self.f.exprs;
        let value = |i| exprs.known(&Expr::IndexValue(i));
        // Each as one of the index with the equation's own.
        let of_both: Vec<CmpOp> = facts
            .into_iter()
            .filter_map(|(op, a, b)| match (Some(a), Some(b)) {
                (a, b) if a == value(index) && b == value(own) => Some(op),
                (a, b) if a == value(own) && b == value(index) => Some(op.mirrored()),
                _ => None,
            })
            .collect();
        let known = |op: CmpOp| of_both.contains(&op);
        let apart = known(CmpOp::NotEqual);
        if known(CmpOp::Less) || apart && known(CmpOp::LessEqual) {
            Way::Before
        } else if known(CmpOp::Greater) || apart && known(CmpOp::GreaterEqual) {
            Way::After
        } else {
            Way::Elsewhere
        }
    }

    /// The comparisons of integers that hold where a condition has a truth.
    fn facts(&self, id: ExprId, truth: bool, out: &mut Vec<(CmpOp, ExprId, ExprId)>) {
        match (self.f.exprs.get(id), truth) {
            (Expr::And(a, b), true) | (Expr::Or(a, b), false) => {
                self.facts(*a, truth, out);
                self.facts(*b, truth, out);
            }
            (Expr::Not(a), _) => self.facts(*a, !truth, out),
            (Expr::IntegerCompare(op, a, b), true) => out.push((*op, *a, *b)),
            (Expr::IntegerCompare(op, a, b), false) => out.push((op.negated(), *a, *b)),
            _ => {}
        }
    }
}

/// The axes that decide some read, of an equation with these names on its left.
fn several<'r>(
    names: &[String],
    reads: &[&'r Read],
    ways: &[Vec<Way>],
) -> Result<Vec<Along>, Broken<'r>> {
    let rank = names.len();
    let candidates: Vec<usize> = (0..rank)
        .filter(|&axis| ways.iter().any(|w| w[axis].is_offset()))
        .collect();
    let mut decided: BTreeMap<usize, (Way, &Read)> = BTreeMap::new();
    for (r, ways) in reads.iter().copied().zip(ways) {
        let first = candidates
            .iter()
            .copied()
            .find(|&axis| ways[axis] != Way::Here);
        let Some(axis) = first.filter(|&axis| ways[axis].is_offset()) else {
            let text = match first {
                None => format!(
                    "`{}` is read in the equation that defines it: a recurrence needs an offset in one subscript, like \
                     `t-1`\nhelp: `+=` adds to what the equations above define; a tensor of the caller that is changed is a \
                     `mut` parameter",
                    r.shown
                ),
                Some(axis) => format!(
                    "`{}` may not be computed yet: where `{}` stands it has no fixed offset, nor an index that a \
                     condition compares with `{1}` by `<` or `>`",
                    r.shown, names[axis]
                ),
            };
            return Err((r, text));
        };
        match decided.get(&axis) {
            Some(&(way, other)) if way != ways[axis] => {
                return Err((r, both_sides(&r.shown, &other.shown, &names[axis])));
            }
            _ => drop(decided.entry(axis).or_insert((ways[axis], r))),
        }
    }
    let along = decided.into_iter().map(|(axis, (way, _))| Along {
        axis,
        descending: way == Way::After,
    });
    Ok(along.collect())
}

fn both_sides(a: &str, b: &str, along: &str) -> String {
    format!(
        "`{a}` lies on the other side of what is defined than `{b}`: along `{along}` a recurrence runs one way"
    )
}
