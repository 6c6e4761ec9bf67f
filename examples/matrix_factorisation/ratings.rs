//! Ratings of items by users, made with factors of a rank that is known.

use crate::normal::normal;
use fastrand::Rng;
use ndarray::{Array1, Array2, Axis, s};

/// Who rated what, and how.
#[derive(Clone)]
pub struct Ratings {
    pub user: Array1<usize>,
    pub item: Array1<usize>,
    pub rating: Array1<f32>,
}

/// How many there are of what.
#[derive(Clone, Copy)]
pub struct Size {
    pub users: usize,
    pub items: usize,
    pub ratings: usize,
    pub rank: usize,
}

impl Ratings {
    /// Of a user and an item, 3 plus normal numbers for both, plus the product of their factors (of variance 1), plus `noise`
    /// times a normal number.
    pub fn make(size: Size, noise: f64, random: &mut Rng) -> Ratings {
        let mut made = Ratings {
            user: Array1::from_shape_simple_fn(size.ratings, || random.usize(..size.users)),
            item: Array1::from_shape_simple_fn(size.ratings, || random.usize(..size.items)),
            rating: Array1::zeros(size.ratings),
        };
        let mut numbers = |rows, columns, deviation| {
            Array2::from_shape_simple_fn((rows, columns), || deviation * normal(random))
        };
        let (p, q) = (numbers(size.users, 1, 0.5), numbers(size.items, 1, 0.5));
        let u = numbers(size.users, size.rank, 1.0);
        let v = numbers(size.items, size.rank, 1.0 / (size.rank as f64).sqrt());
        for r in 0..size.ratings {
            let (user, item) = (made.user[r], made.item[r]);
            let fit = u.row(user).dot(&v.row(item));
            let rating = 3.0 + p[[user, 0]] + q[[item, 0]] + fit + noise * normal(random);
            made.rating[r] = rating as f32;
        }
        made
    }

    pub fn len(&self) -> usize {
        self.rating.len()
    }

    /// Those before and from `at` on.
    pub fn split(&self, at: usize) -> (Ratings, Ratings) {
        let part = |from: usize, to: usize| Ratings {
            user: self.user.slice(s![from..to]).to_owned(),
            item: self.item.slice(s![from..to]).to_owned(),
            rating: self.rating.slice(s![from..to]).to_owned(),
        };
        (part(0, at), part(at, self.len()))
    }

    /// Those at some places.
    pub fn select(&self, places: &[usize]) -> Ratings {
        Ratings {
            user: self.user.select(Axis(0), places),
            item: self.item.select(Axis(0), places),
            rating: self.rating.select(Axis(0), places),
        }
    }

    /// How far they are from what is said of them: the root of the mean square.
    pub fn root_mean_square(&self, said: &Array1<f32>) -> f64 {
        let squares: f64 = self
            .rating
            .iter()
            .zip(said)
            .map(|(a, b)| f64::from(a - b).powi(2))
            .sum();
        (squares / self.len() as f64).sqrt()
    }
}
