//! Tokens. `body` emits the numeric bodies, the other files the items around them.

mod asked;
mod axis;
pub mod body;
mod callable;
mod derived;
mod docs;
mod editor;
mod external;
mod gradient;
mod items;
mod lengths;
mod names;
mod outside;
mod pullback;
mod scalar;
mod signature;
mod test;
mod typed;
mod warning;
mod workspace;

pub use axis::axis;
pub use editor::editors;
pub use items::{function, inline};
