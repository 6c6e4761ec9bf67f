//! The whole way, from tokens to tokens. After `check` nothing can fail.

use crate::diagnostics::Diagnostics;
use crate::plan::Plan;
use crate::resolve::{Program, Resolved};
use crate::{check, codegen, differentiate, ir, normal, parse, plan, resolve, simplify};
use proc_macro2::TokenStream;
use quote::quote;

/// What `einstan!` becomes: every function's items, and an error for everything that is wrong.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let invocation = parse::parse(tokens, &mut diagnostics);
    let mut program = resolve::resolve(invocation, &mut diagnostics);
    check::check(&mut program, &mut diagnostics);
    let Program {
        facade,
        functions,
        inline,
    } = program;
    let errors = diagnostics.to_tokens();
    match inline {
        Some(vjp) => {
            let f = &functions[0];
            codegen::inline(f, plan_of(f).as_ref(), &facade, vjp, errors)
        }
        None => {
            let items = functions
                .iter()
                .map(|f| codegen::function(f, plan_of(f).as_ref(), &facade));
            quote! { #errors #(#items)* }
        }
    }
}

/// The plan of a function that is right.
fn plan_of(f: &Resolved) -> Option<Plan> {
    if f.failed {
        return None;
    }
    let mut function = f.function.clone();
    debug_assert_eq!(ir::verify(&function), Ok(()));
    normal::normalise(&mut function);
    debug_assert_eq!(ir::verify_normal(&function), Ok(()));
    let mut joint = differentiate::vjp(&function);
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    simplify::simplify(&mut joint);
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    Some(plan::plan(joint))
}
