//! Whether a product and a sum are one instruction.

use crate::float::Float;

/// Whether the code around is compiled for a processor that multiplies and adds in one instruction. It is a constant once
/// the code is inlined into `vectorize`. Either value is right everywhere, but `Yes` is slow on other processors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fused {
    /// One instruction, rounded once.
    Yes,
    /// Two instructions.
    No,
}

impl Fused {
    /// What the compiler knows without asking the processor.
    pub(crate) const ALWAYS: Fused = if cfg!(any(target_feature = "fma", target_arch = "aarch64")) {
        Fused::Yes
    } else {
        Fused::No
    };

    /// `a b + c`, rounded once or twice.
    #[inline(always)]
    pub(crate) fn mul_add<T: Float>(self, a: T, b: T, c: T) -> T {
        match self {
            Fused::Yes => a.mul_add(b, c),
            Fused::No => a * b + c,
        }
    }
}
