//! Tokens. `body` emits the numeric bodies, the other files the items around them.

pub mod body;
mod callable;
mod derived;
mod docs;
mod external;
mod gradient;
mod items;
mod lengths;
mod outside;
mod pullback;
mod signature;
mod test;
mod workspace;

pub use items::{function, inline};
