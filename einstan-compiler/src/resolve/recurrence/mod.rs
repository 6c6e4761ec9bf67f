//! Recurrences: equations that read what they define, at an earlier or a later position.
//!
//! Equations next to each other that read each other are resolved together: their tensors are known, with the axes that
//! their left-hand sides give, before any right-hand side is lowered. Then every read of one of them says where it lies:
//! at the position that is written, before it, after it, or elsewhere; and these say along which indices the recurrence
//! runs.

mod direction;

use super::left::Slot;
use super::{Binding, Scope, mention, signature};
use crate::ast::{AssignOp, Equation, Name, Statement};
use crate::check::Branch;
use crate::ir::{DimId, Element, Op, Role, Subscript, TensorId};
use crate::rule::Rule;
use proc_macro2::Span;
use std::collections::{BTreeMap, BTreeSet};

/// A tensor of the recurrence at hand.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub tensor: TensorId,
    /// As far as they are known.
    pub axes: Vec<Option<DimId>>,
}

/// The recurrence at hand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recurrence {
    pub tensors: BTreeMap<String, Pending>,
    pub reads: Vec<Read>,
    /// Those whose equation has begun.
    begun: BTreeSet<String>,
}

impl Recurrence {
    /// Whether a tensor is one of the recurrence.
    pub fn is_new(&self, tensor: TensorId) -> bool {
        self.axes(tensor).is_some()
    }

    /// The axes of a tensor of the recurrence.
    pub fn axes(&self, tensor: TensorId) -> Option<&[Option<DimId>]> {
        let mut all = self.tensors.values();
        all.find(|p| p.tensor == tensor).map(|p| &p.axes[..])
    }

    /// Whether this is the first equation of a tensor of the recurrence.
    pub fn begins(&mut self, name: &str) -> bool {
        self.tensors.contains_key(name) && self.begun.insert(name.to_string())
    }
}

/// A read of a tensor of the recurrence.
#[derive(Clone, Debug)]
pub(crate) struct Read {
    /// The equation in which it stands, counted within the function.
    pub equation: usize,
    pub tensor: TensorId,
    pub subscripts: Vec<Subscript>,
    /// The way to it.
    pub branch: Branch,
    pub shown: String,
    pub span: Span,
}

/// An equation of a recurrence.
struct Member {
    tensor: TensorId,
    name: Name,
    left: Vec<Subscript>,
    equation: usize,
}

