//! What a function asks for beside its equations: the options of `#[einstan(..)]`.
//!
//! An option is a word, and in parentheses what it takes. To add one: its field in `Options`, its arm in `Options::set`
//! and its word in `WORDS`.

use crate::diagnostics::Diagnostics;
use crate::ir::Function;
use crate::rule::{Rule, Warning};
use proc_macro2::{Delimiter, Ident, Span, TokenStream};
use syn::parse::{Parse, ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Lit, Meta, Token};

/// The options of a function.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// A test of the function's derivatives is emitted beside it.
    pub test: Option<Test>,
    /// `store(H)`: intermediates that are stored for the backward pass.
    pub store: Vec<Ident>,
    /// `recompute(Z)`: those that the backward pass computes again.
    pub recompute: Vec<Ident>,
    /// `allow(unused)`: what is not warned of.
    pub allow: Vec<Warning>,
}

/// `test`, or `test(range = -1..1, tolerance = 1e-4)`.
#[derive(Clone, Debug)]
pub struct Test {
    pub span: Span,
    /// Where the arguments lie, from and to.
    pub range: Option<(f64, f64)>,
    /// How far a derivative may be from a difference, as a part of it.
    pub tolerance: Option<f64>,
}

/// All options, for messages.
const WORDS: &str = "`test`, `store(..)`, `recompute(..)` and `allow(..)`";

/// What a test takes, for messages.
const SETTINGS: &str = "`test(range = -1..1, tolerance = 1e-6)`";

/// How many results a test can hold: the longest tuple that is `Parameters`.
const MOST_RESULTS: usize = 16;

/// An option as written.
struct Written {
    word: Ident,
    /// What stands in parentheses.
    arguments: Option<TokenStream>,
}

/// The options among the attributes of a function, which are taken out of them. What is wrong is reported, and the other
/// options count.
pub(crate) fn options(attributes: &mut Vec<Attribute>, diagnostics: &mut Diagnostics) -> Options {
    let mut options = Options::default();
    let mut seen: Vec<Ident> = Vec::new();
    for attribute in take(attributes) {
        let written = match written(&attribute) {
            Ok(written) => written,
            Err(error) => {
                report(error, diagnostics);
                continue;
            }
        };
        for option in written {
            let word = &option.word;
            if let Some(first) = seen.iter().find(|w| *w == word) {
                let text = format!("the option `{word}` stands here twice");
                let other = (first.span(), format!("`{word}` stands here first"));
                diagnostics.error_beside(Rule::Attribute, word.span(), text, other);
                continue;
            }
            seen.push(word.clone());
            if let Err(error) = options.set(&option) {
                report(error, diagnostics);
            }
        }
    }
    options
}

/// Reports the options of an item that has none: `item` is what it is, in the plural.
pub(crate) fn refuse(attributes: &[Attribute], item: &str, diagnostics: &mut Diagnostics) {
    for attribute in attributes.iter().filter(|a| is_ours(a)) {
        let text =
            format!("{item} have no options: `#[einstan(..)]` stands before functions of tensors");
        diagnostics.error(Rule::Attribute, place(attribute), text);
    }
}

impl Options {
    /// Reports what is asked for and `function` can't have.
    pub(crate) fn check(&self, function: &Function, diagnostics: &mut Diagnostics) {
        let Some(test) = &self.test else { return };
        let text = if !function.has_derivative() {
            format!(
                "`{}` has no derivatives that could be tested",
                function.name
            )
        } else if function.results.len() > MOST_RESULTS {
            format!("functions of more than {MOST_RESULTS} results have no tests")
        } else {
            return;
        };
        diagnostics.error(Rule::Attribute, test.span, text);
    }

    fn set(&mut self, option: &Written) -> syn::Result<()> {
        match option.word.to_string().as_str() {
            "test" => self.test = Some(Test::parse(option)?),
            "store" => self.store = names(option)?,
            "recompute" => self.recompute = names(option)?,
            "allow" => self.allow = warnings(option)?,
            word => {
                return Err(syn::Error::new(
                    option.word.span(),
                    format!("`{word}` is no option of a function: there are {WORDS}"),
                ));
            }
        }
        Ok(())
    }
}

/// `(H, Z)`: the names that an option takes.
fn names(option: &Written) -> syn::Result<Vec<Ident>> {
    let word = &option.word;
    let parser = Punctuated::<Ident, Token![,]>::parse_terminated;
    let names = option.arguments.clone().map(|a| parser.parse2(a));
    match names {
        Some(Ok(names)) if !names.is_empty() => Ok(names.into_iter().collect()),
        _ => Err(syn::Error::new(
            word.span(),
            format!("`{word}` takes names of intermediates: `{word}(H)`, `{word}(H, Z)`"),
        )),
    }
}

/// `(unused, never-taken)`: the warnings that an option takes.
fn warnings(option: &Written) -> syn::Result<Vec<Warning>> {
    let parser = Punctuated::<Words, Token![,]>::parse_terminated;
    let written = option.arguments.clone().map(|a| parser.parse2(a));
    let Some(Ok(written)) = written else {
        let text = format!("`allow` takes names of warnings: {}", all_warnings());
        return Err(syn::Error::new(option.word.span(), text));
    };
    let warning = |w: &Words| {
        let named = |known: &&Warning| known.name() == w.text;
        let found = Warning::ALL.iter().find(named).copied();
        found.ok_or_else(|| {
            let text = format!("`{}` is no warning: there are {}", w.text, all_warnings());
            syn::Error::new(w.span, text)
        })
    };
    written.iter().map(warning).collect()
}

