//! The words of the notation, which name nothing else; the word that a misspelt one was meant to be, and what stands here for
//! a word of other notations.
//!
//! Those of operations are in `op`.

use crate::op::{BinaryOp, ReduceOp, UnaryOp};

/// Normalisations: they take an index in brackets, which stays free.
pub(crate) const NORMALISERS: &[&str] = &["softmax", "log_softmax"];

/// What may stand around a whole subscript.
pub(crate) const WRAPPERS: &[&str] = &["pad", "clamp", "wrap"];

/// The other words of the notation.
pub(crate) const OTHERS: &[&str] = &[
    "len", "pi", "inf", "dim", "axis", "const", "mut", "if", "else",
];

/// Rust's keywords, which are no names unless they are written `r#..`.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "continue", "crate",
    "do", "dyn", "enum", "extern", "false", "final", "fn", "for", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// Whether the notation has a use of its own for `word`.
pub(crate) fn is_reserved(word: &str) -> bool {
    takes_index(word) || is_function(word) || WRAPPERS.contains(&word) || OTHERS.contains(&word)
}

/// Whether `word` takes indices in brackets: `sum[i](..)`, `softmax[j](..)`. Functions may be called so too.
pub(crate) fn takes_index(word: &str) -> bool {
    ReduceOp::of_word(word).is_some() || NORMALISERS.contains(&word)
}

/// Whether `word` is a built-in function of numbers.
pub(crate) fn is_function(word: &str) -> bool {
    UnaryOp::of_word(word).is_some() || BinaryOp::of_word(word).is_some()
}

/// Whether Rust reserves `word`.
pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}

/// Whether `word` is no identifier of Rust, whoever reserves it for equations.
pub(crate) fn is_rust_keyword(word: &str) -> bool {
    is_keyword(word) || ["if", "else", "const", "mut"].contains(&word)
}

/// Whether `word` is a keyword that stands in paths, and can't be written as a name.
pub(crate) fn begins_path(word: &str) -> bool {
    ["self", "super", "crate", "Self"].contains(&word)
}

/// A name as it stands in the source.
pub(crate) fn written(name: &str) -> String {
    match is_keyword(name) {
        true => format!("r#{name}"),
        false => name.to_string(),
    }
}

/// What a word of the notation is, for a message that refuses it as a name.
pub(crate) fn describe(word: &str) -> &'static str {
    if ReduceOp::of_word(word).is_some() {
        "a reduction of the notation"
    } else if NORMALISERS.contains(&word) {
        "a normalisation of the notation"
    } else if is_function(word) {
        "a function of the notation"
    } else {
        "a word of the notation"
    }
}

/// How the notation writes what other notations call `word`.
pub(crate) fn elsewhere(word: &str) -> Option<&'static str> {
    Some(match word {
        "log" => "the natural logarithm is `ln(x)`; there are `log2(x)` and `log10(x)`",
        "where" | "select" | "cond" => "a choice is `if x[i] > 0 { x[i] } else { 0 }`",
        "einsum" | "matmul" | "mm" | "bmm" | "dot" | "matvec" => {
            "a product is written with indices and summed over what both factors share, `X[i, k] * W[k, j]`"
        }
        "transpose" => {
            "a transposed tensor is read with its indices exchanged, `X[j, i]` for `X[i, j]`"
        }
        "norm" => "the length of a vector is `sqrt(sum[i](x[i]^2))`",
        "std" => {
            "a deviation is the root of a mean, `sqrt(mean[j]((X[i, j] - m[i])^2))`, with `m[i] = mean[j](X[i, j])` above"
        }
        "var" | "variance" => {
            "a variance is a mean of squares, `mean[j]((X[i, j] - m[i])^2)`, with `m[i] = mean[j](X[i, j])` above"
        }
        "average" | "avg" => "the mean is `mean[i](x[i])`",
        "square" | "sqr" => "a square is `x^2`",
        "maximum" | "minimum" => "of two numbers they are `max(a, b)` and `min(a, b)`",
        "clip" => "between two numbers it is `min(max(x, low), high)`",
        "logistic" | "expit" => "it is `sigmoid(x)`",
        "eye" | "identity" | "delta" | "kronecker" => {
            "1 where two indices are the same and else 0 is `(i == j)`"
        }
        "concat" | "concatenate" | "cat" | "stack" => {
            "what is put together is a choice by its index, `if i < len(n) { x[i] } else { y[i - len(n)] }`"
        }
        "grad" | "gradient" => "a derivative is `d(e) / d(x[i])`, of one tensor by another",
        "size" | "shape" => "the length of the dimension `n` is `len(n)`",
        _ => return None,
    })
}

/// The candidate that `word` most likely stands for, if one is close enough to be a slip of the keys.
pub(crate) fn nearest<'c, S: AsRef<str> + ?Sized + 'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c S>,
) -> Option<&'c str> {
    let limit = match word.chars().count() {
        0 => return None,
        1..=3 => 1,
        4..=5 => 2,
        _ => 3,
    };
    candidates
        .into_iter()
        .map(AsRef::as_ref)
        .filter(|c| *c != word)
        .map(|c| (distance(word, c), c))
        .filter(|(d, c)| *d <= limit && *d < c.chars().count().max(word.chars().count()))
        .min_by_key(|(d, c)| (*d, c.chars().count().abs_diff(word.chars().count())))
        .map(|(_, c)| c)
}

/// How many insertions, deletions, substitutions and swaps of neighbours lead from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.to_lowercase().chars().collect();
    let b: Vec<char> = b.to_lowercase().chars().collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 0..a.len() {
        let mut row = vec![i + 1];
        for j in 0..b.len() {
            let mut best = (above[j] + usize::from(a[i] != b[j]))
                .min(above[j + 1] + 1)
                .min(row[j] + 1);
            if i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j] {
                best = best.min(before[j - 1] + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_finds_slips_only() {
        assert_eq!(nearest("summ", ReduceOp::WORDS), Some("sum"));
        assert_eq!(nearest("sigmod", UnaryOp::WORDS), Some("sigmoid"));
        assert_eq!(nearest("thna", UnaryOp::WORDS), Some("tanh"));
        assert_eq!(nearest("quaternion", UnaryOp::WORDS), None);
        assert_eq!(nearest("std", ReduceOp::WORDS), None);
        assert_eq!(nearest("", UnaryOp::WORDS), None);
        let own = ["mish".to_string(), "huber".to_string()];
        assert_eq!(nearest("hubre", &own), Some("huber"));
    }

    #[test]
    fn an_exact_word_is_not_its_own_correction() {
        assert_eq!(nearest("exp", &["exp"]), None);
    }
}
