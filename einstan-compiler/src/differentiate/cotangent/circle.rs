//! The cotangents of a circle: tensors of their own, over the indices that are asked for and those of what they belong to.
//!
//! ```text
//! H[t,j] = tanh(P[t,j] + S[t,j]);                 S̄[a, t,j] += (1 - H[t,j]^2)*H̄[a, t,j]
//! S[t,j] = sum[l](H[t-1,l]*U[l,j]);               H̄[a, t-1,l] += sum[j](S̄[a, t,j]*U[l,j])
//! ```

use super::{Back, Part};
use crate::differentiate::linear::Terms;
use crate::ir::{Along, Element, Equation, Expr, IndexId, Op, Role, Subscript, TensorId};
use std::collections::{BTreeMap, BTreeSet};

impl Back {
    /// Sends the cotangents of a circle's tensors to what its equations read.
    pub(super) fn circle(&mut self, equations: &[Equation], circle: &[Equation]) {
        let tensors: BTreeSet<TensorId> = circle
            .iter()
            .map(|e| e.tensor)
            .filter(|t| self.linear.active.contains(t))
            .collect();
        if tensors.iter().all(|t| !self.cotangents.contains_key(t)) {
            return;
        }
        let mut adjoints = BTreeMap::new();
        for &tensor in &tensors {
            self.begin(tensor, &mut adjoints);
        }
        for e in circle.iter().rev().filter(|e| tensors.contains(&e.tensor)) {
            let terms = self.terms_of(equations, e, adjoints[&e.tensor]);
            self.add_terms(terms, &mut adjoints);
        }
        self.linear.settle(adjoints.values().copied());
        for (tensor, adjoint) in adjoints {
            if !tensors.contains(&tensor) {
                let own = self.linear.f.whole(tensor);
                let value = self.linear.access(adjoint, self.at(&own));
                self.add(tensor, Part { own, value });
            }
        }
    }

    /// Subscripts after the indices that are asked for.
    fn at(&self, own: &[Subscript]) -> Vec<Subscript> {
        let asked = self.asked.iter().map(|&i| Subscript::Index(i));
        asked.chain(own.iter().copied()).collect()
    }

    /// The cotangent of a tensor of the circle, which begins with what others have sent to it.
    fn begin(&mut self, tensor: TensorId, adjoints: &mut BTreeMap<TensorId, TensorId>) {
        let adjoint = self.adjoint(tensor, adjoints);
        for part in self
            .cotangents
            .remove(&tensor)
            .unwrap_or_default()
            .into_values()
        {
            let part = self.settled(part);
            let left = self.at(&part.own);
            self.linear.write(adjoint, left, Op::Accumulate, part.value);
        }
    }

    fn adjoint(&mut self, of: TensorId, adjoints: &mut BTreeMap<TensorId, TensorId>) -> TensorId {
        if let Some(&known) = adjoints.get(&of) {
            return known;
        }
        let f = &mut self.linear.f;
        let asked = self.asked.iter().map(|&i| f.index(i).dim);
        let axes = asked.chain(f.tensor(of).axes.iter().copied()).collect();
        let name = format!("∂{}", f.tensor(of).name);
        let adjoint = f.add_tensor(&name, axes, Element::Float, Role::Temporary);
        if let Some(along) = f.recurrences.get(&of) {
            let way = |a: &Along| Along {
                axis: a.axis + self.asked.len(),
                descending: !a.descending,
            };
            let along = along.iter().map(way).collect();
            f.recurrences.insert(adjoint, along);
        }
        adjoints.insert(of, adjoint);
        adjoint
    }

    /// What the reads of an equation contribute.
    fn terms_of(&mut self, equations: &[Equation], e: &Equation, adjoint: TensorId) -> Terms {
        let alone = equations.iter().filter(|o| o.tensor == e.tensor).count() == 1;
        let value = match alone && e.op == Op::Define {
            true => self.linear.access(e.tensor, e.left.clone()),
            false => e.right,
        };
        let left = self.linear.f.exprs.indices_of(&e.left);
        let scope: Vec<IndexId> = self.asked.iter().copied().chain(left).collect();
        self.linear.begin_at(scope, e.right, value);
        // What a position outside of the tensor adds is dropped.
        let guards = self.linear.inside(e.tensor, &e.left);
        let seed = self.linear.read(adjoint, &self.at(&e.left));
        match self.linear.f.exprs.get(e.right).clone() {
            Expr::Softmax { along, body, log } => {
                let seed = self.linear.softmax(&along, log, value, seed);
                self.linear.map(body, seed)
            }
            _ => self.linear.terms_under(e.right, value, seed, guards),
        }
    }

    fn add_terms(&mut self, terms: Terms, adjoints: &mut BTreeMap<TensorId, TensorId>) {
        for ((tensor, own), value) in terms {
            let named = self.linear.f.exprs.indices_of(&own);
            let mut rest = self.linear.scope.clone();
            rest.retain(|i| !named.contains(i) && !self.asked.contains(i));
            let right = self.linear.sum_over(rest, value);
            let adjoint = self.adjoint(tensor, adjoints);
            let left = self.at(&own);
            self.linear.write(adjoint, left, Op::Accumulate, right);
        }
    }
}
