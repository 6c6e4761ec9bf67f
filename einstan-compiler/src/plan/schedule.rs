//! What codegen emits, and nothing that it can't: contractions, loop nests, choices between them.

use super::coalesce::Coalesced;
use super::storage::Storage;
use super::window::Window;
use crate::ir::{
    CallId, DimId, Element, ExprId, Function, IndexId, Part, ReduceOp, Subscript, TensorId,
    positions,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything decided about one function.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The joint forward and backward ir that the schedules speak of.
    pub function: Function,
    /// So many lengths are found when the function is entered; others, that follow from them, where they are needed.
    pub found: usize,
    pub forward: Schedule,
    /// None where there is nothing to differentiate.
    pub backward: Option<Schedule>,
    /// Results that the backward pass reads, each with the buffer that keeps a copy of it.
    pub kept_results: Vec<(TensorId, TensorId)>,
    pub buffers: Vec<Buffer>,
    /// What of the forward pass the backward pass reads or computes again.
    pub storage: Vec<Storage>,
    /// The decisions for people: the constant `PLAN`.
    pub text: String,
}

/// The plans of everything that one function becomes.
#[derive(Clone, Debug)]
pub struct Plans {
    /// The value and its pullback.
    pub vjp: Plan,
    /// None where there is nothing to differentiate; the inline form has none.
    pub jvp: Option<Plan>,
    pub hvp: Option<Plan>,
    pub jacobian: Option<Plan>,
    /// For functions of other invocations that call this one.
    pub pullback_tangent: Option<Plan>,
}

/// Memory of a workspace: one tensor that is neither an argument nor a result.
#[derive(Clone, Debug)]
pub struct Buffer {
    pub tensor: TensorId,
    pub element: Element,
    /// The field's name, `b7`.
    pub field: String,
    /// Written by the forward and read by the backward pass.
    pub saved: bool,
    pub phase: Phase,
}

/// Which body writes a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Forward,
    Backward,
}

/// The steps of one body, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Schedule {
    pub steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub enum Step {
    /// Fills a tensor with zeros.
    Zero { tensor: TensorId, mode: Mode },
    /// Two tensors multiplied and summed: strided, batched GEMM.
    Contract(Contraction),
    /// Loops.
    Nest(Vec<Stmt>),
    /// A loop nest that threads share.
    Share(Share),
    /// Steps for each value of a counter, one after the other: a recurrence.
    Loop {
        index: IndexId,
        descending: bool,
        steps: Vec<Step>,
    },
    /// Some steps or others, by a condition of counters and lengths.
    When {
        condition: ExprId,
        then: Vec<Step>,
        otherwise: Vec<Step>,
    },
    /// Steps for some rows at a time: `rows` is the dimension of those of one block, `row` what one of them is in each temporary.
    Block {
        rows: DimId,
        row: Vec<Vec<DimId>>,
        steps: Vec<Step>,
    },
    /// One of several ways, by the lengths. The last option needs no condition.
    Choose(Choose),
    /// The steps of a part that a way has in common with earlier ones, unless one of these was taken: it is there then.
    Once {
        way: Way,
        value: TensorId,
        steps: Vec<Step>,
    },
    /// One of the function's checks, of what has been computed before.
    Check(usize),
    /// A part of a call: an output that is not listed is not wanted.
    Call {
        call: CallId,
        part: Part,
        inputs: Vec<Option<TensorId>>,
        outputs: Vec<(usize, TensorId)>,
    },
}

