use einstan::einstan;

einstan! {
    fn f(A[n]) -> H[n] {
        H = tanh(A);
    }
}

fn main() {}
