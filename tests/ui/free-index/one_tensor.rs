use einstan::einstan;

einstan! {
    fn f(A[n, m]) -> y[m] {
        y[j] = A[i, j];
    }
}

fn main() {}
