//! Every kind of parameter has a name of its own.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::{parse, resolve};

fn errors(source: &str) -> Vec<String> {
    let mut diagnostics = Diagnostics::new();
    let tokens = source.parse().expect("tokens");
    resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
    diagnostics
        .errors()
        .iter()
        .map(|e| format!("{}: {}", e.rule.name(), e.message))
        .collect()
}

#[test]
fn a_length_and_a_tensor_of_one_name_are_an_error() {
    for source in [
        "fn f(dim x, x[n]) -> y[n] { y[i] = x[i]; }",
        "fn f(x[n], dim x) -> y[n] { y[i] = x[i]; }",
        "fn f(dim x, x) -> y[x] { y[i] = x*i; }",
    ] {
        let found = errors(source);
        assert!(
            found
                .iter()
                .any(|e| e.starts_with("parameter-twice") && e.contains("`x`")),
            "{source}: {found:?}"
        );
    }
}

#[test]
fn a_scalar_function_and_a_function_of_one_name_are_an_error() {
    let found = errors("fn g(x) = 2*x; fn g(x[n]) -> y[n] { y[i] = x[i]; }");
    assert!(found.iter().any(|e| e.contains("`g`")), "{found:?}");
}
