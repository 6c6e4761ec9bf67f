//! The functions of the tests.

pub(crate) mod axes {
    use einstan::einstan;
    const SIDE: usize = 2;
    einstan! {
        /// A batch.
        pub axis Batch;
        pub axis Feature = 3;
        pub axis Hidden = 2*2;
        pub(crate) axis Cell = {SIDE*SIDE + 1};
        pub axis Edge = SIDE;
        axis Step;
        /// A capital alone is an axis where it is declared as one.
        axis N = 2;

        pub fn of_an_axis_of_its_own(x[Step], y[N]) -> s { s = sum[i](x[i]) + y[j]*y[j]; }
    }
}

/// Axes that are called like types of Rust and of generated code.
pub(crate) mod names {
    use einstan::einstan;
    einstan! {
        pub axis Result = 2;
        pub axis Gradient;
        axis Option = 3;
        pub(crate) axis A1;
        axis Some;

        #[einstan(test)]
        pub fn product(A[Result, Gradient], B[Gradient, Option], C[Option, A1], D[A1, Some]) -> E[Result, Some] {
            E[i,m] = A[i,j]*B[j,k]*C[k,l]*D[l,m];
        }
    }
}

/// The same equations with axis types and without.
pub(crate) mod typed {
    use super::axes::{Batch, Cell, Edge, Feature, Hidden};
    use einstan::einstan;
    einstan! {
        #[einstan(test)]
        pub fn dense(X[Batch, Feature], W[Feature, Hidden], b[Hidden]) -> Y[Batch, Hidden] {
            Y[i,j] = tanh(X[i,k]*W[k,j] + b[j]);
        }
        #[einstan(test)]
        pub fn open(X[n, Feature], W[Feature, m], a) -> (Y[n, m], s, k[n]: usize) {
            Y[i,j] = a*X[i,k]*W[k,j];
            s = Y[i,j]*Y[i,j];
            k[i] = argmax[j](Y[i,j]);
        }
        #[einstan(test)]
        pub fn loss(const X[Batch, Feature], t[Batch]: usize, W[Feature, Hidden]) -> e {
            Z[i,j] = X[i,k]*W[k,j];
            e = -mean[i](log_softmax[j](Z[i,j])*(t[i] == j));
        }
        #[einstan(test)]
        pub fn steps(X[Batch, Cell], U[Cell, Cell]) -> H[Batch, Cell] {
            H[t,j] = tanh(X[t,j] + H[pad(t-1),l]*U[l,j]);
        }
        #[einstan(test)]
        pub fn window(X[n, Cell], K[Edge]) -> Y[n, w] {
            Y[i,x] = X[i,x+r]*K[r];
        }
        pub fn square(X[n, Cell]) -> Y[n, 5] { Y[i,j] = X[i,j]^2; }
        /// Lengths that only the axis of the result says.
        pub fn ramp(x[n]) -> (y[Cell], z[Feature]) {
            y[j: Cell] = j*sum[i](x[i]);
            z[j: Feature] = len(Cell)*j;
        }
        /// A length that no type knows, called by the name of one that does.
        pub fn renamed(x[n], K[r]) -> y[Cell] { y[i] = x[i+s]*K[s]; }
        pub fn histogram(t[n]: usize) -> h[Cell] { h[t[i]] += 1; }
        pub fn one_hot(t[Batch]: usize, dim c) -> Y[Batch, c] { Y[i,j] = (t[i] == j); }
        pub fn jacobian_in_the_body(X[Batch, Feature], W[Feature, Edge]) -> J[Batch, Edge, Feature, Edge] {
            Y[i,j] = X[i,k]*W[k,j];
            J[i,j,k,l] = d(Y[i,j])/d(W[k,l]);
        }
        pub fn descend(mut W[Feature, m], G[Feature, m], rate) { W[i,j] = W[i,j] - rate*G[i,j]; }
        pub fn seven(X[Batch, Edge, Edge, Edge, Edge, Edge, n]) -> s { s = sum[a,b,c,d,e,f,g](X[a,b,c,d,e,f,g]^2); }
        /// Names that generated code uses itself.
        pub fn taken(X[Batch, T], Y[T, rt], Z[rt, C0], V[C0, A0]) -> U[Batch, A0] {
            U[i,m] = X[i,j]*Y[j,k]*Z[k,l]*V[l,m];
        }
        pub fn units(H[n, Hidden], c[m]) -> Y[n, m] { Y[i,j] = sum[k](H[i,k])*c[j]; }
        pub fn three(x[3], q[Batch]) -> y[3] { y[i] = 2*x[i] + sum[j](q[j]); }
        pub fn many(x[n], dim k, w[k]) -> y[k] { y[i] = w[i]*sum[j](x[j]); }
        pub fn single(x[Batch]: f32) -> e { e = x[i]*x[i]; }
    }
}

