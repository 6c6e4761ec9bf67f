//! The elements of tensors, and the elementwise functions of the notation.

use crate::fused::Fused;
use crate::parameters::Parameters;
use ndarray::NdFloat;
use std::fmt::Debug;

/// The element type of a function: `f32` or `f64`.
#[diagnostic::on_unimplemented(
    message = "a number is passed or asked for here, of type `f32` or `f64`, and the other side has `{Self}`",
    label = "number and `{Self}`"
)]
pub trait Float: NdFloat + Element + Elementary + Parameters<Element = Self> {}

impl Float for f32 {}
impl Float for f64 {}

/// What a tensor can hold.
pub trait Element:
    Copy + Default + Send + Sync + PartialEq + Debug + sealed::Sealed + 'static
{
    /// What new memory holds in debug builds.
    const UNWRITTEN: Self;
    /// As an integer; of a float the whole part.
    fn to_i64(self) -> i64;
    /// The nearest value of this type.
    fn from_i64(value: i64) -> Self;
    /// As a float.
    fn to_float<T: Float>(self) -> T;
    /// `self + other`; integers stop at the ends of their range.
    fn plus(self, other: Self) -> Self;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

macro_rules! integer {
    ($($t:ty)*) => {$(
        impl sealed::Sealed for $t {}
        impl Element for $t {
            const UNWRITTEN: Self = <$t>::MAX - 0x5e;
            #[inline(always)]
            fn to_i64(self) -> i64 {
                i64::try_from(self).unwrap_or(i64::MAX)
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                <$t>::try_from(value).unwrap_or(if value < 0 { <$t>::MIN } else { <$t>::MAX })
            }
            #[inline(always)]
            fn to_float<T: Float>(self) -> T {
                // Every value of a small type fits; those of 64 bits are rounded once.
                <T as Elementary>::from_i64(self.to_i64())
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.saturating_add(other)
            }
        }
    )*};
}
integer!(usize i32 i64 u32 u8);

/// The functions of the notation, for generated code. Those that are computed know whether multiplying and adding is one
/// instruction; those of one number are told all, as generated code calls them all alike.
#[doc(hidden)]
#[allow(missing_docs)] // named as in the notation
pub trait Elementary: Sized + Copy {
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn from_i64(value: i64) -> Self;
    fn e_exp(self, fused: Fused) -> Self;
    fn e_ln(self, fused: Fused) -> Self;
    fn e_log2(self, fused: Fused) -> Self;
    fn e_log10(self, fused: Fused) -> Self;
    fn e_log1p(self, fused: Fused) -> Self;
    fn e_expm1(self, fused: Fused) -> Self;
    fn e_sqrt(self, fused: Fused) -> Self;
    fn e_recip(self, fused: Fused) -> Self;
    fn e_abs(self, fused: Fused) -> Self;
    fn e_sign(self, fused: Fused) -> Self;
    fn e_floor(self, fused: Fused) -> Self;
    fn e_ceil(self, fused: Fused) -> Self;
    fn e_round(self, fused: Fused) -> Self;
    fn e_sin(self, fused: Fused) -> Self;
    fn e_cos(self, fused: Fused) -> Self;
    fn e_tan(self, fused: Fused) -> Self;
    fn e_asin(self, fused: Fused) -> Self;
    fn e_acos(self, fused: Fused) -> Self;
    fn e_atan(self, fused: Fused) -> Self;
    fn e_sinh(self, fused: Fused) -> Self;
    fn e_cosh(self, fused: Fused) -> Self;
    fn e_tanh(self, fused: Fused) -> Self;
    fn e_erf(self, fused: Fused) -> Self;
    fn e_sigmoid(self, fused: Fused) -> Self;
    fn e_relu(self, fused: Fused) -> Self;
    fn e_softplus(self, fused: Fused) -> Self;
    fn e_silu(self, fused: Fused) -> Self;
    fn e_gelu(self, fused: Fused) -> Self;
    fn e_pow(self, b: Self, fused: Fused) -> Self;
    fn e_powi(self, n: i32) -> Self;
    fn e_max(self, b: Self) -> Self;
    fn e_min(self, b: Self) -> Self;
    fn e_atan2(self, x: Self, fused: Fused) -> Self;
    /// The memory of products of this type, of each thread.
    fn desks(scratch: &mut crate::Scratch) -> &mut Vec<crate::gemm::Desk<Self>>;
    /// The kernels of matrix products for what is left of a row.
    fn kernel(level: crate::dispatch::Level, left: usize) -> crate::kernel::Kernel<Self>;
    /// How squares are transposed at a level, if faster than one by one.
    fn square(level: crate::dispatch::Level) -> Option<crate::transpose::Square<Self>>;
    /// How vectors are put together at a level, if faster than piece by piece.
    fn splice(level: crate::dispatch::Level) -> Option<crate::splice::Splice<Self>>;
}
