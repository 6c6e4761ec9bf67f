use einstan::einstan;

einstan! {
    fn f(x[n]) -> (s, p[n]) {
        s = sum(x);
        p = softmax(x);
    }
}

fn main() {}
