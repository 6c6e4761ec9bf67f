//! Tensors that carry the types of their axes: of functions that name an axis type in their signature.

use super::external::located;
use super::names::{self, parameter};
use super::signature::{Items, ident};
use crate::ir::{DimId, Fault, Length, Place, TensorId};
use crate::resolve::Declared;
use proc_macro2::{Ident, TokenStream};
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

    /// The type of an axis: an axis type, a type parameter, or `Dyn` where it is a number or an expression.
    pub(super) fn axis_of(&self, d: DimId) -> TokenStream {
        let dim = self.f.dim(d);
        match dim.length {
            _ if dim.axis => match self.alias_of(&dim.name) {
                Some(alias) => quote! { #alias },
                None => quote! { rt::Dyn },
            },
            _ => match self.parameter_of(d) {
                Some(name) => quote! { #name },
                None => quote! { rt::Dyn },
            },
        }
    }

    /// The type that a declaration of a result gives one of its axes.
    pub(super) fn declared_axis(&self, t: TensorId, axis: usize) -> Option<TokenStream> {
        let result = self.f.results.iter().position(|&r| r == t)?;
        let any = quote! { rt::Dyn };
        Some(match self.resolved.result_axes.get(result)?.get(axis)? {
            Declared::Axis(name) => self.alias_of(name).map_or(any, |alias| quote! { #alias }),
            Declared::Dimension(d) => self.axis_of(*d),
            Declared::Length => any,
        })
    }

    /// The types of a tensor's axes.
    pub(super) fn each_axis(&self, t: TensorId) -> Vec<TokenStream> {
        let axes = self.f.tensor(t).axes.iter().enumerate();
        axes.map(|(axis, &d)| {
            self.declared_axis(t, axis)
                .unwrap_or_else(|| self.axis_of(d))
        })
        .collect()
    }

    /// `(A0, n,)`
    pub(super) fn axes(&self, tensors: &[TensorId]) -> TokenStream {
        let each = tensors.iter().flat_map(|&t| self.each_axis(t));
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

    /// What derives `Clone` and `Debug` for a structure, without a condition on its axes:
    ///
    /// ```text
    /// impl<T: Clone, n: rt::AxisType> Clone for Gradient<T, n> { .. }
    /// impl<T: Debug, n: rt::AxisType> Debug for Gradient<T, n> { .. }
    /// ```
    pub(super) fn derive(&self, structure: &str, text: &str, fields: &[Ident]) -> TokenStream {
        let (bounds, ty) = (
            self.bounds(structure),
            self.structure(structure, &quote! { T }),
        );
        let name = format_ident!("{}", structure);
        let names = fields.iter().map(|f| f.to_string());
        quote! {
            impl<T: core::clone::Clone #bounds> core::clone::Clone for #ty {
                fn clone(&self) -> Self {
                    #name { #(#fields: core::clone::Clone::clone(&self.#fields),)* }
                }
            }

            impl<T: core::fmt::Debug #bounds> core::fmt::Debug for #ty {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    f.debug_struct(#text)#(.field(#names, &self.#fields))*.finish()
                }
            }
        }
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

    /// The same, to be changed: `rt::plain_mut(&mut g.X)`
    pub(super) fn unwrapped_mut(&self, place: TokenStream) -> TokenStream {
        match self.typed() {
            true => quote! { rt::plain_mut(&mut #place) },
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

    /// Checks lengths that an equation or the caller gives to an axis type: `rt::named::<(A0,)>("f", "Y", &[lens.d0])?;`
    pub(super) fn check_named(&self) -> TokenStream {
        let function = &self.f.name;
        let results = self.f.results.iter().enumerate().filter(|(at, t)| {
            let declared = self.resolved.result_axes.get(*at).into_iter().flatten();
            let axes = self.f.tensor(**t).axes.iter();
            let is_other = |(declared, &d): (&Declared, &DimId)| match declared {
                Declared::Axis(name) => !self.f.dim(d).axis || self.f.dim(d).name != *name,
                Declared::Dimension(_) | Declared::Length => false,
            };
            self.typed() && declared.zip(axes).any(is_other)
        });
        let each = results.map(|(at, &t)| {
            let text = &self.resolved.results[at].text;
            let (axes, lens) = (self.axes(&[t]), self.lens(t, &quote! { __lens }));
            quote! { rt::named::<#axes>(#function, #text, &#lens)?; }
        });
        quote! { #(#each)* }
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
                let n = proc_macro2::Literal::usize_unsuffixed(*n as usize);
                let holds = quote! { const _: () = core::assert!(rt::agree::<#alias>(#n), #text); };
                out.extend(located(holds, self.resolved.name.span));
            }
        }
        out
    }
}
