//! One way to do a piece of work, ready to be timed.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// What one call leaves: the value, then gradients.
pub type Results = Vec<Vec<f32>>;

/// A call with everything that it needs.
pub trait Case {
    fn repeat(&mut self, calls: u32);
    fn results(&mut self) -> Results;
}

/// A state that is kept between calls, a call, and what is to be seen of both afterwards.
struct Parts<S, C, R> {
    state: S,
    call: C,
    results: R,
}

impl<S, T, C: FnMut(&mut S) -> T, R: Fn(&S, T) -> Results> Case for Parts<S, C, R> {
    /// The loop stands here, where the type of the call is known: the smallest calls take few nanoseconds.
    fn repeat(&mut self, calls: u32) {
        for _ in 0..calls {
            // The optimiser must not know that arguments are the same as before.
            let Parts { state, call, .. } = black_box(&mut *self);
            drop(black_box(call(state)));
        }
    }

    fn results(&mut self) -> Results {
        let value = (self.call)(&mut self.state);
        (self.results)(&self.state, value)
    }
}

/// A call that gives its results.
pub fn fresh<'a, T: 'a>(
    mut call: impl FnMut() -> T + 'a,
    results: impl Fn(T) -> Results + 'a,
) -> Box<dyn Case + 'a> {
    kept((), move |()| call(), move |(), value| results(value))
}

/// A call over memory that is kept.
pub fn kept<'a, S: 'a, T: 'a>(
    state: S,
    call: impl FnMut(&mut S) -> T + 'a,
    results: impl Fn(&S, T) -> Results + 'a,
) -> Box<dyn Case + 'a> {
    Box::new(Parts {
        state,
        call,
        results,
    })
}

/// How long one call takes, in microseconds.
pub struct Time {
    pub median: f64,
    pub least: f64,
}

/// A sample is as many calls as take this long, so that reading the clock is no part of it.
const SAMPLE: Duration = Duration::from_micros(50);

/// Calls for about so long, after a quarter of that for caches, pages and threads to settle.
pub fn time(case: &mut dyn Case, duration: Duration) -> Time {
    let start = Instant::now();
    let mut calls = 0;
    while calls < 2 || start.elapsed() < duration / 4 {
        case.repeat(1);
        calls += 1;
    }
    let each = start.elapsed() / calls;
    let batch = (SAMPLE.as_nanos() / each.as_nanos().max(1)) as u32 + 1;

    let mut samples = Vec::new();
    let start = Instant::now();
    while samples.len() < 3 || start.elapsed() < duration {
        let sample = Instant::now();
        case.repeat(batch);
        samples.push(sample.elapsed().as_secs_f64() * 1e6 / f64::from(batch));
    }
    samples.sort_by(f64::total_cmp);
    Time {
        median: samples[samples.len() / 2],
        least: samples[0],
    }
}
