//! The way to each gradient, one step a line: the chain rule, the product rule, the deltas, what they leave.
//!
//! Every step is an expression of the ir that the compiler's own passes make: the product rule is the tangent of the
//! equation, a sum over a delta goes by `simplify`, and the last line is what the pullback has.

use super::inline::inside;
use super::layout::Layout;
use super::names::{self, Names};
use super::section::definition;
use super::share;
use super::system::{Definition, System};
use super::{Line, expand};
use crate::differentiate::{self, Backward};
use crate::ir::{
    CmpOp, Derivative, Equation, Expr, ExprId, Function, IndexId, Op, Parameter, ReduceOp, Role,
    Subscript, TensorId,
};
use crate::{normal, simplify};
use std::collections::{BTreeMap, BTreeSet};

/// The way to what one tensor contributes to the gradient by another one.
#[derive(Clone, Debug)]
pub struct Way {
    /// `∂W, from ∂Y`
    pub title: String,
    pub lines: Vec<Line>,
    /// The gradient by each line but the last one, as functions that can be run.
    pub functions: Vec<Function>,
}

/// The ways of a function that is right, backwards from its results.
pub fn ways(f: &Function) -> Vec<Way> {
    if !f.has_derivative() {
        return vec![];
    }
    let active = f.active(f.differentiable());
    let mut seen = BTreeSet::new();
    let mut out = Vec::new();
    for e in f.equations.iter().rev() {
        let t = e.tensor;
        if !active.contains(&t) || !seen.insert(t) {
            continue;
        }
        let all = f.equations.iter().filter(|e| e.tensor == t);
        let reads: BTreeSet<TensorId> = all.flat_map(|e| f.reads(e.right)).collect();
        for a in reads.into_iter().filter(|a| active.contains(a) && *a != t) {
            out.extend(Local::new(f, t, a).map(|l| (a, l.way())));
        }
    }
    let count = |a: TensorId| out.iter().filter(|(other, _)| *other == a).count();
    let counts: Vec<usize> = out.iter().map(|(a, _)| count(*a)).collect();
    let ways = out
        .into_iter()
        .zip(counts)
        .map(|((_, way), count)| match count {
            1 => way,
            _ => Way {
                title: format!("{} (one of {count} addends)", way.title),
                ..way
            },
        });
    ways.collect()
}

/// The equations of one tensor T, as a function of what they read, differentiated by one of these, A.
struct Local {
    system: System,
    /// The gradient by A, and what it needs.
    result: System,
    t: TensorId,
    a: TensorId,
    /// The tangents of both, and the cotangent of T.
    tangents: (TensorId, TensorId),
    cotangent: TensorId,
    /// The element of A by which is differentiated.
    element: Vec<IndexId>,
    forward: Vec<Equation>,
}

impl Local {
    /// None where an equation has a Jacobian, whose way would be that of others, or is a call, whose way is elsewhere; and
    /// where a step would be too long to read.
    fn new(f: &Function, t: TensorId, a: TensorId) -> Option<Self> {
        if f.recurrences.contains_key(&t) {
            return None;
        }
        let primal = local(f, t, a)?;
        let count = primal.tensors.len();
        let simplified = |f: Backward| {
            let mut joint = f;
            simplify::simplify(&mut joint);
            joint.function
        };
        let jvp = simplified(differentiate::jvp(&primal).into());
        let Some(&Parameter::Tensor(da)) = jvp.parameters.last() else {
            return None;
        };
        let dt = *jvp.results.last()?;
        let mut forward = jvp.equations.clone();
        forward.retain(|e| e.tensor.index() < count);
        let mut system = System::new(jvp, vec![dt], count);
        system.inline_tangents(da);
        if system
            .definitions
            .iter()
            .any(|d| share::is_long(&system.f, d.right))
        {
            return None;
        }
        let vjp = simplified(differentiate::vjp(&primal));
        let gradient = |(at, t): (usize, &crate::ir::Tensor)| {
            (t.role == Role::Gradient { of: a }).then_some(TensorId(at as u32))
        };
        let root = vjp.tensors.iter().enumerate().find_map(gradient)?;
        let mut result = System::new(vjp, vec![root], count);
        result.inline();
        let g = &mut system.f;
        let cotangent = g.add_derivative(Derivative::Cotangent(t), Role::Cotangent { of: t });
        let mut element = Vec::new();
        for dim in g.tensor(a).axes.clone() {
            let taken = |name: &str| g.indices.iter().any(|i| i.name == name);
            let name = names::index("p", &taken);
            element.push(g.add_index(name, dim));
        }
        Some(Local {
            system,
            result,
            t,
            a,
            tangents: (dt, da),
            cotangent,
            element,
            forward,
        })
    }

