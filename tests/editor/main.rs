//! What rust-analyzer makes of equations: it expands the macro itself, and looks for words of the source in what came of them.
//!
//! `program/` is opened in a copy, beside the lock file of the project. Where rust-analyzer is not installed in
//! the version that is tested, a line says that nothing was checked.

mod server;

use serde_json::{Value, json};
use server::{Place, Server, VERSION, start};
use std::path::{Path, PathBuf};

/// The copy of the crate, which finds the project by its full path.
fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (from, to) = (
        root.join("tests/editor/program"),
        Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor"),
    );
    std::fs::create_dir_all(to.join("src")).expect("a folder");
    let manifest = std::fs::read_to_string(from.join("Cargo.toml")).expect("a manifest");
    let path = format!("path = {:?}", root.display().to_string().replace('\\', "/"));
    let manifest = manifest.replace("path = \"../../..\"", &path);
    std::fs::write(to.join("Cargo.toml"), manifest).expect("a manifest is written");
    std::fs::copy(root.join("Cargo.lock"), to.join("Cargo.lock")).expect("the lock file");
    std::fs::copy(from.join("src/lib.rs"), to.join("src/lib.rs")).expect("the source");
    to
}

/// The place of `|` in a pattern, which without it stands once in the text.
fn at(text: &str, pattern: &str) -> Place {
    let (before, after) = pattern.split_once('|').expect("a `|`");
    let plain = format!("{before}{after}");
    let found: Vec<usize> = text.match_indices(&plain).map(|(at, _)| at).collect();
    assert_eq!(found.len(), 1, "`{pattern}` in\n{text}");
    let at = found[0] + before.len();
    let line = text[..at].matches('\n').count();
    let character = at - text[..at].rfind('\n').map_or(0, |n| n + 1);
    Place { line, character }
}

fn all(text: &str, patterns: &[&str]) -> Vec<Place> {
    let mut places: Vec<Place> = patterns.iter().map(|p| at(text, p)).collect();
    places.sort();
    places
}

fn hover(server: &mut Server, pattern: &str) -> String {
    let place = at(&server.text, pattern);
    let answer = server.ask("hover", place, json!({}));
    answer["contents"]["value"]
        .as_str()
        .unwrap_or_default()
        .to_string()
}

fn shows(server: &mut Server, pattern: &str, texts: &[&str]) {
    let shown = hover(server, pattern);
    for text in texts {
        assert!(
            shown.contains(text),
            "`{pattern}` does not show `{text}`:\n{shown}"
        );
    }
}

fn hovers(server: &mut Server) {
    let dense = "`X[n, m]`, a parameter of `dense`: f32 or f64";
    shows(
        server,
        "dense(|X[n, m], W[m, h], b[h]) -> Y",
        &["const X: notation::Tensor<(n, m)>", dense, "X: &ArrayRef"],
    );
    shows(
        server,
        "H[i, j] = |X[i, k]",
        &["const X: notation::Tensor<(n, m)>", dense],
    );
    shows(
        server,
        "swish(|H[i, j])",
        &["`H[n, h]`, an intermediate tensor of `dense`"],
    );
    shows(
        server,
        "|Y[i, j] = swish",
        &["`Y[n, h]`, a result of `dense`"],
    );
    shows(
        server,
        "Z = dense(X, W, |b);",
        &["const b: notation::Tensor<(h,)>", "a parameter of `loss`"],
    );
    shows(
        server,
        "|Z = dense(X, W, b);",
        &["const Z: notation::Tensor<(n, h)>"],
    );
    shows(server, "X[i, |k]*W", &["notation::Index"]);
    shows(server, "j: |h](Z", &["A length in `loss`"]);
    shows(server, "{|n as f64}", &["A length in `dense`"]);
    shows(
        server,
        "P[n, |Pixel]",
        &["The axis `Pixel`, of length 784."],
    );
    shows(server, "x*|sigmoid(x)", &["1/(1 + exp(-x))"]);
    shows(
        server,
        "s = q + |sum[i, j: h]",
        &["the sum over all values of `i`"],
    );
    shows(server, "|swish(H", &["fn swish(x: notation::Number)"]);
    shows(
        server,
        "Z = |dense(X, W, b);",
        &["pub fn dense<T>", "A dense layer."],
    );
    shows(server, "q = other::|norm(b);", &["pub fn norm<T>"]);
    shows(server, "t*|b[i] + exp", &["b: &"]);
    shows(
        server,
        "let Y = |dense",
        &["pub fn dense<T>", "A dense layer.", "Returns `Y[n, h]`"],
    );
}

fn definitions(server: &mut Server) {
    for (from, to) in [
        ("H[i, j] = |X[i, k]", "dense(|X[n, m], W[m, h], b[h]) -> Y"),
        ("swish(|H[i, j])", "|H[i, j] = X"),
        ("|Y[i, j] = swish", "-> |Y[n, h]"),
        ("X[i, |k]*W", "X[i, |k]*W"),
        ("X[i, k]*W[|k, j]", "X[i, |k]*W"),
        ("-> Y[|n, h]", "dense(X[|n, m], W[m, h], b[h]) -> Y"),
        ("j: |h](Z", "loss(X[n, m], W[m, |h]"),
        ("|swish(H", "fn |swish(x)"),
        ("Z = |dense(X, W, b);", "pub fn |dense"),
        ("q = other::|norm(b);", "pub fn |norm"),
        ("P[n, |Pixel]", "axis |Pixel"),
        ("let Y = |dense", "pub fn |dense"),
        ("= |dense::vjp", "pub fn |dense"),
        ("gradient.|X", "dense(|X[n, m], W[m, h], b[h]) -> Y"),
        ("t*|b[i] + exp", "calls(X: &Array2<f64>, |b"),
    ] {
        let place = at(&server.text, from);
        let answer = server.ask("definition", place, json!({}));
        let found = server.words(&answer);
        assert!(found.contains(&at(&server.text, to)), "{from}: {answer}");
    }
}

