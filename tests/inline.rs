//! The inline form, over variables of every kind.

use einstan::{Error, einstan};
use ndarray::{
    ArcArray2, Array1, Array2, ArrayD, ArrayRef2, ArrayView1, CowArray, IxDyn, array, s,
};
use std::rc::Rc;
use std::sync::Arc;

fn arrays() -> (Array2<f64>, Array2<f64>, Array1<f64>) {
    (
        array![[1.0, 2.0]],
        array![[1.0, 2.0], [3.0, 4.0]],
        array![0.0, 1.0],
    )
}

/// What every form of the same line must give.
fn expected() -> Result<Array2<f64>, Error> {
    Ok(array![[7.0, 11.0]])
}

#[test]
fn variables_are_arrays() {
    let (x, w, b) = arrays();
    let y: Result<Array2<f64>, Error> = einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]);
    assert_eq!(y, expected());
    assert_eq!(w[[0, 0]], 1.0, "they are only borrowed");
}

#[test]
fn variables_are_views() {
    let (x, w, b) = arrays();
    let (x, w, b) = (x.view(), w.t(), b.slice(s![..;-1]));
    let (w, b) = (w.t(), b.slice(s![..;-1]));
    assert_eq!(einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]), expected());
}

#[test]
fn variables_are_references() {
    let (x, mut w, b) = arrays();
    let (x, w, b) = (&x, &mut w, &&b);
    assert_eq!(einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]), expected());
    w.fill(0.0);
    let (x, w): (&ArrayRef2<f64>, ndarray::ArrayViewMut2<'_, f64>) = (x, w.view_mut());
    assert_eq!(
        einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]),
        Ok(array![[0.0, 1.0]])
    );
}

#[test]
fn variables_are_smart_pointers() {
    let (x, w, b) = arrays();
    let (x, w, b) = (Arc::new(x), Rc::new(w), Box::new(b));
    assert_eq!(einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]), expected());
    let (x, b): (ArcArray2<f64>, CowArray<'_, f64, _>) = (x.to_shared(), CowArray::from(b.view()));
    assert_eq!(einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]), expected());
}

#[test]
fn variables_are_fields_by_a_pattern() {
    struct Model {
        w: Array2<f64>,
        b: Array1<f64>,
    }
    let (x, w, b) = arrays();
    let model = Model { w, b };
    let Model { w, b } = &model;
    assert_eq!(einstan!(y[i,j] = x[i,k]*w[k,j] + b[j]), expected());
}

#[test]
fn scalars_stand_beside_tensors_and_alone() {
    let (x, a) = (array![1f32, 2.0], 3f32);
    assert_eq!(einstan!(y[i] = a * x[i]), Ok(array![3f32, 6.0]));
    let r = &a;
    assert_eq!(
        einstan!(y[i] = r * x[i]),
        Ok(array![3f32, 6.0]),
        "a reference to a scalar"
    );
    assert_eq!(einstan!(y = a ^ 2 + exp(a - 3)), Ok(10f32));
    let (a, b) = (2.0, 5.0);
    assert_eq!(einstan!(y = a * b), Ok(10.0));
    let y: Result<f64, Error> = einstan!(y = 2 * pi);
    assert_eq!(y, Ok(std::f64::consts::TAU));
}

#[test]
fn the_last_of_several_equations_is_the_value() {
    let (x, w, b) = arrays();
    let y = einstan!(h[i,j] = x[i,k]*w[k,j]; z[i,j] = tanh(h[i,j]) + b[j]; s = sum[i,j](z[i,j]^2));
    let h = x.dot(&w).mapv(f64::tanh) + &b;
    assert!((y.unwrap() - h.mapv(|z| z * z).sum()).abs() < 1e-12);
    #[allow(deprecated)] // of `h` one element is read
    let y = einstan! {
        h[i] = x[i,k]*w[k,0];
        u = x[0,1]*w[1,0];
        v = u*h[0] + u;
    };
    assert_eq!(y, Ok(48.0));
}

