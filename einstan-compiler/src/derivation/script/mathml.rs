//! Formulas in MathML Core, which browsers show by themselves.
//!
//! What is written stands on one line and inside of tags, with entities for what HTML or Markdown would read otherwise.

use super::{Number, Script, entities, greek, is_tight, numbered, scientific};
use crate::derivation::formula::{Fence, Mark, Name, Operator, Relation};

/// MathML; `write` gives what stands inside of `<math>`.
pub struct MathMl;

impl MathMl {
    /// A tensor with the marks of a derivative before it.
    fn marked(&self, marks: &str, tensor: String) -> String {
        match marks.is_empty() {
            true => tensor,
            false => format!("<mrow>{marks}{tensor}</mrow>"),
        }
    }
}

impl Script for MathMl {
    const LINEAR: bool = false;

    fn number(&self, value: f64) -> String {
        match scientific(value) {
            (number, None) => format!("<mn>{number}</mn>"),
            (number, Some(exponent)) => {
                let sign = if exponent < 0 { "<mo>−</mo>" } else { "" };
                let ten = format!(
                    "<msup><mn>10</mn><mrow>{sign}<mn>{}</mn></mrow></msup>",
                    exponent.unsigned_abs()
                );
                match number == "1" {
                    true => ten,
                    false => format!("<mrow><mn>{number}</mn><mo>·</mo>{ten}</mrow>"),
                }
            }
        }
    }

    fn symbol(&self, name: &str) -> String {
        match name.chars().all(|c| c.is_ascii_digit()) {
            true => format!("<mn>{name}</mn>"),
            false => format!("<mi>{}</mi>", word(name)),
        }
    }

    fn code(&self, text: &str) -> String {
        format!("<mtext>{}</mtext>", entities(text))
    }

    fn access(&self, name: &Name, subscripts: &[String], tight: bool) -> String {
        let marks: String = name
            .marks
            .iter()
            .map(|mark| match mark {
                Mark::Cotangent => "<mi>∂</mi>",
                Mark::Tangent => "<mi mathvariant=\"normal\">d</mi>",
            })
            .collect();
        let (letters, number) = numbered(name);
        let base = format!("<mi>{}</mi>", word(letters));
        let list = format!("<mrow>{}</mrow>", subscripts.join(separator(tight)));
        let number = match (number, subscripts.is_empty()) {
            (Some(Number::Written(n)), true) => {
                return self.marked(&marks, format!("<msub>{base}<mn>{n}</mn></msub>"));
            }
            (Some(Number::Written(n)), false) => Some(self.parentheses(format!("<mn>{n}</mn>"))),
            (Some(Number::Made(n)), _) => Some(format!(
                "<mrow><mo stretchy=\"false\">&#91;</mo><mn>{n}</mn><mo stretchy=\"false\">&#93;</mo></mrow>"
            )),
            (None, _) => None,
        };
        let tensor = match (number, subscripts.is_empty()) {
            (None, true) => base,
            (Some(number), true) => format!("<msup>{base}{number}</msup>"),
            (None, false) => format!("<msub>{base}{list}</msub>"),
            (Some(number), false) => format!("<msubsup>{base}{list}{number}</msubsup>"),
        };
        self.marked(&marks, tensor)
    }

    fn element(&self, of: String, subscripts: &[String], tight: bool) -> String {
        match subscripts.is_empty() {
            true => of,
            false => {
                let list = subscripts.join(separator(tight));
                format!("<msub>{of}<mrow>{list}</mrow></msub>")
            }
        }
    }

    fn partial(&self, of: String, by: String) -> String {
        format!("<mfrac><mrow><mi>∂</mi>{of}</mrow><mrow><mi>∂</mi>{by}</mrow></mfrac>")
    }

    fn delta(&self, subscripts: [String; 2], tight: bool) -> String {
        let list = subscripts.join(separator(tight));
        format!("<msub><mi>δ</mi><mrow>{list}</mrow></msub>")
    }

    fn addend(&self, first: bool, negative: bool, addend: String) -> String {
        match (first, negative) {
            (true, false) => addend,
            (true, true) => format!("<mo form=\"prefix\">−</mo>{addend}"),
            (false, false) => format!("<mo>+</mo>{addend}"),
            (false, true) => format!("<mo>−</mo>{addend}"),
        }
    }

    fn product(&self, factors: Vec<String>, dots: &[bool]) -> String {
        let mut out = String::from("<mrow>");
        for (at, factor) in factors.iter().enumerate() {
            if at > 0 {
                out.push_str(match dots[at - 1] {
                    true => "<mo>·</mo>",
                    false => "<mspace width=\"0.17em\"></mspace>",
                });
            }
            out.push_str(factor);
        }
        out + "</mrow>"
    }

