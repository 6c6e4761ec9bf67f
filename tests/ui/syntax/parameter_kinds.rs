use einstan::einstan;

einstan! {
    fn f(const mut W[n], dim c[2], s[]) -> t {
        t = W[i] * W[i];
    }
}

fn main() {}
