//! How many instructions small calls and the compiler take: counted, not timed, so that a machine that is busy counts the same.
//!
//!     cargo bench --bench instructions               beside the record, benches/instructions.txt
//!     cargo bench --bench instructions -- --bless    writes the record
//!
//! Each piece of work runs under valgrind's callgrind so many times and then twice as often; the difference is what one run
//! takes. valgrind knows no AVX-512: the loops are those of AVX2. Another version of the Rust compiler counts otherwise.

use einstan::{Axes, Tensor, einstan};
use ndarray::{Array1, Array2, ArrayRef2, Ix2, array};
use std::hint::black_box;
use std::process::Command;

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }
    pub fn dense_of_axes(X[Row, Inner], W[Inner, Column], b[Column]) -> Y[Row, Column] {
        Y[i, j] = X[i, k] * W[k, j] + b[j];
    }
    axis Row;
    axis Inner = 4;
    axis Column = 4;
    pub fn dot(u[n], v[n]) -> s {
        s = u[i] * v[i];
    }
}

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions.txt");

/// The functions that the compiler is counted on.
const DENSE: &str = "[::einstan] pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }";
const NETWORK: &str =
    "[::einstan] pub fn loss(const X[n, p], W1[p, h], b1[h], W2[h, c], b2[c], const T[n, c]) -> E {
    H[i,j] = tanh(X[i,k]*W1[k,j] + b1[j]);
    Z[i,j] = H[i,k]*W2[k,j] + b2[j];
    E = -sum[i,j](T[i,j]*log_softmax[j](Z[i,j])) / len(n);
}";

/// A name, how often it runs, and what runs.
type Work = (&'static str, u32, Box<dyn FnMut()>);

fn works() -> Vec<Work> {
    let numbers = |rows: usize, columns: usize| {
        Array2::from_shape_fn((rows, columns), |(i, j)| (i * 7 + j * 3) as f32 * 0.01)
    };
    let (x, w, b) = (numbers(4, 4), numbers(4, 4), array![0.1f32, 0.2, 0.3, 0.4]);
    let (large_x, large_w, large_b) = (numbers(64, 64), numbers(64, 64), Array1::zeros(64));
    let (u, v) = (Array1::from_elem(8, 0.5f32), Array1::from_elem(8, 2.0f32));
    let expand = |text: &'static str| {
        move || {
            let tokens = text.parse().expect("tokens");
            black_box(einstan_compiler::expand(tokens));
        }
    };
    vec![
        ("dense, 4 x 4 x 4", 1000, {
            let (x, w, b) = (x.clone(), w.clone(), b.clone());
            Box::new(move || drop(black_box(dense(black_box(&x), &w, &b))))
        }),
        ("dense with axis types, 4 x 4 x 4", 1000, {
            let (x, w, b) = (named(&x), named(&w), Tensor::try_from(b.clone()).unwrap());
            Box::new(move || drop(black_box(dense_of_axes(black_box(&x), &w, &b))))
        }),
        (
            "dense with axis types and its gradient over kept memory, 4 x 4 x 4",
            1000,
            {
                let (x, w) = (named(&x), named(&w));
                let (b, mut y) = (Tensor::try_from(b.clone()).unwrap(), named(&x));
                let cotangent = named(&x);
                let mut workspace = dense_of_axes::Workspace::default();
                let mut gradient = dense_of_axes::Gradient::zeros_like(&x, &w, &b);
                Box::new(move || {
                    let (x, workspace) = (black_box(&x), &mut workspace);
                    let pullback = dense_of_axes::vjp_in(x, &w, &b, workspace, &mut y);
                    let mut pullback = pullback.unwrap();
                    pullback.call_into(&cotangent, &mut gradient).unwrap();
                })
            },
        ),
        ("dense into, 4 x 4 x 4", 1000, {
            let (x, w, b, mut y) = (x.clone(), w.clone(), b.clone(), Array2::zeros((4, 4)));
            Box::new(move || dense::into(black_box(&x), &w, &b, &mut y).unwrap())
        }),
        (
            "dense and its gradient over kept memory, 4 x 4 x 4",
            1000,
            {
                let (mut workspace, mut y) = (dense::Workspace::default(), Array2::zeros((4, 4)));
                let mut gradient = dense::Gradient::zeros_like(&x, &w, &b);
                Box::new(move || {
                    let pullback = dense::vjp_in(black_box(&x), &w, &b, &mut workspace, &mut y);
                    let mut pullback = pullback.unwrap();
                    pullback.call_into(&x, &mut gradient).unwrap();
                })
            },
        ),
        ("dense into, 64 x 64 x 64", 100, {
            let mut y = Array2::zeros((64, 64));
            Box::new(move || dense::into(black_box(&large_x), &large_w, &large_b, &mut y).unwrap())
        }),
        ("dot, 8", 1000, {
            let (u, v) = (u.clone(), v.clone());
            Box::new(move || drop(black_box(dot(black_box(&u), &v))))
        }),
        ("dot and its gradient over kept memory, 8", 1000, {
            let mut workspace = dot::Workspace::default();
            let mut gradient = dot::Gradient::zeros_like(&u, &v);
            Box::new(move || {
                let value =
                    dot::value_and_grad_in(black_box(&u), &v, &mut workspace, &mut gradient);
                black_box(value.unwrap());
            })
        }),
        ("the compiler: dense", 1, Box::new(expand(DENSE))),
        (
            "the compiler: two layers and a loss",
            1,
            Box::new(expand(NETWORK)),
        ),
    ]
}

