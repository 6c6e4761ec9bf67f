//! What does not parse: what is said, and what stays of the rest.

use super::*;

#[test]
fn one_bad_equation_hides_nothing() {
    let source = "y[i] = x[i] + * 2; z[i] = x[i]; (a, _) = 3; w = sum(x); v = x[i] u = 2; d(x) = 1";
    let (body, errors) = inline(tokens(source));
    assert_eq!(texts(&body), ["z[i] = x[i]", "v = x[i]", "u = 2"]);
    let damaged: Vec<_> = body.damaged.iter().map(|n| n.text.as_str()).collect();
    assert_eq!(damaged, ["y", "a", "w", "d"]);
    assert_eq!(errors.len(), 5, "{errors:?}");
    assert_eq!(errors[3], "syntax: expected `;` before `u`");
}

#[test]
fn one_bad_item_hides_nothing() {
    let source = "fn f(len[n], x[n]: f16, 3) -> y[n { } ] { y[i] = x[i]; } unsafe fn g() {} struct A; fn h() -> s { s = 2; }";
    let (invocation, errors) = read(tokens(source));
    let Form::Items(items) = invocation.form else {
        panic!("not items")
    };
    let [Item::Function(f), Item::Function(g), Item::Function(h)] = items.as_slice() else {
        panic!("{items:?}")
    };
    assert!(!f.unfinished && !g.unfinished && !h.unfinished);
    let names = f.signature.as_ref().map(|(p, r)| (p.len(), r.len()));
    assert_eq!(names, Some((2, 1)));
    assert_eq!(f.body.statements.len(), 1);
    assert_eq!(h.body.statements.len(), 1);
    assert_eq!(errors.len(), 6, "{errors:?}");
}

#[test]
fn what_is_missing_leaves_the_rest_of_a_function() {
    let source =
        "x fn f fn g(x[n]) -> fn h: #[doc = ] pub(x) fn k(x[n]) -> y[n] fn l: Y[i] = X[i, j]*";
    let (invocation, errors) = read(tokens(source));
    let Form::Items(items) = invocation.form else {
        panic!("not items")
    };
    let functions = items.iter().map(|i| match i {
        Item::Function(f) => (f.name.text.as_str(), f.unfinished, f.body.damaged.len()),
        _ => panic!("{i:?}"),
    });
    let found: Vec<_> = functions.collect();
    let whole = [
        ("f", true, 0),
        ("g", true, 0),
        ("h", true, 0),
        ("k", true, 0),
        ("l", false, 1),
    ];
    assert_eq!(found, whole);
    assert_eq!(errors.len(), 8, "{errors:?}");
}

#[test]
fn messages_say_what_was_expected() {
    for (source, wanted) in [
        ("2 * if a < b { 1 } else { 2 }", "stands in parentheses"),
        ("if a < b { 1 } else { 2 } + 1", "stands in parentheses"),
        ("if a < b { 1 }", "no `else`"),
        ("if a { 1 } else { 2 }", "expected a comparison"),
        ("if a = b { 1 } else { 2 }", "written `==`"),
        (
            "if 0 < x[i] < 1 { 1 } else { 2 }",
            "write `0 < x[i] && x[i] < 1`",
        ),
        ("i == j", "stands in parentheses"),
        ("sum[i](x[i] > 0)", "stands in parentheses"),
        ("sum(x)", "`sum[i](..)`"),
        ("softmax(A)", "`softmax[j](..)`"),
        ("max(a)", "`max[i](..)`"),
        (
            "summ[k](x[k])",
            "unknown-function: no reduction is called `summ`: did you mean `sum`?",
        ),
        ("d(Y[i])", "expected `/ d(..)`"),
        ("d(a*b)/d(c)", "`d(..)` takes one tensor"),
        ("X[..]", "reserved: `..`"),
        ("x[pad(i) + 1]", "around the whole subscript"),
        ("x[clamp(i, 1)]", "one position"),
        ("pad(i)", "reserved: `pad` stands only around"),
        ("tanh[i]", "reserved: `tanh` is a function"),
        ("tanh", "reserved: `tanh` is a function"),
        ("x[sum]", "reserved: `sum`"),
        ("sum[len](x)", "reserved: expected an index, but `len`"),
        ("len(2)", "the name of a dimension"),
        ("pi(2)", "reserved: `pi` is a number"),
        ("1f32", "unsupported-number"),
        ("x**2", "written `^`"),
        ("2(a + b)", "written with `*`"),
        ("{}", "a Rust expression"),
        ("a = b", "is a `;` missing"),
        ("type", "reserved: expected an expression, found `type`"),
        ("x[]", "a scalar is written `x`"),
        ("a[i: n]", "a dimension is given where"),
    ] {
        let message = error(source);
        assert!(message.contains(wanted), "{source}: {message}");
    }
    for (source, wanted) in [
        ("Y(i) = 2", "indices stand in brackets"),
        (
            "2 = y",
            "a left-hand side is a name with indices, like `Y[i, j]`",
        ),
        ("y -= 2", "write `+= -(..)`"),
        ("y == 2", "defined by `=`"),
        ("let y = 2", "no `let`"),
        (
            "tanh[i] = x[i]",
            "reserved: expected the name of a tensor or a scalar, but `tanh`",
        ),
        ("Y[..] = x", "reserved: `..`"),
        ("fn f() -> y { /// Doc\n y = 2; }", "begins with `//`"),
        ("y = a (b, c) = f(x)", "expected `;` before `(`"),
        ("(a, b) += f(x)", "with `=`"),
        ("y", "expected `=` or `+=`"),
        ("fn f(x[n]): y[n] { y[i] = x[i]; }", "follow `->`"),
        ("fn f(x[n]) -> y[n]", "expected `{`"),
        ("fn f<T>(x) -> y { y = x; }", "no type parameters"),
        (
            "fn f(X[n]: f16) -> y { y = 2; }",
            "`f32`, `f64`, `usize`, `i32`, `i64`, `u32` and `u8`",
        ),
        (
            "fn exp(x) = x;",
            "reserved: expected the name of a function, but `exp`",
        ),
        ("fn f(x[n]) = x;", "a name alone"),
        ("extern fn g(x) = a::b, d/dz = 2;", "`d/dx = ..`"),
        ("fn f(x) = x fn g(x) = x;", "expected `;` before `fn`"),
    ] {
        let message = error_of(source);
        assert!(message.contains(wanted), "{source}: {message}");
    }
}

/// The first `n` tokens of `stream`, groups closed.
fn truncated(stream: TokenStream, n: &mut usize) -> TokenStream {
    let mut kept = TokenStream::new();
    for tree in stream {
        if *n == 0 {
            break;
        }
        *n -= 1;
        kept.extend([match tree {
            TokenTree::Group(g) => Group::new(g.delimiter(), truncated(g.stream(), n)).into(),
            tree => tree,
        }]);
    }
    kept
}

#[test]
fn unfinished_input_never_panics() {
    let body = EXPRESSIONS
        .iter()
        .map(|e| format!("Y[i: n] += {e}; "))
        .collect::<String>();
    let source = tokens(&format!(
        "pub fn f(X[n, m], const W[m]: f32, dim c) -> (Y[n], s) {{ {body} (Q, _) = g(A); }}
         axis Pixel = 784; extern fn erfc(x) = special::erfc, d/dx = 2; fn swish(x) = x; fn s: y = x"
    ));
    let mut size = 0;
    loop {
        let mut left = size;
        read(truncated(source.clone(), &mut left));
        if left > 0 {
            break;
        }
        size += 1;
    }
    assert!(size > 500);
}
