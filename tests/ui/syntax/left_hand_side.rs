use einstan::einstan;

einstan! {
    fn f(x[n]) -> (y[n], z[n]) {
        y(i) = x[i];
        let z[i] = x[i];
        x[i] + 1 = z[i];
        w -= 2;
    }
}

fn main() {}
