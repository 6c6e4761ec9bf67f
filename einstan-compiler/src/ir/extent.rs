//! How large an expression is. All passes may go down an expression by recursion, since none is deeper than `resolve` lets it
//! become.

use super::{BinaryOp, Expr, UnaryOp};

/// How large an expression is when it is written out, sums and products without parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// How many nodes its tree has, where each stands as often as it is used.
    pub size: usize,
    /// What its operands are joined by.
    pub chain: Chain,
    /// The addends of a sum, the factors of a product.
    pub operands: usize,
    /// The height of the highest operand.
    base: usize,
}

/// What is written one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chain {
    Sum,
    Product,
    None,
}

impl Extent {
    /// The extent of a node that has these expressions inside.
    pub(super) fn of(expr: &Expr, inside: impl Iterator<Item = Extent> + Clone) -> Extent {
        let sizes = inside.clone().map(|e| e.size);
        let size = sizes.fold(1, usize::saturating_add);
        let chain = match expr {
            Expr::Binary(BinaryOp::Add | BinaryOp::Sub, ..) | Expr::IntegerAdd(..) => Chain::Sum,
            Expr::Binary(BinaryOp::Mul | BinaryOp::Div, ..) | Expr::IntegerMul(..) => {
                Chain::Product
            }
            // A sign goes into the sum, or the product, behind it.
            Expr::Unary(UnaryOp::Neg, _) | Expr::IntegerNeg(_) => {
                inside.clone().next().map_or(Chain::None, |e| e.chain)
            }
            _ => Chain::None,
        };
        let (mut operands, mut base) = (0usize, 0);
        for e in inside {
            if chain != Chain::None && e.chain == chain {
                operands = operands.saturating_add(e.operands);
                base = base.max(e.base);
            } else {
                operands = operands.saturating_add(1);
                base = base.max(e.height());
            }
        }
        Extent {
            size,
            chain,
            operands,
            base,
        }
    }

    /// How many nodes stand inside each other at most, however the operands are put together.
    pub fn height(&self) -> usize {
        match self.chain {
            Chain::None => self.base.saturating_add(1),
            Chain::Sum | Chain::Product => self.base.saturating_add(self.operands),
        }
    }
}
