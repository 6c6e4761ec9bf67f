//! A small transformer, written as index equations, learns to write like Shakespeare, one character after another.
//!
//!     cargo run --release --example char_transformer [-- --steps 1500 --temperature 0.8 --seed 1]
//!
//! On the last tenth of the text, which it never saw, it must lose fewer nats than counts of triples, pairs and single
//! characters, interpolated. `--quick` trains a smaller one for less long. `target/char_transformer/curve.png` has the losses.

mod arguments;
#[allow(
    dead_code,
    reason = "lines over 0, 1, 2, .. are drawn by other examples"
)]
#[path = "../picture/chart.rs"]
mod chart;
#[path = "../job/cosine.rs"]
mod cosine;
#[path = "../job/mod.rs"]
mod job;
mod model;
mod sample;
mod text;
mod train;
mod trigram;
#[path = "../job/weights.rs"]
mod weights;

use arguments::Arguments;
use chart::{Line, Panel};
use plotters::style::{BLACK, BLUE, RED};
use std::error::Error;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;
use text::Text;
use train::Curve;
use trigram::Trigram;

fn main() -> ExitCode {
    job::end(run())
}

fn run() -> Result<(), Box<dyn Error>> {
    let Some(arguments) = Arguments::read()? else {
        return Ok(());
    };
    let mut options = arguments.options;
    let start = Instant::now();
    let text = Text::read(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/data/text/shakespeare.txt.gz"),
    )?;
    let (training, held_out) = text.parts();
    options.size.alphabet = text.alphabet.len();
    let trigram = Trigram::fit(&training, options.size.alphabet)?;
    let floor = trigram.loss(&held_out)?;
    println!(
        "trigrams: {floor:.3} nats a character of held-out text, of shares {:.3}",
        trigram.shares
    );
    let (model, curve) = train::train(&training, &held_out, options)?;
    let loss = train::loss(&model, &held_out, options.size.time, 1)?;
    let written = sample::write(&model, options, arguments.written, arguments.temperature)?;
    println!("{}\n", text.string(&written));
    println!("picture: {}", draw(&curve, floor)?);
    let bits = |nats: f32| nats / std::f32::consts::LN_2;
    println!(
        "held-out text: {loss:.3} nats a character ({:.3} bits), trigrams {floor:.3} ({:.3} bits); {:.0} s",
        bits(loss),
        bits(floor),
        start.elapsed().as_secs_f64()
    );
    if loss.is_nan() || loss >= floor {
        return Err(format!(
            "the transformer's {loss:.3} nats are no fewer than the {floor:.3} of trigrams"
        )
        .into());
    }
    Ok(())
}

fn draw(curve: &Curve, trigram: f32) -> Result<String, Box<dyn Error>> {
    let line = |name, colour, dots, points: &[(f64, f64)]| Line {
        name,
        colour,
        dots,
        points: points.to_vec(),
    };
    let ends = [curve.training.first(), curve.held_out.last()]
        .map(|p| (p.map_or(0.0, |p| p.0), f64::from(trigram)));
    let lines = vec![
        line("training", RED, false, &curve.training),
        line("held out", BLUE, true, &curve.held_out),
        line("trigrams, held out", BLACK, false, &ends),
    ];
    let panel = Panel {
        title: "A transformer of characters",
        axes: ("step", "nats a character"),
        lines,
    };
    Ok(chart::save("char_transformer", "curve.png", &[panel])?
        .display()
        .to_string())
}
