//! Compiles loops for several levels of the processor, and picks one when they run.

use crate::fused::Fused;

/// The instruction sets that loops are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Baseline,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

/// The best level of this machine.
fn detect() -> Level {
    #[cfg(target_arch = "x86_64")]
    {
        let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
        let avx512 = avx2
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512cd");
        if avx512 {
            return Level::Avx512;
        }
        if avx2 {
            return Level::Avx2;
        }
    }
    Level::Baseline
}

/// The level in force: the machine's best one, or a lower one that `EINSTAN_SIMD` names.
#[inline]
pub(crate) fn level() -> Level {
    use std::sync::OnceLock;
    static LEVEL: OnceLock<Level> = OnceLock::new();
    *LEVEL.get_or_init(|| {
        let best = detect();
        let wanted = match std::env::var("EINSTAN_SIMD").as_deref() {
            Ok("baseline") => Level::Baseline,
            #[cfg(target_arch = "x86_64")]
            Ok("avx2") => Level::Avx2,
            _ => best,
        };
        wanted.min(best)
    })
}

/// The name of the level in force: `baseline`, `avx2` or `avx512`.
pub fn simd_level() -> &'static str {
    match level() {
        Level::Baseline => "baseline",
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => "avx2",
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => "avx512",
    }
}

/// Runs `f`, compiled for the level in force, and tells it what that level has. `f` must be an `#[inline(always)]` closure, else it stays what it was
/// compiled as.
#[inline]
pub fn vectorize<R>(f: impl FnOnce(Fused) -> R) -> R {
    match level() {
        Level::Baseline => f(Fused::ALWAYS),
        // SAFETY: the processor has these features, `detect` says.
        #[cfg(target_arch = "x86_64")]
        Level::Avx2 => unsafe { avx2(f) },
        // SAFETY: as above.
        #[cfg(target_arch = "x86_64")]
        Level::Avx512 => unsafe { avx512(f) },
    }
}

/// # Safety
///
/// The processor has AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<R>(f: impl FnOnce(Fused) -> R) -> R {
    f(Fused::Yes)
}

/// # Safety
///
/// The processor has AVX-512 F, BW, DQ, VL, CD, and AVX2 and FMA.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512cd")]
unsafe fn avx512<R>(f: impl FnOnce(Fused) -> R) -> R {
    f(Fused::Yes)
}