impl Scope<'_> {
    /// The statements of a body, those of a recurrence together.
    pub(crate) fn statements(&mut self, all: &[Statement]) {
        let mut at = 0;
        while at < all.len() {
            let together = self.together(&all[at..]);
            match together.is_empty() {
                true => self.statement(&all[at]),
                false => self.recurrence(&together),
            }
            at += together.len().max(1);
        }
    }

    /// The equations at the front that read themselves, or up to the last one that they read before it is defined.
    fn together<'e>(&self, all: &'e [Statement]) -> Vec<&'e Equation> {
        let defines = |s: &'e Statement| match s {
            Statement::Equation(e) if e.op == AssignOp::Define => Some(e),
            _ => None,
        };
        let (mut last, mut at, mut recurrent) = (0, 0, false);
        while at <= last {
            let Some(e) = all.get(at).and_then(defines) else {
                return vec![];
            };
            if self.tensors.contains_key(&e.left.tensor.text) || e.left.subscripts.is_empty() {
                return vec![];
            }
            for (a, _) in mention::accesses(&e.right) {
                let name = &a.tensor.text;
                let named =
                    |s: &'e Statement| defines(s).is_some_and(|e| e.left.tensor.text == *name);
                let known = self.tensors.contains_key(name) || all[..at].iter().any(named);
                if let Some(below) = all[at..].iter().position(named).filter(|_| !known) {
                    recurrent = true;
                    last = last.max(at + below);
                }
            }
            at += 1;
        }
        match recurrent {
            true => all[..=last].iter().filter_map(defines).collect(),
            false => vec![],
        }
    }

    fn recurrence(&mut self, equations: &[&Equation]) {
        let twice = |at: usize| {
            let name = &equations[at].left.tensor.text;
            equations[..at].iter().any(|e| e.left.tensor.text == *name)
        };
        for (at, e) in equations.iter().enumerate() {
            if !twice(at) {
                self.announce(e);
            }
        }
        self.known_axes(equations);
        let before = (self.diagnostics.len(), self.f.equations.len());
        // An equation without axes has its own error: the others can't be read beside it.
        let settled: Vec<bool> = equations.iter().map(|e| self.settled(e)).collect();
        let whole = settled.iter().all(|settled| *settled);
        for (e, settled) in equations.iter().zip(settled) {
            if whole || !settled {
                self.indexed(e);
            }
        }
        let recurrence = std::mem::take(&mut self.recurrence);
        if whole && self.diagnostics.len() == before.0 && !self.failed {
            let members = self.members(equations, before.1);
            self.directions(&members, &recurrence.reads);
            return;
        }
        for name in recurrence.tensors.keys() {
            self.tensors.insert(name.clone(), Binding::Poisoned);
        }
    }

    /// Whether the axes of an equation's tensor are known, which has them from now on.
    fn settled(&mut self, e: &Equation) -> bool {
        let pending = &self.recurrence.tensors[&e.left.tensor.text];
        let axes: Option<Vec<DimId>> = pending.axes.iter().copied().collect();
        match axes {
            Some(axes) => {
                self.f.tensors[pending.tensor.index()].axes = axes;
                true
            }
            None => false,
        }
    }

    /// Makes the tensor of an equation known before its right-hand side is.
    fn announce(&mut self, e: &Equation) {
        let name = &e.left.tensor.text;
        let declared = self.result(name).map(|r| signature::element(r.element));
        let element = declared.unwrap_or(Element::Float);
        let tensor = self.f.add_tensor(name, vec![], element, Role::Intermediate);
        let axes = vec![None; e.left.subscripts.len()];
        let pending = Pending { tensor, axes };
        self.recurrence.tensors.insert(name.clone(), pending);
        let binding = Binding::Tensor {
            id: tensor,
            parameter: false,
            read: true,
        };
        self.tensors.insert(name.clone(), binding);
    }

    /// Finds the axes of the announced tensors: the range of an index on the left may follow from those of another one.
    fn known_axes(&mut self, equations: &[&Equation]) {
        loop {
            let mut changed = false;
            for e in equations {
                let (errors, checks) = (self.diagnostics.len(), self.f.checks.len());
                let found = self.left_dimensions(e);
                self.diagnostics.truncate(errors);
                self.f.checks.truncate(checks);
                let pending = self.recurrence.tensors.get_mut(&e.left.tensor.text);
                for (known, new) in pending.into_iter().flat_map(|p| &mut p.axes).zip(found) {
                    changed |= known.is_none() && new.is_some();
                    *known = known.or(new);
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// The dimensions of the left-hand side as far as they are known now.
    fn left_dimensions(&mut self, e: &Equation) -> Vec<Option<DimId>> {
        let mut dimensions = || {
            let left = self.left_slots(e)?;
            let indices = self.indices(e, &left);
            let axes = self.left_axes(e)?;
            let axes = self.annotated_axes(e, &left, axes)?;
            let rounds = self.ranges(e, &axes, &indices)?;
            let of = |s: &Slot| rounds.found.get(s.name()?).map(|(dim, _)| *dim);
            let found: Vec<Option<DimId>> = left.iter().map(of).collect();
            // A new name for a dimension is known to the other equations.
            if let Some(axes) = found.iter().copied().collect::<Option<Vec<DimId>>>() {
                self.new_dimensions(e, &axes)?;
            }
            Some(found)
        };
        dimensions().unwrap_or_default()
    }

    fn members(&self, equations: &[&Equation], first: usize) -> Vec<Member> {
        let lowered = self.f.equations[first..].iter().enumerate();
        let own = lowered.filter(|(_, e)| e.op == Op::Define).zip(equations);
        own.map(|((at, lowered), e)| Member {
            tensor: lowered.tensor,
            name: e.left.tensor.clone(),
            left: lowered.left.clone(),
            equation: first + at,
        })
        .collect()
    }

    /// The axes along which the tensors of the equations are computed; an error at the read that fits none.
    fn directions(&mut self, members: &[Member], reads: &[Read]) {
        for circle in direction::circles(members, reads) {
            match self.direction(members, &circle) {
                Ok(along) => self.f.recurrences.extend(along),
                Err((read, text)) => {
                    let name = &self.f.tensor(read.tensor).name;
                    let text = format!("`{name}` has no order in which it can be computed: {text}");
                    self.diagnostics.error(Rule::ReadsItself, read.span, text);
                }
            }
        }
        if let Some((read, name)) = direction::below(members, reads) {
            let text = format!(
                "`{name}` is defined below, and does not depend on what is defined here: define it first"
            );
            self.diagnostics.error(Rule::UnknownName, read.span, text);
        }
    }
}
