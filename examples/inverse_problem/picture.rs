//! The coefficients, and one of the states.

#[path = "../picture/chart.rs"]
mod chart;

use crate::experiment::Experiment;
use crate::model::Coefficients;
use chart::{Line, Panel};
use ndarray::Array1;
use plotters::style::{BLACK, BLUE, RED, RGBColor};
use std::error::Error;
use std::path::PathBuf;

/// Returns where the picture is.
pub fn save(
    experiment: &Experiment,
    truth: &Coefficients,
    found: &Coefficients,
) -> Result<PathBuf, Box<dyn Error>> {
    let panels = [
        Panel {
            title: "Diffusivity",
            axes: ("cell", "a"),
            lines: both(&truth.a, &found.a, RED),
        },
        Panel {
            title: "Velocity",
            axes: ("cell", "v"),
            lines: both(&truth.v, &found.v, BLUE),
        },
        Panel {
            title: "One of the states",
            axes: ("cell", "u"),
            lines: vec![
                Line::of("before", BLACK, experiment.before.row(0).to_vec()),
                Line::of("after", RED, experiment.after.row(0).to_vec()),
            ],
        },
    ];
    chart::save("inverse_problem", "coefficients.png", &panels)
}

fn both<'a>(truth: &Array1<f64>, found: &Array1<f64>, colour: RGBColor) -> Vec<Line<'a>> {
    let found = Line::of("found", colour, found.to_vec());
    vec![
        Line::of("truth", BLACK, truth.to_vec()),
        Line {
            dots: true,
            ..found
        },
    ]
}
