//! The forward-backward algorithm as it is written by hand: with probabilities that are scaled at every step
//! (Rabiner, "A tutorial on hidden Markov models", 1989, section V.A).

use crate::model::Tables;
use ndarray::{Array2, Array3, ArrayView1, Axis, Zip};

/// What the algorithm finds.
pub struct Inference {
    /// ln p(tokens), over all sequences.
    pub value: f64,
    /// p(state | tokens) at each step of each sequence.
    pub posterior: Array3<f64>,
    /// How often each state is expected to follow each one.
    pub transitions: Array2<f64>,
}

/// Over sequences of tokens, `token[t, b]`.
pub fn forward_backward(tables: &Tables, token: &Array2<usize>) -> Inference {
    let (steps, sequences) = token.dim();
    let mut all = Inference {
        value: 0.0,
        posterior: Array3::zeros((steps, sequences, tables.start.len())),
        transitions: Array2::zeros(tables.transition.dim()),
    };
    for (b, tokens) in token.axis_iter(Axis(1)).enumerate() {
        let one = sequence(tables, tokens);
        all.value += one.value;
        all.posterior
            .index_axis_mut(Axis(1), b)
            .assign(&one.posterior.index_axis(Axis(1), 0));
        all.transitions += &one.transitions;
    }
    all
}

fn sequence(tables: &Tables, token: ArrayView1<usize>) -> Inference {
    let (start, transition) = (tables.start.exp(), tables.transition.exp());
    let seen = |t: usize| tables.emission.column(token[t]).exp();
    let (steps, states) = (token.len(), start.len());
    let mut forward = Array2::zeros((steps, states));
    let mut value = 0.0;
    for t in 0..steps {
        let before = if t == 0 {
            start.clone()
        } else {
            forward.row(t - 1).dot(&transition)
        };
        let now = before * seen(t);
        let scale: f64 = now.sum();
        forward.row_mut(t).assign(&(now / scale));
        value += scale.ln();
    }
    let mut posterior = forward.clone();
    let mut transitions = Array2::zeros((states, states));
    let mut backward = ndarray::Array1::ones(states);
    for t in (1..steps).rev() {
        let ahead = &backward * &seen(t);
        let mut pair = &transition * &ahead;
        Zip::from(pair.rows_mut())
            .and(forward.row(t - 1))
            .for_each(|mut row, &f| row *= f);
        transitions.scaled_add(1.0 / pair.sum(), &pair);
        backward = transition.dot(&ahead);
        backward /= backward.sum();
        let mut row = posterior.row_mut(t - 1);
        row *= &backward;
        row /= row.sum();
    }
    Inference {
        value,
        posterior: posterior.insert_axis(Axis(1)),
        transitions,
    }
}
