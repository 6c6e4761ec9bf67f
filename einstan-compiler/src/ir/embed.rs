//! One function's equations inside another one.

use super::{
    Call, CallId, Check, Dim, DimId, Element, Equation, Expr, ExprId, Fault, ForeignId, Function,
    GivenId, IndexId, Length, Memo, Passed, Place, Role, Subscript, TensorId,
};
use std::collections::BTreeMap;

/// What stands in the outer function for what is the inner one's.
#[derive(Clone, Debug)]
pub struct Embedding {
    dims: BTreeMap<DimId, DimId>,
    /// Of the inner function's parameters, and of others that have a tensor already.
    pub tensors: BTreeMap<TensorId, TensorId>,
    /// Of parameters that are numbers: what is read in their place.
    pub values: BTreeMap<TensorId, ExprId>,
    indices: BTreeMap<IndexId, IndexId>,
    exprs: Memo<ExprId>,
    calls: BTreeMap<CallId, CallId>,
    foreign: BTreeMap<ForeignId, ForeignId>,
    given: BTreeMap<GivenId, GivenId>,
}

impl Embedding {
    /// With the dimensions of the inner function's parameters. Its calls are the outer function's from now on.
    pub fn new(outer: &mut Function, inner: &Function, dims: BTreeMap<DimId, DimId>) -> Self {
        let first = outer.calls.len() as u32;
        let calls = (0..inner.calls.len() as u32).map(|c| (CallId(c), CallId(first + c)));
        outer.calls.extend(inner.calls.iter().map(|c| Call {
            arguments: vec![],
            ..c.clone()
        }));
        let first = outer.given.len() as u32;
        let given = (0..inner.given.len() as u32).map(|g| (GivenId(g), GivenId(first + g)));
        outer.given.extend(inner.given.iter().cloned());
        Embedding {
            calls: calls.collect(),
            foreign: BTreeMap::new(),
            given: given.collect(),
            dims,
            tensors: BTreeMap::new(),
            values: BTreeMap::new(),
            indices: BTreeMap::new(),
            exprs: Memo::new(),
        }
    }

    pub fn dim(&mut self, outer: &mut Function, inner: &Function, d: DimId) -> DimId {
        if let Some(&dim) = self.dims.get(&d) {
            return dim;
        }
        let dim = match inner.dim(d).length.clone() {
            Length::Fixed(n) => {
                let axis = &inner.dims[d.index()];
                let same = |own: &Dim| axis.axis && own == axis;
                match outer.dims.iter().position(same) {
                    Some(at) => DimId(at as u32),
                    None => outer.fixed(n),
                }
            }
            Length::Computed(e) => {
                let length = self.expr(outer, inner, e);
                outer.computed(length)
            }
            Length::Typed { of } => {
                let of = self.dim(outer, inner, of);
                outer.typed_length(&inner.dim(d).name, of)
            }
            Length::Returned { call, result, axis } => {
                let call = self.calls[&call];
                let length = Length::Returned { call, result, axis };
                outer.add_dim(inner.dim(d).name.clone(), length)
            }
            _ => unreachable!("the arguments give every dimension that has a name"),
        };
        self.dims.insert(d, dim);
        dim
    }

    /// An argument of a call: what is a parameter of the inner function may be a number in the outer one.
    fn passed(&mut self, outer: &mut Function, inner: &Function, p: Passed) -> Passed {
        let value = match p {
            Passed::Length(d) => return Passed::Length(self.dim(outer, inner, d)),
            Passed::Tensor(t) => match self.values.get(&t) {
                Some(&value) => value,
                None => return Passed::Tensor(self.tensor(outer, inner, t)),
            },
            Passed::Given(g) => return Passed::Given(self.given[&g]),
            number => return number,
        };
        let value = match *outer.exprs.get(value) {
            Expr::Number(integer) => integer,
            _ => value,
        };
        match *outer.exprs.get(value) {
            Expr::Real(r) => Passed::Real(r),
            Expr::Integer(n) => Passed::Whole(n),
            Expr::Len(d) => Passed::Length(d),
            Expr::Given(g) => Passed::Given(g),
            _ => unreachable!("a number or a length stands for a parameter"),
        }
    }

