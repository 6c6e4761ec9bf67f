//! An LSTM adds two numbers that it saw long ago.
//!
//!     cargo run --release --example lstm [-- --length 100 --hidden 64 --batch 64 --steps 2500 --lr 0.01 --seed 1]
//!
//! Who guesses has a mean squared error of 0.167; it must come below 0.01 on sequences that it has not seen. `--quick` takes
//! short sequences.

#[path = "../job/cosine.rs"]
mod cosine;
#[path = "../job/mod.rs"]
mod job;
mod model;
mod picture;
mod problem;
#[path = "../job/weights.rs"]
mod weights;

use cosine::cosine;
use einstan::optim::{self, Adam};
use indicatif::{ProgressBar, ProgressStyle};
use model::{Parameters, Workspace};
use problem::Batch;
use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What the command line says.
#[derive(Clone, Copy)]
struct Options {
    length: usize,
    hidden: usize,
    batch: usize,
    steps: usize,
    rate: f64,
    seed: u64,
}

fn options() -> Result<Option<Options>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut out = Options {
        length: 100,
        hidden: 64,
        batch: 64,
        steps: 2500,
        rate: 0.01,
        seed: 1,
    };
    if job::is_quick() {
        (out.length, out.hidden, out.steps) = (12, 24, 1000);
    }
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("length") => out.length = parser.value()?.parse()?,
            Long("hidden") => out.hidden = parser.value()?.parse()?,
            Long("batch") => out.batch = parser.value()?.parse()?,
            Long("steps") => out.steps = parser.value()?.parse()?,
            Long("lr") => out.rate = parser.value()?.parse()?,
            Long("seed") => out.seed = parser.value()?.parse()?,
            Long("quick") => {}
            Long("help") | Short('h') => {
                println!(
                    "lstm [--length N] [--hidden N] [--batch N] [--steps N] [--lr X] [--seed N] [--quick]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if out.length < 2 || out.hidden == 0 || out.batch == 0 || out.steps == 0 {
        return Err("--length is at least 2, --hidden, --batch and --steps are at least 1".into());
    }
    Ok(Some(out))
}

fn main() -> ExitCode {
    job::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(options) = options()? else {
        return Ok(());
    };
    let start = Instant::now();
    let mut random = fastrand::Rng::with_seed(options.seed);
    let trained = train(options, &mut random)?;
    let error = on_fresh(&trained.parameters, options.length, &mut random)?;
    let path = picture::save(&trained.errors)?;
    println!(
        "{:.1} ms for the error of a batch and its gradient",
        trained.step.as_secs_f64() * 1e3
    );
    println!(
        "picture: {}\n{:.1} s",
        path.display(),
        start.elapsed().as_secs_f64()
    );
    println!(
        "mean squared error on fresh sequences: {error:.5} ({:.3} by guessing)",
        Batch::GUESS
    );
    if error.is_nan() || error >= 0.01 {
        return Err(format!("a mean squared error of {error:.4} is not below 0.01").into());
    }
    Ok(())
}

/// The mean squared error on 2000 new sequences.
fn on_fresh(
    parameters: &Parameters,
    length: usize,
    random: &mut fastrand::Rng,
) -> Result<f32, einstan::Error> {
    let mut sum = 0.0;
    for _ in 0..20 {
        sum += model::mean_square(parameters, &Batch::draw(length, 100, random))?;
    }
    Ok(sum / 20.0)
}

/// What came of the training.
struct Trained {
    parameters: Parameters,
    /// Of each batch.
    errors: Vec<f32>,
    /// How long the value and the gradient of a batch took, in the mean.
    step: Duration,
}

/// Adam, at a rate that falls to zero along a cosine, with clipped gradients.
fn train(options: Options, random: &mut fastrand::Rng) -> Result<Trained, Box<dyn Error>> {
    let bar = ProgressBar::new(options.steps as u64);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} steps, {msg}, {eta} left",
    )?);
    let mut parameters = model::random(2, options.hidden, random);
    let (mut gradient, mut workspace) = (parameters.clone(), Workspace::default());
    let mut adam = Adam::new(&parameters);
    let (mut errors, mut within) = (Vec::new(), Duration::ZERO);
    for step in 0..options.steps {
        let batch = Batch::draw(options.length, options.batch, random);
        let start = Instant::now();
        errors.push(model::gradient(
            &parameters,
            &batch,
            &mut workspace,
            &mut gradient,
        )?);
        within += start.elapsed();
        optim::clip_norm(&mut gradient, 1.0)?;
        let done = step as f64 / options.steps as f64;
        adam.rate = options.rate * cosine(done);
        adam.step(&mut parameters, &gradient)?;
        if step.is_multiple_of(50) {
            bar.set_message(format!("mean squared error {:.4}", errors[step]));
            bar.set_position(step as u64);
        }
    }
    bar.finish_and_clear();
    Ok(Trained {
        parameters,
        errors,
        step: within / options.steps as u32,
    })
}
