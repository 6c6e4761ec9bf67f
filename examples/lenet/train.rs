//! The training: Adam on random batches of digits that are moved a little, at a rate that falls to zero along a cosine.

use crate::cosine::cosine;
use crate::data::{CLASSES, Digits};
use crate::model::{Network, Widths, lenet, moved};
use einstan::nn::cross_entropy;
use einstan::optim::Adam;
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array1, Array2, Array3, aview1};
use std::error::Error;

/// What the training is told.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub epochs: usize,
    pub batch: usize,
    pub rate: f64,
    pub widths: Widths,
    pub seed: u64,
}

/// What an epoch came to: the mean loss of its batches, and the part of the held-out digits that was right after it.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    pub loss: f32,
    pub accuracy: f64,
}

/// Trains with a progress bar, and prints a line for every epoch.
pub fn train(
    digits: &Digits,
    held_out: &Digits,
    options: Options,
) -> Result<(Network, Vec<Epoch>), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut network = Network::new(options.widths, &mut random);
    let mut trainer = Trainer::new(&network, options.batch);
    let mut order: Vec<usize> = (0..digits.labels.len()).collect();
    let batches = order.len() / options.batch;
    let bar = ProgressBar::new((options.epochs * batches) as u64).with_style(
        ProgressStyle::with_template("{wide_bar} {pos}/{len} batches, {msg}")?,
    );
    let mut epochs = Vec::new();
    for _ in 0..options.epochs {
        random.shuffle(&mut order);
        let mut total = 0.0;
        for chunk in order.chunks_exact(options.batch) {
            let done = bar.position() as f64 / bar.length().unwrap_or(1) as f64;
            trainer.adam.rate = options.rate * cosine(done);
            trainer.take(digits, chunk, &mut random)?;
            let e = trainer.step(&mut network)?;
            total += e;
            bar.inc(1);
            if bar.position().is_multiple_of(20) {
                bar.set_message(format!("loss {e:.4}"));
            }
        }
        let epoch = Epoch {
            loss: total / batches as f32,
            accuracy: accuracy(&network, held_out)?,
        };
        epochs.push(epoch);
        let (count, right) = (epochs.len(), epoch.accuracy * 100.0);
        bar.suspend(|| {
            println!(
                "epoch {count:2}: loss {:.4}, {right:.2} % of held-out digits right",
                epoch.loss
            )
        });
    }
    bar.finish_and_clear();
    Ok((network, epochs))
}

/// The part of the digits that a network sees right.
pub fn accuracy(network: &Network, digits: &Digits) -> Result<f64, Box<dyn Error>> {
    let seen = network.predict(digits)?;
    let right = seen
        .iter()
        .zip(&digits.labels)
        .filter(|(s, l)| **s == usize::from(**l))
        .count();
    Ok(right as f64 / digits.labels.len().max(1) as f64)
}

/// The memory of a step, which all steps use again.
struct Trainer {
    adam: Adam<lenet::Gradient<f32>>,
    gradient: lenet::Gradient<f32>,
    memory: lenet::Workspace<f32>,
    x: Array3<f32>,
    t: Array1<usize>,
    z: Array2<f32>,
    z_bar: cross_entropy::Gradient<f32>,
    loss_memory: cross_entropy::Workspace<f32>,
}

impl Trainer {
    fn new(network: &Network, batch: usize) -> Self {
        let z = Array2::zeros((batch, CLASSES));
        Trainer {
            adam: Adam::new(&network.0),
            gradient: network.0.clone(),
            memory: lenet::Workspace::default(),
            x: Array3::zeros((batch, 28, 28)),
            t: Array1::zeros(batch),
            z_bar: cross_entropy::Gradient::zeros_like(&z),
            z,
            loss_memory: cross_entropy::Workspace::default(),
        }
    }

    /// Takes some of the digits, each moved by up to a pixel at random: it is the same digit, and a new image.
    fn take(
        &mut self,
        digits: &Digits,
        some: &[usize],
        random: &mut fastrand::Rng,
    ) -> Result<(), Box<dyn Error>> {
        let images = digits
            .images
            .view()
            .into_shape_with_order((digits.labels.len(), 28, 28))?;
        let mut pixels = || Array1::from_shape_simple_fn(some.len(), || random.i32(-1..=1));
        let (down, right) = (pixels(), pixels());
        moved::into(
            &images,
            &digits.labels,
            &aview1(some),
            &down,
            &right,
            &mut self.x,
            &mut self.t,
        )?;
        Ok(())
    }

    /// One step down the gradient of the loss on the digits that were taken; the loss before it.
    fn step(&mut self, network: &mut Network) -> Result<f32, einstan::Error> {
        let w = &mut network.0;
        let mut pullback = lenet::vjp_in(
            &self.x,
            &w.K1,
            &w.b1,
            &w.K2,
            &w.b2,
            &w.W1,
            &w.b3,
            &w.W2,
            &w.b4,
            &mut self.memory,
            &mut self.z,
        )?;
        let e = cross_entropy::value_and_grad_in(
            &self.z,
            &self.t,
            &mut self.loss_memory,
            &mut self.z_bar,
        )?;
        pullback.call_into(&self.z_bar.A, &mut self.gradient)?;
        self.adam.step(w, &self.gradient)?;
        Ok(e)
    }
}
