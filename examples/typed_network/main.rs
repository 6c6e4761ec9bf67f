//! A network of which every layer says which axes it takes and gives: one that is put together wrongly does not compile.
//!
//!     cargo run --release --example typed_network
//!
//! It learns on which of three arms of a spiral a point lies. `tests/axes` has each way of getting it wrong, with what rustc
//! says.

mod axes;
mod layers;
mod loss;
mod network;

use axes::{Batch, Plane};
use einstan::Tensor;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array1, Array2};
use network::Network;
use std::error::Error;

const POINTS: usize = 600;
const STEPS: u64 = 3_000;

/// Points on the arms of a spiral, with the arms.
type Spiral = (Tensor<f32, (Batch, Plane)>, Tensor<usize, (Batch,)>);

fn spiral(random: &mut fastrand::Rng) -> Result<Spiral, einstan::Error> {
    let (mut points, mut arms) = (Array2::zeros((POINTS, 2)), Array1::zeros(POINTS));
    for i in 0..POINTS {
        let (arm, along) = (i % 3, i as f32 / POINTS as f32);
        let angle = 4.0 * along + arm as f32 * std::f32::consts::TAU / 3.0;
        let angle = angle + 0.4 * (random.f32() - 0.5);
        points[[i, 0]] = along * angle.cos();
        points[[i, 1]] = along * angle.sin();
        arms[i] = arm;
    }
    Ok((Tensor::try_from(points)?, Tensor::try_from(arms)?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(1);
    let ((points, arms), (new, right)) = (spiral(&mut random)?, spiral(&mut random)?);
    let mut network = Network::new(|| random.f32() - 0.5)?;
    let mut gradient = network.gradient();
    let bar = ProgressBar::new(STEPS)
        .with_style(ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}")?);
    for step in 0..STEPS {
        let error = network.step(&points, &arms, &mut gradient, 0.5)?;
        if step % 100 == 0 {
            bar.set_message(format!("error {error:.3}"));
        }
        bar.inc(1);
    }
    bar.finish();
    let found = network.arms(&new)?;
    let hits = found
        .iter()
        .zip(right.iter())
        .filter(|(a, b)| a == b)
        .count();
    println!("{hits} of {POINTS} new points are told their arm");
    if hits * 100 < POINTS * 95 {
        return Err("the network has not learnt the spiral".into());
    }
    Ok(())
}
