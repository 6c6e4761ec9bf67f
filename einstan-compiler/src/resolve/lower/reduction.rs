//! Reductions, which bind their indices, and normalisations, which do not.

use super::{Lowering, Value};
use crate::ast::{self, Expr, Name};
use crate::ir::Expr as Ir;
use crate::op::ReduceOp;
use crate::rule::Rule;

impl Lowering<'_, '_, '_> {
    pub(super) fn reduction(
        &mut self,
        function: &Name,
        indices: &[ast::Annotated],
        body: &Expr,
    ) -> Option<Value> {
        let mut ids = Vec::new();
        for a in indices {
            self.ranged(&a.index.text, a.index.span, &function.text)?;
        }
        let word = function.text.as_str();
        let log = word == "log_softmax";
        if log || word == "softmax" {
            for a in indices {
                ids.push(self.index(&a.index)?);
            }
            let body = self.number(body)?;
            return Some(Value::Number(self.add(Ir::Softmax {
                along: ids,
                body,
                log,
            })));
        }
        let Some(op) = ReduceOp::of_word(word) else {
            let text = format!("`{word}` is no reduction of this notation");
            self.error(Rule::UnknownFunction, function.span, text);
            return None;
        };
        if op.is_arg() && indices.len() != 1 {
            self.error(
                Rule::Arguments,
                function.span,
                format!("`{word}` takes one index, not {}", indices.len()),
            );
            return None;
        }
        let outer = self.env.clone();
        ids.extend(indices.iter().map(|a| self.bind(&a.index.text)));
        let body = self.number(body);
        self.env = outer;
        let body = body?;
        Some(if op.is_arg() {
            Value::Integer(self.add(Ir::ArgReduce {
                op,
                index: ids[0],
                body,
            }))
        } else {
            Value::Number(self.add(Ir::Reduce {
                op,
                indices: ids,
                body,
            }))
        })
    }
}