pub(crate) mod plain {
    use super::axes::Cell;
    use einstan::einstan;
    einstan! {
        pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = tanh(X[i,k]*W[k,j] + b[j]); }
        pub fn open(X[n, p], W[p, m], a) -> (Y[n, m], s, k[n]: usize) {
            Y[i,j] = a*X[i,k]*W[k,j];
            s = Y[i,j]*Y[i,j];
            k[i] = argmax[j](Y[i,j]);
        }
        pub fn loss(const X[n, m], t[n]: usize, W[m, k]) -> e {
            Z[i,j] = X[i,k]*W[k,j];
            e = -mean[i](log_softmax[j](Z[i,j])*(t[i] == j));
        }
        pub fn steps(X[n, c], U[c, c]) -> H[n, c] { H[t,j] = tanh(X[t,j] + H[pad(t-1),l]*U[l,j]); }
        pub fn window(X[n, c], K[r]) -> Y[n, w] { Y[i,x] = X[i,x+r]*K[r]; }
        pub fn double(X[n, m]) -> Y[n, m] { Y[i,j] = 2*X[i,j]; }
        /// A typed function from one that has no axis types: lengths are compared when it runs.
        pub fn squares(X[n, m]) -> Y[n, k] { Y = super::typed::square(X); }
        pub fn sames(X[m]) -> (y[m], s) { y = same(X); s = mean_of(y); }
        fn mean_of(x[Cell]) -> s { s = sum[i](x[i]) / len(Cell); }
        /// One more level of functions without axis types.
        pub fn outer(x[n]) -> s { (_, s) = sames(x); }
        fn counts(t[n]: usize) -> h[Cell] { h[t[i]] += 1; }
        fn same(x[Cell]) -> y[Cell] { y[i] = x[i]; }
        pub fn counted(t[n]: usize, x[m]) -> y[c] { h = counts(t); z = same(x); y[i] = h[i]*sum[j](z[j]); }
    }
}

/// Layers of other invocations in one typed body, plain ones too.
pub(crate) mod network {
    use super::axes::{Batch, Cell, Feature, Hidden};
    use super::{plain, typed};
    use einstan::einstan;
    einstan! {
        /// Layers with nothing between them.
        pub fn chained(X[Batch, Feature], W[Feature, Hidden], b[Hidden], c[m]) -> Y[Batch, m] {
            Q = plain::double(X);
            H = typed::dense(Q, W, b);
            P = plain::double(H);
            Y = typed::units(P, c);
        }
        /// Lengths without names fit any axis, in what is called and in what it gives.
        pub fn of_numbers(x[Feature], q[Batch]) -> y[Feature] {
            z = typed::three(x, q);
            y = typed::many(z, 3, x);
        }
        /// The lengths of axes are variables in Rust, and names may be words of it.
        pub fn in_rust(x[Batch], W[r#type, Feature]) -> s {
            s = {(Batch + Feature) as f64}*sum[i](x[i]) + sum[k,j](W[k,j]);
        }
        fn scaled(X[n, Feature], a) -> Y[n, Feature] { Y[i,j] = a*X[i,j]; }
        #[einstan(test)]
        pub fn all(X[Batch, Feature], W[Feature, Hidden], b[Hidden], V[Hidden, Feature]) -> s {
            Q = scaled(X, 0.5);
            H = typed::dense(Q, W, b);
            D = plain::double(H);
            Y[i,j] = D[i,k]*V[k,j];
            (Z, _, _) = typed::open(Y, W, 2.0);
            s = Z[i,j]*Z[i,j];
        }
        pub fn squares(X[Batch, Cell]) -> Y[Batch, 5] { Y = typed::square(X); }
    }
}