    fn fraction(&self, above: String, below: String) -> String {
        format!("<mfrac><mrow>{above}</mrow><mrow>{below}</mrow></mfrac>")
    }

    fn power(&self, base: String, exponent: String, _: Option<i64>) -> String {
        format!("<msup><mrow>{base}</mrow><mrow>{exponent}</mrow></msup>")
    }

    fn root(&self, body: String) -> String {
        format!("<msqrt>{body}</msqrt>")
    }

    fn over(&self, operator: Operator, indices: &[String], body: String) -> String {
        let sign = match operator {
            Operator::Sum => "∑",
            Operator::Product => "∏",
        };
        format!(
            "<mrow><munder><mo movablelimits=\"false\">{sign}</mo><mrow>{}</mrow></munder>{body}</mrow>",
            indices_of(indices)
        )
    }

    fn apply(&self, function: &str, under: &[String], arguments: Vec<String>) -> String {
        let name = match function {
            "asin" | "acos" | "atan" => format!("<mi>arc{}</mi>", &function[1..]),
            _ => format!("<mi>{}</mi>", entities(function)),
        };
        let name = match under.is_empty() {
            true => name,
            false => format!("<msub>{name}<mrow>{}</mrow></msub>", indices_of(under)),
        };
        let arguments = self.parentheses(arguments.join("<mo>,</mo>"));
        format!("<mrow>{name}{arguments}</mrow>")
    }

    fn fence(&self, fence: Fence, body: String) -> String {
        let (open, close) = match fence {
            Fence::Absolute => ("&#124;", "&#124;"),
            Fence::Floor => ("⌊", "⌋"),
            Fence::Ceiling => ("⌈", "⌉"),
            Fence::Iverson => ("&#91;", "&#93;"),
        };
        format!(
            "<mrow><mo form=\"prefix\" fence=\"true\">{open}</mo>{body}<mo form=\"postfix\" fence=\"true\">{close}</mo></mrow>"
        )
    }

    fn parentheses(&self, body: String) -> String {
        // Around what has one line they are as high as letters.
        let high = ["<munder", "<mfrac", "<mtable"]
            .iter()
            .any(|tag| body.contains(tag));
        let stretchy = if high { "" } else { " stretchy=\"false\"" };
        format!("<mrow><mo{stretchy}>(</mo>{body}<mo{stretchy}>)</mo></mrow>")
    }

    fn cases(&self, condition: String, value: String, otherwise: String) -> String {
        let row = |value: String, condition: String| {
            format!(
                "<mtr><mtd style=\"text-align:left\">{value}</mtd><mtd style=\"text-align:left\">{condition}</mtd></mtr>"
            )
        };
        format!(
            "<mrow><mo form=\"prefix\" stretchy=\"true\">&#123;</mo><mtable>{}{}</mtable></mrow>",
            row(value, format!("<mtext>if&#160;</mtext>{condition}")),
            row(otherwise, "<mtext>otherwise</mtext>".to_string())
        )
    }

    fn relation(&self, relation: Relation) -> &'static str {
        match relation {
            Relation::Equal => "=",
            Relation::NotEqual => "≠",
            Relation::Less => "&lt;",
            Relation::LessEqual => "≤",
            Relation::Greater => "&gt;",
            Relation::GreaterEqual => "≥",
            Relation::Gains => "+=",
            Relation::And => "∧",
            Relation::Or => "∨",
            Relation::Remainder => "mod",
        }
    }

    fn between(&self, relation: Relation, a: String, b: String) -> String {
        let sign = self.relation(relation);
        format!("{a}<mo>{sign}</mo>{b}")
    }

    fn not(&self, body: String) -> String {
        format!("<mrow><mo>¬</mo>{body}</mrow>")
    }
}

fn indices_of(indices: &[String]) -> String {
    let names: Vec<String> = indices
        .iter()
        .map(|i| format!("<mi>{}</mi>", word(i)))
        .collect();
    names.join(separator(indices.iter().all(|i| is_tight(i))))
}

fn separator(tight: bool) -> &'static str {
    if tight { "" } else { "<mo>,</mo>" }
}

/// A name, with primes and Greek letters as such.
fn word(name: &str) -> String {
    let letters = name.trim_end_matches('\'');
    let primes = "′".repeat(name.len() - letters.len());
    let letter = greek(letters).unwrap_or(letters);
    entities(letter) + &primes
}
