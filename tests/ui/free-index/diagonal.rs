use einstan::einstan;

einstan! {
    fn f(A[n, n], B[m, m]) -> s {
        s = A[i, i] * B[j, j];
    }
}

fn main() {}
