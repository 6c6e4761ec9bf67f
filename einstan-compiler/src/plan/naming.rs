//! Indices of a step under names of their own, for the text: several indices may have the name that the user gave one.

use super::{Choose, Schedule, Share, Step, Stmt};
use crate::ir::{Function, IndexId, Subscript, indices};
use std::collections::BTreeSet;

/// Calls indices that stand in one step differently.
pub(crate) fn apart<'a>(f: &mut Function, schedules: impl Iterator<Item = &'a Schedule>) {
    let mut named: BTreeSet<IndexId> = BTreeSet::new();
    for step in schedules.flat_map(|s| &s.steps) {
        let mut all = Vec::new();
        of_step(step, &mut all);
        let mut taken: Vec<String> = Vec::new();
        for i in all {
            let mut name = f.index(i).name.clone();
            let letters = ('i'..='z')
                .chain('a'..'i')
                .filter(|c| !matches!(c, 'd' | 'l' | 'o'));
            let mut others = letters.map(String::from).filter(|l| !taken.contains(l));
            if named.insert(i) && taken.contains(&name) {
                name = others.next().unwrap_or(name);
                f.indices[i.index()].name = name.clone();
            }
            taken.push(name);
        }
        own_names(f, step);
    }
}

/// An index of a part is called like the one that it counts.
fn own_names(f: &mut Function, step: &Step) {
    let mut each = |steps: &[Step]| steps.iter().for_each(|s| own_names(f, s));
    match step {
        Step::Loop { steps, .. } | Step::Block { steps, .. } | Step::Once { steps, .. } => {
            each(steps)
        }
        Step::When {
            then, otherwise, ..
        } => {
            each(then);
            each(otherwise);
        }
        Step::Choose(Choose { choices, .. }) => choices.iter().for_each(|c| each(&c.steps)),
        Step::Share(Share { loops, rows, .. }) => {
            for (index, own) in loops.iter().chain(rows) {
                f.indices[own.index()].name = f.index(*index).name.clone();
            }
        }
        Step::Zero { .. }
        | Step::Call { .. }
        | Step::Contract(_)
        | Step::Check(_)
        | Step::Nest(_) => {}
    }
}

/// Adds the indices of a step, each once, in the order in which they are met.
fn of_step(step: &Step, out: &mut Vec<IndexId>) {
    match step {
        Step::Zero { .. } | Step::Call { .. } => {}
        Step::Contract(c) => {
            [&c.left, &c.a.1, &c.b.1]
                .into_iter()
                .for_each(|s| add(s, out));
            c.loops.iter().for_each(|&i| once(i, out));
        }
        Step::Check(_) => {}
        Step::Nest(body) => body.iter().for_each(|s| of_statement(s, out)),
        Step::Share(share) => {
            let mut inside = Vec::new();
            share.body.iter().for_each(|s| of_statement(s, &mut inside));
            let pairs = || share.loops.iter().chain(&share.rows);
            let own = |i: &IndexId| pairs().any(|(_, own)| own == i);
            let loops = share.loops.iter().map(|&(i, _)| i);
            let all = loops.chain(inside.into_iter().filter(|i| !own(i)));
            all.for_each(|i| once(i, out));
        }
        Step::Loop { index, steps, .. } => {
            once(*index, out);
            steps.iter().for_each(|s| of_step(s, out));
        }
        Step::When {
            then, otherwise, ..
        } => then.iter().chain(otherwise).for_each(|s| of_step(s, out)),
        Step::Block { steps, .. } | Step::Once { steps, .. } => {
            steps.iter().for_each(|s| of_step(s, out));
        }
        Step::Choose(Choose { choices, .. }) => {
            let steps = choices.iter().flat_map(|c| &c.steps);
            steps.for_each(|s| of_step(s, out));
        }
    }
}

fn of_statement(s: &Stmt, out: &mut Vec<IndexId>) {
    match s {
        Stmt::Loop { index, body, .. } => {
            once(*index, out);
            body.iter().for_each(|s| of_statement(s, out));
        }
        Stmt::Together { body } | Stmt::Coalesced { body, .. } => {
            body.iter().for_each(|s| of_statement(s, out))
        }
        Stmt::When {
            then, otherwise, ..
        } => then
            .iter()
            .chain(otherwise)
            .for_each(|s| of_statement(s, out)),
        Stmt::Store { left, row, .. } => {
            add(left, out);
            row.iter().for_each(|&i| once(i, out));
        }
        Stmt::Accumulate { left, over, .. } => {
            add(left, out);
            over.iter().for_each(|&i| once(i, out));
        }
        Stmt::Reduce {
            left, over: more, ..
        }
        | Stmt::Softmax {
            left, along: more, ..
        } => {
            add(left, out);
            more.iter().for_each(|&i| once(i, out));
        }
    }
}

fn add(subscripts: &[Subscript], out: &mut Vec<IndexId>) {
    indices(subscripts).into_iter().for_each(|i| once(i, out));
}

fn once(i: IndexId, out: &mut Vec<IndexId>) {
    if !out.contains(&i) {
        out.push(i);
    }
}
