use einstan::einstan;

fn main() {
    let x = ndarray::array![1.0, 2.0];
    let _ = einstan!(#[einstan(test)] y[i] = x[i]*2);
}
