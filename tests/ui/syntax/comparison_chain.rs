use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = if 0 < x[i] < 1 { 1 } else { 0 };
    }
}

fn main() {}
