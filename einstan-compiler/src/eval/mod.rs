//! A naive interpreter of the ir: slow and obvious, the oracle of the tests.
//!
//! Every element of every tensor is computed by itself, in `f64`; a branch that is not taken is not evaluated.

mod circle;

use crate::ir::{
    BinaryOp, CmpOp, DimId, Equation, Expr, ExprId, Function, Group, IndexId, Length, Op,
    Parameter, ReduceOp, Subscript, TensorId, UnaryOp,
};
use circle::Asked;
use std::collections::BTreeMap;

/// A tensor in C order; integers are whole numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Dense {
    pub shape: Vec<usize>,
    pub data: Vec<f64>,
}

impl Dense {
    fn filled(shape: Vec<usize>, value: f64) -> Self {
        let size = shape.iter().product();
        Dense {
            shape,
            data: vec![value; size],
        }
    }

    fn offset(&self, at: &[i64]) -> Result<usize, String> {
        at.iter()
            .zip(&self.shape)
            .try_fold(0, |offset, (&i, &n)| match usize::try_from(i) {
                Ok(i) if i < n => Ok(offset * n + i),
                _ => Err(format!("position {i} of an axis of length {n}")),
            })
    }
}

/// Runs all equations. `inputs` holds the parameters (and, of a joint function, the cotangents) by name, `dims` the `dim`
/// parameters. Returns every tensor.
pub fn run(
    f: &Function,
    inputs: &BTreeMap<String, Dense>,
    dims: &BTreeMap<String, usize>,
) -> Result<BTreeMap<String, Dense>, String> {
    let mut m = Machine {
        f,
        lens: BTreeMap::new(),
        tensors: BTreeMap::new(),
        asked: BTreeMap::new(),
        env: BTreeMap::new(),
    };
    m.enter(inputs, dims)?;
    for group in f.grouped(&f.in_order(&f.equations)) {
        match group {
            Group::Equation(e) => m.equation(&e)?,
            Group::Circle(all) => m.circle(&all)?,
        }
    }
    Ok(m.tensors
        .into_iter()
        .map(|(t, v)| (f.tensor(t).name.clone(), v))
        .collect())
}

struct Machine<'a> {
    f: &'a Function,
    lens: BTreeMap<DimId, usize>,
    tensors: BTreeMap<TensorId, Dense>,
    /// Those of the circle at hand.
    asked: BTreeMap<TensorId, Asked>,
    env: BTreeMap<IndexId, usize>,
}

