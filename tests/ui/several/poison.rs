use einstan::einstan;

einstan! {
    fn f(x[n]) -> y[n] {
        a[i] = unknown[i];
        b[i] = a[i] + 1;
        y[i] = b[i] * a[i];
    }
    fn good(x[n]) -> y[n] {
        y[i] = x[i];
    }
}

fn main() {
    let _ = f(&ndarray::arr1(&[1.0]));
    let _ = f::vjp(&ndarray::arr1(&[1.0]));
    let _ = good(&ndarray::arr1(&[1.0]));
}
