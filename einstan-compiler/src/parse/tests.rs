//! Every construct of the language, what it parses to, and what is said where it does not.

mod damaged;

use super::parse;
use crate::ast::{
    Body, ElementType, Expr, ExprKind, Form, FunctionItem, Invocation, Item, ParamKind, Statement,
    SubscriptKind, print,
};
use crate::diagnostics::Diagnostics;
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;

fn read(source: TokenStream) -> (Invocation, Vec<String>) {
    let mut diagnostics = Diagnostics::new();
    let invocation = parse(source, &mut diagnostics);
    let errors = diagnostics
        .errors()
        .iter()
        .map(|e| format!("{}: {}", e.rule.name(), e.message))
        .collect();
    (invocation, errors)
}

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("Rust tokens")
}

fn items(source: &str) -> Vec<Item> {
    match read(tokens(source)) {
        (
            Invocation {
                form: Form::Items(items),
                ..
            },
            errors,
        ) => {
            assert!(errors.is_empty(), "{source}: {errors:?}");
            items
        }
        _ => panic!("{source}: not read as items"),
    }
}

fn function(source: &str) -> FunctionItem {
    match items(source).pop() {
        Some(Item::Function(f)) => f,
        other => panic!("{source}: {other:?}"),
    }
}

fn inline(source: TokenStream) -> (Body, Vec<String>) {
    match read(source) {
        (
            Invocation {
                form: Form::Inline { body, .. },
                ..
            },
            errors,
        ) => (body, errors),
        _ => panic!("not read as equations"),
    }
}

fn texts(body: &Body) -> Vec<String> {
    body.statements.iter().map(print::statement).collect()
}

/// The right-hand side `source`.
fn right(source: &str) -> Expr {
    let (mut body, errors) = inline(tokens(&format!("y = {source}")));
    assert!(errors.is_empty(), "{source}: {errors:?}");
    match body.statements.pop() {
        Some(Statement::Equation(e)) => e.right,
        other => panic!("{source}: {other:?}"),
    }
}

/// The only error of the right-hand side `source`.
fn error(source: &str) -> String {
    error_of(&format!("y = {source}"))
}

fn error_of(source: &str) -> String {
    let (_, errors) = read(tokens(source));
    assert_eq!(errors.len(), 1, "{source}: {errors:?}");
    errors.concat()
}

/// The tree of an expression, every operation in parentheses of its own.
fn shape(e: &Expr) -> String {
    let all = |es: &[(bool, Expr)], signs: [&str; 2]| -> String {
        let parts: Vec<String> = es
            .iter()
            .map(|(flag, e)| format!("{}{}", signs[usize::from(*flag)], shape(e)))
            .collect();
        format!("<{}>", parts.join(" "))
    };
    match &e.kind {
        ExprKind::Group(a) => format!("group {}", shape(a)),
        ExprKind::Neg(a) => format!("<neg {}>", shape(a)),
        ExprKind::Pow(a, b) => format!("<{} ^ {}>", shape(a), shape(b)),
        ExprKind::Rem(a, b) => format!("<{} % {}>", shape(a), shape(b)),
        ExprKind::Sum(addends) => all(addends, ["-", "+"]),
        ExprKind::Product(factors) => all(factors, ["*", "/"]),
        ExprKind::Indicator(c) => format!("is {}", print::condition(c)),
        _ => print::expr(e),
    }
}

#[test]
fn operators_bind_as_the_language_says() {
    for (source, wanted) in [
        ("-a*b", "<*<neg a> *b>"),
        ("-x^2", "<neg <x ^ 2>>"),
        ("2^-x", "<2 ^ <neg x>>"),
        ("2^3^4", "<2 ^ <3 ^ 4>>"),
        ("(2^3)^4", "<group <2 ^ 3> ^ 4>"),
        ("a*b/c*d", "<*a *b /c *d>"),
        ("a % b", "<a % b>"),
        ("a*b % c*d", "<*<<*a *b> % c> *d>"),
        ("a - b + c", "<+a -b +c>"),
        ("a - b*c", "<+a -<*b *c>>"),
        ("a*(b*c)", "<*a *group <*b *c>>"),
        ("a+-b", "<+a +<neg b>>"),
        ("(a<-b)", "is a < -b"),
        ("(a==-1)", "is a == -1"),
        ("((i == j))", "is i == j"),
        (
            "(i < j && j < k || !(a >= b))",
            "is i < j && j < k || !(a >= b)",
        ),
        (
            "((i < j || a < b) && c != d)",
            "is (i < j || a < b) && c != d",
        ),
        (
            "d(E)/d(Y[a,b]) * d(Y[a,b])/d(x)",
            "<*d(E)/d(Y[a,b]) *d(Y[a,b])/d(x)>",
        ),
        ("d + d[i]", "<+d +d[i]>"),
        ("pi * inf", "<*pi *inf>"),
    ] {
        assert_eq!(shape(&right(source)), wanted, "{source}");
    }
}

