//! The reference lists every rule by the name that its errors have, and every warning.

use einstan_compiler::rule::{Rule, Warning};

#[test]
fn every_rule_is_listed() {
    let text = include_str!("../docs/reference.md");
    let warnings = Warning::ALL.iter().map(|w| w.name());
    let missing: Vec<&str> = Rule::ALL
        .iter()
        .map(|r| r.name())
        .chain(warnings)
        .filter(|name| !text.contains(&format!("\n| `{name}` |")))
        .collect();
    assert_eq!(missing, [""; 0]);
}
