//! A two-layer network, written as index equations, learns to read digits.
//!
//!     cargo run --release --example mnist [-- --epochs 10 --batch 100 --lr 0.1 --hidden 128 --seed 1]
//!
//! `--seeds N` trains N networks and prints the mean of their accuracies, `--quick` trains on a part of the data for one
//! epoch, `--data FOLDER` says where the data is. The backward pass is the one that `einstan!` derives.

#[path = "../job/cosine.rs"]
mod cosine;
mod data;
#[path = "../picture/font.rs"]
mod font;
#[path = "../job/mod.rs"]
mod job;
mod mistakes;
mod model;
mod picture;
#[path = "../job/weights.rs"]
mod weights;

use indicatif::{ProgressBar, ProgressStyle};
use model::{Epoch, Network, Options};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// What the command line says.
struct Arguments {
    options: Options,
    seeds: u64,
    quick: bool,
    data: PathBuf,
}

/// What is not said otherwise.
fn usual(quick: bool) -> Options {
    Options {
        epochs: if quick { 1 } else { 10 },
        batch: 100,
        rate: 0.1,
        hidden: 128,
        seed: 1,
    }
}

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let quick = job::is_quick();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/mnist");
    let mut out = Arguments {
        options: usual(quick),
        seeds: 1,
        quick,
        data,
    };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("epochs") => out.options.epochs = parser.value()?.parse()?,
            Long("batch") => out.options.batch = parser.value()?.parse()?,
            Long("lr") => out.options.rate = parser.value()?.parse()?,
            Long("hidden") => out.options.hidden = parser.value()?.parse()?,
            Long("seed") => out.options.seed = parser.value()?.parse()?,
            Long("seeds") => out.seeds = parser.value()?.parse()?,
            Long("quick") => {}
            Long("data") => out.data = parser.value()?.into(),
            Long("help") | Short('h') => {
                println!(
                    "mnist [--epochs N] [--batch N] [--lr X] [--hidden N] [--seed N] [--seeds N] [--quick] [--data FOLDER]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if out.options.batch == 0
        || out.options.batch > 55_000
        || out.options.epochs == 0
        || out.options.hidden == 0
    {
        return Err("--epochs and --hidden are at least 1, --batch is from 1 to 55000".into());
    }
    Ok(Some(out))
}

fn main() -> ExitCode {
    job::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = arguments()? else {
        return Ok(());
    };
    let start = Instant::now();
    let (mut digits, test) = (data::train(&arguments.data)?, data::test(&arguments.data)?);
    let options = arguments.options;
    if arguments.quick {
        (_, digits) = digits.split(40_000);
    }
    let held = digits.labels.len() - 5_000;
    let (training, held_out) = digits.split(held);
    let mut sum = 0.0;
    for seed in 0..arguments.seeds.max(1) {
        let options = Options {
            seed: options.seed + seed,
            ..options
        };
        let (network, epochs) = train(&training, &held_out, options)?;
        let seen = network.predict(&test)?;
        let accuracy = network.accuracy(&test)?;
        sum += accuracy;
        println!(
            "seed {}: test accuracy {:.2} %",
            options.seed,
            accuracy * 100.0
        );
        if seed == 0 {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mnist");
            std::fs::create_dir_all(&folder)?;
            font::use_font();
            picture::curve(&epochs, &folder.join("curve.png"))?;
            mistakes::draw(
                &test,
                seen.as_slice().unwrap_or(&[]),
                &folder.join("mistakes.png"),
            )?;
            println!(
                "pictures: {0}/curve.png, {0}/mistakes.png",
                folder.display()
            );
        }
    }
    let mean = sum / arguments.seeds.max(1) as f64;
    if arguments.seeds > 1 {
        println!("mean over {} seeds: {:.2} %", arguments.seeds, mean * 100.0);
    }
    println!("{:.1} s", start.elapsed().as_secs_f64());
    let floor = if arguments.quick { 0.85 } else { 0.97 };
    let usual = usual(arguments.quick);
    let changed = options.epochs != usual.epochs || options.rate != usual.rate;
    if !changed && mean < floor {
        return Err(format!(
            "an accuracy of {:.2} % is below {:.0} %",
            mean * 100.0,
            floor * 100.0
        )
        .into());
    }
    Ok(())
}

/// Trains with a progress bar, and prints a line for every epoch.
fn train(
    training: &data::Digits,
    held_out: &data::Digits,
    options: Options,
) -> Result<(Network, Vec<Epoch>), Box<dyn Error>> {
    let batches = training.labels.len() / options.batch;
    let bar = ProgressBar::new((options.epochs * batches) as u64);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} batches, {msg}",
    )?);
    let mut epochs: Vec<Epoch> = Vec::new();
    let accuracy = std::cell::Cell::new(None::<f64>);
    let network = Network::train(
        training,
        held_out,
        options,
        |step, loss| {
            if step % 50 == 0 {
                let accuracy = accuracy
                    .get()
                    .map(|a| format!(", accuracy {:.2} %", a * 100.0))
                    .unwrap_or_default();
                bar.set_message(format!("loss {loss:.4}{accuracy}"));
                bar.set_position(step as u64 + 1);
            }
        },
        |epoch| {
            accuracy.set(Some(epoch.accuracy));
            epochs.push(epoch);
            let text = format!(
                "epoch {:2}: loss {:.4}, accuracy {:.2} % on held-out images",
                epochs.len(),
                epoch.loss,
                epoch.accuracy * 100.0
            );
            bar.suspend(|| println!("{text}"));
        },
    )?;
    bar.finish_and_clear();
    Ok((network, epochs))
}
