//! The gradients of a two-layer network as chains of Jacobians, written as they stand, beside the generated backward pass.
//!
//!     cargo bench --bench chain
//!
//! Flops are those of the plans; times are medians of interleaved rounds; memory is the most that is allocated at once
//! beyond arguments and results. The bounds are 1.5 times the flops, 2 times the time and 2 times the memory; the program
//! fails where one does not hold.
//!
//! Notes. A chain is sent back factor by factor as a cotangent, so both ways make the same equations: predicted were equal
//! flops, about equal time and somewhat more memory, for what `vjp` returns in its own arrays, a function with gradients
//! among its results holds. Measured, in f64 on two cores that others used too: flops 1.00 to 1.01, time 1.02 to 1.11,
//! memory 1.11 to 1.14 times those of the backward pass, at every width. The chains have one equation for what the four
//! gradients share, as equal temporaries become one.

use einstan::einstan;
use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::plan::{Figures, Plans};
use einstan_compiler::{parse, plans_of, resolve};
use ndarray::{Array1, Array2};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Counts what each thread has allocated, and the most of it.
struct Counting;

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static MOST: Cell<isize> = const { Cell::new(0) };
}

fn count(change: isize) {
    let _ = HELD.try_with(|h| {
        h.set(h.get() + change);
        let _ = MOST.try_with(|m| m.set(m.get().max(h.get())));
    });
}

// SAFETY: hands everything to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        // SAFETY: the caller's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        // SAFETY: the caller's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes held at once while `f` runs, beyond what it returns.
fn beyond<R>(f: impl FnOnce() -> R) -> isize {
    let before = HELD.get();
    MOST.set(before);
    let out = f();
    let returned = HELD.get() - before;
    let most = MOST.get() - before - returned;
    drop(out);
    most
}

/// Invokes `einstan!` with functions, and keeps their text for the plans.
macro_rules! both {
    ($($text:tt)*) => {
        einstan! { $($text)* }
        const SOURCE: &str = stringify!($($text)*);
    };
}

both! {
    pub fn network(const X[n, m], const T[n, c], W1[m, h], b1[h], W2[h, c], b2[c]) -> E {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H[i,j] = tanh(Y1[i,j]);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y[i,j] = softmax[j](Y2[i,j]);
        E = -sum[i,j](T[i,j] * ln(Y[i,j]));
    }
    pub fn chains(const X[n, m], const T[n, c], W1[m, h], b1[h], W2[h, c], b2[c])
        -> (E, GW1[m, h], Gb1[h], GW2[h, c], Gb2[c])
    {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H[i,j] = tanh(Y1[i,j]);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y[i,j] = softmax[j](Y2[i,j]);
        E = -sum[i,j](T[i,j] * ln(Y[i,j]));
        GW2[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(W2[i,j]);
        Gb2[i] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(b2[i]);
        GW1[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g])
            * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(W1[i,j]);
        Gb1[i] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g])
            * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(b1[i]);
    }
}

/// The plans of the functions above.
fn plans() -> [Plans; 2] {
    let mut diagnostics = Diagnostics::new();
    let tokens = SOURCE.parse().expect("tokens");
    let program = resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
    assert!(diagnostics.is_empty(), "{:?}", diagnostics.errors());
    [0, 1].map(|f| plans_of(&program.functions[f].function))
}

/// Numbers that look random and are the same every time.
fn numbers(rows: usize, columns: usize, seed: f64) -> Array2<f64> {
    let mut at = seed;
    Array2::from_shape_simple_fn((rows, columns), move || {
        at += 1.0;
        (at * 12.9898).sin() / (columns as f64).sqrt()
    })
}

/// The median over rounds of the time that a call takes, of each of two ways.
fn pair(rounds: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (Duration, Duration) {
    let time = |f: &mut dyn FnMut()| {
        let start = Instant::now();
        f();
        start.elapsed()
    };
    time(&mut ours);
    time(&mut theirs);
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        a.push(time(&mut ours));
        b.push(time(&mut theirs));
    }
    a.sort();
    b.sort();
    (a[a.len() / 2], b[b.len() / 2])
}

fn main() {
    let [backward, chain] = plans();
    println!(
        "{:>6} {:>14} {:>7} {:>12} {:>12} {:>7} {:>10} {:>10} {:>7}",
        "width", "flops", "ratio", "backward", "chains", "ratio", "memory", "chains", "ratio"
    );
    let mut held = true;
    for width in [64usize, 128, 256, 512, 1024] {
        let (n, m, h, c) = (width, width, width, width);
        let (x, w1, w2) = (numbers(n, m, 0.0), numbers(m, h, 5e5), numbers(h, c, 9e5));
        let (b1, b2) = (Array1::from_elem(h, 0.1), Array1::from_elem(c, -0.1));
        let t = Array2::from_shape_fn((n, c), |(i, j)| f64::from(u8::from(i % c == j)));

        let (e, g) = network::value_and_grad(&x, &t, &w1, &b1, &w2, &b2).expect("lengths agree");
        let by_chain = chains(&x, &t, &w1, &b1, &w2, &b2).expect("lengths agree");
        let close =
            |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * (1.0 + b.abs()), "{a} is not {b}");
        close(by_chain.0, e);
        by_chain
            .1
            .iter()
            .zip(&g.W1)
            .for_each(|(a, b)| close(*a, *b));
        by_chain
            .2
            .iter()
            .zip(&g.b1)
            .for_each(|(a, b)| close(*a, *b));
        by_chain
            .3
            .iter()
            .zip(&g.W2)
            .for_each(|(a, b)| close(*a, *b));
        by_chain
            .4
            .iter()
            .zip(&g.b2)
            .for_each(|(a, b)| close(*a, *b));
        drop((g, by_chain));

        let flops = |f: Figures| f.forward.flops + f.backward.flops;
        let [ours, theirs] = [&backward, &chain].map(|p| p.vjp.figures(|_| Some(width as u64)));
        // The chains are results of a forward pass; its own derivatives are not what is compared.
        let (ours, theirs) = (flops(ours), theirs.forward.flops);
        let rounds = (1 << 28) / (width * width * width).max(1 << 20);
        let (back, fore) = pair(
            rounds.clamp(7, 101),
            || {
                drop(black_box(network::value_and_grad(
                    &x, &t, &w1, &b1, &w2, &b2,
                )))
            },
            || drop(black_box(chains(&x, &t, &w1, &b1, &w2, &b2))),
        );
        let memory = beyond(|| network::value_and_grad(&x, &t, &w1, &b1, &w2, &b2));
        let by_chain = beyond(|| chains(&x, &t, &w1, &b1, &w2, &b2));
        let ratios = [
            theirs / ours,
            fore.as_secs_f64() / back.as_secs_f64(),
            by_chain as f64 / memory as f64,
        ];
        println!(
            "{width:>6} {theirs:>14.0} {:>7.2} {back:>12.1?} {fore:>12.1?} {:>7.2} {:>6} KiB {:>6} KiB {:>7.2}",
            ratios[0],
            ratios[1],
            memory >> 10,
            by_chain >> 10,
            ratios[2],
        );
        held &= ratios[0] <= 1.5 && ratios[1] <= 2.0 && ratios[2] <= 2.0;
    }
    assert!(held, "a bound does not hold");
}
