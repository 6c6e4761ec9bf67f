//! Compiles loops for several levels of the processor, and picks one when they run.
//!
//! On other processors than x86-64, and with `--cfg einstan_portable`, there is the baseline alone.

use crate::fused::Fused;

/// The instruction sets that loops are compiled for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Baseline,
    #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
    Avx2,
    #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
    Avx512,
}

/// The best level of this machine.
fn detect() -> Level {
    #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
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
        let name = std::env::var("EINSTAN_SIMD").unwrap_or_default();
        wanted(&name, detect())
    })
}

/// The level of this name, but the best one if that is lower or the name is none: a library has nobody to tell.
fn wanted(name: &str, best: Level) -> Level {
    match name.trim().to_ascii_lowercase().as_str() {
        "baseline" => Level::Baseline,
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        "avx2" => Level::Avx2.min(best),
        _ => best,
    }
}

/// The name of the level in force: `baseline`, `avx2` or `avx512`.
pub fn simd_level() -> &'static str {
    match level() {
        Level::Baseline => "baseline",
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx2 => "avx2",
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx512 => "avx512",
    }
}

/// Runs `f`, compiled for the level in force, and tells it what that level has. `f` must be an `#[inline(always)]` closure, else it stays what it was
/// compiled as.
#[inline(always)]
pub fn vectorize<R>(f: impl FnOnce(Fused) -> R) -> R {
    match level() {
        Level::Baseline => f(Fused::ALWAYS),
        // SAFETY: the processor has these features, `detect` says.
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx2 => unsafe { avx2(f) },
        // SAFETY: as above.
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        Level::Avx512 => unsafe { avx512(f) },
    }
}

/// # Safety
///
/// The processor has AVX2 and FMA.
#[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
#[target_feature(enable = "avx2,fma")]
unsafe fn avx2<R>(f: impl FnOnce(Fused) -> R) -> R {
    f(Fused::Yes)
}

/// # Safety
///
/// The processor has AVX-512 F, BW, DQ, VL, CD, and AVX2 and FMA.
#[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
#[target_feature(enable = "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512cd")]
unsafe fn avx512<R>(f: impl FnOnce(Fused) -> R) -> R {
    f(Fused::Yes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_levels() {
        let best = detect();
        for name in ["", "avx512", "AVX512", "sse", "avx2, fma"] {
            assert_eq!(wanted(name, best), best, "{name}");
        }
        for name in ["baseline", " Baseline ", "BASELINE"] {
            assert_eq!(wanted(name, best), Level::Baseline, "{name}");
        }
        #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
        for best in [Level::Baseline, Level::Avx2, Level::Avx512] {
            assert_eq!(wanted("AVX2", best), best.min(Level::Avx2));
        }
    }

    #[test]
    fn the_closure_runs_once_and_hears_what_the_level_has() {
        let mut fused = vec![];
        vectorize(|f| fused.push(f));
        let right = match level() {
            Level::Baseline => Fused::ALWAYS,
            #[cfg(all(target_arch = "x86_64", not(einstan_portable)))]
            _ => Fused::Yes,
        };
        assert_eq!(fused, [right]);
    }
}
