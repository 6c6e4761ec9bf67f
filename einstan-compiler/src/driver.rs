//! The whole way, from tokens to tokens. `resolve` checks each function when it is whole; after that nothing can fail.

use crate::derivation::{self, Derivation, Way};
use crate::diagnostics::Diagnostics;
use crate::differentiate::{Backward, Derivatives};
use crate::ir::Function;
use crate::plan::Plans;
use crate::resolve::Program;
use crate::{codegen, differentiate, ir, normal, parse, plan, resolve, simplify, threads};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

/// What `einstan!` becomes: every function's items, and an error for everything that is wrong.
pub fn expand(tokens: TokenStream) -> TokenStream {
    let mut diagnostics = Diagnostics::new();
    let program = understand(tokens, &mut diagnostics);
    let errors = diagnostics.to_tokens();
    // First: an editor that completes a word compares what stands before it with and without the word.
    let editors = codegen::editors(&program);
    let Program {
        facade,
        axes,
        functions,
        ..
    } = &program;
    match program.inline {
        Some(vjp) => {
            let f = &functions[0];
            let plans = (!f.failed).then(|| plans(differentiated(&f.function, true)));
            codegen::inline(f, plans.as_ref(), facade, vjp, quote! { #editors #errors })
        }
        None => {
            let right = functions.iter().map(|f| (!f.failed).then_some(&f.function));
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            let compiled = threads::each(right.collect(), threads, &|f| f.map(compile));
            let items = functions.iter().zip(&compiled);
            let items = items.map(|(f, compiled)| codegen::function(f, compiled.as_ref(), facade));
            let axes = axes.iter().map(|a| codegen::axis(a, facade));
            quote! { #editors #errors #(#axes)* #(#items)* }
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
    let joints = derivatives.clone();
    let derivation = || derivation::of(f, &derivatives);
    let (plans, derivation) = match is_large(f) {
        true => threads::both(|| plans(joints), derivation),
        false => (plans(joints), derivation()),
    };
    Compiled { plans, derivation }
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

/// A derivative that is made by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Vjp,
    Jvp,
    PullbackTangent,
    Hvp,
    Jacobian,
    Deltas,
}

/// The derivatives that a function has; in the inline form the pullback alone.
fn kinds(f: &Function, inline: bool) -> Vec<Kind> {
    let more = f.has_derivative() && !inline;
    let second = more && f.has_second_derivative();
    let hvp = second && f.is_scalar();
    let kinds = [
        (Kind::Vjp, true),
        (Kind::Deltas, more),
        (Kind::Jvp, more),
        (Kind::Jacobian, more),
        (Kind::PullbackTangent, second),
        (Kind::Hvp, hvp),
    ];
    let kinds = kinds.into_iter().filter(|(_, has)| *has);
    kinds.map(|(kind, _)| kind).collect()
}

/// Whether there is enough to do for several threads: to begin one takes as long as a part of an equation.
fn is_large(f: &Function) -> bool {
    f.equations.len() >= 16
}

/// All derivatives of a function that is right; of the inline form the pullback alone.
pub fn differentiated(f: &Function, inline: bool) -> Derivatives {
    let primal = normal(f);
    let kinds = kinds(f, inline);
    let threads = if is_large(f) { kinds.len() } else { 1 };
    let made = threads::each(kinds, threads, &|kind| (kind, derivative(f, &primal, kind)));
    let mut made: BTreeMap<Kind, Backward> = made.into_iter().collect();
    Derivatives {
        primal: primal.tensors.len(),
        vjp: made.remove(&Kind::Vjp).expect("all functions have one"),
        jvp: made.remove(&Kind::Jvp),
        pullback_tangent: made.remove(&Kind::PullbackTangent),
        hvp: made.remove(&Kind::Hvp),
        jacobian: made.remove(&Kind::Jacobian),
        deltas: made.remove(&Kind::Deltas),
    }
}

fn derivative(f: &Function, primal: &Function, kind: Kind) -> Backward {
    simplified(match kind {
        Kind::Vjp if f.has_derivative() => differentiate::vjp(primal),
        Kind::Vjp => primal.clone().into(),
        Kind::Jvp => differentiate::jvp(primal).into(),
        Kind::PullbackTangent => differentiate::pullback_tangent(primal).into(),
        Kind::Hvp => differentiate::hvp(primal).into(),
        Kind::Jacobian => normal(&differentiate::jacobian(f)).into(),
        Kind::Deltas => {
            let mut joint = Backward::from(normalised(&differentiate::jacobian(f)));
            simplify::simplify_with_deltas(&mut joint);
            return joint;
        }
    })
}

/// The plans of a function that is right: of its value, and of its derivatives.
pub fn plans_of(f: &Function) -> Plans {
    plans(differentiated(f, false))
}

fn plans(derivatives: Derivatives) -> Plans {
    let Derivatives {
        vjp,
        jvp,
        pullback_tangent,
        hvp,
        jacobian,
        ..
    } = derivatives;
    let large = is_large(&vjp.function);
    let joints = vec![Some(vjp), jvp, pullback_tangent, hvp, jacobian];
    let threads = if large { joints.len() } else { 1 };
    let mut planned = threads::each(joints, threads, &|joint| joint.map(plan::plan)).into_iter();
    let mut next = || planned.next().flatten();
    Plans {
        vjp: next().expect("all functions have one"),
        jvp: next(),
        pullback_tangent: next(),
        hvp: next(),
        jacobian: next(),
    }
}

/// The normal form that is differentiated and planned: simple already, as what goes here no derivative has, and with the
/// parts of products that the derivatives share.
pub fn normal(f: &Function) -> Function {
    let mut simple = Backward::from(normalised(f));
    simplify::simplify_primal(&mut simple);
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