    /// A foreign function, which both have under one name.
    fn foreign(&mut self, outer: &mut Function, inner: &Function, id: ForeignId) -> ForeignId {
        if let Some(&known) = self.foreign.get(&id) {
            return known;
        }
        let own = &inner.foreign[id.index()];
        if let Some(at) = outer.foreign.iter().position(|f| f.name == own.name) {
            let known = ForeignId(at as u32);
            self.foreign.insert(id, known);
            return known;
        }
        let new = ForeignId(outer.foreign.len() as u32);
        self.foreign.insert(id, new);
        outer.foreign.push(own.clone());
        // A rule may use the function itself.
        let rules = own.rules.iter();
        let rules = rules
            .map(|r| r.map(|r| self.expr(outer, inner, r)))
            .collect();
        outer.foreign[new.index()].rules = rules;
        new
    }

    /// A tensor of the inner function: a new one where it has none.
    pub fn tensor(&mut self, outer: &mut Function, inner: &Function, t: TensorId) -> TensorId {
        if let Some(&tensor) = self.tensors.get(&t) {
            return tensor;
        }
        let own = inner.tensor(t);
        let axes = own
            .axes
            .iter()
            .map(|&d| self.dim(outer, inner, d))
            .collect();
        let tensor = outer.add_tensor(&own.name, axes, own.element, Role::Intermediate);
        self.tensors.insert(t, tensor);
        if inner.held.contains(&t) {
            outer.held.insert(tensor);
        }
        tensor
    }

    pub fn index(&mut self, outer: &mut Function, inner: &Function, i: IndexId) -> IndexId {
        if let Some(&index) = self.indices.get(&i) {
            return index;
        }
        let own = inner.index(i);
        let dim = self.dim(outer, inner, own.dim);
        let index = outer.add_index(own.name.clone(), dim);
        self.indices.insert(i, index);
        index
    }

    pub fn subscript(&mut self, outer: &mut Function, inner: &Function, s: Subscript) -> Subscript {
        match s {
            Subscript::Index(i) => Subscript::Index(self.index(outer, inner, i)),
            Subscript::At(e) => Subscript::At(self.expr(outer, inner, e)),
            constant => constant,
        }
    }

    pub fn expr(&mut self, outer: &mut Function, inner: &Function, id: ExprId) -> ExprId {
        if let Some(&expr) = self.exprs.get(id) {
            return expr;
        }
        let mut node = inner.exprs.get(id).clone();
        let value = match &node {
            Expr::Access { tensor, .. } | Expr::IntegerAccess { tensor, .. } => {
                self.values.get(tensor).copied()
            }
            _ => None,
        };
        let expr = value.unwrap_or_else(|| {
            if let Expr::Returned { inputs, .. } = &mut node {
                let number = |t: &Option<TensorId>| t.is_some_and(|t| self.values.contains_key(&t));
                inputs
                    .iter_mut()
                    .filter(|t| number(t))
                    .for_each(|t| *t = None);
            }
            node.each_index(&mut |i| *i = self.index(outer, inner, *i));
            node.each_tensor(&mut |t| *t = self.tensor(outer, inner, *t));
            match &mut node {
                Expr::Len(d) => *d = self.dim(outer, inner, *d),
                Expr::Returned { call, .. } => *call = self.calls[call],
                Expr::Foreign { function, .. } => *function = self.foreign(outer, inner, *function),
                Expr::Given(g) => *g = self.given[g],
                _ => {}
            }
            // A length of the outer function, made of its own expressions.
            let node = match node {
                Expr::Len(d) => outer.length_of(d),
                node => node.with_children(&mut |child| self.expr(outer, inner, child)),
            };
            outer.exprs.add(node)
        });
        self.exprs.insert(id, expr);
        expr
    }

    fn place(&mut self, outer: &mut Function, inner: &Function, p: Place) -> Place {
        Place {
            tensor: self.tensor(outer, inner, p.tensor),
            axis: p.axis,
        }
    }

