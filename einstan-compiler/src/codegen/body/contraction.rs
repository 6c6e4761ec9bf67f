//! Matrix products: calls of the runtime with two tensors, a target and their indices.

use super::expr::Emitter;
use super::{Body, Use, sink, source};
use crate::ir::{ExprId, TensorId};
use crate::plan::Contraction;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Body<'_> {
    /// Emits
    ///
    /// ```text
    /// { let s1 = saved.b1.source([lens.d0, lens.d1]); let mut w2 = t2.reborrow();
    ///   rt::contract(alpha, s0, [0, 0], s1, [0, 0], false, &mut w2, [0, 0],
    ///       &[Loop { len: lens.d0, a: [1, 0], b: [0, 0], c: [1, 0] }, ..], &mut work.scratch); }
    /// ```
    pub(super) fn contract(&self, c: &Contraction) -> TokenStream {
        let mut sources = vec![c.a.0];
        sources.extend((c.b.0 != c.a.0).then_some(c.b.0));
        let (alpha_binds, alpha) = self.alpha(c.alpha, &mut sources);
        let binds = sources.iter().map(|&t| self.bind(t, Use::Read));
        let target = self.bind(c.target, Use::Write);
        let (a, b, w) = (source(c.a.0), source(c.b.0), sink(c.target));
        let mut e = Emitter::new(self, None);
        let [a_at, b_at, c_at] = [&c.a.1, &c.b.1, &c.left].map(|s| e.start(s, &c.loops));
        let mut loops = Vec::new();
        for &i in &c.loops {
            let len = self.len(self.f.index(i).dim);
            let [a, b, c] = [&c.a.1, &c.b.1, &c.left].map(|s| e.steps(s, i));
            loops.push(quote! { Loop { len: #len, a: #a, b: #b, c: #c } });
        }
        let positions = e.outer;
        let adds = self.adds(c.mode);
        let name = format_ident!(
            "{}",
            if c.band.is_some() {
                "contract_in_band"
            } else {
                "contract"
            }
        );
        let band = c.band.as_ref().map(|band| self.band(band, &c.loops));
        quote! {
            {
                #(#binds)*
                #target
                #alpha_binds
                #(#positions)*
                rt::#name(#alpha, #a, #a_at, #b, #b_at, #adds, &mut #w, #c_at, &[#(#loops),*], #band &mut work.scratch);
            }
        }
    }

    /// The scalar factor of a contraction; the tensors that it reads join `sources`.
    fn alpha(
        &self,
        alpha: Option<ExprId>,
        sources: &mut Vec<TensorId>,
    ) -> (TokenStream, TokenStream) {
        let Some(alpha) = alpha else {
            return (TokenStream::new(), self.real(1.0));
        };
        for t in self.f.reads(alpha) {
            if !sources.contains(&t) {
                sources.push(t);
            }
        }
        let mut e = Emitter::new(self, None);
        let value = e.value(alpha);
        let lets = e.outer;
        (quote! { let fused = rt::Fused::No; #(#lets)* }, value)
    }
}
