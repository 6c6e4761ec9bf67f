//! Contractions against a loop over every index, in every layout.

mod bands;
mod index;
mod products;
mod reference;
