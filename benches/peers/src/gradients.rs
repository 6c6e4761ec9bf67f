//! The rows with their gradients by hand on ndarray: the value, then the gradient by each argument.

use crate::values::{
    self, GELU, column, kernel_matrix, log_softmax, normalised, patches, unfolded, zeros_like,
};
use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, Array3, Array4, ArrayView2, Axis, Zip, s};

pub fn dense(
    x: &Array2<f32>,
    w: &Array2<f32>,
    b: &Array1<f32>,
    dy: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array2<f32>, Array1<f32>) {
    let y = values::dense(x, w, b);
    (y, dy.dot(&w.t()), x.t().dot(dy), dy.sum_axis(Axis(0)))
}

/// What changes in a step of training.
pub struct Layers {
    pub w1: Array2<f32>,
    pub b1: Array1<f32>,
    pub w2: Array2<f32>,
    pub b2: Array1<f32>,
}

/// A step of training in place; the loss before it.
pub fn mlp_step(layers: &mut Layers, x: &Array2<f32>, t: &Array2<f32>) -> f32 {
    const RATE: f32 = 0.1;
    let n = x.nrows() as f32;
    let mut h = values::dense(x, &layers.w1, &layers.b1);
    h.mapv_inplace(f32::tanh);
    let z = log_softmax(values::dense(&h, &layers.w2, &layers.b2));
    let loss = -(&z * t).sum() / n;
    let dz = (z.mapv(f32::exp) - t) / n;
    let dh = dz.dot(&layers.w2.t()) * h.mapv(|h| 1.0 - h * h);
    general_mat_mul(-RATE, &x.t(), &dh, 1.0, &mut layers.w1);
    layers.b1.scaled_add(-RATE, &dh.sum_axis(Axis(0)));
    general_mat_mul(-RATE, &h.t(), &dz, 1.0, &mut layers.w2);
    layers.b2.scaled_add(-RATE, &dz.sum_axis(Axis(0)));
    loss
}

/// The gradient by what a softmax is taken of.
fn softmax_pullback(y: &Array2<f32>, dy: &Array2<f32>) -> Array2<f32> {
    let mut dx = y * dy;
    let sums = column(dx.sum_axis(Axis(1)));
    Zip::from(&mut dx)
        .and(y)
        .and_broadcast(&sums)
        .for_each(|dx, &y, &sum| *dx -= y * sum);
    dx
}

pub fn softmax(x: &Array2<f32>, dy: &Array2<f32>) -> (Array2<f32>, Array2<f32>) {
    let y = values::softmax(x.clone());
    let dx = softmax_pullback(&y, dy);
    (y, dx)
}

pub fn xent_onehot(x: &Array2<f32>, t: &Array2<f32>) -> (f32, Array2<f32>) {
    let n = x.nrows() as f32;
    let mut l = log_softmax(x.clone());
    let loss = -(&l * t).sum() / n;
    Zip::from(&mut l)
        .and(t)
        .for_each(|l, &t| *l = (l.exp() - t) / n); // each row of t has the sum 1
    (loss, l)
}

pub fn xent_label(x: &Array2<f32>, t: &Array1<usize>) -> (f32, Array2<f32>) {
    let n = x.nrows() as f32;
    let mut l = log_softmax(x.clone());
    let mut loss = 0.0;
    for (mut row, &t) in l.rows_mut().into_iter().zip(t) {
        loss -= row[t] / n;
        row.mapv_inplace(|l| l.exp() / n);
        row[t] -= 1.0 / n;
    }
    (loss, l)
}

pub fn layernorm(
    x: &Array2<f32>,
    g: &Array1<f32>,
    b: &Array1<f32>,
    dy: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array1<f32>, Array1<f32>) {
    let m = x.ncols() as f32;
    let (z, deviations) = normalised(x);
    let y = &z * g + b;
    let dz = dy * g;
    let dg = (dy * &z).sum_axis(Axis(0));
    let mean = column(dz.sum_axis(Axis(1)) / m);
    let along = column((&dz * &z).sum_axis(Axis(1)) / m);
    let dx = (dz - mean - &z * &along) * &deviations;
    (y, dx, dg, dy.sum_axis(Axis(0)))
}

