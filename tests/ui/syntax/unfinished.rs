use einstan::{Error, einstan};
use ndarray::{Array1, Array2};

einstan! {
    pub fn equation(X[n, m], a) -> Y[n] {
        H[i, j] = a*X[i, ]
    }

    pub fn caller(X[n, m], a) -> s {
        Z = equation(X, a);
        s = sum[i](Z[i]);
    }

    pub fn short: Z[i] = A[i, k]*b[k]*;

    pub fn left: Z[i, ]

    #[doc = ]
    pub fn attribute(x[n]) -> y[n] {
        y[i] = x[i];
    }

    pub unsafe fn modifier(x[n]) -> y[n] {
        y[i] = x[i];
    }

    fn body(x[n], k[n]: usize) -> (y[n], s)

    fn header

    pub fn right(x[n]) -> y[n] {
        y[i] = 2*x[i];
    }
}

// What calls them resolves: nothing is said of it.
fn calls(X: &Array2<f64>, x: &Array1<f64>, k: &Array1<usize>) -> Result<Array1<f64>, Error> {
    let y: Array1<f64> = equation(X, 2.0)?;
    let (_, pullback) = equation::vjp(X, 2.0)?;
    let gradient: equation::Gradient<f64> = pullback.call(&y)?;
    let (X_bar, a_bar): (Array2<f64>, f64) = (gradient.X, gradient.a);
    let s: f64 = caller(&X_bar, a_bar)?;
    let z: Array1<f64> = short(X, x)?;
    let (_, pullback) = body::vjp(x, k)?;
    let x_bar: body::Gradient<f64> = pullback.call(&z, s)?;
    let (y, _): (Array1<f64>, f64) = body(&x_bar.x, k)?;
    let _ = header;
    right(&modifier(&attribute(&y)?)?)
}

fn main() {}
