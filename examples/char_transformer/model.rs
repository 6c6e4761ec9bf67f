//! The transformer, as equations.

use crate::weights::weights;
use einstan::einstan;
use ndarray::{Array, Array3, ArrayRef2};

einstan! {
    /// For each character of texts, what follows it: a number for each of the alphabet, of which a softmax makes probabilities.
    ///
    /// Layers are an index like any other: the equations are a recurrence along `l`, in which a layer takes what the one below
    /// it gave. Other letters: batch `b`, time `t`, alphabet `v`, width `d`, heads `h`, of each head `e`, inner width `f`.
    ///
    /// Normalisation comes before what it serves, by the root of the mean square (Zhang and Sennrich 2019); heads fade with
    /// the distance to what they see, which is all that they know of positions (Press et al. 2022), at rates `a`.
    #[einstan(test(range = -1..1))]
    pub fn transformer(
        tok[b, t]: usize, E[v, d], WQ[l, d, h, e], WK[l, d, h, e], WV[l, d, h, e], a[l, h], WO[l, h, e, d],
        W1[l, d, f], W2[l, f, d], U[d, v]
    ) -> Z[b, t, v] {
        X[l: l, b, t, c] = if l == 0 { E[tok[b,t],c] } else { Y[l-1,b,t,c] };

        N[l,b,t,c] = X[l,b,t,c] / sqrt(mean[k](X[l,b,t,k]^2) + 1e-5);
        Q[l,b,t,h,e] = N[l,b,t,c] * WQ[l,c,h,e];
        K[l,b,t,h,e] = N[l,b,t,c] * WK[l,c,h,e];
        V[l,b,t,h,e] = N[l,b,t,c] * WV[l,c,h,e];
        S[l,b,h,t,s] = Q[l,b,t,h,e] * K[l,b,s,h,e] / sqrt(len(e)) - a[l,h] * (t - s);
        A[l,b,h,t,s] = softmax[s](if s <= t { S[l,b,h,t,s] } else { -inf });
        O[l,b,t,h,e] = A[l,b,h,t,s] * V[l,b,s,h,e];
        R[l,b,t,c] = X[l,b,t,c] + O[l,b,t,h,e] * WO[l,h,e,c];

        M[l,b,t,c] = R[l,b,t,c] / sqrt(mean[k](R[l,b,t,k]^2) + 1e-5);
        F[l,b,t,i] = gelu(M[l,b,t,c] * W1[l,c,i]);
        Y[l,b,t,c] = R[l,b,t,c] + F[l,b,t,i] * W2[l,i,c];

        T[b,t,c] = Y[len(l)-1,b,t,c];
        L[b,t,c] = T[b,t,c] / sqrt(mean[k](T[b,t,k]^2) + 1e-5);
        Z[b,t,w] = L[b,t,c] * U[c,w];
    }

    /// The mean number of nats that the characters which follow are surprising by.
    #[einstan(test(range = -1..1))]
    pub fn surprise(Z[b, t, v], next[b, t]: usize) -> e {
        e = mean[b,t](logsumexp[w](Z[b,t,w]) - Z[b,t,next[b,t]]);
    }
}

/// How large a transformer is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    pub alphabet: usize,
    /// The longest text that it sees at once.
    pub time: usize,
    pub layers: usize,
    pub width: usize,
    pub heads: usize,
}

/// The parameters, which have the shape of their gradient.
pub struct Model(pub transformer::Gradient<f32>);

impl Model {
    /// Random weights that keep the variance of what goes through them; what is added to the layers below begins small.
    pub fn new(size: Size, random: &mut fastrand::Rng) -> Self {
        let Size {
            alphabet: v,
            time: _,
            layers: l,
            width: d,
            heads: h,
        } = size;
        let (e, f) = (d / h, 4 * d);
        let deep = 2 * l;
        Model(transformer::Gradient {
            E: weights((v, d), 1.0, 4, random),
            a: Array::from_shape_fn((l, h), |(_, i)| 0.25f32.powi(i as i32 + 1)),
            WQ: weights((l, d, h, e), 1.0, d, random),
            WK: weights((l, d, h, e), 1.0, d, random),
            WV: weights((l, d, h, e), 1.0, d, random),
            WO: weights((l, h, e, d), 1.0, deep * d, random),
            W1: weights((l, d, f), 1.0, d, random),
            W2: weights((l, f, d), 1.0, deep * f, random),
            U: weights((d, v), 1.0, d, random),
        })
    }

    /// What follows each character of texts, which may be shorter than the longest.
    pub fn next(&self, tok: &ArrayRef2<usize>) -> Result<Array3<f32>, einstan::Error> {
        let w = &self.0;
        transformer(
            tok, &w.E, &w.WQ, &w.WK, &w.WV, &w.a, &w.WO, &w.W1, &w.W2, &w.U,
        )
    }

    /// How many numbers are learnt.
    pub fn count(&self) -> usize {
        self.0.iter().map(|(_, a)| a.len()).sum()
    }
}
