//! How the likelihood grew, and what is known of the die in one game.

#[path = "../picture/chart.rs"]
mod chart;

use crate::casino::Evening;
use crate::learn::Learnt;
use chart::{Line, Panel};
use ndarray::s;
use plotters::style::{BLACK, BLUE, RED};
use std::error::Error;
use std::path::PathBuf;

/// The picture, with the likelihood of the casino's habits beside, and `order[0]` the fair die; returns where it is.
pub fn save(
    learnt: &Learnt,
    order: &[usize],
    evening: &Evening,
    known: f64,
) -> Result<PathBuf, Box<dyn Error>> {
    let throws = evening.token.len() as f64;
    let steps = learnt.climbs[0].len();
    let curve = |(i, climb): (usize, &Vec<f64>)| {
        let name = if i == 0 { "from guesses" } else { "" };
        Line::of(name, BLUE, climb.iter().map(|v| v / throws))
    };
    let mut lines: Vec<Line> = learnt.climbs.iter().enumerate().map(curve).collect();
    lines.push(Line::of(
        "the casino's habits",
        RED,
        std::iter::repeat_n(known / throws, steps),
    ));
    let posterior = learnt.tables.posterior(&evening.token)?;
    let fair = posterior.slice(s![.., 0, order[0]]).to_vec();
    let true_one = evening.die.column(0).mapv(|d| f64::from(u8::from(d == 0)));
    let panels = [
        Panel {
            title: "Likelihood",
            axes: ("iteration", "ln p per throw"),
            lines,
        },
        Panel {
            title: "Is the die fair?",
            axes: ("throw", "probability"),
            lines: vec![
                Line::of("posterior", BLUE, fair),
                Line {
                    dots: true,
                    ..Line::of("truth", BLACK, true_one)
                },
            ],
        },
    ];
    chart::save("hmm", "hmm.png", &panels)
}
