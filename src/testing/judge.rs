//! Whether a number is the derivative that a difference says.

use super::difference::Difference;

/// How much larger than its estimate the error of a difference may be.
const CAUTION: f64 = 10.0;

/// What part of a derivative the error of a difference may be at most, for the difference to say anything.
const PRECISION: f64 = 0.01;

/// Judges the numbers of one vector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge {
    tolerance: f64,
    /// Smaller numbers are compared as if they were this large.
    floor: f64,
}

/// What came of a comparison.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Verdict {
    Right,
    /// With the distance that is allowed.
    Wrong(f64),
    /// The difference says nothing: it was taken at a corner, or is not precise.
    Skipped,
}

impl Judge {
    /// Of the derivatives `found` of what has values like `values`.
    pub(super) fn new(tolerance: f64, found: &[f64], values: &[f64]) -> Self {
        // What part of the largest number is the smallest one that matters.
        let part = tolerance.sqrt();
        let floor = largest(found).max(part * largest(values)) * part;
        Judge { tolerance, floor }
    }

    /// Whether a difference is precise enough to be compared with `found`.
    pub(super) fn precise(&self, found: f64, difference: &Difference) -> bool {
        let magnitude = self.magnitude(found, difference);
        CAUTION * difference.error <= PRECISION * magnitude
            && difference.corner <= self.allowed(found, difference)
    }

    pub(super) fn verdict(&self, found: f64, difference: &Difference) -> Verdict {
        let allowed = self.allowed(found, difference);
        if !self.precise(found, difference) {
            Verdict::Skipped
        } else if (found - difference.value).abs() <= allowed {
            Verdict::Right
        } else {
            Verdict::Wrong(allowed)
        }
    }

    fn allowed(&self, found: f64, difference: &Difference) -> f64 {
        self.tolerance * self.magnitude(found, difference) + CAUTION * difference.error
    }

    /// The size of what is compared.
    fn magnitude(&self, found: f64, difference: &Difference) -> f64 {
        let found = if found.is_finite() { found.abs() } else { 0.0 };
        found.max(difference.value.abs()).max(self.floor)
    }
}

/// The largest finite number, without its sign.
fn largest(numbers: &[f64]) -> f64 {
    let finite = numbers.iter().filter(|x| x.is_finite());
    finite.fold(0.0, |m: f64, x| m.max(x.abs()))
}
