//! Numbers as the bytes of a file: of 4 or 8 bytes each, the lowest first.

use crate::Float;
use einstan_runtime::Elementary;
use ndarray::{ArrayViewD, ArrayViewMutD};
use safetensors::Dtype;

/// Whether `T` is `f32`: the other [`Float`] is `f64`.
const fn is_single<T>() -> bool {
    size_of::<T>() == 4
}

/// What a file calls the type.
pub(super) fn data_type<T: Float>() -> Dtype {
    match is_single::<T>() {
        true => Dtype::F32,
        false => Dtype::F64,
    }
}

/// The elements of a tensor, row by row. An `f32` is the same number as an `f64`, so that nothing is rounded.
pub(super) fn bytes<T: Float>(tensor: ArrayViewD<T>) -> Vec<u8> {
    let mut out = Vec::with_capacity(tensor.len() * size_of::<T>());
    for &x in tensor {
        let x = Elementary::to_f64(x);
        match is_single::<T>() {
            true => out.extend((x as f32).to_le_bytes()),
            false => out.extend(x.to_le_bytes()),
        }
    }
    out
}

/// Sets the elements of a tensor, row by row.
pub(super) fn read<T: Float>(bytes: &[u8], mut tensor: ArrayViewMutD<T>) {
    if is_single::<T>() {
        let (numbers, _) = bytes.as_chunks();
        for (x, number) in tensor.iter_mut().zip(numbers) {
            *x = Elementary::from_f64(f32::from_le_bytes(*number).into());
        }
    } else {
        let (numbers, _) = bytes.as_chunks();
        for (x, number) in tensor.iter_mut().zip(numbers) {
            *x = Elementary::from_f64(f64::from_le_bytes(*number));
        }
    }
}
