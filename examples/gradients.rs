//! The gradients of a two-layer network in three ways: by the generated backward pass, by chains of Jacobians typed as the
//! article "Finding gradients of neural networks" writes them, and by central differences.
//!
//!     cargo run --example gradients
//!
//! Fails where they disagree.

use einstan::einstan;
use ndarray::{Array, Array1, Array2, ArrayViewD, Dimension};
use std::process::ExitCode;

einstan! {
    /// The first activation, of numbers.
    fn s1(x) = tanh(x);

    /// The second activation, of tensors: each element of a row depends on the whole row.
    pub fn s2(A[n, o]) -> P[n, o] {
        P[i,j] = softmax[j](A[i,j]);
    }

    /// The mean cross-entropy of the targets `T` and the outputs `Y`.
    pub fn error(const T[n, o], Y[n, o]) -> E {
        E = -sum[i,j](T[i,j] * ln(Y[i,j])) / len(n);
    }

    /// The network. Nothing here says what its derivatives are.
    pub fn network(const X[n, m], const T[n, o], W1[m, h], b1[h], W2[h, o], b2[o]) -> E {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H       = s1(Y1);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y       = s2(Y2);
        E       = error(T, Y);
    }

    /// The same lines, and the chain rule for each gradient as it stands on paper.
    pub fn chains(const X[n, m], const T[n, o], W1[m, h], b1[h], W2[h, o], b2[o])
        -> (GW1[m, h], Gb1[h], GW2[h, o], Gb2[o])
    {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H       = s1(Y1);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y       = s2(Y2);
        E       = error(T, Y);
        GW2[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(W2[i,j]);
        Gb2[i]   = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(b2[i]);
        GW1[i,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g])
                                  * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(W1[i,j]);
        Gb1[i]   = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * d(Y2[c,e])/d(H[f,g])
                                  * d(H[f,g])/d(Y1[p,q]) * d(Y1[p,q])/d(b1[i]);
    }
}

/// How far the chain may be from the backward pass: rounding.
const BY_ROUNDING: f64 = 1e-12;

/// How far differences may be from it: their error is about the square of the step.
const BY_DIFFERENCES: f64 = 1e-8;

/// How many elements of each gradient are shown.
const SHOWN: usize = 3;

/// One gradient in all ways, its elements in the order of memory.
struct Row<'a> {
    name: &'a str,
    by_vjp: ArrayViewD<'a, f64>,
    by_chain: ArrayViewD<'a, f64>,
    by_differences: Vec<f64>,
}

/// The greatest difference of two lists, as a part of the greatest element of the first.
fn relative<'a>(
    a: impl IntoIterator<Item = &'a f64> + Clone,
    b: impl IntoIterator<Item = &'a f64>,
) -> f64 {
    // `f64::max` would drop a NaN.
    let most = |x: f64, y: f64| if y.is_nan() || y > x { y } else { x };
    let scale = a.clone().into_iter().map(|x| x.abs()).fold(0.0, most);
    let apart = a.into_iter().zip(b).map(|(x, y)| (x - y).abs());
    apart.fold(0.0, most) / scale
}

/// (f(x + s) - f(x - s)) / 2s for each element x of the parameter that `parameter` finds.
fn differences(
    point: &network::Gradient<f64>,
    name: &str,
    f: impl Fn(&network::Gradient<f64>) -> Result<f64, einstan::Error>,
) -> Result<Vec<f64>, einstan::Error> {
    let step = f64::EPSILON.cbrt();
    let count = point.iter().find(|p| p.0 == name).map_or(0, |p| p.1.len());
    let moved = |at: usize, by: f64| {
        let mut point = point.clone();
        let parameter = point.iter_mut().find(|p| p.0 == name);
        let element = parameter.and_then(|p| p.1.into_iter().nth(at));
        element.into_iter().for_each(|x| *x += by);
        f(&point)
    };
    (0..count)
        .map(|at| Ok((moved(at, step)? - moved(at, -step)?) / (2.0 * step)))
        .collect()
}

/// Numbers that look random and are the same every time.
fn numbers<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>, seed: f64) -> Array<f64, D> {
    let mut at = seed;
    Array::from_shape_simple_fn(shape, move || {
        at += 1.0;
        (at * 12.9898).sin() * 0.8
    })
}

