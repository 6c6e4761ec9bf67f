//! Loss and accuracy over the epochs.

use crate::model::Epoch;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// Loss and accuracy by epoch.
pub fn curve(epochs: &[Epoch], path: &Path) -> Result<(), Box<dyn Error>> {
    let root = BitMapBackend::new(path, (900, 520)).into_drawing_area();
    root.fill(&WHITE)?;
    let last = epochs.len().max(2) as f64;
    let highest = f64::from(epochs.iter().map(|e| e.loss).fold(0.0, f32::max)) * 1.1 + 1e-3;
    let lowest = epochs.iter().map(|e| e.accuracy).fold(1.0, f64::min);
    let floor = (lowest * 100.0 - 1.0).floor().max(0.0);
    let mut chart = ChartBuilder::on(&root)
        .caption("MNIST, two layers", ("sans-serif", 24))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .right_y_label_area_size(60)
        .build_cartesian_2d(1.0..last, 0.0..highest)?
        .set_secondary_coord(1.0..last, floor..100.0);
    chart
        .configure_mesh()
        .x_desc("epoch")
        .y_desc("loss (mean cross-entropy, training)")
        .x_labels(epochs.len().clamp(2, 20))
        .x_label_formatter(&|x| format!("{x:.0}"))
        .light_line_style(WHITE)
        .draw()?;
    chart
        .configure_secondary_axes()
        .y_desc("accuracy (%, held out)")
        .draw()?;
    let at = |i: usize| (i + 1) as f64;
    let loss = epochs
        .iter()
        .enumerate()
        .map(|(i, e)| (at(i), f64::from(e.loss)));
    chart
        .draw_series(LineSeries::new(loss, RED.stroke_width(2)))?
        .label("loss")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], RED.stroke_width(2)));
    let accuracy = epochs
        .iter()
        .enumerate()
        .map(|(i, e)| (at(i), e.accuracy * 100.0));
    chart
        .draw_secondary_series(LineSeries::new(accuracy, BLUE.stroke_width(2)))?
        .label("accuracy")
        .legend(|(x, y)| PathElement::new([(x, y), (x + 20, y)], BLUE.stroke_width(2)));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::MiddleRight)
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
