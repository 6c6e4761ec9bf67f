//! Functions of the ir: dimensions, tensors, indices, equations.

use super::names::Taken;
use super::{
    Along, Call, CallId, Dim, Expr, ExprId, Exprs, Foreign, Given, Length, Part, Passed, Subscript,
};
pub use crate::ast::ElementType;
use std::collections::{BTreeMap, BTreeSet};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);
        impl $name {
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}
id!(
    /// A dimension of a function.
    DimId
);
id!(
    /// A tensor of a function: a parameter, a result, an intermediate, a cotangent.
    TensorId
);
id!(
    /// An index: bound once, by one left-hand side or one reduction.
    IndexId
);

/// What the elements of a tensor are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// The element type of the function.
    Float,
    /// An integer type (never F32 or F64).
    Integer(ElementType),
}

/// Why a tensor is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Parameter {
        constant: bool,
    },
    /// Defined by the user's equations and returned.
    Result,
    /// Defined by the user's equations.
    Intermediate,
    /// Made by the compiler: the value of a reduction inside an expression, a part of a contraction.
    Temporary,
    /// The cotangent of a result: an argument of the backward function.
    Cotangent {
        of: TensorId,
    },
    /// The gradient by a parameter: a result of the backward function.
    Gradient {
        of: TensorId,
    },
    /// The cotangent of an intermediate or a temporary.
    Adjoint {
        of: TensorId,
    },
    /// The rows of a block, of another tensor's axis: made by `plan`.
    Slice {
        of: TensorId,
        axis: usize,
    },
}

impl Role {
    /// Whether it is neither given nor handed out, nor a part of another tensor.
    pub fn is_inner(self) -> bool {
        matches!(
            self,
            Role::Intermediate | Role::Temporary | Role::Adjoint { .. }
        )
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tensor {
    /// As the user wrote it, or a made-up name for messages and printing: unique in the function.
    pub name: String,
    /// Empty for a scalar.
    pub axes: Vec<DimId>,
    pub element: Element,
    pub role: Role,
}

impl Tensor {
    /// The name that the user wrote: a later value of one has a number after it.
    pub fn written(&self) -> &str {
        self.name.trim_end_matches(|c| ('₀'..='₉').contains(&c))
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Index {
    pub name: String,
    pub dim: DimId,
}

/// How an equation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// `T[i,j] = e` over distinct plain indices: writes every element.
    Define,
    /// `T[..] += e`: adds to what the equations above put there. Where no `Define` of the tensor comes before, the
    /// tensor starts at zero. Subscripts may repeat an index or be constant.
    Accumulate,
}

/// `T[left] op right`, for all values of the indices in `left`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    pub tensor: TensorId,
    pub left: Vec<Subscript>,
    pub op: Op,
    pub right: ExprId,
}

/// What a tensor is the derivative of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Derivative {
    /// How the cotangents depend on it: a cotangent, a gradient, an adjoint.
    Cotangent(TensorId),
    /// How it changes along a direction.
    Tangent(TensorId),
}

/// An axis of a tensor, for messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub tensor: TensorId,
    pub axis: usize,
}

/// What is checked when a function is entered, beside the lengths of its parameters' axes: it fails where all conditions
/// have the truth given, for some values of their indices. They read nothing but parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub fails: Vec<(ExprId, bool)>,
    pub fault: Fault,
}

/// What is wrong where a check fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Two lengths that one index runs over disagree (a named and a fixed one, say).
    Lengths { index: String, a: Place, b: Place },
    /// A reduction without identity has nothing to reduce. `word` is `max`, `argmin`...
    Empty {
        word: &'static str,
        index: String,
        tensor: TensorId,
    },
    /// An axis has another length than `dim`, which a call or a declaration asks for.
    Required { at: Place, dim: DimId },
    /// A call returns another length, `dim`, than an axis is declared with.
    Returned { call: CallId, at: Place, dim: DimId },
    /// A tensor is read, or written, outside of an axis.
    Outside {
        at: Place,
        position: Subscript,
        write: bool,
    },
    /// A length is passed for an integer that does not hold it.
    Narrow {
        dim: DimId,
        parameter: String,
        integer: ElementType,
    },
    /// The divisor of a remainder is 0, in the equation of a tensor.
    ZeroDivisor { tensor: TensorId },
    /// A length by which is divided, or by which an index is multiplied in a subscript, is 0.
    NotPositive { shown: String, value: ExprId },
    /// A length, as written or as it follows from others, is negative.
    Negative { dim: DimId, value: ExprId },
    /// The subscript `shown` of an axis leaves an index no range, beside the others in it.
    NoRange {
        index: String,
        at: Place,
        shown: String,
        others: Vec<(String, DimId)>,
    },
    /// `clamp` or `wrap` of an empty axis.
    EmptyAxis { word: &'static str, at: Place },
}

