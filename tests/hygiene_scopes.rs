//! Scopes: where an invocation may stand, how the macro may be called, how a function may be imported.

#![deny(
    warnings,
    clippy::all,
    unreachable_pub,
    unused_qualifications,
    missing_debug_implementations
)]
#![forbid(unsafe_code)]

use einstan::einstan;
use einstan::einstan as eq;
use ndarray::{Array1, Array2, ArrayView1, array};

#[rustfmt::skip] // on one line
mod one_line {
    einstan::einstan! { pub fn a(x[n]) -> s { s = sum[i](x[i]); } } einstan::einstan! { pub fn b(x[n]) -> s { s = prod[i](x[i]); } }
    pub(crate) fn c(x: &ndarray::Array1<f64>) -> (f64, f64) { (einstan::einstan!(s = x[i]*x[i]).unwrap(), einstan::einstan!(s = sum[i](x[i])).unwrap()) }
}

mod outer {
    pub(crate) mod inner {
        einstan::einstan! {
            pub(super) fn above(x[n]) -> s { s = sum[i](x[i]^2); }
            pub(crate) fn anywhere(x[n]) -> s { s = sum[i](x[i]^2); }
            pub(in crate::outer) fn within(x[n]) -> s { s = sum[i](x[i]^2); }
            fn here(x[n]) -> s { s = sum[i](x[i]^2); }
        }
        pub(crate) fn call(x: &ndarray::Array1<f64>) -> f64 {
            here(x).unwrap() + here::grad(x).unwrap().x[0]
        }
    }
    pub(crate) fn call(x: &ndarray::Array1<f64>) -> f64 {
        inner::above(x).unwrap() + inner::within::grad(x).unwrap().x[0]
    }
    pub(crate) use inner::anywhere as renamed;
}

mod first {
    einstan::einstan! { pub fn f(x[n]) -> s { s = sum[i](x[i]); } }
}

mod second {
    einstan::einstan! { pub fn f(x[n]) -> s { s = prod[i](x[i]); } }
}

mod globs {
    #[allow(unused_imports)] // what it imports is shadowed
    use crate::first::*;
    einstan::einstan! { pub(crate) fn f(x[n]) -> s { s = max[i](x[i]); } }
    pub(crate) mod third {
        use super::*;
        pub(crate) fn call(x: &ndarray::Array1<f64>) -> f64 {
            f(x).unwrap() + f::grad(x).unwrap().x[0]
        }
    }
}

mod among_traits {
    /// A trait with methods of the names that arrays and generated types have.
    #[allow(dead_code)] // it is there to confuse
    #[allow(clippy::wrong_self_convention)] // it takes the names, not the meaning
    trait Confusing {
        fn view(&self) -> i32 {
            1
        }
        fn shape(&self) -> i32 {
            2
        }
        fn clone(&self) -> i32 {
            3
        }
        fn call(&self) -> i32 {
            4
        }
        fn into_owned(&self) -> i32 {
            5
        }
    }
    impl<T> Confusing for T {}

    einstan::einstan! {
        pub(crate) fn f(X[n, m], const c[n]) -> (y[n], s) {
            y[i] = X[i,j]*X[i,j]*c[i];
            s = sum[i](softmax[i](y[i])*y[i]);
        }
    }
    pub(crate) fn inline(x: &ndarray::Array2<f64>, a: f64) -> ndarray::Array1<f64> {
        einstan::einstan!(y[i] = x[i,j]*x[i,j]*a).unwrap()
    }
}

macro_rules! layers {
    ($($name:ident)*) => { $(
        mod $name {
            einstan::einstan! { pub(crate) fn layer(x[n], a) -> y[n] { y[i] = a*x[i]; } }
        }
    )* };
}
layers! { red green }

macro_rules! named {
    ($name:ident, $x:ident, $i:ident) => {
        einstan! { fn $name($x[n]) -> s { s = sum[$i]($x[$i]^2); } }
    };
}
named! { by_a_macro, values, at }

#[test]
fn several_invocations_stand_on_one_line() {
    let x = array![2.0, 5.0];
    assert_eq!(
        (one_line::a(&x), one_line::b(&x), one_line::c(&x)),
        (Ok(7.0), Ok(10.0), (29.0, 7.0))
    );
}

#[test]
fn a_function_is_seen_where_its_visibility_says() {
    let x = array![1.0, 2.0];
    assert_eq!(outer::inner::anywhere(&x), Ok(5.0));
    assert_eq!(outer::renamed::grad(&x).unwrap().x, array![2.0, 4.0]);
    assert_eq!((outer::inner::call(&x), outer::call(&x)), (7.0, 7.0));
}

#[test]
fn functions_of_one_name_live_in_several_modules() {
    let x = array![2.0, 5.0];
    assert_eq!(
        (first::f(&x), second::f(&x), globs::f(&x)),
        (Ok(7.0), Ok(10.0), Ok(5.0))
    );
    assert_eq!(globs::third::call(&x), 5.0);
    assert_eq!(
        (red::layer(&x, 1.0), green::layer(&x, 1.0)),
        (Ok(x.clone()), Ok(x))
    );
}

