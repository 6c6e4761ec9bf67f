//! The training: AdamW on rows from anywhere in the text, at a rate that rises and then falls along a cosine.

use crate::cosine::cosine;
use crate::model::{Model, Size, surprise, transformer};
use crate::text::Rows;
use einstan::optim::{AdamW, clip_norm};
use indicatif::{ProgressBar, ProgressStyle};
use ndarray::{Array1, Array3};
use std::error::Error;

/// What the training is told.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub steps: usize,
    pub batch: usize,
    pub rate: f64,
    pub seed: u64,
    pub size: Size,
}

/// Losses, in nats for each character, by steps.
#[derive(Default)]
pub struct Curve {
    pub training: Vec<(f64, f64)>,
    pub held_out: Vec<(f64, f64)>,
}

/// Trains with a progress bar, and prints the loss on the held-out text ten times on the way.
pub fn train(
    text: &Array1<usize>,
    held_out: &Array1<usize>,
    options: Options,
) -> Result<(Model, Curve), Box<dyn Error>> {
    let mut random = fastrand::Rng::with_seed(options.seed);
    let mut model = Model::new(options.size, &mut random);
    let mut trainer = Trainer::new(&model, options);
    let mut curve = Curve::default();
    println!("{} parameters", model.count());
    let bar = ProgressBar::new(options.steps as u64).with_style(ProgressStyle::with_template(
        "{wide_bar} {pos}/{len} steps, {msg}",
    )?);
    let mut total = 0.0;
    for step in 1..=options.steps {
        let places = std::iter::repeat_with(|| random.usize(..text.len() - options.size.time));
        trainer.rows.read(text, places.take(options.batch));
        trainer.adam.rate = options.rate * schedule(step, options.steps);
        total += trainer.step(&mut model)?;
        bar.inc(1);
        if step % 20 == 0 {
            curve.training.push((step as f64, f64::from(total / 20.0)));
            bar.set_message(format!("loss {:.3}", total / 20.0));
            total = 0.0;
        }
        if step % options.steps.div_ceil(10) == 0 || step == options.steps {
            let loss = loss(&model, held_out, options.size.time, 10)?;
            curve.held_out.push((step as f64, f64::from(loss)));
            bar.suspend(|| println!("step {step:5}: {loss:.3} nats a character of held-out text"));
        }
    }
    bar.finish_and_clear();
    Ok((model, curve))
}

/// The part of the rate that a step takes: a line over the first twentieth, then half of a cosine.
fn schedule(step: usize, steps: usize) -> f64 {
    let done = step as f64 / steps as f64;
    cosine(done).min(done * 20.0)
}

/// Nats for each character of a text, which is taken in rows, of which every so many count. What comes first in a row is told
/// by little.
pub fn loss(
    model: &Model,
    text: &Array1<usize>,
    time: usize,
    every: usize,
) -> Result<f32, einstan::Error> {
    const ROWS: usize = 16;
    let places: Vec<usize> = (0..text.len() - time).step_by(time * every).collect();
    let mut total = 0.0;
    for some in places.chunks(ROWS) {
        let mut rows = Rows::new(some.len(), time);
        rows.read(text, some.iter().copied());
        total += surprise(&model.next(&rows.tok)?, &rows.next)? * some.len() as f32;
    }
    Ok(total / places.len() as f32)
}

/// The memory of a step, which all steps use again.
struct Trainer {
    adam: AdamW<transformer::Gradient<f32>>,
    gradient: transformer::Gradient<f32>,
    memory: transformer::Workspace<f32>,
    rows: Rows,
    z: Array3<f32>,
    z_bar: surprise::Gradient<f32>,
    loss_memory: surprise::Workspace<f32>,
}

impl Trainer {
    fn new(model: &Model, Options { batch, size, .. }: Options) -> Self {
        let z = Array3::zeros((batch, size.time, size.alphabet));
        let mut adam = AdamW::new(&model.0);
        adam.beta2 = 0.99;
        adam.decay = 0.1;
        Trainer {
            adam,
            gradient: model.0.clone(),
            memory: transformer::Workspace::default(),
            rows: Rows::new(batch, size.time),
            z_bar: surprise::Gradient::zeros_like(&z),
            z,
            loss_memory: surprise::Workspace::default(),
        }
    }

    /// One step down the gradient of the loss on the rows; the loss before it.
    fn step(&mut self, model: &mut Model) -> Result<f32, einstan::Error> {
        let w = &mut model.0;
        let mut pullback = transformer::vjp_in(
            &self.rows.tok,
            &w.E,
            &w.WQ,
            &w.WK,
            &w.WV,
            &w.a,
            &w.WO,
            &w.W1,
            &w.W2,
            &w.U,
            &mut self.memory,
            &mut self.z,
        )?;
        let e = surprise::value_and_grad_in(
            &self.z,
            &self.rows.next,
            &mut self.loss_memory,
            &mut self.z_bar,
        )?;
        pullback.call_into(&self.z_bar.Z, &mut self.gradient)?;
        clip_norm(&mut self.gradient, 1.0)?;
        self.adam.step(w, &self.gradient)?;
        Ok(e)
    }
}
