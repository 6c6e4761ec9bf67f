//! Functions that somebody is writing, between two that are right: whatever stands there, the errors are in it, and the others are
//! compiled as without it.
//!
//! The functions are those of `conformance/data`. The one in the middle is cut off somewhere, with its brackets closed as an editor
//! hands them on, or some of its words are left out, said twice, exchanged, renamed. `EINSTAN_CASES` says how many there are, and
//! `EINSTAN_SEED` where they begin. All are checked; one of fifty becomes code.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::resolve::Resolved;
use einstan_compiler::{expand, ir, understand};
use fastrand::Rng;
use proc_macro2::{Delimiter, Group, LineColumn, TokenStream, TokenTree};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Words that are put in. With none of them another item begins.
const WORDS: &[&str] = &[
    "i", "j", "k", "n", "m", "x", "X", "Y", "H", "s", "0", "2", "0.5", "+", "-", "*", "/", "%",
    "^", "()", "[]", "{}", "[i]", "[i, ]", "(x)", ",", ";", ":", "=", "+=", "==", "<", "&&", "!",
    "->", "..", "::", "=>", ".", "if", "else", "sum", "softmax", "exp", "pad", "len", "d", "mut",
    "const", "dim", "usize", "f32", "pi", "_", "self", "super", "crate", "type", "let", "'a'",
    "\"a\"", "vjp",
];

/// The functions of the corpus, each as the tokens of one item.
fn corpus() -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for text in [
        include_str!("conformance/data/seed.json"),
        include_str!("conformance/data/notation.json"),
        include_str!("conformance/data/peers.json"),
        include_str!("conformance/data/generated.json"),
    ] {
        let cases: Vec<serde_json::Value> = serde_json::from_str(text).expect("a list of cases");
        let sources = cases.iter().filter_map(|c| c["source"].as_str());
        out.extend(sources.map(tokens).filter(|t| is_function(t)));
    }
    assert!(out.len() > 100, "{} functions", out.len());
    out
}

/// Whether this is one function, and nothing beside it that has a name.
fn is_function(tokens: &[String]) -> bool {
    let items = tokens
        .iter()
        .filter(|t| ["fn", "axis", "extern", "#"].contains(&t.as_str()));
    tokens.first().is_some_and(|t| t == "fn")
        && items.count() == 1
        && read(&tokens.join(" ")).1.is_empty()
}

/// The words, numbers and signs of a source.
fn tokens(source: &str) -> Vec<String> {
    let pattern = regex::Regex::new(r"[\w.]+|->|\+=|==|!=|<=|>=|&&|\|\||\S").expect("a pattern");
    pattern
        .find_iter(source)
        .map(|m| m.as_str().to_string())
        .collect()
}

fn named(function: &[String], name: &str) -> Vec<String> {
    let mut out = function.to_vec();
    out[1] = name.to_string();
    out
}

/// A function that is not finished, from behind its name on.
fn damaged(function: &[String], rng: &mut Rng) -> Vec<String> {
    let mut out = function.to_vec();
    for _ in 0..rng.usize(1..4) {
        if out.len() < 4 {
            break;
        }
        let (at, other) = (rng.usize(2..out.len()), rng.usize(2..out.len()));
        match rng.usize(..8) {
            0..=2 => out.truncate(at),
            3 => drop(out.remove(at)),
            4 => out.insert(at, out[other].clone()),
            5 => out.swap(at, other),
            6 => out[at] = rng.choice(WORDS).expect("there are words").to_string(),
            _ => out.insert(at, rng.choice(WORDS).expect("there are words").to_string()),
        }
    }
    balanced(out)
}

/// The tokens with their brackets closed, and those left out that close nothing.
fn balanced(tokens: Vec<String>) -> Vec<String> {
    let (mut out, mut open) = (Vec::new(), Vec::new());
    for token in tokens {
        let closing = match token.as_str() {
            "(" => Some(")"),
            "[" => Some("]"),
            "{" => Some("}"),
            _ => None,
        };
        open.extend(closing);
        if [")", "]", "}"].contains(&token.as_str()) && open.last().copied() != Some(&token) {
            continue;
        }
        if open.last().copied() == Some(&token) {
            open.pop();
        }
        out.push(token);
    }
    out.extend(open.into_iter().rev().map(str::to_string));
    out
}

/// What the facade hands to the compiler.
fn handed(source: &str) -> Option<TokenStream> {
    let facade = Group::new(Delimiter::Bracket, "::einstan".parse().expect("a path"));
    let mut tokens = TokenStream::from(TokenTree::Group(facade));
    tokens.extend(source.parse::<TokenStream>().ok()?);
    Some(tokens)
}

