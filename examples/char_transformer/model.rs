//! The transformer, as equations.

use einstan::einstan;
use ndarray::{Array, Array3, ArrayRef2, Dimension, ShapeBuilder};

einstan! {
    /// For every character of texts, by how much the next one may be each of the alphabet: numbers of which a softmax makes
    /// probabilities.
    ///
    /// Layers are an index like any other, along which the equations are a recurrence: each layer adds to what the one below
    /// it gave, `X`, what its characters see in those before them, `A`, and what it makes of each.
    ///
    /// Dimensions: layers `l`, batch `b`, time `t`, alphabet `v`, width `d`, heads `h`, of each head `e`, inner width `f`.
    #[einstan(test(range = -1..1))]
    pub fn transformer(
        tok[b, t]: usize, E[v, d],
        g1[l, d], a[l, h], Wq[l, d, h, e], Wk[l, d, h, e], Wv[l, d, h, e], Wo[l, h, e, d],
        g2[l, d], W1[l, d, f], b1[l, f], W2[l, f, d], b2[l, d],
        g[d], U[d, v]
    ) -> Z[b, t, v] {
        X[l: l,b,t,c] = if l == 0 { E[tok[b,t],c] } else { Y[l-1,b,t,c] };
        N[l,b,t,c] = X[l,b,t,c] * g1[l,c] / sqrt(mean[k](X[l,b,t,k]^2) + 1e-5);
        Q[l,b,t,h,e] = N[l,b,t,c] * Wq[l,c,h,e];
        K[l,b,t,h,e] = N[l,b,t,c] * Wk[l,c,h,e];
        V[l,b,t,h,e] = N[l,b,t,c] * Wv[l,c,h,e];
        A[l,b,h,t,s] = softmax[s](if s <= t { Q[l,b,t,h,e] * K[l,b,s,h,e] / sqrt(len(e)) - a[l,h] * (t - s) } else { -inf });
        O[l,b,t,h,e] = A[l,b,h,t,s] * V[l,b,s,h,e];
        R[l,b,t,c] = X[l,b,t,c] + O[l,b,t,h,e] * Wo[l,h,e,c];
        M[l,b,t,c] = R[l,b,t,c] * g2[l,c] / sqrt(mean[k](R[l,b,t,k]^2) + 1e-5);
        F[l,b,t,i] = gelu(M[l,b,t,c] * W1[l,c,i] + b1[l,i]);
        Y[l,b,t,c] = R[l,b,t,c] + F[l,b,t,i] * W2[l,i,c] + b2[l,c];
        T[b,t,c] = Y[len(l)-1,b,t,c];
        Z[b,t,w] = T[b,t,c] * g[c] * U[c,w] / sqrt(mean[k](T[b,t,k]^2) + 1e-5);
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
        let Size { alphabet: v, time: _, layers: l, width: d, heads: h } = size;
        let (e, f) = (d / h, 4 * d);
        let deep = 2 * l;
        Model(transformer::Gradient {
            E: weights((v, d), 4, random),
            g1: Array::ones((l, d)),
            a: Array::from_shape_fn((l, h), |(_, i)| 0.25f32.powi(i as i32 + 1)),
            Wq: weights((l, d, h, e), d, random),
            Wk: weights((l, d, h, e), d, random),
            Wv: weights((l, d, h, e), d, random),
            Wo: weights((l, h, e, d), deep * d, random),
            g2: Array::ones((l, d)),
            W1: weights((l, d, f), d, random),
            b1: Array::zeros((l, f)),
            W2: weights((l, f, d), deep * f, random),
            b2: Array::zeros((l, d)),
            g: Array::ones(d),
            U: weights((d, v), d, random),
        })
    }

    /// What follows each character of texts, which may be shorter than the longest.
    pub fn next(&self, tok: &ArrayRef2<usize>) -> Result<Array3<f32>, einstan::Error> {
        let w = &self.0;
        transformer(
            tok, &w.E, &w.g1, &w.a, &w.Wq, &w.Wk, &w.Wv, &w.Wo, &w.g2, &w.W1, &w.b1, &w.W2, &w.b2, &w.g, &w.U,
        )
    }

    /// How many numbers are learnt.
    pub fn count(&self) -> usize {
        self.0.iter().map(|(_, a)| a.len()).sum()
    }
}

/// Uniform numbers of variance 1 / inputs.
fn weights<D: Dimension, S: ShapeBuilder<Dim = D>>(shape: S, inputs: usize, random: &mut fastrand::Rng) -> Array<f32, D> {
    let scale = (3.0 / inputs as f32).sqrt();
    Array::from_shape_simple_fn(shape, || scale * (2.0 * random.f32() - 1.0))
}
