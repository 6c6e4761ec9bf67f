//! Items: functions, scalar functions, functions from Rust, axes. Each recovers on its own.

use super::cursor::{Cursor, Parsed, syntax};
use super::equation::body;
use super::token::{Kind, Token};
use super::word::words;
use crate::ast::{
    AxisItem, Body, Expr, ExprKind, ExternFn, FunctionItem, Item, Name, Param, ParamKind, ScalarFn,
    Vis,
};
use crate::diagnostics::Diagnostics;
use crate::rule::Rule;
use proc_macro2::{Delimiter, Span, TokenStream};
use syn::parse::Parser;

/// What stands before the keyword of an item.
struct Head {
    attributes: Vec<syn::Attribute>,
    visibility: Vis,
}

/// Whether an item begins with this token.
pub(crate) fn begins_item(token: &Token) -> bool {
    const WORDS: &[&str] = &["fn", "pub", "axis", "extern"];
    token.is_op("#") || WORDS.iter().any(|w| token.is_word(w))
}

/// Whether the next item begins with this token, whatever is missing before it.
pub(crate) fn is_next_item(token: &Token) -> bool {
    begins_item(token) && !token.is_word("axis")
}

/// Whether a Rust item that is none of ours begins with this token.
pub(crate) fn begins_rust_item(token: &Token) -> bool {
    const WORDS: &[&str] = &[
        "async", "const", "enum", "impl", "mod", "static", "struct", "trait", "type", "unsafe",
        "use",
    ];
    WORDS.iter().any(|w| token.is_word(w))
}

/// The functions that `tokens` define.
pub(crate) fn defined(tokens: &[Token]) -> Vec<String> {
    tokens
        .windows(2)
        .filter(|pair| pair[0].is_word("fn"))
        .filter_map(|pair| match &pair[1].kind {
            Kind::Word { text, .. } => Some(text.clone()),
            _ => None,
        })
        .collect()
}

pub(crate) fn items(cursor: &mut Cursor, diagnostics: &mut Diagnostics) -> Vec<Item> {
    let mut items = Vec::new();
    while !cursor.at_end() {
        if cursor.accept(";").is_some() {
            continue;
        }
        match cursor.item(diagnostics) {
            Ok(item) => items.push(item),
            Err(failure) => {
                diagnostics.error(failure.rule, failure.span, failure.message);
                cursor.skip_item();
            }
        }
    }
    items
}

