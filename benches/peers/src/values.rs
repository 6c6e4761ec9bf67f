//! The values of the rows by hand on ndarray.

use ndarray::{
    Array, Array1, Array2, Array3, Array4, ArrayView2, ArrayView3, Axis, Dimension, Zip, s,
};

pub fn dense(x: &Array2<f32>, w: &Array2<f32>, b: &Array1<f32>) -> Array2<f32> {
    let mut y = x.dot(w);
    y += b;
    y
}

/// A column with one entry for each row.
pub fn column(rows: Array1<f32>) -> Array2<f32> {
    rows.insert_axis(Axis(1))
}

/// The exponentials less the largest of each row, and their sums.
pub fn exponentials(mut x: Array2<f32>) -> (Array2<f32>, Array2<f32>) {
    for mut row in x.rows_mut() {
        let largest = row.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        row.mapv_inplace(|v| (v - largest).exp());
    }
    let sums = column(x.sum_axis(Axis(1)));
    (x, sums)
}

pub fn softmax(x: Array2<f32>) -> Array2<f32> {
    let (e, sums) = exponentials(x);
    e / sums
}

pub fn log_softmax(mut x: Array2<f32>) -> Array2<f32> {
    for mut row in x.rows_mut() {
        let largest = row.fold(f32::NEG_INFINITY, |a, &b| a.max(b));
        let sum: f32 = row.mapv(|v| (v - largest).exp()).sum();
        row -= largest + sum.ln();
    }
    x
}

pub fn xent_onehot(x: &Array2<f32>, t: &Array2<f32>) -> f32 {
    -(log_softmax(x.clone()) * t).sum() / x.nrows() as f32
}

pub fn xent_label(x: &Array2<f32>, t: &Array1<usize>) -> f32 {
    let l = log_softmax(x.clone());
    let picked: f32 = l.rows().into_iter().zip(t).map(|(row, &t)| row[t]).sum();
    -picked / x.nrows() as f32
}

/// The rows less their mean, over their deviation; and one over the deviations.
pub fn normalised(x: &Array2<f32>) -> (Array2<f32>, Array2<f32>) {
    let m = x.ncols() as f32;
    let mut z = x - &column(x.sum_axis(Axis(1)) / m);
    let deviations = z.map_axis(Axis(1), |row| 1.0 / (row.dot(&row) / m + 1e-5).sqrt());
    let deviations = column(deviations);
    z *= &deviations;
    (z, deviations)
}

pub fn layernorm(x: &Array2<f32>, g: &Array1<f32>, b: &Array1<f32>) -> Array2<f32> {
    let (mut z, _) = normalised(x);
    z *= g;
    z += b;
    z
}

pub fn attention(q: &Array4<f32>, k: &Array4<f32>, v: &Array4<f32>) -> Array4<f32> {
    let mut o = zeros_like(q);
    let (batches, heads, _, d) = q.dim();
    let scale = 1.0 / (d as f32).sqrt();
    for (b, h) in ndarray::indices((batches, heads)) {
        let at = s![b, h, .., ..];
        let (q, k, v) = (q.slice(at), k.slice(at), v.slice(at));
        let p = softmax(q.dot(&k.t()) * scale);
        o.slice_mut(at).assign(&p.dot(&v));
    }
    o
}

/// What a convolution reads of one image for each of its places: a matrix of channels and offsets by places.
pub fn patches(image: ArrayView3<f32>, (r, s): (usize, usize)) -> Array2<f32> {
    let (c, h, w) = image.dim();
    let (oh, ow) = (h - r + 1, w - s + 1);
    let mut patches = Array::zeros((c, r, s, oh, ow));
    for (dy, dx) in ndarray::indices((r, s)) {
        let window = image.slice(s![.., dy..dy + oh, dx..dx + ow]);
        patches.slice_mut(s![.., dy, dx, .., ..]).assign(&window);
    }
    let flat = patches.into_shape_with_order((c * r * s, oh * ow));
    flat.expect("a tensor in its standard order")
}

