//! A call of a function of the same invocation: its equations become the caller's.

use super::Call;
use super::argument::{Argument, ArgumentKind};
use crate::check::{Line, Position, Range};
use crate::ir::{
    Check, CmpOp, DimId, Element, ElementType, Embedding, Expr as Ir, ExprId, Fault, Function,
    Parameter, Place, Role, TensorId,
};
use crate::resolve::message;
use crate::resolve::{Resolved, Scope};
use crate::rule::Rule;

impl Scope<'_> {
    pub(crate) fn embed(&mut self, call: &Call<'_>, callee: &Resolved) -> Option<()> {
        let arguments = self.arguments(call.arguments)?;
        if callee.failed {
            self.failed = true;
            return None;
        }
        let f = &callee.function;
        if !f.updates.is_empty() {
            let text = format!(
                "`{}` changes its `mut` parameters: no other function calls it",
                f.name
            );
            self.diagnostics
                .error(Rule::WholeTensor, call.function.span, text);
            return None;
        }
        self.takes(f, &arguments, call)?;
        self.may_return(call, f.results.len())?;
        self.same_float(f, call)?;
        let dims = self.dimensions_of(f, &arguments)?;
        self.externals.extend(callee.externals.iter().cloned());
        self.given.extend(callee.given.iter().cloned());
        let mut into = Embedding::new(&mut self.f, f, dims);
        for (p, a) in f.parameters.iter().zip(&arguments) {
            if let Parameter::Tensor(t) = *p {
                self.pass(f, t, a, &mut into);
            }
        }
        for (&r, name) in f.results.iter().zip(&call.results) {
            let Some(name) = name else { continue };
            let axes = f
                .tensor(r)
                .axes
                .iter()
                .map(|&d| into.dim(&mut self.f, f, d));
            let axes = axes.collect();
            let tensor = self.outcome(name, axes, f.tensor(r).element, call)?;
            into.tensors.insert(r, tensor);
        }
        self.f.embed(f, &mut into);
        self.written(callee, call, &mut into);
        for at in self.foreign.len()..self.f.foreign.len() {
            let name = &self.f.foreign[at].name;
            let mut own = callee.foreign.iter();
            self.foreign
                .extend(own.find(|e| e.name.text == *name).cloned());
        }
        Some(())
    }

    /// As many arguments as parameters, each of its rank and kind.
    fn takes(&mut self, f: &Function, arguments: &[Argument], call: &Call<'_>) -> Option<()> {
        if f.parameters.len() != arguments.len() {
            let name = |p: &Parameter| match *p {
                Parameter::Tensor(t) => f.tensor(t).name.as_str(),
                Parameter::Dim(d) => f.dim(d).name.as_str(),
            };
            let parameters: Vec<&str> = f.parameters.iter().map(name).collect();
            let text = message::arguments(&f.name, &parameters, arguments.len());
            self.diagnostics
                .error(Rule::Arguments, call.function.span, text);
            return None;
        }
        let mut good = true;
        for (p, a) in f.parameters.iter().zip(arguments) {
            if let Parameter::Tensor(t) = *p {
                good &= self.fits(f, t, a).is_some();
            }
        }
        good.then_some(())
    }

    /// Whether an argument has the rank and the elements of a parameter.
    fn fits(&mut self, f: &Function, parameter: TensorId, a: &Argument) -> Option<()> {
        let p = f.tensor(parameter);
        let wanted = described(p.axes.len(), p.element);
        let found = match a.kind {
            ArgumentKind::Tensor(t) => {
                let t = self.f.tensor(t);
                if t.axes.len() == p.axes.len() && t.element == p.element {
                    return Some(());
                }
                format!("`{}` is {}", t.name, described(t.axes.len(), t.element))
            }
            ArgumentKind::Whole(n) if p.axes.is_empty() => match p.element {
                Element::Float => return Some(()),
                Element::Integer(t) if t.holds(n) => return Some(()),
                Element::Integer(_) => format!("{n} does not fit"),
            },
            ArgumentKind::Real(_) | ArgumentKind::Given(_)
                if p.axes.is_empty() && p.element == Element::Float =>
            {
                return Some(());
            }
            ArgumentKind::Length(_) if p.axes.is_empty() => return Some(()),
            ArgumentKind::Real(_) | ArgumentKind::Given(_) => "this is a number".to_string(),
            ArgumentKind::Whole(_) | ArgumentKind::Length(_) => "this is one number".to_string(),
        };
        let text = format!("`{}` takes {wanted} as `{}`, and {found}", f.name, p.name);
        self.diagnostics.error(Rule::WholeTensor, a.span, text);
        None
    }

    /// The element type that the callee fixes is the caller's too.
    fn same_float(&mut self, f: &Function, call: &Call<'_>) -> Option<()> {
        match (self.f.float, f.float) {
            (Some(own), Some(other)) if own != other => {
                let text = format!(
                    "`{}` fixes another element type than this function does",
                    f.name
                );
                self.diagnostics
                    .error(Rule::IntegerKind, call.function.span, text);
                None
            }
            (_, None) => Some(()),
            (_, other) => {
                self.f.float = other;
                Some(())
            }
        }
    }

    /// What stands for a parameter: the argument itself, a copy of it that is held constant, or a number. What is constant
    /// already needs no copy.
    fn pass(&mut self, f: &Function, parameter: TensorId, a: &Argument, into: &mut Embedding) {
        let p = f.tensor(parameter);
        let constant = p.role == (Role::Parameter { constant: true });
        match a.kind {
            ArgumentKind::Tensor(t)
                if constant && p.element == Element::Float && !self.f.is_constant(t) =>
            {
                let held = self.f.hold(t, &p.name);
                into.tensors.insert(parameter, held);
            }
            ArgumentKind::Tensor(t) => drop(into.tensors.insert(parameter, t)),
            kind => {
                if let (ArgumentKind::Length(dim), Element::Integer(integer)) = (kind, p.element) {
                    self.holds(dim, &p.name, integer);
                }
                let value = self.constant(kind, p.element);
                into.values.insert(parameter, value);
            }
        }
    }

    /// Checks at entry that an integer type has a length.
    fn holds(&mut self, dim: DimId, parameter: &str, integer: ElementType) {
        let Some(largest) = integer.largest() else {
            return;
        };
        let exprs = &mut self.f.exprs;
        let (length, largest) = (exprs.add(Ir::Len(dim)), exprs.add(Ir::Integer(largest)));
        let beyond = exprs.add(Ir::IntegerCompare(CmpOp::Greater, length, largest));
        self.f.checks.push(Check {
            fails: vec![(beyond, true)],
            fault: Fault::Narrow {
                dim,
                parameter: parameter.to_string(),
                integer,
            },
        });
    }

    /// A number for a scalar parameter.
    fn constant(&mut self, kind: ArgumentKind, element: Element) -> ExprId {
        let exprs = &mut self.f.exprs;
        match (kind, element) {
            (ArgumentKind::Whole(n), Element::Integer(_)) => exprs.add(Ir::Integer(n)),
            (ArgumentKind::Whole(n), Element::Float) => exprs.real(n as f64),
            (ArgumentKind::Real(r), _) => exprs.real(r),
            (ArgumentKind::Given(g), _) => exprs.add(Ir::Given(g)),
            (ArgumentKind::Length(d), Element::Integer(_)) => exprs.add(Ir::Len(d)),
            (ArgumentKind::Length(d), Element::Float) => {
                let length = exprs.add(Ir::Len(d));
                exprs.add(Ir::Number(length))
            }
            (ArgumentKind::Tensor(_), _) => unreachable!("a tensor stands for itself"),
        }
    }

    /// What `check` needs of the callee's source, at the call.
    fn written(&mut self, callee: &Resolved, call: &Call<'_>, into: &mut Embedding) {
        let f = &callee.function;
        let equation = self.written.equations.len();
        self.written.equations.push(Line {
            text: call.text.clone(),
            tensor: None,
        });
        for p in &callee.written.positions {
            let branch = p.branch.as_ref().map(|branch| {
                let conditions = branch.iter();
                conditions
                    .map(|&(id, truth)| (into.expr(&mut self.f, f, id), truth))
                    .collect()
            });
            self.written.positions.push(Position {
                equation,
                subscript: into.subscript(&mut self.f, f, p.subscript),
                place: Place {
                    tensor: into.tensor(&mut self.f, f, p.place.tensor),
                    axis: p.place.axis,
                },
                dim: into.dim(&mut self.f, f, p.dim),
                shown: p.shown.clone(),
                position: p.position.clone(),
                span: call.function.span,
                branch,
                write: p.write,
            });
        }
        for (&i, range) in &callee.written.ranges {
            let i = into.index(&mut self.f, f, i);
            let place = Place {
                tensor: into.tensor(&mut self.f, f, range.place.tensor),
                axis: range.place.axis,
            };
            let range = Range {
                place,
                ..range.clone()
            };
            self.written.ranges.insert(i, range);
        }
    }
}

/// `a matrix of numbers`
fn described(rank: usize, element: Element) -> String {
    let elements = match element {
        Element::Float => "numbers",
        Element::Integer(_) => "integers",
    };
    match (rank, element) {
        (0, Element::Float) => "a number".to_string(),
        (0, Element::Integer(t)) => format!("an integer (`{}`)", t.word()),
        (_, Element::Integer(t)) => {
            format!("a tensor of {rank} {} of `{}`", axes(rank), t.word())
        }
        _ => format!("a tensor of {rank} {} of {elements}", axes(rank)),
    }
}

fn axes(rank: usize) -> &'static str {
    if rank == 1 { "axis" } else { "axes" }
}
