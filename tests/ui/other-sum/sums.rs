//! A sum beside a product, and a function of an addend.

einstan::einstan! {
    fn reduced(x[n], b[n]) -> s {
        s = x[i]*x[i] + sum[i](b[i]) + b[i];
    }

    fn inside(x[n], b[n]) -> s {
        s = x[i]*x[i] + exp(b[i]);
    }
}

fn main() {}