pub fn attention(
    q: &Array4<f32>,
    k: &Array4<f32>,
    v: &Array4<f32>,
    d_o: &Array4<f32>,
) -> (Array4<f32>, Array4<f32>, Array4<f32>, Array4<f32>) {
    let mut o = zeros_like(q);
    let (mut dq, mut dk, mut dv) = (zeros_like(q), zeros_like(k), zeros_like(v));
    let scale = 1.0 / (q.dim().3 as f32).sqrt();
    let (batches, heads, _, _) = q.dim();
    for (b, h) in ndarray::indices((batches, heads)) {
        let at = s![b, h, .., ..];
        let (q, k, v, d_o) = (q.slice(at), k.slice(at), v.slice(at), d_o.slice(at));
        let p = values::softmax(q.dot(&k.t()) * scale);
        let ds = softmax_pullback(&p, &d_o.dot(&v.t())) * scale;
        o.slice_mut(at).assign(&p.dot(&v));
        dq.slice_mut(at).assign(&ds.dot(&k));
        dk.slice_mut(at).assign(&ds.t().dot(&q));
        dv.slice_mut(at).assign(&p.t().dot(&d_o));
    }
    (o, dq, dk, dv)
}

pub fn conv2d(
    x: &Array4<f32>,
    k: &Array4<f32>,
    dy: &Array4<f32>,
) -> (Array4<f32>, Array4<f32>, Array4<f32>) {
    let (o, c, r, s) = k.dim();
    let (n, _, oh, ow) = dy.dim();
    let matrix = kernel_matrix(k);
    let mut y = zeros_like(dy);
    let mut dx = zeros_like(x);
    let mut dk = Array2::zeros(matrix.dim());
    for at in 0..n {
        let patches = patches(x.index_axis(Axis(0), at), (r, s));
        let dy = dy.index_axis(Axis(0), at);
        let dy = dy.to_shape((o, oh * ow)).expect("as many places");
        let value = matrix.dot(&patches);
        let value = value.to_shape((o, oh, ow)).expect("as many places");
        y.index_axis_mut(Axis(0), at).assign(&value);
        general_mat_mul(1.0, &dy, &patches.t(), 1.0, &mut dk);
        let back = matrix.t().dot(&dy);
        let back = back.to_shape((c, r, s, oh, ow)).expect("as many places");
        for (dy, dx_at) in ndarray::indices((r, s)) {
            let mut window = dx.slice_mut(s![at, .., dy..dy + oh, dx_at..dx_at + ow]);
            window += &back.slice(s![.., dy, dx_at, .., ..]);
        }
    }
    let dk = dk.into_shape_with_order(k.raw_dim());
    (y, dx, dk.expect("as many entries"))
}

pub fn bilinear(
    a: &Array2<f32>,
    w: &Array3<f32>,
    b: &Array2<f32>,
    dy: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array3<f32>, Array2<f32>) {
    let mut y = zeros_like(dy);
    let (mut da, mut dw, mut db) = (zeros_like(a), zeros_like(w), zeros_like(b));
    for (o, w) in w.outer_iter().enumerate() {
        let weights = dy.column(o).insert_axis(Axis(1));
        let product = a.dot(&w);
        y.column_mut(o).assign(&(&product * b).sum_axis(Axis(1)));
        let weighted = b * &weights;
        db += &(product * weights);
        general_mat_mul(1.0, &weighted, &w.t(), 1.0, &mut da);
        general_mat_mul(
            1.0,
            &a.t(),
            &weighted,
            0.0,
            &mut dw.index_axis_mut(Axis(0), o),
        );
    }
    (y, da, dw, db)
}

