//! Expressions: what is read once stands where it is read, anything else has a `let`, outside the row where it does not
//! depend on it.

use super::tokens::{infix, joined, numbered, parenthesized};
use super::{Body, sink, source};
use crate::codegen::outside;
use crate::ir::{BinaryOp, CmpOp, Expr, ExprId, IndexId, Subscript, TensorId, UnaryOp};
use proc_macro2::{Group, Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};
use std::collections::{BTreeMap, BTreeSet};

/// How deep operations stand in each other before one of them gets a name.
const DEEPEST: usize = 6;

/// Emits the value of expressions at one place of a nest.
pub(super) struct Emitter<'a, 'b> {
    pub(super) body: &'a Body<'b>,
    pub(super) row: Option<IndexId>,
    /// The tensor that is written, which is read as it was.
    pub(super) target: Option<TensorId>,
    /// Computed before the row.
    pub(super) outer: Vec<TokenStream>,
    /// Blocks that rows are gathered into, declared before the row.
    pub(super) blocks: Vec<TokenStream>,
    /// The rows of each block of the row's elements.
    pub(super) rows: Vec<TokenStream>,
    /// Computed for each element.
    pub(super) inner: Vec<TokenStream>,
    /// Of the branch at hand, what is not computed where it is not taken.
    branch: Option<Vec<TokenStream>>,
    names: BTreeMap<ExprId, TokenStream>,
    /// Positions of rows, which several tensors are often read at.
    pub(super) positions: BTreeMap<Vec<Subscript>, (Group, Group)>,
    /// How often an expression is read, of those of which this is known; any other one gets a name.
    reads: BTreeMap<ExprId, u32>,
    /// How deep operations stand in each other in what has been emitted last.
    depth: usize,
}

impl<'a, 'b> Emitter<'a, 'b> {
    pub(super) fn new(body: &'a Body<'b>, row: Option<IndexId>) -> Self {
        Emitter {
            body,
            row,
            target: None,
            outer: vec![],
            blocks: vec![],
            rows: vec![],
            inner: vec![],
            branch: None,
            names: BTreeMap::new(),
            positions: BTreeMap::new(),
            reads: BTreeMap::new(),
            depth: 0,
        }
    }

    /// The value of an expression that is read once; the `let`s that it needs are added. The user's own functions are
    /// called in the order of their `let`s, and no more often.
    pub(super) fn root(&mut self, id: ExprId) -> TokenStream {
        self.count(&[id]);
        self.counted(id)
    }

    /// The same of expressions that are computed at one place: what they have in common is computed once.
    pub(super) fn roots(&mut self, all: &[ExprId]) -> Vec<TokenStream> {
        self.count(all);
        all.iter().map(|&id| self.counted(id)).collect()
    }

    fn count(&mut self, roots: &[ExprId]) {
        let f = self.body.f;
        let all: BTreeSet<ExprId> = roots.iter().flat_map(|&id| f.exprs.walk(id)).collect();
        let mut read = |e: ExprId| *self.reads.entry(e).or_default() += 1;
        all.into_iter()
            .for_each(|e| f.exprs.get(e).each_child(&mut read));
        roots.iter().for_each(|&id| read(id));
    }

    fn counted(&mut self, id: ExprId) -> TokenStream {
        let once = self.reads.get(&id) == Some(&1) && !self.names.contains_key(&id);
        let outside = self.row.is_some() && !self.depends(id);
        match once && !outside && self.body.f.foreign.is_empty() {
            true => self.emit(id),
            false => self.value(id),
        }
    }

    /// The value of an expression that `of` reads: in place, if nothing else reads it and it is computed as often.
    ///
    /// ```text
    /// r3[x] * (r4[x] + x5).e_tanh(fused)
    /// ```
    fn operand(&mut self, id: ExprId, of: ExprId) -> TokenStream {
        let once = self.reads.get(&id) == Some(&1) && !self.names.contains_key(&id);
        if !once || self.depends(id) != self.depends(of) {
            return self.value(id);
        }
        let Some(is_atom) = in_place(self.body.f.exprs.get(id)) else {
            return self.value(id);
        };
        let before = std::mem::take(&mut self.depth);
        let value = self.emit(id);
        if self.depth >= DEEPEST {
            self.depth = before;
            return self.named(id, value);
        }
        self.depth = before.max(self.depth + 1);
        match is_atom {
            true => value,
            false => parenthesized(value),
        }
    }

