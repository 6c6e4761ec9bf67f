//! How many axes the tensors of a body have, as far as their uses say: what a function of another invocation returns has
//! as many.

use crate::ast::{Equation, Expr, ExprKind, Statement};
use crate::ir::{Function, Parameter};
use crate::resolve::{Binding, Scope, mention};
use std::collections::BTreeMap;

/// Ranks by name.
#[derive(Default)]
struct Ranks {
    known: BTreeMap<String, usize>,
    /// Something new was learnt.
    changed: bool,
}

impl Ranks {
    fn learn(&mut self, name: &str, rank: usize) {
        if !self.known.contains_key(name) {
            self.known.insert(name.to_string(), rank);
            self.changed = true;
        }
    }
}

impl Scope<'_> {
    /// The ranks that the statements and the signature give, by name.
    pub(crate) fn ranks_of(&self, statements: &[Statement]) -> BTreeMap<String, usize> {
        let mut ranks = Ranks::default();
        for (name, binding) in &self.tensors {
            if let Binding::Tensor { id, .. } = binding {
                ranks.learn(name, self.f.tensor(*id).axes.len());
            }
        }
        for r in &self.results {
            ranks.learn(&r.name.text, r.axes.len());
        }
        loop {
            ranks.changed = false;
            statements
                .iter()
                .for_each(|s| self.statement_ranks(s, &mut ranks));
            if !ranks.changed {
                return ranks.known;
            }
        }
    }

    fn statement_ranks(&self, s: &Statement, ranks: &mut Ranks) {
        match s {
            Statement::Call {
                results,
                function,
                arguments,
                ..
            } => {
                let results: Vec<Option<&str>> = results
                    .iter()
                    .map(|r| r.as_ref().map(|n| n.text.as_str()))
                    .collect();
                if let Some(callee) = function.plain().and_then(|name| self.callees.get(name)) {
                    call_ranks(&callee.function, &results, arguments, ranks);
                }
            }
            Statement::Equation(e) => match &e.right.kind {
                ExprKind::Call {
                    function,
                    arguments,
                } if e.left.subscripts.is_empty() => {
                    if self.is_scalar_function(function, arguments.len()) {
                        elementwise_ranks(e, arguments, ranks);
                    } else if let Some(callee) =
                        function.plain().and_then(|name| self.callees.get(name))
                    {
                        let results = [Some(e.left.tensor.text.as_str())];
                        call_ranks(&callee.function, &results, arguments, ranks);
                    }
                }
                _ => equation_ranks(e, ranks),
            },
        }
    }
}

/// Subscripts say it, and names without any are scalars.
fn equation_ranks(e: &Equation, ranks: &mut Ranks) {
    ranks.learn(&e.left.tensor.text, e.left.subscripts.len());
    for (a, _) in mention::accesses(&e.right) {
        ranks.learn(&a.tensor.text, a.subscripts.len());
    }
    let indices = mention::index_names(e);
    for name in mention::bare_names(&e.right) {
        if !indices.contains(&name.text) {
            ranks.learn(&name.text, 0);
        }
    }
}

/// The tensors of a call of a scalar function have one rank.
fn elementwise_ranks(e: &Equation, arguments: &[Expr], ranks: &mut Ranks) {
    let mut names = vec![e.left.tensor.text.as_str()];
    names.extend(arguments.iter().filter_map(name));
    let all: Vec<Option<usize>> = names.iter().map(|n| ranks.known.get(*n).copied()).collect();
    if let Some(rank) = all.iter().copied().flatten().max()
        && (rank > 0 || all[1..].iter().all(Option::is_some))
    {
        names.iter().for_each(|n| ranks.learn(n, rank));
    }
}

/// A function that is known says it.
fn call_ranks(f: &Function, results: &[Option<&str>], arguments: &[Expr], ranks: &mut Ranks) {
    for (p, a) in f.parameters.iter().zip(arguments) {
        if let (Parameter::Tensor(t), Some(name)) = (*p, name(a)) {
            ranks.learn(name, f.tensor(t).axes.len());
        }
    }
    for (&r, name) in f.results.iter().zip(results) {
        if let Some(name) = name {
            ranks.learn(name, f.tensor(r).axes.len());
        }
    }
}

fn name(e: &Expr) -> Option<&str> {
    match &e.kind {
        ExprKind::Name(n) => Some(&n.text),
        _ => None,
    }
}