/// Right-hand sides of every kind, written as they are printed.
const EXPRESSIONS: &[&str] = &[
    "1.5",
    "1e-5",
    "X[0,j]",
    "X[2*y + r - 1]",
    "X[len(n) - 1 - i]",
    "X[i*len(m) + j]",
    "X[i/2, i%2]",
    "X[pad(y + r - 1)]",
    "X[pad(y + r - 1, -inf)]",
    "X[clamp(i + 1), wrap(j - 1)]",
    "E[tok[t], c] + V[lo[i] + 1]",
    "sum[i,j](x[i] * y[j]) + max[r: 3](x[r])",
    "sum[k: 2*m, l](x[k])",
    "softmax[j](if j <= i { S[i,j] } else { -inf })",
    "argmax[j](X[i,j])",
    "pow(a, b) + max(a, b) - min(a, 0.5) + atan2(y, x)",
    "if s <= t { a } else if s == 3 { b } else { c }",
    "(if s == t { a } else { b }) * c",
    "if i > 0 && x[i - 1] > 0 || !(a < b) { 1 } else { 0 }",
    "(tok[i] == j) * g[j]",
    "-sum[i,j](T[i,j] * ln(P[i,j]))",
    "(x[i]^2 + 1)^-2 + 2^-x[i] - x[i]^2",
    "d(Y[i,j])/d(W[k,l]) * d(s)/d(t)",
    "exp(X[i,k] * W[k,j]) * V[k]",
    "{n as f64} * len(n)",
    "nn::softmax(A, 0.5, len(n))",
    "::nn::f(A)",
    "(a % b) * c",
    "a - (b - c)",
    "α[ι] * r#type",
];

#[test]
fn expressions_print_as_they_are_written() {
    for source in EXPRESSIONS {
        assert_eq!(print::expr(&right(source)), *source);
    }
}

#[test]
fn a_rust_expression_stands_in_positions_too() {
    let e = right("X[{k}, i]");
    let ExprKind::Access(a) = &e.kind else {
        panic!("{e:?}")
    };
    assert!(matches!(
        &a.subscripts[0].kind,
        SubscriptKind::Plain(Expr {
            kind: ExprKind::Rust(_),
            ..
        })
    ));
    assert_eq!(print::expr(&e), "X[{k}, i]");
}

#[test]
fn signatures() {
    let f = function(
        "/// Doc\n #[inline] pub(crate) fn f(X[n, 2*m], const W[m, k]: f32, mut b[3,], dim c, s: f64, t[n]: usize,)
         -> (Y[(n + 2*p - r)/s + 1, k], k[n]: usize, e) { y = X; }",
    );
    assert_eq!(f.attributes.len(), 2);
    assert!(matches!(f.visibility, syn::Visibility::Restricted(_)));
    let (parameters, results) = f.signature.expect("the long form");
    let kinds: Vec<_> = parameters
        .iter()
        .map(|p| (p.name.text.as_str(), p.kind))
        .collect();
    use ParamKind::{Const, Dim, Mut, Variable};
    assert_eq!(
        kinds,
        [
            ("X", Variable),
            ("W", Const),
            ("b", Mut),
            ("c", Dim),
            ("s", Variable),
            ("t", Variable)
        ]
    );
    let elements: Vec<_> = parameters
        .iter()
        .map(|p| p.element.map(|(e, _)| e))
        .collect();
    use ElementType::{F32, F64, Usize};
    assert_eq!(
        elements,
        [None, Some(F32), None, None, Some(F64), Some(Usize)]
    );
    assert_eq!(parameters[2].dimensions.as_ref().map(Vec::len), Some(1));
    assert!(parameters[4].dimensions.is_none());
    let first = results[0].dimensions.as_ref().expect("dimensions");
    assert_eq!(print::expr(&first[0]), "(n + 2 * p - r) / s + 1");
    assert_eq!(results[1].element.map(|(e, _)| e), Some(Usize));
    assert_eq!(results.len(), 3);
}