#[test]
fn methods_of_traits_in_scope_confuse_nothing() {
    let (x, c) = (array![[1.0, 2.0]], array![1.0]);
    let ((y, s), pullback) = among_traits::f::vjp(&x, &c).unwrap();
    assert_eq!((&y, s), (&array![5.0], 5.0));
    let pullback = pullback.into_owned();
    assert_eq!(pullback.call(&y, 0.0).unwrap().X, array![[10.0, 20.0]]);
    assert_eq!(among_traits::inline(&x, 1.0), y);
}

#[test]
fn invocations_stand_in_bodies_of_functions() {
    einstan! { fn f(x[n]) -> s { s = sum[i](x[i]); } }
    let outer = f(&array![1.0, 2.0]).unwrap();
    let inner = {
        einstan! {
            fn twice(x) = 2*x;
            fn f(x[n]) -> s { s = sum[i](twice(x[i])); }
        }
        f(&array![1.0, 2.0]).unwrap() + f::grad(&array![1.0]).unwrap().x[0]
    };
    assert_eq!((outer, inner), (3.0, 8.0));
    struct Model {
        w: Array2<f64>,
    }
    impl Model {
        fn run(&self, x: &Array1<f64>) -> Result<Array1<f64>, einstan::Error> {
            einstan! { fn step(W[n, m], x[m]) -> y[n] { y[i] = W[i,j]*x[j]; } }
            step(&self.w, x)
        }
    }
    assert_eq!(
        Model {
            w: array![[1.0, 2.0]]
        }
        .run(&array![3.0, 4.0]),
        Ok(array![11.0])
    );
}

#[test]
fn a_macro_makes_functions() {
    assert_eq!(by_a_macro(&array![1.0, 2.0]), Ok(5.0));
    assert_eq!(by_a_macro::grad(&array![1.0]).unwrap().values, array![2.0]);
}

#[test]
fn the_macro_has_another_name() {
    eq! { fn f(x[n]) -> s { s = sum[i](x[i]); } }
    let x = array![1.0, 2.0];
    assert_eq!((f(&x), eq!(s = x[i] * x[i])), (Ok(3.0), Ok(5.0)));
    assert_eq!(::einstan::einstan!(s = x[i] * x[i]), Ok(5.0));
    assert_eq!(::einstan::einstan![s = x[i] * x[i]], Ok(5.0));
    assert_eq!(::einstan::einstan! { s = x[i]*x[i] }, Ok(5.0));
}

#[test]
fn inline_stands_in_expressions_of_every_kind() {
    let x = array![1.0, 2.0];
    let square = |x: ArrayView1<f64>| einstan!(s = x[i] * x[i]);
    assert_eq!(square(x.view()), Ok(5.0));
    let sums: Result<Vec<f64>, einstan::Error> = [1.0, 2.0]
        .iter()
        .map(|&a| einstan!(s = a * sum[i](x[i])))
        .collect();
    assert_eq!(sums, Ok(vec![3.0, 6.0]));
    fn generic<T: einstan::Float>(x: &Array1<T>, a: T) -> T {
        match einstan!(s = a * sum[i](x[i])) {
            Ok(s) => s,
            Err(_) => a,
        }
    }
    assert_eq!((generic(&x, 2.0), generic(&array![1f32], 3.0)), (6.0, 3.0));
    let mut total = 0.0;
    for a in x.clone() {
        total += einstan!(s = a * sum[i](x[i])).unwrap_or_default();
        if einstan!(s = sum[i](x[i])).is_err() {
            break;
        }
    }
    assert_eq!(total, 9.0);
    let nested = einstan!(y[i] = x[i] * 2).and_then(|y| einstan!(s = x[i] * y[i]));
    assert_eq!(nested, Ok(10.0));
}

#[test]
fn inline_sees_variables_of_every_name() {
    #![allow(non_snake_case, non_upper_case_globals)]
    let (T, X, inline, forward, lens) = (array![1.0, 2.0], 2.0, 3.0, 4.0, 5.0);
    assert_eq!(
        einstan!(s = sum[i](T[i]) * X * inline * forward * lens),
        Ok(360.0)
    );
    let r#type = array![1.0, 2.0];
    assert_eq!(einstan!(s = r#type[i] * r#type[i]), Ok(5.0));
    const WEIGHT: f64 = 2.0;
    static OFFSET: f64 = 1.0;
    assert_eq!(einstan!(s = sum[i](T[i]) * WEIGHT + OFFSET), Ok(7.0));
    let (größe, x̂) = (2.0, array![3.0]);
    assert_eq!(einstan!(y[ż] = größe * x̂[ż]), Ok(array![6.0]));
}