    fn fault(&mut self, outer: &mut Function, inner: &Function, fault: &Fault) -> Fault {
        match fault.clone() {
            Fault::Lengths { index, a, b } => Fault::Lengths {
                index,
                a: self.place(outer, inner, a),
                b: self.place(outer, inner, b),
            },
            Fault::Required { at, dim } => Fault::Required {
                at: self.place(outer, inner, at),
                dim: self.dim(outer, inner, dim),
            },
            Fault::Narrow {
                dim,
                parameter,
                integer,
            } => Fault::Narrow {
                dim: self.dim(outer, inner, dim),
                parameter,
                integer,
            },
            Fault::Returned { call, at, dim } => Fault::Returned {
                call: self.calls[&call],
                at: self.place(outer, inner, at),
                dim: self.dim(outer, inner, dim),
            },
            Fault::Empty {
                word,
                index,
                tensor,
            } => Fault::Empty {
                word,
                index,
                tensor: self.tensor(outer, inner, tensor),
            },
            Fault::Outside {
                at,
                position,
                write,
            } => Fault::Outside {
                at: self.place(outer, inner, at),
                position: self.subscript(outer, inner, position),
                write,
            },
            Fault::ZeroDivisor { tensor } => Fault::ZeroDivisor {
                tensor: self.tensor(outer, inner, tensor),
            },
            Fault::NotPositive { shown, value } => Fault::NotPositive {
                shown,
                value: self.expr(outer, inner, value),
            },
            Fault::Negative { dim, value } => Fault::Negative {
                dim: self.dim(outer, inner, dim),
                value: self.expr(outer, inner, value),
            },
            Fault::NoRange {
                index,
                at,
                shown,
                others,
            } => Fault::NoRange {
                index,
                at: self.place(outer, inner, at),
                shown,
                others: others
                    .into_iter()
                    .map(|(name, d)| (name, self.dim(outer, inner, d)))
                    .collect(),
            },
            Fault::EmptyAxis { word, at } => Fault::EmptyAxis {
                word,
                at: self.place(outer, inner, at),
            },
        }
    }
}

impl Function {
    /// Adds the equations of `inner`, and what it compares of lengths when it is entered; `check` finds the rest again.
    pub fn embed(&mut self, inner: &Function, into: &mut Embedding) {
        for (at, call) in inner.calls.iter().enumerate() {
            let arguments = call.arguments.iter();
            let arguments = arguments.map(|&p| into.passed(self, inner, p)).collect();
            self.calls[into.calls[&CallId(at as u32)].index()].arguments = arguments;
        }
        for (&t, &keep) in &inner.keep {
            let tensor = into.tensor(self, inner, t);
            self.keep.insert(tensor, keep);
        }
        for (at, given) in inner.given.iter().enumerate() {
            let lengths = given.lengths.iter();
            let lengths = lengths.map(|&d| into.dim(self, inner, d)).collect();
            self.given[into.given[&GivenId(at as u32)].index()].lengths = lengths;
        }
        for (&t, along) in &inner.recurrences {
            let tensor = into.tensor(self, inner, t);
            self.recurrences.insert(tensor, along.clone());
        }
        for e in &inner.equations {
            let left = e.left.iter().map(|&s| into.subscript(self, inner, s));
            let equation = Equation {
                left: left.collect(),
                tensor: into.tensor(self, inner, e.tensor),
                op: e.op,
                right: into.expr(self, inner, e.right),
            };
            self.equations.push(equation);
        }
        let of_lengths = |c: &&Check| c.fails.iter().all(|(id, _)| inner.reads(*id).is_empty());
        for c in inner.checks.iter().filter(of_lengths) {
            let fails = c.fails.iter();
            let check = Check {
                fails: fails
                    .map(|&(id, truth)| (into.expr(self, inner, id), truth))
                    .collect(),
                fault: into.fault(self, inner, &c.fault),
            };
            if !self.checks.contains(&check) {
                self.checks.push(check);
            }
        }
    }

    /// Whether no derivative with respect to a float tensor is asked for, nor passes through it.
    pub fn is_constant(&self, tensor: TensorId) -> bool {
        self.tensor(tensor).role == (Role::Parameter { constant: true })
            || self.held.contains(&tensor)
    }

    /// `held[..] = tensor[..]`, through which no derivative passes.
    pub fn hold(&mut self, tensor: TensorId, name: &str) -> TensorId {
        let axes = self.tensor(tensor).axes.clone();
        let held = self.add_tensor(name, axes, Element::Float, Role::Intermediate);
        let copy = self.copy(held, tensor);
        self.equations.push(copy);
        self.held.insert(held);
        held
    }
}
