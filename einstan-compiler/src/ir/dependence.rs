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
        // In a circle one may depend on what stands below.
        loop {
            let before = active.len();
            for e in &self.equations {
                let depends = self.reads(e.right).iter().any(|t| active.contains(t));
                let float = self.tensor(e.tensor).element == Element::Float;
                if depends && float && !self.held.contains(&e.tensor) {
                    active.insert(e.tensor);
                }
            }
            if active.len() == before || self.recurrences.is_empty() {
                return active;
            }
        }
    }

    /// The equations through which some tensors depend on others, the last first.
    pub fn between(&self, of: &[TensorId], by: &[TensorId]) -> Vec<&Equation> {
        let active = self.active(by.iter().copied());
        let passes = |t: &TensorId| active.contains(t) && !by.contains(t);
        let written = self.equations.iter().map(|e| e.tensor);
        let held: Vec<TensorId> = written.filter(|t| !passes(t)).collect();
        let needed = self.needed(of.iter().copied().collect(), &held);
        let between = |e: &&Equation| needed.contains(&e.tensor) && passes(&e.tensor);
        self.equations.iter().rev().filter(between).collect()
    }

    /// What some tensors depend on, with these, but not through `held`.
    pub fn needed(&self, of: BTreeSet<TensorId>, held: &[TensorId]) -> BTreeSet<TensorId> {
        let mut needed = of;
        loop {
            let before = needed.len();
            for e in self.equations.iter().rev() {
                if needed.contains(&e.tensor) && !held.contains(&e.tensor) {
                    needed.extend(self.reads_of(e));
                }
            }
            if needed.len() == before || self.recurrences.is_empty() {
                return needed;
            }
        }
    }
}
