//! The network, as equations, and its training.

use crate::cosine::cosine;
use crate::data::{CLASSES, Digits, PIXELS};
use crate::weights::weights;
use einstan::einstan;
use ndarray::{Array1, Array2};

einstan! {
    /// The mean cross-entropy of a two-layer network on images `X` with labels `T`, one row of which is 1 at the digit
    /// and 0 elsewhere.
    pub fn loss(const X[n, p], W1[p, h], b1[h], W2[h, c], b2[c], const T[n, c]) -> E {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H[i,j] = tanh(Y1[i,j]);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        L[i,j] = log_softmax[j](Y2[i,j]);
        E = -sum[i,j](T[i,j] * L[i,j]) / len(n);
    }

    /// The digits that the network sees.
    pub fn predict(const X[n, p], const W1[p, h], const b1[h], const W2[h, c], const b2[c]) -> digit[n]: usize {
        H[i,j] = tanh(X[i,k] * W1[k,j] + b1[j]);
        Y[i,j] = H[i,k] * W2[k,j] + b2[j];
        digit[i] = argmax[j](Y[i,j]);
    }
}

/// What the training is told.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub epochs: usize,
    pub batch: usize,
    pub rate: f32,
    pub hidden: usize,
    pub seed: u64,
}

/// Parameters have the shape of their gradient.
pub struct Network(loss::Gradient<f32>);

/// What an epoch came to.
#[derive(Clone, Copy, Debug)]
pub struct Epoch {
    /// Mean over the epoch's batches.
    pub loss: f32,
    /// On images that were not trained on.
    pub accuracy: f64,
}

/// Of the momentum, what is left after a step.
const MOMENTUM: f32 = 0.9;

impl Network {
    /// Random weights of variance 1 / inputs, biases of 0.
    fn new(hidden: usize, random: &mut fastrand::Rng) -> Self {
        let mut weights = |rows, columns| weights((rows, columns), 1.0, rows, random);
        Network(loss::Gradient {
            W1: weights(PIXELS, hidden),
            b1: Array1::zeros(hidden),
            W2: weights(hidden, CLASSES),
            b2: Array1::zeros(CLASSES),
        })
    }

    /// Minibatch gradient descent with momentum, at a rate that falls to zero along a cosine. `progress` sees every
    /// batch with its loss, and `watch` every epoch.
    pub fn train(
        digits: &Digits,
        held_out: &Digits,
        options: Options,
        mut progress: impl FnMut(usize, f32),
        mut watch: impl FnMut(Epoch),
    ) -> Result<Self, einstan::Error> {
        let mut random = fastrand::Rng::with_seed(options.seed);
        let mut network = Network::new(options.hidden, &mut random);
        let (labels, count) = (one_hot(&digits.labels), digits.labels.len());
        let mut order: Vec<usize> = (0..count).collect();
        let (mut x, mut t) = (
            Array2::zeros((options.batch, PIXELS)),
            Array2::zeros((options.batch, CLASSES)),
        );
        let mut velocity = network.0.clone();
        velocity.fill(0.0);
        let mut gradient = velocity.clone();
        let mut workspace = loss::Workspace::default();
        let batches = count / options.batch;
        let steps = (options.epochs * batches) as f64;
        for epoch in 0..options.epochs {
            random.shuffle(&mut order);
            let mut total = 0.0;
            for (step, chunk) in order.chunks_exact(options.batch).enumerate() {
                for (row, &at) in chunk.iter().enumerate() {
                    x.row_mut(row).assign(&digits.images.row(at));
                    t.row_mut(row).assign(&labels.row(at));
                }
                let w = &mut network.0;
                let e = loss::value_and_grad_in(
                    &x,
                    &w.W1,
                    &w.b1,
                    &w.W2,
                    &w.b2,
                    &t,
                    &mut workspace,
                    &mut gradient,
                )?;
                let done = (epoch * batches + step) as f64 / steps;
                let rate = options.rate * cosine(done) as f32;
                velocity.scale(MOMENTUM);
                velocity.add_scaled(-rate, &gradient);
                w.add_scaled(1.0, &velocity);
                total += e;
                progress(epoch * batches + step, e);
            }
            let accuracy = network.accuracy(held_out)?;
            watch(Epoch {
                loss: total / batches.max(1) as f32,
                accuracy,
            });
        }
        Ok(network)
    }

    /// The digits that the network sees in images.
    pub fn predict(&self, digits: &Digits) -> Result<Array1<usize>, einstan::Error> {
        let w = &self.0;
        predict(&digits.images, &w.W1, &w.b1, &w.W2, &w.b2)
    }

    /// The part of the images that it gets right.
    pub fn accuracy(&self, digits: &Digits) -> Result<f64, einstan::Error> {
        let seen = self.predict(digits)?;
        let right = seen
            .iter()
            .zip(&digits.labels)
            .filter(|(s, l)| **s == usize::from(**l))
            .count();
        Ok(right as f64 / digits.labels.len().max(1) as f64)
    }
}

/// Labels as rows with one 1.
fn one_hot(labels: &Array1<u8>) -> Array2<f32> {
    Array2::from_shape_fn((labels.len(), CLASSES), |(i, c)| {
        f32::from(u8::from(usize::from(labels[i]) == c))
    })
}
