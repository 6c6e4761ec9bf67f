//! How what a derivative gives is compared: with differences, and with another derivative.

use super::{Run, dot};
use crate::testing::difference::Difference;
use crate::testing::failure::{Failure, FailureKind, Report};
use crate::testing::judge::{Judge, Verdict};
use crate::testing::vector::{Vector, with_coordinates};

impl<P, V> Run<'_, '_, P, V>
where
    P: Vector,
    V: Vector<Element = P::Element>,
{
    pub(super) fn fail<T>(&self, kind: FailureKind, text: String) -> Result<T, Failure> {
        Err(Failure::new(kind, &self.check.function, text))
    }

    pub(super) fn judge(&self, found: &[f64], values: &[f64]) -> Judge {
        Judge::new(self.check.settings.tolerance, found, values)
    }

    /// A direction in the parameters: as long in each as its numbers are large.
    pub(super) fn direction(&mut self) -> Vec<f64> {
        let mut direction = self.random.direction(&self.x);
        for (at, v) in direction.iter_mut().enumerate() {
            *v *= self.parameters.size(at);
        }
        direction
    }

    /// The parameters that are changed one by one.
    pub(super) fn positions(&mut self) -> Vec<usize> {
        let count = self.check.settings.positions;
        let mut out = Vec::new();
        for (first, len) in self.parameters.extents() {
            out.extend(self.random.some(first, first + len, count));
        }
        out
    }

    /// Derivatives of what `of` gives, along a direction that is longer than the one asked for by `1 / factor`.
    pub(super) fn differences(
        &self,
        direction: &[f64],
        factor: f64,
        judge: &Judge,
        found: &[f64],
        of: &dyn Fn(&P) -> Result<Vec<f64>, Failure>,
    ) -> Result<Vec<Difference>, Failure> {
        let mut along = |h: f64| {
            let moved = self.x.iter().zip(direction).map(|(x, v)| x + h * v);
            of(&with_coordinates(self.point, &moved.collect::<Vec<f64>>()))
        };
        let precise = |at: usize, d: &Difference| judge.precise(found[at], &d.scaled(factor));
        let all = self
            .check
            .settings
            .steps
            .derivatives(&mut along, &precise)?;
        Ok(all.into_iter().map(|d| d.scaled(factor)).collect())
    }

    /// The same by one parameter.
    pub(super) fn partial(
        &self,
        at: usize,
        judge: &Judge,
        found: &[f64],
        of: &dyn Fn(&P) -> Result<Vec<f64>, Failure>,
    ) -> Result<Vec<Difference>, Failure> {
        let along = |size: f64| {
            let mut direction = vec![0.0; self.x.len()];
            direction[at] = size;
            self.differences(&direction, 1.0 / size, judge, found, of)
        };
        let differences = along(self.parameters.size(at))?;
        // A number that is much smaller than the others of its tensor is changed by as much less.
        let own = self.x[at].abs();
        let precise = |(f, d): (&f64, &Difference)| judge.precise(*f, d);
        if own > 0.0 && !found.iter().zip(&differences).all(precise) {
            return along(own);
        }
        Ok(differences)
    }

    pub(super) fn compare(
        &mut self,
        kind: FailureKind,
        by: &str,
        judge: &Judge,
        found: &[f64],
        differences: &[Difference],
        what: &dyn Fn(usize) -> String,
    ) -> Result<(), Failure> {
        for (at, (found, difference)) in found.iter().zip(differences).enumerate() {
            match judge.verdict(*found, difference) {
                Verdict::Right => self.report.compared += 1,
                Verdict::Skipped => self.report.skipped += 1,
                Verdict::Wrong(allowed) => {
                    let (what, expected) = (what(at), difference.value);
                    let text = format!(
                        "{what} is {found} by {by}, but {expected} by differences (off by {:.1e}, allowed {allowed:.1e})",
                        (found - expected).abs()
                    );
                    return self.fail(kind, text);
                }
            }
        }
        Ok(())
    }

    /// Whether two products are the same number, up to rounding of what is added up in them. That is never less than of a
    /// thousandth of the results: a derivative may be zero but for what is left of them.
    pub(super) fn identity(
        &mut self,
        sides: [(&Vec<f64>, &Vec<f64>); 2],
        failure: impl Fn(f64, f64) -> (FailureKind, String),
    ) -> Result<(), Failure> {
        let [left, right] = sides.map(|(a, b)| dot(a, b));
        let least = 1e-3 * self.y.iter().map(|y| y.abs()).sum::<f64>();
        let size: f64 = sides.iter().map(|(a, b)| size_of(a, b)).sum();
        if !left.is_finite() || !right.is_finite() {
            self.report.skipped += 1;
            return Ok(());
        }
        let equal = (left - right).abs() <= self.check.settings.identity() * (size + least);
        if !equal {
            let (kind, text) = failure(left, right);
            return self.fail(kind, text);
        }
        self.report.compared += 1;
        Ok(())
    }

    /// Something was compared since `before`.
    pub(super) fn something(&self, before: Report, by: &str) -> Result<(), Failure> {
        if self.report.compared > before.compared {
            return Ok(());
        }
        let skipped = self.report.skipped - before.skipped;
        let what = match by {
            "" => "the check has".to_string(),
            by => format!("{by} has"),
        };
        let text = match skipped {
            0 => format!("{what} compared nothing: there is no number to compare"),
            n => format!(
                "{what} compared nothing: all {n} differences are at corners of the function or not precise; give other \
                 arguments"
            ),
        };
        self.fail(FailureKind::Nothing, text)
    }
}

/// The size of what is added up in a product.
fn size_of(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a * b).abs()).sum()
}
