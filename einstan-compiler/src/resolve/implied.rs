//! The signature that the short and the inline form imply: parameters in the order of first use, one dimension for all
//! axes that one index plainly runs over.

use super::{Scalars, mention};
use crate::ast::{
    AssignOp, Body, ElementType, Equation, Expr, ExprKind, Name, Param, ParamKind, Place,
    ResultDecl, Statement, SubscriptKind,
};
use crate::parse::words;
use std::collections::{BTreeMap, BTreeSet};

/// An axis of a tensor, by name.
type Axis = (String, usize);

/// The parameters and the one result of a body. Inline, tensors come before scalars.
pub(crate) fn signature(
    body: &Body,
    scalars: &Scalars,
    inline: bool,
) -> (Vec<Param>, Vec<ResultDecl>) {
    let equations: Vec<&Equation> = body
        .statements
        .iter()
        .filter_map(|s| match s {
            Statement::Equation(e) => Some(e),
            Statement::Call { .. } => None,
        })
        .collect();
    let mut classes = Classes::default();
    let mut used: Vec<(Name, usize)> = Vec::new();
    // Equations that read each other may read what stands below.
    let defines = equations.iter().filter(|e| e.op == AssignOp::Define);
    let mut defined: BTreeSet<String> = defines.map(|e| e.left.tensor.text.clone()).collect();
    let gathered: BTreeSet<String> = equations
        .iter()
        .flat_map(|e| mention::gathered(e))
        .collect();
    for e in &equations {
        let indices = mention::index_names(e);
        let mut read = names(&e.right, &indices, scalars);
        for position in mention::positions(&e.left.access()) {
            read.extend(names(position, &indices, scalars));
        }
        for (name, rank) in read {
            let known = used.iter_mut().find(|(n, _)| n.text == name.text);
            match known {
                // A tensor, where it has indices anywhere.
                Some((_, known)) => *known = rank.max(*known),
                None if defined.contains(&name.text) => {}
                None => used.push((name, rank)),
            }
        }
        classes.equation(e);
        defined.insert(e.left.tensor.text.clone());
    }
    if !body.damaged.is_empty() {
        used.extend(unparsed(body, scalars, |name| {
            defined.contains(name) || used.iter().any(|(n, _)| n.text == name)
        }));
    }
    if inline {
        used.sort_by_key(|(_, rank)| *rank == 0);
    }
    let mut dims = classes.names();
    let parameters = used
        .into_iter()
        .map(|(name, rank)| Param {
            kind: ParamKind::Variable,
            dimensions: (rank > 0).then(|| axes(&mut dims, &name, rank)),
            element: gathered
                .contains(&name.text)
                .then_some((ElementType::Usize, name.span)),
            span: name.span,
            name,
        })
        .collect();
    let last = equations.last();
    let last = last.map(|e| (e.left.tensor.clone(), e.left.subscripts.len()));
    let result = unparsed_left(body).or(last).map(|(name, rank)| ResultDecl {
        dimensions: (rank > 0).then(|| axes(&mut dims, &name, rank)),
        element: None,
        span: name.span,
        name,
    });
    (parameters, result.into_iter().collect())
}

/// What damaged statements read beside what is known, as far as their words say.
fn unparsed(body: &Body, scalars: &Scalars, known: impl Fn(&str) -> bool) -> Vec<(Name, usize)> {
    let mut out: Vec<(Name, usize)> = Vec::new();
    for statement in &body.words {
        let is_index = |name: &str| {
            let indices = statement
                .iter()
                .filter(|w| matches!(w.place, Place::Subscript));
            indices.into_iter().any(|w| w.name.text == name)
        };
        for word in statement {
            let name = &word.name.text;
            let rank = match word.place {
                Place::Tensor(rank) => rank,
                Place::Alone if !is_index(name) && !scalars.contains_key(name) => 0,
                _ => continue,
            };
            let other = words::is_reserved(name) || body.damaged.iter().any(|d| d.text == *name);
            if !other && !known(name) && out.iter().all(|(n, _)| n.text != *name) {
                out.push((word.name.clone(), rank));
            }
        }
    }
    out
}

