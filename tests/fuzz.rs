//! The compiler on damaged programs: it reports errors or gives code, and never panics.
//!
//! The corpus are the sources of `conformance/data`, right ones and wrong ones, and those below. Each case takes one of them
//! and changes it a few times: tokens are left out, said twice, exchanged, taken from another program, renamed.
//! `EINSTAN_CASES` says how many there are of them, and `EINSTAN_SEED` where they begin; one alone is printed.

use fastrand::Rng;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Constructs that no conformance case has.
const MORE: &[&str] = &[
    "fn f(mut W[n, m], const G[n, m], lr) { W[i, j] += -lr*G[i, j]; W[i, j] = W[i, j]^2; }",
    "fn f(x[n]) -> (u[n], v[n]) { u[t] = x[t] + v[pad(t-1)]; v[t] = 0.5*u[t] + v[pad(t-2)]; }",
    "fn f(A[n, n]) -> L[n, n] { L[i, j] = if i > j { (A[i, j] - sum[k](if k < j { L[i, k]*L[j, k] } else { 0 }))/L[j, j] } \
     else { A[i, j] }; }",
    "fn f(x[n]) -> (g[n], H[n, n]) { S[t] = sin(x[t]) + 0.5*S[pad(t-1)]; e = sum[t](S[t]^2); g[t] = d(e)/d(x[t]); \
     H[t, u] = d(g[t])/d(x[u]); }",
    "fn half(x) = 0.5*x; extern fn e(x) = m::e, d/dx = -2/sqrt(pi)*exp(-x^2); fn f(x[n]) -> y[n] { y[i] = half(e(x[i])); }",
    "fn g(x[n], a) -> (y[n], s) { y[i] = a*x[i]; s = sum[i](y[i]); } fn f(x[n]) -> z { (Q, _) = g(x, 0.5); z = sum[i](Q[i]); }",
    "pub fn dense: Y[i,j] = X[i,k] * W[k,j] + b[j];",
    "vjp Y[i,j] = X[i,k] * W[k,j] + b[j]",
    "#[einstan(store(H), recompute(Z))] fn f(x[n]) -> y[n] { H[i] = exp(x[i]); Z[i] = H[i]^2; y[i] = Z[i]; }",
    "fn f(E[v, c], t[n]: usize, dim m) -> (Y[n, c], k[n]: usize) { Y[i, c] = E[t[i], c]; k[i] = argmax[j](E[t[i], j]); \
     Y[pad(t[i]-1), c] += {m as f64} * E[clamp(i), wrap(c+1)]; }",
];

const WORDS: &[&str] = &[
    "i",
    "j",
    "k",
    "t",
    "n",
    "m",
    "x",
    "X",
    "Y",
    "H",
    "s",
    "0",
    "1",
    "2",
    "0.5",
    "1e300",
    "99999999999999999999",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ";",
    ":",
    "=",
    "+=",
    "==",
    "<",
    ">",
    "<=",
    "&&",
    "||",
    "!",
    "->",
    "..",
    "if",
    "else",
    "sum",
    "max",
    "softmax",
    "argmax",
    "logsumexp",
    "exp",
    "tanh",
    "pad",
    "clamp",
    "wrap",
    "len",
    "d",
    "fn",
    "mut",
    "const",
    "dim",
    "extern",
    "axis",
    "pub",
    "usize",
    "f32",
    "pi",
    "inf",
    "_",
    "#",
    "vjp",
];

fn corpus() -> Vec<Vec<String>> {
    let mut out: Vec<Vec<String>> = MORE.iter().map(|s| tokens(s)).collect();
    for text in [
        include_str!("conformance/data/seed.json"),
        include_str!("conformance/data/notation.json"),
        include_str!("conformance/data/peers.json"),
        include_str!("conformance/data/generated.json"),
        include_str!("conformance/data/rejects.json"),
    ] {
        let cases: Vec<serde_json::Value> = serde_json::from_str(text).expect("a list of cases");
        let sources = cases.iter().filter_map(|c| c["source"].as_str());
        out.extend(sources.map(tokens));
    }
    out
}

/// The words, numbers and signs of a source.
fn tokens(source: &str) -> Vec<String> {
    let pattern = regex::Regex::new(r"[\w.]+|->|\+=|==|!=|<=|>=|&&|\|\||\S").expect("a pattern");
    let all = pattern.find_iter(source).map(|m| m.as_str().to_string());
    all.collect()
}

fn damaged(corpus: &[Vec<String>], rng: &mut Rng) -> String {
    let pick = |rng: &mut Rng| &corpus[rng.usize(..corpus.len())];
    let mut out = pick(rng).clone();
    for _ in 0..rng.usize(1..5) {
        if out.is_empty() {
            break;
        }
        let (at, other) = (rng.usize(..out.len()), rng.usize(..out.len()));
        match rng.usize(..8) {
            0 => drop(out.remove(at)),
            1 => out.insert(at, out[other].clone()),
            2 => out.swap(at, other),
            3 => out[at] = rng.choice(WORDS).expect("there are words").to_string(),
            4 => out.insert(at, rng.choice(WORDS).expect("there are words").to_string()),
            5 => {
                let source = pick(rng);
                let from = rng.usize(..source.len());
                let to = (from + rng.usize(..12)).min(source.len());
                out.splice(at..at, source[from..to].to_vec());
            }
            // One name for another one leaves most programs well formed.
            _ => {
                let word = |t: &String| t.starts_with(char::is_alphabetic);
                let names: Vec<usize> = (0..out.len()).filter(|&k| word(&out[k])).collect();
                if let (Some(&to), Some(&from)) = (rng.choice(&names), rng.choice(&names)) {
                    out[to] = out[from].clone();
                }
            }
        }
    }
    out.join(" ")
}

/// What the facade hands to the compiler; None where rustc's lexer refuses it.
fn handed(source: &str) -> Option<TokenStream> {
    let facade = Group::new(Delimiter::Bracket, "::einstan".parse().expect("a path"));
    let mut tokens = TokenStream::from(TokenTree::Group(facade));
    tokens.extend(source.parse::<TokenStream>().ok()?);
    Some(tokens)
}

/// Runs `compile` on damaged programs.
fn survives(default: u64, compile: impl Fn(TokenStream)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let (cases, seed) = (
        number("EINSTAN_CASES").unwrap_or(default),
        number("EINSTAN_SEED").unwrap_or(0),
    );
    let corpus = corpus();
    let mut failures = Vec::new();
    for case in seed..seed + cases {
        let source = damaged(&corpus, &mut Rng::with_seed(case));
        // The one that exhausted the stack leaves no message.
        if cases == 1 {
            eprintln!("{source}");
        }
        let run = || handed(&source).into_iter().for_each(&compile);
        if catch_unwind(AssertUnwindSafe(run)).is_err() {
            failures.push(format!("{case}: {source}"));
        }
        // Places in sources would fill the memory.
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn what_is_damaged_is_understood_or_refused() {
    survives(20_000, |tokens| {
        let mut diagnostics = einstan_compiler::diagnostics::Diagnostics::new();
        einstan_compiler::understand(tokens, &mut diagnostics);
        diagnostics.errors();
    });
}

#[test]
fn what_is_damaged_becomes_code_or_errors() {
    survives(300, |tokens| drop(einstan_compiler::expand(tokens)));
}
