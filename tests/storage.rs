//! `#[einstan(store(..), recompute(..))]`: the same values, another memory, and `PLAN` says so.

use einstan::einstan;
use ndarray::Array2;

einstan! {
    pub fn network(X[n, m], W[m, h], V[h, c]) -> (Y[n, c], E) {
        Z[i,j] = X[i,k]*W[k,j];
        H[i,j] = tanh(Z[i,j]);
        S[i,j] = 2*H[i,j] + 1;
        Y[i,j] = softmax[j](H[i,k]*V[k,j] + sum[k](exp(S[i,k])));
        E = sum[i,j](Y[i,j]^2 * sum[k](S[i,k]^2));
    }
    #[einstan(recompute(H))]
    pub fn again(X[n, m], W[m, h], V[h, c]) -> (Y[n, c], E) {
        Z[i,j] = X[i,k]*W[k,j];
        H[i,j] = tanh(Z[i,j]);
        S[i,j] = 2*H[i,j] + 1;
        Y[i,j] = softmax[j](H[i,k]*V[k,j] + sum[k](exp(S[i,k])));
        E = sum[i,j](Y[i,j]^2 * sum[k](S[i,k]^2));
    }
    #[einstan(recompute(Z, H))]
    pub fn all_again(X[n, m], W[m, h], V[h, c]) -> (Y[n, c], E) {
        Z[i,j] = X[i,k]*W[k,j];
        H[i,j] = tanh(Z[i,j]);
        S[i,j] = 2*H[i,j] + 1;
        Y[i,j] = softmax[j](H[i,k]*V[k,j] + sum[k](exp(S[i,k])));
        E = sum[i,j](Y[i,j]^2 * sum[k](S[i,k]^2));
    }
    #[einstan(store(S))]
    pub fn held(X[n, m], W[m, h], V[h, c]) -> (Y[n, c], E) {
        Z[i,j] = X[i,k]*W[k,j];
        H[i,j] = tanh(Z[i,j]);
        S[i,j] = 2*H[i,j] + 1;
        Y[i,j] = softmax[j](H[i,k]*V[k,j] + sum[k](exp(S[i,k])));
        E = sum[i,j](Y[i,j]^2 * sum[k](S[i,k]^2));
    }
    /// A sum in several equations, read through another one that reads a result.
    #[einstan(recompute(A))]
    pub fn added(x[n], y[n]) -> (r[n], s) {
        r[i] = exp(x[i]);
        A[i] = r[i] * y[i];
        A[i] += sum[j](x[j]*y[i]);
        s = sum[i](A[i]^3);
    }
    pub fn added_held(x[n], y[n]) -> (r[n], s) {
        r[i] = exp(x[i]);
        A[i] = r[i] * y[i];
        A[i] += sum[j](x[j]*y[i]);
        s = sum[i](A[i]^3);
    }
}

fn numbers(rows: usize, columns: usize, seed: f64) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| {
        ((i * columns + j) as f64 * 0.7 + seed).sin()
    })
}

fn close<D: ndarray::Dimension>(a: &ndarray::Array<f64, D>, b: &ndarray::Array<f64, D>) {
    assert!(
        a.iter().zip(b).all(|(x, y)| (x - y).abs() < 1e-12),
        "{a} is not {b}"
    );
}

/// The line of `PLAN` about a tensor between the two passes.
fn line<'a>(plan: &'a str, tensor: &str) -> Option<&'a str> {
    let start = format!("{tensor}: ");
    let between = plan.split("between the two:").nth(1)?;
    between
        .lines()
        .map(str::trim)
        .find(|l| l.starts_with(&start))
}

#[test]
fn values_and_gradients_are_the_same() {
    let (x, w, v) = (numbers(5, 4, 0.0), numbers(4, 6, 1.0), numbers(6, 3, 2.0));
    let (dy, de) = (numbers(5, 3, 3.0), 0.7);
    let ((y, e), pullback) = network::vjp(&x, &w, &v).unwrap();
    let g = pullback.call(&dy, de).unwrap();
    macro_rules! same {
        ($($f:ident),*) => {$(
            let ((z, f), pullback) = $f::vjp(&x, &w, &v).unwrap();
            let h = pullback.call(&dy, de).unwrap();
            close(&y, &z);
            assert!((e - f).abs() < 1e-12);
            close(&g.X, &h.X);
            close(&g.W, &h.W);
            close(&g.V, &h.V);
        )*};
    }
    same!(again, all_again, held);
    let (x, y) = (
        numbers(4, 1, 0.0).remove_axis(ndarray::Axis(1)),
        numbers(4, 1, 1.0).remove_axis(ndarray::Axis(1)),
    );
    let (_, pullback) = added::vjp(&x, &y).unwrap();
    let (_, other) = added_held::vjp(&x, &y).unwrap();
    let (g, h) = (
        pullback.call(&x, 1.5).unwrap(),
        other.call(&x, 1.5).unwrap(),
    );
    close(&g.x, &h.x);
    close(&g.y, &h.y);
}

#[test]
fn the_plan_says_what_is_stored_and_why() {
    let of = |plan: &'static str, tensor: &str| line(plan, tensor).unwrap_or_default();
    assert_eq!(
        of(network::PLAN, "H"),
        "H: stored: a matrix product reads it (25 flops an element)"
    );
    assert_eq!(
        of(network::PLAN, "S"),
        "S: computed again (2 flops an element)"
    );
    assert_eq!(
        of(again::PLAN, "H"),
        "H: computed again, as asked (25 flops an element)"
    );
    assert_eq!(
        line(again::PLAN, "Z"),
        Some("Z: stored: it needs a reduction")
    );
    assert_eq!(of(all_again::PLAN, "Z"), "Z: computed again, as asked");
    assert_eq!(
        of(held::PLAN, "S"),
        "S: stored, as asked (2 flops an element)"
    );
    assert_eq!(
        line(added::PLAN, "A"),
        Some("A: computed again, as asked (3 flops an element)")
    );
}
