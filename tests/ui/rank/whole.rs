//! Tensors of different ranks, element by element.

einstan::einstan! {
    fn f(X[n, m], b[n]) -> Y[n, m] {
        Y = max(X, b);
    }
}

fn main() {}
