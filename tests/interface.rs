//! What a function becomes: every item with its exact type.

#![allow(clippy::type_complexity)] // types as the language states them

use einstan::{Error, Float, einstan};
use ndarray::{
    Array0, Array1, Array2, ArrayD, ArrayRef1, ArrayRef2, ArrayViewD, ArrayViewMutD, Ix0, IxDyn,
    array, s,
};

einstan! {
    /// A dense layer.
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    pub fn loss(x[n], a, const t[n], dim c) -> E { E = a*sum[i]((x[i] - t[i])^2) + len(c); }
    pub fn two(x[n], a) -> (y[n], s) { y[i] = a*x[i]; s = sum[i](y[i]^2); }
    pub fn three(x[n]) -> (y[n], at: usize, largest) { y[i] = 2*x[i]; at = argmax[i](x[i]); largest = max[i](x[i]); }
    pub fn single(x[n]: f32, a) -> s { s = a*sum[i](x[i]); }
    pub fn double(x[n], a: f64) -> y[n] { y[i] = a*x[i]; }
    pub fn integers(a[n]: usize, b[n]: i32, c[n]: i64, d[n]: u32, e[n]: u8, f: i32) -> (s[n], t[n]: i64) {
        s[i] = a[i] + b[i]/2 + c[i] + d[i] + e[i] + f;
        t[i] = a[i] + b[i]*c[i] - d[i] + e[i] % 7 + f;
    }
    pub fn mixed(tok[n]: usize, w[m]) -> s { s = sum[i,j](if tok[i] == j { w[j] } else { 0 }); }
    pub fn counts(tok[n]: usize, dim c) -> Y[n, c] { Y[i,j] = (tok[i] == j); }
    pub fn copies(a[n]: i32, b[n]: u8) -> (c[n]: i32, d[n]: u8) { c[i] = a[i]; d[i] = b[i]; }
    pub fn constant(const x[n]) -> s { s = sum[i](x[i]); }
    pub fn ranks(a, b[n], c[n, n, n, n, n, n], d[n, n, n, n, n, n, n])
        -> (e, f[n, n, n, n, n, n], g[n, n, n, n, n, n, n])
    {
        e = a*sum[i](b[i]);
        f[i,j,k,l,m,o] = b[i]*c[i,j,k,l,m,o];
        g[i,j,k,l,m,o,p] = b[i]*d[i,j,k,l,m,o,p];
    }
}
einstan!(pub fn short: Y[i,j] = X[i,k] * W[k,j] + b[j] + c);

fn ones(n: usize, m: usize) -> Array2<f64> {
    Array2::ones((n, m))
}

#[test]
fn the_function_has_the_stated_type() {
    fn as_written<T: Float>() {
        let _: fn(&ArrayRef2<T>, &ArrayRef2<T>, &ArrayRef1<T>) -> Result<Array2<T>, Error> =
            dense::<T>;
        let _: fn(
            &ArrayRef2<T>,
            &ArrayRef2<T>,
            &ArrayRef1<T>,
            &mut ArrayRef2<T>,
        ) -> Result<(), Error> = dense::into::<T>;
    }
    as_written::<f32>();
    as_written::<f64>();
    let _: Result<Array2<f64>, einstan::Error> = dense(&ones(2, 3), &ones(3, 4), &Array1::ones(4));
    let _: Result<Array2<f32>, einstan::Error> = dense(
        &Array2::ones((2, 3)),
        &Array2::ones((3, 4)),
        &Array1::ones(4),
    );
}

