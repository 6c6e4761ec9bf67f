//! A constant position lies inside of its axis.

use super::{Checker, Position};
use crate::ir::{CmpOp, Expr, Fault, Length, Subscript};
use crate::rule::Rule;

impl Checker<'_> {
    /// Outside of an axis whose length is a number it is an error now, else at entry; in a branch, where it is taken.
    pub(super) fn positions(&mut self) {
        let written = self.written;
        for p in &written.positions {
            let Subscript::Constant(position) = p.subscript else {
                continue;
            };
            let fixed = match self.f.dim(p.dim).length {
                Length::Fixed(n) => Some(n),
                _ => None,
            };
            match (fixed, &p.branch) {
                (Some(n), _) if position < n => {}
                (Some(n), None) => self.outside(p, position, n),
                (_, branch) => {
                    let branch = branch.clone().unwrap_or_default();
                    let length = self.length(p.dim);
                    let position = i64::try_from(position).unwrap_or(i64::MAX);
                    let position = self.f.exprs.add(Expr::Integer(position));
                    let outside = self.compare(CmpOp::LessEqual, length, position);
                    let fault = Fault::Outside {
                        at: p.place,
                        position: p.subscript,
                    };
                    self.at_entry(&[outside], &branch, fault);
                }
            }
        }
    }

    fn outside(&mut self, p: &Position, position: u64, length: u64) {
        let text = format!(
            "`{}` reads position {position} of axis {} of `{}`, which has length {length}",
            p.shown,
            p.place.axis,
            self.f.tensor(p.place.tensor).name
        );
        self.diagnostics.error(Rule::FixedLength, p.span, text);
    }
}