impl Machine<'_> {
    fn shape(&mut self, tensor: TensorId) -> Result<Vec<usize>, String> {
        let axes = self.f.tensor(tensor).axes.iter();
        axes.map(|&d| self.len(d)).collect()
    }

    fn is_outside(&mut self, tensor: TensorId, at: &[i64]) -> Result<bool, String> {
        let shape = self.shape(tensor)?;
        Ok(Dense::filled(shape, 0.0).offset(at).is_err())
    }

    fn equation(&mut self, e: &Equation) -> Result<(), String> {
        let f = self.f;
        let m = self;
        let shape = m.shape(e.tensor)?;
        let mut value = match (e.op, m.tensors.remove(&e.tensor)) {
            (Op::Accumulate, Some(old)) => old,
            _ => Dense::filled(shape, 0.0),
        };
        let indices = f.exprs.indices_of(&e.left);
        m.each(&indices, &mut |m| {
            let v = m.number(e.right)?;
            let at = m.positions(&e.left)?;
            // What a branch not taken contributes has no place to go where the position lies outside.
            if let Ok(place) = value.offset(&at) {
                value.data[place] = if e.op == Op::Define {
                    v
                } else {
                    value.data[place] + v
                };
            }
            Ok(())
        })?;
        m.tensors.insert(e.tensor, value);
        Ok(())
    }

    fn enter(
        &mut self,
        inputs: &BTreeMap<String, Dense>,
        dims: &BTreeMap<String, usize>,
    ) -> Result<(), String> {
        for p in &self.f.parameters {
            if let Parameter::Dim(d) = *p {
                let len = dims.get(&self.f.dim(d).name).ok_or("a `dim` is missing")?;
                self.lens.insert(d, *len);
            }
        }
        for (at, t) in self.f.tensors.iter().enumerate() {
            let Some(value) = inputs.get(&t.name) else {
                continue;
            };
            if value.shape.len() != t.axes.len() {
                return Err(format!("`{}` has another rank", t.name));
            }
            for (&d, &n) in t.axes.iter().zip(&value.shape) {
                if !matches!(self.f.dim(d).length, Length::Fixed(_))
                    && *self.lens.entry(d).or_insert(n) != n
                {
                    return Err(format!(
                        "`{}` disagrees in `{}`",
                        t.name,
                        self.f.dim(d).name
                    ));
                }
            }
            self.tensors.insert(TensorId(at as u32), value.clone());
        }
        Ok(())
    }

    fn len(&mut self, d: DimId) -> Result<usize, String> {
        match self.f.dim(d).length {
            Length::Fixed(n) => Ok(n as usize),
            Length::Typed { of } => self.len(of),
            Length::Computed(e) => match self.number(e)? {
                n if n < 0.0 => Err(format!("the length `{}` is {n}", self.f.dim(d).name)),
                n => Ok(n as usize),
            },
            _ => self
                .lens
                .get(&d)
                .copied()
                .ok_or_else(|| format!("no length of `{}`", self.f.dim(d).name)),
        }
    }

    fn positions(&mut self, subscripts: &[Subscript]) -> Result<Vec<i64>, String> {
        let mut position = |s: &Subscript| match *s {
            Subscript::Index(i) => Ok(self.env[&i] as i64),
            Subscript::Constant(c) => Ok(c as i64),
            Subscript::At(e) => Ok(self.number(e)? as i64),
        };
        subscripts.iter().map(&mut position).collect()
    }

    /// Runs `f` for all values of some indices.
    fn each(
        &mut self,
        indices: &[IndexId],
        f: &mut dyn FnMut(&mut Self) -> Result<(), String>,
    ) -> Result<(), String> {
        let Some((&first, rest)) = indices.split_first() else {
            return f(self);
        };
        let outer = self.env.get(&first).copied();
        for value in 0..self.len(self.f.index(first).dim)? {
            self.env.insert(first, value);
            self.each(rest, f)?;
        }
        match outer {
            Some(value) => self.env.insert(first, value),
            None => self.env.remove(&first),
        };
        Ok(())
    }

    /// The values of `body` for all values of some indices, in order.
    fn list(&mut self, indices: &[IndexId], body: ExprId) -> Result<Vec<f64>, String> {
        let mut out = Vec::new();
        self.each(indices, &mut |m| {
            let value = m.number(body)?;
            out.push(value);
            Ok(())
        })?;
        Ok(out)
    }

    fn truth(&mut self, id: ExprId) -> Result<bool, String> {
        Ok(match *self.f.exprs.get(id) {
            Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                match op {
                    CmpOp::Less => a < b,
                    CmpOp::LessEqual => a <= b,
                    CmpOp::Greater => a > b,
                    CmpOp::GreaterEqual => a >= b,
                    CmpOp::Equal => a == b,
                    CmpOp::NotEqual => a != b,
                }
            }
            Expr::Truth(truth) => truth,
            Expr::And(a, b) => self.truth(a)? && self.truth(b)?,
            Expr::Or(a, b) => self.truth(a)? || self.truth(b)?,
            Expr::Not(a) => !self.truth(a)?,
            _ => return Err("no condition".to_string()),
        })
    }

    /// A number or an integer.
    fn number(&mut self, id: ExprId) -> Result<f64, String> {
        Ok(match self.f.exprs.get(id).clone() {
            Expr::Real(r) => r.value(),
            Expr::Integer(n) => n as f64,
            Expr::Len(d) => self.len(d)? as f64,
            Expr::IndexValue(i) => self.env[&i] as f64,
            Expr::Counter(_) => return Err("a counter has no value here".to_string()),
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            }
            | Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            } => {
                let at = self.positions(&subscripts)?;
                if self.asked.contains_key(&tensor) {
                    return match self.element(tensor, &at) {
                        Err(_) if guarded && self.is_outside(tensor, &at)? => Ok(0.0),
                        value => value,
                    };
                }
                let t = self
                    .tensors
                    .get(&tensor)
                    .ok_or_else(|| format!("no `{}`", self.f.tensor(tensor).name))?;
                match t.offset(&at) {
                    Ok(place) => t.data[place],
                    // What stands in a branch may be computed where that is not taken: any number will do.
                    Err(_) if guarded => 0.0,
                    Err(text) => return Err(text),
                }
            }
            Expr::Unary(op, a) => unary(op, self.number(a)?),
            Expr::Binary(op, a, b) => binary(op, self.number(a)?, self.number(b)?),
            Expr::PowI(a, n) => self.number(a)?.powi(n),
            Expr::Reduce { op, indices, body } => {
                let values = self.list(&indices, body)?;
                reduce(op, &values)?
            }
            Expr::ArgReduce { op, index, body } => {
                let values = self.list(&[index], body)?;
                let best = reduce(
                    if op == ReduceOp::ArgMax {
                        ReduceOp::Max
                    } else {
                        ReduceOp::Min
                    },
                    &values,
                )?;
                let first = values
                    .iter()
                    .position(|v| *v == best || v.is_nan() && best.is_nan());
                first.ok_or("over nothing")? as f64
            }
            Expr::Softmax { along, body, log } => {
                let own = self.number(body)?;
                let values = self.list(&along, body)?;
                let largest = values
                    .iter()
                    .copied()
                    .fold(f64::NEG_INFINITY, |a, b| binary(BinaryOp::Max, a, b));
                let sum: f64 = values.iter().map(|v| (v - largest).exp()).sum();
                if log {
                    own - largest - sum.ln()
                } else {
                    (own - largest).exp() / sum
                }
            }
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                let taken = if self.truth(condition)? {
                    then
                } else {
                    otherwise
                };
                self.number(taken)?
            }
            Expr::Indicator(c) => f64::from(u8::from(self.truth(c)?)),
            Expr::Number(a) => self.number(a)?,
            Expr::IntegerNeg(a) => -self.number(a)?,
            Expr::IntegerAdd(a, b) => self.number(a)? + self.number(b)?,
            Expr::IntegerMul(a, b) => self.number(a)? * self.number(b)?,
            Expr::IntegerRem(a, b) => {
                let (a, b) = (self.number(a)?, self.number(b)?);
                a - b * (a / b).floor()
            }
            Expr::IntegerDiv(a, b) => (self.number(a)? / self.number(b)?).floor(),
            Expr::IntegerMax(a, b) => self.number(a)?.max(self.number(b)?),
            Expr::IntegerMin(a, b) => self.number(a)?.min(self.number(b)?),
            Expr::Foreign { .. } | Expr::Argument(_) | Expr::Given(_) => {
                return Err("what Rust computes has no value here".to_string());
            }
            Expr::Returned { .. } => return Err("a call has no value here".to_string()),
            Expr::Jacobian { .. } => return Err("a Jacobian is no number yet".to_string()),
            Expr::Truth(_)
            | Expr::Compare(..)
            | Expr::IntegerCompare(..)
            | Expr::And(..)
            | Expr::Or(..)
            | Expr::Not(_) => {
                return Err("no number".to_string());
            }
        })
    }
}