/// What threads share: loops around each other, of one of which each takes some values, or rows, of which each takes a part.
#[derive(Clone, Debug)]
pub struct Share {
    /// Each with the index that counts from the first value of a thread: by it the tensors are written that are divided.
    pub loops: Vec<(IndexId, IndexId)>,
    /// Where there are no loops: the rows of the statements, which are equally long, each with the index that counts from the
    /// first element of a part.
    pub rows: Vec<(IndexId, IndexId)>,
    /// The tensors that are written, and of each the axis along which each loop, or its row, runs.
    pub axes: Vec<(TensorId, Vec<usize>)>,
    /// Operations: products of lengths, and how often each counts.
    pub work: Vec<(u64, Vec<DimId>)>,
    /// Loops that may be one with the rows in them, the first of which are shared.
    pub coalesced: Option<Coalesced>,
    pub body: Vec<Stmt>,
}

/// Several ways of computing a product, and the number of the choice among those of a plan.
#[derive(Clone, Debug)]
pub struct Choose {
    pub number: usize,
    pub choices: Vec<Choice>,
}

/// An option of a choice, both by their numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Way {
    pub choice: usize,
    pub option: usize,
}

/// A part that several ways have in common.
#[derive(Clone, Debug)]
pub struct Common {
    /// Its number among those of a plan.
    pub part: usize,
    /// Whether no earlier choice may have computed it.
    pub first: bool,
    /// Flops as a sum of products of lengths.
    pub cost: Vec<Vec<DimId>>,
    /// How many choices may need it, from this one on.
    pub times: usize,
}

/// A way of computing a product, where the lengths decide.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Flops as a sum of products of lengths, without those of the part that is common.
    pub cost: Vec<Vec<DimId>>,
    pub common: Option<Common>,
    /// A part that must be there already, as it is read.
    pub after: Option<usize>,
    /// The sizes of the tensors that it stores on the way.
    pub stored: Vec<Vec<DimId>>,
    /// One loop nest that stores nothing.
    pub nest: bool,
    pub steps: Vec<Step>,
    /// Temporaries that only this way needs.
    pub temporaries: Vec<TensorId>,
    pub describe: String,
}

/// How a value reaches its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Set,
    Add,
    /// Set or add, as the caller of the backward pass says: the first contribution to a gradient.
    Given,
}

/// `target[left] mode alpha * a * b`, summed over the indices that `left` does not name.
#[derive(Clone, Debug)]
pub struct Contraction {
    pub target: TensorId,
    pub left: Vec<Subscript>,
    pub mode: Mode,
    /// An expression without indices.
    pub alpha: Option<ExprId>,
    pub a: (TensorId, Vec<Subscript>),
    pub b: (TensorId, Vec<Subscript>),
    /// All indices.
    pub loops: Vec<IndexId>,
    pub band: Option<Band>,
}

/// What part of a contraction is computed: at each value of one index a window of another one; without the first, one
/// window.
#[derive(Clone, Debug)]
pub struct Band {
    pub row: Option<IndexId>,
    pub column: IndexId,
    pub window: Window,
    /// The target may be written beside the windows too, and all is there that it takes.
    pub loose: bool,
}

/// The part of a row that a statement is about, and the value in the rest; without that, the rest stays as it is.
#[derive(Clone, Debug)]
pub struct Within {
    pub window: Window,
    pub otherwise: Option<ExprId>,
}