/// The kernel as a matrix: by channels of the result, and by channels and offsets.
pub fn kernel_matrix(k: &Array4<f32>) -> ArrayView2<'_, f32> {
    let (o, c, r, s) = k.dim();
    let flat = k.view().into_shape_with_order((o, c * r * s));
    flat.expect("a tensor in its standard order")
}

pub fn conv2d(x: &Array4<f32>, k: &Array4<f32>) -> Array4<f32> {
    let (n, _, h, w) = x.dim();
    let (o, _, r, s) = k.dim();
    let (oh, ow) = (h - r + 1, w - s + 1);
    let mut y = Array3::zeros((n, o, oh * ow));
    for (image, mut y) in x.outer_iter().zip(y.outer_iter_mut()) {
        y.assign(&kernel_matrix(k).dot(&patches(image, (r, s))));
    }
    let images = y.into_shape_with_order((n, o, oh, ow));
    images.expect("a tensor in its standard order")
}

/// A × W for each index of the result, by B.
pub fn bilinear(a: &Array2<f32>, w: &Array3<f32>, b: &Array2<f32>) -> Array2<f32> {
    let mut y = Array2::zeros((a.nrows(), w.len_of(Axis(0))));
    for (w, mut y) in w.outer_iter().zip(y.columns_mut()) {
        y.assign(&(a.dot(&w) * b).sum_axis(Axis(1)));
    }
    y
}

/// T as a matrix whose rows are all pairs of its first two indices.
pub fn unfolded(t: &Array3<f32>) -> ArrayView2<'_, f32> {
    let (n, m, p) = t.dim();
    let flat = t.view().into_shape_with_order((n * m, p));
    flat.expect("a tensor in its standard order")
}

/// T × C, and of that the sums by B.
pub fn mttkrp(t: &Array3<f32>, b: &Array2<f32>, c: &Array2<f32>) -> (Array2<f32>, Array3<f32>) {
    let (n, m, _) = t.dim();
    let inner = unfolded(t).dot(c);
    let inner = inner.into_shape_with_order((n, m, c.ncols()));
    let inner = inner.expect("a product in its standard order");
    ((&inner * b).sum_axis(Axis(1)), inner)
}

pub fn sqdist(x: &Array2<f32>, y: &Array2<f32>) -> Array2<f32> {
    let mut d = Array2::zeros((x.nrows(), y.nrows()));
    for (x, mut d) in x.rows().into_iter().zip(d.rows_mut()) {
        let difference = y - &x;
        d.assign(&difference.map_axis(Axis(1), |row| row.dot(&row)));
    }
    d
}

/// The square of each difference multiplied out, which makes a product of matrices of it.
pub fn sqdist_expanded(x: &Array2<f32>, y: &Array2<f32>) -> Array2<f32> {
    let squares = |x: &Array2<f32>| x.map_axis(Axis(1), |row| row.dot(&row));
    let mut d = x.dot(&y.t());
    d *= -2.0;
    d += &column(squares(x));
    d += &squares(y);
    d
}

pub const GELU: f32 = 0.797_884_6;

pub fn gelu(x: &Array1<f32>) -> Array1<f32> {
    x.mapv(|x| 0.5 * x * (1.0 + (GELU * (x + 0.044715 * x * x * x)).tanh()))
}

pub fn bmm(a: &Array3<f32>, b: &Array3<f32>) -> Array3<f32> {
    let mut c = Array3::zeros((a.dim().0, a.dim().1, b.dim().2));
    Zip::from(c.outer_iter_mut())
        .and(a.outer_iter())
        .and(b.outer_iter())
        .for_each(|mut c, a, b| ndarray::linalg::general_mat_mul(1.0, &a, &b, 0.0, &mut c));
    c
}

pub fn embed(e: &Array2<f32>, tokens: &Array1<usize>) -> Array2<f32> {
    let tokens = tokens.as_slice().expect("a tensor in its standard order");
    e.select(Axis(0), tokens)
}

/// A tensor of the same lengths, of zeros.
pub fn zeros_like<D: Dimension>(x: &Array<f32, D>) -> Array<f32, D> {
    Array::zeros(x.raw_dim())
}
