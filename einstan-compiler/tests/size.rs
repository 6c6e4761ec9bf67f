//! Large programs: each becomes code, or an error that says what to do, on the stack that rustc gives a macro. That each comes
//! to an end soon shows in how long this takes.

use einstan_compiler::expand;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// What becomes of a source on a stack of 4 MB, half of what there is: the message of its first error, if it has one.
fn error(source: String) -> Option<String> {
    let run = move || {
        let out = expanded(&source);
        let (_, message) = out.split_once("compile_error ! { \"")?;
        Some(message.split_once('"')?.0.to_string())
    };
    let thread = std::thread::Builder::new().stack_size(4 << 20).spawn(run);
    thread.expect("a thread").join().expect("no panic")
}

fn expanded(source: &str) -> String {
    let facade = Group::new(Delimiter::Bracket, "::einstan".parse().expect("a path"));
    let mut tokens = TokenStream::from(TokenTree::Group(facade));
    tokens.extend(source.parse::<TokenStream>().expect("tokens"));
    expand(tokens).to_string()
}

fn is_refused(source: String, because: &str) {
    let begin: String = source.chars().take(60).collect();
    let message = error(source).unwrap_or_default();
    assert!(message.contains(because), "{begin}: {message}");
    assert!(message.contains("in an equation of its own"));
}

fn is_right(source: String) {
    let begin: String = source.chars().take(60).collect();
    assert_eq!(error(source), None, "{begin}");
}

fn joined(n: usize, sign: &str, operand: impl Fn(usize) -> String) -> String {
    (0..n).map(operand).collect::<Vec<_>>().join(sign)
}

/// A function of one equation.
fn scalar(right: &str) -> String {
    format!("fn f(x[n], a) -> s {{ s = {right}; }}")
}

#[test]
fn long_sums_and_products_are_refused() {
    let x = |k: usize| format!("x[{k}]");
    for sign in [" + ", " - "] {
        is_refused(scalar(&joined(10_000, sign, x)), "more than 256 addends");
        is_refused(
            scalar(&joined(10_000, sign, |_| "a".to_string())),
            "more than 256 addends",
        );
    }
    for sign in [" * ", " / "] {
        is_refused(scalar(&joined(10_000, sign, x)), "more than 64 factors");
    }
    // However they are put together.
    let inner = format!("({})", joined(200, " + ", x));
    is_refused(
        scalar(&format!("{inner} - {inner}")),
        "more than 256 addends",
    );
    let position = format!("x[{}]", joined(3000, " + ", |_| "1".to_string()));
    is_refused(scalar(&position), "more than 256 addends");
}

#[test]
fn what_is_not_too_long_becomes_code() {
    is_right(scalar(&joined(256, " + ", |k| format!("x[{k}]"))));
    is_right(scalar(&joined(256, " - ", |_| "a".to_string())));
    is_right(scalar(&joined(20, " * ", |k| format!("x[{k}]"))));
    is_right(scalar(&joined(40, " * ", |_| "a".to_string())));
}

#[test]
fn deep_nesting_is_refused() {
    for source in [
        scalar(&format!("{}a{}", "(".repeat(10_000), ")".repeat(10_000))),
        scalar(&format!("{}a", "- ".repeat(10_000))),
        scalar(&format!("a{}", "^a".repeat(10_000))),
        scalar(&format!("a{}", "%a".repeat(10_000))),
        scalar(&format!(
            "{} {{ a }}",
            "if a > 0 { 1 } else ".repeat(10_000)
        )),
        scalar(&format!(
            "if {} a > 0 {{ 1 }} else {{ a }}",
            "a > 0 && ".repeat(10_000)
        )),
        scalar(&format!(
            "if {} a > 0 {{ 1 }} else {{ a }}",
            "a > 0 || ".repeat(10_000)
        )),
        scalar(&format!(
            "if {} (a > 0) {{ 1 }} else {{ a }}",
            "!".repeat(10_000)
        )),
    ] {
        is_refused(source, "levels deep");
    }
}

/// Scalar functions, each defined by the one before, and a function that calls the last one.
fn chain(n: usize, body: impl Fn(String) -> String) -> String {
    let each = (1..=n).map(|k| format!("fn f{k}(x) = {};", body(format!("f{}", k - 1))));
    let each: String = each.collect();
    format!("fn f0(x) = tanh(x); {each} fn g(x[n]) -> y[n] {{ y[i] = f{n}(x[i]); }}")
}

#[test]
fn scalar_functions_that_call_each_other_do_not_explode() {
    let with = "with the functions that it calls";
    is_refused(chain(50, |f| format!("{f}(x)*{f}(x)")), with);
    is_refused(chain(50, |f| format!("{f}(x) + {f}(x + 1)")), with);
    is_refused(chain(50, |f| format!("max({f}(x), {f}(x + 1))")), with);
    is_refused(chain(50, |f| format!("{f}({f}(x))")), with);
    is_refused(chain(500, |f| format!("tanh({f}(x))")), with);
    is_right(chain(50, |f| format!("tanh({f}(x))")));
    is_right(chain(5, |f| format!("{f}(x)*{f}(x)")));
    is_right(chain(5, |f| format!("max({f}(x), {f}(x + 1))")));
}

#[test]
fn many_functions_equations_and_axes_become_code() {
    is_right(joined(40, " ", |k| {
        format!("fn f{k}(X[n]) -> Y[n] {{ Y[i] = exp(X[i])*{k}; }}")
    }));
    let all = |letter: &str| joined(100, ",", |k| format!("{letter}{k}"));
    let (n, i) = (all("n"), all("i"));
    is_right(format!("fn f(X[{n}]) -> s {{ s = sum[{i}](X[{i}]); }}"));
    let more = joined(500, " ", |k| format!("s += {k}*x[{k}];"));
    is_right(format!("fn f(x[n]) -> s {{ {more} }}"));
    let squares = (1..=30).map(|k| format!("T{k}[i] = T{0}[i]*T{0}[i];", k - 1));
    let squares: String = squares.collect();
    is_right(format!(
        "fn f(X[n]) -> Y[n] {{ T0[i] = X[i]; {squares} Y[i] = T30[i]; }}"
    ));
}

#[test]
fn long_chains_of_equations_become_code() {
    let maps = (1..=500).map(|k| format!("T{k}[i] = tanh(T{0}[i])*Z[i];", k - 1));
    let maps: String = maps.collect();
    is_right(format!(
        "fn f(X[n], Z[n]) -> Y[n] {{ T0[i] = X[i]; {maps} Y[i] = T500[i]; }}"
    ));
}

#[test]
fn code_of_products_with_a_common_part_grows_with_their_number() {
    let length = |n: usize| {
        let all = |text: &dyn Fn(usize) -> String| (0..n).map(text).collect::<Vec<_>>().join(", ");
        let (factors, results) = (
            all(&|k| format!("C{k}[p, q]")),
            all(&|k| format!("Y{k}[n, q]")),
        );
        let equations: String = (0..n)
            .map(|k| format!("Y{k}[i,l] = A[i,j]*B[j,k]*C{k}[k,l];"))
            .collect();
        let source = format!("fn f(A[n, m], B[m, p], {factors}) -> ({results}) {{ {equations} }}");
        expanded(&source).len()
    };
    let (few, many) = (length(5), length(10));
    assert!(many < 3 * few, "{few} and {many} letters");
}
