use einstan::einstan;

einstan! {
    fn step(mut W[n], x[n]) {
        W[i] += x[i];
    }

    fn f(W[n], x[n]) -> V[n] {
        V = step(W, x);
    }
}

fn main() {}