#[test]
fn items_of_all_kinds_share_an_invocation() {
    let found = items(
        "axis Pixel = 784; /// Doc\n pub axis Batch; fn g(mut W[n]) {} fn swish(x) = x * sigmoid(x);
         extern fn h(x, y) = my::h, d/dx = y, d/dy = 2*x; fn mean(A[n]) -> m { m = sum[i](A[i]); }
         fn f(A[n]) -> m { m = mean(A); z = softplus(m) }",
    );
    let [
        Item::Axis(pixel),
        Item::Axis(batch),
        Item::Function(g),
        Item::Scalar(swish),
        Item::Extern(h),
        Item::Function(_),
        Item::Function(f),
    ] = found.as_slice()
    else {
        panic!("{found:?}")
    };
    assert_eq!(
        pixel.length.as_ref().map(print::expr).as_deref(),
        Some("784")
    );
    assert!(batch.length.is_none() && batch.attributes.len() == 1);
    assert!(matches!(batch.visibility, syn::Visibility::Public(_)));
    assert!(
        g.signature
            .as_ref()
            .is_some_and(|(_, results)| results.is_empty())
    );
    assert_eq!(print::expr(&swish.body), "x * sigmoid(x)");
    let rules: Vec<_> = h
        .rules
        .iter()
        .map(|(n, e)| (n.text.as_str(), print::expr(e)))
        .collect();
    assert_eq!(rules, [("x", "y".to_string()), ("y", "2 * x".to_string())]);
    assert_eq!(texts(&f.body), ["m = mean(A)", "z = softplus(m)"]);
}

#[test]
fn the_short_form_ends_where_an_item_begins() {
    let found =
        items("pub fn a: Y[i] = x[i]; Z[i] = Y[i]^2 fn b: w = 2; #[inline] fn c() -> s { s = 1; }");
    let counts: Vec<_> = found
        .iter()
        .map(|i| match i {
            Item::Function(f) => (f.signature.is_none(), f.body.statements.len()),
            _ => panic!("{i:?}"),
        })
        .collect();
    assert_eq!(counts, [(true, 2), (true, 1), (false, 1)]);
}

#[test]
fn the_inline_form() {
    let (invocation, errors) = read(
        quote!([my::einstan] vjp Y[i: n, j: 2*m] = X[i,k]; h[t[i]: b] += w[i]; (Q, _) = f(A);),
    );
    assert!(errors.is_empty());
    assert_eq!(invocation.facade.to_string(), "my :: einstan");
    let Form::Inline { vjp: Some(_), body } = invocation.form else {
        panic!("not inline")
    };
    assert_eq!(
        texts(&body),
        [
            "Y[i: n, j: 2*m] = X[i,k]",
            "h[t[i]: b] += w[i]",
            "(Q, _) = f(A)"
        ]
    );
    let (invocation, _) = read(quote!(vjp[i] = x[i]));
    assert_eq!(invocation.facade.to_string(), quote!(::einstan).to_string());
    assert!(matches!(invocation.form, Form::Inline { vjp: None, .. }));
}