/// A statement of a nest. Expressions are maps: they hold no reduction.
#[derive(Clone, Debug)]
pub enum Stmt {
    Loop {
        index: IndexId,
        /// From the last value to the first one: of a recurrence.
        descending: bool,
        body: Vec<Stmt>,
    },
    /// Reductions over the same indices, each to a tensor of its own: one walk computes them all.
    Together { body: Vec<Stmt> },
    /// Loops that may be one with the rows in them.
    Coalesced { run: Coalesced, body: Vec<Stmt> },
    /// Some statements or others.
    When {
        condition: ExprId,
        then: Vec<Stmt>,
        otherwise: Vec<Stmt>,
    },
    /// `target[left] mode value` for all values of `row`, the vectorised innermost index, or once.
    Store {
        target: TensorId,
        left: Vec<Subscript>,
        mode: Mode,
        row: Option<IndexId>,
        value: ExprId,
        within: Option<Within>,
    },
    /// `target[left] mode op[over](body)`; the last of `over` is the vectorised one. An index may run over a window that
    /// those before it set.
    Reduce {
        target: TensorId,
        left: Vec<Subscript>,
        mode: Mode,
        op: ReduceOp,
        over: Vec<IndexId>,
        windows: BTreeMap<IndexId, Window>,
        body: ExprId,
    },
    /// `target[left] mode op[over](body)` for all values of `row`: reductions of a vector of them run side by side.
    Accumulate {
        target: TensorId,
        left: Vec<Subscript>,
        mode: Mode,
        op: ReduceOp,
        row: IndexId,
        over: Vec<IndexId>,
        body: ExprId,
    },
    /// softmax of `body` along the indices `along`, in place in the target; the last of `along` is vectorised.
    Softmax {
        target: TensorId,
        left: Vec<Subscript>,
        along: Vec<IndexId>,
        body: ExprId,
        log: bool,
        within: Option<Within>,
        /// Exponentials beyond the window do no harm, and all that they take is there: vectors of them are whole.
        beyond: bool,
    },
}

impl Plan {
    /// The parts of calls that the steps of a phase run.
    pub fn calls(&self, phase: Phase) -> BTreeSet<(CallId, Part)> {
        let schedule = match phase {
            Phase::Forward => Some(&self.forward),
            Phase::Backward => self.backward.as_ref(),
        };
        let steps = schedule.into_iter().flat_map(|s| &s.steps);
        steps
            .filter_map(|s| match s {
                Step::Call { call, part, .. } => Some((*call, *part)),
                _ => None,
            })
            .collect()
    }

    pub fn buffer(&self, tensor: TensorId) -> Option<&Buffer> {
        self.buffers.iter().find(|b| b.tensor == tensor)
    }
}

impl Schedule {
    /// The tensors that the steps write, each once, in order.
    pub fn writes(&self, f: &Function) -> Vec<TensorId> {
        let mut out = Vec::new();
        self.steps.iter().for_each(|s| s.writes(f, &mut out));
        out
    }

    /// The tensors that the steps read.
    pub fn reads(&self, f: &Function) -> BTreeSet<TensorId> {
        let mut out = BTreeSet::new();
        self.steps.iter().for_each(|s| s.reads(f, &mut out));
        out
    }
}

impl Step {
    /// Calls `visit` with every step that holds no others, in order.
    pub(crate) fn each(&mut self, visit: &mut impl FnMut(&mut Step)) {
        match self {
            Step::Block { steps, .. } | Step::Loop { steps, .. } | Step::Once { steps, .. } => {
                steps.iter_mut().for_each(|s| s.each(visit));
            }
            Step::When {
                then, otherwise, ..
            } => {
                let inside = then.iter_mut().chain(otherwise);
                inside.for_each(|s| s.each(visit));
            }
            Step::Choose(choose) => {
                let choices = choose.choices.iter_mut();
                choices
                    .flat_map(|c| &mut c.steps)
                    .for_each(|s| s.each(visit));
            }
            Step::Zero { .. }
            | Step::Contract(_)
            | Step::Nest(_)
            | Step::Share(_)
            | Step::Check(_)
            | Step::Call { .. } => visit(self),
        }
    }

    pub(crate) fn writes(&self, f: &Function, out: &mut Vec<TensorId>) {
        let mut add = |t: TensorId| {
            let t = f.base(t);
            if !out.contains(&t) {
                out.push(t);
            }
        };
        match self {
            Step::Check(_) => {}
            Step::Zero { tensor, .. } => add(*tensor),
            Step::Contract(c) => add(c.target),
            Step::Nest(body) | Step::Share(Share { body, .. }) => {
                body.iter().for_each(|s| s.writes(&mut add));
            }
            Step::Block { steps, .. } | Step::Loop { steps, .. } | Step::Once { steps, .. } => {
                steps.iter().for_each(|s| s.writes(f, out));
            }
            Step::When {
                then, otherwise, ..
            } => {
                let steps = then.iter().chain(otherwise);
                steps.for_each(|s| s.writes(f, out));
            }
            Step::Call { outputs, .. } => outputs.iter().for_each(|(_, t)| add(*t)),
            Step::Choose(Choose { choices, .. }) => choices
                .iter()
                .flat_map(|c| &c.steps)
                .for_each(|s| s.writes(f, out)),
        }
    }

