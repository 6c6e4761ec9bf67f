//! The command line of `einstan-fmt`.

use einstan_fmt::{Formatted, difference, files, format};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const USAGE: &str = "usage: einstan-fmt [--check] [FILE | FOLDER | -]..";

const HELP: &str = "
Formats the bodies of `einstan! { .. }` in Rust files, beside rustfmt.

    FILE           a file, which is changed in place
    FOLDER         all `*.rs` in it; what Cargo has built is left out. Without any, the current folder
    -              standard input, to standard output

    --check        changes nothing, and says what would change

It ends with 1 if `--check` found something to change, and with 2 if something could not be formatted: that stays as it is.
";

/// What the command line says.
#[derive(Default)]
struct Arguments {
    check: bool,
    paths: Vec<OsString>,
}

/// What was found, as the status of the process says it.
#[derive(Default)]
struct Outcome {
    changed: bool,
    failed: bool,
}

fn main() -> ExitCode {
    let outcome = match arguments() {
        Ok(Some(arguments)) => run(&arguments),
        Ok(None) => Ok(Outcome::default()),
        Err(error) => {
            eprintln!("einstan-fmt: {error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(Outcome { failed: true, .. }) => ExitCode::from(2),
        Ok(Outcome { changed, .. }) => ExitCode::from(u8::from(changed)),
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::from(2),
        Err(error) => {
            eprintln!("einstan-fmt: {error}");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    use lexopt::prelude::*;
    let mut found = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("check") => found.check = true,
            Long("help") | Short('h') => {
                write!(io::stdout(), "{USAGE}\n{HELP}").map_err(|e| e.to_string())?;
                return Ok(None);
            }
            Long("version") | Short('V') => {
                let version = env!("CARGO_PKG_VERSION");
                writeln!(io::stdout(), "einstan-fmt {version}").map_err(|e| e.to_string())?;
                return Ok(None);
            }
            Value(path) => found.paths.push(path),
            other => return Err(other.unexpected()),
        }
    }
    if found.paths.is_empty() {
        found.paths.push(".".into());
    }
    Ok(Some(found))
}

fn run(arguments: &Arguments) -> io::Result<Outcome> {
    let mut outcome = Outcome::default();
    for path in &arguments.paths {
        if path == "-" {
            standard_input(arguments.check, &mut outcome)?;
            continue;
        }
        match files::below(Path::new(path)) {
            Ok(files) => {
                for path in files {
                    file(&path, arguments.check, &mut outcome)?;
                }
            }
            Err(error) => unreadable(Path::new(path), &error, &mut outcome),
        }
    }
    Ok(outcome)
}

fn unreadable(path: &Path, error: &io::Error, outcome: &mut Outcome) {
    eprintln!("einstan-fmt: {}: {error}", path.display());
    outcome.failed = true;
}

fn standard_input(check: bool, outcome: &mut Outcome) -> io::Result<()> {
    let mut text = String::new();
    io::stdin().read_to_string(&mut text)?;
    let formatted = format(&text);
    report(Path::new("<stdin>"), &formatted, check, outcome)?;
    match check {
        true => Ok(()),
        false => io::stdout().write_all(formatted.text.as_bytes()),
    }
}

fn file(path: &PathBuf, check: bool, outcome: &mut Outcome) -> io::Result<()> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) => {
            unreadable(path, &error, outcome);
            return Ok(());
        }
    };
    let formatted = format(&text);
    report(path, &formatted, check, outcome)?;
    if !check
        && !formatted.changes.is_empty()
        && let Err(error) = std::fs::write(path, &formatted.text)
    {
        unreadable(path, &error, outcome);
    }
    Ok(())
}

/// Says what could not be formatted and, where nothing is written, what would change.
fn report(
    path: &Path,
    formatted: &Formatted,
    check: bool,
    outcome: &mut Outcome,
) -> io::Result<()> {
    let path = path.display();
    for problem in &formatted.problems {
        let (line, column) = (problem.line, problem.column);
        eprintln!("{path}:{line}:{column}: {}", problem.message);
        outcome.failed = true;
    }
    if check {
        for change in &formatted.changes {
            let lines = difference::lines(&change.before, &change.after);
            writeln!(
                io::stdout(),
                "{path}:{}: would change\n{lines}",
                change.line
            )?;
            outcome.changed = true;
        }
    }
    Ok(())
}
