//! Tensors and indices under names that the notation takes.
//!
//! The gradient or the cotangent of X is `X_bar`, its tangent `X_dot`; what the compiler made has a letter and a number.

use crate::derivation::formula::Mark;
use crate::derivation::names::Names;
use crate::ir::{Function, Role, TensorId};
use crate::parse::words;
use std::collections::BTreeSet;

/// The names of a function's tensors.
pub(super) struct Identifiers {
    tensors: Vec<String>,
    /// All of them, to be looked up.
    taken: BTreeSet<String>,
}

impl Identifiers {
    pub fn new(f: &Function) -> Self {
        let mut names = Names::default();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut tensors = vec![String::new(); f.tensors.len()];
        // What the user named has its own name, whatever comes before it.
        let all = (0..f.tensors.len() as u32).map(TensorId);
        let (own, made): (Vec<_>, Vec<_>) = all
            .partition(|t| f.tensor(*t).role != Role::Temporary && !f.derivatives.contains_key(t));
        for t in own.into_iter().chain(made) {
            // What a parameter becomes has its name.
            if f.values.contains_key(&t) {
                continue;
            }
            let name = names.tensor(f, t);
            let number = match name.number {
                1 => String::new(),
                n => n.to_string(),
            };
            let marks = name.marks.iter().rev().map(|mark| match mark {
                Mark::Cotangent => "_bar",
                Mark::Tangent => "_dot",
            });
            let wanted: String = std::iter::once(word(&name.base) + &number)
                .chain(marks.map(str::to_string))
                .collect();
            let free = |name: &String| !taken.contains(name) && !words::is_reserved(name);
            let numbered = (2..).map(|n| format!("{wanted}_{n}"));
            let mut candidates = std::iter::once(wanted.clone()).chain(numbered);
            let found = candidates.find(free).expect("some number is free");
            tensors[t.index()] = words::written(&found);
            taken.insert(found);
        }
        for (t, parameter) in &f.values {
            tensors[t.index()] = tensors[parameter.index()].clone();
        }
        let taken = tensors.iter().cloned().collect();
        Identifiers { tensors, taken }
    }

    pub fn tensor(&self, t: TensorId) -> &str {
        &self.tensors[t.index()]
    }

    /// A name for an index: `wanted`, or one that no tensor has and none of `taken`.
    pub fn index(&self, wanted: &str, taken: &dyn Fn(&str) -> bool) -> String {
        let wanted = match is_word(wanted) {
            true => wanted,
            false => "i",
        };
        let letters = ('i'..='z').chain('a'..'i').map(|c| c.to_string());
        let numbered = (2..).map(|n| format!("{wanted}{n}"));
        let mut all = std::iter::once(wanted.to_string())
            .chain(letters)
            .chain(numbered)
            .map(|name| words::written(&name));
        let free = |name: &String| {
            !taken(name)
                && !self.taken.contains(name)
                && !words::is_reserved(name)
                && !matches!(&name[..], "d" | "l" | "o")
        };
        all.find(free).expect("some number is free")
    }
}

/// Whether a name is one that a user writes: those of the compiler have other marks, `i₂`.
fn is_word(name: &str) -> bool {
    name.chars().all(is_letter) && !name.starts_with(char::is_numeric) && !matches!(name, "" | "_")
}

/// Whether a character stands in names that a user writes.
fn is_letter(c: char) -> bool {
    c == '_' || c.is_alphanumeric() && !('₀'..='₉').contains(&c)
}

/// A name with what no identifier has replaced: `X₂` is `X2`.
fn word(name: &str) -> String {
    let letter = |c: char| match c {
        '₀'..='₉' => char::from_digit(c as u32 - '₀' as u32, 10).unwrap_or('_'),
        c if is_letter(c) => c,
        _ => '_',
    };
    name.chars().map(letter).collect()
}
