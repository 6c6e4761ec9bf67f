use einstan::einstan;

einstan! {
    axis Pixel = 784;
}

fn main() {}
