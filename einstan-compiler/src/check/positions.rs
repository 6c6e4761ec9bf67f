//! A position lies inside of its axis.

use super::{Branch, Checker, Position};
use crate::ir::{
    CmpOp, DimId, Expr, ExprId, Fault, IndexId, Length, Polynomial, Subscript, is_certain,
};
use crate::rule::Rule;
use std::collections::BTreeSet;

/// The end of an axis that a position passes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Low,
    High,
}

impl Checker<'_> {
    /// Outside whatever the lengths are it is an error now, else at entry; in a branch, where it is taken.
    pub(super) fn positions(&mut self) {
        let written = self.written;
        for p in &written.positions {
            match p.subscript {
                Subscript::Index(_) => {}
                Subscript::Constant(c) => self.constant(p, c),
                Subscript::At(e) => match self.f.exprs.around(e) {
                    Some((word, _)) => self.not_empty_axis(p, e, word),
                    None => self.computed(p, e),
                },
            }
        }
    }

    fn constant(&mut self, p: &Position, position: u64) {
        let fixed = match self.f.dim(p.dim).length {
            Length::Fixed(n) => Some(n),
            _ => None,
        };
        match (fixed, &p.branch) {
            (Some(n), _) if position < n => {}
            (Some(n), None) => self.outside(p, position, n),
            (_, branch) => {
                let branch = branch.clone().unwrap_or_default();
                let position = i64::try_from(position).unwrap_or(i64::MAX);
                let position = self.f.exprs.add(Expr::Integer(position));
                let room = self.f.room(position, p.dim);
                if self.f.holds(room, &branch) {
                    return;
                }
                let length = self.length(p.dim);
                let outside = self.compare(CmpOp::LessEqual, length, position);
                self.at_entry(&[outside], &branch, p.fault());
            }
        }
    }

    /// An axis along which `clamp` or `wrap` reads something has an element.
    fn not_empty_axis(&mut self, p: &Position, e: ExprId, word: &'static str) {
        if matches!(self.f.dim(p.dim).length, Length::Fixed(n) if n > 0) {
            return;
        }
        // Over nothing nothing is read.
        let own = |&i: &IndexId| self.f.index(i).dim == p.dim;
        if self.f.exprs.free_indices(e).iter().any(own) {
            return;
        }
        let (length, zero) = (self.length(p.dim), self.f.exprs.add(Expr::Integer(0)));
        let empty = self.compare(CmpOp::Equal, length, zero);
        let fault = Fault::EmptyAxis { word, at: p.place };
        let mut fails = vec![empty];
        fails.extend(self.ranges_with_values(e));
        let branch = p.branch.clone().unwrap_or_default();
        self.at_entry(&fails, &branch, fault);
    }

    /// That the ranges of the indices in an expression are not empty.
    fn ranges_with_values(&mut self, e: ExprId) -> Vec<ExprId> {
        let mut out = Vec::new();
        for i in self.f.exprs.free_indices(e) {
            let dim = self.f.index(i).dim;
            if !matches!(self.f.dim(dim).length, Length::Fixed(n) if n > 0) {
                let (length, zero) = (self.length(dim), self.f.exprs.add(Expr::Integer(0)));
                out.push(self.compare(CmpOp::Greater, length, zero));
            }
        }
        out
    }

    fn computed(&mut self, p: &Position, e: ExprId) {
        let room = self.f.room(e, p.dim);
        let branch = p.branch.clone().unwrap_or_default();
        let (low, high) = (self.f.holds(e, &branch), self.f.holds(room, &branch));
        if low && high {
            return;
        }
        match self.f.reach(e).filter(|_| p.branch.is_none()) {
            Some(reach) => {
                let highest = reach.high.build(&mut self.f.exprs);
                let room = self.f.room(highest, p.dim);
                let room = Polynomial::of(&self.f.exprs, room);
                for (end, room, reached) in [
                    (End::Low, reach.low.clone(), &reach.low),
                    (End::High, room, &reach.high),
                ] {
                    self.end(p, e, end, &room, reached);
                }
            }
            None => {
                let (zero, length) = (self.f.exprs.add(Expr::Integer(0)), self.length(p.dim));
                let below = self.compare(CmpOp::Less, e, zero);
                let above = self.compare(CmpOp::GreaterEqual, e, length);
                let outside = match (low, high) {
                    (true, _) => above,
                    (_, true) => below,
                    _ => self.f.exprs.add(Expr::Or(below, above)),
                };
                self.at_entry(&[outside], &branch, p.fault());
            }
        }
    }

    /// One end of the positions: `room` is not negative where all lie inside.
    fn end(&mut self, p: &Position, e: ExprId, end: End, room: &Polynomial, reached: &Polynomial) {
        if is_certain(self.f, room) {
            return;
        }
        if room.value().is_some() || self.never(e, room) {
            return self.passes(p, e, end, room, reached);
        }
        let exprs = &mut self.f.exprs;
        let (room, zero) = (room.build(exprs), exprs.add(Expr::Integer(0)));
        let short = self.compare(CmpOp::Less, room, zero);
        let mut fails = vec![short];
        fails.extend(self.ranges_with_values(e));
        let position = reached.build(&mut self.f.exprs);
        let fault = Fault::Outside {
            at: p.place,
            position: Subscript::At(position),
            write: p.write,
        };
        self.at_entry(&fails, &Branch::new(), fault);
    }

    /// Reports an end that positions pass whatever the lengths are.
    fn passes(
        &mut self,
        p: &Position,
        e: ExprId,
        end: End,
        room: &Polynomial,
        reached: &Polynomial,
    ) {
        let by = room.value().map(i64::unsigned_abs);
        let (shown, axis) = (&p.shown, p.place.axis);
        let name = &self.f.tensor(p.place.tensor).name;
        let text = match (end, reached.value(), by) {
            (End::Low, Some(low), _) => {
                format!("`{shown}` begins at position {low} of axis {axis} of `{name}`")
            }
            (End::Low, None, _) => {
                format!("`{shown}` begins before axis {axis} of `{name}` whatever the lengths are")
            }
            (End::High, _, Some(by)) => {
                format!("`{shown}` passes the end of axis {axis} of `{name}`, by {by}")
            }
            (End::High, _, None) => {
                format!(
                    "`{shown}` passes the end of axis {axis} of `{name}` whatever the lengths are"
                )
            }
        };
        let mended = by
            .filter(|_| end == End::High)
            .and_then(|by| self.last(p, e, by).or_else(|| self.shorter(p, e, by)));
        let help = mended.unwrap_or_else(|| self.meant(p, e));
        self.diagnostics
            .error(Rule::Outside, p.span, format!("{text}\nhelp: {help}"));
    }

    /// Whether there is no room whatever the lengths are, where each index has a value.
    fn never(&self, e: ExprId, room: &Polynomial) -> bool {
        let Some(mut lacking) = Polynomial::constant(-1).minus(room) else {
            return false;
        };
        let indices = self.f.exprs.free_indices(e).into_iter();
        let dims: BTreeSet<DimId> = indices.map(|i| self.f.index(i).dim).collect();
        for dim in dims {
            let Some(length) = self.f.exprs.known(&Expr::Len(dim)) else {
                continue;
            };
            // A length that is 1 at the least is one more than a length.
            let linear = lacking.by(length);
            let more = lacking.plus(&linear.coefficient);
            match more.filter(|_| linear.coefficient.by(length).coefficient.value() == Some(0)) {
                Some(more) => lacking = more,
                None => return false,
            }
        }
        is_certain(self.f, &lacking)
    }

    /// What may be meant by a position that passes an end of its axis.
    fn meant(&self, p: &Position, e: ExprId) -> String {
        match *self.f.exprs.get(e) {
            _ if p.write => format!(
                "`pad({})` drops what falls outside of the tensor",
                p.position
            ),
            Expr::Integer(back) => {
                let position = match self.f.dim(p.dim).length {
                    Length::Fixed(n) => Some(n as i64 + back)
                        .filter(|at| *at >= 0)
                        .map(|at| at.to_string()),
                    _ => Some(format!(
                        "len({}) - {}",
                        self.f.dim(p.dim).name,
                        back.unsigned_abs()
                    )),
                };
                let last = position.and_then(|position| p.replaced(&position));
                let meant = last.map(|last| format!(": did you mean `{last}`?"));
                format!("positions start at 0{}", meant.unwrap_or_default())
            }
            _ => format!(
                "`pad({})` reads 0 outside of the tensor, and an `if` reads what lies inside",
                p.position
            ),
        }
    }

    /// The last position, where one passes the end that is the same for all indices: `x[len(n)]`.
    fn last(&self, p: &Position, e: ExprId, by: u64) -> Option<String> {
        let is_one = self.f.exprs.free_indices(e).is_empty();
        let axis = self.f.dim(p.dim);
        let last = match axis.length {
            Length::Named | Length::Given => format!("len({}) - 1", axis.name),
            _ => format!("{} - {by}", p.position),
        };
        let last = p.replaced(&last);
        last.filter(|_| is_one && !p.write)
            .map(|last| format!("the first position is 0: did you mean `{last}`?"))
    }

    /// The shorter axis of a result along which no position passes the end, where the declaration of the result is what gives
    /// an index its range: `d[n - 1]`.
    fn shorter(&mut self, p: &Position, e: ExprId, by: u64) -> Option<String> {
        if p.write {
            return None;
        }
        let defined = self.written.equations.get(p.equation)?.tensor?;
        let (axis, dim) = self.f.exprs.free_indices(e).into_iter().find_map(|i| {
            let place = self.written.ranges.get(&i)?.place;
            let linear = self.f.exprs.is_linear_in(e, i)?;
            let dim = self.f.index(i).dim;
            let is_its = place.tensor == defined && linear.coefficient.value() == Some(1);
            (is_its && self.f.results.contains(&defined)).then_some((place.axis, dim))
        })?;
        let by = Polynomial::constant(i64::try_from(by).ok()?);
        let length = self.f.polynomial_of(dim).minus(&by)?;
        let length = length.build(&mut self.f.exprs);
        let length = self.f.computed(length);
        let tensor = self.f.tensor(defined);
        let dims = tensor.axes.iter().enumerate();
        let dims: Vec<&str> = dims
            .map(|(at, &d)| {
                self.f
                    .dim(if at == axis { length } else { d })
                    .name
                    .as_str()
            })
            .collect();
        Some(format!(
            "`{}[{}]` in the signature keeps it inside; `pad({})` reads 0 outside of the tensor, and an `if` reads what lies inside",
            tensor.name,
            dims.join(", "),
            p.position
        ))
    }

    fn outside(&mut self, p: &Position, position: u64, length: u64) {
        let text = format!(
            "`{}` {} position {position} of axis {} of `{}`, which has length {length}",
            p.shown,
            if p.write { "writes" } else { "reads" },
            p.place.axis,
            self.f.tensor(p.place.tensor).name
        );
        self.diagnostics.error(Rule::FixedLength, p.span, text);
    }
}

impl Position {
    fn fault(&self) -> Fault {
        Fault::Outside {
            at: self.place,
            position: self.subscript,
            write: self.write,
        }
    }

    /// The access with another position at this axis, where that is plain to see.
    fn replaced(&self, position: &str) -> Option<String> {
        let (name, inside) = self.shown.split_once('[')?;
        let mut parts: Vec<&str> = inside.strip_suffix(']')?.split(", ").collect();
        let part = parts.get_mut(self.place.axis)?;
        (*part == self.position).then_some(())?;
        *part = position;
        Some(format!("{name}[{}]", parts.join(", ")))
    }
}
