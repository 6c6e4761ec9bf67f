//! Equations of whole tensors.

use super::{Element, Equation, Expr, ExprId, Function, Op, Subscript, TensorId};

impl Function {
    /// New indices for all axes of a tensor.
    pub fn whole(&mut self, tensor: TensorId) -> Vec<Subscript> {
        let axes = self.tensor(tensor).axes.clone().into_iter().enumerate();
        let index = |(axis, dim)| {
            let name = ["i", "j", "k", "l"][axis % 4];
            Subscript::Index(self.add_index(name, dim))
        };
        axes.map(index).collect()
    }

    /// An element of a tensor, which lies inside.
    pub fn read_at(&mut self, tensor: TensorId, subscripts: Vec<Subscript>) -> ExprId {
        let guarded = false;
        self.exprs.add(match self.tensor(tensor).element {
            Element::Float => Expr::Access {
                tensor,
                subscripts,
                guarded,
            },
            Element::Integer(_) => Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            },
        })
    }

    /// `to[..] = from[..]`
    pub fn copy(&mut self, to: TensorId, from: TensorId) -> Equation {
        let left = self.whole(to);
        let right = self.read_at(from, left.clone());
        Equation {
            tensor: to,
            left,
            op: Op::Define,
            right,
        }
    }

    /// `tensor[..] = 0`
    pub fn zero(&mut self, tensor: TensorId) -> Equation {
        let left = self.whole(tensor);
        let right = match self.tensor(tensor).element {
            Element::Float => self.exprs.real(0.0),
            Element::Integer(_) => self.exprs.add(Expr::Integer(0)),
        };
        Equation {
            tensor,
            left,
            op: Op::Define,
            right,
        }
    }
}
