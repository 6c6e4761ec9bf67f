//! Which names tensors have: each one is unique in its function.

use super::Tensor;
use std::collections::{BTreeMap, BTreeSet};

/// The names of the tensors of a function, looked up by name. What is noted here follows the list of tensors, which only
/// grows and shrinks at its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken {
    in_order: Vec<String>,
    names: BTreeSet<String>,
    /// The least number that may be free behind a name: all below it, from 2 on, are taken.
    next: BTreeMap<String, usize>,
}

impl Taken {
    /// Brings the names up to date with the tensors.
    pub fn follow(&mut self, tensors: &[Tensor]) {
        while self.in_order.len() > tensors.len() {
            let Some(name) = self.in_order.pop() else {
                break;
            };
            self.names.remove(&name);
            self.release(&name);
        }
        for t in &tensors[self.in_order.len()..] {
            self.in_order.push(t.name.clone());
            self.names.insert(t.name.clone());
        }
    }

    /// `name`, or where that is taken `name₂`, `name₃`...
    pub fn free(&mut self, name: &str) -> String {
        if !self.names.contains(name) {
            return name.to_string();
        }
        let next = self.next.entry(name.to_string()).or_insert(2);
        loop {
            let candidate = format!("{name}{}", subscript(*next));
            if !self.names.contains(&candidate) {
                return candidate;
            }
            *next += 1;
        }
    }

    /// A name that nothing has any more is free for every name that it begins with.
    fn release(&mut self, name: &str) {
        let digits = name.chars().rev().take_while(|c| value(*c).is_some());
        let mut begin = name.len();
        for c in digits {
            begin -= c.len_utf8();
            let number = name[begin..].chars().filter_map(value);
            let number = number.fold(0usize, |n, d| n.saturating_mul(10).saturating_add(d));
            if let Some(next) = self.next.get_mut(&name[..begin]) {
                *next = (*next).min(number.max(2));
            }
        }
    }
}

/// The value of a lowered digit.
fn value(c: char) -> Option<usize> {
    ('₀'..='₉').contains(&c).then(|| c as usize - '₀' as usize)
}

/// `₁₂`
fn subscript(n: usize) -> String {
    let digit = |d: char| d.to_digit(10).and_then(|d| char::from_u32(0x2080 + d));
    n.to_string().chars().filter_map(digit).collect()
}