#[test]
fn the_pullback_has_the_stated_types() {
    fn vjp<'a, T: Float>(
        x: &'a ArrayRef2<T>,
        w: &'a ArrayRef2<T>,
        b: &'a ArrayRef1<T>,
    ) -> Result<(Array2<T>, dense::Pullback<'a, T>), Error> {
        dense::vjp(x, w, b)
    }
    fn vjp_in<'a, T: Float>(
        x: &'a ArrayRef2<T>,
        w: &'a ArrayRef2<T>,
        b: &'a ArrayRef1<T>,
        workspace: &'a mut dense::Workspace<T>,
        y: &mut ArrayRef2<T>,
    ) -> Result<dense::Pullback<'a, T>, Error> {
        dense::vjp_in(x, w, b, workspace, y)
    }
    fn call<T: Float>(
        p: &dense::Pullback<'_, T>,
        dy: &ArrayRef2<T>,
    ) -> Result<dense::Gradient<T>, Error> {
        p.call(dy)
    }
    fn call_into<T: Float>(
        p: &mut dense::Pullback<'_, T>,
        dy: &ArrayRef2<T>,
        g: &mut dense::Gradient<T>,
    ) -> Result<(), Error> {
        p.call_into(dy, g)
    }
    fn accumulate<T: Float>(
        p: &mut dense::Pullback<'_, T>,
        dy: &ArrayRef2<T>,
        g: &mut dense::Gradient<T>,
    ) -> Result<(), Error> {
        p.accumulate(dy, g)
    }
    fn into_owned<T: Float>(p: dense::Pullback<'_, T>) -> dense::Pullback<'static, T> {
        p.into_owned()
    }
    let (x, w, b) = (ones(2, 3), ones(3, 4), Array1::ones(4));
    let (y, mut pullback) = vjp(&x, &w, &b).unwrap();
    let mut g = call(&pullback, &y).unwrap();
    assert_eq!(g.b, array![8.0, 8.0, 8.0, 8.0]);
    accumulate(&mut pullback, &y, &mut g).unwrap();
    assert_eq!(g.b, array![16.0, 16.0, 16.0, 16.0]);
    call_into(&mut pullback, &y, &mut g).unwrap();
    assert_eq!(g.b, array![8.0, 8.0, 8.0, 8.0]);
    let _ = into_owned(pullback);
    let (mut workspace, mut y) = (dense::Workspace::default(), ones(2, 4));
    vjp_in(&x, &w, &b, &mut workspace, &mut y).unwrap();
    assert_eq!(y[[0, 0]], 4.0);
}

