//! Charts of lines, one above another.

#[path = "font.rs"]
mod font;

use plotters::coord::Shift;
use plotters::prelude::*;
use std::error::Error;
use std::path::{Path, PathBuf};

/// One curve.
pub struct Line<'a> {
    /// What the legend says; nothing leaves it out.
    pub name: &'a str,
    pub colour: RGBColor,
    /// Points that are drawn each, and not joined.
    pub dots: bool,
    pub points: Vec<(f64, f64)>,
}

impl<'a> Line<'a> {
    /// Values over 0, 1, 2, ..
    pub fn of(name: &'a str, colour: RGBColor, values: impl IntoIterator<Item = f64>) -> Line<'a> {
        let points = values.into_iter().enumerate().map(|(i, y)| (i as f64, y));
        Line {
            name,
            colour,
            dots: false,
            points: points.collect(),
        }
    }
}

/// One chart of the picture.
pub struct Panel<'a> {
    pub title: &'a str,
    /// What stands beside its axes.
    pub axes: (&'a str, &'a str),
    pub lines: Vec<Line<'a>>,
}

/// Writes the panels to `target/<example>/<name>`, and says where that is.
pub fn save(example: &str, name: &str, panels: &[Panel]) -> Result<PathBuf, Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target")
        .join(example);
    std::fs::create_dir_all(&folder)?;
    let path = folder.join(name);
    font::use_font();
    let root = BitMapBackend::new(&path, (900, 380 * panels.len() as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    for (area, panel) in root.split_evenly((panels.len(), 1)).iter().zip(panels) {
        draw(area, panel)?;
    }
    root.present()?;
    drop(root);
    Ok(path)
}

fn draw(area: &DrawingArea<BitMapBackend, Shift>, panel: &Panel) -> Result<(), Box<dyn Error>> {
    let points = || panel.lines.iter().flat_map(|l| &l.points);
    let (x, y) = (
        range(points().map(|p| p.0), 0.0),
        range(points().map(|p| p.1), 0.06),
    );
    let mut chart = ChartBuilder::on(area)
        .caption(panel.title, ("sans-serif", 22))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(70)
        .build_cartesian_2d(x.0..x.1, y.0..y.1)?;
    chart
        .configure_mesh()
        .x_desc(panel.axes.0)
        .y_desc(panel.axes.1)
        .light_line_style(WHITE)
        .draw()?;
    for line in &panel.lines {
        let colour = line.colour;
        let drawn = if line.dots {
            let dots = line
                .points
                .iter()
                .map(|&p| Circle::new(p, 3, colour.filled()));
            chart.draw_series(dots)?
        } else {
            let style = colour.stroke_width(2);
            chart.draw_series(LineSeries::new(line.points.iter().copied(), style))?
        };
        if line.name.is_empty() {
            continue;
        }
        drawn
            .label(line.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    Ok(())
}

/// From the smallest to the largest of the values, and a part of that to both sides.
fn range(values: impl Iterator<Item = f64>, beside: f64) -> (f64, f64) {
    let (low, high) = values
        .filter(|v| v.is_finite())
        .fold((f64::MAX, f64::MIN), |(low, high), v| {
            (low.min(v), high.max(v))
        });
    if low > high {
        return (0.0, 1.0);
    }
    let margin = beside * (high - low) + 1e-12;
    (low - margin, high + margin)
}
