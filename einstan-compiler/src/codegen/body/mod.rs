//! The numeric bodies: the functions `forward` and `backward` of one einstan function, from its plan.
//!
//! Nothing is decided here. Names: `t3` is an argument that is written, `s3` a tensor that is read, `w3` one that is written, `i5` the
//! value of an index, `lens.d2` a length.

mod block;
mod call;
mod check;
mod choose;
mod coalesce;
mod contraction;
mod expr;
mod nest;
mod position;
mod recurrence;
mod row;
mod tokens;
mod window;

pub(crate) use check::{checks, computed};

use crate::codegen::names;
use crate::ir::{
    DimId, Element, ElementType, Function, IndexId, Length, Parameter, Role, TensorId,
};
use crate::plan::{Buffer, Mode, Phase, Plan, Schedule, Step};
use crate::resolve::External;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use tokens::{Phrases, braced, joined, numbered};

/// What calls of functions of other invocations are written with.
pub struct Paths {
    /// The runtime in full, for what rustc's errors may point at: they name the macro that a path begins in.
    pub rt: TokenStream,
    /// Where the calls stand.
    pub externals: Vec<External>,
    /// The axis types, in their order.
    pub axes: Vec<String>,
}

/// Emits
///
/// ```text
/// pub(super) fn forward<T: rt::Float>(lens: &Lens, save: bool, saved: &mut Saved<T>, work: &mut Work<T>,
///     s0: rt::Source<'_, T, 2>, ..parameters.., mut t3: rt::Sink<'_, T, 2>, ..results..) -> Result<(), rt::Error>
/// ```
pub fn forward(plan: &Plan, paths: &Paths) -> TokenStream {
    Body::new(plan, paths, Phase::Forward).forward()
}

/// Emits
///
/// ```text
/// fn backward<T: rt::Float>(lens: &Lens, saved: &Saved<T>, work: &mut Work<T>, s0: rt::Source<'_, T, 2>,
///     ..parameters.., s7: rt::Source<'_, T, 2>, ..cotangents.., mut t8: rt::Sink<'_, T, 2>, ..gradients..,
///     accumulate: bool) -> Result<(), rt::Error>
/// ```
pub fn backward(plan: &Plan, paths: &Paths) -> TokenStream {
    Body::new(plan, paths, Phase::Backward).backward()
}

struct Body<'a> {
    plan: &'a Plan,
    f: &'a Function,
    paths: &'a Paths,
    phase: Phase,
    buffers: BTreeMap<TensorId, &'a Buffer>,
    phrases: Rc<Phrases>,
    /// What `bind` has emitted, which most nests begin with.
    bound: RefCell<BTreeMap<(TensorId, Use), TokenStream>>,
    /// The rows of which threads take parts, each with the index that counts from the first element of a part.
    parts: RefCell<BTreeMap<IndexId, IndexId>>,
    /// The loops that may be one with their rows, and their places in `extent`.
    extents: RefCell<BTreeMap<IndexId, usize>>,
}

impl<'a> Body<'a> {
    fn new(plan: &'a Plan, paths: &'a Paths, phase: Phase) -> Self {
        Body {
            plan,
            f: &plan.function,
            paths,
            phase,
            buffers: plan.buffers.iter().map(|b| (b.tensor, b)).collect(),
            phrases: Rc::new(Phrases::new()),
            bound: RefCell::default(),
            parts: RefCell::default(),
            extents: RefCell::default(),
        }
    }
}

/// What a binding of a tensor is for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    Read,
    Write,
}

