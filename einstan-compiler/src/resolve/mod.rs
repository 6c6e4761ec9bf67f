//! Names and meaning: from the surface syntax to the ir.
//!
//! `signature` declares parameters and results, `equation` finds the indices of an equation and their ranges, `lower`
//! turns its right-hand side into an expression with explicit sums. An error leaves what it concerns poisoned, so that
//! one mistake is one error.

mod affine;
mod annotation;
mod attribute;
mod axis;
mod define;
mod dimension;
mod equation;
mod implied;
mod integer;
mod left;
mod lower;
mod mention;
pub(crate) use mention::bare_names as names_in;
pub(crate) mod message;
mod order;
mod range;
mod read;
mod recurrence;
mod scalar;
mod scope;
mod signature;
mod source;
mod storage;
mod whole;

pub use attribute::{Options, Test};
pub use axis::Axis;
pub(crate) use axis::{Axes, MOST_AXES};
pub(crate) use scalar::{Scalar, Scalars};
pub(crate) use scope::{Binding, ResultAxis, ResultInfo, Scope};
pub use scope::{Declared, Given};
pub use source::{ScalarSource, Source};
pub use whole::External;

use crate::ast::{self, ExternFn, Form, FunctionItem, Invocation, Item};
use crate::check::{self, Written};
use crate::diagnostics::Diagnostics;
use crate::ir::Function;
use crate::rule::Rule;
use crate::warn::{self, Warned};
use proc_macro2::{Span, TokenStream};
use std::collections::BTreeMap;

/// The functions of an invocation, in the order of the source.
#[derive(Clone, Debug)]
pub struct Program {
    pub facade: TokenStream,
    pub axes: Vec<Axis>,
    pub functions: Vec<Resolved>,
    /// The names of the scalar functions, right or wrong.
    pub scalars: Vec<ScalarSource>,
    /// Of the inline form: whether it asks for the pullback.
    pub inline: Option<bool>,
}

/// One function.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Those that are emitted: without the options.
    pub attributes: Vec<syn::Attribute>,
    /// Of `#[einstan(..)]`.
    pub options: Options,
    pub visibility: syn::Visibility,
    pub name: ast::Name,
    /// In the order of `function.parameters`.
    pub parameters: Vec<ast::Name>,
    /// In the order of `function.results`.
    pub results: Vec<ast::Name>,
    /// The results were declared in parentheses.
    pub tuple: bool,
    /// The axis types that it uses.
    pub axes: Vec<ast::Name>,
    /// The signature names an axis type.
    pub typed: bool,
    /// Of each result, what its axes are declared to be.
    pub result_axes: Vec<Vec<Declared>>,
    /// The equations as written.
    pub equations: Vec<String>,
    pub function: Function,
    /// Its names, each where it stands.
    pub source: Source,
    /// Where its calls of functions of other invocations stand.
    pub externals: Vec<External>,
    /// The Rust functions that it uses, in the order of `function.foreign`.
    pub foreign: Vec<ExternFn>,
    /// The Rust expressions, in the order of `function.given`.
    pub given: Vec<Given>,
    /// What `check` and `warn` need of the source.
    pub written: Written,
    /// What it is warned of.
    pub warnings: Vec<Warned>,
    /// Errors were reported: only the signature means anything.
    pub failed: bool,
}

/// The functions of an invocation that are resolved already, by name: those that another one may call.
pub(crate) type Callees = BTreeMap<String, Resolved>;

/// Resolves every function of an invocation, and checks it as soon as it is whole: those that call it take it in. Where there
/// are errors nothing is warned of, since what is wrong may be why.
pub fn resolve(invocation: Invocation, diagnostics: &mut Diagnostics) -> Program {
    let mut program = program(invocation, diagnostics);
    if !diagnostics.is_empty() {
        let functions = program.functions.iter_mut();
        functions.for_each(|f| f.warnings.clear());
    }
    program
}