/// A matrix with any axes.
fn named<A: Axes<Dimension = Ix2>>(array: &ArrayRef2<f32>) -> Tensor<f32, A> {
    Tensor::try_from(array.to_owned()).unwrap()
}

/// The instructions of one run of a piece of work.
fn count(name: &str, times: u32) -> Option<u64> {
    let of = |times: u32| -> Option<u64> {
        let run = Command::new("valgrind")
            .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
            .arg(std::env::current_exe().ok()?)
            .args(["--run", name, &times.to_string()])
            .env("RAYON_NUM_THREADS", "1")
            .output()
            .ok()?;
        let said = String::from_utf8_lossy(&run.stderr);
        let line = said.lines().find_map(|l| l.split_once("Collected :"))?;
        line.1.trim().parse().ok()
    };
    Some((of(2 * times)? - of(times)?) / u64::from(times))
}

/// The record: a number and a name in each line.
fn record() -> Vec<(String, u64)> {
    let text = std::fs::read_to_string(RECORD).unwrap_or_default();
    let line = |l: &str| {
        let (number, name) = l.trim_start().split_once("  ")?;
        Some((name.trim().to_string(), number.trim().parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|a| a == "--run") {
        let (name, times) = (&arguments[at + 1], &arguments[at + 2]);
        let times: u32 = times.parse().expect("how often");
        let mut works = works();
        let work = works
            .iter_mut()
            .find(|w| w.0 == name)
            .expect("a piece of work");
        return (0..times).for_each(|_| work.2());
    }
    let (known, mut text) = (record(), String::new());
    println!("{:>12} {:>12} {:>7}", "instructions", "record", "ratio");
    for (name, times, _) in works() {
        let Some(now) = count(name, times) else {
            return println!("valgrind does not run here: nothing is counted");
        };
        let before = known.iter().find(|(n, _)| n == name).map(|(_, n)| *n);
        let (before, ratio) = match before {
            Some(b) => (b.to_string(), format!("{:.3}", now as f64 / b as f64)),
            None => ("-".to_string(), "-".to_string()),
        };
        println!("{now:12} {before:>12} {ratio:>7}  {name}");
        text.push_str(&format!("{now:12}  {name}\n"));
    }
    if arguments.iter().any(|a| a == "--bless") {
        std::fs::write(RECORD, text).expect("the record is written");
    }
}
