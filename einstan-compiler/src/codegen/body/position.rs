//! Positions: where an access reads or writes, of one element or along a row.

use super::expr::Emitter;
use super::tokens::{bracketed, numbered};
use crate::ir::{Expr, ExprId, IndexId, Polynomial, Subscript, TensorId, positions};
use proc_macro2::{Group, Ident, Literal, TokenStream};
use quote::{ToTokens, quote};

impl Emitter<'_, '_> {
    /// Whether an expression reads the tensor that is written, element by element along the row.
    pub(super) fn reads_target(&self, id: ExprId, target: TensorId) -> bool {
        let f = self.body.f;
        f.exprs
            .walk(id)
            .into_iter()
            .any(|e| match f.exprs.get(e).read() {
                Some((tensor, at, _)) => tensor == target && self.depends(e) && !self.is_row(at),
                None => false,
            })
    }

    /// Whether the positions of a row lie in a line.
    pub(super) fn is_row(&self, subscripts: &[Subscript]) -> bool {
        let linear = |e: ExprId| match self.row {
            Some(row) => self.body.f.exprs.is_linear_in(e, row).is_some(),
            None => true,
        };
        positions(subscripts).all(linear)
    }

    /// The position of an element: one of the row's, where it depends on that.
    pub(super) fn place(&mut self, subscripts: &[Subscript]) -> TokenStream {
        let at: Vec<TokenStream> = subscripts
            .iter()
            .map(|s| match *s {
                Subscript::Index(i) if Some(i) == self.row => quote! { (v + x) as isize },
                Subscript::Index(i) if self.is_part(i) => quote! { (v - from + x) as isize },
                Subscript::At(e) => match self.counter(e) {
                    Some(i) => quote! { #i },
                    None => {
                        let e = self.value(e);
                        quote! { #e as isize }
                    }
                },
                s => fixed(s),
            })
            .collect();
        quote! { [#(#at),*] }
    }

    /// `i3`, of an expression that is the value of an index and does not move along the row.
    fn counter(&self, e: ExprId) -> Option<Ident> {
        match *self.body.f.exprs.get(e) {
            Expr::IndexValue(i) if Some(i) != self.row && self.body.first_row(i).is_empty() => {
                Some(numbered('i', i.0))
            }
            Expr::Counter(i) => Some(numbered('i', i.0)),
            _ => None,
        }
    }

    /// The position of the first element of a block of the row, and the step along it.
    pub(super) fn position(&mut self, subscripts: &[Subscript]) -> (Group, Group) {
        if let Some(known) = self.positions.get(subscripts) {
            return known.clone();
        }
        // How far the row goes along each axis, where that is a number.
        let mut steps = vec![Some(0); subscripts.len()];
        let mut moved = Vec::new();
        let at: Vec<TokenStream> = subscripts
            .iter()
            .zip(&mut steps)
            .map(|(s, step)| match *s {
                Subscript::Index(i) if Some(i) == self.row => {
                    *step = Some(1);
                    quote! { v as isize }
                }
                Subscript::Index(i) if self.is_part(i) => {
                    *step = Some(1);
                    quote! { (v - from) as isize }
                }
                Subscript::At(e) => {
                    let (at, along) = self.along(e);
                    *step = None;
                    moved.push(along);
                    at
                }
                s => fixed(s),
            })
            .collect();
        let position = (bracketed(quote! { #(#at),* }), self.step(steps, moved));
        let new = (subscripts.to_vec(), position.clone());
        self.positions.extend([new]);
        position
    }

    /// `[1, x5 as isize]`: numbers, and where there is none the next one of `others`.
    fn step(&self, numbers: Vec<Option<isize>>, others: Vec<TokenStream>) -> Group {
        if others.is_empty() {
            return self
                .body
                .phrases
                .numbers(numbers.into_iter().flatten().collect());
        }
        let mut others = others.into_iter();
        let each = numbers.into_iter().map(|number| match number {
            Some(n) => Literal::isize_unsuffixed(n).into_token_stream(),
            None => others.next().unwrap_or_default(),
        });
        bracketed(quote! { #(#each),* })
    }

    /// `rt::along(base, step, v as i64)` and `step as isize`, of a position that is linear in the row.
    fn along(&mut self, e: ExprId) -> (TokenStream, TokenStream) {
        let linear = match self.row {
            Some(row) if self.depends(e) => self.body.f.exprs.is_linear_in(e, row).zip(self.row),
            _ => None,
        };
        let Some((linear, row)) = linear else {
            let e = self.value(e);
            return (quote! { #e as isize }, quote! { 0 });
        };
        let (base, step) = (
            self.polynomial(&linear.rest),
            self.polynomial(&linear.coefficient),
        );
        let (b, c) = (numbered('b', e.0), numbered('c', e.0));
        self.outer.push(quote! { let (#b, #c) = (#base, #step); });
        let step = match linear.coefficient.value() {
            Some(c) => {
                let c = Literal::isize_suffixed(c as isize);
                quote! { (#c) }
            }
            None => quote! { #c as isize },
        };
        let first = self.body.first_row(row);
        (quote! { rt::along(#b, #c, #first v as i64) }, step)
    }

    /// `[0, 3, x5 as isize]`: the positions where all `loops` are at their beginning.
    pub(super) fn start(&mut self, subscripts: &[Subscript], loops: &[IndexId]) -> Group {
        let (mut numbers, mut others) = (Vec::new(), Vec::new());
        for s in subscripts {
            numbers.push(match *s {
                Subscript::Index(_) => Some(0),
                Subscript::Constant(c) => Some(c as isize),
                Subscript::At(e) => {
                    others.push(self.first(e, loops));
                    None
                }
            });
        }
        self.step(numbers, others)
    }

    /// `x5 as isize`: a position where all `loops` are at their beginning.
    fn first(&mut self, e: ExprId, loops: &[IndexId]) -> TokenStream {
        let mut rest = Polynomial::of(&self.body.f.exprs, e);
        let mut first = Vec::new();
        for &i in loops {
            let Some(atom) = self.body.f.exprs.known(&Expr::IndexValue(i)) else {
                continue;
            };
            let linear = rest.by(atom);
            rest = linear.rest;
            // Of the rows of a block the first one is not 0.
            let row = self.body.first_row(i);
            if !row.is_empty() {
                let c = self.polynomial(&linear.coefficient);
                first.push(quote! { + #c * (#row 0) });
            }
        }
        let rest = self.polynomial(&rest);
        quote! { (#rest #(#first)*) as isize }
    }

    /// `[1, 0]`: how far one step of an index goes along each axis.
    pub(super) fn steps(&mut self, subscripts: &[Subscript], index: IndexId) -> Group {
        let (mut steps, mut others) = (Vec::new(), Vec::new());
        for s in subscripts {
            steps.push(match *s {
                Subscript::Index(i) => Some((i == index).into()),
                Subscript::Constant(_) => Some(0),
                Subscript::At(e) => match self.body.f.exprs.is_linear_in(e, index) {
                    Some(linear) => {
                        let c = self.polynomial(&linear.coefficient);
                        others.push(quote! { #c as isize });
                        None
                    }
                    None => unreachable!("the operands of a product are affine"),
                },
            });
        }
        self.step(steps, others)
    }

    /// The value of a polynomial.
    pub(super) fn polynomial(&mut self, p: &Polynomial) -> TokenStream {
        let mut sum = None;
        for (atoms, coefficient) in p.terms() {
            let literal = Literal::i64_suffixed(coefficient);
            let number = (coefficient != 1 || atoms.is_empty()).then(|| quote! { (#literal) });
            let atoms: Vec<TokenStream> = atoms.iter().map(|&a| self.value(a)).collect();
            let all = number.into_iter().chain(atoms);
            let product = all.reduce(|a, b| quote! { rt::integer_mul(#a, #b) });
            sum = Some(match sum {
                Some(sum) => quote! { rt::integer_add(#sum, #product) },
                None => quote! { #product },
            });
        }
        sum.unwrap_or_else(|| quote! { 0i64 })
    }
}

/// A position that no row moves.
fn fixed(s: Subscript) -> TokenStream {
    match s {
        Subscript::Index(i) => {
            let i = numbered('i', i.0);
            quote! { #i }
        }
        Subscript::Constant(c) => {
            let c = Literal::isize_unsuffixed(c as isize);
            quote! { #c }
        }
        Subscript::At(_) => unreachable!("the value of a position is computed"),
    }
}
