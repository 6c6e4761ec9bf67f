//! What the first convolution looks for.

use ndarray::{Array3, Axis};
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

/// The windows of the first convolution: what is blue adds, what is red takes away.
pub fn draw(kernels: &Array3<f32>, path: &Path) -> Result<(), Box<dyn Error>> {
    const COLUMNS: usize = 8;
    const SCALE: usize = 20;
    let (height, width, count) = kernels.dim();
    let (down, across) = ((height + 1) * SCALE, (width + 1) * SCALE);
    let rows = count.div_ceil(COLUMNS);
    let size = (
        (COLUMNS * across + SCALE) as u32,
        (rows * down + SCALE) as u32,
    );
    let root = BitMapBackend::new(path, size).into_drawing_area();
    root.fill(&WHITE)?;
    for (place, kernel) in kernels.axis_iter(Axis(2)).enumerate() {
        let (top, left) = (
            place / COLUMNS * down + SCALE,
            place % COLUMNS * across + SCALE,
        );
        let largest = kernel.iter().fold(1e-6f32, |m, w| m.max(w.abs()));
        for ((y, x), &w) in kernel.indexed_iter() {
            let pale = 255 - (w.abs() / largest * 255.0) as u8;
            let colour = if w > 0.0 {
                RGBColor(pale, pale, 255)
            } else {
                RGBColor(255, pale, pale)
            };
            let corner = ((left + x * SCALE) as i32, (top + y * SCALE) as i32);
            let other = (corner.0 + SCALE as i32, corner.1 + SCALE as i32);
            root.draw(&Rectangle::new([corner, other], colour.filled()))?;
        }
    }
    root.present()?;
    Ok(())
}
