use einstan::einstan;

einstan! {
    pub fn trace(A[n, m]) -> t {
        t = sum[i](A[i,i]);
    }
}

fn main() {}
