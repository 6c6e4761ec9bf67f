//! Parts of products that several choices may need: who needs one first computes it, and what is left of the backward pass
//! when the forward pass has computed one is a way of its own.
//!
//! ```text
//! ∂B[j,k] = A[i,j]*∂Y[i,l]*C[k,l]       P[j,l] = A[i,j] × ∂Y[i,l] is a part of both, in the orders that begin so
//! ∂C[k,l] = A[i,j]*∂Y[i,l]*B[j,k]
//! ```
//!
//! Which way is taken depends on the lengths alone, so what was computed before is known wherever the lengths are.

use super::Step;
use super::factors::Factor;
use super::schedule::{Choose, Common, Way};
use super::scheduler::Scheduler;
use crate::ir::{DimId, Expr, Function, IndexId, Role, Subscript, TensorId};
use std::collections::{BTreeMap, BTreeSet};

/// A tensor as it lies in memory, by its indices.
type Plain = (TensorId, Vec<IndexId>);

/// A part that some ways of choices compute: two tensors multiplied, and summed over what it does not keep.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    factors: [Plain; 2],
    value: Plain,
    /// Multiplications and additions.
    cost: Vec<Vec<DimId>>,
    steps: Vec<Step>,
    /// Memory that the steps need.
    temporaries: Vec<TensorId>,
    ways: Vec<Way>,
    /// Whether the backward pass may read it, of the forward pass.
    read: bool,
    /// Of which pass it is, and whether its factors are still what they were.
    backward: bool,
    open: bool,
}

/// A part, for a way that needs it.
pub(crate) struct Found {
    pub value: Factor,
    pub common: Common,
    pub step: Step,
    pub temporaries: Vec<TensorId>,
}

/// What the scheduler knows of parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// How many choices there are already.
    pub choices: usize,
    all: Vec<Part>,
    backward: bool,
    /// Around how many steps that may not be carried out, or more than once.
    inside: usize,
}

impl Parts {
    /// The backward pass begins.
    pub fn turn(&mut self) {
        self.backward = true;
    }

    /// A tensor is written: what was computed of it is no longer that.
    pub fn forget(&mut self, f: &Function, tensor: TensorId) {
        for part in &mut self.all {
            part.open &= part.factors.iter().all(|x| f.base(x.0) != tensor);
        }
    }

    /// The part that is the product of two factors and of which that holds, and by which indices it is read.
    fn find(
        &self,
        f: &Function,
        that: impl Fn(&Part) -> bool,
        factors: &[Plain; 2],
        kept: &BTreeSet<IndexId>,
    ) -> Option<(usize, Vec<IndexId>)> {
        let parts = self.all.iter().enumerate();
        let mut parts = parts.filter(|(_, p)| p.open && that(p));
        parts.find_map(|(at, p)| {
            let indices = read_as(f, p, factors, kept)?;
            Some((at, indices))
        })
    }
}