    fn way(mut self) -> Way {
        let tangent = self
            .system
            .definitions
            .iter()
            .find(|d| d.tensor == self.tangents.0)
            .cloned()
            .expect("a root has a definition");
        let left = tangent.left.clone();
        let rows: Vec<Subscript> = left.iter().map(|&i| Subscript::Index(i)).collect();
        let whole = self.partial(self.t, rows.clone());
        let chain = self.times_cotangent(&left, whole);
        let product_rule = self.replace(tangent.right, Self::partial);
        let deltas = self.replace(tangent.right, Self::deltas);
        let (ruled, with_deltas) = (
            self.times_cotangent(&left, product_rule),
            self.times_cotangent(&left, deltas),
        );
        let expanded = expand::terms(&mut self.system.f, with_deltas);
        let products = expand::sum(&mut self.system.f, &expanded);
        let without = expand::contract(&mut self.system.f, &expanded);
        let (t, a) = (
            &self.system.f.tensor(self.t).name,
            &self.system.f.tensor(self.a).name,
        );
        let same = match self.element.is_empty() {
            true => format!("{a} by itself is 1"),
            false => format!("elements of {a} are independent: δ is 1 for the same one, else 0"),
        };
        let steps = [
            (
                chain,
                format!("chain rule: each element of {t} may depend on one of {a}"),
            ),
            (
                ruled,
                format!("the derivative of what {t} is: sums, products, functions"),
            ),
            (with_deltas, same),
            (products, "multiplied out".to_string()),
            (without, "of a sum over δ one addend remains".to_string()),
        ];
        self.lines(&steps)
    }

    fn lines(mut self, steps: &[(ExprId, String)]) -> Way {
        let title = format!(
            "∂{}, from ∂{}",
            self.system.f.tensor(self.a).name,
            self.system.f.tensor(self.t).name
        );
        let gradient = self.gradient();
        let functions = steps
            .iter()
            .map(|&(right, _)| self.function(gradient, right))
            .collect();
        let mut lines: Vec<Line> = Vec::new();
        let mut names = Names::default();
        let mut layout = Layout::new(&self.system.f, &mut names, true);
        let given = self.system.definitions.iter();
        for d in given.filter(|d| d.tensor != self.tangents.0) {
            lines.push(definition(&mut layout, d));
        }
        let first = lines.len();
        for (right, note) in steps {
            let element = Definition {
                tensor: gradient,
                left: self.element.clone(),
                right: *right,
            };
            let mut line = definition(&mut layout, &element);
            // A rule that changes nothing is no step.
            if lines[first..].last().is_some_and(|l| l.right == line.right) {
                continue;
            }
            if lines.len() > first {
                line.left = None;
            }
            line.note = note.clone();
            lines.push(line);
        }
        let mut names = Names::default();
        let mut layout = Layout::new(&self.result.f, &mut names, true);
        for d in &self.result.definitions {
            let mut line = definition(&mut layout, d);
            if lines[..first].contains(&line) {
                continue;
            }
            if self.result.roots.contains(&d.tensor) {
                line.note = "with the indices of the equation".to_string();
            }
            lines.push(line);
        }
        Way {
            title,
            lines,
            functions,
        }
    }

