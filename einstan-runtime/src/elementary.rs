#![allow(clippy::excessive_precision)] // constants have the digits that their sources give
//! The elementwise functions of `f32` and `f64`. `exp`, `ln`, `tanh` and what is made of them are branch-free
//! polynomials, which vectorise; the others are std's and libm's.

/// `e^x` = 2^n e^r with |r| ≤ ln 2 / 2: a Taylor polynomial in r, and the power of two in two halves, so that overflow
/// gives ∞ and underflow denormals.
macro_rules! exp {
    ($t:ident, $u:ident, $i:ident, $low:expr, $high:expr, $magic:expr, $hi:expr, $lo:expr, $bias:expr, $mantissa:expr,
     [$($c:expr),*]) => {
        #[inline(always)]
        fn exp(x: $t) -> $t {
            let x = if x < $low { $low } else { x };
            let x = if x > $high { $high } else { x };
            let shifted = x * std::$t::consts::LOG2_E + $magic;
            let n = shifted - $magic;
            let i = (shifted.to_bits() as $i).wrapping_sub(($magic as $t).to_bits() as $i);
            let r = (x - n * $hi) - n * $lo;
            let mut p: $t = 0.0;
            $( p = p * r + $c; )*
            let half = i >> 1;
            let one = $t::from_bits(((half.wrapping_add($bias)) as $u) << $mantissa);
            let two = $t::from_bits(((i.wrapping_sub(half).wrapping_add($bias)) as $u) << $mantissa);
            p * one * two
        }
    };
}

/// `ln x` = e ln 2 + ln m with m in [√½, √2): the series of fdlibm in s = (m-1)/(m+1).
macro_rules! ln {
    ($t:ident, $u:ident, $i:ident, $up:expr, $digits:expr, $mantissa:expr, $bias:expr, $hi:expr, $lo:expr, [$($c:expr),*]) => {
        #[inline(always)]
        fn ln(x: $t) -> $t {
            let small = x < $t::MIN_POSITIVE;
            let y = if small { x * $up } else { x };
            let root = std::$t::consts::FRAC_1_SQRT_2.to_bits();
            let bits = y.to_bits().wrapping_sub(root);
            let e = (bits as $i) >> $mantissa;
            let m = $t::from_bits((bits & ((1 << $mantissa) - 1)).wrapping_add(root));
            let e = e as $t - if small { $digits } else { 0.0 };
            let f = m - 1.0;
            let s = f / (2.0 + f);
            let z = s * s;
            let mut r: $t = 0.0;
            $( r = r * z + $c; )*
            let r = r * z;
            let half = 0.5 * f * f;
            let value = e * $hi - ((half - (s * (half + r) + e * $lo)) - f);
            let value = if x == 0.0 { $t::NEG_INFINITY } else { value };
            let value = if x == $t::INFINITY { x } else { value };
            if x < 0.0 || x.is_nan() { $t::NAN } else { value }
        }
    };
}

