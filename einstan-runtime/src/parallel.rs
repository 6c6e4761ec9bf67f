//! Work divided between the threads of the pool that runs: rayon's, the one the caller is in or else the global one.
//!
//! What is computed never depends on how many threads there are: parts are of fixed extent or write places of their own.

/// How many threads there are for work of this many operations, as a processor does some in a nanosecond: one where others
/// would not be awake before it is done.
pub(crate) fn threads(operations: usize) -> usize {
    if is_worth(operations as f64) {
        available()
    } else {
        1
    }
}

/// Whether so many operations are worth waking a thread.
#[inline(always)]
pub(crate) fn is_worth(operations: f64) -> bool {
    operations >= WORTH
}

/// So many operations are some 20 microseconds, twice what it takes to wake a thread.
const WORTH: f64 = 2e6;

#[cfg(feature = "rayon")]
pub(crate) fn available() -> usize {
    let inside = rayon_core::current_thread_index().is_some();
    match inside || pool::is_there() {
        true => rayon_core::current_num_threads(),
        false => 1,
    }
}

#[cfg(not(feature = "rayon"))]
pub(crate) fn available() -> usize {
    1
}

/// Calls `part` with each number below `parts`, on as many threads as there are benches, each with one of its own.
///
/// The thread that calls takes parts as all others do, so that none waits for one that wakes. From outside of a pool it ends when
/// the pool has taken up what it was handed, as with all that is handed to a pool.
pub(crate) fn share<B: Send>(
    benches: &mut [B],
    parts: usize,
    part: &(dyn Fn(&mut B, usize) + Sync),
) {
    let most = benches.len().min(parts);
    let benches = &mut benches[..most];
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = |bench: &mut B| loop {
        let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if number >= parts {
            break;
        }
        part(bench, number);
    };
    match benches {
        [] => {}
        [one] => work(one),
        #[cfg(not(feature = "rayon"))]
        [one, ..] => work(one),
        #[cfg(feature = "rayon")]
        all => pool::each(all, &work),
    }
}

#[cfg(feature = "rayon")]
mod pool {
    use std::sync::atomic::{
        AtomicUsize,
        Ordering::{Acquire, Release},
    };

    /// Whether there is a global pool: there is none where the system has no threads to give.
    pub(super) fn is_there() -> bool {
        use std::error::Error;
        static THERE: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
        *THERE.get_or_init(
            || match rayon_core::ThreadPoolBuilder::new().build_global() {
                Ok(()) => true,
                // Of all errors, that there is one already has no source.
                Err(e) => e.source().is_none(),
            },
        )
    }

    /// Calls `work` with each bench, on threads of the pool.
    pub(super) fn each<B: Send>(benches: &mut [B], work: &(dyn Fn(&mut B) + Sync)) {
        match rayon_core::current_thread_index() {
            Some(_) => fork(benches, work),
            None => spawn(benches, work),
        }
    }

    /// On a thread of the pool: what no other thread has taken, this one does itself. Nothing is allocated.
    fn fork<B: Send>(benches: &mut [B], work: &(dyn Fn(&mut B) + Sync)) {
        match benches {
            [] => {}
            [one] => work(one),
            all => {
                let (left, right) = all.split_at_mut(all.len() / 2);
                rayon_core::join(|| fork(left, work), || fork(right, work));
            }
        }
    }

    /// On another thread: one bench is its own, so that it works while the pool wakes.
    fn spawn<B: Send>(benches: &mut [B], work: &(dyn Fn(&mut B) + Sync)) {
        let Some((own, others)) = benches.split_first_mut() else {
            return;
        };
        let (count, done) = (others.len(), AtomicUsize::new(0));
        let done = &done;
        rayon_core::in_place_scope(|scope| {
            for bench in others {
                scope.spawn(move |_| {
                    work(bench);
                    done.fetch_add(1, Release);
                });
            }
            work(own);
            // The others are about to end too; to sleep and be woken takes longer.
            for _ in 0..PATIENCE {
                if done.load(Acquire) == count {
                    break;
                }
                std::hint::spin_loop();
            }
        });
    }

    /// Turns of some 10 to 40 nanoseconds.
    const PATIENCE: usize = 1000;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_part_is_done_once() {
        for threads in [1, 2, 3, 8] {
            for parts in [0, 1, 2, 7, 100] {
                let count = Mutex::new(vec![0; parts]);
                let mut benches = vec![0; threads];
                share(&mut benches, parts, &|bench, number| {
                    *bench += 1;
                    count.lock().unwrap()[number] += 1;
                });
                assert_eq!(*count.lock().unwrap(), vec![1; parts]);
                assert_eq!(benches.iter().sum::<usize>(), parts);
            }
        }
    }

    #[cfg(feature = "rayon")]
    #[test]
    fn inside_of_a_pool_too() {
        let pool = rayon_core::ThreadPoolBuilder::new()
            .num_threads(3)
            .build()
            .unwrap();
        let sum = Mutex::new(0);
        pool.install(|| {
            assert_eq!(threads(usize::MAX), 3);
            share(&mut [(), (), ()], 50, &|(), number| {
                *sum.lock().unwrap() += number
            });
        });
        assert_eq!(*sum.lock().unwrap(), 50 * 49 / 2);
    }
}
