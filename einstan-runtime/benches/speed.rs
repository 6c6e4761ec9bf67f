//! Matrix products in GFLOP/s beside ndarray's `dot`, functions and rows in elements per nanosecond.
//!
//! `cargo bench -p einstan-runtime`, with `EINSTAN_SIMD=baseline` or `avx2` for the lower levels.

#[path = "../tests/contract/index.rs"]
mod index;

use einstan_runtime::{
    Block, Elementary, Float, Fused, Scratch, Sink, Source, SumAcc, contract, simd_level, vectorize,
};
use ndarray::Array2;
use std::hint::black_box;
use std::time::Instant;

/// The best of several averages, in seconds.
fn seconds(mut f: impl FnMut()) -> f64 {
    let start = Instant::now();
    while start.elapsed().as_millis() < 30 {
        f();
    }
    let once = Instant::now();
    f();
    let often = (0.002 / once.elapsed().as_secs_f64().max(1e-9))
        .ceil()
        .clamp(1.0, 1e6) as u32;
    (0..25)
        .map(|_| {
            let start = Instant::now();
            (0..often).for_each(|_| f());
            start.elapsed().as_secs_f64() / f64::from(often)
        })
        .fold(f64::INFINITY, f64::min)
}

fn matrix<T: Float>(rows: usize, columns: usize, transposed: bool) -> Array2<T> {
    let value = |i: usize| T::from_f64((i * 37 % 101) as f64 * 0.01 - 0.5);
    if transposed {
        Array2::from_shape_fn((columns, rows), |(j, i)| value(i * columns + j)).reversed_axes()
    } else {
        Array2::from_shape_fn((rows, columns), |(i, j)| value(i * columns + j))
    }
}

fn products<T: Float>(name: &str) {
    let sizes = [
        (128, 784, 128),
        (784, 128, 128),
        (128, 128, 784),
        (128, 128, 10),
        (128, 10, 128),
        (10, 128, 128),
        (512, 512, 512),
        (784, 1, 128),
        (1, 784, 128),
        (784, 128, 1),
        (4, 4, 4),
    ];
    println!("{name}: m x k x n, GFLOP/s of contract and (of ndarray's dot) for A B, A^T B, A B^T");
    let mut scratch = Scratch::default();
    for (m, k, n) in sizes {
        print!("  {m:4} x {k:4} x {n:4}");
        for (ta, tb) in [(false, false), (true, false), (false, true)] {
            let (a, b) = (matrix::<T>(m, k, ta), matrix::<T>(k, n, tb));
            let mut c = Array2::<T>::zeros((m, n));
            let flops = 2e-9 * (m * k * n) as f64;
            let loops = index::matrix(m, k, n);
            let ours = seconds(|| {
                let (a, b) = (Source::new(&a), Source::new(&b));
                let mut c = Sink::new(&mut c);
                contract(
                    T::one(),
                    a,
                    [0; 2],
                    b,
                    [0; 2],
                    false,
                    &mut c,
                    [0; 2],
                    &loops,
                    &mut scratch,
                );
            });
            black_box(&c);
            let theirs = seconds(|| {
                black_box(a.dot(&b));
            });
            print!("   {:6.1} ({:6.1})", flops / ours, flops / theirs);
        }
        println!();
    }
}

fn function<T: Float>(name: &str, f: impl Fn(T, Fused) -> T + Copy) {
    let x: Vec<T> = (0..4096)
        .map(|i| T::from_f64(f64::from(i) * 0.00117 + 0.01))
        .collect();
    let mut y = vec![T::zero(); x.len()];
    let time = seconds(|| {
        vectorize(
            #[inline(always)]
            |fused| {
                for (y, &x) in y.iter_mut().zip(&x) {
                    *y = f(x, fused);
                }
            },
        );
    });
    black_box(&y);
    print!(" {name} {:.2}", x.len() as f64 * 1e-9 / time);
}

macro_rules! functions {
    ($t:ty: $($name:ident)*) => {
        print!("{} elements per nanosecond:", stringify!($t));
        $(function::<$t>(stringify!($name), #[inline(always)] |x: $t, fused| x.$name(fused));)*
        println!();
    };
}

fn rows<T: Float>(name: &str) {
    let a = matrix::<T>(256, 256, false);
    print!("{name} elements per nanosecond:");
    for (what, step) in [
        ("rows", [0, 1]),
        ("columns", [1, 0]),
        ("one element", [0, 0]),
    ] {
        let mut sum = T::zero();
        let time = seconds(|| {
            vectorize(
                #[inline(always)]
                |_| {
                    let source = Source::new(black_box(&a));
                    let mut acc = SumAcc::new();
                    let mut block = Block::new();
                    for i in 0..256 {
                        let at = if step == [1, 0] { [0, i] } else { [i, 0] };
                        acc.extend(source.row(at, step, 256, &mut block));
                    }
                    sum = acc.finish();
                },
            );
        });
        black_box(sum);
        print!(" sum of {what} {:.2}", 65536e-9 / time);
    }
    println!();
}

fn main() {
    println!("level: {}", simd_level());
    products::<f32>("f32");
    products::<f64>("f64");
    functions! {
        f32: e_exp e_ln e_log2 e_log10 e_log1p e_expm1 e_sqrt e_sin e_cos e_tan e_asin e_acos e_atan e_sinh e_cosh
        e_tanh e_erf e_sigmoid e_softplus e_silu e_gelu e_round e_sign
    }
    functions! {
        f64: e_exp e_ln e_log2 e_log10 e_log1p e_expm1 e_sqrt e_sin e_cos e_tan e_asin e_acos e_atan e_sinh e_cosh
        e_tanh e_erf e_sigmoid e_softplus e_silu e_gelu e_round e_sign
    }
    print!("pow:");
    function::<f32>(
        "f32",
        #[inline(always)]
        |x, fused| x.e_pow(1.7, fused),
    );
    function::<f64>(
        "f64",
        #[inline(always)]
        |x, fused| x.e_pow(1.7, fused),
    );
    println!();
    rows::<f32>("f32");
    rows::<f64>("f64");
}
