//! The example `derive` on the inputs `tests/derive/*.eq`: what it prints is `*.txt` beside them, up to the plan. To take
//! over a change:
//!
//!     EINSTAN_BLESS=1 cargo test --test derive
//!
//! And on what the pages show: each part of a text below a command line of `derive` is printed by it.

#[allow(dead_code)] // what the command line alone uses
#[path = "../examples/derive/show/mod.rs"]
mod show;

use show::Wanted;
use show::input::Input;
use std::path::{Path, PathBuf};

fn inputs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/derive");
    let entries = std::fs::read_dir(folder).expect("the folder of the inputs");
    let paths = entries.map(|e| e.expect("an entry").path());
    let mut inputs: Vec<PathBuf> = paths
        .filter(|p| p.extension().is_some_and(|e| e == "eq"))
        .collect();
    inputs.sort();
    inputs
}

/// What is printed for a file, without the plan, which other tests look at.
fn printed(path: &Path) -> String {
    let text = std::fs::read_to_string(path).expect("an input");
    let input = Input::of_text("<equation>", &text);
    let wanted = Wanted {
        steps: true,
        latex: true,
        notation: false,
        rust: false,
    };
    match show::text(&input, wanted) {
        Ok(text) => without_plans(&text),
        Err(errors) => errors,
    }
}

fn without_plans(text: &str) -> String {
    let mut plan = false;
    let lines = text.lines().filter(|line| {
        plan = *line == "plan" || plan && line.starts_with("    ");
        !plan
    });
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn derivations_and_errors_are_as_they_were() {
    let bless = std::env::var_os("EINSTAN_BLESS").is_some();
    for path in inputs() {
        let (printed, expected) = (printed(&path), path.with_extension("txt"));
        if bless {
            std::fs::write(&expected, printed).expect("a text is written");
            continue;
        }
        let known = std::fs::read_to_string(&expected).unwrap_or_default();
        assert_eq!(printed, known, "{}", path.display());
    }
}

#[test]
fn generated_code_is_formatted() {
    let input = Input::of_text("<equation>", "y[i] = exp(x[i])");
    let rust = show::rust(&input).expect("code");
    assert!(rust.contains("\n    pub mod f {\n"), "{rust}");
}

#[test]
fn a_page_stands_alone() {
    let input = Input::of_text("<equation>", "Y[i,j] = X[i,k]*W[k,j] + b[j]");
    let page = show::page::page(&show::functions(&input).expect("a function"), true);
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(!page.contains("<script") && !page.contains("http"));
    assert_eq!(
        page.matches("<math ").count(),
        page.matches("</math>").count()
    );
}

/// The blocks of a page that are fenced, with the word after the fence, and its headings.
fn blocks(page: &str) -> Vec<(&str, String)> {
    let mut out: Vec<(&str, String)> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match line.strip_prefix("```") {
            Some(word) if !inside => out.push((word, String::new())),
            Some(_) => (),
            None if !inside && line.starts_with('#') => out.push(("heading", String::new())),
            None if inside => {
                let block = out.last_mut().expect("a block was begun");
                block.1 += &format!("{line}\n");
            }
            None => (),
        }
        inside ^= line.starts_with("```");
    }
    out
}

/// What `derive` prints for a command line, if it is one: options, then an equation in quotes or a file.
fn output_of(command: &str) -> Option<String> {
    let rest = command
        .trim()
        .strip_prefix("cargo run --example derive -- ")?;
    let (steps, rest) = match rest.strip_prefix("--steps ") {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let input = Input::new(rest.trim_matches('"')).expect("an input");
    let wanted = Wanted {
        steps,
        ..Wanted::default()
    };
    Some(show::text(&input, wanted).expect("no errors"))
}

#[test]
fn pages_show_what_is_printed() {
    let mut compared = 0;
    for name in ["README.md", "docs/calculus.md"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let page = std::fs::read_to_string(path).expect("a page");
        let mut printed = None;
        for (word, text) in blocks(&page) {
            match word {
                "sh" => printed = output_of(&text),
                "rust" | "heading" => printed = None,
                _ => {}
            }
            if let Some(printed) = printed.as_ref().filter(|_| word == "text") {
                assert!(printed.contains(&text), "{name} shows\n{text}of\n{printed}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 5, "only {compared} texts are shown");
}