    /// The name of an expression's value, or a literal; the `let`s that it needs are added.
    pub(super) fn value(&mut self, id: ExprId) -> TokenStream {
        if let Some(name) = self.names.get(&id) {
            return name.clone();
        }
        let before = std::mem::take(&mut self.depth);
        let value = self.emit(id);
        self.depth = before;
        self.named(id, value)
    }

    /// A name for a value.
    fn named(&mut self, id: ExprId, value: TokenStream) -> TokenStream {
        let name = match self.body.f.exprs.get(id) {
            Expr::Integer(_) => value,
            _ => {
                let name = numbered('x', id.0);
                let (by_element, outside) = (self.depends(id), self.calls_outside(id));
                let list = match &mut self.branch {
                    Some(branch) if outside => branch,
                    _ if by_element => &mut self.inner,
                    _ => &mut self.outer,
                };
                list.push(joined([quote! { let #name = }, value, quote! { ; }]));
                quote! { #name }
            }
        };
        self.names.insert(id, name.clone());
        name
    }

    /// Whether the user's own code is called, which may do more than compute a number.
    fn calls_outside(&self, id: ExprId) -> bool {
        let f = self.body.f;
        let foreign = |e: ExprId| matches!(f.exprs.get(e), Expr::Foreign { .. });
        !f.foreign.is_empty() && f.exprs.walk(id).into_iter().any(foreign)
    }

    /// The value of a branch. All is computed in both, but for the calls of the user's functions:
    ///
    /// ```text
    /// { let x7 = <__Here as __Outside>::e0(x3); let x8 = x7 * x2; x8 }
    /// ```
    fn branch(&mut self, id: ExprId) -> TokenStream {
        if !self.calls_outside(id) {
            return self.value(id);
        }
        let known: Vec<ExprId> = self.names.keys().copied().collect();
        let outer = self.branch.replace(vec![]);
        let value = self.value(id);
        let lets = std::mem::replace(&mut self.branch, outer).unwrap_or_default();
        let new = self.names.keys().copied();
        let own: Vec<ExprId> = new
            .filter(|e| known.binary_search(e).is_err() && self.calls_outside(*e))
            .collect();
        for e in own {
            self.names.remove(&e);
        }
        quote! { { #(#lets)* #value } }
    }

    pub(super) fn depends(&self, id: ExprId) -> bool {
        let free = self.body.f.exprs.free(id);
        let along = |i: IndexId| self.row == Some(i) || self.is_part(i);
        free.iter().any(|&i| along(i))
    }

    /// Whether an index counts the row from the first element of a part, `from`.
    pub(super) fn is_part(&self, index: IndexId) -> bool {
        let own = |row: IndexId| self.body.parts.borrow().get(&row).copied();
        self.row.and_then(own) == Some(index)
    }

    fn emit(&mut self, id: ExprId) -> TokenStream {
        match self.body.f.exprs.get(id).clone() {
            Expr::Real(r) => self.body.real(r.value()),
            Expr::Access {
                tensor,
                subscripts,
                guarded,
            } => self.access(id, tensor, &subscripts, guarded, false),
            Expr::IntegerAccess {
                tensor,
                subscripts,
                guarded,
            } => self.access(id, tensor, &subscripts, guarded, true),
            Expr::Unary(op, a) => {
                let a = self.operand(a, id);
                unary(op, a)
            }
            Expr::Binary(op, a, b) => {
                let (a, b) = (self.operand(a, id), self.operand(b, id));
                binary(op, a, b)
            }
            Expr::PowI(a, n) => {
                let (a, n) = (self.operand(a, id), Literal::i32_suffixed(n));
                joined([a, quote! { .e_powi(#n) }])
            }
            Expr::Select {
                condition,
                then,
                otherwise,
            } => {
                // The branches have names: computed in any case, so that a loop has no jumps.
                let c = self.operand(condition, id);
                let (a, b) = (self.branch(then), self.branch(otherwise));
                quote! { if #c { #a } else { #b } }
            }
            Expr::Indicator(c) => {
                let (c, one, zero) = (
                    self.operand(c, id),
                    self.body.real(1.0),
                    self.body.real(0.0),
                );
                quote! { if #c { #one } else { #zero } }
            }
            Expr::Number(a) => {
                let a = self.operand(a, id);
                quote! { <T as Elementary>::from_i64(#a) }
            }
            Expr::Integer(n) => {
                let literal = Literal::i64_suffixed(n);
                if n < 0 {
                    quote! { (#literal) }
                } else {
                    quote! { #literal }
                }
            }
            Expr::IndexValue(i) => self.index_value(i),
            Expr::Counter(i) => {
                let i = numbered('i', i.0);
                quote! { (#i as i64) }
            }
            Expr::Len(d) => {
                let len = self.body.len(d);
                quote! { #len as i64 }
            }
            Expr::IntegerNeg(a) => self.integer(id, "integer_neg", &[a]),
            Expr::IntegerAdd(a, b) => self.integer(id, "integer_add", &[a, b]),
            Expr::IntegerMul(a, b) => self.integer(id, "integer_mul", &[a, b]),
            Expr::IntegerRem(a, b) => self.integer(id, "integer_rem", &[a, b]),
            Expr::IntegerDiv(a, b) => self.integer(id, "integer_div", &[a, b]),
            Expr::IntegerMax(a, b) => self.integer(id, "integer_max", &[a, b]),
            Expr::IntegerMin(a, b) => self.integer(id, "integer_min", &[a, b]),
            Expr::Compare(op, a, b) | Expr::IntegerCompare(op, a, b) => {
                let (a, b) = (self.operand(a, id), self.operand(b, id));
                let op = comparison(op);
                quote! { #a #op #b }
            }
            Expr::Truth(truth) => quote! { #truth },
            Expr::And(a, b) => {
                let lazy = self.calls_outside(b);
                let (a, b) = (self.operand(a, id), self.branch(b));
                if lazy {
                    quote! { #a && #b }
                } else {
                    quote! { #a & #b }
                }
            }
            Expr::Or(a, b) => {
                let lazy = self.calls_outside(b);
                let (a, b) = (self.operand(a, id), self.branch(b));
                if lazy {
                    quote! { #a || #b }
                } else {
                    quote! { #a | #b }
                }
            }
            Expr::Not(a) => {
                let a = self.value(a);
                quote! { !#a }
            }
            Expr::Foreign {
                function,
                arguments,
            } => {
                let name = outside::foreign(function);
                let arguments: Vec<TokenStream> =
                    arguments.iter().map(|&a| self.value(a)).collect();
                quote! { <__Here as __Outside>::#name(#(#arguments),*) }
            }
            Expr::Given(g) => {
                let given = outside::given(g);
                quote! { <T as Elementary>::from_f64(lens.#given) }
            }
            Expr::Argument(_) => unreachable!("parameters of rules stand in no equation"),
            Expr::Reduce { .. }
            | Expr::ArgReduce { .. }
            | Expr::Softmax { .. }
            | Expr::Jacobian { .. }
            | Expr::Returned { .. } => {
                unreachable!("the expressions of a nest are maps")
            }
        }
    }

    fn integer(&mut self, of: ExprId, name: &str, arguments: &[ExprId]) -> TokenStream {
        let name = Ident::new(name, proc_macro2::Span::call_site());
        let arguments = arguments.iter().map(|&a| self.operand(a, of));
        let arguments: Vec<TokenStream> = arguments.collect();
        quote! { rt::#name(#(#arguments),*) }
    }

    fn index_value(&self, index: IndexId) -> TokenStream {
        let first = self.body.first_row(index);
        if self.row == Some(index) {
            quote! { (#first v as i64 + x as i64) }
        } else {
            let i = numbered('i', index.0);
            quote! { (#first #i as i64) }
        }
    }

    /// An element: of a row that is read as a whole, or by itself where it does not depend on the row.
    fn access(
        &mut self,
        id: ExprId,
        tensor: TensorId,
        subscripts: &[Subscript],
        guarded: bool,
        integer: bool,
    ) -> TokenStream {
        let own = self.target == Some(tensor);
        let s = match own {
            true => {
                let w = sink(tensor);
                quote! { #w.source() }
            }
            false => source(tensor).into_token_stream(),
        };
        // In a branch a position may lie outside.
        let name =
            |plain: &str, within: &str| format_ident!("{}", if guarded { within } else { plain });
        if !self.depends(id) || !self.is_row(subscripts) {
            let (at, at_name) = (self.place(subscripts), name("at", "at_within"));
            let read = quote! { #s.#at_name(#at) };
            return if integer {
                quote! { rt::Element::to_i64(#read) }
            } else {
                read
            };
        }
        let (at, step) = self.position(subscripts);
        let (row, block) = (numbered('r', id.0), numbered('k', id.0));
        self.blocks.push(quote! { let mut #block = Block::new(); });
        let row_name = if integer {
            name("row_int", "row_int_within")
        } else if own {
            name("row_copied", "row_copied_within")
        } else {
            name("row", "row_within")
        };
        // Cut to n, so that positions in it are not checked one by one.
        let (cut, x) = (&self.body.phrases.cut, &self.body.phrases.at);
        self.rows
            .push(quote! { let #row = &#s.#row_name(#at, #step, n, &mut #block) #cut; });
        quote! { #row #x }
    }
}

/// Whether what an expression becomes can be an operand as it is or in parentheses; None if it needs a name.
fn in_place(e: &Expr) -> Option<bool> {
    match e {
        Expr::Access { .. } | Expr::PowI(..) | Expr::Number(_) => Some(true),
        Expr::Unary(op, _) => Some(*op != UnaryOp::Neg),
        Expr::Binary(op, ..) => Some(!matches!(
            op,
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div
        )),
        Expr::Real(_) | Expr::Integer(_) | Expr::IndexValue(_) | Expr::Counter(_) => Some(true),
        Expr::IntegerNeg(_)
        | Expr::IntegerAdd(..)
        | Expr::IntegerMul(..)
        | Expr::IntegerRem(..)
        | Expr::IntegerDiv(..)
        | Expr::IntegerMax(..)
        | Expr::IntegerMin(..) => Some(true),
        Expr::Compare(..) | Expr::IntegerCompare(..) | Expr::Len(_) => Some(false),
        _ => None,
    }
}

/// `-a`, or the runtime's function of the word: `a.e_exp(fused)`
fn unary(op: UnaryOp, a: TokenStream) -> TokenStream {
    if op == UnaryOp::Neg {
        return quote! { -#a };
    }
    let name = format_ident!("e_{}", op.word());
    joined([a, quote! { .#name(fused) }])
}

fn binary(op: BinaryOp, a: TokenStream, b: TokenStream) -> TokenStream {
    match op {
        BinaryOp::Add => infix(a, '+', b),
        BinaryOp::Sub => infix(a, '-', b),
        BinaryOp::Mul => infix(a, '*', b),
        BinaryOp::Div => infix(a, '/', b),
        BinaryOp::Max => joined([a, quote! { .e_max(#b) }]),
        BinaryOp::Min => joined([a, quote! { .e_min(#b) }]),
        BinaryOp::Pow | BinaryOp::Atan2 => {
            let name = format_ident!("e_{}", op.word());
            joined([a, quote! { .#name(#b, fused) }])
        }
    }
}

fn comparison(op: CmpOp) -> TokenStream {
    match op {
        CmpOp::Less => quote! { < },
        CmpOp::LessEqual => quote! { <= },
        CmpOp::Greater => quote! { > },
        CmpOp::GreaterEqual => quote! { >= },
        CmpOp::Equal => quote! { == },
        CmpOp::NotEqual => quote! { != },
    }
}
