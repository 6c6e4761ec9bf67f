//! An index runs over one dimension.

use super::{Branch, Checker, Position, Range};
use crate::ir::{CmpOp, DimId, Expr, Fault, IndexId, Meeting, Place, Subscript};
use crate::resolve::message;
use crate::rule::Rule;
use std::collections::BTreeSet;

impl Checker<'_> {
    /// Two different names along one index are an error; a name and a number are compared at entry. An index that runs
    /// over another dimension than an axis in a branch lies inside where the branch is taken.
    pub(super) fn axes(&mut self) {
        // One error for an index, and one for an access: exchanged subscripts are one mistake.
        let mut told: BTreeSet<IndexId> = BTreeSet::new();
        let mut accesses: BTreeSet<(usize, &str)> = BTreeSet::new();
        let written = self.written;
        for p in &written.positions {
            let Subscript::Index(i) = p.subscript else {
                continue;
            };
            let have = self.f.index(i).dim;
            let Some(range) = written.ranges.get(&i) else {
                continue;
            };
            let meeting = self.f.meeting(have, p.dim);
            if meeting == Meeting::Same || told.contains(&i) {
                continue;
            }
            match &p.branch {
                Some(branch) if !range.branch => self.beyond(p, i, branch),
                _ if meeting == Meeting::AtEntry => self.agree(p, i, range),
                _ => {
                    told.insert(i);
                    if accesses.insert((p.equation, &p.shown)) {
                        self.mismatch(p, i, range);
                    }
                }
            }
        }
    }

    /// Fails where the index passes the end of the axis: `len(dim of i) > len(axis)`, and `i >= len(axis)` where the branch
    /// is taken.
    fn beyond(&mut self, p: &Position, index: IndexId, branch: &Branch) {
        let (own, length) = (self.length(self.f.index(index).dim), self.length(p.dim));
        let longer = self.compare(CmpOp::Greater, own, length);
        let value = self.f.exprs.add(Expr::IndexValue(index));
        let inside = self.f.room(value, p.dim);
        if self.f.holds(inside, branch) {
            return;
        }
        let past = self.compare(CmpOp::GreaterEqual, value, length);
        let fault = Fault::Outside {
            at: p.place,
            position: Subscript::Index(index),
            write: false,
        };
        self.at_entry(&[longer, past], branch, fault);
    }

    fn agree(&mut self, p: &Position, index: IndexId, range: &Range) {
        let (a, b) = (self.length(self.f.index(index).dim), self.length(p.dim));
        let differ = self.compare(CmpOp::NotEqual, a, b);
        let fault = Fault::Lengths {
            index: self.f.index(index).name.clone(),
            a: range.place,
            b: p.place,
        };
        self.at_entry(&[differ], &[], fault);
    }

    fn mismatch(&mut self, p: &Position, index: IndexId, range: &Range) {
        let known =
            self.wrong.contains(&p.place.tensor) || self.wrong.contains(&range.place.tensor);
        let line = &self.written.equations[p.equation];
        self.wrong.extend(line.tensor);
        if known {
            return;
        }
        let have = self.f.index(index).dim;
        let (name, dim) = (&self.f.index(index).name, |d: DimId| &self.f.dim(d).name);
        let tensor = |at: Place| &self.f.tensor(at.tensor).name;
        let mut text = format!(
            "index `{name}` runs over `{}` in `{}` (axis {}) and over `{}` in `{}` (axis {})",
            dim(have),
            tensor(range.place),
            range.place.axis,
            dim(p.dim),
            tensor(p.place),
            p.place.axis
        );
        let places = [range.shown.clone(), p.shown.clone()];
        text.push_str(&message::echo(&line.text, &places));
        let here = self.swapped(p.place, &p.shown, have);
        let there = self.swapped(range.place, &range.shown, p.dim);
        // A left-hand side says what is kept: what is read is exchanged first.
        let swapped = match line.tensor == Some(p.place.tensor) {
            true => there.or(here),
            false => here.or(there),
        };
        let meant = swapped.or_else(|| self.replaced(p));
        if let Some(meant) = meant {
            text.push_str(&format!("\nhelp: did you mean `{meant}`?"));
        }
        self.diagnostics.error(Rule::AxisMismatch, p.span, text);
    }

    /// The access with the one index of the equation that runs over the axis' own dimension.
    fn replaced(&self, p: &Position) -> Option<String> {
        let of_equation = self.written.positions.iter();
        let mut names: Vec<&str> = of_equation
            .filter(|o| o.equation == p.equation)
            .filter_map(|o| match o.subscript {
                Subscript::Index(i) => Some(self.f.index(i)),
                Subscript::Constant(_) | Subscript::At(_) => None,
            })
            .filter(|index| index.dim == p.dim)
            .map(|index| index.name.as_str())
            .collect();
        names.sort_unstable();
        names.dedup();
        let (name, inside) = p.shown.split_once('[')?;
        let mut subscripts: Vec<&str> = inside
            .trim_end_matches(']')
            .split(',')
            .map(str::trim)
            .collect();
        let [only] = names[..] else { return None };
        // A left-hand side says what is kept.
        let left = self.written.equations[p.equation].tensor == Some(p.place.tensor);
        *subscripts.get_mut(p.place.axis)? = only;
        (!left).then(|| format!("{name}[{}]", subscripts.join(",")))
    }

    /// The access with two subscripts exchanged, where that puts the index on an axis of dimension `wanted`.
    fn swapped(&self, at: Place, shown: &str, wanted: DimId) -> Option<String> {
        // As declared: a result that is defined has the axes of its equation.
        let subscripts = self.written.positions.iter();
        let axes: Vec<DimId> = subscripts
            .filter(|o| o.place.tensor == at.tensor && o.shown == shown)
            .take(self.f.tensor(at.tensor).axes.len())
            .map(|o| o.dim)
            .collect();
        let axis = axes.iter().position(|&d| d == wanted)?;
        let (name, inside) = shown.split_once('[')?;
        let mut subscripts: Vec<&str> = inside
            .trim_end_matches(']')
            .split(',')
            .map(str::trim)
            .collect();
        // On a diagonal nothing would change.
        if subscripts.len() != axes.len() || subscripts[axis] == subscripts[at.axis] {
            return None;
        }
        subscripts.swap(axis, at.axis);
        Some(format!("{name}[{}]", subscripts.join(",")))
    }
}
