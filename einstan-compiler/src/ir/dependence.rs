//! What depends on what.

use super::{Check, Element, Equation, Function, Role, TensorId};
use std::collections::BTreeSet;

impl Function {
    /// Whether a check needs what the function computes, so that it can't be made when the function is entered.
    pub fn is_late(&self, check: &Check) -> bool {
        let parameter = |t: &TensorId| matches!(self.tensor(*t).role, Role::Parameter { .. });
        !self.read_by(check).iter().all(parameter)
    }

    /// The tensors that a check reads.
    pub fn read_by(&self, check: &Check) -> BTreeSet<TensorId> {
        check
            .fails
            .iter()
            .flat_map(|(id, _)| self.reads(*id))
            .collect()
    }

    /// The tensors that are read by checks which the function makes after it has computed something.
    pub fn checked(&self) -> BTreeSet<TensorId> {
        let late = self.checks.iter().filter(|c| self.is_late(c));
        late.flat_map(|c| self.read_by(c)).collect()
    }

    /// The float tensors that depend on some others, with these.
    pub fn active(&self, from: impl Iterator<Item = TensorId>) -> BTreeSet<TensorId> {
        let mut active: BTreeSet<TensorId> = from.filter(|t| !self.held.contains(t)).collect();
        for e in &self.equations {
            let depends = self.reads(e.right).iter().any(|t| active.contains(t));
            let float = self.tensor(e.tensor).element == Element::Float;
            if depends && float && !self.held.contains(&e.tensor) {
                active.insert(e.tensor);
            }
        }
        active
    }

    /// The equations through which some tensors depend on others, the last first.
    pub fn between(&self, of: &[TensorId], by: &[TensorId]) -> Vec<&Equation> {
        let active = self.active(by.iter().copied());
        let mut needed: BTreeSet<TensorId> = of.iter().copied().collect();
        let mut out = Vec::new();
        for e in self.equations.iter().rev() {
            let t = e.tensor;
            if needed.contains(&t) && active.contains(&t) && !by.contains(&t) {
                needed.extend(self.reads_of(e));
                out.push(e);
            }
        }
        out
    }
}
