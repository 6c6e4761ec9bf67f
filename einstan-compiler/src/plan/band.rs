//! Matrix products of which a part counts: a triangle, a band, the rows before a counter.
//!
//! ```text
//! G[i,k] = sum[j](if j <= i { A[i,j]*B[j,k] } else { 0 })     for each i: j < i + 1
//! S[j] = sum[k](if t + 1 < n { H[t+1,k]*U[j,k] } else { 0 })     when t + 1 < n: a product, else zeros
//! ```

use super::border;
use super::contraction::{self, operand};
use super::factors::{self, Product};
use super::nest::{self, Target};
use super::region::{self, Region, assumed, peeled, selected};
use super::scheduler::Scheduler;
use super::window::Window;
use super::{Band, Contraction, Mode, Step};
use crate::ir::{ExprId, Function, IndexId, Length, Polynomial, Subscript, TensorId};
use std::collections::BTreeSet;

/// The steps of `target = sum[over](body)` where the body is zero outside of a region in which it is a product.
pub(crate) fn sum(
    s: &mut Scheduler<'_>,
    target: &Target,
    over: &[IndexId],
    body: ExprId,
) -> Option<Vec<Step>> {
    let (region, inside) = peeled(s.f, body, 0.0);
    if region.is_empty() || over.is_empty() || !s.f.matches(target.tensor, &target.left) {
        return None;
    }
    let product = product(s.f, inside, &region);
    let (always, region): (Region, Region) = region
        .into_iter()
        .partition(|p| region::indices(s.f, p).is_empty());
    if always.iter().all(|p| region::is_fixed(s.f, p))
        && product.factors.len() > 1
        && let Some(condition) = region::condition(s.f, &always)
    {
        let inside = assumed(s.f, inside, &always);
        let rest = selected(s.f, &region, inside, 0.0);
        let otherwise = match target.mode {
            Mode::Add => vec![],
            _ => vec![nest::zero(s.f, target)],
        };
        return Some(vec![Step::When {
            condition,
            then: s.inside(|s| contraction::sum(s, target.clone(), over.to_vec(), rest)),
            otherwise,
        }]);
    }
    if !always.is_empty() {
        return None;
    }
    let kept = target.indices(s.f);
    match band(s.f, &kept, over, &region, &product) {
        Some(band) => Some(banded(s, target.clone(), product, region, band)),
        None => border::sum(s, target, over, body, &region, inside),
    }
}

/// What is multiplied in a region.
pub(crate) fn product(f: &mut Function, inside: ExprId, region: &Region) -> Product {
    let inside = assumed(f, inside, region);
    let mut product = factors::product(f, inside);
    product.merge(f);
    product
}

/// The band that a region leaves of a product of two factors; None where it leaves something else.
pub(crate) fn band(
    f: &mut Function,
    kept: &[IndexId],
    over: &[IndexId],
    region: &Region,
    product: &Product,
) -> Option<Band> {
    let [a, b] = &product.factors[..] else {
        return None;
    };
    let both: BTreeSet<IndexId> = a.indices.intersection(&b.indices).copied().collect();
    let any: BTreeSet<IndexId> = a.indices.union(&b.indices).copied().collect();
    let summed = over.iter().all(|i| both.contains(i));
    if over.is_empty() || !summed || !kept.iter().all(|i| any.contains(i)) {
        return None;
    }
    let fixed = region.iter().all(|p| region::is_fixed(f, p));
    let mentioned: BTreeSet<IndexId> = region.iter().flat_map(|p| region::indices(f, p)).collect();
    if !fixed || !mentioned.is_subset(&any) {
        return None;
    }
    // One row after the other: few of them are best, and one that is kept is written at once.
    let mut rows: Vec<IndexId> = mentioned.into_iter().collect();
    rows.sort_by_key(|i| {
        let few = matches!(f.dim(f.index(*i).dim).length, Length::Rows { .. });
        (!few, kept.iter().position(|k| k == i).unwrap_or(usize::MAX))
    });
    let batch = |i: &IndexId| both.contains(i) && kept.contains(i);
    let (row, column) = match rows[..] {
        [column] => (None, column),
        // What stands in all three tensors is no side of a product.
        [row, column] | [column, row] if !batch(&column) => (Some(row), column),
        _ => return None,
    };
    if batch(&column) {
        return None;
    }
    // Between two rows lies nothing that is beyond both.
    let monotone = row.is_none_or(|row| region.iter().all(|p| is_linear(f, p, row)));
    let window = Window::of(f, region, column).filter(|_| monotone)?;
    Some(Band {
        row,
        column,
        window,
        loose: false,
    })
}

fn is_linear(f: &mut Function, p: &Polynomial, index: IndexId) -> bool {
    let e = p.build(&mut f.exprs);
    f.exprs.linear_in(e, index).is_some()
}

/// The product in its band, after zeros where these are needed.
fn banded(
    s: &mut Scheduler<'_>,
    target: Target,
    product: Product,
    region: Region,
    band: Band,
) -> Vec<Step> {
    let Product { alpha, factors } = product;
    // It is computed where there is no window too.
    let alpha = alpha.map(|alpha| s.f.exprs.guarded(alpha));
    let loops = factors.iter().flat_map(|x| x.indices.clone());
    let loops: BTreeSet<IndexId> = loops.collect();
    let mut steps = Vec::new();
    let operands = factors.into_iter().map(|factor| {
        let told = |p: &&Polynomial| {
            let all = region::indices(s.f, p);
            all.is_subset(&factor.indices)
        };
        let own: Region = region.iter().filter(told).cloned().collect();
        let (before, place) = operand(s, factor, target.tensor, Some(&own));
        steps.extend(before);
        place
    });
    let operands: Vec<_> = operands.collect();
    let [a, b] = <[_; 2]>::try_from(operands)
        .unwrap_or_else(|_| unreachable!("a band is one of two factors"));
    let kept = target.indices(s.f);
    let once = |i: &IndexId| kept.contains(i);
    let whole = band.row.iter().all(once) && once(&band.column) && target.spares(s.f, &region);
    let mut mode = target.mode;
    if !whole && mode != Mode::Add {
        steps.push(nest::zero(s.f, &target));
        mode = Mode::Add;
    }
    let inside = |(tensor, at): &(TensorId, Vec<Subscript>)| s.f.matches(*tensor, at);
    // What is added to beside the windows would be wrong.
    let loose = whole && mode == Mode::Set && inside(&a) && inside(&b);
    let Target { tensor, left, .. } = target;
    steps.push(Step::Contract(Contraction {
        target: tensor,
        left,
        mode,
        alpha,
        a,
        b,
        loops: loops.into_iter().collect(),
        band: Some(Band { loose, ..band }),
    }));
    steps
}
