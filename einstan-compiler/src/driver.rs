//! The whole way, from tokens to tokens. `resolve` checks each function when it is whole; after that nothing can fail.

use crate::diagnostics::Diagnostics;
use crate::differentiate::Backward;
use crate::ir::Function;
use crate::plan::{Plan, Plans};
use crate::resolve::{Program, Resolved};
use crate::{codegen, differentiate, ir, normal, parse, plan, resolve, simplify};
use proc_macro2::TokenStream;
use quote::quote;

/// What `einstan!` becomes: every function's items, and an error for everything that is wrong.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let invocation = parse::parse(tokens, &mut diagnostics);
    let program = resolve::resolve(invocation, &mut diagnostics);
    let Program {
        facade,
        functions,
        inline,
    } = program;
    let errors = diagnostics.to_tokens();
    match inline {
        Some(vjp) => {
            let f = &functions[0];
            codegen::inline(f, plans_of(f, true).as_ref(), &facade, vjp, errors)
        }
        None => {
            let items = functions
                .iter()
                .map(|f| codegen::function(f, plans_of(f, false).as_ref(), &facade));
            quote! { #errors #(#items)* }
        }
    }
}

/// The plans of a function: of its value, and of its derivatives. None where it is wrong.
pub fn plans_of(f: &Resolved, inline: bool) -> Option<Plans> {
    if f.failed {
        return None;
    }
    let primal = normal(&f.function);
    let more = f.function.has_derivative() && !inline;
    let hvp = more && f.function.is_scalar();
    Some(Plans {
        vjp: planned(differentiate::vjp(&primal)),
        jvp: more.then(|| planned(differentiate::jvp(&primal).into())),
        pullback_tangent: more.then(|| planned(differentiate::pullback_tangent(&primal).into())),
        hvp: hvp.then(|| planned(differentiate::hvp(&primal).into())),
        jacobian: more.then(|| planned(normal(&differentiate::jacobian(&f.function)).into())),
    })
}

/// The normal form that is differentiated and planned: simple already, as what goes here no derivative has, and with the
/// parts of products that the derivatives share.
pub fn normal(f: &Function) -> Function {
    let mut f = f.clone();
    debug_assert_eq!(ir::verify(&f), Ok(()));
    normal::normalise(&mut f);
    debug_assert_eq!(ir::verify_normal(&f), Ok(()));
    let mut simple = Backward::from(f);
    simplify::simplify(&mut simple);
    normal::take_apart(&mut simple.function);
    debug_assert_eq!(ir::verify_normal(&simple.function), Ok(()));
    simple.function
}

fn planned(mut joint: Backward) -> Plan {
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    simplify::simplify(&mut joint);
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    plan::plan(joint)
}
