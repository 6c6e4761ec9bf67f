//! Formulas as a line of Unicode text: `∂W[k,j] = Σ_i X[i,k] ∂Y[i,j]`.

use super::{Script, is_tight, scientific};
use crate::derivation::formula::{Fence, Mark, Name, Operator, Relation};

/// Unicode text for a terminal and for documentation.
pub struct Text;

impl Script for Text {
    const LINEAR: bool = true;

    fn number(&self, value: f64) -> String {
        match scientific(value) {
            (number, None) => number,
            (number, Some(exponent)) => format!("{number}e{exponent}"),
        }
    }

    fn symbol(&self, name: &str) -> String {
        name.to_string()
    }

    fn code(&self, text: &str) -> String {
        text.to_string()
    }

    fn access(&self, name: &Name, subscripts: &[String], _: bool) -> String {
        at(name.to_string(), subscripts)
    }

    fn element(&self, of: String, subscripts: &[String], _: bool) -> String {
        at(of, subscripts)
    }

    fn partial(&self, of: String, by: String) -> String {
        format!("∂{of}/∂{by}")
    }

    fn delta(&self, [a, b]: [String; 2], _: bool) -> String {
        format!("δ[{a},{b}]")
    }

    fn addend(&self, first: bool, negative: bool, addend: String) -> String {
        let sign = match (first, negative) {
            (true, false) => "",
            (true, true) => "−",
            (false, false) => " + ",
            (false, true) => " − ",
        };
        format!("{sign}{addend}")
    }

    fn product(&self, factors: Vec<String>, dots: &[bool]) -> String {
        let mut out = String::new();
        for (at, factor) in factors.iter().enumerate() {
            if at > 0 {
                out.push_str(if dots[at - 1] { " · " } else { " " });
            }
            out.push_str(factor);
        }
        out
    }

    fn fraction(&self, above: String, below: String) -> String {
        format!("{above} / {below}")
    }

    fn power(&self, base: String, exponent: String, whole: Option<i64>) -> String {
        match whole {
            Some(n) => format!(
                "{base}{}",
                digits(n, &['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'], '⁻')
            ),
            None => format!("{base}^{exponent}"),
        }
    }

    fn root(&self, body: String) -> String {
        match body.chars().all(char::is_alphanumeric) {
            true => format!("√{body}"),
            false => format!("√({body})"),
        }
    }

    fn over(&self, operator: Operator, indices: &[String], body: String) -> String {
        let sign = match operator {
            Operator::Sum => 'Σ',
            Operator::Product => 'Π',
        };
        format!("{sign}{} {body}", below(indices))
    }

    fn apply(&self, function: &str, under: &[String], arguments: Vec<String>) -> String {
        format!("{function}{}({})", below(under), arguments.join(", "))
    }

    fn fence(&self, fence: Fence, body: String) -> String {
        let (open, close) = match fence {
            Fence::Absolute => ('|', '|'),
            Fence::Floor => ('⌊', '⌋'),
            Fence::Ceiling => ('⌈', '⌉'),
            Fence::Iverson => ('[', ']'),
        };
        format!("{open}{body}{close}")
    }

    fn parentheses(&self, body: String) -> String {
        format!("({body})")
    }

    fn cases(&self, condition: String, value: String, otherwise: String) -> String {
        format!("if {condition} {{ {value} }} else {{ {otherwise} }}")
    }

    fn relation(&self, relation: Relation) -> &'static str {
        match relation {
            Relation::Equal => "=",
            Relation::NotEqual => "≠",
            Relation::Less => "<",
            Relation::LessEqual => "≤",
            Relation::Greater => ">",
            Relation::GreaterEqual => "≥",
            Relation::Gains => "+=",
            Relation::And => "and",
            Relation::Or => "or",
            Relation::Remainder => "%",
        }
    }

    fn between(&self, relation: Relation, a: String, b: String) -> String {
        let sign = self.relation(relation);
        format!("{a} {sign} {b}")
    }

    fn not(&self, body: String) -> String {
        format!("not {body}")
    }
}

/// `X[i,j]`
fn at(tensor: String, subscripts: &[String]) -> String {
    match subscripts.is_empty() {
        true => tensor,
        false => format!("{tensor}[{}]", subscripts.join(",")),
    }
}

/// `_i`, `_ij`, `_{row,col}`
fn below(indices: &[String]) -> String {
    if indices.is_empty() {
        String::new()
    } else if indices.iter().all(|i| is_tight(i)) {
        format!("_{}", indices.concat())
    } else {
        format!("_{{{}}}", indices.join(","))
    }
}

/// A whole number in other digits.
fn digits(n: i64, digits: &[char; 10], minus: char) -> String {
    let digit = |c: char| match c.to_digit(10) {
        Some(d) => digits[d as usize],
        None => minus,
    };
    n.to_string().chars().map(digit).collect()
}

impl std::fmt::Display for Name {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for mark in &self.marks {
            f.write_str(match mark {
                Mark::Cotangent => "∂",
                Mark::Tangent => "d",
            })?;
        }
        f.write_str(&self.base)?;
        if self.number > 1 {
            const LOW: [char; 10] = ['₀', '₁', '₂', '₃', '₄', '₅', '₆', '₇', '₈', '₉'];
            f.write_str(&digits(self.number as i64, &LOW, '₋'))?;
        }
        Ok(())
    }
}
