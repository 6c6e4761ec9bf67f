//! Programs that must not compile, and what they say: `tests/ui/<rule>/*.rs` with `*.stderr`, and `tests/axes/*.rs`, whose
//! mistakes are in the types of axes and found by rustc; and `docs/errors.md`, which shows them. Programs of which it is warned
//! make their warnings errors.
//!
//! Snapshots hold for one version of the compiler; elsewhere a line says that they were not compared.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::rule::{Rule, Warning};
use einstan_compiler::{parse, resolve};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The version whose messages the snapshots hold.
const VERSION: &str = "rustc 1.95.";

/// The folder of the programs: one folder for each rule.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui")
}

/// The names of all rules, with those of warnings.
fn rules() -> BTreeSet<&'static str> {
    let rules = Rule::ALL.iter().map(|r| r.name());
    rules.chain(Warning::ALL.iter().map(|w| w.name())).collect()
}

#[test]
fn every_rule_has_two_programs_and_every_program_a_rule() {
    let entries = |folder: &Path| -> Vec<PathBuf> {
        let entries = std::fs::read_dir(folder).expect("a folder of programs");
        entries.map(|e| e.expect("an entry").path()).collect()
    };
    let mut found = BTreeSet::new();
    for folder in entries(&folder()) {
        let is_program = |p: &&PathBuf| p.extension().is_some_and(|e| e == "rs");
        let programs = entries(&folder).iter().filter(is_program).count();
        assert!(programs > 1, "{} has two programs", folder.display());
        let name = folder.file_name().and_then(|n| n.to_str());
        found.insert(name.expect("text").to_string());
    }
    let mut rules: BTreeSet<String> = rules().into_iter().map(str::to_string).collect();
    // Programs that break several rules at once.
    rules.insert("several".to_string());
    assert_eq!(found, rules);
}

/// A section of `docs/errors.md`.
struct Section {
    /// Its heading.
    rule: &'static str,
    /// A program that breaks the rule.
    wrong: &'static str,
    /// What that gets.
    message: &'static str,
    /// What to write instead.
    right: &'static str,
}

/// `docs/errors.md`: its table of the rules, and its sections.
fn page() -> (&'static str, Vec<Section>) {
    let page = include_str!("../docs/errors.md");
    let (_, rules) = page.split_once("\n## All rules\n").expect("a table");
    let mut parts = rules.split("\n## ");
    let table = parts.next().expect("a table");
    let section = |text: &'static str| {
        let (rule, text) = text.split_once('\n').expect("a text below the heading");
        let blocks = text.split("```text\n").skip(1);
        let blocks: Vec<&str> = blocks.filter_map(|b| b.split("```").next()).collect();
        let [wrong, message, right] = blocks[..] else {
            panic!("`{rule}` has a program, its message, and what to write instead");
        };
        Section {
            rule,
            wrong,
            message,
            right,
        }
    };
    (table, parts.map(section).collect())
}

#[test]
fn every_rule_has_a_section_and_every_section_a_rule() {
    let (table, sections) = page();
    let found: BTreeSet<&str> = sections.iter().map(|s| s.rule).collect();
    assert_eq!(found, rules());
    for rule in rules() {
        let link = format!("[{rule}](#{rule})");
        assert!(table.contains(&link), "the table has no {link}");
    }
}

/// What rustc says of a warning before its text.
const DEPRECATED: &str = "use of deprecated constant `_::WARNING`";

/// Whether each line of `part` is one of `text`.
fn has(text: &str, part: &str) -> bool {
    part.lines()
        .all(|line| text.lines().any(|other| other.trim() == line.trim()))
}

#[test]
fn sections_show_programs_of_the_tests_and_what_they_get() {
    for s in page().1 {
        let is_warning = Warning::ALL.iter().any(|w| w.name() == s.rule);
        let title = match is_warning {
            true => format!("warning: {DEPRECATED}: einstan[{}]: ", s.rule),
            false => format!("error: einstan[{}]: ", s.rule),
        };
        assert!(s.message.starts_with(&title), "{} shows {title}", s.rule);
        let [warned, denied] = ["warning", "error"].map(|level| format!("{level}: {DEPRECATED}"));
        let message = s.message.replace(&warned, &denied);
        let files = std::fs::read_dir(folder().join(s.rule)).expect("the programs of a rule");
        let shown = files.map(|e| e.expect("an entry").path()).any(|path| {
            let read = |extension| std::fs::read_to_string(path.with_extension(extension));
            path.extension().is_some_and(|e| e == "stderr")
                && has(&read("stderr").expect("a message"), &message)
                && has(&read("rs").expect("its program"), s.wrong)
        });
        assert!(
            shown,
            "no program of tests/ui/{0} has the lines\n{1}and gets\n{2}",
            s.rule, s.wrong, s.message
        );
    }
}

#[test]
fn of_what_sections_say_to_write_instead_there_is_no_error_and_no_warning() {
    for s in page().1 {
        let mut diagnostics = Diagnostics::new();
        let tokens = s.right.parse().expect("tokens");
        let program = resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
        let errors: Vec<&str> = diagnostics
            .errors()
            .iter()
            .map(|e| e.message.as_str())
            .collect();
        assert_eq!(errors, [""; 0], "{}: {}", s.rule, s.right);
        let warnings = program.functions.iter().flat_map(|f| &f.warnings);
        let warnings: Vec<&str> = warnings.map(|w| w.message.as_str()).collect();
        assert_eq!(warnings, [""; 0], "{}: {}", s.rule, s.right);
        assert!(!program.functions.is_empty(), "{} has a function", s.rule);
    }
}

#[test]
fn mistakes_are_errors_worth_reading() {
    let version = Command::new("rustc")
        .arg("--version")
        .output()
        .map(|o| o.stdout)
        .unwrap_or_default();
    let version = String::from_utf8_lossy(&version).into_owned();
    if !version.starts_with(VERSION) {
        println!("not compared: the snapshots are of {VERSION}x, this is {version}");
        return;
    }
    let programs = trybuild::TestCases::new();
    programs.compile_fail("tests/ui/*/*.rs");
    programs.compile_fail("tests/axes/*.rs");
}