/// The functions of a source, and where its errors stand; nothing of what rustc's lexer refuses.
fn read(source: &str) -> (Vec<Resolved>, Vec<(LineColumn, String)>) {
    let mut diagnostics = Diagnostics::new();
    let Some(tokens) = handed(source) else {
        return (
            vec![],
            vec![(LineColumn { line: 0, column: 0 }, "no tokens".to_string())],
        );
    };
    let program = understand(tokens, &mut diagnostics);
    let errors = diagnostics.errors().iter();
    let errors = errors.map(|e| (e.span.start(), format!("{}: {}", e.rule.name(), e.message)));
    (program.functions, errors.collect())
}

/// What the compiler understands of a function that is right.
fn understood(functions: &[Resolved], name: &str) -> Option<String> {
    let f = functions
        .iter()
        .find(|f| f.name.text == name && !f.failed)?;
    Some(ir::print::print(&f.function))
}

/// The code of a function, without what editors see of the whole invocation.
fn code(source: &str, name: &str) -> String {
    let code = expand(handed(source).expect("tokens")).to_string();
    let module = format!("# [doc (hidden)] # [allow (unexpected_cfgs)] mod __einstan_{name}");
    let from = code.find(&module).expect("a module");
    code[from..].to_string()
}

/// A program of three lines.
struct Case {
    before: String,
    damaged: String,
    after: String,
}

impl Case {
    fn new(corpus: &[Vec<String>], seed: u64) -> Case {
        let rng = &mut Rng::with_seed(seed);
        let mut pick = || corpus[rng.usize(..corpus.len())].clone();
        let (before, middle, after) = (pick(), pick(), pick());
        Case {
            before: named(&before, "before").join(" "),
            damaged: damaged(&named(&middle, "damaged"), rng).join(" "),
            after: named(&after, "after").join(" "),
        }
    }

    fn source(&self) -> String {
        format!("{}\n{}\n{}", self.before, self.damaged, self.after)
    }

    /// What is wrong with how it is understood. Where something is missing, the error stands at what follows.
    fn misunderstood(&self) -> Option<String> {
        let source = self.source();
        handed(&source)?;
        let (functions, errors) = read(&source);
        let elsewhere = |at: &LineColumn| at.line != 2 && (at.line, at.column) != (3, 0);
        if let Some((at, error)) = errors.iter().find(|(at, _)| elsewhere(at)) {
            return Some(format!("an error at {at:?}: {error}"));
        }
        for (name, alone) in [("before", &self.before), ("after", &self.after)] {
            let alone = understood(&read(alone).0, name);
            if understood(&functions, name) != alone {
                return Some(format!("`{name}` is not what it is alone: {errors:?}"));
            }
        }
        None
    }

    /// What is wrong with the code that it becomes.
    fn miscompiled(&self) -> Option<String> {
        let code_of_all = expand(handed(&self.source())?);
        if let Err(error) = syn::parse2::<syn::File>(code_of_all.clone()) {
            return Some(format!("the code does not parse: {error}"));
        }
        let all = code_of_all.to_string();
        for (name, alone) in [("before", &self.before), ("after", &self.after)] {
            if !all.contains(&code(alone, name)) {
                return Some(format!("`{name}` has other code than alone"));
            }
        }
        None
    }
}

#[test]
fn what_is_unfinished_disturbs_nothing_else() {
    let number = |name: &str| std::env::var(name).ok().and_then(|n| n.parse().ok());
    let cases: u64 = number("EINSTAN_CASES").unwrap_or(2_000);
    let seed: u64 = number("EINSTAN_SEED").unwrap_or(0);
    let corpus = corpus();
    let mut failures = Vec::new();
    for at in seed..seed + cases {
        let case = Case::new(&corpus, at);
        if cases == 1 {
            eprintln!("{}", case.source());
        }
        let wrong = || {
            case.misunderstood()
                .or_else(|| (at % 50 == 0).then(|| case.miscompiled())?)
        };
        let found =
            catch_unwind(AssertUnwindSafe(wrong)).unwrap_or_else(|_| Some("a panic".into()));
        failures.extend(found.map(|found| format!("{at}: {found}\n{}", case.source())));
        // Places in sources would fill the memory.
        proc_macro2::extra::invalidate_current_thread_spans();
    }
    let shown: Vec<String> = failures.iter().take(20).cloned().collect();
    assert!(
        failures.is_empty(),
        "{} of {cases}\n{}",
        failures.len(),
        shown.join("\n\n")
    );
}
