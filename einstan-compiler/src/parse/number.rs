//! Literals: Rust's numbers, without a suffix.

use super::cursor::{Parsed, failure};
use crate::ast::Number;
use crate::rule::Rule;
use proc_macro2::Span;

/// The number that the literal `text` is.
pub(crate) fn number(text: &str, span: Span) -> Parsed<Number> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        let instead = match text.contains("->") {
            true => "an einsum is an equation here, like `C[i, k] = A[i, j] * B[j, k]`",
            false => "texts and characters have no place here",
        };
        return failure(
            Rule::UnsupportedNumber,
            span,
            format!("expected a number, found {text}: {instead}"),
        );
    }
    let digits: String = text.chars().filter(|c| *c != '_').collect();
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(rest) = digits.strip_prefix(prefix) {
            return match u64::from_str_radix(rest, radix) {
                Ok(whole) => Ok(Number::Whole(whole)),
                Err(_) => failure(
                    Rule::UnsupportedNumber,
                    span,
                    format!("`{text}` is no whole number below 2^64"),
                ),
            };
        }
    }
    let length = written(&digits);
    let (value, suffix) = digits.split_at(length);
    if !suffix.is_empty() {
        let fix = if is_rust_suffix(suffix) {
            format!("numbers have no suffix here: write `{value}`")
        } else {
            format!("a number has no suffix; for a product write `{value} * {suffix}`")
        };
        return failure(Rule::UnsupportedNumber, span, format!("`{text}`: {fix}"));
    }
    if value.bytes().all(|b| b.is_ascii_digit())
        && let Ok(whole) = value.parse()
    {
        return Ok(Number::Whole(whole));
    }
    match value.parse::<f64>() {
        Ok(real) if real.is_finite() => Ok(Number::Real(real)),
        _ => failure(
            Rule::UnsupportedNumber,
            span,
            format!("`{text}` is too large for a number: write `inf` for infinity"),
        ),
    }
}

fn is_rust_suffix(suffix: &str) -> bool {
    let width = suffix.trim_start_matches(['f', 'i', 'u']);
    suffix.len() == width.len() + 1 && matches!(width, "8" | "16" | "32" | "64" | "128" | "size")
}

/// How many bytes of `text` are the number: digits, a fraction, an exponent.
fn written(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digits = |from: usize| {
        bytes[from..]
            .iter()
            .take_while(|b| b.is_ascii_digit())
            .count()
    };
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end + 1 + sign);
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Number, String> {
        number(text, Span::call_site()).map_err(|f| f.message)
    }

    #[test]
    fn numbers_are_rusts() {
        assert_eq!(read("1_000"), Ok(Number::Whole(1000)));
        assert_eq!(read("2."), Ok(Number::Real(2.0)));
        assert_eq!(read("1.5"), Ok(Number::Real(1.5)));
        assert_eq!(read("1e-5"), Ok(Number::Real(1e-5)));
        assert_eq!(read("1E5"), Ok(Number::Real(1e5)));
        assert_eq!(read("0xff"), Ok(Number::Whole(255)));
        assert_eq!(
            read("99999999999999999999999"),
            Ok(Number::Real(99999999999999999999999.0))
        );
    }

    #[test]
    fn suffixes_and_texts_are_refused() {
        assert!(read("1f32").unwrap_err().contains("write `1`"));
        assert!(read("2usize").unwrap_err().contains("write `2`"));
        assert!(read("2x").unwrap_err().contains("write `2 * x`"));
        assert!(read("1e999").unwrap_err().contains("`inf`"));
        assert!(read("\"a\"").unwrap_err().contains("texts"));
        assert!(read("0x1f_u32").unwrap_err().contains("whole number"));
    }
}
