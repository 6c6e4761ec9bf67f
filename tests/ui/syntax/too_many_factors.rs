use einstan::einstan;

einstan! {
    fn eighth(x) = x*x*x*x*x*x*x*x;
    fn f(x[n]) -> y[n] {
        y[i] = eighth(x[i])*eighth(x[i])*eighth(x[i])*eighth(x[i])*eighth(x[i])*eighth(x[i])*eighth(x[i])*eighth(x[i])*x[i];
    }
}

fn main() {}
