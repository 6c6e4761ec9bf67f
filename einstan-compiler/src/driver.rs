//! The whole way, from tokens to tokens. `resolve` checks each function when it is whole; after that nothing can fail.

use crate::derivation::{self, Derivation, Way};
use crate::diagnostics::Diagnostics;
use crate::differentiate::{Backward, Derivatives};
use crate::ir::Function;
use crate::plan::Plans;
use crate::resolve::Program;
use crate::{codegen, differentiate, ir, normal, parse, plan, resolve, simplify};
use proc_macro2::TokenStream;
use quote::quote;

/// What `einstan!` becomes: every function's items, and an error for everything that is wrong.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let Program {
        facade,
        functions,
        inline,
    } = understand(tokens, &mut diagnostics);
    let errors = diagnostics.to_tokens();
    match inline {
        Some(vjp) => {
            let f = &functions[0];
            let plans = (!f.failed).then(|| plans(differentiated(&f.function, true)));
            codegen::inline(f, plans.as_ref(), &facade, vjp, errors)
        }
        None => {
            let items = functions.iter().map(|f| {
                let compiled = (!f.failed).then(|| compile(&f.function));
                codegen::function(f, compiled.as_ref(), &facade)
            });
            quote! { #errors #(#items)* }
        }
    }
}

/// The functions of an invocation, checked.
pub fn understand(tokens: TokenStream, diagnostics: &mut Diagnostics) -> Program {
    let invocation = parse::parse(tokens, diagnostics);
    resolve::resolve(invocation, diagnostics)
}

/// A function that is right: its plans, and its equations for people.
pub struct Compiled {
    pub plans: Plans,
    pub derivation: Derivation,
}

/// Compiles a function that is right.
pub fn compile(f: &Function) -> Compiled {
    let derivatives = differentiated(f, false);
    let derivation = derivation::of(f, &derivatives);
    Compiled {
        plans: plans(derivatives),
        derivation,
    }
}

/// What there is to read of a function.
pub struct Derived {
    pub derivation: Derivation,
    /// The way to each gradient, step by step.
    pub ways: Vec<Way>,
    /// The text of its `PLAN`.
    pub plan: String,
}

/// What there is to read of the functions of an invocation, or all that is wrong with it.
pub fn derive(tokens: TokenStream) -> Result<Vec<Derived>, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let program = understand(tokens, &mut diagnostics);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let derived = program.functions.iter().map(|f| {
        let compiled = compile(&f.function);
        Derived {
            derivation: compiled.derivation,
            ways: derivation::ways(&f.function),
            plan: compiled.plans.vjp.text,
        }
    });
    Ok(derived.collect())
}

/// All derivatives of a function that is right; of the inline form the pullback alone.
pub fn differentiated(f: &Function, inline: bool) -> Derivatives {
    let primal = normal(f);
    let more = f.has_derivative() && !inline;
    let second = more && f.has_second_derivative();
    let hvp = second && f.is_scalar();
    let jacobian = more.then(|| differentiate::jacobian(f));
    let deltas = jacobian.as_ref().map(|f| {
        let mut joint = Backward::from(normalised(f));
        simplify::simplify_with_deltas(&mut joint);
        joint
    });
    Derivatives {
        primal: primal.tensors.len(),
        vjp: simplified(match f.has_derivative() {
            true => differentiate::vjp(&primal),
            false => primal.clone().into(),
        }),
        jvp: more.then(|| simplified(differentiate::jvp(&primal).into())),
        pullback_tangent: second
            .then(|| simplified(differentiate::pullback_tangent(&primal).into())),
        hvp: hvp.then(|| simplified(differentiate::hvp(&primal).into())),
        jacobian: jacobian.map(|joint| simplified(normal(&joint).into())),
        deltas,
    }
}

/// The plans of a function that is right: of its value, and of its derivatives.
pub fn plans_of(f: &Function) -> Plans {
    plans(differentiated(f, false))
}

fn plans(derivatives: Derivatives) -> Plans {
    Plans {
        vjp: plan::plan(derivatives.vjp),
        jvp: derivatives.jvp.map(plan::plan),
        pullback_tangent: derivatives.pullback_tangent.map(plan::plan),
        hvp: derivatives.hvp.map(plan::plan),
        jacobian: derivatives.jacobian.map(plan::plan),
    }
}

/// The normal form that is differentiated and planned: simple already, as what goes here no derivative has, and with the
/// parts of products that the derivatives share.
pub fn normal(f: &Function) -> Function {
    let mut simple = Backward::from(normalised(f));
    simplify::simplify(&mut simple);
    normal::take_apart(&mut simple.function);
    debug_assert_eq!(ir::verify_normal(&simple.function), Ok(()));
    simple.function
}

fn normalised(f: &Function) -> Function {
    let mut f = f.clone();
    debug_assert_eq!(ir::verify(&f), Ok(()));
    normal::normalise(&mut f);
    debug_assert_eq!(ir::verify_normal(&f), Ok(()));
    f
}

fn simplified(mut joint: Backward) -> Backward {
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    simplify::simplify(&mut joint);
    debug_assert_eq!(ir::verify_normal(&joint.function), Ok(()));
    joint
}
