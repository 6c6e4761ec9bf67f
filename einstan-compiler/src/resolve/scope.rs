//! A function while its body is resolved: what its names stand for.

use super::signature;
use super::whole::External;
use super::{Callees, message};
use crate::ast::{self, ScalarFn};
use crate::check::Written;
use crate::diagnostics::Diagnostics;
use crate::ir::{DimId, Function, Role, TensorId};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::BTreeMap;

/// What a name of a tensor stands for.
#[derive(Clone, Debug)]
pub(crate) enum Binding {
    Tensor {
        id: TensorId,
        parameter: bool,
        /// Read since the last equation that wrote it.
        read: bool,
    },
    /// Its equation or declaration is wrong, and has been reported.
    Poisoned,
}

/// An axis of a declared result.
#[derive(Clone, Debug)]
pub(crate) enum ResultAxis {
    Known(DimId),
    /// A name that no parameter has: its length follows from the equation.
    New(String, Span),
    /// Reported.
    Poisoned,
}

/// A declared result.
#[derive(Clone, Debug)]
pub(crate) struct ResultInfo {
    pub name: ast::Name,
    pub axes: Vec<ResultAxis>,
    pub element: Option<ast::ElementType>,
}

/// A function while its body is resolved.
pub(crate) struct Scope<'a> {
    pub f: Function,
    pub tensors: BTreeMap<String, Binding>,
    pub dims: BTreeMap<String, DimId>,
    pub results: Vec<ResultInfo>,
    pub written: Written,
    pub scalars: &'a BTreeMap<String, ScalarFn>,
    pub callees: &'a Callees,
    /// Where the calls of functions of other invocations stand, in the order of the function's.
    pub externals: Vec<External>,
    /// The ranks of the body's tensors, as far as their uses say.
    pub ranks: BTreeMap<String, usize>,
    /// Something that was called is wrong, which has been reported where it stands.
    pub failed: bool,
    pub diagnostics: &'a mut Diagnostics,
}

impl Scope<'_> {
    /// The results, each defined; those that are not are reported, and stand in with their declared axes.
    pub(crate) fn finish(&mut self) -> Vec<ast::Name> {
        let results = std::mem::take(&mut self.results);
        let mut names = Vec::new();
        for r in results {
            let id = match self.tensors.get(&r.name.text) {
                Some(Binding::Tensor {
                    id,
                    parameter: false,
                    ..
                }) => *id,
                Some(Binding::Tensor {
                    parameter: true, ..
                }) => self.stand_in(&r),
                Some(Binding::Poisoned) => self.stand_in(&r),
                None => {
                    let text = format!(
                        "the result `{}` is never defined: an equation `{} = ..` is missing",
                        r.name.text,
                        message::declared(&r)
                    );
                    self.diagnostics
                        .error(Rule::UndefinedResult, r.name.span, text);
                    self.stand_in(&r)
                }
            };
            self.f.tensors[id.index()].role = Role::Result;
            self.f.results.push(id);
            names.push(r.name);
        }
        names
    }

    /// A tensor with the declared axes, for the signature of a function that failed.
    fn stand_in(&mut self, r: &ResultInfo) -> TensorId {
        let axes = r
            .axes
            .iter()
            .map(|a| match a {
                ResultAxis::Known(d) => *d,
                _ => self.f.add_dim("?", crate::ir::Length::Fixed(0)),
            })
            .collect();
        let element = signature::element(r.element);
        self.f.add_tensor(&r.name.text, axes, element, Role::Result)
    }
}
