//! The plan in words: what became a matrix product, what is stored, which loops run.

use super::naming;
use super::{
    Choice, Choose, Coalesced, Cost, Mode, Phase, Plan, Polynomial, Schedule, Step, Stmt, Window,
    Within,
};
use crate::ir::{self, DimId, Expr, ExprId, Function, IndexId, Length, Part, TensorId, UnaryOp};
use std::fmt::Write;

/// The text of `PLAN`.
pub(crate) fn describe(plan: &mut Plan) -> String {
    let indices = plan.function.indices.clone();
    let schedules = std::iter::once(&plan.forward).chain(&plan.backward);
    naming::apart(&mut plan.function, schedules);
    let text = text(plan);
    // The names are for the text alone.
    plan.function.indices = indices;
    text
}

fn text(plan: &Plan) -> String {
    let mut out = String::new();
    section(&mut out, plan, "forward", &plan.forward, Phase::Forward);
    if let Some(backward) = &plan.backward {
        section(&mut out, plan, "backward", backward, Phase::Backward);
        storage(&mut out, plan);
    }
    out
}

fn section(out: &mut String, plan: &Plan, title: &str, schedule: &Schedule, phase: Phase) {
    let f = &plan.function;
    let _ = writeln!(out, "{title}: {}", cost(f, &Cost::of(f, schedule)));
    schedule.steps.iter().for_each(|s| step(out, f, s, 1));
    for b in plan.buffers.iter().filter(|b| b.phase == phase) {
        let kept = if b.saved {
            "for the backward pass"
        } else {
            "temporary"
        };
        let _ = writeln!(out, "  memory {}: {kept}", shape(f, b.tensor));
    }
}

/// What of the forward pass the backward pass needs, one tensor on a line.
fn storage(out: &mut String, plan: &Plan) {
    if plan.storage.is_empty() {
        return;
    }
    let _ = writeln!(out, "between the two:");
    for s in &plan.storage {
        let name = &plan.function.tensor(s.tensor).name;
        let _ = writeln!(out, "  {name}: {s}");
    }
}

/// `2·n·m·k + n·k flops, 1 matrix product (n·m·k)`; where the lengths decide, the costs of each way.
fn cost(f: &Function, c: &Cost) -> String {
    let mut parts = Vec::new();
    if !c.flops.is_zero() || c.choices.is_empty() {
        parts.push(format!("{} flops", c.flops.show(f)));
    }
    if !c.products.is_empty() {
        let each: Vec<String> = c.products.iter().map(|p| p.show(f)).collect();
        let count = match each.len() {
            1 => "1 matrix product".to_string(),
            n => format!("{n} matrix products"),
        };
        parts.push(format!("{count} ({})", each.join(", ")));
    }
    for ways in &c.choices {
        let each: Vec<String> = ways.iter().map(|w| cost(f, w)).collect();
        parts.push(format!("the cheapest of ({})", each.join("; ")));
    }
    parts.join(", ")
}

fn shape(f: &Function, tensor: TensorId) -> String {
    let t = f.tensor(tensor);
    format!("{}[{}]", t.name, lengths(f, &t.axes))
}

fn lengths(f: &Function, dims: &[DimId]) -> String {
    dims.iter()
        .map(|&d| f.dim(d).name.as_str())
        .collect::<Vec<_>>()
        .join(", ")
}

