//! The reference lists every rule by the name that its errors have.

use einstan_compiler::rule::Rule;

#[test]
fn every_rule_is_listed() {
    let text = include_str!("../docs/reference.md");
    let missing = Rule::ALL.iter().map(|r| r.name());
    let missing: Vec<&str> = missing
        .filter(|name| !text.contains(&format!("\n| `{name}` |")))
        .collect();
    assert_eq!(missing, [""; 0]);
}
