//! The network: layers of other modules in one function, whose axes rustc compares.

use crate::axes::{Arm, Batch, Hidden, Plane};
use crate::{layers, loss};
use einstan::{Error, Tensor, TensorRef, einstan};

einstan! {
    fn error(
        const X[Batch, Plane], t[Batch]: usize, W[Plane, Hidden], b[Hidden], V[Hidden, Arm], c[Arm]
    ) -> e {
        H = layers::hidden(X, W, b);
        Z = layers::output(H, V, c);
        e = loss::cross_entropy(Z, t);
    }
}

/// The parameters, and the memory of a step.
pub struct Network {
    w: Tensor<f32, (Plane, Hidden)>,
    b: Tensor<f32, (Hidden,)>,
    v: Tensor<f32, (Hidden, Arm)>,
    c: Tensor<f32, (Arm,)>,
    workspace: error::Workspace<f32>,
}

impl Network {
    /// With weights from a generator of numbers around zero.
    pub fn new(mut number: impl FnMut() -> f32) -> Result<Self, Error> {
        let mut matrix =
            |n, m, scale: f32| ndarray::Array2::from_shape_simple_fn((n, m), || scale * number());
        Ok(Network {
            w: Tensor::try_from(matrix(2, 32, 2.0))?,
            b: Tensor::try_from(ndarray::Array1::zeros(32))?,
            v: Tensor::try_from(matrix(32, 3, 0.5))?,
            c: Tensor::try_from(ndarray::Array1::zeros(3))?,
            workspace: error::Workspace::default(),
        })
    }

    /// One step down the gradient; the error before it.
    pub fn step(
        &mut self,
        points: &TensorRef<f32, (Batch, Plane)>,
        arms: &TensorRef<usize, (Batch,)>,
        gradient: &mut error::Gradient<f32>,
        rate: f32,
    ) -> Result<f32, Error> {
        let Network {
            w,
            b,
            v,
            c,
            workspace,
        } = self;
        let e = error::value_and_grad_in(points, arms, w, b, v, c, workspace, gradient)?;
        loss::descend(&mut w.array_mut(), &gradient.W, rate)?;
        loss::descend_vector(&mut b.array_mut(), &gradient.b, rate)?;
        loss::descend(&mut v.array_mut(), &gradient.V, rate)?;
        loss::descend_vector(&mut c.array_mut(), &gradient.c, rate)?;
        Ok(e)
    }

    /// A gradient for `step`, to be kept.
    pub fn gradient(&self) -> error::Gradient<f32> {
        error::Gradient::zeros_like(&self.w, &self.b, &self.v, &self.c)
    }

    /// The arm that each point is thought to lie on.
    pub fn arms(
        &self,
        points: &TensorRef<f32, (Batch, Plane)>,
    ) -> Result<Tensor<usize, (Batch,)>, Error> {
        let hidden = layers::hidden(points, &self.w, &self.b)?;
        loss::arm(&layers::output(&hidden, &self.v, &self.c)?)
    }
}