fn step(out: &mut String, f: &Function, step: &Step, depth: usize) {
    let pad = "  ".repeat(depth);
    match step {
        Step::Zero { tensor, .. } => {
            let _ = writeln!(out, "{pad}{} = 0", shape(f, *tensor));
        }
        Step::Check(at) => {
            let read = f.read_by(&f.checks[*at]).into_iter();
            let names: Vec<&str> = read.map(|t| f.tensor(t).name.as_str()).collect();
            let _ = writeln!(out, "{pad}{}: checked", names.join(", "));
        }
        Step::Contract(c) => {
            let _ = writeln!(
                out,
                "{pad}{} {} {} × {}: matrix product {}{}",
                f.show_access(c.target, &c.left),
                sign(c.mode),
                f.show_access(c.a.0, &c.a.1),
                f.show_access(c.b.0, &c.b.1),
                c.loops
                    .iter()
                    .map(|&i| f.dim(f.index(i).dim).name.as_str())
                    .collect::<Vec<_>>()
                    .join("·"),
                c.band
                    .as_ref()
                    .map(|b| bounds(f, b.column, &b.window))
                    .unwrap_or_default(),
            );
        }
        Step::When {
            condition,
            then,
            otherwise,
        } => {
            let _ = writeln!(out, "{pad}when {}", ir::print::expr(f, *condition));
            then.iter().for_each(|s| self::step(out, f, s, depth + 1));
            if !otherwise.is_empty() {
                let _ = writeln!(out, "{pad}else");
                let steps = otherwise.iter();
                steps.for_each(|s| self::step(out, f, s, depth + 1));
            }
        }
        Step::Loop {
            index,
            descending,
            steps,
        } => {
            let _ = writeln!(out, "{pad}{}", looped(f, *index, *descending));
            steps.iter().for_each(|s| self::step(out, f, s, depth + 1));
        }
        Step::Block { rows, steps, .. } => {
            let dim = f.dim(*rows);
            let all = match dim.length {
                Length::Rows { whole: true, .. } => "all or ",
                _ => "",
            };
            let _ = writeln!(out, "{pad}for {all}some {} at a time", dim.name);
            steps.iter().for_each(|s| self::step(out, f, s, depth + 1));
        }
        Step::Call {
            call,
            part,
            inputs,
            outputs,
        } => {
            let names = |tensors: Vec<TensorId>| {
                let names = tensors.iter().map(|&t| f.tensor(t).name.as_str());
                names.collect::<Vec<_>>().join(", ")
            };
            let what = match part {
                Part::Value => "",
                Part::Tangent => "the tangent of ",
                Part::Pullback => "the pullback of ",
                Part::PullbackTangent => "the tangent of the pullback of ",
                Part::Jacobian => "the Jacobian of ",
            };
            let _ = writeln!(
                out,
                "{pad}{} = {what}{}({})",
                names(outputs.iter().map(|(_, t)| *t).collect()),
                f.calls[call.index()].name,
                names(inputs.iter().copied().flatten().collect())
            );
        }
        Step::Nest(body) => body.iter().for_each(|s| statement(out, f, s, None, depth)),
        Step::Share(share) => {
            for (at, &(index, _)) in share.loops.iter().enumerate() {
                let pad = "  ".repeat(depth + at);
                let _ = writeln!(out, "{pad}{}, shared", looped(f, index, false));
            }
            if let Some(&(row, _)) = share.rows.first() {
                let (row, dim) = (&f.index(row).name, &f.dim(f.index(row).dim).name);
                let _ = writeln!(out, "{pad}for parts of {row} in {dim}, shared");
            }
            let depth = depth + share.loops.len() + usize::from(!share.rows.is_empty());
            let body = share.body.iter();
            body.for_each(|s| statement(out, f, s, share.coalesced.as_ref(), depth));
        }
        Step::Choose(Choose { choices, .. }) => {
            let _ = writeln!(out, "{pad}by the lengths, the cheapest of:");
            choices.iter().for_each(|c| choice(out, f, c, depth + 1));
        }
        Step::Once { value, steps, .. } => {
            let name = &f.tensor(*value).name;
            let _ = writeln!(out, "{pad}unless {name} is there already");
            steps.iter().for_each(|s| self::step(out, f, s, depth + 1));
        }
    }
}

fn choice(out: &mut String, f: &Function, c: &Choice, depth: usize) {
    let pad = "  ".repeat(depth);
    let mut flops = Polynomial::default();
    let common = c.common.iter().flat_map(|common| &common.cost);
    for product in c.cost.iter().chain(common) {
        flops.add(&Polynomial::monomial(f, 1, product.iter().copied()));
    }
    let after = match c.after.is_some() {
        true => ", if the forward pass computed that part",
        false => "",
    };
    let _ = writeln!(out, "{pad}{} ({} flops{after})", c.describe, flops.show(f));
    c.steps.iter().for_each(|s| step(out, f, s, depth + 1));
    for &t in &c.temporaries {
        let _ = writeln!(out, "{pad}  holds {}", shape(f, t));
    }
}

/// `for t in n`
fn looped(f: &Function, index: IndexId, descending: bool) -> String {
    let i = f.index(index);
    let way = if descending { ", from the last" } else { "" };
    format!("for {} in {}{way}", i.name, f.dim(i.dim).name)
}

fn sign(mode: Mode) -> &'static str {
    match mode {
        Mode::Set | Mode::Given => "=",
        Mode::Add => "+=",
    }
}

/// `, y·x at once where contiguous`: of a row, the loops that may be one with it.
fn at_once(f: &Function, run: Option<&Coalesced>, row: IndexId) -> String {
    let all = run.into_iter().flat_map(|run| &run.loops);
    let Some(own) = all.into_iter().find(|all| all.last() == Some(&row)) else {
        return String::new();
    };
    let names: Vec<&str> = own.iter().map(|&i| f.index(i).name.as_str()).collect();
    format!(", {} at once where contiguous", names.join("·"))
}

