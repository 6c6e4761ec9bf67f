//! The start and the end of a program that has a job.

use std::error::Error;
use std::process::ExitCode;

/// Whether `--quick` is among the options, wherever it stands: its settings come first, so that others can change them.
pub fn is_quick() -> bool {
    std::env::args_os().any(|option| option == "--quick")
}

/// Says what went wrong, if anything did.
pub fn end(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
