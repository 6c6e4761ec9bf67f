//! Matrix products of many sizes, in GFLOP/s: how evenly the speed goes with the size, and how little it depends on the order
//! in which an equation is written or a tensor stored.
//!
//!     RAYON_NUM_THREADS=1 cargo bench --bench sizes
//!
//! Notes. Sizes that are no multiple of a panel's 32 columns cost up to a fifth below 128, and little above 500. Factors and
//! names in another order, and tensors stored transposed, are as fast within a tenth from 256 on; at 64 a transposed right
//! factor or result is a fifth slower, as its copy in another order is no longer small beside the product. A call without kept
//! memory takes what it packs into anew: until the allocator was told to keep freed memory before that too, 256 had two thirds
//! of the speed of 255, for the pages that each call took from the system.

use einstan::einstan;
use ndarray::Array2;
use std::time::Instant;

einstan! {
    pub fn product(A[n, m], B[m, p]) -> C[n, p] { C[i, j] = A[i, k]*B[k, j]; }
    pub fn factors(A[n, m], B[m, p]) -> C[n, p] { C[i, j] = B[k, j]*A[i, k]; }
    pub fn names(A[n, m], B[m, p]) -> C[n, p] { C[z, a] = A[z, b]*B[b, a]; }
    pub fn left(A[m, n], B[m, p]) -> C[n, p] { C[i, j] = A[k, i]*B[k, j]; }
    pub fn right(A[n, m], B[p, m]) -> C[n, p] { C[i, j] = A[i, k]*B[j, k]; }
    pub fn result(A[n, m], B[m, p]) -> C[p, n] { C[j, i] = A[i, k]*B[k, j]; }
}

type Kernel = fn(&Array2<f32>, &Array2<f32>, &mut Array2<f32>);

fn matrix(n: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((n, n), |(i, j)| {
        ((i * 37 + j * 11 + seed) % 101) as f32 * 0.01 - 0.5
    })
}

/// The medians of interleaved rounds, in GFLOP/s.
fn speeds(n: usize, kernels: &[Kernel]) -> Vec<f64> {
    let (a, b, mut c) = (matrix(n, 0), matrix(n, 5), Array2::zeros((n, n)));
    let flops = 2.0 * (n as f64).powi(3);
    let calls = (1e8 / flops).ceil() as u32;
    let mut times = vec![Vec::new(); kernels.len()];
    for _ in 0..9 {
        for (kernel, times) in kernels.iter().zip(&mut times) {
            let start = Instant::now();
            (0..calls).for_each(|_| kernel(&a, &b, &mut c));
            times.push(start.elapsed().as_secs_f64() / f64::from(calls));
        }
    }
    let median = |times: &mut Vec<f64>| {
        times.sort_by(f64::total_cmp);
        flops / times[times.len() / 2] * 1e-9
    };
    times.iter_mut().map(median).collect()
}

fn main() {
    let plain: Kernel = |a, b, c| product::into(a, b, c).unwrap();
    println!("{:>6} {:>9} {:>9}", "size", "GFLOP/s", "to last");
    let mut last = None;
    for base in [64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048] {
        for n in [base - 1, base, base + 1] {
            let now = speeds(n, &[plain])[0];
            let ratio = last.map_or(String::new(), |l: f64| format!("{:.2}", now / l));
            println!("{n:6} {now:9.1} {ratio:>9}");
            last = Some(now);
        }
    }
    let ways: [(&str, Kernel); 6] = [
        ("A[i,k]*B[k,j]", plain),
        ("B[k,j]*A[i,k]", |a, b, c| factors::into(a, b, c).unwrap()),
        ("other names", |a, b, c| names::into(a, b, c).unwrap()),
        ("A[k,i]", |a, b, c| left::into(a, b, c).unwrap()),
        ("B[j,k]", |a, b, c| right::into(a, b, c).unwrap()),
        ("C[j,i]", |a, b, c| result::into(a, b, c).unwrap()),
    ];
    println!(
        "{:>6} {}",
        "size",
        ways.map(|w| format!("{:>14}", w.0)).concat()
    );
    for n in [64, 256, 1024] {
        let speeds = speeds(n, &ways.map(|w| w.1));
        let cells = speeds.iter().map(|s| format!("{s:14.1}"));
        println!("{n:6} {}", cells.collect::<String>());
    }
}
