//! A factorisation of ratings, as equations.

use crate::ratings::Ratings;
use einstan::{Error, einstan};
use ndarray::{Array1, Array2};

einstan! {
    /// The rating of each pair of a user and an item: the usual one, what the user and the item add, and how well they fit.
    pub fn predict(c, p[u], q[i], U[u, k], V[i, k], user[n]: usize, item[n]: usize) -> R[n] {
        R[r] = c + p[user[r]] + q[item[r]] + U[user[r], k] * V[item[r], k];
    }

    /// Its mean squared error, and a penalty on the factors that were read.
    #[einstan(test(range = -1..1))]
    pub fn loss(
        c, p[u], q[i], U[u, k], V[i, k], user[n]: usize, item[n]: usize, const rating[n], const penalty
    ) -> E {
        R = predict(c, p, q, U, V, user, item);
        E = mean[r]((R[r] - rating[r])^2 + penalty * sum[k](U[user[r], k]^2 + V[item[r], k]^2));
    }
}

/// The parameters have the shapes of their gradient.
pub type Parameters = loss::Gradient<f32>;

/// The memory of a step.
pub type Workspace = loss::Workspace<f32>;

/// Small random factors of some rank, and nothing added.
pub fn random(users: usize, items: usize, rank: usize, random: &mut fastrand::Rng) -> Parameters {
    let mut factors =
        |rows| Array2::from_shape_simple_fn((rows, rank), || 0.2 * (random.f32() - 0.5));
    Parameters {
        c: 0.0,
        p: Array1::zeros(users),
        q: Array1::zeros(items),
        U: factors(users),
        V: factors(items),
    }
}

/// The loss of some ratings, and its gradient.
pub fn gradient(
    p: &Parameters,
    of: &Ratings,
    penalty: f32,
    workspace: &mut Workspace,
    gradient: &mut Parameters,
) -> Result<f32, Error> {
    loss::value_and_grad_in(
        p.c, &p.p, &p.q, &p.U, &p.V, &of.user, &of.item, &of.rating, penalty, workspace, gradient,
    )
}

/// The root of the mean squared error.
pub fn error(p: &Parameters, of: &Ratings) -> Result<f64, Error> {
    let predicted = predict(p.c, &p.p, &p.q, &p.U, &p.V, &of.user, &of.item)?;
    Ok(of.root_mean_square(&predicted))
}
