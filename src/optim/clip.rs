//! Gradients of a limited length.

use super::rows::each_row;
use super::setting::not_negative;
use crate::{Error, Parameters};
use einstan_runtime::Elementary;
use ndarray::Axis;

/// The squares of so many rows are summed as what the tensors hold, and these sums as `f64`: in `f32` alone the norm of many
/// millions of numbers would be off by percents.
const SUMMED: usize = 8;

crate::einstan! {
    fn squares(const g[rows, n], mut s) { s += sum[r,i](g[r,i]^2); }

    fn scale(mut g[rows, n], by) { g[r,i] = by * g[r,i]; }
}

/// Shortens a gradient that is longer than `limit`, and returns how long it was: the root of the sum of the squares of all
/// numbers in all tensors.
///
/// Each number is multiplied by limit / (norm + 10⁻⁶) if that is below 1, as `torch.nn.utils.clip_grad_norm_` does. A gradient
/// with a NaN becomes NaN, and so says what is returned. Of one that is infinitely long, infinite numbers become NaN and all others
/// 0; so is one of `f32` in which squares of numbers are too large for that, from some 10¹⁹ on.
///
/// ```
/// use einstan::optim::clip_norm;
/// use ndarray::array;
///
/// # fn main() -> Result<(), einstan::Error> {
/// let mut gradient = (array![3.0], array![[4.0]]);
/// assert_eq!(clip_norm(&mut gradient, 10.0)?, 5.0);
/// assert_eq!(gradient.1, array![[4.0]]);
/// assert_eq!(clip_norm(&mut gradient, 1.0)?, 5.0);
/// assert!((gradient.1[[0, 0]] - 0.8_f64).abs() < 1e-6);
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// A limit that is negative or NaN. Nothing is changed.
pub fn clip_norm<P: Parameters>(gradient: &mut P, limit: f64) -> Result<P::Element, Error> {
    not_negative("clip_norm", "limit", limit)?;
    let mut sum = 0.0;
    each_row([&*gradient], [], |[g], []| {
        for some in g.axis_chunks_iter(Axis(0), SUMMED) {
            let mut own = P::Element::default();
            squares(&some, &mut own)?;
            sum += Elementary::to_f64(own);
        }
        Ok(())
    })?;
    let norm = sum.sqrt();
    let factor = limit / (norm + 1e-6);
    let is_short = factor >= 1.0; // no: the norm is too long, or NaN
    if !is_short {
        let factor = Elementary::from_f64(factor);
        each_row([], [gradient], |[], [g]| scale(g, factor))?;
    }
    Ok(Elementary::from_f64(norm))
}
