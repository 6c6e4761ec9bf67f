//! Small arithmetic of generated code: integers that do not wrap around, choices by cost.

/// `-a`, at the ends of the range the nearest integer.
#[inline(always)]
pub fn integer_neg(a: i64) -> i64 {
    a.saturating_neg()
}

/// `a + b`, at the ends of the range the nearest integer.
#[inline(always)]
pub fn integer_add(a: i64, b: i64) -> i64 {
    a.saturating_add(b)
}

/// `a * b`, at the ends of the range the nearest integer.
#[inline(always)]
pub fn integer_mul(a: i64, b: i64) -> i64 {
    a.saturating_mul(b)
}

/// The remainder with the sign of `b`; 0 where `b` is 0, which was refused before.
#[inline(always)]
pub fn integer_rem(a: i64, b: i64) -> i64 {
    if b == 0 || b == -1 {
        return 0;
    }
    let r = a % b;
    if r != 0 && (r < 0) != (b < 0) {
        r + b
    } else {
        r
    }
}

/// The quotient rounded down; 0 where `b` is not positive, which was refused before.
#[inline(always)]
pub fn integer_div(a: i64, b: i64) -> i64 {
    if b <= 0 { 0 } else { a.div_euclid(b) }
}

/// The larger of two.
#[inline(always)]
pub fn integer_max(a: i64, b: i64) -> i64 {
    a.max(b)
}

/// The smaller of two.
#[inline(always)]
pub fn integer_min(a: i64, b: i64) -> i64 {
    a.min(b)
}

/// `base + step * t`: a position on the way along a row, for which there is room where it lies inside.
#[inline(always)]
pub fn along(base: i64, step: i64, t: i64) -> isize {
    base.wrapping_add(step.wrapping_mul(t)) as isize
}

/// 0 for infinities and NaN: what a logsumexp is shifted by.
#[inline(always)]
pub fn finite<T: crate::Float>(x: T) -> T {
    if x.is_finite() { x } else { T::zero() }
}

/// One way of computing a product.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// Multiplications.
    pub cost: f64,
    /// Elements of the largest tensor stored on the way.
    pub stored: f64,
    /// Whether this is one loop nest.
    pub nest: bool,
}

/// The cheapest of several ways. What is stored on the way is at most as large as the `largest` tensor, or, where that saves
/// half of the time, four times as large. The last way is always allowed.
pub fn choose(largest: f64, choices: &[Choice]) -> usize {
    let last = choices.len() - 1;
    // A loop nest runs at a fraction of the speed of a matrix product.
    let weight = |at: usize| choices[at].cost * if choices[at].nest { 8.0 } else { 1.0 };
    let allowed = |at: usize| {
        let c = &choices[at];
        let saves = 2.0 * weight(at) <= weight(last);
        at == last || c.stored <= largest || (saves && c.stored <= 4.0 * largest)
    };
    (0..choices.len())
        .filter(|&at| allowed(at))
        .min_by(|&a, &b| weight(a).total_cmp(&weight(b)))
        .unwrap_or(last)
}