/// Renaming at a declaration, with all that follows.
fn renames(server: &mut Server) {
    for (at_, follow) in [
        (
            "dense(|X[n, m], W[m, h], b[h]) -> Y",
            &["H[i, j] = |X[i, k]", "gradient.|X"][..],
        ),
        ("|H[i, j] = X", &["swish(|H[i, j])"]),
        ("fn |swish(x)", &["|swish(H"]),
        (
            "pub fn |dense",
            &[
                "Z = |dense(X, W, b);",
                "let Y = |dense",
                "gradient: |dense::Gradient",
                "= |dense::vjp",
            ],
        ),
        ("axis |Pixel", &["P[n, |Pixel]"]),
        (
            "dense(X[|n, m], W[m, h], b[h]) -> Y",
            &["-> Y[|n, h]", "{|n as f64}"],
        ),
        (
            "dense(X[n, m], W[m, |h], b[h]) -> Y",
            &["dense(X[n, m], W[m, h], b[|h]) -> Y", "-> Y[n, |h]"],
        ),
        ("|q = other", &["s = |q +"]),
    ] {
        let place = at(&server.text, at_);
        let answer = server.ask("rename", place, json!({ "newName": "renamed" }));
        let files = answer["documentChanges"].as_array().into_iter().flatten();
        let edits = files.flat_map(|file| file["edits"].as_array().into_iter().flatten());
        let mut found: Vec<Place> = edits.map(|e: &Value| start(&e["range"])).collect();
        found.sort();
        let wanted = all(&server.text, &[&[at_], follow].concat());
        assert_eq!(found, wanted, "{at_}: {answer}");
    }
}

/// Programs that somebody is writing: what becomes of which part, where the cursor is, and something that is offered there.
const UNFINISHED: &[(&str, &str, &str, &str)] = &[
    ("W[k, j] + b[j];", "W[k, j] + ;", "W[k, j] + |;", "b"),
    ("W[k, j] + b[j];", "W[k, j] + ta;", "+ ta|;", "tanh"),
    ("W[k, j] + b[j];", "W[];", "W[|];", "k"),
    ("W[k, j] + b[j];", "W[k, ];", "W[k, |];", "j"),
    ("swish(H[i, j])*{n as f64};", "swi", "= swi|", "swish"),
    ("Z = dense(X, W, b);", "Z = den;", "Z = den|;", "dense"),
    (
        "Z = dense(X, W, b);",
        "Z = dense(X, );",
        "dense(X, |);",
        "W",
    ),
    ("other::norm(b)", "other::", "other::|", "norm"),
    (
        "-> Q[n] {\n        Q[i] = sum[p](P[i, p]);\n    }",
        "-> Q[Pi]",
        "Q[Pi|]",
        "Pixel",
    ),
    (
        "-> Q[n] {\n        Q[i] = sum[p](P[i, p]);\n    }",
        "-> Q[n] { Q[i] = }",
        "Q[i] = |}",
        "P",
    ),
];

fn unfinished(server: &mut Server) {
    let whole = server.text.clone();
    for &(part, written, cursor, offered) in UNFINISHED {
        assert_eq!(whole.matches(part).count(), 1, "{part}");
        server.change(whole.replace(part, written));
        let place = at(&server.text, cursor);
        let errors = server.errors();
        assert!(!errors.is_empty(), "{written}");
        for error in &errors {
            assert!(
                error.line.abs_diff(place.line) <= 1,
                "{written}: {errors:?}"
            );
        }
        let answer = server.ask("completion", place, json!({}));
        let items = answer.get("items").unwrap_or(&answer).as_array();
        let mut labels = items
            .into_iter()
            .flatten()
            .filter_map(|i| i["label"].as_str());
        assert!(
            labels.any(|l| l == offered),
            "{cursor}: {offered} is not offered: {answer}"
        );
        // The other functions, and the signature of this one, are what they were.
        shows(server, "x*|sigmoid(x)", &["1/(1 + exp(-x))"]);
        shows(
            server,
            "let Y = |dense",
            &["pub fn dense<T>(X: &", "A dense layer."],
        );
        shows(
            server,
            "pub fn dense(|X[n, m]",
            &["`X[n, m]`, a parameter of `dense`"],
        );
    }
    server.change(whole);
    assert_eq!(server.errors(), []);
}

#[test]
fn editors_find_their_way() {
    let Some(mut server) = Server::start(&program(), "src/lib.rs") else {
        return eprintln!("`{VERSION}` is not installed: nothing was checked");
    };
    assert_eq!(server.errors(), []);
    hovers(&mut server);
    definitions(&mut server);
    renames(&mut server);
    unfinished(&mut server);
}