impl<'t> Cursor<'t> {
    fn item(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Item> {
        let head = self.head(diagnostics)?;
        if let Some(word) = self.accept_word("extern") {
            if self.accept_word("fn").is_none() {
                return self
                    .expected("`fn` after `extern`, as in `extern fn erfc(x) = special::erfc;`");
            }
            return self.extern_function(word, diagnostics).map(Item::Extern);
        }
        if let Some(word) = self.accept_word("axis") {
            return self.axis(head, word, diagnostics).map(Item::Axis);
        }
        if let Some(modifier @ ("unsafe" | "async" | "const")) =
            self.any_word().map(|w| w.text).as_deref()
            && self.peek_after(1).is_some_and(|t| t.is_word("fn"))
        {
            let message = format!("a function has no `{modifier}`: it begins with `fn`");
            diagnostics.error(Rule::Syntax, self.span(), message);
            self.next();
        }
        if self.accept_word("fn").is_none() {
            return self.expected(if head.attributes.is_empty() {
                "an item: `fn`, `extern fn` or `axis`"
            } else {
                "an item after its attributes, `fn` or `axis`: equations have none"
            });
        }
        self.function(head, diagnostics)
    }

    /// Attributes and visibility; those that do not parse are reported and left out.
    fn head(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Head> {
        let start = self.clone();
        while self.at_op("#") {
            self.next();
            if self.accept_group(Delimiter::Bracket).is_none() {
                return self.expected("`[` of an attribute after `#`");
            }
        }
        let written = start.raw_until(self);
        let attributes = syn::Attribute::parse_outer.parse2(written);
        let attributes = attributes.unwrap_or_else(|error| {
            let message = format!("this attribute does not parse: {error}");
            diagnostics.error(Rule::Syntax, error.span(), message);
            Vec::new()
        });
        let start = self.clone();
        let span = self.span();
        if self.accept_word("pub").is_some() {
            self.accept_group(Delimiter::Parenthesis);
        }
        let visibility = syn::parse2(start.raw_until(self)).unwrap_or_else(|_| {
            let message = "expected `pub`, `pub(crate)` or the like";
            diagnostics.error(Rule::Syntax, span, message);
            syn::Visibility::Inherited
        });
        Ok(Head {
            attributes,
            visibility,
        })
    }

    /// What follows `fn`.
    fn function(&mut self, head: Head, diagnostics: &mut Diagnostics) -> Parsed<Item> {
        let name = self.item_name(diagnostics)?;
        if self.at_op("<") {
            diagnostics.error(
                Rule::Syntax,
                self.span(),
                "a function has no type parameters: it is generic over `einstan::Float` by itself",
            );
            self.skip_to_header();
        }
        if self.accept(":").is_some() {
            return Ok(Item::Function(self.short(head, name, diagnostics)));
        }
        let errors = diagnostics.len();
        let (parameters, header) = match self.accept_group(Delimiter::Parenthesis) {
            Some((inner, _)) => (inner.parameters(diagnostics), true),
            None => {
                let message = format!(
                    "expected `(` and the parameters of `{}`, or `:` and its equations, found {}",
                    name.text,
                    self.found()
                );
                diagnostics.error(Rule::Syntax, self.span(), message);
                (Vec::new(), false)
            }
        };
        if header && self.accept("=").is_some() {
            let damaged = diagnostics.len() > errors;
            let parameters = scalar_parameters(parameters, damaged, diagnostics);
            return Ok(Item::Scalar(self.scalar(
                head,
                name,
                parameters,
                diagnostics,
            )));
        }
        let mut results = Vec::new();
        let mut sound = header;
        if self.accept("->").is_some() {
            match self.results(diagnostics) {
                Ok(found) => results = found,
                Err(failure) => {
                    diagnostics.error(failure.rule, failure.span, failure.message);
                    sound = false;
                }
            }
        }
        let body = self.braces(&name, sound, diagnostics);
        Ok(Item::Function(FunctionItem {
            attributes: head.attributes,
            visibility: head.visibility,
            name,
            signature: Some((parameters, results)),
            unfinished: !sound || body.is_none(),
            body: body.unwrap_or_default(),
        }))
    }

    /// `fn dense: Y[i,j] = X[i,k] * W[k,j];`, from what follows the `:`.
    fn short(&mut self, head: Head, name: Name, diagnostics: &mut Diagnostics) -> FunctionItem {
        let n = self.item_end();
        let part = self.take(n, "the next item");
        let unfinished = part.at_end();
        if unfinished {
            let message = format!(
                "expected an equation after `fn {}:`, found {}",
                name.text,
                part.found()
            );
            diagnostics.error(Rule::Syntax, part.span(), message);
        }
        FunctionItem {
            attributes: head.attributes,
            visibility: head.visibility,
            name,
            signature: None,
            body: body(&part, diagnostics),
            unfinished,
        }
    }

    /// The body of a function, the next braces before another item; where there are none, that is reported.
    fn braces(&mut self, name: &Name, sound: bool, diagnostics: &mut Diagnostics) -> Option<Body> {
        if sound && !self.at_group(Delimiter::Brace) {
            let message = match self.op() {
                ":" => "the results of a function follow `->`: expected `-> Y[n]`, found `:`".into(),
                "=>" => "the results of a function follow `->`, found `=>`".into(),
                "," => "several results stand in parentheses, like `-> (Y[n], s)`: expected `{`, found `,`".into(),
                _ => format!("expected `{{` and the equations of `{}`, found {}", name.text, self.found()),
            };
            diagnostics.error(Rule::Syntax, self.span(), message);
        }
        while let Some(token) = self.peek() {
            if begins_item(token) || token.is_op(";") || token.is_group(Delimiter::Brace) {
                break;
            }
            self.next();
        }
        let (inner, _) = self.accept_group(Delimiter::Brace)?;
        Some(body(&inner, diagnostics))
    }

    /// The name of a function; a word of the notation is reported, and still stands for it.
    fn item_name(&mut self, diagnostics: &mut Diagnostics) -> Parsed<Name> {
        let written = self.any_word();
        match (self.function_name(), written) {
            (Ok(name), _) => Ok(name),
            (Err(failure), Some(name))
                if failure.rule == Rule::Reserved && !self.peek().is_some_and(is_next_item) =>
            {
                diagnostics.error(failure.rule, failure.span, failure.message);
                self.next();
                Ok(name)
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// `fn swish(x) = x * sigmoid(x);`
    fn scalar(
        &mut self,
        head: Head,
        name: Name,
        parameters: Vec<Name>,
        diagnostics: &mut Diagnostics,
    ) -> ScalarFn {
        let mut part = self.definition(diagnostics);
        let span = part.span();
        let words = words(part.rest());
        let body = match part.whole_expr() {
            Ok(body) => body,
            Err(failure) => report(failure, span, diagnostics),
        };
        ScalarFn {
            attributes: head.attributes,
            name,
            parameters,
            body,
            words,
        }
    }

    /// `extern fn erfc(x) = special::erfc, d/dx = -2/sqrt(pi)*exp(-x^2);`
    fn extern_function(&mut self, span: Span, diagnostics: &mut Diagnostics) -> Parsed<ExternFn> {
        let name = self.item_name(diagnostics)?;
        let Some((inner, _)) = self.accept_group(Delimiter::Parenthesis) else {
            return self.expected("`(` and the parameters of the function");
        };
        let errors = diagnostics.len();
        let parameters = inner.parameters(diagnostics);
        let damaged = diagnostics.len() > errors;
        let parameters = scalar_parameters(parameters, damaged, diagnostics);
        if self.accept("=").is_none() {
            return self.expected("`=` and the path of a Rust function, like `= special::erfc;`");
        }
        let part = self.definition(diagnostics);
        let mut parts = part.split(",", "`,`").into_iter();
        let target = match parts.next() {
            Some(first) => first.target()?,
            None => return part.expected("the path of a Rust function"),
        };
        let mut rules: Vec<(Name, Expr)> = Vec::new();
        let mut all_words = Vec::new();
        for mut rule in parts {
            all_words.push(words(rule.rest()));
            match rule.rule(&parameters, diagnostics) {
                Ok((name, _)) if rules.iter().any(|(n, _)| n.text == name.text) => {
                    let message = format!("a second rule for `{}`", name.text);
                    diagnostics.error(Rule::Syntax, name.span, message);
                }
                Ok(found) => rules.push(found),
                Err(failure) => diagnostics.error(failure.rule, failure.span, failure.message),
            }
        }
        Ok(ExternFn {
            name,
            parameters,
            target,
            rules,
            words: all_words,
            span,
        })
    }

    /// The path of a Rust function, all that is here.
    fn target(&self) -> Parsed<TokenStream> {
        let tokens: TokenStream = self.rest().iter().map(|t| t.raw.clone()).collect();
        if self.at_end() {
            return self.expected("the path of a Rust function");
        }
        match syn::parse2::<syn::ExprPath>(tokens.clone()) {
            Ok(_) => Ok(tokens),
            Err(error) => syntax(
                error.span(),
                "expected the path of a Rust function, like `special::erfc`, and then `,` or `;`",
            ),
        }
    }

    /// `d/dx = e`
    fn rule(&mut self, parameters: &[Name], diagnostics: &mut Diagnostics) -> Parsed<(Name, Expr)> {
        let all: Vec<String> = parameters
            .iter()
            .map(|p| format!("`d/d{} = ..`", p.text))
            .collect();
        let wanted = all.join(" or ");
        let start = self.span();
        if self.accept_word("d").is_none() || self.accept("/").is_none() {
            return syntax(
                start,
                format!("expected a derivative, {wanted}, found {}", self.found()),
            );
        }
        let parameter = self.any_word().and_then(|w| {
            parameters
                .iter()
                .find(|p| w.text.strip_prefix('d') == Some(&p.text))
        });
        let Some(parameter) = parameter else {
            return self.expected(&format!("the derivative by a parameter, {wanted}"));
        };
        let name = Name {
            text: parameter.text.clone(),
            span: self.span(),
        };
        self.next();
        if self.accept("=").is_none() {
            return self.expected(&format!("`=` after `d/d{}`", name.text));
        }
        let span = self.span();
        let rule = match self.whole_expr() {
            Ok(rule) => rule,
            Err(failure) => report(failure, span, diagnostics),
        };
        Ok((name, rule))
    }

    /// `pub axis Pixel = 784;`
    fn axis(&mut self, head: Head, span: Span, diagnostics: &mut Diagnostics) -> Parsed<AxisItem> {
        let name = self.name("the name of an axis, like `Batch`")?;
        let mut length = None;
        let mut part = self.definition(diagnostics);
        if part.accept("=").is_some() {
            let span = part.span();
            length = Some(match part.whole_expr() {
                Ok(length) => length,
                Err(failure) => report(failure, span, diagnostics),
            });
        } else if !part.at_end() {
            let message = format!(
                "expected `;` or `=` and a length after `axis {}`, found {}",
                name.text,
                part.found()
            );
            diagnostics.error(Rule::Syntax, part.span(), message);
        }
        Ok(AxisItem {
            attributes: head.attributes,
            visibility: head.visibility,
            name,
            length,
            span,
        })
    }

    /// The tokens up to the `;` of an item, which is taken and may be missing at the very end.
    fn definition(&mut self, diagnostics: &mut Diagnostics) -> Cursor<'t> {
        let n = self
            .rest()
            .iter()
            .position(|t| t.is_op(";") || begins_item(t))
            .unwrap_or(self.rest().len());
        let part = self.take(n, "`;`");
        if self.accept(";").is_none() && !self.at_end() {
            let message = format!("expected `;` before {}", self.found());
            diagnostics.error(Rule::Syntax, self.span(), message);
        }
        part
    }

    /// How many tokens stand before the next item.
    fn item_end(&self) -> usize {
        let rest = self.rest();
        rest.iter().position(begins_item).unwrap_or(rest.len())
    }

    /// Moves to what may follow the name of a function.
    fn skip_to_header(&mut self) {
        while let Some(token) = self.peek() {
            if begins_item(token)
                || token.is_group(Delimiter::Parenthesis)
                || token.is_group(Delimiter::Brace)
            {
                break;
            }
            self.next();
        }
    }

    /// Moves past a damaged item: its braces or `;`, or to the next item.
    fn skip_item(&mut self) {
        while let Some(token) = self.peek() {
            if begins_item(token) {
                break;
            }
            self.next();
            if token.is_op(";") || token.is_group(Delimiter::Brace) {
                break;
            }
        }
    }
}

/// The names of the parameters of a scalar function, which have nothing but names.
fn scalar_parameters(
    parameters: Vec<Param>,
    damaged: bool,
    diagnostics: &mut Diagnostics,
) -> Vec<Name> {
    for p in &parameters {
        let plain = p.kind == ParamKind::Variable && p.dimensions.is_none() && p.element.is_none();
        if !plain && !damaged {
            diagnostics.error(
                Rule::Syntax,
                p.span,
                format!(
                    "a parameter of a scalar function is a name alone: write `{0}`; a function of tensors has `-> Y[n] {{ .. }}`",
                    p.name.text
                ),
            );
        }
    }
    parameters.into_iter().map(|p| p.name).collect()
}

/// Reports `failure` and stands in for the expression.
fn report(failure: super::cursor::Failure, span: Span, diagnostics: &mut Diagnostics) -> Expr {
    diagnostics.error(failure.rule, failure.span, failure.message);
    Expr {
        kind: ExprKind::Error,
        span,
    }
}