#[test]
fn the_items_of_a_scalar_result_have_the_stated_types() {
    fn value_and_grad<T: Float>(
        x: &ArrayRef1<T>,
        a: T,
        t: &ArrayRef1<T>,
        c: usize,
    ) -> Result<(T, loss::Gradient<T>), Error> {
        loss::value_and_grad(x, a, t, c)
    }
    fn grad<T: Float>(
        x: &ArrayRef1<T>,
        a: T,
        t: &ArrayRef1<T>,
        c: usize,
    ) -> Result<loss::Gradient<T>, Error> {
        loss::grad(x, a, t, c)
    }
    fn value_and_grad_in<T: Float>(
        x: &ArrayRef1<T>,
        a: T,
        t: &ArrayRef1<T>,
        c: usize,
        workspace: &mut loss::Workspace<T>,
        gradient: &mut loss::Gradient<T>,
    ) -> Result<T, Error> {
        loss::value_and_grad_in(x, a, t, c, workspace, gradient)
    }
    let (x, t) = (array![1.0, 2.0], array![0.0, 0.0]);
    let (e, mut g) = value_and_grad(&x, 2.0, &t, 3).unwrap();
    assert_eq!((e, &g.x, g.a), (13.0, &array![4.0, 8.0], 5.0));
    assert_eq!(grad(&x, 2.0, &t, 3).unwrap().a, 5.0);
    g.fill(7.0);
    let mut workspace = loss::Workspace::default();
    assert_eq!(
        value_and_grad_in(&x, 2.0, &t, 3, &mut workspace, &mut g),
        Ok(13.0)
    );
    assert_eq!((g.x, g.a), (array![4.0, 8.0], 5.0));
    // A scalar's output and cotangent.
    let mut e = 0.0;
    let _: Result<(), Error> = loss::into(&x, 2.0, &t, 3, &mut e);
    assert_eq!(e, 13.0);
    let (_, pullback): (f64, loss::Pullback<'_, f64>) = loss::vjp(&x, 2.0, &t, 3).unwrap();
    assert_eq!(pullback.call(2.0).unwrap().a, 10.0);
}

#[test]
fn several_results_are_a_tuple() {
    let x = array![1.0, 2.0];
    let result: Result<(Array1<f64>, f64), Error> = two(&x, 2.0);
    assert_eq!(result.unwrap(), (array![2.0, 4.0], 20.0));
    let (mut y, mut s) = (array![0.0, 0.0], 0.0);
    two::into(&x, 2.0, &mut y, &mut s).unwrap();
    assert_eq!((&y, s), (&array![2.0, 4.0], 20.0));
    let ((y, s), pullback): ((Array1<f64>, f64), two::Pullback<'_, f64>) =
        two::vjp(&x, 2.0).unwrap();
    assert_eq!((&y, s), (&array![2.0, 4.0], 20.0));
    let g: two::Gradient<f64> = pullback.call(&array![1.0, 0.0], 1.0).unwrap();
    assert_eq!((g.x, g.a), (array![10.0, 16.0], 21.0));
    let (mut y, mut s) = (array![0.0, 0.0], 0.0);
    let mut workspace = two::Workspace::default();
    let mut g = two::Gradient {
        x: array![0.0, 0.0],
        a: 0.0,
    };
    let mut pullback: two::Pullback<'_, f64> =
        two::vjp_in(&x, 2.0, &mut workspace, &mut y, &mut s).unwrap();
    pullback.call_into(&array![1.0, 0.0], 1.0, &mut g).unwrap();
    assert_eq!((y, s, g.a), (array![2.0, 4.0], 20.0, 21.0));
}

#[test]
fn an_integer_result_has_no_cotangent() {
    let x = array![1.0, 3.0, 2.0];
    let result: Result<(Array1<f64>, usize, f64), Error> = three(&x);
    assert_eq!(result.unwrap(), (array![2.0, 6.0, 4.0], 1, 3.0));
    let ((_, at, _), pullback) = three::vjp(&x).unwrap();
    assert_eq!(at, 1);
    let dy = array![1.0, 0.0, 0.0];
    assert_eq!(pullback.call(&dy, 5.0).unwrap().x, array![2.0, 5.0, 0.0]);
    let (mut y, mut at, mut largest) = (Array1::zeros(3), 7usize, 0.0);
    three::into(&x, &mut y, &mut at, &mut largest).unwrap();
    assert_eq!((at, largest), (1, 3.0));
}

#[test]
fn a_fixed_element_type_is_that_of_the_whole_function() {
    let _: fn(&ArrayRef1<f32>, f32) -> Result<f32, Error> = single;
    let _: fn(&ArrayRef1<f64>, f64) -> Result<Array1<f64>, Error> = double;
    let x = array![1f32, 2.0];
    let (s, g): (f32, single::Gradient<f32>) = single::value_and_grad(&x, 2.0).unwrap();
    assert_eq!((s, g.x, g.a), (6.0, array![2f32, 2.0], 3.0));
    let (s, pullback): (f32, single::Pullback<'_, f32>) = single::vjp(&x, 2.0).unwrap();
    let pullback: single::Pullback<'static, f32> = pullback.into_owned();
    assert_eq!((s, pullback.call(1.0).unwrap().a), (6.0, 3.0));
    let mut workspace: single::Workspace<f32> = single::Workspace::default();
    let mut g = single::Gradient::zeros_like(&x, 0.0);
    assert_eq!(
        single::value_and_grad_in(&x, 2.0, &mut workspace, &mut g),
        Ok(6.0)
    );
    let mut y = array![0.0, 0.0];
    double::into(&array![1.0, 2.0], 0.5, &mut y).unwrap();
    assert_eq!(y, array![0.5, 1.0]);
}

#[test]
fn integer_tensors_have_five_types() {
    let (a, b, c) = (array![1usize, 2], array![-3i32, 5], array![1i64 << 40, -2]);
    let (d, e) = (array![4u32, 4_000_000_000], array![8u8, 255]);
    let (s, t): (Array1<f64>, Array1<i64>) = integers(&a, &b, &c, &d, &e, -1).unwrap();
    let big = (1i64 << 40) as f64;
    assert_eq!(
        s,
        array![
            1.0 - 1.5 + big + 4.0 + 8.0 - 1.0,
            2.0 + 2.5 - 2.0 + 4e9 + 255.0 - 1.0
        ]
    );
    assert_eq!(
        t,
        array![
            1 - 3 * (1 << 40) - 4 + 1 - 1,
            2 - 10 - 4_000_000_000 + 3 - 1
        ]
    );
    let (c, d): (Array1<i32>, Array1<u8>) = copies(&b, &e).unwrap();
    assert_eq!((c, d), (b, e));
    // Where there is no element type, nothing needs to say it.
    let _: fn(&ArrayRef1<i32>, &ArrayRef1<u8>) -> Result<(Array1<i32>, Array1<u8>), Error> = copies;
    let y: Result<Array2<f32>, Error> = counts(&array![1], 2);
    assert_eq!(y.unwrap(), array![[0.0, 1.0]]);
    let g: mixed::Gradient<f64> = mixed::grad(&a, &array![1.0, 2.0, 3.0]).unwrap();
    assert_eq!(g.w, array![0.0, 1.0, 1.0]);
}

#[test]
fn every_rank_has_its_type() {
    let a = 2.0;
    let b: Array1<f64> = array![1.0, 2.0];
    let c = ndarray::Array6::<f64>::ones([2; 6]);
    let d = ArrayD::<f64>::ones(IxDyn(&[2; 7]));
    let ((e, f, g), pullback) = ranks::vjp(a, &b, &c, &d).unwrap();
    let (_, _, _): (f64, &ndarray::Array6<f64>, &ArrayD<f64>) = (e, &f, &g);
    assert_eq!((e, f.sum(), g.sum()), (6.0, 96.0, 192.0));
    let grad = pullback.call(1.0, &f, &g).unwrap();
    assert_eq!((grad.a, grad.c.sum(), grad.d.sum()), (3.0, 160.0, 320.0));
    assert_eq!(grad.d.shape(), [2; 7]);
    let (mut e, mut f, mut g) = (0.0, f, g);
    ranks::into(a, &b, &c, &d, &mut e, &mut f, &mut g).unwrap();
    assert_eq!(e, 6.0);
}

#[test]
fn an_owned_pullback_goes_to_another_thread() {
    fn sends<P: Send + 'static>(p: P) -> P {
        p
    }
    let pullback = {
        let (x, w, b) = (ones(2, 3), ones(3, 4), Array1::ones(4));
        sends(dense::vjp(&x, &w, &b).unwrap().1.into_owned())
    };
    let g = std::thread::spawn(move || pullback.call(&ones(2, 4)).unwrap().b)
        .join()
        .unwrap();
    assert_eq!(g, array![2.0, 2.0, 2.0, 2.0]);
    // One that was borrowed from a workspace, too.
    let mut workspace = dense::Workspace::default();
    let pullback = {
        let (x, w, b, mut y) = (ones(2, 3), ones(3, 4), Array1::ones(4), ones(2, 4));
        // The workspace is borrowed as long as the arguments.
        let mut own = std::mem::take(&mut workspace);
        let pullback = dense::vjp_in(&x, &w, &b, &mut own, &mut y)
            .unwrap()
            .into_owned();
        sends(pullback)
    };
    let scoped = std::thread::scope(|scope| {
        scope
            .spawn(|| pullback.call(&ones(2, 4)).unwrap().b)
            .join()
            .unwrap()
    });
    assert_eq!(scoped, g);
}

#[test]
fn workspaces_and_gradients_have_the_stated_traits() {
    fn workspace<W: Default + Send>() {}
    fn gradient<G: Clone + std::fmt::Debug + Send>() {}
    fn pullback<P: Send>() {}
    workspace::<dense::Workspace<f32>>();
    workspace::<loss::Workspace<f64>>();
    gradient::<dense::Gradient<f32>>();
    gradient::<loss::Gradient<f64>>();
    gradient::<loss::Tangent<f64>>();
    pullback::<dense::Pullback<'static, f64>>();
    fn same<T>(g: dense::Gradient<T>) -> dense::Tangent<T> {
        g
    }
    let g = same(dense::Gradient {
        X: ones(1, 1),
        W: ones(1, 1),
        b: array![1.0],
    });
    assert!(format!("{:?}", g.clone()).contains('W'));
}

#[test]
fn a_gradient_is_filled_scaled_added_and_walked() {
    let x = array![1.0, 2.0];
    // The differentiable arguments alone.
    let mut g: loss::Gradient<f64> = loss::Gradient::zeros_like(&x, 3.0);
    assert_eq!((&g.x, g.a), (&array![0.0, 0.0], 0.0));
    g.fill(2.0);
    g.scale(3.0);
    let other = loss::Gradient {
        x: array![1.0, 2.0],
        a: 3.0,
    };
    g.add_scaled(0.5, &other);
    assert_eq!((&g.x, g.a), (&array![6.5, 7.0], 7.5));
    for (name, mut part) in g.iter_mut() {
        let _: (&str, &mut ArrayViewMutD<'_, f64>) = (name, &mut part);
        if name == "a" {
            assert_eq!(part.ndim(), 0);
            part.fill(1.0);
        }
    }
    let parts: Vec<(&str, ArrayViewD<'_, f64>)> = g.iter().collect();
    assert_eq!((parts[0].0, parts[0].1.shape()), ("x", &[2][..]));
    let a: Array0<f64> = parts[1].1.to_owned().into_dimensionality::<Ix0>().unwrap();
    assert_eq!((parts[1].0, a.into_scalar(), parts.len()), ("a", 1.0, 2));
    // Two of them are walked side by side.
    let mut velocity = g.clone();
    for ((_, mut v), (_, g)) in velocity.iter_mut().zip(g.iter()) {
        v.zip_mut_with(&g, |v, g| *v = 0.9 * *v - 0.1 * g);
    }
    assert!((velocity.a - 0.8).abs() < 1e-12);
    // Any strides are taken over as lengths.
    let g = dense::Gradient::zeros_like(
        &ones(3, 2).t(),
        &ones(4, 6).slice(s![..3, ..;-2]),
        &Array1::zeros(3),
    );
    assert_eq!((g.X.dim(), g.W.dim()), ((2, 3), (3, 3)));
}

struct Layer {
    w: Array2<f64>,
    b: Array1<f64>,
    ws: dense::Workspace<f64>,
    y: Array2<f64>,
    g: dense::Gradient<f64>,
}

/// A layer's output is the next one's input while the pullbacks of all live.
#[test]
fn the_pullback_borrows_the_arguments_and_the_workspace_but_not_the_output() {
    let layer = || Layer {
        w: ones(2, 2),
        b: array![1.0, 0.0],
        ws: dense::Workspace::default(),
        y: ones(3, 2),
        g: dense::Gradient::zeros_like(&ones(3, 2), &ones(2, 2), &Array1::zeros(2)),
    };
    let mut layers = [layer(), layer(), layer()];
    let x = ones(3, 2);
    for _ in 0..2 {
        let mut tape = Vec::new();
        let mut input: &ArrayRef2<f64> = &x;
        for Layer { w, b, ws, y, g } in layers.iter_mut() {
            let pullback = dense::vjp_in(input, w, b, ws, y).unwrap();
            input = y;
            tape.push((pullback, g));
        }
        let mut dy = input.to_owned();
        assert_eq!(dy[[0, 0]], 12.0);
        while let Some((mut pullback, g)) = tape.pop() {
            pullback.call_into(&dy, g).unwrap();
            dy.assign(&g.X);
        }
        assert_eq!(layers[0].g.b, array![138.0, 138.0]);
    }
}

#[test]
fn equations_and_plan_are_texts() {
    const EQUATIONS: &str = dense::EQUATIONS;
    const PLAN: &str = dense::PLAN;
    const LATEX: &str = dense::LATEX;
    let lines: Vec<&str> = EQUATIONS.lines().map(str::trim).collect();
    assert!(
        lines.contains(&"∂W[k,j] = Σ_i X[i,k] ∂Y[i,j]"),
        "{EQUATIONS}"
    );
    assert!(LATEX.contains(r"\partial W_{kj} &= \sum_{i} X_{ik}\, \partial Y_{ij}"));
    assert!(!PLAN.is_empty());
    assert!(!loss::EQUATIONS.is_empty() && !counts::PLAN.is_empty());
}

#[test]
fn the_short_form_takes_parameters_in_the_order_of_first_use() {
    let _: fn(
        &ArrayRef2<f32>,
        &ArrayRef2<f32>,
        &ArrayRef1<f32>,
        f32,
    ) -> Result<Array2<f32>, Error> = short::<f32>;
    let (x, w, b) = (
        array![[1.0, 2.0]],
        array![[1.0, 2.0], [3.0, 4.0]],
        array![0.0, 1.0],
    );
    let (y, pullback) = short::vjp(&x, &w, &b, 1.0).unwrap();
    assert_eq!(y, array![[8.0, 12.0]]);
    assert_eq!(pullback.call(&y).unwrap().c, 20.0);
}

/// Names for what must not be there: if it were, these globs would disagree.
mod fallback {
    pub struct Gradient;
    pub struct Tangent;
    pub struct Pullback;
    pub struct Workspace;
    pub fn vjp() {}
    pub fn vjp_in() {}
    pub fn grad() {}
    pub fn value_and_grad() {}
    pub fn value_and_grad_in() {}
}

#[allow(unused_imports)] // what is not there is not used
mod nothing_to_differentiate {
    use super::constant::*;
    use super::copies::*;
    use super::counts::*;
    use super::fallback::*;
    pub fn all() -> (Gradient, Tangent, Pullback, Workspace) {
        vjp();
        vjp_in();
        grad();
        value_and_grad();
        value_and_grad_in();
        (Gradient, Tangent, Pullback, Workspace)
    }
}

#[allow(unused_imports)] // what is not there is not used
mod no_scalar_result {
    use super::fallback::*;
    use super::two::*;
    pub fn all() {
        grad();
        value_and_grad();
        value_and_grad_in();
    }
}

#[test]
fn what_cannot_be_differentiated_has_no_derivative_items() {
    nothing_to_differentiate::all();
    no_scalar_result::all();
    assert_eq!(constant(&array![1.0, 2.0]), Ok(3.0));
}
