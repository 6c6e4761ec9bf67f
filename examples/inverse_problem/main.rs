//! What a medium is made of, from what becomes of waves in it: the coefficients of a partial differential equation, cell by
//! cell, found through its solution.
//!
//!     cargo run --release --example inverse_problem [-- --cells 64 --states 8 --steps 100 --noise 0.0001 --seed 1]
//!
//! Random states are carried and spread on a ring, with a velocity and a diffusivity of their own in each place, and measured at
//! the end. The derivative of all steps, as the equations have it, leads back to the coefficients. `--quick` takes a small ring
//! and measures exactly.

mod experiment;
mod fit;
#[path = "../job/mod.rs"]
mod job;
#[path = "../job/largest.rs"]
mod largest;
mod model;
#[path = "../job/normal.rs"]
mod normal;
mod picture;

use experiment::Experiment;
use indicatif::{ProgressBar, ProgressStyle};
use largest::largest;
use model::Coefficients;
use ndarray::Array1;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What the command line says.
struct Options {
    cells: usize,
    states: usize,
    steps: usize,
    noise: f64,
    seed: u64,
}

fn options() -> Result<Option<Options>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut out = Options {
        cells: 64,
        states: 8,
        steps: 100,
        noise: 1e-4,
        seed: 1,
    };
    if job::is_quick() {
        (out.cells, out.steps, out.noise) = (24, 40, 0.0);
    }
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("cells") => out.cells = parser.value()?.parse()?,
            Long("states") => out.states = parser.value()?.parse()?,
            Long("steps") => out.steps = parser.value()?.parse()?,
            Long("noise") => out.noise = parser.value()?.parse()?,
            Long("seed") => out.seed = parser.value()?.parse()?,
            Long("quick") => {}
            Long("help") | Short('h') => {
                println!(
                    "inverse_problem [--cells N] [--states N] [--steps N] [--noise X] [--seed N] [--quick]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if out.cells < 3 || out.states < 3 || out.steps == 0 {
        return Err("--cells and --states are at least 3, --steps is at least 1".into());
    }
    Ok(Some(out))
}

fn main() -> ExitCode {
    job::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(o) = options()? else {
        return Ok(());
    };
    let start = Instant::now();
    let truth = experiment::truth(o.cells);
    let mut random = fastrand::Rng::with_seed(o.seed);
    let experiment = Experiment::make(&truth, o.states, o.steps, o.noise, &mut random)?;
    let mut guess = truth.clone();
    guess.a.fill(0.3);
    guess.v.fill(0.2);
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template(
        "{spinner} {pos} steps, {msg}",
    )?);
    bar.enable_steady_tick(Duration::from_millis(100));
    let fit = fit::fit(&experiment, guess, |residual| {
        bar.inc(1);
        bar.set_message(format!("states are off by {residual:.1e}"));
    })?;
    bar.finish_and_clear();
    for (step, residual) in fit.residuals.iter().enumerate() {
        println!("step {step:2}: states are off by {residual:.2e}");
    }
    let path = picture::save(&experiment, &truth, &fit.coefficients)?;
    println!(
        "picture: {}\n{:.1} s",
        path.display(),
        start.elapsed().as_secs_f64()
    );
    judge(&fit.coefficients, &truth, o.noise)
}

/// Whether the coefficients are what measurements with such errors tell.
fn judge(found: &Coefficients, truth: &Coefficients, noise: f64) -> Result<(), Box<dyn Error>> {
    let far = |found: &Array1<f64>, truth: &Array1<f64>| largest(found / truth - 1.0);
    let (a, v) = (far(&found.a, &truth.a), far(&found.v, &truth.v));
    println!("largest relative error: {a:.1e} of a diffusivity, {v:.1e} of a velocity");
    // Of 128 coefficients the worst one; the guess is off by half and more.
    let allowed = 1e-8 + 200.0 * noise;
    let off = largest([a, v]);
    if off.is_nan() || off > allowed {
        return Err(format!(
            "a coefficient is off by {off:.1e} of it, and {allowed:.1e} is allowed"
        )
        .into());
    }
    Ok(())
}
