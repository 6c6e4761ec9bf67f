//! What tensors and indices are called in a derivation.

use super::formula::{Mark, Name};
use crate::ir::{Function, Role, TensorId};
use std::collections::BTreeMap;

/// The names of tensors, made up where the compiler made the tensor.
#[derive(Clone, Debug)]
pub(super) struct Names {
    /// How many tensors are no derivatives.
    primal: usize,
    made: BTreeMap<TensorId, Name>,
}

impl Names {
    pub fn new(primal: usize) -> Self {
        Names {
            primal,
            made: BTreeMap::new(),
        }
    }

    /// What a tensor is a derivative of, and the marks of its name before that one's.
    pub fn base(f: &Function, tensor: TensorId, primal: usize) -> (TensorId, Vec<Mark>) {
        let (mut base, mut marks) = (tensor, Vec::new());
        while base.index() >= primal {
            let name = unnumbered(&f.tensor(base).name);
            let (mark, rest) = match (name.strip_prefix('∂'), name.strip_prefix('d')) {
                (Some(rest), _) => (Mark::Cotangent, rest),
                (_, Some(rest)) => (Mark::Tangent, rest),
                _ => break,
            };
            let whole = f.tensor(base).name[name.len() - rest.len()..].to_string();
            let of = |wanted: &str| {
                let at = f.tensors.iter().position(|t| t.name == wanted)?;
                Some(TensorId(at as u32))
            };
            let Some(of) = of(&whole).or_else(|| of(rest)).filter(|&of| of < base) else {
                break;
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
        let (base, marks) = Self::base(f, tensor, self.primal);
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
            // The cotangent of a result, and the adjoint that begins as it.
            while self.made.values().any(|n| *n == name) {
                name.number += 1;
            }
            name
        };
        self.made.insert(tensor, name.clone());
        name
    }

    /// Whether a tensor is a cotangent or a tangent of another one.
    pub fn is_derivative(&self, f: &Function, tensor: TensorId) -> bool {
        Self::base(f, tensor, self.primal).0 != tensor
    }

    fn new_name(&self, f: &Function, letter: &str) -> Name {
        let mut name = Name {
            marks: vec![],
            base: letter.to_string(),
            number: 1,
        };
        let taken = |name: &Name| {
            let text = name.to_string();
            f.tensors
                .iter()
                .any(|t| t.name == text && t.role != Role::Temporary)
                || self.made.values().any(|n| n.marks.is_empty() && n == name)
        };
        while taken(&name) {
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
