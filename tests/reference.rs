//! The reference lists every rule by the name that its errors have, and every warning; what editors show has every word of the
//! notation.

use einstan_compiler::op::{BinaryOp, ReduceOp, UnaryOp};
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

#[test]
fn every_operation_has_a_word_for_editors() {
    let text = include_str!("../einstan-runtime/src/notation.rs");
    let words = UnaryOp::ALL.iter().map(|op| op.word());
    let words = words.chain(BinaryOp::ALL.iter().map(|op| op.word()));
    let words = words.chain(ReduceOp::ALL.iter().map(|op| op.word()));
    let words = words.filter(|word| word.starts_with(char::is_alphabetic));
    let missing: Vec<&str> = words
        .filter(|word| !text.contains(&format!("\n        {word}(")))
        .collect();
    assert_eq!(missing, [""; 0]);
}
