//! How the error fell.

#[path = "../picture/chart.rs"]
mod chart;

use crate::problem::Batch;
use chart::{Line, Panel};
use plotters::style::{BLUE, RED};
use std::error::Error;
use std::path::PathBuf;

/// Over the batches; returns where the picture is.
pub fn save(errors: &[f32]) -> Result<PathBuf, Box<dyn Error>> {
    let log = |e: f32| f64::from(e).log10();
    // One batch says little: each point is the mean of ten.
    let means: Vec<f32> = errors
        .chunks(10)
        .map(|some| some.iter().sum::<f32>() / some.len() as f32)
        .collect();
    let panel = Panel {
        title: "The adding problem",
        axes: ("ten batches", "log10 of the mean squared error"),
        lines: vec![
            Line::of("LSTM", BLUE, means.iter().map(|&e| log(e))),
            Line::of("guessing", RED, means.iter().map(|_| log(Batch::GUESS))),
        ],
    };
    chart::save("lstm", "error.png", &[panel])
}
