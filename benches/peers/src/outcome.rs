//! What the calls of the peers return, as flat numbers.

use crate::case::{Case, Results, fresh};
use ndarray::{Array, Dimension};

/// Tensors that can be looked at once a call is done.
pub trait Outcome {
    fn flat(self) -> Results;
}

impl Outcome for f32 {
    fn flat(self) -> Results {
        vec![vec![self]]
    }
}

impl<D: Dimension> Outcome for Array<f32, D> {
    fn flat(self) -> Results {
        vec![self.iter().copied().collect()]
    }
}

impl<A: Outcome, B: Outcome> Outcome for (A, B) {
    fn flat(self) -> Results {
        [self.0.flat(), self.1.flat()].concat()
    }
}

impl<A: Outcome, B: Outcome, C: Outcome> Outcome for (A, B, C) {
    fn flat(self) -> Results {
        [self.0.flat(), self.1.flat(), self.2.flat()].concat()
    }
}

impl<A: Outcome, B: Outcome, C: Outcome, D: Outcome> Outcome for (A, B, C, D) {
    fn flat(self) -> Results {
        [self.0.flat(), self.1.flat(), self.2.flat(), self.3.flat()].concat()
    }
}

/// The case of a call.
pub fn calling<T: Outcome + 'static>(call: impl FnMut() -> T + 'static) -> Box<dyn Case> {
    fresh(call, Outcome::flat)
}

impl<A: Outcome> Outcome for Vec<A> {
    fn flat(self) -> Results {
        self.into_iter().flat_map(Outcome::flat).collect()
    }
}

impl Outcome for candle_core::Tensor {
    fn flat(self) -> Results {
        let values = self.flatten_all().and_then(|flat| flat.to_vec1());
        vec![values.expect("a tensor of float32")]
    }
}

impl<const D: usize> Outcome for burn_tensor::Tensor<D> {
    fn flat(self) -> Results {
        vec![self.into_data().try_to_vec().expect("a tensor of float32")]
    }
}
