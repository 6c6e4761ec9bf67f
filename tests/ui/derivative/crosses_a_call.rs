use einstan::einstan;

mod nn {
    einstan::einstan! {
        pub fn twice(x[n]) -> y[n] {
            y[i] = 2 * x[i];
        }
    }
}

einstan! {
    fn f(x[n]) -> J[n, n] {
        y = nn::twice(x);
        z[i] = y[i]^2;
        J[i,j] = d(z[i])/d(x[j]);
    }
}

fn main() {}
