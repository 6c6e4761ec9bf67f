#[path = "../../examples/typed_network/axes.rs"]
mod axes;
#[path = "../../examples/typed_network/layers.rs"]
mod layers;

use axes::{Arm, Batch, Hidden, Plane};
use einstan::einstan;

einstan! {
    /// The second layer first: what it takes are no points.
    pub fn backwards(X[Batch, Plane], V[Hidden, Arm], c[Arm]) -> Z[Batch, Arm] {
        Z = layers::output(X, V, c);
    }

    /// A result that is declared with another axis.
    pub fn renamed(X[Batch, Plane], W[Plane, Hidden], b[Hidden]) -> H[Batch, Arm] {
        H = layers::hidden(X, W, b);
    }

    /// A result that an equation uses with another axis.
    pub fn used(X[Batch, Plane], W[Plane, Hidden], b[Hidden], U[Plane, Arm]) -> Z[Batch, Arm] {
        H = layers::hidden(X, W, b);
        Z[i,j] = H[i,k]*U[k,j];
    }
}

mod chain {
    use super::axes::{Arm, Batch, Hidden, Plane};
    use einstan::einstan;

    einstan! {
        pub fn plain(X[n, m]) -> Y[n, m] { Y[i,j] = X[i,j]; }
    }
    einstan! {
        pub fn square(X[n, m], Y[n, m], u[Arm]) -> Z[m, n] { Z[j,i] = X[i,j]*Y[i,j]*sum[k](u[k]); }
        pub fn planes(X[Batch, Plane]) -> Y[Batch, Plane] { Y[i,j] = X[i,j]; }
        pub fn units(H[Batch, Hidden]) -> Y[Batch, Hidden] { Y[i,j] = H[i,j]; }
    }
}

einstan! {
    /// A tensor between two calls that nothing else uses.
    pub fn between(X[Batch, Plane], W[Plane, Hidden], b[Hidden]) -> Y[Batch, Plane] {
        H = layers::hidden(X, W, b);
        Y = chain::planes(H);
    }

    /// The arguments that are known, beside one that is not.
    pub fn beside(X[Batch, Plane], W[Hidden, Plane], b[Hidden]) -> H[Batch, Hidden] {
        Q = chain::plain(X);
        H = layers::hidden(Q, W, b);
    }

    /// Two arguments that must have one axis.
    pub fn one(X[Batch, Plane], Y[Batch, Hidden], u[Arm]) -> Z[Plane, Batch] {
        Z = chain::square(X, Y, u);
    }

    /// Axes that come out in another order.
    pub fn turned(H[Batch, Hidden], u[Arm]) -> Y[Batch, Hidden] {
        Z = chain::square(H, H, u);
        Y = chain::units(Z);
    }
}

fn main() {}
