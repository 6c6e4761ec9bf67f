//! The derivation of any equation: as it was understood, its Jacobians, its gradients, the plan.
//!
//!     cargo run --example derive -- "Y[i,j] = X[i,k]*W[k,j] + b[j]"
//!
//! Takes equations, functions, files with such, or `-` for standard input; `--help` lists the options. Errors are shown as
//! the compiler shows them.

mod show;

use show::Wanted;
use show::input::Input;
use std::error::Error;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "usage: derive [--steps] [--latex] [--notation] [--rust] [--html FILE] EQUATIONS | FUNCTIONS | FILE | -";

const HELP: &str = "
The derivation of equations: as they were understood, gradients, tangents, Jacobians, the plan.

    EQUATIONS      such as \"Y[i,j] = X[i,k]*W[k,j] + b[j]\"; several are separated by `;`
    FUNCTIONS      what may stand in `einstan! { .. }`: \"fn f(x[n]) -> s { s = x[i]*x[i]; }\"
    FILE           a file with either of them; `-` is standard input

    --steps        the way to each gradient, step by step
    --latex        everything as LaTeX too
    --notation     the derivatives as functions of the notation too
    --rust         the generated code too
    --html FILE    writes a page with the formulas too
";

/// What the command line says.
#[derive(Default)]
struct Arguments {
    wanted: Wanted,
    html: Option<PathBuf>,
    inputs: Vec<String>,
}

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut out = Arguments::default();
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("steps") => out.wanted.steps = true,
            Long("latex") => out.wanted.latex = true,
            Long("notation") => out.wanted.notation = true,
            Long("rust") => out.wanted.rust = true,
            Long("html") => out.html = Some(parser.value()?.into()),
            Long("help") | Short('h') => {
                print(&format!("{USAGE}\n{HELP}\n"))?;
                return Ok(None);
            }
            Value(text) => out.inputs.push(text.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    if out.inputs.is_empty() {
        return Err(format!("nothing to derive\n{USAGE}\n(--help says more)").into());
    }
    Ok(Some(out))
}

/// Prints; a reader that has seen enough closes the pipe, which is no error.
fn print(text: &str) -> Result<(), Box<dyn Error>> {
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        return Ok(ExitCode::SUCCESS);
    };
    let mut functions = Vec::new();
    let mut code = ExitCode::SUCCESS;
    for argument in &arguments.inputs {
        let input = Input::new(argument)?;
        match show::text(&input, arguments.wanted) {
            Ok(text) => {
                print(&text)?;
                if arguments.html.is_some() {
                    functions.extend(show::functions(&input)?);
                }
            }
            Err(errors) => {
                eprint!("{errors}");
                code = ExitCode::FAILURE;
            }
        }
    }
    if let Some(path) = arguments.html
        && !functions.is_empty()
    {
        std::fs::write(&path, show::page::page(&functions, arguments.wanted.steps))
            .map_err(|e| format!("{}: {e}", path.display()))?;
        print(&format!("\nwrote {}\n", path.display()))?;
    }
    Ok(code)
}

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("error: {error}");
        ExitCode::FAILURE
    })
}
