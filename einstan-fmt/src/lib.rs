//! Formats the index equations in `einstan!`, which rustfmt leaves as they are.
//!
//! Spaces and indentation follow the grammar; where lines end is the author's choice, as long as they are not too long, and so is
//! what shows how an equation is meant to be read: tight products, columns. What can't be parsed stays as it is. Nothing is
//! changed but spaces, ends of lines, and a missing last `;`: this is checked of every body.

mod align;
mod body;
pub mod difference;
pub mod files;
mod fit;
mod format;
mod gap;
mod invocation;
mod lines;
mod source;
mod spacing;
mod structure;
mod token;
mod verify;

pub use format::{Change, Formatted, Problem, format};