impl Body<'_> {
    fn forward(&self) -> TokenStream {
        let parameters = self.parameters();
        let results = self
            .plan
            .function
            .results
            .iter()
            .map(|&r| self.argument(r, Use::Write));
        let kept: Vec<TokenStream> = self
            .plan
            .kept_results
            .iter()
            .map(|&(r, copy)| self.copy(r, copy))
            .collect();
        let shapes: TokenStream = self
            .plan
            .kept_results
            .iter()
            .map(|&(_, copy)| self.shape(copy))
            .collect();
        let (room, kept) = match kept.is_empty() {
            true => (None, None),
            false => (
                Some(quote! { if save { #shapes } }),
                Some(quote! { if save { #(#kept)* } }),
            ),
        };
        let (prelude, steps) = self.schedule(&self.plan.forward);
        let checks = self.checks(true);
        let generics = self.generics();
        let body = braced(joined([
            quote! { const BLOCK: usize = rt::BLOCK; #checks #room },
            prelude,
            steps,
            quote! { #kept Result::Ok(()) },
        ]));
        quote! {
            #[cfg(not(rust_analyzer))]
            pub(super) fn forward #generics(
                lens: &Lens,
                save: bool,
                saved: &mut Saved<T>,
                work: &mut Work<T>,
                #(#parameters,)*
                #(#results,)*
            ) -> Result<(), rt::Error> #body
        }
    }

    fn backward(&self) -> TokenStream {
        let Some(schedule) = &self.plan.backward else {
            return TokenStream::new();
        };
        let parameters = self.parameters();
        let cotangents = self.f.results.iter().filter_map(|&r| {
            let of = self.role(|role| role == Role::Cotangent { of: r })?;
            Some(self.argument(of, Use::Read))
        });
        let gradients = self.f.differentiable().filter_map(|p| {
            let of = self.role(|role| role == Role::Gradient { of: p })?;
            Some(self.argument(of, Use::Write))
        });
        let (prelude, steps) = self.schedule(schedule);
        let generics = self.generics();
        let done = quote! { Result::Ok(()) };
        let body = braced(joined([
            quote! { const BLOCK: usize = rt::BLOCK; },
            prelude,
            steps,
            done,
        ]));
        quote! {
            #[cfg(not(rust_analyzer))] // which needs no bodies
            fn backward #generics(
                lens: &Lens,
                saved: &Saved<T>,
                work: &mut Work<T>,
                #(#parameters,)*
                #(#cotangents,)*
                #(#gradients,)*
                accumulate: bool,
            ) -> Result<(), rt::Error> #body
        }
    }

    /// `<T: rt::Float>`; where the element type is fixed and what is called may need to know it, `T` is a name of it.
    fn generics(&self) -> TokenStream {
        match self.f.float.is_some() && self.f.calls_outside() {
            true => TokenStream::new(),
            false => quote! { <T: rt::Float> },
        }
    }

    fn role(&self, is: impl Fn(Role) -> bool) -> Option<TensorId> {
        (0..self.f.tensors.len() as u32)
            .map(TensorId)
            .find(|&t| is(self.f.tensor(t).role))
    }

    fn parameters(&self) -> Vec<TokenStream> {
        self.f
            .parameters
            .iter()
            .filter_map(|p| match *p {
                Parameter::Tensor(t) if self.f.updates.contains_key(&t) => {
                    Some(self.argument(t, Use::Write))
                }
                Parameter::Tensor(t) => Some(self.argument(t, Use::Read)),
                Parameter::Dim(_) => None,
            })
            .collect()
    }

    /// `s3: rt::Source<'_, T, 2>`, or `mut t3: rt::Sink<'_, T, 2>`
    fn argument(&self, tensor: TensorId, usage: Use) -> TokenStream {
        let (element, rank) = (self.element(tensor), self.rank(tensor));
        match usage {
            Use::Read => {
                let name = source(tensor);
                quote! { #name: rt::Source<'_, #element, #rank> }
            }
            Use::Write => {
                let name = argument(tensor);
                quote! { mut #name: rt::Sink<'_, #element, #rank> }
            }
        }
    }

    fn rank(&self, tensor: TensorId) -> Literal {
        Literal::usize_unsuffixed(self.f.tensor(tensor).axes.len())
    }

    fn element(&self, tensor: TensorId) -> TokenStream {
        match self.f.tensor(tensor).element {
            Element::Float => quote! { T },
            Element::Integer(t) => integer_type(t),
        }
    }

    /// The length of a dimension, a `usize`.
    fn len(&self, dim: DimId) -> TokenStream {
        match self.f.dim(dim).length {
            Length::Fixed(n) => {
                let n = Literal::usize_suffixed(n as usize);
                quote! { #n }
            }
            Length::Rows { .. } => {
                let name = numbered('n', dim.0);
                quote! { #name }
            }
            Length::Computed(e) if dim.index() >= self.plan.found => {
                let mut emitter = expr::Emitter::new(self, None);
                let value = emitter.value(e);
                let lets = emitter.outer;
                quote! { { #(#lets)* rt::integer_max(#value, 0) as usize } }
            }
            Length::Named
            | Length::Given
            | Length::Typed { .. }
            | Length::Computed(_)
            | Length::Returned { .. } => {
                let field = numbered('d', dim.0);
                let length = quote! { lens.#field };
                match self.alias(dim) {
                    Some(alias) => quote! { rt::length::<#alias>(#length) },
                    None => length,
                }
            }
        }
    }

    /// The alias of an axis type, whose length rustc may know.
    fn alias(&self, dim: DimId) -> Option<Ident> {
        let dim = self.f.dim(dim);
        let at = self
            .paths
            .axes
            .iter()
            .position(|a| dim.axis && *a == dim.name)?;
        Some(names::axis(at, &dim.name))
    }

    fn lens(&self, tensor: TensorId) -> TokenStream {
        let lens = self.f.tensor(tensor).axes.iter().map(|&d| self.len(d));
        quote! { [#(#lens),*] }
    }

    /// `let s3 = ..;` or `let mut w3 = ..;`: a tensor wherever it lies; nothing where it is a parameter that is read.
    fn bind(&self, tensor: TensorId, usage: Use) -> TokenStream {
        let known = self.bound.borrow().get(&(tensor, usage)).cloned();
        known.unwrap_or_else(|| {
            let bind = self.binding(tensor, usage);
            let mut bound = self.bound.borrow_mut();
            bound.insert((tensor, usage), bind.clone());
            bind
        })
    }

    fn binding(&self, tensor: TensorId, usage: Use) -> TokenStream {
        let t = argument(tensor);
        let (s, w) = (source(tensor), sink(tensor));
        if let Role::Slice { of, axis } = self.f.tensor(tensor).role {
            return self.bind_slice(tensor, of, axis, usage);
        }
        match (self.buffers.get(&tensor), usage) {
            (Some(b), _) => {
                let (field, lens) = (format_ident!("{}", b.field), self.lens(tensor));
                let place = if b.saved {
                    quote! { saved.#field }
                } else {
                    quote! { work.#field }
                };
                match usage {
                    Use::Read => quote! { let #s = #place.source(#lens); },
                    Use::Write => quote! { let mut #w = #place.sink(#lens); },
                }
            }
            (None, Use::Write) => quote! { let mut #w = #t.reborrow(); },
            (None, Use::Read) if self.is_sink(tensor) => quote! { let #s = #t.source(); },
            (None, Use::Read) => TokenStream::new(),
        }
    }

    /// Whether an argument of this body is one that it writes.
    fn is_sink(&self, tensor: TensorId) -> bool {
        match self.phase {
            Phase::Forward => {
                self.f.results.contains(&tensor) || self.f.updates.contains_key(&tensor)
            }
            Phase::Backward => matches!(self.f.tensor(tensor).role, Role::Gradient { .. }),
        }
    }

    /// Whether a write adds to what is there, as a token.
    fn adds(&self, mode: Mode) -> TokenStream {
        match mode {
            Mode::Set => quote! { false },
            Mode::Add => quote! { true },
            Mode::Given => quote! { accumulate },
        }
    }

    /// Memory first, so that nothing is written where it can't be had; then the steps.
    fn schedule(&self, schedule: &Schedule) -> (TokenStream, TokenStream) {
        let mut chosen: Vec<TensorId> = choose::temporaries(schedule);
        chosen.extend(self.plan.kept_results.iter().map(|&(_, copy)| copy));
        let mut prelude: TokenStream = self.rows(&schedule.steps);
        prelude.extend(self.decisions(schedule));
        let memory: TokenStream = self
            .plan
            .buffers
            .iter()
            .filter(|b| b.phase == self.phase && !chosen.contains(&b.tensor))
            .map(|b| self.shape(b.tensor))
            .collect();
        prelude.extend(memory);
        let (before, steps) = self.steps(&schedule.steps);
        prelude.extend(before);
        (prelude, steps)
    }

    /// What the prelude needs for some steps, and the steps.
    fn steps(&self, steps: &[Step]) -> (TokenStream, TokenStream) {
        let (mut prelude, mut code) = (TokenStream::new(), TokenStream::new());
        for step in steps {
            let (before, step) = self.step(step);
            prelude.extend(before);
            code.extend(step);
        }
        (prelude, code)
    }

    /// `work.b7.shape("f", "H", [lens.d0, lens.d1])?;`
    fn shape(&self, tensor: TensorId) -> TokenStream {
        let Some(b) = self.buffers.get(&tensor) else {
            return TokenStream::new();
        };
        let (field, lens) = (format_ident!("{}", b.field), self.lens(tensor));
        let (function, name) = (&self.f.name, &self.f.tensor(tensor).name);
        let place = if b.saved {
            quote! { saved.#field }
        } else {
            quote! { work.#field }
        };
        match self.room(tensor) {
            Some(room) => quote! { #place.room(#function, #name, #room)?; },
            None => quote! { #place.shape(#function, #name, #lens)?; },
        }
    }

    /// What the prelude needs for a step, and the step.
    fn step(&self, step: &Step) -> (TokenStream, TokenStream) {
        match step {
            Step::Zero { tensor, mode } => (TokenStream::new(), self.zero(*tensor, *mode)),
            Step::Contract(c) => (TokenStream::new(), self.contract(c)),
            Step::Nest(body) => (TokenStream::new(), self.nest(body)),
            Step::Share(share) => (TokenStream::new(), self.share(share)),
            Step::When {
                condition,
                then,
                otherwise,
            } => self.steps_when(*condition, then, otherwise),
            Step::Block { rows, steps, .. } => self.block(*rows, steps),
            Step::Loop {
                index,
                descending,
                steps,
            } => self.steps_of_loop(*index, *descending, steps),
            Step::Choose(choose) => self.choose(choose),
            Step::Once { way, steps, .. } => self.once(*way, steps),
            Step::Check(at) => (TokenStream::new(), self.check(&self.f.checks[*at])),
            Step::Call {
                call,
                part,
                inputs,
                outputs,
            } => (TokenStream::new(), self.call(*call, *part, inputs, outputs)),
        }
    }

    /// `w3.fill(0)`
    fn zero(&self, tensor: TensorId, mode: Mode) -> TokenStream {
        let (bind, w) = (self.bind(tensor, Use::Write), sink(tensor));
        let zero = match self.f.tensor(tensor).element {
            Element::Float => self.real(0.0),
            Element::Integer(_) => quote! { 0 },
        };
        match mode {
            Mode::Given => quote! { if !accumulate { #bind #w.fill(#zero); } },
            _ => quote! { { #bind #w.fill(#zero); } },
        }
    }

    /// A constant of the element type.
    fn real(&self, value: f64) -> TokenStream {
        let value = self.double(value);
        quote! { <T as Elementary>::from_f64(#value) }
    }

    /// A constant `f64`.
    fn double(&self, value: f64) -> TokenStream {
        if value.is_nan() {
            quote! { core::primitive::f64::NAN }
        } else if value.is_infinite() {
            let name = if value > 0.0 {
                format_ident!("INFINITY")
            } else {
                format_ident!("NEG_INFINITY")
            };
            quote! { core::primitive::f64::#name }
        } else if value < 0.0 {
            let literal = Literal::f64_suffixed(-value);
            quote! { -#literal }
        } else {
            let literal = Literal::f64_suffixed(value);
            quote! { #literal }
        }
    }

    /// `if save { .. }` holds a copy of a result for the backward pass.
    fn copy(&self, result: TensorId, copy: TensorId) -> TokenStream {
        let (read, write) = (self.bind(result, Use::Read), self.bind(copy, Use::Write));
        let (s, w) = (source(result), sink(copy));
        quote! { { #read #write #w.copy_from(#s); } }
    }
}

/// `t3`
fn argument(tensor: TensorId) -> Ident {
    numbered('t', tensor.0)
}

/// `s3`
fn source(tensor: TensorId) -> Ident {
    numbered('s', tensor.0)
}

/// `w3`
fn sink(tensor: TensorId) -> Ident {
    numbered('w', tensor.0)
}

/// The type of an integer element.
pub(crate) fn integer_type(element: ElementType) -> TokenStream {
    match element {
        ElementType::Usize => quote! { usize },
        ElementType::I32 => quote! { i32 },
        ElementType::I64 => quote! { i64 },
        ElementType::U32 => quote! { u32 },
        ElementType::U8 => quote! { u8 },
        ElementType::F32 => quote! { f32 },
        ElementType::F64 => quote! { f64 },
    }
}
