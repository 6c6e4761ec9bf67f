//! Axis types: `axis Pixel = 784;`, and the names in a signature that stand for such types.

use super::Scope;
use super::{attribute, mention};
use crate::ast::{self, AxisItem, Equation, Expr, ExprKind, Item, Name, Number, SubscriptKind};
use crate::diagnostics::Diagnostics;
use crate::ir::{DimId, Length, Parameter};
use crate::rule::Rule;
use proc_macro2::TokenStream;
use quote::ToTokens;
use std::collections::BTreeMap;

/// The most axes that a type names.
pub(crate) const MOST_AXES: usize = 12;

/// An axis of an invocation.
#[derive(Clone, Debug)]
pub struct Axis {
    pub attributes: Vec<syn::Attribute>,
    pub visibility: syn::Visibility,
    pub name: Name,
    /// As a Rust expression; none where it is known when the program runs.
    pub length: Option<TokenStream>,
    /// The same, where it is a number.
    pub number: Option<u64>,
}

/// The axes of an invocation, by name.
pub(crate) type Axes = BTreeMap<String, Axis>;

/// Whether a dimension's name is an axis type wherever it is declared: a capital first, and a lower-case letter in it.
fn is_like_a_type(name: &str) -> bool {
    name.chars().next().is_some_and(char::is_uppercase) && name.chars().any(char::is_lowercase)
}

/// The axes that an invocation declares.
pub(crate) fn axes(items: &[Item], diagnostics: &mut Diagnostics) -> Axes {
    let mut axes = Axes::new();
    for item in items {
        let Item::Axis(a) = item else { continue };
        let axis = axis(a, diagnostics);
        let name = &a.name.text;
        // A function is a module too, and so a type's neighbour.
        let function = items.iter().find_map(|i| match i {
            Item::Function(f) if f.name.text == *name => Some(f.name.span),
            _ => None,
        });
        let (text, other) = if let Some(function) = function {
            let text = format!("`{name}` is an axis and a function");
            (text, (function, format!("the function `{name}` is here")))
        } else if let Some(first) = axes.get(name) {
            let text = format!("the axis `{name}` is declared twice");
            let other = format!("`{name}` is declared here first");
            (text, (first.name.span, other))
        } else {
            axes.insert(name.clone(), axis);
            continue;
        };
        diagnostics.error_beside(Rule::DuplicateAxis, a.name.span, text, other);
    }
    axes
}

fn axis(item: &AxisItem, diagnostics: &mut Diagnostics) -> Axis {
    let mut length = None;
    let mut number = None;
    match item.length.as_ref().map(|e| (e, &e.kind)) {
        None | Some((_, ExprKind::Error)) => {}
        Some((_, ExprKind::Rust(tokens))) => length = Some(tokens.clone()),
        Some((_, ExprKind::Name(constant))) => {
            length = Some(syn::Ident::new(&constant.text, constant.span).into_token_stream());
        }
        Some((e, _)) => match whole(e).and_then(|n| u64::try_from(n).ok()) {
            Some(n) => {
                let literal = proc_macro2::Literal::u64_unsuffixed(n);
                (length, number) = (Some(literal.into_token_stream()), Some(n));
            }
            None => {
                let text = format!(
                    "`{}` is no length: the length of an axis is a whole number like `784` or `28*28`, a constant, or \
                     Rust in braces",
                    ast::print::expr(e)
                );
                diagnostics.error(Rule::Dimension, e.span, text);
            }
        },
    }
    let attributes = item.attributes.iter().filter(|a| !attribute::is_ours(a));
    Axis {
        attributes: attributes.cloned().collect(),
        visibility: item.visibility.clone(),
        name: item.name.clone(),
        length,
        number,
    }
}

/// The value of a whole number with `+ - *`, and `/` that rounds down.
fn whole(e: &Expr) -> Option<i64> {
    match &e.kind {
        ExprKind::Number(Number::Whole(n)) => i64::try_from(*n).ok(),
        ExprKind::Group(a) => whole(a),
        ExprKind::Neg(a) => whole(a)?.checked_neg(),
        ExprKind::Sum(parts) => parts.iter().try_fold(0i64, |sum, (plus, part)| {
            let part = whole(part)?;
            match plus {
                true => sum.checked_add(part),
                false => sum.checked_sub(part),
            }
        }),
        ExprKind::Product(parts) => parts.iter().try_fold(1i64, |product, (divides, part)| {
            let part = whole(part)?;
            match divides {
                true => product.checked_div_euclid(part),
                false => product.checked_mul(part),
            }
        }),
        _ => None,
    }
}

impl Scope<'_> {
    /// Whether a name in a signature is that of an axis type.
    pub(crate) fn is_axis(&self, name: &str) -> bool {
        self.axes.contains_key(name) || is_like_a_type(name)
    }

    /// The number that an axis of this invocation has for its length.
    pub(crate) fn fixed_axis(&self, name: &str) -> Option<u64> {
        self.axes.get(name).and_then(|a| a.number)
    }

    /// The dimension of an axis type; one whose length no macro can know is found on the axes of the parameters.
    pub(crate) fn axis(&mut self, name: &Name) -> DimId {
        self.uses_axis(name);
        if let Some(&dim) = self.dims.get(&name.text) {
            return dim;
        }
        let length = match self.fixed_axis(&name.text) {
            Some(n) => Length::Fixed(n),
            None => Length::Named,
        };
        let dim = self.f.add_dim(&name.text, length);
        self.f.dims[dim.index()].axis = true;
        self.dims.insert(name.text.clone(), dim);
        dim
    }

    /// The dimension of an axis type that no parameter names, where nothing in an equation says how long an axis of its
    /// left-hand side is: of another invocation, so that rustc knows.
    pub(crate) fn axis_of_its_own(&mut self, e: &Equation, at: usize, name: Name) -> Option<DimId> {
        let open = self
            .axes
            .get(&name.text)
            .is_some_and(|a| a.length.is_none());
        let (subscript, annotation) = e.left.subscripts.get(at)?;
        let index = mention::plain_index(subscript);
        let indices = mention::index_names(e);
        // As rounds of ranges read them: `pad` and `i / 2` say nothing.
        let mut says = |index: &Name| {
            let accesses = mention::accesses_of(e);
            let mut subscripts = accesses.iter().flat_map(|(a, _)| &a.subscripts);
            subscripts.any(|s| match &s.kind {
                SubscriptKind::Plain(position) => self
                    .affine(position, &indices)
                    .is_some_and(|a| a.terms.contains_key(&index.text)),
                SubscriptKind::Wrapped { .. } => false,
            })
        };
        let said = annotation.is_some() || index.is_some_and(&mut says);
        (self.is_axis(&name.text) && !open && !said).then(|| self.axis(&name))
    }

    /// Reports parameters with more axes than a type names.
    pub(crate) fn few_axes(&mut self, parameters: &[Name]) {
        for (p, name) in self.f.parameters.iter().zip(parameters) {
            let Parameter::Tensor(t) = *p else { continue };
            let axes = self.f.tensor(t).axes.len();
            if self.typed && axes > MOST_AXES {
                let text = format!(
                    "`{}` has {axes} axes: where a signature names axis types, a tensor has at most {MOST_AXES}",
                    name.text
                );
                self.diagnostics.error(Rule::Rank, name.span, text);
                self.typed = false;
            }
        }
    }

    /// Has the generated code name an axis type.
    pub(crate) fn uses_axis(&mut self, name: &Name) {
        if self.used_axes.iter().all(|a| a.text != name.text) {
            self.used_axes.push(name.clone());
        }
    }
}
