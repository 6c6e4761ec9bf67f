//! Formulas written down. `write` walks a formula and sets the parentheses; a `Script` knows how each construct looks.

mod latex;
mod mathml;
mod text;

pub use latex::Latex;
pub use mathml::MathMl;
pub use text::Text;

use super::formula::{Fence, Formula, Level, Name, Operator, Relation};

/// A way to write formulas. Each method gets its parts written and fenced.
pub trait Script {
    /// Whether all is in one line: a fraction has no line of its own.
    const LINEAR: bool;

    fn number(&self, value: f64) -> String;
    fn symbol(&self, name: &str) -> String;
    fn code(&self, text: &str) -> String;
    /// `tight`: the subscripts stand side by side.
    fn access(&self, name: &Name, subscripts: &[String], tight: bool) -> String;
    fn element(&self, of: String, subscripts: &[String], tight: bool) -> String;
    fn partial(&self, of: String, by: String) -> String;
    fn delta(&self, subscripts: [String; 2], tight: bool) -> String;
    /// `negative`: a minus before it; `first`: nothing before that.
    fn addend(&self, first: bool, negative: bool, addend: String) -> String;
    /// `dots`: for each factor but the last, whether there is a dot between it and the next one.
    fn product(&self, factors: Vec<String>, dots: &[bool]) -> String;
    fn fraction(&self, above: String, below: String) -> String;
    /// `whole`: the exponent, if it is a whole number.
    fn power(&self, base: String, exponent: String, whole: Option<i64>) -> String;
    fn root(&self, body: String) -> String;
    fn over(&self, operator: Operator, indices: &[String], body: String) -> String;
    fn apply(&self, function: &str, under: &[String], arguments: Vec<String>) -> String;
    fn fence(&self, fence: Fence, body: String) -> String;
    fn parentheses(&self, body: String) -> String;
    fn cases(&self, condition: String, value: String, otherwise: String) -> String;
    fn relation(&self, relation: Relation) -> &'static str;
    fn between(&self, relation: Relation, a: String, b: String) -> String;
    fn not(&self, body: String) -> String;
}

/// A formula in a script.
pub fn write<S: Script>(script: &S, formula: &Formula) -> String {
    let plain = |f: &Formula| write(script, f);
    match formula {
        Formula::Number(value) => script.number(*value),
        Formula::Symbol(name) => script.symbol(name),
        Formula::Code(text) => script.code(text),
        Formula::Access {
            name,
            subscripts: formulas,
        } => {
            let subscripts: Vec<String> = formulas.iter().map(plain).collect();
            script.access(name, &subscripts, are_tight(formulas))
        }
        Formula::Partial { of, by } => script.partial(plain(of), plain(by)),
        Formula::Delta(pair) => {
            let [a, b] = &**pair;
            script.delta([plain(a), plain(b)], are_tight(&**pair))
        }
        Formula::Sum(addends) => addends
            .iter()
            .enumerate()
            .map(|(at, (negative, a))| {
                let text = at_least(script, a, Level::Product);
                script.addend(at == 0, *negative, text)
            })
            .collect(),
        Formula::Product(factors) => product(script, factors),
        Formula::Fraction(a, b) => {
            let above = fenced(script, a, a.numerator_is_fenced(S::LINEAR));
            let below = match S::LINEAR {
                true => at_least(script, b, Level::Power),
                false => plain(b),
            };
            script.fraction(above, below)
        }
        Formula::Power(base, exponent) => {
            let whole = match **exponent {
                Formula::Number(n) if n.fract() == 0.0 => Some(n as i64),
                _ => None,
            };
            let above = match S::LINEAR && whole.is_none() {
                true => at_least(script, exponent, Level::Atom),
                false => plain(exponent),
            };
            script.power(at_least(script, base, Level::Atom), above, whole)
        }
        Formula::Root(body) => script.root(plain(body)),
        Formula::Over {
            operator,
            indices,
            body,
        } => {
            let body = at_least(script, body, Level::Product);
            script.over(*operator, indices, body)
        }
        Formula::Apply {
            function,
            under,
            arguments,
        } => script.apply(function, under, arguments.iter().map(plain).collect()),
        Formula::Element { of, subscripts } => {
            let texts: Vec<String> = subscripts.iter().map(plain).collect();
            script.element(plain(of), &texts, are_tight(subscripts))
        }
        Formula::Fenced(fence, body) => script.fence(*fence, plain(body)),
        Formula::Cases {
            condition,
            value,
            otherwise,
        } => script.cases(plain(condition), plain(value), plain(otherwise)),
        Formula::Between(relation, a, b) => {
            let side = |f: &Formula| match (relation, f) {
                // What is defined by cases is the whole of its equation.
                (Relation::Equal | Relation::Gains, Formula::Cases { .. }) => plain(f),
                // A chain of equal lines, and conditions of one kind.
                (_, Formula::Between(inner, ..)) if inner == relation => plain(f),
                (Relation::Remainder, _) => at_least(script, f, Level::Power),
                _ => at_least(script, f, Level::Sum),
            };
            script.between(*relation, side(a), side(b))
        }
        Formula::Not(body) => script.not(at_least(script, body, Level::Atom)),
    }
}