pub fn mttkrp(
    t: &Array3<f32>,
    b: &Array2<f32>,
    c: &Array2<f32>,
    dm: &Array2<f32>,
) -> (Array2<f32>, Array3<f32>, Array2<f32>, Array2<f32>) {
    let (n, m, _) = t.dim();
    let (value, inner) = values::mttkrp(t, b, c);
    let rows = dm.view().insert_axis(Axis(1));
    let db = (inner * rows).sum_axis(Axis(0));
    let weighted = b
        .broadcast((n, m, b.ncols()))
        .expect("the same for each row")
        .to_owned()
        * rows;
    let weighted = weighted.into_shape_with_order((n * m, b.ncols()));
    let weighted = weighted.expect("a tensor in its standard order");
    let dt = weighted.dot(&c.t()).into_shape_with_order(t.raw_dim());
    let dc = unfolded(t).t().dot(&weighted);
    (value, dt.expect("as many entries"), db, dc)
}

pub fn sqdist(
    x: &Array2<f32>,
    y: &Array2<f32>,
    dd: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array2<f32>) {
    let mut d = zeros_like(dd);
    let (mut dx, mut dy) = (zeros_like(x), zeros_like(y));
    for i in 0..x.nrows() {
        let mut difference = y - &x.row(i);
        d.row_mut(i)
            .assign(&difference.map_axis(Axis(1), |row| row.dot(&row)));
        difference *= &column(&dd.row(i) * 2.0);
        dx.row_mut(i)
            .scaled_add(-1.0, &difference.sum_axis(Axis(0)));
        dy += &difference;
    }
    (d, dx, dy)
}

pub fn sqdist_expanded(
    x: &Array2<f32>,
    y: &Array2<f32>,
    dd: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array2<f32>) {
    let pull = |x: &Array2<f32>, y: &Array2<f32>, dd: ArrayView2<f32>| {
        let mut dx = x * &column(dd.sum_axis(Axis(1)) * 2.0);
        general_mat_mul(-2.0, &dd, y, 1.0, &mut dx);
        dx
    };
    let d = values::sqdist_expanded(x, y);
    (d, pull(x, y, dd.view()), pull(y, x, dd.t()))
}

pub fn gelu(x: &Array1<f32>, dy: &Array1<f32>) -> (Array1<f32>, Array1<f32>) {
    let (mut y, mut dx) = (zeros_like(x), zeros_like(x));
    Zip::from(&mut y)
        .and(&mut dx)
        .and(x)
        .and(dy)
        .for_each(|y, dx, &x, &dy| {
            let t = (GELU * (x + 0.044715 * x * x * x)).tanh();
            *y = 0.5 * x * (1.0 + t);
            let inner = GELU * (1.0 + 3.0 * 0.044715 * x * x);
            *dx = dy * 0.5 * (1.0 + t + x * (1.0 - t * t) * inner);
        });
    (y, dx)
}

pub fn bmm(
    a: &Array3<f32>,
    b: &Array3<f32>,
    dc: &Array3<f32>,
) -> (Array3<f32>, Array3<f32>, Array3<f32>) {
    let mut c = zeros_like(dc);
    let (mut da, mut db) = (zeros_like(a), zeros_like(b));
    for at in 0..a.len_of(Axis(0)) {
        let [a, b, dc] = [a, b, dc].map(|x| x.index_axis(Axis(0), at));
        let [mut c, mut da, mut db] =
            [&mut c, &mut da, &mut db].map(|x| x.index_axis_mut(Axis(0), at));
        general_mat_mul(1.0, &a, &b, 0.0, &mut c);
        general_mat_mul(1.0, &dc, &b.t(), 0.0, &mut da);
        general_mat_mul(1.0, &a.t(), &dc, 0.0, &mut db);
    }
    (c, da, db)
}

pub fn chain(
    a: &Array2<f32>,
    b: &Array2<f32>,
    c: &Array2<f32>,
    dy: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>, Array2<f32>, Array2<f32>) {
    let bc = b.dot(c);
    let back = a.t().dot(dy);
    (
        a.dot(&bc),
        dy.dot(&bc.t()),
        back.dot(&c.t()),
        b.t().dot(&back),
    )
}

pub fn embed(
    e: &Array2<f32>,
    tokens: &Array1<usize>,
    dy: &Array2<f32>,
) -> (Array2<f32>, Array2<f32>) {
    let mut de = zeros_like(e);
    for (&token, dy) in tokens.iter().zip(dy.rows()) {
        let mut row = de.row_mut(token);
        row += &dy;
    }
    (values::embed(e, tokens), de)
}
