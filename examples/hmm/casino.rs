//! A casino with three dice, one of them fair, which changes them when nobody looks.

use crate::largest::largest;
use crate::model::Tables;
use fastrand::Rng;
use ndarray::{Array1, Array2, ArrayView1, Axis, array};

/// What a casino did, and what was seen of it.
pub struct Evening {
    /// The die of each throw, `die[t, b]` in game b.
    pub die: Array2<usize>,
    /// The eyes of each throw, less 1.
    pub token: Array2<usize>,
}

/// The casino's habits.
pub fn truth() -> Result<Tables, einstan::Error> {
    Tables::from_counts(
        &array![6.0, 2.0, 2.0],
        &array![[90.0, 6.0, 4.0], [8.0, 88.0, 4.0], [2.0, 12.0, 86.0]],
        &array![
            [1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
            [1.0, 1.0, 1.0, 1.0, 2.0, 14.0],
            [11.0, 5.0, 1.0, 1.0, 1.0, 1.0],
        ],
    )
}

/// Tables that know only that dice are seldom changed, and no two states the same.
pub fn guess(random: &mut Rng) -> Result<Tables, einstan::Error> {
    let mut count = || 0.5 + random.f64();
    let start = Array1::from_shape_simple_fn(3, &mut count);
    let transition =
        Array2::from_shape_fn((3, 3), |(i, j)| count() + if i == j { 8.0 } else { 0.0 });
    Tables::from_counts(
        &start,
        &transition,
        &Array2::from_shape_simple_fn((3, 6), &mut count),
    )
}

/// Games of so many throws.
pub fn play(tables: &Tables, throws: usize, games: usize, random: &mut Rng) -> Evening {
    let (mut die, mut token) = (
        Array2::zeros((throws, games)),
        Array2::zeros((throws, games)),
    );
    for b in 0..games {
        for t in 0..throws {
            let law = if t == 0 {
                tables.start.view()
            } else {
                tables.transition.row(die[[t - 1, b]])
            };
            die[[t, b]] = draw(law, random);
            token[[t, b]] = draw(tables.emission.row(die[[t, b]]), random);
        }
    }
    Evening { die, token }
}

/// One of them, each as likely as it says.
fn draw(logarithms: ArrayView1<f64>, random: &mut Rng) -> usize {
    let mut left = random.f64();
    for (i, l) in logarithms.iter().enumerate() {
        left -= l.exp();
        if left < 0.0 {
            return i;
        }
    }
    logarithms.len() - 1
}

/// The largest difference of a transition or emission in `tables` and in `truth`, with the states in the order that fits: each
/// true one is the state whose emissions are nearest. (A game starts but once, so that starts are known less well.)
pub fn difference(tables: &Tables, truth: &Tables) -> (f64, Vec<usize>) {
    let (emission, wanted) = (tables.emission.exp(), truth.emission.exp());
    let far = |a: ArrayView1<f64>, b: ArrayView1<f64>| (&a - &b).mapv(f64::abs).sum();
    let order: Vec<usize> = wanted
        .rows()
        .into_iter()
        .map(|w| {
            let distances: Array1<f64> = emission.rows().into_iter().map(|e| far(e, w)).collect();
            (0..distances.len())
                .min_by(|&i, &j| distances[i].total_cmp(&distances[j]))
                .unwrap_or(0)
        })
        .collect();
    let emission = emission.select(Axis(0), &order) - wanted;
    let transition = tables
        .transition
        .exp()
        .select(Axis(0), &order)
        .select(Axis(1), &order)
        - truth.transition.exp();
    (largest(emission.into_iter().chain(transition)), order)
}
