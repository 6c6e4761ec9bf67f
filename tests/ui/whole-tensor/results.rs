use einstan::einstan;

einstan! {
    fn both(x[n]) -> (y[n], s) {
        y[i] = 2 * x[i];
        s = sum[i](x[i]);
    }

    fn one(x[n]) -> y[n] {
        y = both(x);
    }

    fn declared(x[n], z[m]) -> y[m] {
        (y, _) = both(x);
        w[j] = z[j];
    }

    fn added(x[n]) -> y[n] {
        y += both(x);
    }

    fn inside(x[n]) -> y[n] {
        y[i] = both(x) * x[i];
    }
}

fn main() {}
