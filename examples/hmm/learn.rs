//! Expectation maximisation.

use crate::casino::{self, Evening};
use crate::model::Tables;
use indicatif::{ProgressBar, ProgressStyle};
use std::error::Error;

/// What came of it.
pub struct Learnt {
    /// Those with the largest likelihood.
    pub tables: Tables,
    /// The likelihood before each iteration, from each guess.
    pub climbs: Vec<Vec<f64>>,
}

/// From several guesses.
pub fn learn(
    evening: &Evening,
    starts: usize,
    iterations: usize,
    random: &mut fastrand::Rng,
) -> Result<Learnt, Box<dyn Error>> {
    let bar = ProgressBar::new((starts * iterations) as u64);
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} iterations, {msg}")?;
    bar.set_style(style);
    let mut best = f64::NEG_INFINITY;
    let mut learnt = Learnt {
        tables: casino::guess(random)?,
        climbs: Vec::new(),
    };
    for _ in 0..starts {
        let mut tables = casino::guess(random)?;
        let mut climb: Vec<f64> = Vec::new();
        for _ in 0..iterations {
            let (value, next) = tables.step(&evening.token)?;
            if climb
                .last()
                .is_some_and(|&last| value < last - 1e-9 * last.abs())
            {
                return Err("a step of expectation maximisation lowered the likelihood".into());
            }
            bar.set_message(format!("ln p {value:.2}"));
            bar.inc(1);
            climb.push(value);
            tables = next;
        }
        let reached = climb.last().copied().unwrap_or(best);
        if reached > best {
            (best, learnt.tables) = (reached, tables);
        }
        learnt.climbs.push(climb);
    }
    bar.finish_and_clear();
    Ok(learnt)
}
