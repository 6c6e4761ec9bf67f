//! What the functions of a check give, as coordinates: called, and their shapes and values compared.

use super::Run;
use crate::Error;
use crate::testing::failure::{Failure, FailureKind};
use crate::testing::space::Space;
use crate::testing::vector::{Vector, coordinates, shape, with_coordinates};

impl<P, V> Run<'_, '_, P, V>
where
    P: Vector,
    V: Vector<Element = P::Element>,
{
    pub(super) fn error(&self, called: &str, error: &Error) -> Failure {
        Failure::error(&self.check.function, called, error)
    }

    pub(super) fn value(&self, p: &P) -> Result<Vec<f64>, Failure> {
        let value = (self.check.value)(p).map_err(|e| self.error("the function", &e))?;
        Ok(coordinates(&value))
    }

    /// The gradient for a cotangent: by `vjp`, or that of the one scalar result times it.
    pub(super) fn gradient(&self, cotangent: &[f64]) -> Result<Option<Vec<f64>>, Failure> {
        if let Some(vjp) = &self.check.vjp {
            let seed = with_coordinates(&self.value, cotangent);
            let (value, gradient) = vjp(self.point, &seed).map_err(|e| self.error("`vjp`", &e))?;
            self.same_value("`vjp`", &value)?;
            self.same_shape("the gradient by `vjp`", &self.parameters, &gradient)?;
            return Ok(Some(coordinates(&gradient)));
        }
        let Some(gradient) = &self.check.gradient else {
            return Ok(None);
        };
        let &[factor] = cotangent else {
            let text = "`hvp` is of functions with one number as their result".to_string();
            return self.fail(FailureKind::Shape, text);
        };
        let found = self.gradient_at(gradient, self.point)?;
        Ok(Some(found.iter().map(|g| g * factor).collect()))
    }

    /// The gradient of the one scalar result.
    pub(super) fn gradient_at(
        &self,
        gradient: &dyn Fn(&P) -> Result<P, Error>,
        p: &P,
    ) -> Result<Vec<f64>, Failure> {
        let found = gradient(p).map_err(|e| self.error("the gradient", &e))?;
        self.same_shape("the gradient", &self.parameters, &found)?;
        Ok(coordinates(&found))
    }

    pub(super) fn tangent(&self, direction: &[f64]) -> Result<Option<Vec<f64>>, Failure> {
        let Some(jvp) = &self.check.jvp else {
            return Ok(None);
        };
        let direction = with_coordinates(self.point, direction);
        let (value, tangent) = jvp(self.point, &direction).map_err(|e| self.error("`jvp`", &e))?;
        self.same_value("`jvp`", &value)?;
        self.same_shape("the tangent by `jvp`", &self.results, &tangent)?;
        Ok(Some(coordinates(&tangent)))
    }

    pub(super) fn hessian(&self, direction: &[f64]) -> Result<Option<Vec<f64>>, Failure> {
        let Some(hvp) = &self.check.hvp else {
            return Ok(None);
        };
        let direction = with_coordinates(self.point, direction);
        let found = hvp(self.point, &direction).map_err(|e| self.error("`hvp`", &e))?;
        self.same_shape("the gradient by `hvp`", &self.parameters, &found)?;
        Ok(Some(coordinates(&found)))
    }

    /// The Jacobian by rows: for each number of the results, its derivatives by all numbers of the parameters.
    pub(super) fn rows(&self) -> Result<Option<Vec<Vec<f64>>>, Failure> {
        let Some(jacobian) = &self.check.jacobian else {
            return Ok(None);
        };
        let found = jacobian(self.point).map_err(|e| self.error("`jacobian`", &e))?;
        let wanted: Vec<Vec<usize>> = self.results.pairs(&self.parameters);
        let shapes: Vec<Vec<usize>> = found.iter().map(|b| b.shape().to_vec()).collect();
        self.same_shapes("what `jacobian` gives", &wanted, &shapes)?;
        let mut rows = vec![Vec::new(); self.y.len()];
        let mut blocks = found.iter();
        for (first, len) in self.results.extents() {
            for (_, width) in self.parameters.extents() {
                let block: Vec<f64> = blocks.next().map(coordinates).unwrap_or_default();
                for (at, row) in rows[first..first + len].iter_mut().enumerate() {
                    row.extend_from_slice(&block[at * width..(at + 1) * width]);
                }
            }
        }
        Ok(Some(rows))
    }

    pub(super) fn same_value(&self, called: &str, value: &V) -> Result<(), Failure> {
        self.same_shape(&format!("the value of {called}"), &self.results, value)?;
        let size = self.y.iter().fold(0.0, |m: f64, y| m.max(y.abs()));
        let allowed = self.check.settings.identity() * size;
        for (at, (expected, found)) in self.y.iter().zip(coordinates(value)).enumerate() {
            let right = (expected - found).abs() <= allowed;
            if !right {
                let place = self.results.place(at);
                let text = format!("{place} is {expected}, but {found} as the value of {called}");
                return self.fail(FailureKind::Value, text);
            }
        }
        Ok(())
    }

    pub(super) fn same_shape(
        &self,
        what: &str,
        space: &Space,
        found: &impl Vector,
    ) -> Result<(), Failure> {
        self.same_shapes(what, &space.shape, &shape(found))
    }

    pub(super) fn same_shapes(
        &self,
        what: &str,
        wanted: &[Vec<usize>],
        found: &[Vec<usize>],
    ) -> Result<(), Failure> {
        if wanted == found {
            return Ok(());
        }
        let text = format!("{what} has the lengths {found:?}, but needs {wanted:?}");
        self.fail(FailureKind::Shape, text)
    }
}
