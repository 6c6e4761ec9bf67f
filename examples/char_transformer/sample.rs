//! Text that a transformer writes.

use crate::model::Model;
use einstan::einstan;
use ndarray::{ArrayView2, Axis};
use std::error::Error;

/// Characters, each drawn as the model says after those before it; a low temperature makes what is likely likelier.
pub fn write(
    model: &Model,
    time: usize,
    count: usize,
    temperature: f32,
    seed: u64,
) -> Result<Vec<usize>, Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut written = vec![0]; // a new line, the first character of the alphabet
    for _ in 0..count {
        let seen = &written[written.len().saturating_sub(time)..];
        let z = model.next(&ArrayView2::from_shape((1, seen.len()), seen)?)?;
        let z = z
            .index_axis(Axis(0), 0)
            .index_axis(Axis(0), seen.len() - 1)
            .to_owned();
        let p = einstan!(P[k] = softmax[k](z[k] / temperature))?;
        let mut left = random.f32();
        let drawn = p.iter().position(|p| {
            left -= p;
            left < 0.0
        });
        written.push(drawn.unwrap_or(p.len() - 1));
    }
    Ok(written)
}
