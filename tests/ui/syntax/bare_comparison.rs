use einstan::einstan;

einstan! {
    fn one_hot(tok[n]: usize, dim c) -> Y[n, c] {
        Y[i, j] = tok[i] == j;
    }
}

fn main() {}