    /// A tensor for the gradient by A.
    fn gradient(&mut self) -> TensorId {
        let derivative = Derivative::Cotangent(self.a);
        self.system.f.add_derivative(derivative, Role::Result)
    }

    /// The equations of T, and `gradient[element] = right`.
    fn function(&self, gradient: TensorId, right: ExprId) -> Function {
        let last = Equation {
            tensor: gradient,
            left: self.element.iter().map(|&i| Subscript::Index(i)).collect(),
            op: Op::Define,
            right,
        };
        let mut f = self.system.clone().function(self.forward.clone());
        f.equations.retain(|e| e.tensor != self.tangents.0);
        f.equations.push(last);
        f.results = vec![gradient];
        normal::normalise(&mut f);
        f
    }

    /// `Σ_left ∂T[left] right`
    fn times_cotangent(&mut self, left: &[IndexId], right: ExprId) -> ExprId {
        let exprs = &mut self.system.f.exprs;
        let cotangent = exprs.add(Expr::Access {
            tensor: self.cotangent,
            subscripts: left.iter().map(|&i| Subscript::Index(i)).collect(),
            guarded: false,
        });
        let body = exprs.product(cotangent, right);
        if left.is_empty() {
            return body;
        }
        exprs.add(Expr::Reduce {
            op: ReduceOp::Sum,
            indices: left.to_vec(),
            body,
        })
    }

    /// A tangent of T with `with` in place of each read of the tangent of A.
    fn replace(
        &mut self,
        tangent: ExprId,
        with: fn(&mut Self, TensorId, Vec<Subscript>) -> ExprId,
    ) -> ExprId {
        let mut to = BTreeMap::new();
        for e in self.system.f.exprs.walk(tangent) {
            if let Expr::Access {
                tensor, subscripts, ..
            } = self.system.f.exprs.get(e).clone()
                && tensor == self.tangents.1
            {
                to.insert(e, with(self, self.a, subscripts));
            }
        }
        inside(&mut self.system.f.exprs, tangent, &to)
    }

    /// `∂of[at]/∂A[element]`
    fn partial(&mut self, of: TensorId, at: Vec<Subscript>) -> ExprId {
        self.system.f.exprs.add(Expr::Jacobian {
            of,
            at,
            by: self.a,
            to: self.element.iter().map(|&i| Subscript::Index(i)).collect(),
        })
    }

    /// `δ[i,p] δ[j,q]`
    fn deltas(&mut self, _: TensorId, at: Vec<Subscript>) -> ExprId {
        let exprs = &mut self.system.f.exprs;
        let mut product = exprs.real(1.0);
        for (s, &own) in at.into_iter().zip(&self.element) {
            let here = exprs.position(s);
            let there = exprs.add(Expr::IndexValue(own));
            let equal = exprs.add(Expr::IntegerCompare(CmpOp::Equal, here, there));
            let delta = exprs.add(Expr::Indicator(equal));
            product = exprs.product(product, delta);
        }
        product
    }
}

/// The equations of T as a function in normal form, of what they read, by which only A is not constant.
fn local(f: &Function, t: TensorId, a: TensorId) -> Option<Function> {
    let mut g = f.clone();
    g.equations.retain(|e| e.tensor == t);
    g.checks.clear();
    let rights: Vec<ExprId> = g.equations.iter().map(|e| e.right).collect();
    let derived = |e: &ExprId| {
        matches!(
            g.exprs.get(*e),
            Expr::Jacobian { .. } | Expr::Returned { .. }
        )
    };
    if rights.iter().any(|&r| g.exprs.walk(r).iter().any(derived)) {
        return None;
    }
    let reads: BTreeSet<TensorId> = rights.iter().flat_map(|&r| g.reads(r)).collect();
    g.parameters.retain(|p| matches!(p, Parameter::Dim(_)));
    for r in reads {
        g.tensors[r.index()].role = Role::Parameter { constant: r != a };
        g.parameters.push(Parameter::Tensor(r));
    }
    g.tensors[t.index()].role = Role::Result;
    g.results = vec![t];
    normal::normalise(&mut g);
    Some(g)
}