fn product<S: Script>(script: &S, factors: &[Formula]) -> String {
    let last = factors.len().saturating_sub(1);
    let texts = factors
        .iter()
        .enumerate()
        .map(|(at, f)| fenced(script, f, f.factor_is_fenced(at == last, S::LINEAR)))
        .collect();
    let number = |f: &Formula| match f {
        Formula::Number(_) => true,
        Formula::Power(base, _) => matches!(**base, Formula::Number(_)),
        _ => false,
    };
    let dots: Vec<bool> = factors
        .windows(2)
        .map(|two| {
            let quotient = |f: &Formula| S::LINEAR && matches!(f, Formula::Partial { .. });
            number(&two[0]) && number(&two[1]) || quotient(&two[0]) || quotient(&two[1])
        })
        .collect();
    script.product(texts, &dots)
}

fn at_least<S: Script>(script: &S, formula: &Formula, level: Level) -> String {
    fenced(script, formula, formula.level(S::LINEAR) < level)
}

fn fenced<S: Script>(script: &S, formula: &Formula, fenced: bool) -> String {
    let text = write(script, formula);
    if fenced {
        script.parentheses(text)
    } else {
        text
    }
}

/// Whether a name stands beside others without a comma: it has one letter, with primes.
fn is_tight(name: &str) -> bool {
    name.trim_end_matches('\'').chars().count() == 1
}

fn are_tight(subscripts: &[Formula]) -> bool {
    subscripts.iter().all(|s| match s {
        Formula::Symbol(name) => is_tight(name),
        Formula::Number(n) => (0.0..10.0).contains(n),
        _ => false,
    })
}

/// The number in a tensor's name.
enum Number {
    /// That was written: `W1`.
    Written(String),
    /// That tells tensors of one name apart: `S₂` is the second S, and there may be an `S2` too.
    Made(String),
}

/// The letters of a tensor's name and its number.
fn numbered(name: &Name) -> (&str, Option<Number>) {
    if name.number > 1 {
        return (&name.base, Some(Number::Made(name.number.to_string())));
    }
    let letters = name.base.trim_end_matches(|c| ('₀'..='₉').contains(&c));
    let made = name.base[letters.len()..].chars();
    let made: String = made
        .filter_map(|c| char::from_digit(c as u32 - '₀' as u32, 10))
        .collect();
    if !made.is_empty() {
        return (letters, Some(Number::Made(made)));
    }
    let letters = name.base.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = &name.base[letters.len()..];
    match letters.chars().count() == 1 && !digits.is_empty() {
        true => (letters, Some(Number::Written(digits.to_string()))),
        false => (&name.base, None),
    }
}

/// Greek letters by their names.
const GREEK: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
];

fn greek(name: &str) -> Option<&'static str> {
    let (_, letter) = GREEK.iter().find(|(n, _)| *n == name)?;
    Some(letter)
}

/// A number as `a` or `a · 10^b`.
fn scientific(value: f64) -> (String, Option<i32>) {
    if value == 0.0 || (1e-4..1e7).contains(&value.abs()) {
        return (value.to_string(), None);
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_string(), exponent.parse().ok()),
        None => (text, None),
    }
}

/// Text with entities for what HTML and Markdown read.
pub(super) fn entities(text: &str) -> String {
    let entity = |c: char| match c {
        '&' | '<' | '>' | '_' | '*' | '[' | ']' | '|' | '`' | '$' | '\\' => {
            format!("&#{};", c as u32)
        }
        c => c.to_string(),
    };
    text.chars().map(entity).collect()
}
