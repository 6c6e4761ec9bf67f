//! Files and what becomes of them: `cases/*.rs` and `*.formatted` beside each. `EINSTAN_BLESS=1` writes the latter.

use einstan_fmt::{Formatted, difference, format};
use std::path::Path;

fn assert_same(name: &str, wanted: &str, found: &str) {
    let lines = difference::lines(wanted, found);
    assert!(wanted == found, "{name}:\n{lines}");
}

/// All that is wrong, as the command line says it.
fn problems(formatted: &Formatted) -> Vec<String> {
    let problem = |p: &einstan_fmt::Problem| format!("{}:{}: {}", p.line, p.column, p.message);
    formatted.problems.iter().map(problem).collect()
}

#[test]
fn files_become_what_stands_beside_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let files = einstan_fmt::files::below(&folder).expect("the cases");
    assert!(files.len() > 5);
    for path in files {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(&path).expect("a case");
        let formatted = format(&text);
        let beside = path.with_extension("formatted");
        if std::env::var_os("EINSTAN_BLESS").is_some() {
            std::fs::write(&beside, &formatted.text).expect("the formatted case");
        }
        let wanted = std::fs::read_to_string(&beside).expect("the formatted case");
        assert_same(&name, &wanted, &formatted.text);
        assert_same(&name, &wanted, &format(&wanted).text);
        let refused = name.ends_with("refused.rs");
        assert_eq!(
            formatted.problems.is_empty(),
            !refused,
            "{:?}",
            problems(&formatted)
        );
    }
}

#[test]
fn ends_of_lines_stay_those_of_windows() {
    let text = include_str!("cases/comments.rs").replace('\n', "\r\n");
    let wanted = include_str!("cases/comments.formatted").replace('\n', "\r\n");
    assert_same("comments", &wanted, &format(&text).text);
}

#[test]
fn tabs_stay_tabs() {
    let text =
        "fn f() {\n\teinstan! {\n fn f(x)=x;\n\t\tfn g(x[n])->s {\n\t s=x[0]\n\t + x[1]; } }\n}\n";
    let wanted = "fn f() {\n\teinstan! {\n\t\tfn f(x) = x;\n\t\tfn g(x[n]) -> s {\n\t\t\ts = x[0]\n\t\t\t\t+ x[1];\n\t\t}\n\t}\n}\n";
    assert_same("tabs", wanted, &format(text).text);
}

#[test]
fn marks_and_lines_for_the_shell_are_no_hindrance() {
    let text = "\u{feff}#!/bin/sh \"\n// é\nfn f() { einstan!{s=x[0]} }\n";
    let wanted = "\u{feff}#!/bin/sh \"\n// é\nfn f() { einstan!{ s = x[0] } }\n";
    assert_same("shell", wanted, &format(text).text);
}

#[test]
fn what_cannot_be_parsed_stays_and_says_where() {
    let formatted = format(include_str!("cases/refused.rs"));
    assert_eq!(
        problems(&formatted),
        [
            "2:41: einstan[syntax]: expected an expression, found `;`",
            "3:12: einstan[syntax]: expected an item or an equation, found `[`",
        ]
    );
    assert_eq!(formatted.changes.len(), 2);
    let open = format("fn f() {\n    einstan! { s = x[0] }\n");
    assert_eq!(open.text, "fn f() {\n    einstan! { s = x[0] }\n");
    assert!(problems(&open)[0].contains("this file is no Rust"));
    let deep = format!(
        "einstan! {{ s = {}x{} }}",
        "(".repeat(3000),
        ")".repeat(3000)
    );
    assert!(problems(&format(&deep))[0].contains("levels deep"));
}

#[test]
fn nothing_is_read_of_a_file_without_the_word() {
    assert!(format("this is ' no Rust").problems.is_empty());
}
