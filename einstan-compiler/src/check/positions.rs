//! A position lies inside of its axis.

use super::{Branch, Checker, Position};
use crate::ir::{CmpOp, Expr, ExprId, Fault, IndexId, Length, Polynomial, Subscript, is_certain};
use crate::rule::Rule;

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
        if room.value().is_some() {
            let text = match (end, reached.value()) {
                (End::Low, Some(low)) => format!(
                    "`{}` begins at position {low} of axis {} of `{}`",
                    p.shown,
                    p.place.axis,
                    self.f.tensor(p.place.tensor).name
                ),
                _ => format!(
                    "`{}` passes the end of axis {} of `{}`, by {}",
                    p.shown,
                    p.place.axis,
                    self.f.tensor(p.place.tensor).name,
                    room.value().unwrap_or_default().unsigned_abs()
                ),
            };
            let help = self.meant(p, e);
            self.diagnostics
                .error(Rule::Outside, p.span, format!("{text}\nhelp: {help}"));
            return;
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
