//! What depends on what.

use super::{Element, Equation, Function, TensorId};
use std::collections::BTreeSet;

impl Function {
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
                needed.extend(self.reads(e.right));
                out.push(e);
            }
        }
        out
    }
}
