//! The digits that were mistaken.

use crate::data::Digits;
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// Up to 40 digits that were mistaken: each with what it is and what the network said.
pub fn draw(digits: &Digits, seen: &[usize], path: &Path) -> Result<(), Box<dyn Error>> {
    const COLUMNS: usize = 8;
    const SCALE: usize = 3;
    const CELL: (usize, usize) = (28 * SCALE + 28, 28 * SCALE + 36);
    let wrong: Vec<usize> = (0..seen.len())
        .filter(|&i| seen[i] != usize::from(digits.labels[i]))
        .take(5 * COLUMNS)
        .collect();
    let rows = wrong.len().div_ceil(COLUMNS).max(1);
    let root = BitMapBackend::new(path, ((COLUMNS * CELL.0) as u32, (rows * CELL.1) as u32))
        .into_drawing_area();
    root.fill(&WHITE)?;
    for (place, &i) in wrong.iter().enumerate() {
        let left = ((place % COLUMNS) * CELL.0 + 14) as i32;
        let top = ((place / COLUMNS) * CELL.1 + 28) as i32;
        let text = format!("{}, said {}", digits.labels[i], seen[i]);
        root.draw(&Text::new(text, (left, top - 20), ("sans-serif", 16)))?;
        for (pixel, &value) in digits.images.row(i).iter().enumerate() {
            let (x, y) = (
                (pixel % 28 * SCALE) as i32 + left,
                (pixel / 28 * SCALE) as i32 + top,
            );
            let grey = 255 - (value * 255.0) as u8;
            let colour = RGBColor(grey, grey, grey).filled();
            root.draw(&Rectangle::new(
                [(x, y), (x + SCALE as i32, y + SCALE as i32)],
                colour,
            ))?;
        }
    }
    root.present()?;
    Ok(())
}
