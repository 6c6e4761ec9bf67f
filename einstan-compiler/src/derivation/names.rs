//! What tensors and indices are called in a derivation.

use super::formula::{Mark, Name};
use crate::ir::{Derivative, Function, Role, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// The names of the tensors of one function, made up where the compiler made the tensor.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    made: BTreeMap<TensorId, Name>,
    /// The names that have been given, and those of the user's tensors.
    taken: Option<BTreeSet<String>>,
    /// From a name on, numbers are taken up to this one.
    next: BTreeMap<(String, usize), usize>,
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
            // The cotangent of a result, and the adjoint that begins as it; or the user has such a name.
            self.free(f, Name { marks, ..of })
        };
        self.taken(f).insert(name.to_string());
        self.made.insert(tensor, name.clone());
        name
    }

    /// The names that tensors have, as far as is known: those of the user's, and those that were given already.
    fn taken(&mut self, f: &Function) -> &mut BTreeSet<String> {
        self.taken.get_or_insert_with(|| {
            let users = (0..f.tensors.len() as u32)
                .map(TensorId)
                .filter(|t| f.tensor(*t).role != Role::Temporary && !f.derivatives.contains_key(t));
            users.map(|t| f.tensor(t).name.clone()).collect()
        })
    }

    /// A name with the first number, from its own on, that no other tensor has.
    fn free(&mut self, f: &Function, mut name: Name) -> Name {
        let wanted = (name.to_string(), name.number);
        name.number = self.next.get(&wanted).copied().unwrap_or(name.number);
        while self.taken(f).contains(&name.to_string()) {
            name.number += 1;
        }
        self.next.insert(wanted, name.number);
        name
    }

    fn new_name(&mut self, f: &Function, letter: &str) -> Name {
        let name = Name {
            marks: vec![],
            base: letter.to_string(),
            number: 1,
        };
        self.free(f, name)
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
