//! Ratings of items by users, explained by a few factors of each.
//!
//!     cargo run --release --example matrix_factorisation [-- --epochs 30 --batch 500 --lr 0.02 --seed 1]
//!
//! The ratings have 4 factors and an error of 0.3. Factorisations of several ranks learn from part of them; on the others, that of
//! rank 4 must be nearly as good as one that knows all factors. `--quick` takes fewer ratings and ranks.

#[path = "../job/cosine.rs"]
mod cosine;
#[path = "../job/mod.rs"]
mod job;
mod model;
#[path = "../job/normal.rs"]
mod normal;
mod picture;
mod ratings;

use cosine::cosine;
use einstan::optim::Adam;
use indicatif::{ProgressBar, ProgressStyle};
use model::{Parameters, Workspace};
use ndarray::Array1;
use ratings::{Ratings, Size};
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

/// What a rating is off by, whoever knows all factors.
const NOISE: f64 = 0.3;
/// Factors of a user and of an item.
const RANK: usize = 4;

/// What the command line says.
#[derive(Clone)]
struct Options {
    size: Size,
    ranks: Vec<usize>,
    epochs: usize,
    batch: usize,
    rate: f64,
    seed: u64,
}

fn options() -> Result<Option<Options>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut out = Options {
        size: Size {
            users: 1000,
            items: 500,
            ratings: 110_000,
            rank: RANK,
        },
        ranks: vec![0, 1, 2, 3, RANK, 6, 8],
        epochs: 30,
        batch: 500,
        rate: 0.02,
        seed: 1,
    };
    if job::is_quick() {
        out.size = Size {
            users: 300,
            items: 150,
            ratings: 22_000,
            rank: RANK,
        };
        (out.ranks, out.batch) = (vec![2, RANK], 100);
    }
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("epochs") => out.epochs = parser.value()?.parse()?,
            Long("batch") => out.batch = parser.value()?.parse()?,
            Long("lr") => out.rate = parser.value()?.parse()?,
            Long("seed") => out.seed = parser.value()?.parse()?,
            Long("quick") => {}
            Long("help") | Short('h') => {
                println!(
                    "matrix_factorisation [--epochs N] [--batch N] [--lr X] [--seed N] [--quick]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if out.epochs == 0 || out.batch == 0 || out.batch > 10_000 {
        return Err("--epochs is at least 1, --batch is from 1 to 10000".into());
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
    let mut random = fastrand::Rng::with_seed(o.seed);
    let ratings = Ratings::make(o.size, NOISE, &mut random);
    let (training, held_out) = ratings.split(ratings.len() / 11 * 10);
    let mean = training.rating.mean().unwrap_or(0.0);
    let always = held_out.root_mean_square(&Array1::from_elem(held_out.len(), mean));
    println!("root mean square on {} held-out ratings", held_out.len());
    println!("  the mean of all ratings  {always:.4}");
    let mut errors = Vec::new();
    for &rank in &o.ranks {
        let parameters = train(&training, rank, &o, &mut random)?;
        let error = model::error(&parameters, &held_out)?;
        println!("  rank {rank}                   {error:.4}");
        errors.push((rank, error));
    }
    println!("  the ratings' own error   {NOISE:.4}");
    let path = picture::save(&errors, NOISE, always)?;
    println!(
        "picture: {}\n{:.1} s",
        path.display(),
        start.elapsed().as_secs_f64()
    );
    judge(&errors)
}

/// Whether the rank of the ratings does nearly as well as can be, and smaller ones worse.
fn judge(errors: &[(usize, f64)]) -> Result<(), Box<dyn Error>> {
    let allowed = 1.1 * NOISE;
    for &(rank, error) in errors {
        if rank == RANK && (error.is_nan() || error > allowed) {
            return Err(format!(
                "the error of rank {rank} is {error:.4}, and {allowed:.4} is allowed"
            )
            .into());
        }
        if rank < RANK && error < 1.3 * NOISE {
            return Err(format!("an error of {error:.4} is too good for rank {rank}").into());
        }
    }
    Ok(())
}

/// Adam over minibatches, at a rate that falls to zero along a cosine.
fn train(
    ratings: &Ratings,
    rank: usize,
    o: &Options,
    random: &mut fastrand::Rng,
) -> Result<Parameters, Box<dyn Error>> {
    let batches = ratings.len() / o.batch;
    let steps = o.epochs * batches;
    let bar = ProgressBar::new(steps as u64);
    bar.set_style(ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} batches, {msg}",
    )?);
    let mut parameters = model::random(o.size.users, o.size.items, rank, random);
    let (mut gradient, mut workspace) = (parameters.clone(), Workspace::default());
    let mut adam = Adam::new(&parameters);
    let mut order: Vec<usize> = (0..ratings.len()).collect();
    for epoch in 0..o.epochs {
        random.shuffle(&mut order);
        for (batch, places) in order.chunks_exact(o.batch).enumerate() {
            let some = ratings.select(places);
            let loss = model::gradient(&parameters, &some, PENALTY, &mut workspace, &mut gradient)?;
            let step = epoch * batches + batch;
            let done = step as f64 / steps as f64;
            adam.rate = o.rate * cosine(done);
            adam.step(&mut parameters, &gradient)?;
            if step.is_multiple_of(100) {
                bar.set_message(format!("rank {rank}, loss {loss:.4}"));
                bar.set_position(step as u64);
            }
        }
    }
    bar.finish_and_clear();
    Ok(parameters)
}

/// Factors stay small where ratings say little of them.
const PENALTY: f32 = 0.005;
