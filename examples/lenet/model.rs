//! The network, as equations.

use crate::data::{CLASSES, Digits};
use crate::weights::weights;
use einstan::einstan;
use ndarray::{Array, Array1, s};

einstan! {
    /// What the network makes of images: a number for every digit, the largest for the one that it sees.
    ///
    /// Channels are the last index, along which the loops run: there is nothing else as long in a window of a pool.
    #[einstan(test(range = -1..1))]
    pub fn lenet(
        const X[n, 28, 28], K1[5, 5, c], b1[c], K2[5, 5, c, d], b2[d], W1[4, 4, d, h], b3[h], W2[h, 10], b4[10]
    ) -> Z[n, 10] {
        C1[i,y,x,o] = X[i,y+r,x+q] * K1[r,q,o];                                 // 24 by 24 windows
        P1[i,y,x,o] = relu(max[r: 2, q: 2](C1[i,2*y+r,2*x+q,o]) + b1[o]);       // 12 by 12
        C2[i,y,x,o] = P1[i,y+r,x+q,c] * K2[r,q,c,o];                            // 8 by 8
        P2[i,y,x,o] = relu(max[r: 2, q: 2](C2[i,2*y+r,2*x+q,o]) + b2[o]);       // 4 by 4
        H[i,j] = relu(P2[i,y,x,o] * W1[y,x,o,j] + b3[j]);
        Z[i,k] = H[i,j] * W2[j,k] + b4[k];
    }

    /// Some of the images, each moved by some pixels, and their labels.
    pub fn moved(
        const X[m, 28, 28], label[m]: u8, at[n]: usize, down[n]: i32, right[n]: i32
    ) -> (Y[n, 28, 28], t[n]: usize) {
        Y[i,y,x] = X[at[i], pad(y-down[i]), pad(x-right[i])];
        t[i] = label[at[i]];
    }

    /// The index of the largest number of each row.
    pub fn largest(const Z[n, c]) -> at[n]: usize {
        at[i] = argmax[k](Z[i,k]);
    }
}

/// How many channels the two convolutions have, and numbers the layer behind them.
#[derive(Clone, Copy, Debug)]
pub struct Widths(pub usize, pub usize, pub usize);

/// The parameters, which have the shape of their gradient.
pub struct Network(pub lenet::Gradient<f32>);

impl Network {
    /// Random weights of variance 2 / inputs, which keeps that of what goes through `relu` (He et al. 2015), and biases of 0.
    pub fn new(Widths(c, d, h): Widths, random: &mut fastrand::Rng) -> Self {
        Network(lenet::Gradient {
            K1: weights((5, 5, c), 2.0, 25, random),
            b1: Array::zeros(c),
            K2: weights((5, 5, c, d), 2.0, 25 * c, random),
            b2: Array::zeros(d),
            W1: weights((4, 4, d, h), 2.0, 16 * d, random),
            b3: Array::zeros(h),
            W2: weights((h, CLASSES), 2.0, h, random),
            b4: Array::zeros(CLASSES),
        })
    }

    /// The digits that the network sees in images, some of them at a time: the windows of all take a gigabyte.
    pub fn predict(&self, digits: &Digits) -> Result<Array1<usize>, Box<dyn std::error::Error>> {
        let w = &self.0;
        let mut seen = Array1::zeros(digits.labels.len());
        for from in (0..seen.len()).step_by(500) {
            let to = seen.len().min(from + 500);
            let x = digits.images.slice(s![from..to, ..]);
            let x = x.into_shape_with_order((to - from, 28, 28))?;
            let z = lenet(&x, &w.K1, &w.b1, &w.K2, &w.b2, &w.W1, &w.b3, &w.W2, &w.b4)?;
            largest::into(&z, &mut seen.slice_mut(s![from..to]))?;
        }
        Ok(seen)
    }
}
