//! The example `derive` on the inputs `tests/derive/*.eq`: what it prints is `*.txt` beside them, up to the plan. To take
//! over a change:
//!
//!     EINSTAN_BLESS=1 cargo test --test derive

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
