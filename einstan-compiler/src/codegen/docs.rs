//! The documentation of what is generated.

use super::signature::Items;
use crate::derivation::{Derivation, Section, Subject};
use crate::ir::{Element, Fault, Function, Parameter, Role, TensorId};
use crate::plan::Plan;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl<'a> Items<'a> {
    /// Has the docs show a derivation. Most items show the same sections: each is one attribute, which all of them share.
    pub(super) fn derived(&mut self, derivation: &'a Derivation) {
        self.derivation = Some(derivation);
        let sections = derivation.sections.iter();
        self.sections = sections.map(|s| (s.subject, doc(&section(s)))).collect();
    }
}

impl Items<'_> {
    /// `X[n, m]`
    pub(super) fn shown(&self, t: TensorId) -> String {
        let tensor = self.f.tensor(t);
        let dims: Vec<&str> = tensor
            .axes
            .iter()
            .map(|&d| self.f.dim(d).name.as_str())
            .collect();
        if dims.is_empty() {
            tensor.name.clone()
        } else {
            format!("{}[{}]", tensor.name, dims.join(", "))
        }
    }

    /// The equations and all derivatives as text; of a function that is wrong, the equations as written.
    pub(super) fn equations(&self) -> String {
        match self.derivation {
            Some(derivation) => derivation.text(),
            None => self
                .resolved
                .equations
                .iter()
                .map(|e| format!("{e};\n").replace(";;", ";"))
                .collect(),
        }
    }

    /// The same as LaTeX.
    pub(super) fn latex(&self) -> String {
        self.derivation.map(Derivation::latex).unwrap_or_default()
    }

    fn shown_equations(&self, subject: Subject) -> Option<&TokenStream> {
        let section = self.sections.iter().find(|(s, _)| *s == subject);
        section.map(|(_, doc)| doc)
    }

    /// The docs of the value's plan, which most items show.
    pub(super) fn shown_plan(&self) -> TokenStream {
        self.plan_doc.clone()
    }

    /// The docs of a generated function beside the first one: what it is, its errors, its equations, its plan.
    ///
    /// ```text
    /// #[doc = "..\n# Errors\n.."] #[doc = "# Equations"] #[doc = ".."] #[doc = "# Derivative"] #[doc = ".."] #[doc = "..plan.."]
    /// ```
    pub(super) fn docs_of(
        &self,
        what: &str,
        errors: &str,
        derivative: Option<Subject>,
        plan: TokenStream,
    ) -> TokenStream {
        let text = doc(&format!("{what}\n\n# Errors\n\n{errors}\n"));
        let equations = self.derivation.map(|_| {
            let shown = self.shown_equations(Subject::Equations);
            quote! { #[doc = "# Equations"] #shown }
        });
        let derivative = self.derivation.and(derivative);
        let derivative = derivative.map(|subject| self.shown_derivative(subject));
        quote! { #text #equations #derivative #plan }
    }

    fn shown_derivative(&self, subject: Subject) -> TokenStream {
        let shown = self.shown_equations(subject);
        quote! { #[doc = "# Derivative"] #shown }
    }

    /// The user's docs, the equations, the arguments, the errors.
    pub(super) fn function_docs(&self) -> TokenStream {
        let user = &self.resolved.attributes;
        let mut first = String::new();
        if user.is_empty() {
            first = format!("`{}`, generated from its equations.\n", self.f.name);
        }
        if self.derivation.is_none() {
            first.push_str(&format!("\n```text\n{}```\n\n", self.equations()));
        }
        let mut text: String = self.f.parameters.iter().map(|p| self.argument(p)).collect();
        let results: Vec<String> = self
            .f
            .results
            .iter()
            .map(|&t| format!("`{}`", self.shown(t)))
            .collect();
        if !results.is_empty() {
            text.push_str(&format!("\nReturns {}.\n", results.join(", ")));
        }
        text.push_str(&format!(
            "\n# Errors\n\n{}. Then nothing is written.\n",
            errors(self.f)
        ));
        let derivative = self.f.has_derivative() && self.derivation.is_some();
        let derivative = derivative.then(|| self.shown_derivative(Subject::Gradient));
        let (equations, plan) = (self.shown_equations(Subject::Equations), self.shown_plan());
        let (first, text) = ((!first.is_empty()).then(|| doc(&first)), doc(&text));
        quote! { #(#user)* #first #equations #text #derivative #plan }
    }

    /// A line of the list of arguments.
    fn argument(&self, p: &Parameter) -> String {
        let t = match *p {
            Parameter::Tensor(t) => t,
            Parameter::Dim(d) => return format!("- `{}`: a length\n", self.f.dim(d).name),
        };
        let integers = match self.f.tensor(t).element {
            Element::Integer(_) => ", of integers",
            Element::Float => "",
        };
        let role = match self.f.tensor(t).role {
            _ if self.f.updates.contains_key(&t) => ", changed",
            Role::Parameter { constant: true } if integers.is_empty() => ", constant",
            _ => "",
        };
        format!("- `{}`{integers}{role}\n", self.shown(t))
    }
}

/// What every function checks.
const LENGTHS: &str = "Lengths that do not agree";

/// What may be wrong with the arguments of a function, by its checks.
fn errors(f: &Function) -> String {
    let mut all = vec![LENGTHS];
    let mut add = |words| {
        if !all.contains(&words) {
            all.push(words);
        }
    };
    f.checks
        .iter()
        .for_each(|check| add(in_words(&check.fault)));
    if !f.calls.is_empty() {
        add("an error of a function that is called");
    }
    add("a tensor that is too large");
    all.join(", ")
}

fn in_words(fault: &Fault) -> &'static str {
    match fault {
        Fault::Lengths { .. } | Fault::Required { .. } | Fault::Returned { .. } => LENGTHS,
        Fault::Outside { .. } => "a position or label outside of its axis",
        Fault::Empty { .. } => "an empty reduction without a value",
        Fault::EmptyAxis { .. } => "a position in an empty axis",
        Fault::Negative { .. } => "a length that would be negative",
        Fault::NoRange { .. } => "a subscript that leaves an index no range",
        Fault::NotPositive { .. } => "a divisor of lengths or a factor of an index that is 0",
        Fault::Narrow { .. } => "a length that does not fit its integer",
        Fault::ZeroDivisor { .. } => "a remainder by zero",
    }
}

/// `#[doc = "text"]`. A copy of it shares the text.
fn doc(text: &str) -> TokenStream {
    let text = literal(text);
    quote! { #[doc = #text] }
}

/// A section as MathML, which the browser shows, and as text, which the terminal does.
///
/// A `<div>` begins a block that Markdown leaves as it is, up to the first empty line; it has no room below by itself.
fn section(s: &Section) -> String {
    // The signature of the function stands above its equations already.
    let title = match s.subject {
        Subject::Equations => String::new(),
        _ => format!("\n`{}`\n", s.title),
    };
    format!(
        "{title}\n<div style=\"margin-bottom: 0.75em\">\n{}\n</div>\n\n```text\n{}```\n\n",
        s.mathml(),
        s.text("")
    )
}

/// The literal of a long text, nearly all of which stands in it as it is: `Literal::string` looks at each character for
/// as long as it took to write twenty.
pub(super) fn literal(text: &str) -> Literal {
    // ASCII, Latin and Greek letters, indices, arrows and operators.
    let is_plain = |c: char| matches!(c, ' '..='~' | '\u{b0}'..='\u{2ff}' | '\u{370}'..='\u{3ff}' | '\u{2070}'..='\u{22ff}');
    let is_special = |c: char| !is_plain(c) || matches!(c, '"' | '\\');
    let (mut out, mut rest) = (String::with_capacity(text.len() * 5 / 4), text);
    out.push('"');
    while let Some(at) = rest.find(is_special) {
        let (plain, special) = rest.split_at(at);
        let mut special = special.chars();
        out.push_str(plain);
        match special.next() {
            Some('"') => out.push_str("\\\""),
            Some('\n') => out.push_str("\\n"),
            other => out.extend(other.into_iter().flat_map(char::escape_debug)),
        }
        rest = special.as_str();
    }
    out.push_str(rest);
    out.push('"');
    out.parse().unwrap_or_else(|_| Literal::string(text))
}

/// The docs of a plan.
pub(super) fn plan_doc(plan: Option<&Plan>) -> TokenStream {
    plan.map_or_else(TokenStream::new, |p| {
        doc(&format!("\n# Plan\n\n```text\n{}```\n", p.text))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_say_the_text() {
        let all: String = (0..0x300)
            .chain(0x2000..0x2100)
            .filter_map(char::from_u32)
            .collect();
        for text in ["", "a \"b\" \\ 'c'\r\n\t\0", "∂Y × P₃ ≤ 𝔼", &all] {
            let literal = literal(text);
            let parsed: syn::LitStr = syn::parse2(quote! { #literal }).expect("a literal");
            assert_eq!(parsed.value(), text);
        }
    }

    fn generated(function: &str) -> String {
        let tokens = format!("[::einstan] {function}").parse();
        crate::expand(tokens.expect("tokens")).to_string()
    }

    #[test]
    fn arguments_and_errors_are_those_of_the_function() {
        let step = generated("pub fn step(mut p[n], const g[n], k[n]: usize) { p[i] += g[k[i]]; }");
        assert!(step.contains(r"- `p[n]`, changed\n- `g[n]`, constant\n- `k[n]`, of integers\n"));
        assert!(!step.contains("Returns"));
        assert!(
            step.contains("Lengths that do not agree, a position or label outside of its axis, a")
        );
        let window = generated(
            "pub fn window(X[n], dim size) -> Y[n - size] { Y[i] = X[i] + X[i+len(size)]; }",
        );
        assert!(window.contains(r"\nReturns `Y[n - size]`.\n"));
        assert!(window.contains("Lengths that do not agree, a length that would be negative, a"));
        let most = generated("pub fn most(X[n]) -> y { y = max[i](X[i]); }");
        assert!(most.contains("Lengths that do not agree, an empty reduction without a value, a"));
    }
}
