use einstan::einstan;

einstan! {
    axis Pixel = 784;
    pub axis Pixel;
    axis Hidden = 2*64;
    axis Class = 2.5;
    fn f(X[Pixel, Hidden]) -> Y[Pixel] { Y[i] = sum[j](X[i,j]); }
}

einstan! {
    axis H = 2;
    fn H(x[n]) -> y[n] { y[i] = 2*x[i]; }
    #[einstan(test)]
    axis Row;
}

einstan! {
    pub axis Batch;
    fn generic(X[n, m]) -> b[Batch] { b[i] = sum[j](X[i,j]); }
    fn thirteen(X[Batch, a, b, c, d, e, f, g, h, i, j, k, l]) -> y[Batch] { y[o] = X[o,0,0,0,0,0,0,0,0,0,0,0,0]; }
}

fn main() {}
