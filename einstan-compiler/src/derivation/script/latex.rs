//! Formulas in LaTeX (with amsmath): `\partial W_{kj} = \sum_{i} X_{ik}\, \partial Y_{ij}`.

use super::{Number, Script, greek, is_tight, numbered, scientific};
use crate::derivation::formula::{Fence, Mark, Name, Operator, Relation};

/// LaTeX, for display.
pub struct Latex;

impl Script for Latex {
    const LINEAR: bool = false;

    fn number(&self, value: f64) -> String {
        match scientific(value) {
            (number, None) => number,
            (number, Some(exponent)) if number == "1" => format!("10^{{{exponent}}}"),
            (number, Some(exponent)) => format!("{number} \\cdot 10^{{{exponent}}}"),
        }
    }

    fn symbol(&self, name: &str) -> String {
        match name {
            "π" => "\\pi".to_string(),
            "∞" => "\\infty".to_string(),
            _ => word(name),
        }
    }

    fn code(&self, text: &str) -> String {
        let escaped = |c: char| match c {
            '\\' => "\\textbackslash{}".to_string(),
            '^' => "\\textasciicircum{}".to_string(),
            '~' => "\\textasciitilde{}".to_string(),
            '{' | '}' | '_' | '&' | '%' | '$' | '#' => format!("\\{c}"),
            c => c.to_string(),
        };
        let text: String = text.chars().map(escaped).collect();
        format!("\\texttt{{{text}}}")
    }

    fn access(&self, name: &Name, subscripts: &[String], tight: bool) -> String {
        let list = subscripts.join(if tight { "" } else { ", " });
        let mut out = String::new();
        for mark in &name.marks {
            out.push_str(match mark {
                Mark::Cotangent => "\\partial ",
                Mark::Tangent => "\\mathrm{d}",
            });
        }
        let (letters, number) = numbered(name);
        out.push_str(&word(letters));
        match (&number, subscripts.is_empty()) {
            (Some(Number::Written(n)), true) => out.push_str(&format!("_{{{n}}}")),
            (Some(Number::Written(n)), false) => out.push_str(&format!("^{{({n})}}")),
            (Some(Number::Made(n)), _) => out.push_str(&format!("^{{[{n}]}}")),
            (None, _) => {}
        }
        if !subscripts.is_empty() {
            out.push_str(&format!("_{{{list}}}"));
        }
        out
    }

    fn element(&self, of: String, subscripts: &[String], tight: bool) -> String {
        match subscripts.is_empty() {
            true => of,
            false => format!(
                "{of}_{{{}}}",
                subscripts.join(if tight { "" } else { ", " })
            ),
        }
    }

    fn partial(&self, of: String, by: String) -> String {
        format!("\\frac{{\\partial {of}}}{{\\partial {by}}}")
    }

    fn delta(&self, subscripts: [String; 2], tight: bool) -> String {
        let list = subscripts.join(if tight { "" } else { ", " });
        format!("\\delta_{{{list}}}")
    }

    fn addend(&self, first: bool, negative: bool, addend: String) -> String {
        let sign = match (first, negative) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        format!("{sign}{addend}")
    }

    fn product(&self, factors: Vec<String>, dots: &[bool]) -> String {
        let mut out = String::new();
        for (at, factor) in factors.iter().enumerate() {
            if at > 0 {
                out.push_str(if dots[at - 1] { " \\cdot " } else { "\\, " });
            }
            out.push_str(factor);
        }
        out
    }

    fn fraction(&self, above: String, below: String) -> String {
        format!("\\frac{{{above}}}{{{below}}}")
    }

    fn power(&self, base: String, exponent: String, _: Option<i64>) -> String {
        format!("{{{base}}}^{{{exponent}}}")
    }

    fn root(&self, body: String) -> String {
        format!("\\sqrt{{{body}}}")
    }

    fn over(&self, operator: Operator, indices: &[String], body: String) -> String {
        let sign = match operator {
            Operator::Sum => "\\sum",
            Operator::Product => "\\prod",
        };
        format!("{sign}{} {body}", below(indices))
    }

    fn apply(&self, function: &str, under: &[String], arguments: Vec<String>) -> String {
        let name = match function {
            "exp" | "ln" | "sin" | "cos" | "tan" | "sinh" | "cosh" | "tanh" | "max" | "min" => {
                format!("\\{function}")
            }
            "asin" | "acos" | "atan" => format!("\\arc{}", &function[1..]),
            _ => format!("\\operatorname{{{}}}", function.replace('_', "\\_")),
        };
        let arguments = self.parentheses(arguments.join(", "));
        format!("{name}{}{arguments}", below(under))
    }

    fn fence(&self, fence: Fence, body: String) -> String {
        let (open, close) = match fence {
            Fence::Absolute => ("|", "|"),
            Fence::Floor => ("\\lfloor ", "\\rfloor"),
            Fence::Ceiling => ("\\lceil ", "\\rceil"),
            Fence::Iverson => ("[", "]"),
        };
        format!("\\left{open}{body}\\right{close}")
    }

    fn parentheses(&self, body: String) -> String {
        format!("\\left({body}\\right)")
    }

    fn cases(&self, condition: String, value: String, otherwise: String) -> String {
        format!(
            "\\begin{{cases}} {value} & \\text{{if }} {condition} \\\\ {otherwise} & \\text{{otherwise}} \\end{{cases}}"
        )
    }

    fn relation(&self, relation: Relation) -> &'static str {
        match relation {
            Relation::Equal => "=",
            Relation::NotEqual => "\\ne",
            Relation::Less => "<",
            Relation::LessEqual => "\\le",
            Relation::Greater => ">",
            Relation::GreaterEqual => "\\ge",
            Relation::Gains => "\\mathrel{+}=",
            Relation::And => "\\wedge",
            Relation::Or => "\\vee",
            Relation::Remainder => "\\bmod",
        }
    }

    fn between(&self, relation: Relation, a: String, b: String) -> String {
        let sign = self.relation(relation);
        format!("{a} {sign} {b}")
    }

    fn not(&self, body: String) -> String {
        format!("\\neg {body}")
    }
}

fn below(indices: &[String]) -> String {
    if indices.is_empty() {
        return String::new();
    }
    let names: Vec<String> = indices.iter().map(|i| word(i)).collect();
    let separator = if indices.iter().all(|i| is_tight(i)) {
        " "
    } else {
        ", "
    };
    format!("_{{{}}}", names.join(separator))
}

/// A name of several letters in one piece; Greek letters by their names.
fn word(name: &str) -> String {
    let letters = name.trim_end_matches('\'');
    let primes = &name[letters.len()..];
    if greek(letters).is_some() {
        format!("\\{letters}{primes}")
    } else if letters.chars().count() == 1 {
        name.to_string()
    } else {
        format!("\\mathit{{{}}}{primes}", letters.replace('_', "\\_"))
    }
}