fn program(invocation: Invocation, diagnostics: &mut Diagnostics) -> Program {
    let Invocation { facade, form } = invocation;
    match form {
        Form::Items(items) => {
            functions_are_distinct(&items, diagnostics);
            let scalars = scalar::scalars(&items, diagnostics);
            let axes = axis::axes(&items, diagnostics);
            let mut functions = functions(&items);
            let sources = ScalarSource::all(&items);
            for item in items {
                match item {
                    Item::Function(_) | Item::Extern(_) => {}
                    Item::Axis(a) => attribute::refuse(&a.attributes, "axes", diagnostics),
                    Item::Scalar(s) => {
                        attribute::refuse(&s.attributes, "scalar functions", diagnostics)
                    }
                }
            }
            let mut callees = Callees::default();
            for at in order::callees_first(&mut functions, diagnostics) {
                let f = function(
                    functions[at].clone(),
                    &scalars,
                    (&callees, &axes),
                    false,
                    diagnostics,
                );
                callees.insert(f.name.text.clone(), f);
            }
            let in_order = functions
                .iter()
                .filter_map(|f| callees.remove(&f.name.text));
            Program {
                facade,
                functions: in_order.collect(),
                scalars: sources,
                axes: axes.into_values().collect(),
                inline: None,
            }
        }
        Form::Inline { vjp, body } => {
            let name = ast::Name {
                text: "inline".to_string(),
                span: Span::call_site(),
            };
            let item = FunctionItem {
                attributes: vec![],
                visibility: syn::Visibility::Inherited,
                name,
                signature: None,
                body,
                unfinished: false,
            };
            let known = (&Callees::new(), &Axes::new());
            let f = function(item, &Scalars::new(), known, true, diagnostics);
            Program {
                facade,
                axes: vec![],
                functions: vec![f],
                scalars: vec![],
                inline: Some(vjp.is_some()),
            }
        }
    }
}

/// Reports a function that has the name of an earlier one, of any kind.
fn functions_are_distinct(items: &[Item], diagnostics: &mut Diagnostics) {
    let name = |i: &'_ Item| match i {
        Item::Function(f) => Some(f.name.clone()),
        Item::Scalar(s) => Some(s.name.clone()),
        Item::Extern(e) => Some(e.name.clone()),
        Item::Axis(_) => None,
    };
    let mut seen: BTreeMap<String, Span> = BTreeMap::new();
    for name in items.iter().filter_map(name) {
        match seen.get(&name.text) {
            Some(&first) => {
                let text = format!("the function `{}` is defined twice", name.text);
                let other = (first, format!("`{}` is defined here first", name.text));
                diagnostics.error_beside(Rule::DuplicateFunction, name.span, text, other);
            }
            None => drop(seen.insert(name.text, name.span)),
        }
    }
}

/// The functions of tensors, the first one of each name.
fn functions(items: &[Item]) -> Vec<FunctionItem> {
    let mut functions: Vec<FunctionItem> = Vec::new();
    for item in items {
        if let Item::Function(f) = item
            && functions.iter().all(|o| o.name.text != f.name.text)
        {
            functions.push(f.clone());
        }
    }
    functions
}

fn function(
    mut item: FunctionItem,
    scalars: &Scalars,
    (callees, axes): (&Callees, &Axes),
    inline: bool,
    diagnostics: &mut Diagnostics,
) -> Resolved {
    let before = diagnostics.len();
    let options = attribute::options(&mut item.attributes, diagnostics);
    let mut source = Source::of(&item);
    let damaged = item.unfinished || !item.body.damaged.is_empty();
    let tuple = matches!(&item.signature, Some((_, results)) if results.len() != 1);
    let explicit = item.signature.is_some();
    let (parameters, results) = match item.signature {
        Some(signature) => signature,
        None => implied::signature(&item.body, scalars, inline),
    };
    let mut scope = Scope::new(&item.name.text, scalars, (callees, axes), diagnostics);
    scope.explicit = explicit;
    scope.unfinished = item.unfinished;
    let parameters = scope.parameters(parameters);
    scope.declare_results(results, item.name.span, &item.body);
    for name in &item.body.damaged {
        scope
            .tensors
            .entry(name.text.clone())
            .or_insert(Binding::Poisoned);
    }
    scope.ranks = scope.ranks_of(&item.body.statements);
    let mut texts = Vec::new();
    for statement in &item.body.statements {
        texts.push(ast::print::statement(statement));
    }
    scope.statements(&item.body.statements);
    let results = scope.finish();
    scope.few_axes(&parameters);
    scope.storage(&options);
    source.find(&scope);
    let (function, written, failed) = (scope.f, scope.written, scope.failed);
    let (externals, foreign, given) = (scope.externals, scope.foreign, scope.given);
    let (axes, typed, result_axes) = (scope.used_axes, scope.typed, scope.result_axes);
    if !damaged && !failed && diagnostics.len() == before {
        options.check(&function, diagnostics);
    }
    let failed = damaged || failed || diagnostics.len() > before;
    let mut resolved = Resolved {
        attributes: item.attributes,
        options,
        visibility: item.visibility,
        name: item.name,
        parameters,
        results,
        tuple,
        axes,
        typed,
        result_axes,
        equations: texts,
        function,
        source,
        externals,
        foreign,
        given,
        written,
        warnings: vec![],
        failed,
    };
    check::check(&mut resolved, diagnostics);
    if !resolved.failed {
        resolved.warnings = warn::warnings(&mut resolved);
    }
    resolved
}