/// What the last statement defines, if it is damaged.
fn unparsed_left(body: &Body) -> Option<(Name, usize)> {
    let first = body.words.last()?.first()?;
    let rank = match first.place {
        Place::Tensor(rank) => rank,
        _ => 0,
    };
    let damaged = body.damaged.iter().any(|d| d.text == first.name.text);
    damaged.then(|| (first.name.clone(), rank))
}

fn axes(dims: &mut Names, tensor: &Name, rank: usize) -> Vec<Expr> {
    (0..rank)
        .map(|axis| {
            let text = dims.of(&(tensor.text.clone(), axis));
            Expr {
                kind: ExprKind::Name(Name {
                    text,
                    span: tensor.span,
                }),
                span: tensor.span,
            }
        })
        .collect()
}

/// The tensors and scalars of an expression, each with its rank, in order of first use.
fn names(e: &Expr, indices: &BTreeSet<String>, scalars: &Scalars) -> Vec<(Name, usize)> {
    let mut out: Vec<(Name, usize)> = Vec::new();
    mention::in_order(e, &mut |name, rank| {
        let index = rank == 0 && indices.contains(&name.text);
        if !index
            && !scalars.contains_key(&name.text)
            && out.iter().all(|(n, _)| n.text != name.text)
        {
            out.push((name.clone(), rank));
        }
    });
    out
}

/// Axes that belong together.
#[derive(Default)]
struct Classes {
    parent: BTreeMap<Axis, Axis>,
    /// The first index that ran over an axis.
    index: BTreeMap<Axis, String>,
}

impl Classes {
    fn find(&self, axis: &Axis) -> Axis {
        match self.parent.get(axis) {
            Some(p) if p != axis => self.find(p),
            _ => axis.clone(),
        }
    }

    fn equation(&mut self, e: &Equation) {
        let mut first: BTreeMap<String, Axis> = BTreeMap::new();
        let mut plain: Vec<(Axis, String)> = Vec::new();
        let accesses = mention::accesses_of(e);
        let mut limits: BTreeSet<(String, usize, String)> = BTreeSet::new();
        for (a, branch) in &accesses {
            for (axis, s) in a.subscripts.iter().enumerate() {
                if let (SubscriptKind::Plain(position), false) = (&s.kind, branch)
                    && mention::plain_index(s).is_none()
                {
                    let names = mention::mentions(position).into_iter();
                    limits.extend(names.map(|n| (a.tensor.text.clone(), axis, n)));
                }
            }
        }
        for (a, branch) in accesses {
            for (axis, s) in a.subscripts.iter().enumerate() {
                if let (
                    SubscriptKind::Plain(Expr {
                        kind: ExprKind::Name(n),
                        ..
                    }),
                    false,
                ) = (&s.kind, branch)
                    && !limits.contains(&(a.tensor.text.clone(), axis, n.text.clone()))
                {
                    plain.push(((a.tensor.text.clone(), axis), n.text.clone()));
                }
            }
        }
        for (axis, (s, _)) in e.left.subscripts.iter().enumerate() {
            if let SubscriptKind::Plain(Expr {
                kind: ExprKind::Name(n),
                ..
            }) = &s.kind
            {
                plain.push(((e.left.tensor.text.clone(), axis), n.text.clone()));
            }
        }
        for (axis, index) in plain {
            self.index
                .entry(axis.clone())
                .or_insert_with(|| index.clone());
            match first.get(&index) {
                Some(other) => {
                    let (a, b) = (self.find(other), self.find(&axis));
                    if a != b {
                        self.parent.insert(b, a);
                    }
                }
                None => {
                    first.insert(index, axis);
                }
            }
        }
    }

    fn names(self) -> Names {
        Names {
            classes: self,
            known: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }
}

/// The dimension of each class: the name of its index, numbered where that is taken.
struct Names {
    classes: Classes,
    known: BTreeMap<Axis, String>,
    taken: BTreeSet<String>,
}

impl Names {
    fn of(&mut self, axis: &Axis) -> String {
        let root = self.classes.find(axis);
        if let Some(name) = self.known.get(&root) {
            return name.clone();
        }
        let base = self
            .classes
            .index
            .get(&root)
            .or_else(|| self.classes.index.get(axis))
            .cloned();
        let base = base.unwrap_or_else(|| "n".to_string());
        let mut name = base.clone();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}{number}");
        }
        self.known.insert(root, name.clone());
        name
    }
}
