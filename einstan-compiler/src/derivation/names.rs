//! What tensors and indices are called in a derivation.

use super::formula::{Mark, Name};
use crate::ir::{Derivative, Function, Role, TensorId};
use std::collections::BTreeMap;

/// The names of tensors, made up where the compiler made the tensor.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    made: BTreeMap<TensorId, Name>,
}

impl Names {
    /// What a tensor is a derivative of, and the marks of its name before that one's.
    pub fn base(f: &Function, tensor: TensorId) -> (TensorId, Vec<Mark>) {
        let (mut base, mut marks) = (tensor, Vec::new());
        while let Some(&derivative) = f.derivatives.get(&base) {
            let (mark, of) = match derivative {
                Derivative::Cotangent(of) => (Mark::Cotangent, of),
                Derivative::Tangent(of) => (Mark::Tangent, of),
            };
            marks.push(mark);
            base = of;
        }
        (base, marks)
    }

    /// The name of a tensor; a new one gets a letter that says what it is.
    pub fn tensor(&mut self, f: &Function, tensor: TensorId) -> Name {
        if let Some(name) = self.made.get(&tensor) {
            return name.clone();
        }
        let (base, marks) = Self::base(f, tensor);
        let name = if base == tensor && f.tensor(base).role == Role::Temporary {
            self.new_name(f, letter(unnumbered(&f.tensor(base).name)))
        } else if base == tensor {
            Name {
                marks: vec![],
                base: f.tensor(base).name.clone(),
                number: 1,
            }
        } else {
            let of = self.tensor(f, base);
            let mut name = Name { marks, ..of };
            // The cotangent of a result, and the adjoint that begins as it; or the user has such a name.
            while self.is_taken(f, &name.to_string()) {
                name.number += 1;
            }
            name
        };
        self.made.insert(tensor, name.clone());
        name
    }

    /// Whether another tensor is called so, as far as is known: one of the user's, or one that has its name already.
    fn is_taken(&self, f: &Function, name: &str) -> bool {
        let users = (0..f.tensors.len() as u32)
            .map(TensorId)
            .filter(|&t| f.tensor(t).role != Role::Temporary && !f.derivatives.contains_key(&t));
        users.into_iter().any(|t| f.tensor(t).name == name)
            || self.made.values().any(|n| n.to_string() == name)
    }

    fn new_name(&self, f: &Function, letter: &str) -> Name {
        let mut name = Name {
            marks: vec![],
            base: letter.to_string(),
            number: 1,
        };
        while self.is_taken(f, &name.to_string()) {
            name.number += 1;
        }
        name
    }
}

/// A name without the number that makes it unique.
fn unnumbered(name: &str) -> &str {
    name.trim_end_matches(|c| ('₀'..='₉').contains(&c))
}

/// What a temporary is called by what it holds.
fn letter(word: &str) -> &'static str {
    match word {
        "softmax" => "P",
        "log_softmax" | "logsumexp" => "L",
        "max" | "min" => "M",
        "prod" | "others" => "Q",
        "arg" => "A",
        "ties" | "zeros" | "taken" => "N",
        "∂" => "G",
        _ => "S",
    }
}

/// A name for an index that none of `taken` has: `wanted`, the letters after it, or `wanted` with primes.
pub(super) fn index(wanted: &str, taken: &dyn Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_string();
    }
    let first = wanted.chars().next().filter(|c| c.is_ascii_lowercase());
    if let (Some(first), 1) = (first, wanted.len()) {
        let letters = (first..='z').chain('a'..first);
        let mut letters = letters.skip(1).filter(|c| !matches!(c, 'd' | 'e' | 'o'));
        if let Some(letter) = letters.find(|c| !taken(&c.to_string())) {
            return letter.to_string();
        }
    }
    let mut name = wanted.to_string();
    while taken(&name) {
        name.push('\'');
    }
    name
}
