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

fn main() {}
