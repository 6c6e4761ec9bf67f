//! Derivatives by differences, each with what its error may be.
//!
//! Central differences at four steps, each half of the one before, are extrapolated to the step zero (Richardson), and of
//! the values that the smallest step has part in the one that changed least is taken, with that change as its error
//! (Ridders, "Accurate computation of F'(x) and F'(x)F''(x)", Advances in Engineering Software 4, 1982). Where the function
//! has a corner between two of the steps, that change is large.

use super::failure::Failure;

/// How many steps the table has.
const LEVELS: usize = 4;

/// How much smaller the steps of another try are.
const SHRINK: f64 = 1.0 / 32.0;

/// The derivative of one number along a direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Difference {
    pub value: f64,
    /// What the value may be off by; infinite where a difference is not finite.
    pub error: f64,
    /// How far the differences to the two sides would be apart at the step zero: nothing but for rounding where the function
    /// is smooth.
    pub corner: f64,
}

impl Difference {
    /// Along a direction that is longer by a factor.
    pub(super) fn scaled(self, factor: f64) -> Self {
        Difference {
            value: self.value * factor,
            error: self.error * factor,
            corner: self.corner * factor,
        }
    }
}

/// Steps of differences.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    /// The largest one.
    pub first: f64,
    /// The rounding error of a number.
    pub epsilon: f64,
    /// How often smaller ones are tried.
    pub tries: usize,
}

impl Steps {
    /// The derivative by `h`, at zero, of each number that `f` gives. `precise` says whether a difference will do.
    pub(super) fn derivatives(
        &self,
        f: &mut dyn FnMut(f64) -> Result<Vec<f64>, Failure>,
        precise: &dyn Fn(usize, &Difference) -> bool,
    ) -> Result<Vec<Difference>, Failure> {
        let center = f(0.0)?;
        let mut best: Vec<Difference> = Vec::new();
        let mut step = self.first;
        for _ in 0..self.tries {
            let found = self.at(step, &center, f)?;
            if best.is_empty() {
                best = found;
            } else {
                for (at, (best, found)) in best.iter_mut().zip(found).enumerate() {
                    let better = found.corner <= best.corner && found.error < best.error;
                    if !precise(at, best) && (better || precise(at, &found)) {
                        *best = found;
                    }
                }
            }
            if best.iter().enumerate().all(|(at, d)| precise(at, d)) {
                break;
            }
            step *= SHRINK;
        }
        Ok(best)
    }

    /// The same with steps from `first` on.
    fn at(
        &self,
        first: f64,
        center: &[f64],
        f: &mut dyn FnMut(f64) -> Result<Vec<f64>, Failure>,
    ) -> Result<Vec<Difference>, Failure> {
        let mut steps = [first; LEVELS];
        for level in 1..LEVELS {
            steps[level] = steps[level - 1] / 2.0;
        }
        let mut sides = Vec::new();
        for h in steps {
            sides.push((f(h)?, f(-h)?));
        }
        let of = |at: usize| {
            let side = |level: usize| (sides[level].0[at], sides[level].1[at]);
            self.difference(&steps, center[at], std::array::from_fn(side))
        };
        Ok((0..center.len()).map(of).collect())
    }

    /// From the values to both sides at each step.
    fn difference(
        &self,
        steps: &[f64; LEVELS],
        center: f64,
        sides: [(f64, f64); LEVELS],
    ) -> Difference {
        let last = LEVELS - 1;
        let central: [f64; LEVELS] =
            std::array::from_fn(|k| (sides[k].0 - sides[k].1) / (2.0 * steps[k]));
        let gap = |k: usize| {
            let (plus, minus) = sides[k];
            ((plus - center) - (center - minus)) / steps[k]
        };
        let (value, change) = extrapolate(central);
        let size = sides
            .iter()
            .fold(center.abs(), |m, (a, b)| m.max(a.abs()).max(b.abs()));
        let rounding = 2.0 * self.epsilon * size / steps[last];
        Difference {
            value,
            error: if value.is_finite() {
                change.max(rounding)
            } else {
                f64::INFINITY
            },
            // The gap of a smooth function is a multiple of the step.
            corner: (2.0 * gap(last) - gap(last - 1)).abs(),
        }
    }
}

/// The value at the step zero, from those at four steps, each half of the one before, and by how much it changed last.
/// The error of a central difference is a series in the square of the step.
fn extrapolate(central: [f64; LEVELS]) -> (f64, f64) {
    let mut row = vec![central[0]];
    let mut changes = Vec::new();
    for next in &central[1..] {
        let mut new = vec![*next];
        changes.clear();
        let mut power = 1.0;
        for (at, old) in row.iter().enumerate() {
            power *= 4.0;
            let value = new[at] + (new[at] - old) / (power - 1.0);
            changes.push((value - new[at]).abs().max((value - old).abs()));
            new.push(value);
        }
        row = new;
    }
    let best = (0..changes.len()).min_by(|&a, &b| changes[a].total_cmp(&changes[b]));
    best.map_or((f64::NAN, f64::INFINITY), |at| (row[at + 1], changes[at]))
}
