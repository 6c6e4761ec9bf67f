use einstan::einstan;

einstan! {
    extern fn erfc(x) = special::erfc;
}

fn main() {}
