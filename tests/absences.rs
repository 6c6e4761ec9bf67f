//! What the packages must not know of each other: the compiler no arrays, the runtime no syntax.

use std::collections::BTreeSet;
use std::process::Command;

/// Everything that a package depends on, by any way but for its tests.
fn tree(package: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--prefix",
            "none",
            "--edges",
            "normal,build",
        ])
        .args(["--format", "{lib}", "--package", package])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("text");
    let word = |line: &str| line.split_whitespace().next().map(str::to_string);
    text.lines().skip(1).filter_map(word).collect()
}

#[test]
fn the_compiler_knows_no_arrays() {
    let tree = tree("einstan-compiler");
    assert!(tree.contains("syn"), "the tree is read: {tree:?}");
    for absent in ["ndarray", "einstan_runtime", "einstan"] {
        assert!(
            !tree.contains(absent),
            "einstan-compiler depends on {absent}"
        );
    }
}

#[test]
fn the_runtime_knows_no_syntax() {
    let tree = tree("einstan-runtime");
    assert!(tree.contains("ndarray"), "the tree is read: {tree:?}");
    for absent in [
        "syn",
        "quote",
        "proc_macro2",
        "einstan_compiler",
        "einstan_macros",
        "einstan",
    ] {
        assert!(
            !tree.contains(absent),
            "einstan-runtime depends on {absent}"
        );
    }
}

#[test]
fn the_shim_knows_the_compiler_and_what_that_knows() {
    let mut known = tree("einstan-compiler");
    known.insert("einstan_compiler".to_string());
    assert_eq!(tree("einstan-macros"), known);
}
