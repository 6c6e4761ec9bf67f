//! How long the macro takes, by kind and number of equations: seconds for the whole expansion, and how much of it goes to
//! which part.
//!
//!     cargo bench -p einstan-compiler --bench expand            # 50, 100, 200 equations
//!     cargo bench -p einstan-compiler --bench expand -- 500     # as many as are said
//!
//! Twice as many equations should take twice as long, or a little more.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::{derivation, differentiated, expand, plan, understand};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::fmt::Write;
use std::time::Instant;

/// A kind of programs, by the number of their equations.
type Kind = (&'static str, fn(usize) -> String);

const KINDS: [Kind; 6] = [
    ("maps", maps),
    ("products", products),
    ("sums", sums),
    ("recurrences", recurrences),
    ("wide", wide),
    ("functions", functions),
];

/// `T1[i] = tanh(T0[i])*X[i]; T2[i] = tanh(T1[i])*X[i]; ..`
fn maps(n: usize) -> String {
    chain("X[n], Z[n]", "[n]", "[i]", n, |k| {
        format!("T{k}[i] = tanh({})*Z[i];", before(k, "[i]"))
    })
}

fn products(n: usize) -> String {
    chain("X[n,n], Z[n,n]", "[n,n]", "[i,j]", n, |k| {
        format!("T{k}[i,j] = {} * Z[k,j];", before(k, "[i,k]"))
    })
}

fn sums(n: usize) -> String {
    chain("X[n], Z[n]", "[n]", "[i]", n, |k| {
        format!("T{k}[i] = sum[j](tanh({} - Z[i]));", before(k, "[j]"))
    })
}

fn recurrences(n: usize) -> String {
    chain("X[n], Z[n]", "[n]", "[t]", n, |k| {
        format!("T{k}[t] = 0.5*T{k}[pad(t-1)] + tanh({});", before(k, "[t]"))
    })
}

/// Equations that read the parameters alone, and a result that all are added to.
fn wide(n: usize) -> String {
    let mut out = "pub fn f(X[n], Z[n]) -> s {".to_string();
    for k in 1..=n {
        let _ = write!(out, "T{k} = sum[i](X[i]^{k}*Z[i]); s += T{k};");
    }
    out + "}"
}

/// Small functions that have nothing to do with each other.
fn functions(n: usize) -> String {
    let mut out = "pub fn f0(X[n], Z[n]) -> Y[n] { Y[i] = X[i]*Z[i]; }".to_string();
    for k in 1..n {
        let _ = write!(
            out,
            "pub fn f{k}(X[n], Z[n]) -> Y[n] {{ Y[i] = exp(X[i])*Z[i] + {k}*Z[i]; }}"
        );
    }
    out
}

fn before(k: usize, at: &str) -> String {
    match k {
        1 => format!("X{at}"),
        _ => format!("T{}{at}", k - 1),
    }
}

fn chain(
    parameters: &str,
    axes: &str,
    at: &str,
    n: usize,
    equation: impl Fn(usize) -> String,
) -> String {
    let mut out = format!("pub fn f({parameters}) -> Y{axes} {{");
    (1..=n).for_each(|k| out += &equation(k));
    out + &format!("Y{at} = T{n}{at};}}")
}

/// What the facade hands to the compiler.
fn handed(source: &str) -> TokenStream {
    let facade = Group::new(Delimiter::Bracket, "::einstan".parse().expect("a path"));
    let mut tokens = TokenStream::from(TokenTree::Group(facade));
    tokens.extend(source.parse::<TokenStream>().expect("tokens"));
    tokens
}

fn seconds<R>(total: &mut f64, f: impl FnOnce() -> R) -> R {
    let begin = Instant::now();
    let out = f();
    *total += begin.elapsed().as_secs_f64();
    out
}

/// Seconds for the whole, then for the parts of it.
fn measure(source: &str) -> [f64; 6] {
    let (mut whole, mut parts) = (0.0, [0.0; 4]);
    let tokens = handed(source);
    seconds(&mut whole, || drop(expand(tokens)));
    let (tokens, mut diagnostics) = (handed(source), Diagnostics::new());
    let program = seconds(&mut parts[0], || understand(tokens, &mut diagnostics));
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.errors());
    for f in program.functions.iter().map(|f| &f.function) {
        let derivatives = seconds(&mut parts[1], || differentiated(f, false));
        seconds(&mut parts[2], || drop(derivation::of(f, &derivatives)));
        let joints = [Some(derivatives.vjp), derivatives.jvp, derivatives.hvp];
        let others = [derivatives.pullback_tangent, derivatives.jacobian];
        for joint in joints.into_iter().chain(others).flatten() {
            seconds(&mut parts[3], || drop(plan::plan(joint)));
        }
    }
    let [understood, differentiated, derived, planned] = parts;
    let rest = whole - parts.iter().sum::<f64>();
    [whole, understood, differentiated, derived, planned, rest]
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut sizes: Vec<usize> = arguments.iter().filter_map(|a| a.parse().ok()).collect();
    if sizes.is_empty() {
        sizes = vec![50, 100, 200];
    }
    let asked = |name: &str| arguments.iter().any(|a| a == name);
    let some = KINDS.iter().any(|(name, _)| asked(name));
    println!(
        "{:12}{:>6}{:>9}  resolve   differ.  derivat.      plan   codegen",
        "", "", "seconds"
    );
    for (name, program) in KINDS {
        if some && !asked(name) {
            continue;
        }
        for &n in &sizes {
            let row = measure(&program(n)).map(|s| format!("{s:9.3}"));
            println!("{name:12}{n:6}{}", row.join(" "));
        }
    }
}