#[test]
fn the_pullback_borrows_the_variables() {
    let (x, w, b) = arrays();
    let c = 2.0;
    let (y, pullback) = einstan!(vjp y[i,j] = x[i,k]*w[k,j] + c*b[j]).unwrap();
    assert_eq!(y, array![[7.0, 12.0]]);
    let g = pullback.call(&array![[1.0, 2.0]]).unwrap();
    assert_eq!(
        (&g.x, &g.b, g.c),
        (&array![[5.0, 11.0]], &array![2.0, 4.0], 2.0)
    );
    assert_eq!(g.w, array![[1.0, 2.0], [2.0, 4.0]]);
    let names: Vec<_> = g.iter().map(|(n, _)| n).collect();
    assert_eq!(names.len(), 4);
}

#[test]
fn the_pullback_leaves_a_function() {
    fn outside(x: &Array1<f64>) -> (f64, impl Fn(f64) -> Array1<f64> + use<>) {
        let a = 2.0;
        let (y, pullback) = einstan!(vjp y = a*sum[i](x[i]^2)).unwrap();
        let pullback = pullback.into_owned();
        (y, move |dy| pullback.call(dy).unwrap().x)
    }
    let (y, gradient) = outside(&array![1.0, 2.0]);
    assert_eq!((y, gradient(1.0)), (10.0, array![4.0, 8.0]));
}

#[test]
fn the_question_mark_works() {
    fn run(x: ArrayView1<'_, f64>, y: &Array1<f64>) -> Result<f64, Box<dyn std::error::Error>> {
        let z = einstan!(z[i] = x[i] * y[i])?;
        Ok(einstan!(s = sum[i](z[i]))?)
    }
    assert_eq!(
        run(array![1.0, 2.0].view(), &array![3.0, 4.0]).unwrap(),
        11.0
    );
    let error = run(array![1.0, 2.0].view(), &array![3.0])
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("2 in `x` (axis 0)") && error.contains("1 in `y` (axis 0)"),
        "{error}"
    );
}

#[test]
fn arrays_of_dynamic_rank_stand_for_seven_axes() {
    let a = ArrayD::<f64>::ones(IxDyn(&[2; 7]));
    assert_eq!(
        einstan!(s = sum[i,j,k,l,m,n,o](a[i,j,k,l,m,n,o])),
        Ok(128.0)
    );
}

#[test]
fn inside_a_generic_function_and_a_method() {
    fn norm<T: einstan::Float>(x: &Array1<T>) -> T {
        einstan!(s = sqrt(x[i] * x[i])).unwrap_or_default()
    }
    assert_eq!(
        (norm(&array![3f32, 4.0]), norm(&array![3f64, 4.0])),
        (5.0, 5.0)
    );
    struct Kept<T>(Array1<T>);
    impl<T: einstan::Float> Kept<T> {
        fn energy(&self, scale: T) -> Result<T, Error> {
            let x = &self.0;
            let (e, pullback) = einstan!(vjp e = scale*x[i]*x[i])?;
            let g = pullback.call(T::one())?;
            Ok(e + g.x.sum() + g.scale)
        }
    }
    assert_eq!(Kept(array![1.0, 2.0]).energy(2.0), Ok(27.0));
}

#[test]
fn a_comparison_an_index_and_a_length_inline() {
    let x = array![1.0, 2.0, 3.0];
    assert_eq!(
        einstan!(y[i] = x[i] * (i > 0) + i),
        Ok(array![0.0, 3.0, 5.0])
    );
    assert_eq!(
        einstan!(y[i] = softmax[i](0 * x[i])),
        Ok(array![1.0, 1.0, 1.0].mapv(|v: f64| v / 3.0))
    );
    assert_eq!(
        einstan!(y[i] = if x[i] > 1.5 { x[i] } else { -x[i] }),
        Ok(array![-1.0, 2.0, 3.0])
    );
}
