//! Programs that must not compile, and what they say: `tests/ui/<rule>/*.rs` with `*.stderr`.
//!
//! Snapshots hold for one version of the compiler; elsewhere a line says that they were not compared.

use std::process::Command;

/// The version whose messages the snapshots hold.
const VERSION: &str = "rustc 1.95.";

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
    trybuild::TestCases::new().compile_fail("tests/ui/*/*.rs");
}
