//! The notation as editors show it: what tensors, lengths and indices are in an equation, and what its words mean. Generated
//! code names this for rust-analyzer alone.

use std::marker::PhantomData;

/// A tensor, with its dimensions.
pub struct Tensor<Axes>(PhantomData<Axes>);

/// A number: a scalar, or an element of a tensor.
pub struct Number;

/// An index of one equation.
#[derive(Clone, Copy)]
pub struct Index;

/// A dimension of a fixed length.
pub struct Fixed<const LENGTH: u64>;

/// A dimension whose length follows from others.
pub struct Computed;

/// A tensor of an equation that is wrong.
pub struct Unknown;

/// A length by the name of its dimension.
pub fn length<Dimension>() {}

/// The words of equations.
pub mod words {
    use super::Number;

    macro_rules! words {
        ($($(#[doc = $doc:literal])* $word:ident($($argument:ident),*);)*) => {
            $($(#[doc = $doc])* pub fn $word($($argument: Number),*) -> Number { $(let _ = $argument;)* Number })*
        };
    }

    /// π
    #[allow(non_upper_case_globals)] // as it is written
    pub const pi: Number = Number;
    /// Infinity.
    #[allow(non_upper_case_globals)]
    pub const inf: Number = Number;

    words! {
        /// e to the power of `x`.
        exp(x);
        /// The natural logarithm.
        ln(x);
        /// The logarithm to base 2.
        log2(x);
        /// The logarithm to base 10.
        log10(x);
        /// `ln(1 + x)`, exact near 0.
        log1p(x);
        /// `exp(x) - 1`, exact near 0.
        expm1(x);
        /// The square root.
        sqrt(x);
        /// `1/x`
        recip(x);
        /// The absolute value.
        abs(x);
        /// -1, 0 or 1.
        sign(x);
        /// The largest whole number that is not above `x`.
        floor(x);
        /// The smallest whole number that is not below `x`.
        ceil(x);
        /// The nearest whole number.
        round(x);
        /// The sine.
        sin(x);
        /// The cosine.
        cos(x);
        /// The tangent.
        tan(x);
        /// The arcsine.
        asin(x);
        /// The arccosine.
        acos(x);
        /// The arctangent.
        atan(x);
        /// The hyperbolic sine.
        sinh(x);
        /// The hyperbolic cosine.
        cosh(x);
        /// The hyperbolic tangent.
        tanh(x);
        /// The error function.
        erf(x);
        /// `1/(1 + exp(-x))`
        sigmoid(x);
        /// `max(x, 0)`
        relu(x);
        /// `ln(1 + exp(x))`
        softplus(x);
        /// `x*sigmoid(x)`
        silu(x);
        /// `x*(1 + erf(x/sqrt(2)))/2`
        gelu(x);
        /// `x^y`
        pow(x, y);
        /// The angle of the point `(x, y)`.
        atan2(y, x);
        /// `sum[i](e)`: the sum over all values of `i`.
        sum(e);
        /// `mean[i](e)`: the sum over all values of `i`, divided by their number.
        mean(e);
        /// `prod[i](e)`: the product over all values of `i`.
        prod(e);
        /// `max[i](e)`: the largest value; `max(x, y)`: the larger number.
        max(e);
        /// `min[i](e)`: the smallest value; `min(x, y)`: the smaller number.
        min(e);
        /// `logsumexp[i](e)`: `ln(sum[i](exp(e)))`, without overflow.
        logsumexp(e);
        /// `argmax[i](e)`: the first position of the largest value.
        argmax(e);
        /// `argmin[i](e)`: the first position of the smallest value.
        argmin(e);
        /// `softmax[j](e)`: `exp(e)/sum[j](exp(e))`, without overflow.
        softmax(e);
        /// `log_softmax[j](e)`: the logarithm of the softmax.
        log_softmax(e);
        /// `X[pad(p)]`: 0 outside of the tensor; `X[pad(p, v)]`: the constant `v`.
        pad(p);
        /// `X[clamp(p)]`: the nearest element outside of the tensor.
        clamp(p);
        /// `X[wrap(p)]`: around the end of the tensor.
        wrap(p);
        /// `len(n)`: the length of a dimension.
        len(n);
        /// `d(Y[i]) / d(X[k])`: the derivative of one tensor by another.
        d(y);
    }
}
