//! Text that a transformer writes.

use crate::model::Model;
use crate::train::Options;
use einstan::einstan;
use ndarray::{ArrayView2, s};
use std::error::Error;

/// Characters, each drawn as the model says after those before it; a low temperature makes what is likely likelier.
pub fn write(
    model: &Model,
    options: Options,
    count: usize,
    temperature: f32,
) -> Result<Vec<usize>, Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut written = vec![0]; // a new line, the first character of the alphabet
    for _ in 0..count {
        let seen = &written[written.len().saturating_sub(options.size.time)..];
        let all = model.next(&ArrayView2::from_shape((1, seen.len()), seen)?)?;
        let z = all.slice(s![0, -1, ..]);
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
