use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        y[i] = if x[i] > 0 { x[i] };
    }
}

fn main() {}
