//! Names in generated code that are the user's: of the function, of axes, and of dimensions that are type parameters.

use crate::parse::words;
use proc_macro2::{Ident, Span};
use quote::format_ident;

/// What generated code calls types, and what no prefix marks, itself.
const TAKEN: &[&str] = &[
    "T",
    "R",
    "core",
    "nd",
    "rt",
    "testing",
    "Result",
    "Default",
    "Block",
    "Elementary",
    "Loop",
    "Lens",
    "Saved",
    "Work",
    "Workspace",
    "Gradient",
    "Tangent",
    "Pullback",
    "Jacobian",
    "Memory",
    "Spare",
    "Constants",
    "Self",
    "usize",
    "bool",
    "f32",
    "f64",
    "i32",
    "i64",
    "u32",
    "u8",
    "str",
    "forward",
    "backward",
];

/// Whether generated code may have something of this name.
pub(super) fn is_taken(name: &str) -> bool {
    let digits = |rest: &str| !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit());
    let numbered = ["A", "C", "G", "P", "JacobianOf"]
        .into_iter()
        .any(|p| name.strip_prefix(p).is_some_and(digits));
    numbered || TAKEN.contains(&name)
}

/// `A0`: an axis type by its place.
pub(super) fn place(at: usize) -> Ident {
    format_ident!("A{}", at)
}

/// An axis type as the module of a function calls it: `Pixel`, as its documentation shows it, or `A0`.
pub(super) fn axis(at: usize, name: &str) -> Ident {
    match is_taken(name) {
        true => place(at),
        false => raw(name),
    }
}

/// A dimension as a type parameter.
pub(super) fn parameter(name: &str) -> Ident {
    match is_taken(name) {
        true => format_ident!("axis_{}", name),
        false => raw(name),
    }
}

fn raw(name: &str) -> Ident {
    match words::is_keyword(name) {
        true => Ident::new_raw(name, Span::call_site()),
        false => Ident::new(name, Span::call_site()),
    }
}
