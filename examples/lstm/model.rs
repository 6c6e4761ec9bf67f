//! An LSTM, as equations.

use crate::problem::Batch;
use crate::weights::weights;
use einstan::{Error, einstan};
use ndarray::Array1;

einstan! {
    /// What an LSTM says after a sequence, for each of `b` sequences of `n` steps: gates `I`, `F` and `O`, a candidate `G`,
    /// cells `C` and what it gives, `H` (Hochreiter and Schmidhuber 1997; Gers, Schmidhuber and Cummins 2000).
    pub fn last(
        const X[n, b, m],
        Wi[m, h], Wf[m, h], Wg[m, h], Wo[m, h],
        Ui[h, h], Uf[h, h], Ug[h, h], Uo[h, h],
        bi[h], bf[h], bg[h], bo[h], V[h], c
    ) -> y[b] {
        I[t,s,j] = sigmoid(X[t,s,k]*Wi[k,j] + H[pad(t-1),s,l]*Ui[l,j] + bi[j]);
        F[t,s,j] = sigmoid(X[t,s,k]*Wf[k,j] + H[pad(t-1),s,l]*Uf[l,j] + bf[j]);
        G[t,s,j] = tanh(X[t,s,k]*Wg[k,j] + H[pad(t-1),s,l]*Ug[l,j] + bg[j]);
        O[t,s,j] = sigmoid(X[t,s,k]*Wo[k,j] + H[pad(t-1),s,l]*Uo[l,j] + bo[j]);
        C[t,s,j] = F[t,s,j]*C[pad(t-1),s,j] + I[t,s,j]*G[t,s,j];
        H[t,s,j] = O[t,s,j]*tanh(C[t,s,j]);
        y[s] = H[len(n)-1,s,j]*V[j] + c;
    }

    /// Its mean squared error.
    #[einstan(test(range = -1..1))]
    pub fn error(
        const X[n, b, m], const y[b],
        Wi[m, h], Wf[m, h], Wg[m, h], Wo[m, h],
        Ui[h, h], Uf[h, h], Ug[h, h], Uo[h, h],
        bi[h], bf[h], bg[h], bo[h], V[h], c
    ) -> E {
        z = last(X, Wi, Wf, Wg, Wo, Ui, Uf, Ug, Uo, bi, bf, bg, bo, V, c);
        E = mean[s]((z[s] - y[s])^2);
    }
}

/// The parameters have the shapes of their gradient.
pub type Parameters = error::Gradient<f32>;

/// The memory of a step.
pub type Workspace = error::Workspace<f32>;

/// Random weights of variance 1 / inputs, biases of 0, but gates that forget little (Jozefowicz, Zaremba and Sutskever 2015).
pub fn random(inputs: usize, hidden: usize, random: &mut fastrand::Rng) -> Parameters {
    let mut weights = |rows: usize| weights((rows, hidden), 1.0, rows, random);
    Parameters {
        Wi: weights(inputs),
        Wf: weights(inputs),
        Wg: weights(inputs),
        Wo: weights(inputs),
        Ui: weights(hidden),
        Uf: weights(hidden),
        Ug: weights(hidden),
        Uo: weights(hidden),
        bi: Array1::zeros(hidden),
        bf: Array1::ones(hidden),
        bg: Array1::zeros(hidden),
        bo: Array1::zeros(hidden),
        V: Array1::zeros(hidden),
        c: 0.0,
    }
}

/// The mean squared error of a batch, and its gradient.
pub fn gradient(
    p: &Parameters,
    batch: &Batch,
    workspace: &mut Workspace,
    gradient: &mut Parameters,
) -> Result<f32, Error> {
    error::value_and_grad_in(
        &batch.x, &batch.y, &p.Wi, &p.Wf, &p.Wg, &p.Wo, &p.Ui, &p.Uf, &p.Ug, &p.Uo, &p.bi, &p.bf,
        &p.bg, &p.bo, &p.V, p.c, workspace, gradient,
    )
}

/// The mean squared error of a batch.
pub fn mean_square(p: &Parameters, batch: &Batch) -> Result<f32, Error> {
    error(
        &batch.x, &batch.y, &p.Wi, &p.Wf, &p.Wg, &p.Wo, &p.Ui, &p.Uf, &p.Ug, &p.Uo, &p.bi, &p.bf,
        &p.bg, &p.bo, &p.V, p.c,
    )
}