/// ` for j < i + 1`
fn bounds(f: &Function, index: IndexId, window: &Window) -> String {
    let name = &f.index(index).name;
    let bound = |e: &ExprId| ir::print::expr(f, *e);
    let from = window
        .from
        .iter()
        .map(|e| format!("{name} >= {}", bound(e)));
    let to = window.to.iter().map(|e| format!("{name} < {}", bound(e)));
    let all: Vec<String> = from.chain(to).collect();
    format!(" for {}", all.join(" and "))
}

/// The bounds of a row, where it has some.
fn part(f: &Function, row: Option<IndexId>, within: &Option<Within>) -> String {
    match (row, within) {
        (Some(row), Some(w)) if w.otherwise.is_none() => bounds(f, row, &w.window),
        (Some(row), Some(w)) => format!("{}, and the rest", bounds(f, row, &w.window)),
        _ => String::new(),
    }
}

fn statement(out: &mut String, f: &Function, s: &Stmt, run: Option<&Coalesced>, depth: usize) {
    let pad = "  ".repeat(depth);
    match s {
        Stmt::Loop {
            index,
            descending,
            body,
        } => {
            let _ = writeln!(out, "{pad}{}", looped(f, *index, *descending));
            body.iter()
                .for_each(|s| statement(out, f, s, run, depth + 1));
        }
        Stmt::Together { body } => {
            let _ = writeln!(out, "{pad}in one walk");
            body.iter()
                .for_each(|s| statement(out, f, s, run, depth + 1));
        }
        Stmt::Coalesced { run, body } => {
            body.iter()
                .for_each(|s| statement(out, f, s, Some(run), depth));
        }
        Stmt::When {
            condition,
            then,
            otherwise,
        } => {
            let _ = writeln!(out, "{pad}when {}", ir::print::expr(f, *condition));
            then.iter()
                .for_each(|s| statement(out, f, s, run, depth + 1));
            if !otherwise.is_empty() {
                let _ = writeln!(out, "{pad}else");
                let rest = otherwise.iter();
                rest.for_each(|s| statement(out, f, s, run, depth + 1));
            }
        }
        Stmt::Store {
            target,
            left,
            mode,
            row,
            within,
            ..
        } => {
            let along = row
                .map(|i| format!(" along {}{}", f.index(i).name, at_once(f, run, i)))
                .unwrap_or_default();
            let _ = writeln!(
                out,
                "{pad}{} {} ..{along}{}",
                f.show_access(*target, left),
                sign(*mode),
                part(f, *row, within)
            );
        }
        Stmt::Accumulate {
            target,
            left,
            mode,
            op,
            row,
            over,
            ..
        } => {
            let over: Vec<&str> = over.iter().map(|&i| f.index(i).name.as_str()).collect();
            let _ = writeln!(
                out,
                "{pad}{} {} {} over {}, along {}",
                f.show_access(*target, left),
                sign(*mode),
                op.word(),
                over.join(", "),
                f.index(*row).name,
            );
        }
        Stmt::Reduce {
            target,
            left,
            mode,
            op,
            over,
            windows,
            ..
        } => {
            let mut parts: String = over
                .iter()
                .filter_map(|i| Some(bounds(f, *i, windows.get(i)?)))
                .collect();
            parts.extend(over.last().map(|&row| at_once(f, run, row)));
            let over: Vec<&str> = over.iter().map(|&i| f.index(i).name.as_str()).collect();
            let at = f.show_access(*target, left);
            let _ = writeln!(
                out,
                "{pad}{at} {} {} over {}{parts}",
                sign(*mode),
                op.word(),
                over.join(", ")
            );
        }
        Stmt::Softmax {
            target,
            left,
            along,
            log,
            within,
            ..
        } => {
            let part = part(f, along.last().copied(), within);
            let along: Vec<&str> = along.iter().map(|&i| f.index(i).name.as_str()).collect();
            let name = if *log { "log_softmax" } else { "softmax" };
            let _ = writeln!(
                out,
                "{pad}{} = {name} along {}{part}",
                f.show_access(*target, left),
                along.join(", ")
            );
        }
    }
}

impl Function {
    /// An access for people; anything else in short.
    pub(crate) fn show(&self, id: ExprId) -> String {
        match self.exprs.get(id) {
            Expr::Access {
                tensor, subscripts, ..
            } => self.show_access(*tensor, subscripts),
            Expr::Unary(UnaryOp::Neg, a) => format!("-{}", self.show(*a)),
            _ => {
                let indices: Vec<&str> = self
                    .exprs
                    .free_indices(id)
                    .into_iter()
                    .map(|i| self.index(i).name.as_str())
                    .collect();
                format!("(..)[{}]", indices.join(","))
            }
        }
    }
}
