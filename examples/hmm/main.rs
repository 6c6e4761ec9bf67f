//! A hidden Markov model: the gradient of the forward algorithm is the forward-backward algorithm, and the E step of
//! expectation maximisation.
//!
//!     cargo run --release --example hmm [-- --games 200 --throws 100 --iterations 100 --starts 5 --seed 1]
//!
//! A casino throws dice and changes them in secret. Posteriors and expected counts, which are gradients, are compared with
//! an algorithm by hand; then the casino's habits are learnt from the throws alone. `--quick` does so with fewer games.

mod by_hand;
mod casino;
#[path = "../job/mod.rs"]
mod job;
#[path = "../job/largest.rs"]
mod largest;
mod learn;
mod model;
mod picture;

use casino::Evening;
use largest::largest;
use model::Tables;
use ndarray::Axis;
use std::error::Error;
use std::process::ExitCode;
use std::time::Instant;

/// What the command line says.
struct Arguments {
    games: usize,
    throws: usize,
    iterations: usize,
    starts: usize,
    seed: u64,
}

fn arguments() -> Result<Option<Arguments>, Box<dyn Error>> {
    use lexopt::prelude::*;
    let mut out = Arguments {
        games: 200,
        throws: 100,
        iterations: 100,
        starts: 5,
        seed: 1,
    };
    if job::is_quick() {
        (out.games, out.iterations, out.starts) = (60, 100, 2);
    }
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("games") => out.games = parser.value()?.parse()?,
            Long("throws") => out.throws = parser.value()?.parse()?,
            Long("iterations") => out.iterations = parser.value()?.parse()?,
            Long("starts") => out.starts = parser.value()?.parse()?,
            Long("seed") => out.seed = parser.value()?.parse()?,
            Long("quick") => {}
            Long("help") | Short('h') => {
                println!(
                    "hmm [--games N] [--throws N] [--iterations N] [--starts N] [--seed N] [--quick]"
                );
                return Ok(None);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if [out.games, out.throws, out.iterations, out.starts].contains(&0) {
        return Err("--games, --throws, --iterations and --starts are at least 1".into());
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
    let mut random = fastrand::Rng::with_seed(arguments.seed);
    let truth = casino::truth()?;
    let evening = casino::play(&truth, arguments.throws, arguments.games, &mut random);
    compare(&truth, &evening)?;
    let learnt = learn::learn(
        &evening,
        arguments.starts,
        arguments.iterations,
        &mut random,
    )?;
    let (known, _) = truth.expected_counts(&evening.token)?;
    let (difference, order) = casino::difference(&learnt.tables, &truth);
    report(&learnt.tables, &order);
    let path = picture::save(&learnt, &order, &evening, known)?;
    println!(
        "picture: {}\n{:.1} s",
        path.display(),
        start.elapsed().as_secs_f64()
    );
    let (found, _) = learnt.tables.expected_counts(&evening.token)?;
    judge(found, known, difference, evening.token.len() as f64)
}

/// Whether what was learnt is what so many throws tell.
fn judge(found: f64, known: f64, difference: f64, throws: f64) -> Result<(), Box<dyn Error>> {
    println!(
        "ln p per throw: {:.5} learnt, {:.5} with the casino's own habits",
        found / throws,
        known / throws
    );
    println!("largest difference of a transition or emission: {difference:.3}");
    if found.is_nan() || found < known {
        return Err("the learnt habits explain the throws worse than the true ones".into());
    }
    // Four standard errors of a probability of a half, after as many throws as one of three dice had.
    let allowed = 4.0 * 0.5 / (throws / 3.0).sqrt();
    if difference.is_nan() || difference > allowed {
        return Err(format!(
            "a probability is off by {difference:.3}, and {allowed:.3} is allowed"
        )
        .into());
    }
    Ok(())
}

/// Gradients beside the algorithm by hand.
fn compare(tables: &Tables, evening: &Evening) -> Result<(), Box<dyn Error>> {
    let by_hand = by_hand::forward_backward(tables, &evening.token);
    let (value, counts) = tables.expected_counts(&evening.token)?;
    let posterior = tables.posterior(&evening.token)?;
    let differences = [
        ("ln p", (value / by_hand.value - 1.0).abs(), 1e-12),
        ("posteriors", largest(posterior - &by_hand.posterior), 1e-10),
        (
            "counts of transitions, for each throw",
            largest(&counts.transition - &by_hand.transitions) / evening.token.len() as f64,
            1e-10,
        ),
    ];
    println!("beside forward and backward by hand:");
    for (what, difference, allowed) in differences {
        println!("  {what}: largest difference {difference:.1e}");
        if difference.is_nan() || difference > allowed {
            return Err(format!("{what}: {difference:.1e} is more than {allowed:.0e}").into());
        }
    }
    Ok(())
}

/// The tables as probabilities, states in the casino's order.
fn report(tables: &Tables, order: &[usize]) {
    let transition = tables
        .transition
        .exp()
        .select(Axis(0), order)
        .select(Axis(1), order);
    let emission = tables.emission.exp().select(Axis(0), order);
    println!("learnt transitions:\n{transition:.3}\nlearnt dice:\n{emission:.3}");
}