fn all_warnings() -> String {
    let all: Vec<&str> = Warning::ALL.iter().map(|w| w.name()).collect();
    format!("`{}`", all.join("`, `"))
}

/// Words with hyphens between them.
struct Words {
    text: String,
    span: Span,
}

impl Parse for Words {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let words = Punctuated::<Ident, Token![-]>::parse_separated_nonempty(input)?;
        let texts: Vec<String> = words.iter().map(Ident::to_string).collect();
        Ok(Words {
            text: texts.join("-"),
            span: words[0].span(),
        })
    }
}

impl Test {
    fn parse(option: &Written) -> syn::Result<Test> {
        let mut test = Test {
            span: option.word.span(),
            range: None,
            tolerance: None,
        };
        let Some(arguments) = &option.arguments else {
            return Ok(test);
        };
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                test.setting(input)?;
                if !input.is_empty() {
                    input.parse::<Token![,]>()?;
                }
            }
            Ok(())
        };
        parser.parse2(arguments.clone())?;
        Ok(test)
    }

    /// `range = -1..1` or `tolerance = 1e-4`
    fn setting(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let Ok(name) = input.parse::<Ident>() else {
            return Err(input.error(format!(
                "expected a setting of the test: it takes {SETTINGS}"
            )));
        };
        let fail = |text: String| Err(syn::Error::new(name.span(), text));
        let taken = match name.to_string().as_str() {
            "range" => self.range.is_some(),
            "tolerance" => self.tolerance.is_some(),
            other => {
                return fail(format!("a test has no `{other}`: it takes {SETTINGS}"));
            }
        };
        if taken {
            return fail(format!("`{name}` is given twice"));
        }
        if name == "tolerance" {
            let written = input.parse::<Token![=]>().and_then(|_| number(input));
            let Some(tolerance) = written.ok().filter(|t| *t > 0.0) else {
                return fail(format!(
                    "a tolerance is a number greater than zero: {SETTINGS}"
                ));
            };
            self.tolerance = Some(tolerance);
        } else {
            let Ok(range) = range(input) else {
                return fail(format!("a range has two numbers: {SETTINGS}"));
            };
            if range.0 >= range.1 {
                return fail(format!("the range {}..{} holds nothing", range.0, range.1));
            }
            self.range = Some(range);
        }
        Ok(())
    }
}

/// `= -1..1`
fn range(input: ParseStream<'_>) -> syn::Result<(f64, f64)> {
    input.parse::<Token![=]>()?;
    let from = number(input)?;
    input.parse::<Token![..]>()?;
    Ok((from, number(input)?))
}

/// A finite number, which may be negative.
fn number(input: ParseStream<'_>) -> syn::Result<f64> {
    let sign = match input.parse::<Option<Token![-]>>()? {
        Some(_) => -1.0,
        None => 1.0,
    };
    let literal: Lit = input.parse()?;
    let digits = match &literal {
        Lit::Float(f) if f.suffix().is_empty() => f.base10_digits(),
        Lit::Int(i) if i.suffix().is_empty() => i.base10_digits(),
        _ => "",
    };
    match digits.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(sign * value),
        _ => Err(syn::Error::new(literal.span(), "expected a number")),
    }
}

impl Parse for Written {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let word = match input.parse::<Ident>() {
            Ok(word) => word,
            Err(error) => {
                let text = format!("expected an option: {WORDS}");
                return Err(syn::Error::new(error.span(), text));
            }
        };
        let arguments = input.step(|cursor| match cursor.group(Delimiter::Parenthesis) {
            Some((inside, _, rest)) => Ok((Some(inside.token_stream()), rest)),
            None => Ok((None, *cursor)),
        })?;
        if !input.is_empty() && !input.peek(Token![,]) {
            let text =
                format!("what the option `{word}` takes stands in parentheses: `{word}(..)`");
            return Err(input.error(text));
        }
        Ok(Written { word, arguments })
    }
}

/// The options of one attribute.
fn written(attribute: &Attribute) -> syn::Result<Vec<Written>> {
    let Meta::List(list) = &attribute.meta else {
        let text = format!("options stand in parentheses, `#[einstan(..)]`: there are {WORDS}");
        return Err(syn::Error::new(place(attribute), text));
    };
    let parser = Punctuated::<Written, Token![,]>::parse_terminated;
    Ok(parser.parse2(list.tokens.clone())?.into_iter().collect())
}

fn take(attributes: &mut Vec<Attribute>) -> Vec<Attribute> {
    let (ours, rest) = attributes.drain(..).partition(is_ours);
    *attributes = rest;
    ours
}

pub(crate) fn is_ours(attribute: &Attribute) -> bool {
    attribute.path().is_ident("einstan")
}

/// The word `einstan` of an attribute.
fn place(attribute: &Attribute) -> Span {
    attribute
        .path()
        .get_ident()
        .map_or_else(Span::call_site, Ident::span)
}

fn report(error: syn::Error, diagnostics: &mut Diagnostics) {
    diagnostics.error(Rule::Attribute, error.span(), error.to_string());
}