    pub(crate) fn reads(&self, f: &Function, out: &mut BTreeSet<TensorId>) {
        let base = |t: TensorId| f.base(t);
        match self {
            Step::Zero { .. } => {}
            Step::Check(at) => out.extend(f.read_by(&f.checks[*at])),
            Step::Contract(c) => {
                out.extend([c.a.0, c.b.0].map(base));
                out.extend(c.alpha.into_iter().flat_map(|a| f.reads(a)).map(base));
                let all = [&c.a.1, &c.b.1, &c.left];
                let read = all.into_iter().flat_map(|s| positions(s));
                out.extend(read.flat_map(|p| f.reads(p)).map(base));
            }
            Step::When {
                condition,
                then,
                otherwise,
            } => {
                out.extend(f.reads(*condition).into_iter().map(base));
                let steps = then.iter().chain(otherwise);
                steps.for_each(|s| s.reads(f, out));
            }
            Step::Nest(body) | Step::Share(Share { body, .. }) => body
                .iter()
                .for_each(|s| s.values(&mut |e| out.extend(f.reads(e).into_iter().map(base)))),
            Step::Block { steps, .. } | Step::Loop { steps, .. } | Step::Once { steps, .. } => {
                steps.iter().for_each(|s| s.reads(f, out));
            }
            Step::Call { inputs, .. } => out.extend(inputs.iter().flatten().map(|&t| base(t))),
            Step::Choose(Choose { choices, .. }) => choices
                .iter()
                .flat_map(|c| &c.steps)
                .for_each(|s| s.reads(f, out)),
        }
    }
}

impl Stmt {
    pub(crate) fn writes(&self, add: &mut impl FnMut(TensorId)) {
        match self {
            Stmt::Loop { body, .. } | Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
                body.iter().for_each(|s| s.writes(add));
            }
            Stmt::When {
                then, otherwise, ..
            } => then.iter().chain(otherwise).for_each(|s| s.writes(add)),
            Stmt::Store { target, .. }
            | Stmt::Reduce { target, .. }
            | Stmt::Accumulate { target, .. }
            | Stmt::Softmax { target, .. } => add(*target),
        }
    }

    /// Calls `visit` with every expression of the statement, those of positions on the left and of bounds too.
    pub(crate) fn values(&self, visit: &mut impl FnMut(ExprId)) {
        match self {
            Stmt::Loop { body, .. } | Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
                body.iter().for_each(|s| s.values(visit));
            }
            Stmt::When {
                condition,
                then,
                otherwise,
            } => {
                visit(*condition);
                then.iter().chain(otherwise).for_each(|s| s.values(visit));
            }
            Stmt::Store {
                value: e,
                left,
                within,
                ..
            }
            | Stmt::Softmax {
                body: e,
                left,
                within,
                ..
            } => {
                positions(left).for_each(&mut *visit);
                visit(*e);
                if let Some(within) = within {
                    within.window.each(visit);
                    within.otherwise.into_iter().for_each(visit);
                }
            }
            Stmt::Accumulate { body: e, left, .. } => {
                positions(left).for_each(&mut *visit);
                visit(*e);
            }
            Stmt::Reduce {
                body: e,
                left,
                windows,
                ..
            } => {
                positions(left).for_each(&mut *visit);
                visit(*e);
                windows.values().for_each(|w| w.each(visit));
            }
        }
    }
}
