//! The axes of the network.

use einstan::einstan;

einstan! {
    /// The points of a batch: as many as there are.
    pub axis Batch;
    /// The coordinates of a point.
    pub axis Plane = 2;
    /// The units of the layer in the middle.
    pub axis Hidden = 32;
    /// The arms of the spiral.
    pub axis Arm = 3;
}
