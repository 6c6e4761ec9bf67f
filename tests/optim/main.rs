//! Optimisers, and what carries them over a model.

mod composed;
mod strides;
mod values;
