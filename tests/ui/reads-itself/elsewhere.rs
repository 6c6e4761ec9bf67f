use einstan::einstan;

einstan! {
    fn f(x[n]) -> (u[n], v[n]) {
        u[i] = if i > 0 { u[i / 2] } else { x[i] };
        v[i] = x[i] + sum[j](if j <= i { v[j] } else { 0 });
    }
}

fn main() {}