/// How much there was of a function at some time.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    exprs: usize,
    tensors: usize,
    indices: usize,
    dims: usize,
}

#[derive(Clone, Debug)]
pub struct Function {
    pub name: String,
    pub dims: Vec<Dim>,
    pub tensors: Vec<Tensor>,
    pub indices: Vec<Index>,
    pub exprs: Exprs,
    /// Parameters in the order of the signature: tensors, scalars, and `dim`s.
    pub parameters: Vec<Parameter>,
    pub results: Vec<TensorId>,
    pub equations: Vec<Equation>,
    pub checks: Vec<Check>,
    /// Tensors that are held constant: no derivative passes through them.
    pub held: BTreeSet<TensorId>,
    /// Tensors that are derivatives of others.
    pub derivatives: BTreeMap<TensorId, Derivative>,
    /// Calls of functions of other invocations.
    pub calls: Vec<Call>,
    /// Rust functions that it uses.
    pub foreign: Vec<Foreign>,
    /// The Rust expressions that are evaluated when it is entered, as written.
    pub given: Vec<Given>,
    /// The element type that the signature fixes, if it does: F32 or F64.
    pub float: Option<ElementType>,
    /// Parameters that are changed, each with the tensor that holds its last value: itself where nothing changes it.
    pub updates: BTreeMap<TensorId, TensorId>,
    /// The values that a parameter takes one after the other, each with the parameter.
    pub values: BTreeMap<TensorId, TensorId>,
    /// What the user decided about intermediates, instead of `plan`.
    pub keep: BTreeMap<TensorId, Keep>,
    /// The axes along which tensors are computed one position after the other, outer ones first.
    pub recurrences: BTreeMap<TensorId, Vec<Along>>,
    /// The names of tensors, to make new ones.
    pub(crate) taken: Taken,
}

/// What becomes of an intermediate that the backward pass needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Keep {
    /// The forward pass stores it.
    Stored,
    /// The backward pass computes it again.
    Recomputed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    Tensor(TensorId),
    Dim(DimId),
}

impl Function {
    pub fn new(name: impl Into<String>) -> Self {
        Function {
            name: name.into(),
            dims: Vec::new(),
            tensors: Vec::new(),
            indices: Vec::new(),
            exprs: Exprs::default(),
            parameters: Vec::new(),
            results: Vec::new(),
            equations: Vec::new(),
            checks: Vec::new(),
            held: BTreeSet::new(),
            derivatives: BTreeMap::new(),
            calls: Vec::new(),
            foreign: Vec::new(),
            given: Vec::new(),
            float: None,
            updates: BTreeMap::new(),
            values: BTreeMap::new(),
            keep: BTreeMap::new(),
            recurrences: BTreeMap::new(),
            taken: Taken::default(),
        }
    }

    /// A new tensor; its name is made unique by a number, `P₂`.
    pub fn add_tensor(
        &mut self,
        name: &str,
        axes: Vec<DimId>,
        element: Element,
        role: Role,
    ) -> TensorId {
        self.taken.follow(&self.tensors);
        let name = self.taken.free(name);
        self.tensors.push(Tensor {
            name,
            axes,
            element,
            role,
        });
        TensorId(self.tensors.len() as u32 - 1)
    }

    /// A new tensor for a derivative, `∂Y` or `dY`, shaped like what it is the derivative of.
    pub fn add_derivative(&mut self, derivative: Derivative, role: Role) -> TensorId {
        let (mark, of) = match derivative {
            Derivative::Cotangent(of) => ('∂', of),
            Derivative::Tangent(of) => ('d', of),
        };
        let t = self.tensor(of).clone();
        let tensor = self.add_tensor(&format!("{mark}{}", t.name), t.axes, Element::Float, role);
        self.derivatives.insert(tensor, derivative);
        let given = matches!(role, Role::Parameter { .. } | Role::Cotangent { .. });
        if let Some(along) = self.recurrences.get(&of).cloned().filter(|_| !given) {
            // A cotangent is known where those of all that is computed later are.
            let back = matches!(derivative, Derivative::Cotangent(_));
            let way = |a: Along| Along {
                descending: a.descending != back,
                ..a
            };
            self.recurrences
                .insert(tensor, along.into_iter().map(way).collect());
        }
        tensor
    }

    pub fn add_index(&mut self, name: impl Into<String>, dim: DimId) -> IndexId {
        self.indices.push(Index {
            name: name.into(),
            dim,
        });
        IndexId(self.indices.len() as u32 - 1)
    }

    /// Does something to see what comes of it: what it makes is forgotten.
    pub fn tried<R>(&mut self, something: impl FnOnce(&mut Function) -> R) -> R {
        let before = self.extent();
        let out = something(self);
        self.forget(before);
        out
    }

