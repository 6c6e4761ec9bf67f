//! Tensors that carry the types of their axes: of functions that name an axis type in their signature.

use super::external::located;
use super::names::{self, parameter};
use super::signature::{Items, ident};
use crate::ir::{DimId, Fault, Length, Place, TensorId};
use crate::resolve::Declared;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl Items<'_> {
    /// Whether tensors carry the types of their axes.
    pub(super) fn typed(&self) -> bool {
        self.resolved.typed
    }

    /// The aliases of the axis types.
    pub(super) fn axis_aliases(&self) -> Vec<Ident> {
        let axes = self.resolved.axes.iter().enumerate();
        axes.map(|(at, a)| names::axis(at, &a.text)).collect()
    }

    /// What `__Outside` calls them.
    pub(super) fn axis_places(&self) -> Vec<Ident> {
        (0..self.resolved.axes.len()).map(names::place).collect()
    }

    /// Emits `type A0 = Pixel;` where the user's names mean what the user means.
    pub(super) fn axis_types(&self) -> TokenStream {
        let each = self.resolved.axes.iter().enumerate().map(|(at, name)| {
            let (place, axis) = (names::place(at), ident(name));
            quote! { type #place = #axis; }
        });
        quote! { #(#each)* }
    }

    fn alias_of(&self, name: &str) -> Option<Ident> {
        let at = self.resolved.axes.iter().position(|a| a.text == name)?;
        Some(names::axis(at, name))
    }

    /// The axis type or the type parameter that a dimension is.
    pub(super) fn name_of(&self, d: DimId) -> Option<Ident> {
        match self.f.dim(d).axis {
            true => self.alias_of(&self.f.dim(d).name),
            false => self.parameter_of(d),
        }
    }

    /// The type of an axis: `Dyn` where it is a number or an expression.
    pub(super) fn axis_of(&self, d: DimId) -> TokenStream {
        or_dyn(self.name_of(d))
    }

    /// The axis type or the type parameter that an axis is, of a result as it is declared.
    pub(super) fn axis_name(&self, t: TensorId, axis: usize) -> Option<Ident> {
        let result = self.f.results.iter().position(|&r| r == t);
        let declared = result.and_then(|at| self.resolved.result_axes.get(at)?.get(axis));
        match declared {
            Some(Declared::Axis(name)) => self.alias_of(name),
            Some(Declared::Dimension(d)) => self.name_of(*d),
            Some(Declared::Length) => None,
            None => self.name_of(self.f.tensor(t).axes[axis]),
        }
    }

    /// `(A0, n,)`
    pub(super) fn axes(&self, tensors: &[TensorId]) -> TokenStream {
        let axes =
            |&t: &TensorId| (0..self.rank(t)).map(move |axis| or_dyn(self.axis_name(t, axis)));
        let each = tensors.iter().flat_map(axes);
        quote! { (#(#each,)*) }
    }

    /// Of one function, the dimensions of tensors that are type parameters.
    pub(super) fn parameters_of(&self, tensors: &[TensorId]) -> Vec<Ident> {
        let mut out: Vec<DimId> = Vec::new();
        if !self.typed() {
            return vec![];
        }
        for &d in tensors.iter().flat_map(|&t| &self.f.tensor(t).axes) {
            if !out.contains(&d) {
                out.push(d);
            }
        }
        let each = out.into_iter().filter_map(|d| self.parameter_of(d));
        each.collect()
    }

    /// The type parameter that a dimension is.
    pub(super) fn parameter_of(&self, d: DimId) -> Option<Ident> {
        let dim = self.f.dim(d);
        (!dim.axis && dim.length == Length::Named).then(|| parameter(&dim.name))
    }

    /// The type parameters of the function.
    pub(super) fn type_parameters(&self) -> Vec<Ident> {
        let tensors: Vec<TensorId> = self.tensors().into_iter().map(|(_, t)| t).collect();
        self.parameters_of(&[tensors, self.f.results.clone()].concat())
    }

    /// The type parameters of one of its structures: those that occur in it.
    fn parameters_in(&self, structure: &str) -> Vec<Ident> {
        match structure {
            "Gradient" | "Tangent" => {
                let tensors: Vec<TensorId> =
                    self.differentiable().into_iter().map(|(_, t)| t).collect();
                self.parameters_of(&tensors)
            }
            _ => self.type_parameters(),
        }
    }

    /// `Gradient<f64, n>`
    pub(super) fn structure(&self, name: &str, float: &TokenStream) -> TokenStream {
        let (parameters, name) = (self.parameters_in(name), format_ident!("{}", name));
        quote! { #name<#float #(, #parameters)*> }
    }

    /// The same with a lifetime: `Pullback<'a, f64, n>`
    pub(super) fn borrowing(
        &self,
        name: &str,
        life: TokenStream,
        float: &TokenStream,
    ) -> TokenStream {
        let (parameters, name) = (self.parameters_in(name), format_ident!("{}", name));
        quote! { #name<#life, #float #(, #parameters)*> }
    }

    /// The same where the axes do not matter: `Workspace<T, rt::Dyn>`
    pub(super) fn structure_of_any(&self, name: &str, float: &TokenStream) -> TokenStream {
        let any = self
            .parameters_in(name)
            .into_iter()
            .map(|_| quote! { rt::Dyn });
        let name = format_ident!("{}", name);
        quote! { #name<#float #(, #any)*> }
    }

    /// `, n: rt::AxisType` as the generics of a structure go on.
    pub(super) fn bounds(&self, structure: &str) -> TokenStream {
        let parameters = self.parameters_in(structure);
        quote! { #(, #parameters: rt::AxisType)* }
    }

    /// A member that has a structure carry axes without a tensor: `axes: core::marker::PhantomData<fn() -> (n,)>`.
    pub(super) fn carrier(&self, structure: &str) -> Option<TokenStream> {
        let parameters = self.parameters_in(structure);
        (!parameters.is_empty())
            .then(|| quote! { axes: core::marker::PhantomData<fn() -> (#(#parameters,)*)>, })
    }

    /// `axes: core::marker::PhantomData,`
    pub(super) fn carried(&self, structure: &str) -> Option<TokenStream> {
        self.carrier(structure)
            .map(|_| quote! { axes: core::marker::PhantomData, })
    }

    /// `Clone` and `Debug` of a structure: an attribute, or with type parameters implementations, without a condition on these:
    ///
    /// ```text
    /// impl<T: Clone, n: rt::AxisType> Clone for Gradient<T, n> { .. }
    /// impl<T: Debug, n: rt::AxisType> Debug for Gradient<T, n> { .. }
    /// ```
    pub(super) fn derive(
        &self,
        structure: &str,
        fields: &[Ident],
    ) -> (Option<TokenStream>, Option<TokenStream>) {
        let (bounds, ty) = (
            self.bounds(structure),
            self.structure(structure, &quote! { T }),
        );
        if bounds.is_empty() {
            let derived = quote! { #[derive(core::clone::Clone, core::fmt::Debug)] };
            return (Some(derived), None);
        }
        let name = format_ident!("{}", structure);
        let names = fields.iter().map(Ident::to_string);
        let implementations = quote! {
            impl<T: core::clone::Clone #bounds> core::clone::Clone for #ty {
                fn clone(&self) -> Self {
                    #name { #(#fields: core::clone::Clone::clone(&self.#fields),)* }
                }
            }

            impl<T: core::fmt::Debug #bounds> core::fmt::Debug for #ty {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct(#structure)#(.field(#names, &self.#fields))*.finish()
                }
            }
        };
        (None, Some(implementations))
    }

    /// An owned array as what the caller gets: `rt::trusted(r0)`
    pub(super) fn wrapped(&self, rank: usize, array: TokenStream) -> TokenStream {
        match self.typed() && rank > 0 {
            true => quote! { rt::trusted(#array) },
            false => array,
        }
    }

    /// The array of a member: `rt::plain(&g.X)`, or `g.X` itself.
    pub(super) fn unwrapped(&self, place: TokenStream) -> TokenStream {
        match self.typed() {
            true => quote! { rt::plain(&#place) },
            false => place,
        }
    }

    /// A mutable reference to the array of a member.
    pub(super) fn array_mut(&self, place: TokenStream) -> TokenStream {
        match self.typed() {
            true => quote! { rt::plain_mut(&mut #place) },
            false => quote! { &mut #place },
        }
    }

    /// Emits the checks of lengths that an equation or the caller gives to an axis type of a result, at entry, or where it is a
    /// number while the program is compiled:
    ///
    /// ```text
    /// let fixed = rt::length::<A0>(lens.d3);
    /// if lens.d3 != fixed { return Err(rt::Error::named("f", "Y", 1, "Pixel", fixed, lens.d3)); }
    /// const _: () = core::assert!(rt::agree::<A0>(4), "f: axis 0 of `Y` is declared as `Pixel` and has length 4");
    /// ```
    pub(super) fn check_results(&self) -> TokenStream {
        let mut out = TokenStream::new();
        for (&t, declared) in self.f.results.iter().zip(&self.resolved.result_axes) {
            let axes = self.f.tensor(t).axes.iter().zip(declared).enumerate();
            for (axis, (&d, declared)) in axes {
                let (Declared::Axis(name), dim) = (declared, self.f.dim(d)) else {
                    continue;
                };
                let is_own = dim.axis && dim.name == *name;
                let (false, Some(alias)) = (is_own, self.alias_of(name)) else {
                    continue;
                };
                let (function, tensor) = (&self.f.name, &self.f.tensor(t).name);
                out.extend(match dim.length {
                    Length::Fixed(n) => {
                        let text = format!(
                            "einstan[axis-mismatch]: in `{function}` axis {axis} of `{tensor}` is declared as `{name}` and \
                             has length {n}"
                        );
                        self.agrees(&alias, n, &text)
                    }
                    _ => {
                        let (axis, found) = (Literal::usize_unsuffixed(axis), self.len(d, &quote! { lens }));
                        quote! {
                            let fixed = rt::length::<#alias>(#found);
                            if #found != fixed {
                                return Result::Err(rt::Error::named(
                                    #function, #tensor, #axis, #name, fixed, #found));
                            }
                        }
                    }
                });
            }
        }
        out
    }

    /// `const _: () = core::assert!(rt::agree::<A0>(784), "..");`, at the function's name.
    fn agrees(&self, alias: &Ident, n: u64, text: &str) -> TokenStream {
        let n = Literal::usize_unsuffixed(n as usize);
        let holds = quote! { const _: () = core::assert!(rt::agree::<#alias>(#n), #text); };
        located(holds, self.resolved.name.span)
    }

    /// Emits what rustc checks of axis types whose lengths it knows and the macro does not:
    ///
    /// ```text
    /// const _: () = core::assert!(rt::agree::<A0>(784), "f: index `p` runs over `Pixel` in `X` and over 784 in `W`");
    /// ```
    pub(super) fn axis_constants(&self) -> TokenStream {
        let mut out = TokenStream::new();
        for check in self.plan().map_or(&[][..], |_| &self.f.checks) {
            let Fault::Lengths { index, a, b } = &check.fault else {
                continue;
            };
            let dim = |at: &Place| self.f.tensor(at.tensor).axes[at.axis];
            for (axis, number) in [(a, b), (b, a)] {
                let (named, fixed) = (self.f.dim(dim(axis)), self.f.dim(dim(number)));
                let (true, Length::Fixed(n)) =
                    (named.axis && named.length == Length::Named, &fixed.length)
                else {
                    continue;
                };
                let Some(alias) = self.alias_of(&named.name) else {
                    continue;
                };
                let name = |at: &Place| &self.f.tensor(at.tensor).name;
                let text = format!(
                    "einstan[axis-mismatch]: in `{}` index `{index}` runs over `{}` in `{}` (axis {}) and over {n} in \
                     `{}` (axis {})",
                    self.f.name,
                    named.name,
                    name(axis),
                    axis.axis,
                    name(number),
                    number.axis
                );
                out.extend(self.agrees(&alias, *n, &text));
            }
        }
        out
    }
}

fn or_dyn(name: Option<Ident>) -> TokenStream {
    match name {
        Some(name) => quote! { #name },
        None => quote! { rt::Dyn },
    }
}
