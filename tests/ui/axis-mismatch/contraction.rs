use einstan::einstan;

einstan! {
    fn f(A[n, m], B[l, k]) -> C[n, k] {
        C[i, j] = A[i, p] * B[p, j];
    }
}

fn main() {}
