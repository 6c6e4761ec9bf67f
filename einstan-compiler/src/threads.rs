//! Work on several threads, where there is enough of it: what is independent of each other stands in a list.
//!
//! Tokens belong to one thread, so this is for what comes before them.

use std::sync::Mutex;
use std::thread::{self, Builder};

/// As much as the thread that rustc expands a macro on has.
const STACK: usize = 8 << 20;

/// What `task` makes of each item, in their order, on at most so many threads.
pub fn each<T: Send, R: Send>(
    mut items: Vec<T>,
    threads: usize,
    task: &(impl Fn(T) -> R + Sync),
) -> Vec<R> {
    if threads < 2 || items.len() < 2 {
        return items.into_iter().map(task).collect();
    }
    let half = threads / 2;
    let rest = items.split_off((items.len() * half).div_ceil(threads));
    let (mut first, second) = both(
        || each(items, half, task),
        || each(rest, threads - half, task),
    );
    first.extend(second);
    first
}

/// Both of two tasks; one after the other, where no thread is to be had.
pub fn both<A: Send, B>(a: impl FnOnce() -> A + Send, b: impl FnOnce() -> B) -> (A, B) {
    let waiting = Mutex::new(Some(a));
    let take = || waiting.lock().ok().and_then(|mut a| a.take());
    thread::scope(|scope| {
        let begun = Builder::new()
            .stack_size(STACK)
            .spawn_scoped(scope, || take().map(|a| a()));
        let b = b();
        let a = match begun.map(|begun| begun.join()) {
            Ok(Ok(a)) => a,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => None,
        };
        let a = a.or_else(|| take().map(|a| a()));
        (
            a.expect("einstan internal error: a task that nobody took"),
            b,
        )
    })
}
