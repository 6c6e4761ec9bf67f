//! Optimisers, and what carries them over a model.

mod composed;
mod settings;
mod strides;
mod values;