impl Scheduler<'_> {
    /// Steps that are not carried out once for sure: no part of them is one elsewhere.
    pub(super) fn inside<R>(&mut self, steps: impl FnOnce(&mut Self) -> R) -> R {
        self.parts.inside += 1;
        let out = steps(self);
        self.parts.inside -= 1;
        out
    }

    /// The product of two factors with these indices, if a way of an earlier choice computes it, for one more way.
    pub(crate) fn common(
        &mut self,
        way: Way,
        factors: [&Factor; 2],
        kept: &BTreeSet<IndexId>,
    ) -> Option<Found> {
        let wanted = self.plain(factors)?;
        let backward = self.parts.backward;
        let other =
            |p: &Part| p.backward == backward && p.ways.iter().all(|w| w.choice != way.choice);
        let (at, indices) = self.parts.find(self.f, other, &wanted, kept)?;
        let part = &mut self.parts.all[at];
        part.ways.push(way);
        let part = part.clone();
        Some(Found {
            value: self.read(part.value.0, &indices),
            common: Common {
                part: at,
                first: false,
                cost: part.cost,
                times: 1,
            },
            step: Step::Once {
                way,
                value: part.value.0,
                steps: part.steps,
            },
            temporaries: part.temporaries,
        })
    }

    /// The same, if the forward pass may have computed it: the number of the part, and its value.
    pub(crate) fn computed(
        &mut self,
        factors: [&Factor; 2],
        kept: &BTreeSet<IndexId>,
    ) -> Option<(usize, Factor)> {
        if !self.parts.backward {
            return None;
        }
        let wanted = self.plain(factors)?;
        let (at, indices) = self.parts.find(self.f, |p| !p.backward, &wanted, kept)?;
        let part = &mut self.parts.all[at];
        part.read = true;
        let tensor = part.value.0;
        Some((at, self.read(tensor, &indices)))
    }

    /// Remembers the product of two factors that a way computes by these steps.
    pub(crate) fn remember(
        &mut self,
        way: Way,
        factors: [&Factor; 2],
        value: &Factor,
        cost: Vec<Vec<DimId>>,
        steps: &[Step],
        temporaries: Vec<TensorId>,
    ) -> Option<Common> {
        let factors = self.plain(factors)?;
        let value = plain(self.f, value)?;
        let part = self.parts.all.len();
        self.parts.all.push(Part {
            factors,
            value,
            cost: cost.clone(),
            steps: steps.to_vec(),
            temporaries,
            ways: vec![way],
            read: false,
            backward: self.parts.backward,
            open: true,
        });
        Some(Common {
            part,
            first: true,
            cost,
            times: 1,
        })
    }

    /// The factors, if each is a tensor of which a product with another may be a part elsewhere.
    fn plain(&self, [a, b]: [&Factor; 2]) -> Option<[Plain; 2]> {
        let plain = |x: &Factor| {
            let (tensor, indices) = plain(self.f, x)?;
            // Of what the caller may see or what is a part of another tensor, too little is known of who writes it.
            let slice = matches!(self.f.tensor(tensor).role, Role::Slice { .. });
            let written = slice || self.f.updates.contains_key(&tensor);
            (!written).then_some((tensor, indices))
        };
        match self.parts.inside {
            0 => Some([plain(a)?, plain(b)?]),
            _ => None,
        }
    }

    fn read(&mut self, tensor: TensorId, indices: &[IndexId]) -> Factor {
        let subscripts = indices.iter().map(|&i| Subscript::Index(i)).collect();
        let expr = self.f.exprs.add(Expr::Access {
            tensor,
            subscripts,
            guarded: false,
        });
        Factor {
            expr,
            indices: indices.iter().copied().collect(),
        }
    }

    /// Choices, now that all are known: a part that no other one needs is a step like others, and the cost of one that
    /// several may need is divided between them.
    pub(super) fn settle(&self, steps: &mut [Step]) {
        for step in steps {
            let Step::Choose(Choose { number, choices }) = step else {
                continue;
            };
            for choice in choices {
                let Some(common) = &mut choice.common else {
                    continue;
                };
                let part = &self.parts.all[common.part];
                common.times = part.ways.iter().filter(|w| w.choice >= *number).count();
                if part.ways.len() < 2 && !part.read {
                    choice.cost.append(&mut common.cost);
                    choice.cost.sort();
                    choice.common = None;
                }
            }
        }
    }
}

fn plain(f: &Function, factor: &Factor) -> Option<Plain> {
    let Expr::Access {
        tensor,
        subscripts,
        guarded: false,
    } = f.exprs.get(factor.expr)
    else {
        return None;
    };
    let index = |s: &Subscript| match *s {
        Subscript::Index(i) => Some(i),
        _ => None,
    };
    let indices: Option<Vec<IndexId>> = subscripts.iter().map(index).collect();
    Some((*tensor, indices?))
}

/// By which indices the value of a part is read as the product of the wanted factors that keeps `kept`, if it is that.
fn read_as(
    f: &Function,
    part: &Part,
    wanted: &[Plain; 2],
    kept: &BTreeSet<IndexId>,
) -> Option<Vec<IndexId>> {
    let [a, b] = &part.factors;
    let matched = matched(f, [a, b], wanted).or_else(|| matched(f, [b, a], wanted))?;
    let read: Vec<IndexId> = part.value.1.iter().map(|i| matched[i]).collect();
    let same = read.len() == kept.len() && read.iter().all(|i| kept.contains(i));
    same.then_some(read)
}

/// The wanted index for each index of the factors, if they differ in their indices' names alone.
fn matched(
    f: &Function,
    factors: [&Plain; 2],
    wanted: &[Plain; 2],
) -> Option<BTreeMap<IndexId, IndexId>> {
    let (mut to, mut from) = (BTreeMap::new(), BTreeMap::new());
    for (have, want) in factors.into_iter().zip(wanted) {
        if have.0 != want.0 {
            return None;
        }
        for (&i, &j) in have.1.iter().zip(&want.1) {
            let same = f.index(i).dim == f.index(j).dim;
            if !same || *to.entry(i).or_insert(j) != j || *from.entry(j).or_insert(i) != i {
                return None;
            }
        }
    }
    Some(to)
}
