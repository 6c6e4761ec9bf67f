//! The lengths of axes: named, fixed, and those that follow from others.

use super::{CallId, DimId, Expr, ExprId, Function, Polynomial};

/// The length of an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dim {
    /// As written: `n`, or the number.
    pub name: String,
    pub length: Length,
    /// It is an axis type, and no other one.
    pub axis: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Found on the axes of the parameters that name it.
    Named,
    /// A `dim` parameter.
    Given,
    Fixed(u64),
    /// An integer expression of other lengths, with its sums and products in one form.
    Computed(ExprId),
    /// What an axis type says of a length: the one that it fixes, which rustc knows, or else that length.
    Typed {
        of: DimId,
    },
    /// Of what a call returns: one axis of a result, or where nothing says how many it has all its elements.
    Returned {
        call: CallId,
        result: usize,
        axis: Option<usize>,
    },
    /// Some rows of an axis of this length at a time: made by `plan`.
    Rows {
        of: DimId,
        /// All of them, where that is no larger than an argument or a result.
        whole: bool,
    },
}

/// How two dimensions along which one index runs meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meeting {
    Same,
    /// Different names, or different numbers.
    Never,
    /// The lengths are compared when the function is entered.
    AtEntry,
}

impl Function {
    pub fn add_dim(&mut self, name: impl Into<String>, length: Length) -> DimId {
        self.dims.push(Dim {
            name: name.into(),
            length,
            axis: false,
        });
        DimId(self.dims.len() as u32 - 1)
    }

    /// How two dimensions meet: a name and a number, and what a call returns and anything else, may agree. An axis type of
    /// a fixed length is a name and a number.
    pub fn meeting(&self, a: DimId, b: DimId) -> Meeting {
        let returned = |d: DimId| matches!(self.dim(d).length, Length::Returned { .. });
        let fixed = |d: DimId| matches!(self.dim(d).length, Length::Fixed(_));
        let computed = |d: DimId| matches!(self.dim(d).length, Length::Computed(_));
        let named = |d: DimId| {
            self.dim(d).axis || matches!(self.dim(d).length, Length::Named | Length::Given)
        };
        if a == b {
            Meeting::Same
        } else if named(a) && named(b) {
            Meeting::Never
        } else if let (Length::Fixed(n), Length::Fixed(m)) =
            (&self.dim(a).length, &self.dim(b).length)
            && n == m
        {
            Meeting::Same
        } else if computed(a) || computed(b) {
            let difference = self
                .length_as_polynomial(a)
                .minus(&self.length_as_polynomial(b));
            match difference.and_then(|d| d.value()) {
                Some(0) => Meeting::Same,
                Some(_) => Meeting::Never,
                None => Meeting::AtEntry,
            }
        } else if returned(a) || returned(b) || fixed(a) != fixed(b) {
            Meeting::AtEntry
        } else {
            Meeting::Never
        }
    }

    /// The length of a dimension; one of which no expression speaks is an atom that no other one is.
    pub fn length_as_polynomial(&self, dim: DimId) -> Polynomial {
        match self.dim(dim).length {
            Length::Fixed(n) => i64::try_from(n)
                .map(Polynomial::constant)
                .unwrap_or_default(),
            Length::Computed(e) => Polynomial::of(&self.exprs, e),
            _ => match self.exprs.known(&Expr::Len(dim)) {
                Some(atom) => Polynomial::atom(atom),
                None => Polynomial::atom(ExprId(u32::MAX - dim.0)),
            },
        }
    }

    /// The dimension with a length that is an integer expression of others.
    pub fn computed(&mut self, length: ExprId) -> DimId {
        let length = self.exprs.collected_integer(length);
        match *self.exprs.get(length) {
            Expr::Integer(n) if n >= 0 => return self.fixed(n as u64),
            Expr::Len(dim) => return dim,
            _ => {}
        }
        let known = self
            .dims
            .iter()
            .position(|d| d.length == Length::Computed(length));
        match known {
            Some(at) => DimId(at as u32),
            None => {
                let name = super::print::length(self, length);
                self.add_dim(name, Length::Computed(length))
            }
        }
    }

    /// What an axis type says of a length.
    pub fn typed_length(&mut self, axis: &str, of: DimId) -> DimId {
        let dim = self.add_dim(axis, Length::Typed { of });
        self.dims[dim.index()].axis = true;
        dim
    }

    /// The dimension of a fixed length.
    pub fn fixed(&mut self, n: u64) -> DimId {
        let is = |d: &Dim| !d.axis && d.length == Length::Fixed(n);
        let known = self.dims.iter().position(is);
        match known {
            Some(at) => DimId(at as u32),
            None => self.add_dim(n.to_string(), Length::Fixed(n)),
        }
    }

    /// The length of a dimension as an integer: a number where it is fixed.
    pub fn length_of(&self, dim: DimId) -> Expr {
        match self.dim(dim).length {
            Length::Fixed(n) => Expr::Integer(n as i64),
            Length::Computed(e) => self.exprs.get(e).clone(),
            _ => Expr::Len(dim),
        }
    }

    /// A length in terms of those that have a name.
    pub fn polynomial_of(&mut self, dim: DimId) -> Polynomial {
        let length = self.length_of(dim);
        let length = self.exprs.add(length);
        Polynomial::of(&self.exprs, length)
    }
}
