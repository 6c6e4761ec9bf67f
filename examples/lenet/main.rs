//! A convolutional network, written as index equations, learns to read digits.
//!
//!     cargo run --release --example lenet [-- --epochs 8 --batch 100 --rate 0.002 --seed 1]
//!
//! It must read 99 % of the test set; `--quick` is content with less, on a part of the data for one epoch, and `--data FOLDER` says
//! where the data is. `target/lenet` then has the curves of the training, the windows of the first convolution, and the mistakes.

#[allow(
    dead_code,
    reason = "lines over 0, 1, 2, .. are drawn by other examples"
)]
#[path = "../picture/chart.rs"]
mod chart;
#[path = "../job/cosine.rs"]
mod cosine;
#[path = "../mnist/data.rs"]
mod data;
mod filters;
#[path = "../job/mod.rs"]
mod job;
#[path = "../mnist/mistakes.rs"]
mod mistakes;
mod model;
mod train;
#[path = "../job/weights.rs"]
mod weights;

use chart::{Line, Panel};
use data::Digits;
use model::{Network, Widths};
use plotters::style::{BLUE, RED};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use train::{Epoch, Options};

/// What the command line says.
struct Arguments {
    options: Options,
    quick: bool,
    data: PathBuf,
}

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let quick = job::is_quick();
    let mut options = Options {
        epochs: if quick { 1 } else { 8 },
        batch: 100,
        rate: 0.002,
        widths: Widths(16, 32, 128),
        seed: 1,
    };
    let mut data = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/mnist");
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("epochs") => options.epochs = parser.value()?.parse()?,
            Long("batch") => options.batch = parser.value()?.parse()?,
            Long("rate") => options.rate = parser.value()?.parse()?,
            Long("seed") => options.seed = parser.value()?.parse()?,
            Long("quick") => {}
            Long("data") => data = parser.value()?.into(),
            Long("help") | Short('h') => {
                println!(
                    "lenet [--epochs N] [--batch N] [--rate X] [--seed N] [--quick] [--data FOLDER]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if options.epochs == 0 || options.batch == 0 || options.batch > 10_000 {
        return Err("--epochs is at least 1, --batch is from 1 to 10000".into());
    }
    Ok(Some(Arguments {
        options,
        quick,
        data,
    }))
}

fn main() -> ExitCode {
    job::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(Arguments {
        options,
        quick,
        data,
    }) = arguments()?
    else {
        return Ok(());
    };
    let start = Instant::now();
    let (digits, test) = (data::train(&data)?, data::test(&data)?);
    let (mut training, held_out) = digits.split(55_000);
    if quick {
        (training, _) = training.split(30_000);
    }
    let (network, epochs) = train::train(&training, &held_out, options)?;
    let accuracy = train::accuracy(&network, &test)?;
    draw(&network, &epochs, &test)?;
    println!(
        "test accuracy {:.2} %, {:.0} s",
        accuracy * 100.0,
        start.elapsed().as_secs_f64()
    );
    let floor = if quick { 0.97 } else { 0.99 };
    if accuracy < floor {
        return Err(format!(
            "{:.2} % of the test set is less than {:.0} %",
            accuracy * 100.0,
            floor * 100.0
        )
        .into());
    }
    Ok(())
}

fn draw(network: &Network, epochs: &[Epoch], test: &Digits) -> Result<(), Box<dyn Error>> {
    let line = |name, colour, value: &dyn Fn(&Epoch) -> f64| {
        let points = (1..).map(f64::from).zip(epochs.iter().map(value));
        Line {
            name,
            colour,
            dots: false,
            points: points.collect(),
        }
    };
    let loss = line("training", RED, &|e| f64::from(e.loss));
    let accuracy = line("held out", BLUE, &|e| e.accuracy * 100.0);
    let panels = [
        Panel {
            title: "LeNet on MNIST",
            axes: ("epoch", "loss (mean cross-entropy)"),
            lines: vec![loss],
        },
        Panel {
            title: "",
            axes: ("epoch", "accuracy (%)"),
            lines: vec![accuracy],
        },
    ];
    let curve = chart::save("lenet", "curve.png", &panels)?;
    let [windows, mistakes] =
        ["filters.png", "mistakes.png"].map(|name| curve.with_file_name(name));
    filters::draw(&network.0.K1, &windows)?;
    let seen = network.predict(test)?;
    mistakes::draw(test, seen.as_slice().unwrap_or(&[]), &mistakes)?;
    println!(
        "pictures: {}, {}, {}",
        curve.display(),
        windows.display(),
        mistakes.display()
    );
    Ok(())
}