    /// How much there is of what plans add to.
    pub fn extent(&self) -> Extent {
        Extent {
            exprs: self.exprs.len(),
            tensors: self.tensors.len(),
            indices: self.indices.len(),
            dims: self.dims.len(),
        }
    }

    /// Forgets expressions, tensors, indices and dimensions that were made since.
    pub fn forget(&mut self, since: Extent) {
        self.exprs.truncate(since.exprs);
        self.tensors.truncate(since.tensors);
        self.indices.truncate(since.indices);
        self.dims.truncate(since.dims);
    }

    pub fn dim(&self, id: DimId) -> &Dim {
        &self.dims[id.index()]
    }

    /// The dimension of which one is some rows, or itself.
    pub fn whole_of(&self, dim: DimId) -> DimId {
        match self.dim(dim).length {
            Length::Rows { of, .. } => of,
            _ => dim,
        }
    }

    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.index()]
    }

    #[expect(clippy::should_implement_trait)] // an index of the notation
    pub fn index(&self, id: IndexId) -> &Index {
        &self.indices[id.index()]
    }

    /// The result of a call whose elements a tensor holds in one row, since nothing says how many axes it has.
    pub fn flat(&self, tensor: TensorId) -> Option<(CallId, usize)> {
        let [dim] = self.tensor(tensor).axes[..] else {
            return None;
        };
        match self.dim(dim).length {
            Length::Returned {
                call,
                result,
                axis: None,
            } => Some((call, result)),
            _ => None,
        }
    }

    /// What an equation computes of a call, if that is what it does.
    pub fn returned(&self, e: &Equation) -> Option<(CallId, Part, Vec<Option<TensorId>>, usize)> {
        match self.exprs.get(e.right) {
            Expr::Returned {
                call,
                part,
                inputs,
                output,
                ..
            } => Some((*call, *part, inputs.clone(), *output)),
            _ => None,
        }
    }

    /// The tensors among the arguments of a call.
    pub fn arguments(&self, call: CallId) -> Vec<Option<TensorId>> {
        let arguments = self.calls[call.index()].arguments.iter();
        arguments
            .map(|a| match *a {
                Passed::Tensor(t) => Some(t),
                _ => None,
            })
            .collect()
    }

    /// The tensor that a slice is of, or the tensor itself.
    pub fn base(&self, tensor: TensorId) -> TensorId {
        match self.tensor(tensor).role {
            Role::Slice { of, .. } => self.base(of),
            _ => tensor,
        }
    }

    /// `X[i,0]`
    pub fn show_access(&self, tensor: TensorId, subscripts: &[Subscript]) -> String {
        let name = &self.tensor(tensor).name;
        format!("{name}{}", self.show_subscripts(subscripts))
    }

    /// `[i,0]`
    pub fn show_subscripts(&self, subscripts: &[Subscript]) -> String {
        let inside: Vec<String> = subscripts
            .iter()
            .map(|s| match s {
                Subscript::Index(i) => self.index(*i).name.clone(),
                Subscript::Constant(c) => c.to_string(),
                Subscript::At(e) => super::print::position(self, *e),
            })
            .collect();
        if inside.is_empty() {
            String::new()
        } else {
            format!("[{}]", inside.join(","))
        }
    }

    /// Whether there is a result to differentiate and a parameter to differentiate by, and every foreign function on the
    /// way has its rule.
    pub fn has_derivative(&self) -> bool {
        self.has_derivatives(1)
    }

    /// Whether the gradients have derivatives too.
    pub fn has_second_derivative(&self) -> bool {
        self.has_derivatives(2)
    }

    fn has_derivatives(&self, order: usize) -> bool {
        let float = |r: &TensorId| self.tensor(*r).element == Element::Float;
        let by: Vec<TensorId> = self.differentiable().collect();
        let some = self.results.iter().any(float) && !by.is_empty() && self.updates.is_empty();
        some && self.without_rule(&self.results, &by, order).is_none()
    }

    /// Whether a tensor leaves the function: a result, or the last value of a parameter that is changed.
    pub fn is_output(&self, tensor: TensorId) -> bool {
        self.results.contains(&tensor) || self.updates.values().any(|&t| t == tensor)
    }

    /// Whether the function has one scalar result of the element type.
    pub fn is_scalar(&self) -> bool {
        let scalar = |r: &TensorId| {
            let t = self.tensor(*r);
            t.axes.is_empty() && t.element == Element::Float
        };
        matches!(&self.results[..], [r] if scalar(r))
    }

    /// The parameters by which the function can be differentiated.
    pub fn differentiable(&self) -> impl Iterator<Item = TensorId> + '_ {
        self.parameters.iter().filter_map(|p| match *p {
            Parameter::Tensor(t)
                if self.tensor(t).element == Element::Float
                    && self.tensor(t).role == (Role::Parameter { constant: false }) =>
            {
                Some(t)
            }
            _ => None,
        })
    }
}