#[test]
fn captured_fragments_are_looked_through() {
    let captured = |t| TokenTree::from(Group::new(Delimiter::None, t));
    let (sum, access) = (captured(quote!(a + b)), captured(quote!(x[i])));
    let (index, left) = (captured(captured(quote!(i)).into()), captured(quote!(y[i])));
    let (body, errors) = inline(quote!(#left = #sum * #access + z[#index] * 2^#sum));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(texts(&body), ["y[i] = (a + b) * x[i] + z[i] * 2^(a + b)"]);
    let condition = captured(quote!(i < j));
    let (body, errors) = inline(quote!(y = if #condition { 1 } else { 0 }));
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(texts(&body), ["y = if i < j { 1 } else { 0 }"]);
    let negative = proc_macro2::Literal::f64_unsuffixed(-1.5);
    let (body, _) = inline(quote!(y = x^#negative));
    assert_eq!(texts(&body), ["y = x^-1.5"]);
}

#[test]
fn every_word_has_a_place() {
    let (body, _) = inline(tokens(
        "Y[i: n, 2*j] = a*sum[k: m](X[t[i], pad(k - len(n))])*nn::f({m as f64}) + if i < k { b } else { r#fn } + W[k,] *",
    ));
    let places = body.words.iter().flatten().map(|w| {
        let place = format!("{:?}", w.place);
        format!(
            "{} {}",
            w.name.text,
            place.split("(TokenStream").next().unwrap_or_default()
        )
    });
    let found: Vec<String> = places.collect();
    let words = "Y Tensor(2), i Subscript, n Dimension, j Subscript, a Alone, sum Reduction, k Subscript, m Dimension, \
                 X Tensor(2), t Tensor(1), i Subscript, pad Function, k Subscript, len Function, n Dimension, f Path, \
                 m Rust, f64 Rust, i Alone, k Alone, b Alone, fn Alone, W Tensor(1), k Subscript";
    assert_eq!(found.join(", "), words);
}

#[test]
fn deep_nesting_is_an_error_and_long_chains_are_not() {
    let nested = |open: &str, close: &str| format!("{}a{}", open.repeat(400), close.repeat(400));
    for source in [
        nested("(", ")"),
        nested("-", ""),
        nested("2^", ""),
        nested("x[", "]"),
        nested("f(", ")"),
        nested("x[pad(", ")]"),
        nested("sum[i](", ")"),
        nested("a%", ""),
        format!("if {} a < b {{ 1 }} else {{ 2 }}", "!".repeat(400)),
        format!("{} {{ 2 }}", "if a < b { 1 } else ".repeat(400)),
        format!("if {} a < b {{ 1 }} else {{ 2 }}", "a < b && ".repeat(400)),
    ] {
        assert!(error(&source).contains("levels deep"));
    }
    right(&nested("a + ", ""));
    right(&nested("a * ", ""));
    right(&format!("{}1{}", "{".repeat(400), "}".repeat(400)));
}

/// A random right-hand side, from a linear congruential sequence.
fn random(state: &mut u64, depth: u32) -> String {
    let mut pick = |n: u64| {
        *state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (*state >> 33) % n
    };
    const LEAVES: &[&str] = &[
        "a",
        "2",
        "0.5",
        "X[i,j]",
        "len(n)",
        "d(s)/d(x[i])",
        "(i == j)",
        "x[pad(i - 1)]",
    ];
    if depth == 0 {
        return LEAVES[pick(LEAVES.len() as u64) as usize].to_string();
    }
    let kind = pick(13);
    let (flip, other) = (pick(2) == 0, pick(3) as u32);
    let a = random(state, depth - 1);
    let b = random(state, depth.saturating_sub(1 + other));
    match kind {
        0 => format!("({a}) + {b}"),
        1 => format!("({a}) - ({b})"),
        2 => format!("({a}) * ({b})"),
        3 => format!("({a}) / ({b}) * 3"),
        4 => format!("(({a}) % ({b}))"),
        5 => format!("-({a})"),
        6 => format!("({a})^({b})"),
        7 => format!("({a})^-({b})"),
        8 => format!("exp({a})"),
        9 => format!("sum[i]({a})"),
        10 => format!("(if ({a}) < ({b}) {{ {a} }} else {{ {b} }})"),
        11 if flip => format!("(!(({a}) < ({b})) || i < j && ({b}) != 2)"),
        11 => format!("({a}) * (({b}) % 2) % 3"),
        _ => format!("(({a}))"),
    }
}

#[test]
fn what_is_printed_prints_the_same_again() {
    let mut state = 7;
    for _ in 0..2000 {
        let source = random(&mut state, 4);
        let once = print::expr(&right(&format!("({source})")));
        assert_eq!(print::expr(&right(&once)), once, "{source}");
    }
}