fn reduce(op: ReduceOp, values: &[f64]) -> Result<f64, String> {
    let extremum = |op: BinaryOp| {
        values
            .iter()
            .copied()
            .reduce(|a, b| binary(op, a, b))
            .ok_or_else(|| "over nothing".to_string())
    };
    Ok(match op {
        ReduceOp::Sum => values.iter().sum(),
        ReduceOp::Prod => values.iter().product(),
        ReduceOp::Mean => values.iter().sum::<f64>() / values.len() as f64,
        ReduceOp::Max | ReduceOp::ArgMax => extremum(BinaryOp::Max)?,
        ReduceOp::Min | ReduceOp::ArgMin => extremum(BinaryOp::Min)?,
        ReduceOp::LogSumExp => {
            let largest = values
                .iter()
                .copied()
                .fold(f64::NEG_INFINITY, |a, b| binary(BinaryOp::Max, a, b));
            let shift = if largest.is_finite() { largest } else { 0.0 };
            shift + values.iter().map(|v| (v - shift).exp()).sum::<f64>().ln()
        }
    })
}

fn unary(op: UnaryOp, a: f64) -> f64 {
    match op {
        UnaryOp::Neg => -a,
        UnaryOp::Exp => a.exp(),
        UnaryOp::Ln => a.ln(),
        UnaryOp::Log2 => a.log2(),
        UnaryOp::Log10 => a.log10(),
        UnaryOp::Log1p => a.ln_1p(),
        UnaryOp::Expm1 => a.exp_m1(),
        UnaryOp::Sqrt => a.sqrt(),
        UnaryOp::Recip => 1.0 / a,
        UnaryOp::Abs => a.abs(),
        UnaryOp::Sign => {
            if a == 0.0 || a.is_nan() {
                a
            } else {
                a.signum()
            }
        }
        UnaryOp::Floor => a.floor(),
        UnaryOp::Ceil => a.ceil(),
        UnaryOp::Round => a.round_ties_even(),
        UnaryOp::Sin => a.sin(),
        UnaryOp::Cos => a.cos(),
        UnaryOp::Tan => a.tan(),
        UnaryOp::Asin => a.asin(),
        UnaryOp::Acos => a.acos(),
        UnaryOp::Atan => a.atan(),
        UnaryOp::Sinh => a.sinh(),
        UnaryOp::Cosh => a.cosh(),
        UnaryOp::Tanh => a.tanh(),
        UnaryOp::Erf => erf(a),
        UnaryOp::Sigmoid => 1.0 / (1.0 + (-a).exp()),
        UnaryOp::Relu => {
            if a <= 0.0 {
                0.0
            } else {
                a
            }
        }
        UnaryOp::Softplus => a.max(0.0) + (-a.abs()).exp().ln_1p(),
        UnaryOp::Silu => a / (1.0 + (-a).exp()),
        UnaryOp::Gelu => 0.5 * a * (1.0 + erf(a / 2f64.sqrt())),
    }
}

fn binary(op: BinaryOp, a: f64, b: f64) -> f64 {
    match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div => a / b,
        BinaryOp::Pow => a.powf(b),
        BinaryOp::Max => {
            if a > b || a.is_nan() {
                a
            } else {
                b
            }
        }
        BinaryOp::Min => {
            if a < b || a.is_nan() {
                a
            } else {
                b
            }
        }
        BinaryOp::Atan2 => a.atan2(b),
    }
}

/// erf by its Taylor series, 2/√π Σ (-1)^n x^(2n+1) / (n! (2n+1)), near 0, and by its continued fraction elsewhere.
fn erf(x: f64) -> f64 {
    if x.abs() < 3.0 {
        let (mut term, mut sum, mut n) = (x, x, 0.0);
        while term.abs() > 1e-18 * sum.abs() {
            n += 1.0;
            term *= -x * x / n;
            sum += term / (2.0 * n + 1.0);
        }
        return 2.0 / std::f64::consts::PI.sqrt() * sum;
    }
    let z = x.abs();
    let fraction = (1..=60).rev().fold(z, |f, n| z + n as f64 / 2.0 / f);
    let rest = (-z * z).exp() / std::f64::consts::PI.sqrt() / fraction;
    (1.0 - rest).copysign(x)
}
