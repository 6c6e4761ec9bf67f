//! What a pass has made of expressions, so that one which is used often is gone into once.

use super::ExprId;
use super::mixer::Mixer;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// So many are found sooner one by one than in a table.
const FEW: usize = 24;

/// A value for each of some expressions. Only looked up, so that its order is nowhere.
#[derive(Clone, Debug)]
pub struct Memo<V> {
    few: Vec<(ExprId, V)>,
    /// All of them, if they are more.
    many: HashMap<ExprId, V, BuildHasherDefault<Mixer>>,
}

impl<V> Default for Memo<V> {
    fn default() -> Self {
        Memo {
            few: Vec::new(),
            many: HashMap::default(),
        }
    }
}

impl<V> Memo<V> {
    pub fn new() -> Self {
        Memo::default()
    }

    pub fn get(&self, id: ExprId) -> Option<&V> {
        if self.many.is_empty() {
            let found = self.few.iter().find(|(known, _)| *known == id);
            return found.map(|(_, value)| value);
        }
        self.many.get(&id)
    }

    /// Keeps the value of an expression that has none yet.
    pub fn insert(&mut self, id: ExprId, value: V) {
        if self.many.is_empty() && self.few.len() < FEW {
            if self.few.capacity() == 0 {
                self.few.reserve_exact(FEW);
            }
            self.few.push((id, value));
            return;
        }
        if self.many.is_empty() {
            self.many.extend(self.few.drain(..));
        }
        self.many.insert(id, value);
    }
}