/// The paragraph of `EQUATIONS` that begins with a word.
fn paragraph(word: &str) -> &'static str {
    let mut all = network::EQUATIONS.split("\n\n");
    all.find(|p| p.starts_with(word)).unwrap_or_default()
}

/// A few elements side by side.
fn print_elements(row: &Row) {
    let count = row.by_vjp.len();
    for ((index, vjp), at) in row.by_vjp.indexed_iter().zip(0..).take(SHOWN) {
        let by_chain = row.by_chain[index.clone()];
        let by_differences = row.by_differences[at];
        let index: Vec<String> = index.slice().iter().map(usize::to_string).collect();
        let element = format!("∂E/∂{}[{}]", row.name, index.join(","));
        println!("    {element:<14} {vjp:>20.15} {by_chain:>20.15} {by_differences:>20.15}");
    }
    if count > SHOWN {
        println!("    .. and {} more", count - SHOWN);
    }
}

/// The greatest differences of one gradient, and whether they are small.
fn print_comparison(row: &Row) -> bool {
    let by_chain = relative(&row.by_vjp, &row.by_chain);
    let by_differences = relative(&row.by_vjp, &row.by_differences);
    let agree = by_chain < BY_ROUNDING && by_differences < BY_DIFFERENCES;
    println!(
        "    {:<14} {:>20} {by_chain:>20.1e} {by_differences:>20.1e}   {}",
        format!("∂E/∂{}", row.name),
        row.by_vjp.len(),
        if agree { "agree" } else { "DISAGREE" }
    );
    agree
}

fn main() -> Result<ExitCode, einstan::Error> {
    let (n, m, h, o) = (4, 3, 5, 3);
    let x: Array2<f64> = numbers((n, m), 0.0);
    let t = Array2::from_shape_fn((n, o), |(i, j)| f64::from(u8::from(i % o == j)));
    let point = network::Gradient {
        W1: numbers((m, h), 100.0),
        b1: numbers(h, 200.0),
        W2: numbers((h, o), 300.0),
        b2: numbers(o, 400.0),
    };
    let error_at = |p: &network::Gradient<f64>| network(&x, &t, &p.W1, &p.b1, &p.W2, &p.b2);

    let (e, by_vjp) = network::value_and_grad(&x, &t, &point.W1, &point.b1, &point.W2, &point.b2)?;
    let (w1, b1, w2, b2): (Array2<f64>, Array1<f64>, Array2<f64>, Array1<f64>) =
        chains(&x, &t, &point.W1, &point.b1, &point.W2, &point.b2)?;
    let by_chain = [w1.into_dyn(), b1.into_dyn(), w2.into_dyn(), b2.into_dyn()];
    let mut rows = Vec::new();
    for ((name, by_vjp), by_chain) in by_vjp.iter().zip(&by_chain) {
        rows.push(Row {
            name,
            by_vjp,
            by_chain: by_chain.view(),
            by_differences: differences(&point, name, error_at)?,
        });
    }

    println!(
        "The gradients of the error E of a two-layer network (Y1 = X·W1 + b1, H = tanh(Y1), Y2 = H·W2 + b2,\n\
         Y = softmax of each row of Y2, E = mean cross-entropy), {n} samples, {m} inputs, {h} hidden, {o} outputs,\n\
         in three ways:\n\
         \n\
         \x20   vjp            the backward pass that was generated from the equations of the network\n\
         \x20   chain          d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]) * .., typed as it stands on paper\n\
         \x20   differences    (E(w + s) - E(w - s)) / 2s for each parameter w, s = {:.0e}\n\
         \n\
         The backward pass, as einstan derived it:\n",
        f64::EPSILON.cbrt()
    );
    println!("{}\n\nE = {e:.15}\n", paragraph("gradient"));
    println!("Elements side by side:\n");
    println!(
        "    {:<14} {:>20} {:>20} {:>20}",
        "", "vjp", "chain", "differences"
    );
    rows.iter().for_each(print_elements);
    println!("\nThe greatest difference from vjp, as a part of the gradient's greatest element:\n");
    println!(
        "    {:<14} {:>20} {:>20} {:>20}",
        "", "elements", "chain", "differences"
    );
    let agree: Vec<bool> = rows.iter().map(print_comparison).collect();
    println!(
        "\nallowed: {BY_ROUNDING:.0e} for the chain, {BY_DIFFERENCES:.0e} for the differences"
    );
    Ok(match agree.iter().all(|&a| a) {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
