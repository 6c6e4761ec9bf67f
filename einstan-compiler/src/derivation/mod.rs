//! Derivations that people can read: the equations as they were understood, and every derivative as index equations.
//!
//! What is shown is ordinary ir: a `System` of definitions, in which what the compiler made for itself stands where it is
//! used (`inline`). `layout` makes formulas of it, and `script` writes these as text, LaTeX or MathML. `section` puts the
//! lines together, `steps` shows the way from the product rule to each gradient. `notation` writes all of it so that it can be
//! read again.

mod expand;
mod formula;
mod inline;
mod layout;
mod names;
mod notation;
mod recognise;
mod script;
mod section;
mod share;
mod steps;
mod system;
mod write;

pub use formula::{Fence, Formula, Mark, Name, Operator, Relation};
pub use script::{Latex, MathMl, Script, Text};
pub use steps::{Way, ways};

use crate::differentiate::Derivatives;
use crate::ir::{Function, TensorId};
use system::System;

/// All equations of one function.
#[derive(Clone, Debug)]
pub struct Derivation {
    pub name: String,
    pub sections: Vec<Section>,
    /// The function and its derivatives as functions of the notation: `NOTATION`.
    pub notation: String,
}

/// What a section shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The user's equations.
    Equations,
    Gradient,
    Tangent,
    Hessian,
    Jacobian,
}

/// Equations under a heading.
#[derive(Clone, Debug)]
pub struct Section {
    pub subject: Subject,
    pub title: String,
    pub lines: Vec<Line>,
}

/// One equation, or one step: then `left` is empty after the first line.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub left: Option<Formula>,
    pub relation: Relation,
    pub right: Formula,
    /// The ranges of the indices, or the rule of a step.
    pub note: String,
}

/// The derivation of a function that is right.
pub fn of(f: &Function, derivatives: &Derivatives) -> Derivation {
    let mut sections = vec![section::equations(f)];
    if f.has_derivative() {
        sections.push(section::gradient(derivatives));
        sections.extend(
            derivatives
                .jvp
                .as_ref()
                .map(|d| section::tangent(f, derivatives, d)),
        );
        sections.extend(
            derivatives
                .hvp
                .as_ref()
                .map(|d| section::hessian(f, derivatives, d)),
        );
        sections.extend(derivatives.deltas.as_ref().map(|d| section::jacobian(f, d)));
    }
    Derivation {
        name: f.name.clone(),
        sections,
        notation: notation::notation(f, derivatives),
    }
}

/// A derivative with its equations as they are shown, to be run. `primal`: how many tensors are no derivatives.
pub fn as_shown(derivative: Function, roots: &[TensorId], primal: usize) -> Function {
    let mut forward = derivative.equations.clone();
    forward.retain(|e| e.tensor.index() < primal && !roots.contains(&e.tensor));
    let mut system = System::new(derivative, roots.to_vec(), primal);
    system.inline();
    system.share();
    system.function(forward)
}

impl Derivation {
    /// The section of a subject.
    pub fn section(&self, subject: Subject) -> Option<&Section> {
        self.sections.iter().find(|s| s.subject == subject)
    }
}
