//! What stands in the source of a function: its names, whether they mean something or not, each where it stands.

use super::{Binding, Scope};
use crate::ast::{Body, Expr, ExternFn, FunctionItem, Item, Name, ParamKind, ScalarFn, Word};

use crate::ir::TensorId;
use std::collections::BTreeMap;

/// The names of a function of tensors.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The tensors of the signature, each with its dimensions, if it is written.
    pub declared: Vec<(Name, Vec<Expr>)>,
    /// The parameters that are lengths.
    pub lengths: Vec<Name>,
    /// Of each statement.
    pub words: Vec<Vec<Word>>,
    /// What is defined, with the tensor that it is if it is right.
    pub tensors: BTreeMap<String, Option<TensorId>>,
}

/// The names of a scalar function.
#[derive(Clone, Debug)]
pub struct ScalarSource {
    pub name: Name,
    pub parameters: Vec<Name>,
    /// Of its body, or of each rule.
    pub words: Vec<Vec<Word>>,
}

impl Source {
    /// The tensor that a name is, if it is right.
    pub fn tensor(&self, name: &str) -> Option<TensorId> {
        self.tensors.get(name).copied().flatten()
    }

    pub(crate) fn of(item: &FunctionItem) -> Source {
        let Body { words, .. } = &item.body;
        let mut source = Source {
            words: words.clone(),
            ..Source::default()
        };
        let (parameters, results) = item
            .signature
            .as_ref()
            .map_or((&[][..], &[][..]), |s| (&s.0, &s.1));
        for p in parameters {
            match p.kind {
                ParamKind::Dim => source.lengths.push(p.name.clone()),
                _ => source.declare(&p.name, &p.dimensions),
            }
        }
        for r in results {
            source.declare(&r.name, &r.dimensions);
        }
        source
    }

    fn declare(&mut self, name: &Name, dimensions: &Option<Vec<Expr>>) {
        self.declared
            .push((name.clone(), dimensions.clone().unwrap_or_default()));
    }

    /// Finds what the names are of a body that is resolved.
    pub(crate) fn find(&mut self, scope: &Scope) {
        let tensors = scope.tensors.iter().map(|(name, binding)| {
            let id = match binding {
                Binding::Tensor { id, .. } => Some(*id),
                Binding::Poisoned => None,
            };
            (name.clone(), id)
        });
        self.tensors = tensors.collect();
    }
}

impl ScalarSource {
    /// The scalar functions of an invocation.
    pub(crate) fn all(items: &[Item]) -> Vec<ScalarSource> {
        let source = |name: &Name, parameters: &[Name], words| ScalarSource {
            name: name.clone(),
            parameters: parameters.to_vec(),
            words,
        };
        let each = items.iter().filter_map(|item| match item {
            Item::Scalar(ScalarFn {
                name,
                parameters,
                words,
                ..
            }) => Some(source(name, parameters, vec![words.clone()])),
            Item::Extern(ExternFn {
                name,
                parameters,
                words,
                ..
            }) => Some(source(name, parameters, words.clone())),
            Item::Function(_) | Item::Axis(_) => None,
        });
        each.collect()
    }
}
