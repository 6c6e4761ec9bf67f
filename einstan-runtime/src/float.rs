//! The elements of tensors, and the elementwise functions of the notation.

use ndarray::NdFloat;
use std::fmt::Debug;

/// The element type of a function: `f32` or `f64`.
pub trait Float: NdFloat + Element + Elementary {}

impl Float for f32 {}
impl Float for f64 {}

/// What a tensor can hold.
pub trait Element:
    Copy + Default + Send + Sync + PartialEq + Debug + sealed::Sealed + 'static
{
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

/// The functions of the notation, for generated code.
#[doc(hidden)]
#[allow(missing_docs)] // named as in the notation
pub trait Elementary: Sized + Copy {
    fn from_f64(value: f64) -> Self;
    fn to_f64(self) -> f64;
    fn from_i64(value: i64) -> Self;
    fn e_exp(self) -> Self;
    fn e_ln(self) -> Self;
    fn e_log2(self) -> Self;
    fn e_log10(self) -> Self;
    fn e_log1p(self) -> Self;
    fn e_expm1(self) -> Self;
    fn e_sqrt(self) -> Self;
    fn e_recip(self) -> Self;
    fn e_abs(self) -> Self;
    fn e_sign(self) -> Self;
    fn e_floor(self) -> Self;
    fn e_ceil(self) -> Self;
    fn e_round(self) -> Self;
    fn e_sin(self) -> Self;
    fn e_cos(self) -> Self;
    fn e_tan(self) -> Self;
    fn e_asin(self) -> Self;
    fn e_acos(self) -> Self;
    fn e_atan(self) -> Self;
    fn e_sinh(self) -> Self;
    fn e_cosh(self) -> Self;
    fn e_tanh(self) -> Self;
    fn e_erf(self) -> Self;
    fn e_sigmoid(self) -> Self;
    fn e_relu(self) -> Self;
    fn e_softplus(self) -> Self;
    fn e_silu(self) -> Self;
    fn e_gelu(self) -> Self;
    fn e_pow(self, b: Self) -> Self;
    fn e_powi(self, n: i32) -> Self;
    fn e_max(self, b: Self) -> Self;
    fn e_min(self, b: Self) -> Self;
    fn e_atan2(self, x: Self) -> Self;
    /// Memory for packed panels of this type.
    fn panel(scratch: &mut crate::Scratch) -> &mut Vec<Self>;
    /// The kernels of matrix products for what is left of a row.
    fn kernel(level: crate::dispatch::Level, left: usize) -> crate::kernel::Kernel<Self>;
    /// How squares are transposed at a level, if faster than one by one.
    fn square(level: crate::dispatch::Level) -> Option<crate::transpose::Square<Self>>;
}