/// All functions of one type, on top of `exp`, `ln`, `tanh` and `erf`.
macro_rules! elementary {
    ($t:ident, $panel:ident) => {
        impl crate::float::sealed::Sealed for $t {}

        impl crate::float::Element for $t {
            #[inline(always)]
            fn to_i64(self) -> i64 {
                self as i64
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_float<T: crate::Float>(self) -> T {
                T::from_f64(self as f64)
            }
            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self + other
            }
        }

        impl crate::float::Elementary for $t {
            #[inline(always)]
            fn from_f64(value: f64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn from_i64(value: i64) -> Self {
                value as $t
            }
            #[inline(always)]
            fn e_exp(self) -> Self {
                exp(self)
            }
            #[inline(always)]
            fn e_ln(self) -> Self {
                ln(self)
            }
            #[inline(always)]
            fn e_log2(self) -> Self {
                self.log2()
            }
            #[inline(always)]
            fn e_log10(self) -> Self {
                self.log10()
            }
            #[inline(always)]
            fn e_log1p(self) -> Self {
                self.ln_1p()
            }
            #[inline(always)]
            fn e_expm1(self) -> Self {
                self.exp_m1()
            }
            #[inline(always)]
            fn e_sqrt(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn e_recip(self) -> Self {
                1.0 / self
            }
            #[inline(always)]
            fn e_abs(self) -> Self {
                self.abs()
            }
            #[inline(always)]
            fn e_sign(self) -> Self {
                let one = if self < 0.0 { -1.0 } else { 1.0 };
                if self == 0.0 || self.is_nan() {
                    self
                } else {
                    one
                }
            }
            #[inline(always)]
            fn e_floor(self) -> Self {
                self.floor()
            }
            #[inline(always)]
            fn e_ceil(self) -> Self {
                self.ceil()
            }
            #[inline(always)]
            fn e_round(self) -> Self {
                self.round_ties_even()
            }
            #[inline(always)]
            fn e_sin(self) -> Self {
                self.sin()
            }
            #[inline(always)]
            fn e_cos(self) -> Self {
                self.cos()
            }
            #[inline(always)]
            fn e_tan(self) -> Self {
                self.tan()
            }
            #[inline(always)]
            fn e_asin(self) -> Self {
                self.asin()
            }
            #[inline(always)]
            fn e_acos(self) -> Self {
                self.acos()
            }
            #[inline(always)]
            fn e_atan(self) -> Self {
                self.atan()
            }
            #[inline(always)]
            fn e_sinh(self) -> Self {
                self.sinh()
            }
            #[inline(always)]
            fn e_cosh(self) -> Self {
                self.cosh()
            }
            #[inline(always)]
            fn e_tanh(self) -> Self {
                tanh(self)
            }
            #[inline(always)]
            fn e_erf(self) -> Self {
                erf(self)
            }
            #[inline(always)]
            fn e_sigmoid(self) -> Self {
                // 1 / (1 + e^-x), and e^x itself where that would overflow to 0.
                let e = exp(-self.abs());
                let positive = 1.0 / (1.0 + e);
                if self < 0.0 { e * positive } else { positive }
            }
            #[inline(always)]
            fn e_relu(self) -> Self {
                if self <= 0.0 { 0.0 } else { self }
            }
            #[inline(always)]
            fn e_softplus(self) -> Self {
                self.e_relu() + exp(-self.abs()).ln_1p()
            }
            #[inline(always)]
            fn e_silu(self) -> Self {
                self * self.e_sigmoid()
            }
            #[inline(always)]
            fn e_gelu(self) -> Self {
                0.5 * self * libm_erfc(-self * std::$t::consts::FRAC_1_SQRT_2)
            }
            #[inline(always)]
            fn e_pow(self, b: Self) -> Self {
                self.powf(b)
            }
            #[inline(always)]
            fn e_powi(self, n: i32) -> Self {
                let (mut power, mut base, mut left) = (1.0, self, n.unsigned_abs());
                while left > 0 {
                    if left & 1 == 1 {
                        power *= base;
                    }
                    left >>= 1;
                    if left > 0 {
                        base *= base;
                    }
                }
                if n < 0 { 1.0 / power } else { power }
            }
            #[inline(always)]
            fn e_max(self, b: Self) -> Self {
                if self > b || self.is_nan() { self } else { b }
            }
            #[inline(always)]
            fn e_min(self, b: Self) -> Self {
                if self < b || self.is_nan() { self } else { b }
            }
            #[inline(always)]
            fn e_atan2(self, x: Self) -> Self {
                self.atan2(x)
            }
            #[inline(always)]
            fn panel(scratch: &mut crate::Scratch) -> &mut Vec<Self> {
                &mut scratch.$panel
            }
            #[inline]
            fn kernel(level: crate::dispatch::Level, left: usize) -> crate::kernel::Kernel<Self> {
                crate::kernel::$panel(level, left)
            }
        }
    };
}

mod double {
    exp!(
        f64,
        u64,
        i64,
        -746.0,
        710.0,
        6755399441055744.0,
        6.931_471_803_691_238_2e-1,
        1.908_214_929_270_587_7e-10,
        1023,
        52,
        [
            1.0 / 6227020800.0,
            1.0 / 479001600.0,
            1.0 / 39916800.0,
            1.0 / 3628800.0,
            1.0 / 362880.0,
            1.0 / 40320.0,
            1.0 / 5040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0
        ]
    );
    ln!(
        f64,
        u64,
        i64,
        18014398509481984.0,
        54.0,
        52,
        1023,
        6.931_471_803_691_238_2e-1,
        1.908_214_929_270_587_7e-10,
        [
            1.479_819_860_511_658_6e-1,
            1.531_383_769_920_937_3e-1,
            1.818_357_216_161_805e-1,
            2.222_219_843_214_978_4e-1,
            2.857_142_874_366_239e-1,
            3.999_999_999_940_942e-1,
            6.666_666_666_666_735e-1
        ]
    );

    /// The rational approximation of Cephes near 0, the exponential elsewhere.
    #[inline(always)]
    fn tanh(x: f64) -> f64 {
        let z = x * x;
        let p = (-9.643_991_794_250_523e-1 * z - 9.928_772_310_019_186e1) * z
            - 1.614_687_684_417_084_5e3;
        let q = ((z + 1.128_116_784_916_329_3e2) * z + 2.235_488_390_601_004_5e3) * z
            + 4.844_063_053_251_255e3;
        let near = x + x * z * p / q;
        let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
        if x.abs() < 0.625 {
            near
        } else {
            far.copysign(x)
        }
    }

    #[inline(always)]
    fn erf(x: f64) -> f64 {
        libm::erf(x)
    }

    #[inline(always)]
    fn libm_erfc(x: f64) -> f64 {
        libm::erfc(x)
    }

    elementary!(f64, double);
}

mod single {
    exp!(
        f32,
        u32,
        i32,
        -104.0,
        89.0,
        12582912.0,
        6.933_594e-1,
        -2.121_944_4e-4,
        127,
        23,
        [
            1.0 / 5040.0,
            1.0 / 720.0,
            1.0 / 120.0,
            1.0 / 24.0,
            1.0 / 6.0,
            0.5,
            1.0,
            1.0
        ]
    );
    ln!(
        f32,
        u32,
        i32,
        33554432.0,
        25.0,
        23,
        127,
        6.931_381e-1,
        9.058_001e-6,
        [
            2.427_907_9e-1,
            2.849_878_7e-1,
            4.000_097_2e-1,
            6.666_666_3e-1
        ]
    );

    /// The polynomial of Cephes near 0, the exponential elsewhere.
    #[inline(always)]
    fn tanh(x: f32) -> f32 {
        let z = x * x;
        let p = (((-5.704_988_7e-3 * z + 2.063_908_9e-2) * z - 5.373_971_6e-2) * z
            + 1.333_144_2e-1)
            * z
            - 3.333_328e-1;
        let near = x + x * z * p;
        let far = 1.0 - 2.0 / (exp(2.0 * x.abs()) + 1.0);
        if x.abs() < 0.625 {
            near
        } else {
            far.copysign(x)
        }
    }

    #[inline(always)]
    fn erf(x: f32) -> f32 {
        libm::erff(x)
    }

    #[inline(always)]
    fn libm_erfc(x: f32) -> f32 {
        libm::erfcf(x)
    }

    elementary!(f32, single);
}
