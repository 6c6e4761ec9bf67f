//! What of a tensor a left-hand side reaches.

use super::{DimId, Equation, Expr, ExprId, Function, IndexId, Polynomial, Subscript, TensorId};
use std::collections::BTreeSet;

impl Function {
    /// Whether every subscript of a left-hand side is an index of its axis' own dimension, or a counter over it.
    pub fn matches(&self, tensor: TensorId, left: &[Subscript]) -> bool {
        let mut axes = left.iter().zip(&self.tensor(tensor).axes);
        axes.all(|(&s, &dim)| self.covered(s, dim).is_some())
    }

    /// The indices by which a subscript goes through a whole axis: one of its length, or digits of its positions,
    /// `i*len(j) + j`. A counter goes through it in a loop around.
    fn covered(&self, s: Subscript, dim: DimId) -> Option<Vec<IndexId>> {
        match (s, self.counter(s)) {
            (Subscript::Index(i), _) => (self.index(i).dim == dim).then(|| vec![i]),
            (_, Some(i)) => (self.index(i).dim == dim).then(Vec::new),
            (Subscript::At(e), None) => self.digits(e, dim),
            (Subscript::Constant(_), None) => None,
        }
    }

    /// The indices of which every value of an axis is a number in digits, the first of which is the lowest.
    fn digits(&self, position: ExprId, dim: DimId) -> Option<Vec<IndexId>> {
        let mut rest = Polynomial::of(&self.exprs, position);
        let (mut out, mut length) = (Vec::new(), Polynomial::constant(1));
        while rest != Polynomial::default() {
            let low = rest.terms().find_map(|(atoms, c)| match *atoms {
                [only] if c == 1 => match *self.exprs.get(only) {
                    Expr::IndexValue(i) if !out.contains(&i) => Some((only, i)),
                    _ => None,
                },
                _ => None,
            });
            let (atom, i) = low?;
            let base = self.length_as_polynomial(self.index(i).dim);
            out.push(i);
            length = length.times(&base)?;
            rest = rest.minus(&Polynomial::atom(atom))?.divided_by(&base)?;
        }
        (length == self.length_as_polynomial(dim)).then_some(out)
    }

    /// The counter that a subscript is.
    fn counter(&self, s: Subscript) -> Option<IndexId> {
        match s {
            Subscript::At(e) => match *self.exprs.get(e) {
                Expr::Counter(i) => Some(i),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an equation writes every element of its tensor, in a recurrence every one at the position of the loop.
    pub fn fills(&self, e: &Equation) -> bool {
        let axes = e.left.iter().zip(&self.tensor(e.tensor).axes);
        let all: Option<Vec<Vec<IndexId>>> = axes.map(|(&s, &dim)| self.covered(s, dim)).collect();
        let mut once = BTreeSet::new();
        all.is_some_and(|all| all.into_iter().flatten().all(|i| once.insert(i)))
    }

    /// Whether an equation writes every element of its tensor: the left-hand side has distinct indices of the axes' own
    /// dimensions.
    pub fn covers(&self, e: &Equation) -> bool {
        super::are_plain(&e.left) && self.matches(e.tensor, &e.left)
    }
}
