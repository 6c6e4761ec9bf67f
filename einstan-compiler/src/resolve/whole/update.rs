//! Calls whose results are new values of `mut` parameters: `W = f(A);` is `W' = f(A); W[i,j] = W'[i,j];`

use super::{Call, plain};
use crate::ast::{self, Access, AssignOp, Equation, Expr, ExprKind, Left, Name};
use crate::resolve::{Binding, Scope};

impl Scope<'_> {
    /// What a call computes, under the names that its results have; those of `mut` parameters get it as new values.
    pub(crate) fn call_and_update(&mut self, call: &Call<'_>) -> Option<()> {
        let fresh = |name: &Name| Name {
            text: format!("{}'", name.text),
            span: name.span,
        };
        let changes = |name: &Name| self.mutable.contains_key(&name.text);
        let own: Vec<Option<Name>> = call
            .results
            .iter()
            .map(|r| r.filter(|n| changes(n)).map(fresh))
            .collect();
        let updates: Vec<(Name, Name)> = call
            .results
            .iter()
            .zip(&own)
            .filter_map(|(r, own)| Some(((*r)?.clone(), own.clone()?)))
            .collect();
        for (name, own) in &updates {
            if let Some(&Binding::Tensor { id, .. }) = self.tensors.get(&name.text) {
                let rank = self.f.tensor(id).axes.len();
                self.ranks.insert(own.text.clone(), rank);
            }
        }
        let results = call.results.iter().zip(&own);
        self.call(&Call {
            results: results.map(|(r, own)| own.as_ref().or(*r)).collect(),
            function: call.function,
            arguments: call.arguments,
            text: call.text.clone(),
        })?;
        for (name, own) in &updates {
            let update = self.update(name, own);
            self.indexed(&update);
            self.tensors.remove(&own.text);
        }
        Some(())
    }

    /// `W[i,j] = W'[i,j]`
    fn update(&self, name: &Name, own: &Name) -> Equation {
        let rank = match self.tensors.get(&own.text) {
            Some(&Binding::Tensor { id, .. }) => self.f.tensor(id).axes.len(),
            _ => 0,
        };
        let indices = self.free_names(rank);
        let subscripts = |at: &Name| indices.iter().map(|i| plain(i, at)).collect::<Vec<_>>();
        let access = Access {
            tensor: own.clone(),
            subscripts: subscripts(own),
            span: own.span,
        };
        let kind = match rank {
            0 => ExprKind::Name(own.clone()),
            _ => ExprKind::Access(access),
        };
        let mut written = Equation {
            left: Left {
                tensor: name.clone(),
                subscripts: subscripts(name).into_iter().map(|s| (s, None)).collect(),
                span: name.span,
            },
            op: AssignOp::Define,
            op_span: name.span,
            right: Expr {
                kind,
                span: own.span,
            },
            text: String::new(),
        };
        written.text = ast::print::equation(&written);
        written
    }
}
