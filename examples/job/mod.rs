//! The end of a program that has a job.

use std::error::Error;
use std::process::ExitCode;

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
