//! How far off numbers are at most.

/// The largest of the absolute values; NaN if any is, which `f64::max` would drop.
pub fn largest(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let sizes = numbers.into_iter().map(f64::abs);
    sizes.max_by(f64::total_cmp).unwrap_or(0.0)
}
