//! The error by the rank.

#[path = "../picture/chart.rs"]
mod chart;

use chart::{Line, Panel};
use plotters::style::{BLACK, BLUE, RED};
use std::error::Error;
use std::path::PathBuf;

/// Of ranks with their errors, beside the ratings' own error and that of the mean; returns where the picture is.
pub fn save(errors: &[(usize, f64)], own: f64, mean: f64) -> Result<PathBuf, Box<dyn Error>> {
    let line = |name, colour, value: &dyn Fn(f64) -> f64| Line {
        points: errors.iter().map(|&(k, e)| (k as f64, value(e))).collect(),
        ..Line::of(name, colour, [])
    };
    let panel = Panel {
        title: "Ratings that were not seen",
        axes: ("rank", "root mean square error"),
        lines: vec![
            line("factorisation", BLUE, &|e| e),
            line("the mean rating", BLACK, &|_| mean),
            line("the ratings' own error", RED, &|_| own),
        ],
    };
    chart::save("matrix_factorisation", "ranks.png", &[panel])
}
