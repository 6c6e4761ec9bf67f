//! Programs that must not compile, and what they say: `tests/ui/<rule>/*.rs` with `*.stderr`, and `tests/axes/*.rs`, whose
//! mistakes are in the types of axes and found by rustc.
//!
//! Snapshots hold for one version of the compiler; elsewhere a line says that they were not compared.

use einstan_compiler::rule::Rule;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// The version whose messages the snapshots hold.
const VERSION: &str = "rustc 1.95.";

#[test]
fn every_rule_has_a_program_and_every_program_a_rule() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let found: BTreeSet<String> = std::fs::read_dir(folder)
        .expect("the folder of the programs")
        .map(|e| {
            e.expect("an entry")
                .file_name()
                .into_string()
                .expect("text")
        })
        .collect();
    let mut rules: BTreeSet<String> = Rule::ALL.iter().map(|r| r.name().to_string()).collect();
    // Programs that break several rules at once.
    rules.insert("several".to_string());
    assert_eq!(found, rules);
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
