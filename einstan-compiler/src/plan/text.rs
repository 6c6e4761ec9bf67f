//! The plan in words: what became a matrix product, what is stored, which loops run.

use super::{Choice, Mode, Phase, Plan, Schedule, Step, Stmt};
use crate::ir::{DimId, Expr, ExprId, Function, Part, TensorId, UnaryOp};
use std::fmt::Write;

/// The text of `PLAN`.
pub(crate) fn describe(plan: &Plan) -> String {
    let mut out = String::new();
    section(&mut out, plan, "forward", &plan.forward, Phase::Forward);
    if let Some(backward) = &plan.backward {
        section(&mut out, plan, "backward", backward, Phase::Backward);
    }
    out
}

fn section(out: &mut String, plan: &Plan, title: &str, schedule: &Schedule, phase: Phase) {
    let f = &plan.function;
    let _ = writeln!(out, "{title}:");
    schedule.steps.iter().for_each(|s| step(out, f, s, 1));
    for b in plan.buffers.iter().filter(|b| b.phase == phase) {
        let kept = if b.saved {
            "stored for the backward pass"
        } else {
            "temporary"
        };
        let _ = writeln!(out, "  memory {}: {kept}", shape(f, b.tensor));
    }
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
        Step::Contract(c) => {
            let _ = writeln!(
                out,
                "{pad}{} {} {} × {}: matrix product, {} multiplications",
                f.show_access(c.target, &c.left),
                sign(c.mode),
                f.show_access(c.a.0, &c.a.1),
                f.show_access(c.b.0, &c.b.1),
                c.loops
                    .iter()
                    .map(|&i| f.dim(f.index(i).dim).name.as_str())
                    .collect::<Vec<_>>()
                    .join("·"),
            );
        }
        Step::Block { rows, steps, .. } => {
            let _ = writeln!(out, "{pad}for some {} at a time", f.dim(*rows).name);
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
        Step::Nest(body) => body.iter().for_each(|s| statement(out, f, s, depth)),
        Step::Choose(choices) => {
            let _ = writeln!(out, "{pad}by the lengths, the cheapest of:");
            choices.iter().for_each(|c| choice(out, f, c, depth + 1));
        }
    }
}

fn choice(out: &mut String, f: &Function, c: &Choice, depth: usize) {
    let pad = "  ".repeat(depth);
    let cost: Vec<String> = c
        .cost
        .iter()
        .map(|p| {
            p.iter()
                .map(|&d| f.dim(d).name.as_str())
                .collect::<Vec<_>>()
                .join("·")
        })
        .collect();
    let _ = writeln!(
        out,
        "{pad}{} ({} multiplications)",
        c.describe,
        cost.join(" + ")
    );
    c.steps.iter().for_each(|s| step(out, f, s, depth + 1));
    for &t in &c.temporaries {
        let _ = writeln!(out, "{pad}  holds {}", shape(f, t));
    }
}

fn sign(mode: Mode) -> &'static str {
    match mode {
        Mode::Set | Mode::Given => "=",
        Mode::Add => "+=",
    }
}

fn statement(out: &mut String, f: &Function, s: &Stmt, depth: usize) {
    let pad = "  ".repeat(depth);
    match s {
        Stmt::Loop { index, body } => {
            let _ = writeln!(
                out,
                "{pad}for {} in {}",
                f.index(*index).name,
                f.dim(f.index(*index).dim).name
            );
            body.iter().for_each(|s| statement(out, f, s, depth + 1));
        }
        Stmt::Store {
            target,
            left,
            mode,
            row,
            ..
        } => {
            let along = row
                .map(|i| format!(" along {}", f.index(i).name))
                .unwrap_or_default();
            let _ = writeln!(
                out,
                "{pad}{} {} ..{along}",
                f.show_access(*target, left),
                sign(*mode)
            );
        }
        Stmt::Reduce {
            target,
            left,
            mode,
            op,
            over,
            ..
        } => {
            let over: Vec<&str> = over.iter().map(|&i| f.index(i).name.as_str()).collect();
            let at = f.show_access(*target, left);
            let _ = writeln!(
                out,
                "{pad}{at} {} {op:?} over {}",
                sign(*mode),
                over.join(", ")
            );
        }
        Stmt::Softmax {
            target,
            left,
            along,
            log,
            ..
        } => {
            let along: Vec<&str> = along.iter().map(|&i| f.index(i).name.as_str()).collect();
            let name = if *log { "log_softmax" } else { "softmax" };
            let _ = writeln!(
                out,
                "{pad}{} = {name} along {}",
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
