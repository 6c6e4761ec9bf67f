use einstan::einstan;

einstan! {
    #[einstan(test)]
    fn constant(t[n]: usize) -> k[n]: usize { k[i] = 2*t[i]; }
}

fn main() {}
