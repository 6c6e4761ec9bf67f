//! Both gradients of the two-layer network: the generated one, and the chain of the article "Finding gradients of neural
//! networks" carried out by hand, with one einstan function for each product of Jacobians.
//!
//!     cargo run --release --example gradients

use einstan::einstan;
use ndarray::{Array, Array1, Array2, ArrayD, Dimension};

einstan! {
    /// The network and its error.
    pub fn network(const X[n, m], W1[m, h], b1[h], W2[h, c], b2[c], const T[n, c]) -> E {
        Y1[i,j] = X[i,k] * W1[k,j] + b1[j];
        H[i,j] = tanh(Y1[i,j]);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y[i,j] = softmax[j](Y2[i,j]);
        E = -sum[i,j](T[i,j] * ln(Y[i,j])) / len(n);
    }

    /// The tensors on the way.
    pub fn values(X[n, m], W1[m, h], b1[h], W2[h, c], b2[c]) -> (H[n, h], Y[n, c]) {
        H[i,j] = tanh(X[i,k] * W1[k,j] + b1[j]);
        Y2[i,j] = H[i,k] * W2[k,j] + b2[j];
        Y[i,j] = softmax[j](Y2[i,j]);
    }

    /// d(E)/d(Y[a,b])
    pub fn by_y(T[n, c], Y[n, c]) -> DY[n, c] {
        DY[a,b] = -T[a,b] / Y[a,b] / len(n);
    }

    /// d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[a,e]), where the Jacobian of a softmax is Y[a,b] * ((b == e) - Y[a,e])
    pub fn by_y2(DY[n, c], Y[n, c]) -> DY2[n, c] {
        DY2[a,e] = sum[b](DY[a,b] * Y[a,b] * ((b == e) - Y[a,e]));
    }

    /// d(E)/d(Y2[q,j]) * d(Y2[q,j])/d(W2[i,j])
    pub fn by_w2(DY2[n, c], H[n, h]) -> G[h, c] {
        G[i,j] = DY2[q,j] * H[q,i];
    }

    /// d(E)/d(Y2[q,j]) * d(Y2[q,j])/d(b2[j])
    pub fn by_b2(DY2[n, c]) -> G[c] {
        G[j] = sum[q](DY2[q,j]);
    }

    /// d(E)/d(Y2[f,e]) * d(Y2[f,e])/d(H[f,g])
    pub fn by_h(DY2[n, c], W2[h, c]) -> DH[n, h] {
        DH[f,g] = DY2[f,e] * W2[g,e];
    }

    /// d(E)/d(H[p,q]) * d(H[p,q])/d(Y1[p,q])
    pub fn by_y1(DH[n, h], H[n, h]) -> DY1[n, h] {
        DY1[p,q] = DH[p,q] * (1 - H[p,q]^2);
    }

    /// d(E)/d(Y1[p,j]) * d(Y1[p,j])/d(W1[i,j])
    pub fn by_w1(DY1[n, h], X[n, m]) -> G[m, h] {
        G[i,j] = DY1[p,j] * X[p,i];
    }

    /// d(E)/d(Y1[p,j]) * d(Y1[p,j])/d(b1[j])
    pub fn by_b1(DY1[n, h]) -> G[h] {
        G[j] = sum[p](DY1[p,j]);
    }
}

/// Numbers that look random and are the same every time.
fn numbers<D: Dimension>(shape: impl ndarray::ShapeBuilder<Dim = D>, seed: f64) -> Array<f64, D> {
    let mut at = seed;
    Array::from_shape_simple_fn(shape, move || {
        at += 1.0;
        (at * 12.9898).sin() * 0.8
    })
}

fn main() -> Result<(), einstan::Error> {
    let (n, m, h, c) = (4, 3, 5, 3);
    let x: Array2<f64> = numbers((n, m), 0.0);
    let (w1, b1): (Array2<f64>, Array1<f64>) = (numbers((m, h), 100.0), numbers(h, 200.0));
    let (w2, b2): (Array2<f64>, Array1<f64>) = (numbers((h, c), 300.0), numbers(c, 400.0));
    let t = Array2::from_shape_fn((n, c), |(i, j)| f64::from(u8::from(i % c == j)));

    let (error, generated) = network::value_and_grad(&x, &w1, &b1, &w2, &b2, &t)?;
    println!("E = {error:.6}\n");

    let (hidden, y) = values(&x, &w1, &b1, &w2, &b2)?;
    let dy = by_y(&t, &y)?;
    let dy2 = by_y2(&dy, &y)?;
    let dh = by_h(&dy2, &w2)?;
    let dy1 = by_y1(&dh, &hidden)?;
    let by_hand: [(&str, ArrayD<f64>); 4] = [
        ("W1", by_w1(&dy1, &x)?.into_dyn()),
        ("b1", by_b1(&dy1)?.into_dyn()),
        ("W2", by_w2(&dy2, &hidden)?.into_dyn()),
        ("b2", by_b2(&dy2)?.into_dyn()),
    ];

    let mut largest = 0.0f64;
    for ((name, found), (_, expected)) in generated.iter().zip(&by_hand) {
        let difference = found
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        largest = largest.max(difference);
        println!(
            "dE/d{name}, generated:\n{found:.6}\ndE/d{name}, by the chain rule:\n{expected:.6}\n"
        );
    }
    println!("largest difference: {largest:.1e}");
    assert!(largest < 1e-12, "the two gradients differ by {largest}");
    Ok(())
}
