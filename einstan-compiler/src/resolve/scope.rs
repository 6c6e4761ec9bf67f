//! A function while its body is resolved: what its names stand for.

use super::recurrence::Recurrence;
use super::signature;
use super::whole::External;
use super::{Axes, Callees, Scalars, message};
use crate::ast::{self, ExternFn};
use crate::check::Written;
use crate::diagnostics::Diagnostics;
use crate::ir::{self, DimId, Function, GivenId, Role, TensorId};
use crate::parse::words;
use crate::rule::Rule;
use proc_macro2::{Span, TokenStream, TokenTree};
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

/// What an axis of a result is declared to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// An axis type.
    Axis(String),
    /// A dimension that a parameter names.
    Dimension(DimId),
    /// A number, an expression, a new name.
    Length,
}

/// A declared result.
#[derive(Clone, Debug)]
pub(crate) struct ResultInfo {
    pub name: ast::Name,
    pub axes: Vec<ResultAxis>,
    pub declared: Vec<Declared>,
    pub element: Option<ast::ElementType>,
}

/// A Rust expression in braces.
#[derive(Clone, Debug)]
pub struct Given {
    /// With the braces.
    pub tokens: TokenStream,
    /// The dimensions that it names: their lengths are variables there.
    pub lengths: Vec<ast::Name>,
    /// The scalar function in which it stands: it has one value in all calls.
    pub within: Option<String>,
}

/// A group of tokens as the source has it, if it says so.
fn as_written(tokens: &TokenStream) -> String {
    let mut all = tokens.clone().into_iter();
    match (all.next().and_then(|t| t.span().source_text()), all.next()) {
        (Some(text), None) => text,
        _ => ast::print::rust(&tokens.to_string()),
    }
}

/// A function while its body is resolved.
pub(crate) struct Scope<'a> {
    pub f: Function,
    pub tensors: BTreeMap<String, Binding>,
    pub dims: BTreeMap<String, DimId>,
    /// The user wrote the signature, with names for the dimensions.
    pub explicit: bool,
    /// The element type that the signature fixes, and where.
    pub float: Option<(ast::ElementType, Span)>,
    /// A part of the source is missing, which was reported: so nothing else is said to be missing.
    pub unfinished: bool,
    /// The equation at hand is too large: that was reported.
    pub exhausted: bool,
    pub results: Vec<ResultInfo>,
    /// The parameters that the body may change, by name.
    pub mutable: BTreeMap<String, TensorId>,
    pub written: Written,
    pub scalars: &'a Scalars,
    pub callees: &'a Callees,
    pub axes: &'a Axes,
    /// The axis types that the function uses.
    pub used_axes: Vec<ast::Name>,
    /// The signature names one.
    pub typed: bool,
    /// Of each result, what its axes are declared to be.
    pub result_axes: Vec<Vec<Declared>>,
    /// Where the calls of functions of other invocations stand, in the order of the function's.
    pub externals: Vec<External>,
    /// The Rust functions that are used, in the order of the function's.
    pub foreign: Vec<ExternFn>,
    /// The Rust expressions, in the order of the function's.
    pub given: Vec<Given>,
    /// The ranks of the body's tensors, as far as their uses say.
    pub ranks: BTreeMap<String, usize>,
    /// The equations that are resolved together.
    pub recurrence: Recurrence,
    /// Something that was called is wrong, which has been reported where it stands.
    pub failed: bool,
    pub diagnostics: &'a mut Diagnostics,
}

impl<'a> Scope<'a> {
    pub(crate) fn new(
        name: &str,
        scalars: &'a Scalars,
        (callees, axes): (&'a Callees, &'a Axes),
        diagnostics: &'a mut Diagnostics,
    ) -> Self {
        Scope {
            f: Function::new(name),
            tensors: BTreeMap::new(),
            dims: BTreeMap::new(),
            explicit: false,
            float: None,
            unfinished: false,
            exhausted: false,
            results: Vec::new(),
            mutable: BTreeMap::new(),
            written: Written::default(),
            scalars,
            callees,
            axes,
            used_axes: Vec::new(),
            typed: false,
            result_axes: Vec::new(),
            externals: Vec::new(),
            foreign: Vec::new(),
            given: Vec::new(),
            ranks: BTreeMap::new(),
            recurrence: Recurrence::default(),
            failed: false,
            diagnostics,
        }
    }

    /// The dimensions of the signature that tokens name.
    fn lengths_in(&self, tokens: TokenStream) -> Vec<ast::Name> {
        let mut out: Vec<ast::Name> = Vec::new();
        if !self.explicit {
            return out;
        }
        for token in tokens {
            let found = match token {
                TokenTree::Group(g) => self.lengths_in(g.stream()),
                TokenTree::Ident(i) if self.dims.contains_key(&i.to_string()) => {
                    vec![ast::Name {
                        text: i.to_string(),
                        span: i.span(),
                    }]
                }
                _ => vec![],
            };
            for name in found {
                if out.iter().all(|n| n.text != name.text) {
                    out.push(name);
                }
            }
        }
        out
    }

    /// The number that a Rust expression gives.
    pub(crate) fn evaluated(&mut self, tokens: &TokenStream, within: Option<&str>) -> GivenId {
        let text = tokens.to_string();
        let known = |g: &Given| {
            within.is_some() && g.within.as_deref() == within && g.tokens.to_string() == text
        };
        if let Some(at) = self.given.iter().position(known) {
            return GivenId(at as u32);
        }
        let lengths = self.lengths_in(tokens.clone());
        self.f.given.push(ir::Given {
            text: as_written(tokens),
            lengths: lengths.iter().map(|n| self.dims[&n.text]).collect(),
        });
        self.given.push(Given {
            tokens: tokens.clone(),
            lengths,
            within: within.map(str::to_string),
        });
        GivenId(self.given.len() as u32 - 1)
    }

    /// The results, each defined; those that are not are reported, and stand in with their declared axes.
    pub(crate) fn finish(&mut self) -> Vec<ast::Name> {
        for (name, &parameter) in &self.mutable {
            if let Some(Binding::Tensor { id, .. }) = self.tensors.get(name) {
                self.f.updates.insert(parameter, *id);
            }
        }
        // What is taken in from a function without axis types may have axes of what that one calls.
        for dim in self.f.dims.iter().filter(|d| d.axis) {
            if self.used_axes.iter().all(|a| a.text != dim.name) {
                let (text, span) = (dim.name.clone(), Span::call_site());
                self.used_axes.push(ast::Name { text, span });
            }
        }
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
                None if self.unfinished => self.stand_in(&r),
                None => {
                    let defined = self.written.defined.iter().map(|d| d.name.text.as_str());
                    let near = words::nearest(&r.name.text, defined);
                    let help = near.map(|n| format!("\nhelp: is it what defines `{n}`?"));
                    let text = format!(
                        "the result `{}` is never defined: an equation `{} = ..` is missing{}",
                        r.name.text,
                        message::declared(&r),
                        help.unwrap_or_default()
                    );
                    self.diagnostics
                        .error(Rule::UndefinedResult, r.name.span, text);
                    self.stand_in(&r)
                }
            };
            self.result_axes.push(r.declared);
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
