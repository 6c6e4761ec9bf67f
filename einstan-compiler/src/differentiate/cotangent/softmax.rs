//! The cotangent of what a normalisation is of.

use super::{Back, Part, Places};
use crate::ir::{Equation, Expr, ExprId, Subscript, UnaryOp};

impl Back {
    /// y = softmax(x): x̄ = y ȳ - y Σ y ȳ. y = log_softmax(x): x̄ = ȳ - e^y Σ ȳ. The first addend has the form of the
    /// part, the second one fills the rows along which the softmax runs.
    pub(super) fn softmax(
        &mut self,
        e: &Equation,
        body: ExprId,
        log: bool,
        places: &Places,
        part: Part,
    ) {
        let Expr::Softmax { along, .. } = self.linear.f.exprs.get(e.right).clone() else {
            return;
        };
        let y = self.linear.read(e.tensor, &part.own);
        let guards = self.linear.inside(e.tensor, &part.own);
        let exprs = &mut self.linear.f.exprs;
        let first = if log {
            part.value
        } else {
            exprs.product(part.value, y)
        };
        // What is summed: the part's own indices among those along which it runs.
        let mut rows = places.clone();
        let own: Vec<Subscript> = along
            .iter()
            .filter_map(|i| places.get(i).copied())
            .collect();
        let mut summed = self.linear.f.exprs.indices_of(&own);
        for i in along {
            let index = self.linear.f.index(i).clone();
            let fresh = self.linear.f.add_index(index.name, index.dim);
            rows.insert(i, Subscript::Index(fresh));
        }
        let at = |places: &Places| -> Vec<Subscript> {
            let place = |s: &Subscript| match s {
                Subscript::Index(i) => places.get(i).copied().unwrap_or(*s),
                s => *s,
            };
            e.left.iter().map(place).collect()
        };
        // Those that also say which row it is are not summed.
        let of_row = self.linear.f.exprs.indices_of(&at(&rows));
        summed.retain(|i| !self.asked.contains(i) && !of_row.contains(i));
        let inside = self.linear.under(&guards, first);
        let total = self.linear.sum_over(summed, inside);
        let total = self.settled(Part {
            own: vec![],
            value: total,
        });
        let row = self.linear.read(e.tensor, &at(&rows));
        let exprs = &mut self.linear.f.exprs;
        let weight = if log {
            exprs.unary(UnaryOp::Exp, row)
        } else {
            row
        };
        let second = exprs.product(weight, total.value);
        let second = exprs.neg(second);
        for (places, seed) in [(places, first), (&rows, second)] {
            let x = self.linear.f.exprs.place(body, places);
            let own = at(places);
            let scope = self.linear.f.exprs.indices_of(&own);
            let guards = self.linear.inside(e.tensor, &own);
            let x = match guards.is_empty() {
                true => x,
                false => self.linear.f.exprs.guarded(x),
            };
            self.linear.begin_at(scope, x, x);
            let terms = self.linear.map_under(x, seed, guards);
            self.contribute(terms);
        }
    }
}
