use einstan::einstan;

einstan! {
    fn f(x[n], w) -> y[n] {
        y[i] = w * if x[i] > 0 { x[i] } else { 0 };
    }
}

fn main() {}
