//! `#[einstan(store(H), recompute(Z))]`: what a user decides about intermediates.

use super::{Options, Scope};
use crate::ir::{Element, Keep, Role, Tensor, TensorId};
use crate::parse::words;
use crate::rule::Rule;
use proc_macro2::Ident;
use syn::ext::IdentExt;

impl Scope<'_> {
    /// Notes what the options say about intermediates; names that are none are errors.
    pub(super) fn storage(&mut self, options: &Options) {
        let both = [
            (&options.store, Keep::Stored),
            (&options.recompute, Keep::Recomputed),
        ];
        let mut seen: Vec<(&Ident, Keep)> = Vec::new();
        for (names, keep) in both {
            for name in names {
                if let Some(&(first, other)) = seen.iter().find(|(n, _)| *n == name) {
                    let text = match other == keep {
                        true => format!("`{name}` stands here twice"),
                        false => format!(
                            "`{name}` is to be stored and to be computed again: say one of them"
                        ),
                    };
                    let other = (first.span(), format!("`{name}` stands here first"));
                    self.diagnostics
                        .error_beside(Rule::Storage, name.span(), text, other);
                    continue;
                }
                seen.push((name, keep));
                if let Err(text) = self.keep(name, keep) {
                    self.diagnostics.error(Rule::Storage, name.span(), text);
                }
            }
        }
    }

    fn keep(&mut self, name: &Ident, keep: Keep) -> Result<(), String> {
        let name = name.unraw().to_string();
        let Some(at) = self.f.tensors.iter().position(|t| t.name == name) else {
            // What is wrong with a known one is an error of its own.
            return match self.tensors.contains_key(&name) {
                true => Ok(()),
                false => Err(self.not_defined(&name)),
            };
        };
        let tensor = &self.f.tensors[at];
        let what = match (tensor.role, tensor.element) {
            (Role::Intermediate, Element::Float) => None,
            (Role::Parameter { .. }, _) => Some("a parameter, which the caller holds"),
            (Role::Result, _) => Some("a result, of which a copy is kept where one is needed"),
            _ => Some("of integers"),
        };
        if let Some(what) = what {
            return Err(format!(
                "`{name}` is {what}: only intermediates are stored for the backward pass or computed again"
            ));
        }
        if keep == Keep::Recomputed && self.f.recurrences.contains_key(&TensorId(at as u32)) {
            return Err(format!(
                "`{name}` is defined by a recurrence, which runs once: it is stored"
            ));
        }
        self.f.keep.insert(TensorId(at as u32), keep);
        Ok(())
    }

    fn not_defined(&self, name: &str) -> String {
        let of = |t: &&Tensor| t.role == Role::Intermediate;
        let all = self.f.tensors.iter().filter(of);
        let meant = words::nearest(name, all.map(|t| t.name.as_str()));
        let help = meant.map_or(String::new(), |n| format!("\nhelp: did you mean `{n}`?"));
        format!("`{name}` is not defined: no equation of the function has this name{help}")
    }
}
