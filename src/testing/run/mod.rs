//! A check as it is made, at one point. Inside, points, directions and results are their coordinates.

mod call;
mod compare;

use super::check::Check;
use super::failure::{Failure, FailureKind, Report};
use super::random::Random;
use super::space::Space;
use super::vector::{Vector, coordinates};

pub(super) struct Run<'c, 'f, P: Vector, V> {
    check: &'c Check<'f, P, V>,
    point: &'c P,
    value: V,
    /// The coordinates of the point.
    x: Vec<f64>,
    /// Those of the value.
    y: Vec<f64>,
    parameters: Space,
    results: Space,
    random: Random,
    report: Report,
}

impl<'c, 'f, P, V> Run<'c, 'f, P, V>
where
    P: Vector,
    V: Vector<Element = P::Element>,
{
    pub(super) fn new(check: &'c Check<'f, P, V>, point: &'c P) -> Result<Self, Failure> {
        let value = (check.value)(point)
            .map_err(|e| Failure::error(&check.function, "the function", &e))?;
        let y = coordinates(&value);
        let results = Space::of(&value, &check.results, "result");
        if let Some(at) = y.iter().position(|y| !y.is_finite()) {
            let text = format!(
                "{} is {} at these arguments, where nothing can be compared: give others",
                results.place(at),
                y[at]
            );
            return Err(Failure::new(FailureKind::NotFinite, &check.function, text));
        }
        Ok(Run {
            check,
            point,
            x: coordinates(point),
            y,
            parameters: Space::of(point, &[], "parameter"),
            results,
            value,
            random: Random::new(check.settings.seed),
            report: Report::default(),
        })
    }

    pub(super) fn all(mut self) -> Result<Report, Failure> {
        for _ in 0..self.check.settings.directions {
            self.vjp()?;
            self.jvp()?;
            self.adjoint()?;
            self.hvp()?;
            self.symmetry()?;
        }
        self.jacobian()?;
        self.something(Report::default(), "")?;
        Ok(self.report)
    }

    /// The gradient for ȳ against differences of ⟨ȳ, f⟩ by each parameter.
    fn vjp(&mut self) -> Result<(), Failure> {
        let cotangent = self.random.direction(&self.y);
        let Some(gradient) = self.gradient(&cotangent)? else {
            return Ok(());
        };
        let by = match self.check.vjp {
            Some(_) => "`vjp`",
            None => "the gradient",
        };
        let before = self.report;
        let judge = self.judge(&gradient, &[dot(&cotangent, &self.y)]);
        for at in self.positions() {
            let product = |p: &P| Ok(vec![dot(&cotangent, &self.value(p)?)]);
            let found = [gradient[at]];
            let differences = self.partial(at, &judge, &found, &product)?;
            let of = match self.y.len() {
                1 => "the gradient",
                _ => "the gradient of ⟨ȳ, f⟩",
            };
            let place = self.parameters.place(at);
            let what = |_| format!("{of} by {place}");
            self.compare(FailureKind::Vjp, by, &judge, &found, &differences, &what)?;
        }
        self.something(before, by)
    }

    /// The tangent for a direction against differences along it.
    fn jvp(&mut self) -> Result<(), Failure> {
        let direction = self.direction();
        let Some(tangent) = self.tangent(&direction)? else {
            return Ok(());
        };
        let before = self.report;
        let judge = self.judge(&tangent, &self.y);
        let value = |p: &P| self.value(p);
        let differences = self.differences(&direction, 1.0, &judge, &tangent, &value)?;
        let names = self.results.clone();
        let what = |at| format!("the tangent of {}", names.place(at));
        self.compare(
            FailureKind::Jvp,
            "`jvp`",
            &judge,
            &tangent,
            &differences,
            &what,
        )?;
        self.something(before, "`jvp`")
    }

    /// ⟨ȳ, J v⟩ = ⟨Jᵀ ȳ, v⟩
    fn adjoint(&mut self) -> Result<(), Failure> {
        let (cotangent, direction) = (self.random.direction(&self.y), self.direction());
        if self.check.vjp.is_none() {
            return Ok(());
        }
        let (Some(gradient), Some(tangent)) =
            (self.gradient(&cotangent)?, self.tangent(&direction)?)
        else {
            return Ok(());
        };
        let sides = [(&cotangent, &tangent), (&gradient, &direction)];
        self.identity(sides, |left, right| {
            (
                FailureKind::Adjoint,
                format!("`vjp` is not the adjoint of `jvp`: ⟨ȳ, J v⟩ is {left}, but ⟨Jᵀ ȳ, v⟩ is {right}"),
            )
        })
    }

    /// The Hessian times a direction against differences of the gradient along it.
    fn hvp(&mut self) -> Result<(), Failure> {
        let direction = self.direction();
        let (Some(found), Some(gradient)) = (self.hessian(&direction)?, &self.check.gradient)
        else {
            return Ok(());
        };
        let before = self.report;
        let center = self.gradient_at(gradient, self.point)?;
        let judge = self.judge(&found, &[&center[..], &self.y].concat());
        let gradient = |p: &P| self.gradient_at(gradient, p);
        let differences = self.differences(&direction, 1.0, &judge, &found, &gradient)?;
        let names = self.parameters.clone();
        let what = |at| format!("the Hessian times a direction, by {},", names.place(at));
        self.compare(
            FailureKind::Hvp,
            "`hvp`",
            &judge,
            &found,
            &differences,
            &what,
        )?;
        self.something(before, "`hvp`")
    }

    /// ⟨u, H v⟩ = ⟨v, H u⟩
    fn symmetry(&mut self) -> Result<(), Failure> {
        let (u, v) = (self.direction(), self.direction());
        let (Some(hu), Some(hv)) = (self.hessian(&u)?, self.hessian(&v)?) else {
            return Ok(());
        };
        self.identity([(&u, &hv), (&v, &hu)], |left, right| {
            (
                FailureKind::Symmetry,
                format!("the Hessian of `hvp` is not symmetric: ⟨u, H v⟩ is {left}, but ⟨v, H u⟩ is {right}"),
            )
        })
    }

    /// All derivatives of all results by each parameter against differences.
    fn jacobian(&mut self) -> Result<(), Failure> {
        let Some(rows) = self.rows()? else {
            return Ok(());
        };
        let before = self.report;
        for at in self.positions() {
            let found: Vec<f64> = rows.iter().map(|row| row[at]).collect();
            let judge = self.judge(&found, &self.y);
            let value = |p: &P| self.value(p);
            let differences = self.partial(at, &judge, &found, &value)?;
            let (names, by) = (self.results.clone(), self.parameters.place(at));
            let what = |at| format!("the derivative of {} by {by}", names.place(at));
            let kind = FailureKind::Jacobian;
            self.compare(kind, "`jacobian`", &judge, &found, &differences, &what)?;
        }
        self.something(before, "`jacobian`")
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
