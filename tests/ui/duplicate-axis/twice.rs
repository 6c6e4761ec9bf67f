use einstan::einstan;

einstan! {
    axis Pixel = 784;
    pub axis Pixel;
    axis Hidden = 2*64;
    axis Class = 2.5;
    fn f(X[Pixel, Hidden]) -> Y[Pixel] { Y[i] = sum[j](X[i,j]); }
}

fn main() {}
