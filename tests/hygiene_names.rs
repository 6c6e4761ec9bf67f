//! Names: what surrounds an invocation, and what it names itself, may be called anything.

#![deny(warnings, missing_docs, clippy::all)]
#![forbid(unsafe_code)]
#![allow(uncommon_codepoints, mixed_script_confusables, confusable_idents)] // no macro can silence the lints on the script of names

/// A module in which every name that generated code might use means something else.
#[allow(
    dead_code,
    unused_macros,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals
)] // that is the point
mod surrounded {
    pub struct Option;
    pub struct Result;
    pub struct Some;
    pub struct Vec;
    pub struct String;
    pub struct Box;
    pub struct Default;
    pub struct Gradient;
    pub struct Pullback;
    pub struct Workspace;
    pub struct Lens;
    pub struct Saved;
    pub struct Work;
    pub struct Memory;
    pub struct Tangent;
    pub struct usize;
    pub struct f32;
    pub struct f64;
    pub struct bool;
    pub struct str;
    pub struct T;
    pub struct X;
    pub struct Array;
    pub struct ArrayRef;
    pub struct Error;
    pub trait Clone {}
    pub trait Copy {}
    pub trait Debug {}
    pub trait Iterator {}
    pub trait IntoIterator {}
    pub trait From {}
    pub trait Float {}
    pub const Ok: i32 = 1;
    pub const Err: i32 = 2;
    pub const None: i32 = 3;
    pub const i0: i32 = 4;
    pub const s0: i32 = 5;
    pub const lens: i32 = 6;
    pub const saved: i32 = 7;
    pub const work: i32 = 8;
    pub const __a0: i32 = 9;
    pub const T0: i32 = 10;
    pub mod ndarray {}
    pub mod std {}
    pub mod core {}
    pub mod alloc {}
    pub mod einstan {}
    pub mod rt {}
    pub mod imp {}
    pub fn forward() {}
    pub fn backward() {}
    pub fn drop() {}
    macro_rules! nothing {
        ($($t:tt)*) => {
            compile_error!("a macro of the user is called")
        };
    }
    macro_rules! vec {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! assert {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! assert_eq {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! debug_assert {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! panic {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! format {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! quote {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! matches {
        ($($t:tt)*) => {
            nothing!()
        };
    }
    macro_rules! unreachable {
        ($($t:tt)*) => {
            nothing!()
        };
    }

    ::einstan::einstan! {
        pub fn layer(X[n, m], W[m, k], b[k], T, const C[n, k]) -> (Y[n, k], at[n]: usize, s) {
            H[i,j] = X[i,k]*W[k,j] + b[j];
            Y[i,j] = softmax[j](H[i,j])*T + (if C[i,j] > 0 { max(H[i,j], 1) } else { C[i,j] });
            at[i] = argmax[j](Y[i,j]);
            s = mean[i,j](Y[i,j]) + logsumexp[i,j](H[i,j]) + prod[i](X[i,0]) + max[j](b[j]);
        }
        pub fn loss(x[n], y[n]) -> E { E = sum[i]((x[i] - y[i])^2) / len(n); }
        extern fn twice(x) = super::twice, d/dx = 2;
        extern fn halved(x) = super::halved, d/dx = 0.5;
        pub fn outside(x[n], a) -> (y[n], E) {
            y[i] = twice(x[i]) * {Ok} * {::core::primitive::f32::MAX * 0.0 + 1.0} + a;
            E = loss(x, y);
        }
        pub fn fixed(x[n]: f64) -> s { y = self::loss(x, x); s = sum[i](halved(x[i]) * {super::number(n)}) + y; }
    }
}

/// For any element type.
fn twice<F: einstan::Float>(x: F) -> F {
    x + x
}

fn halved(x: f64) -> f64 {
    x / 2.0
}

fn number(n: usize) -> f64 {
    n as f64
}

/// No prelude at all.
#[no_implicit_prelude]
mod without_prelude {
    ::einstan::einstan! {
        extern fn twice(x) = super::twice, d/dx = 2;
        pub fn outside(x[n]) -> s { s = sum[i](twice(x[i]) * {0.5}); }
        pub fn layer(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = tanh(X[i,k]*W[k,j] + b[j]); }
        pub fn loss(x[n], y[n]) -> E { E = sum[i]((x[i] - y[i])^2) / len(n); }
    }

    pub fn inline(x: &::ndarray::Array1<f64>) -> f64 {
        ::core::result::Result::unwrap(::einstan::einstan!(s = x[i] * x[i]))
    }
}

/// Tensors, dimensions, indices and functions that are called like what generated code is made of.
#[allow(non_snake_case)] // the names are those of other things
mod like_generated {
    einstan::einstan! {
        pub fn values(None[OK, N], Err[N, T], Option[T]) -> Result[OK, T] {
            Result[Ok, Some] = None[Ok, usize]*Err[usize, Some] + Option[Some];
        }
        pub fn bodies(forward[n], backward[n], lens[n], saved[n], work) -> (out[n], save) {
            out[i] = forward[i]*backward[i] + lens[i]*saved[i];
            save = sum[i](out[i]^2)*work;
        }
        pub fn numbered(s0[i0, w1], w1[i0], t0, a0, r0) -> t1[i0, w1] {
            t1[d0, b1] = s0[d0, b1]*w1[d0]*t0 + a0*r0;
        }
        pub fn types(T[n, m], Self_[m], x[n], accumulate, reached) -> PLAN[n] {
            EQUATIONS[i] = T[i,j]*Self_[j];
            PLAN[i] = softmax[i](EQUATIONS[i])*x[i] + accumulate*reached;
        }
        pub fn constants(n, x, T, f, g, c, h) -> y { y = n*x + T*f + g*c + h; }
        pub fn lengths(a[x], dim y) -> z[x, y] { z[x, b] = (if b < len(x) { 1 } else { 0 })*b + a[x]; }
        pub fn gradients(__g[n], __c0[n], value, factor, other[n]) -> s {
            s = sum[i](__g[i]*__c0[i]*value*factor*other[i]);
        }
        pub fn traits(Clone[n], Copy[n], Default[n], Debug[n], Float[n]) -> Iterator {
            Iterator = Clone[i]*Copy[i]*Default[i]*Debug[i]*Float[i];
        }
        pub fn imported(Block[n], Loop[n], rt[n], core, nd, Elementary[n], Result[n]) -> ranges[n] {
            ranges[i] = Block[i]*Loop[i]*rt[i]*core*nd + Elementary[i]*Result[i];
        }
        pub fn rt(BLOCK[n], any[n]) -> share { share = BLOCK[i]*any[i]; }
        pub fn buffers(Saved[n, m], Work[m, l], Lens[l, n], Workspace[n], Memory) -> Buffer {
            A[i,j] = Saved[i,k]*Work[k,j];
            P[i,j] = softmax[j](A[i,j]);
            Buffer = P[i,j]*Lens[j,i]*exp(Workspace[i])*Memory;
        }
    }
}

/// Raw identifiers.
mod raw {
    einstan::einstan! {
        pub fn r#type(r#fn[r#match, r#let], r#struct[r#let]) -> r#impl[r#match] {
            r#impl[r#for] = r#fn[r#for, r#in]*r#struct[r#in];
        }
        pub fn r#loop(r#move, r#ref[r#dyn]) -> r#where { r#where = r#move*sum[r#as](r#ref[r#as]^2); }
    }
}

/// Names of other scripts.
mod unicode {
    einstan::einstan! {
        pub fn größe(α, Δ[ν, μ], θ[μ]) -> 値[ν] { 値[ι] = α*Δ[ι, κ]*θ[κ]; }
        pub fn потеря(x[n], ŷ[n]) -> 損 { 損 = sum[ι]((x[ι] - ŷ[ι])^2); }
    }
}

/// Functions that are called like generated items, and like reductions.
mod like_items {
    einstan::einstan! {
        pub fn into(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn vjp(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn imp(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn forward(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn backward(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn inline(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn grad(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn core(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn std(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn ndarray(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn rt(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn str(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn usize(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn mean(x[n]) -> m { m = mean[i](x[i]); }
        pub fn softmax(x[n]) -> y[n] { y[i] = softmax[i](x[i]); }
        pub fn max(x[n], y[n]) -> z[n] { z[i] = max(x[i], y[i]); }
        pub fn Gradient(x[n]) -> s { s = sum[i](x[i]^2); }
        pub fn Pullback(x[n]) -> s { s = sum[i](x[i]^2); }
    }
}

/// A function that is called like the crate.
mod like_the_crate {
    ::einstan::einstan! {
        pub fn einstan(x[n]) -> s { s = sum[i](x[i]^2); }
    }
}

use ndarray::array;

#[test]
fn every_name_around_may_mean_something_else() {
    let (x, w, b) = (
        array![[1.0, 2.0]],
        array![[0.5, 1.0], [1.0, 0.25]],
        array![0.0, 1.0],
    );
    let c = array![[1.0, 0.0]];
    let ((y, at, s), pullback) = surrounded::layer::vjp(&x, &w, &b, 2.0f64, &c).unwrap();
    assert_eq!((y.dim(), at.len()), ((1, 2), 1));
    let g = pullback.call(&y, s).unwrap();
    assert_eq!((g.X.dim(), g.T.is_finite()), ((1, 2), true));
    let (e, g) = surrounded::loss::value_and_grad(&b, &array![1.0, 1.0]).unwrap();
    assert_eq!((e, g.x), (0.5, array![-1.0, 0.0]));
}

#[test]
fn no_prelude_is_needed() {
    let y = without_prelude::layer(&array![[0.0]], &array![[1.0]], &array![0.0]).unwrap();
    assert_eq!(y, array![[0.0]]);
    assert_eq!(
        without_prelude::loss::grad(&array![1.0], &array![0.0])
            .unwrap()
            .x,
        array![2.0]
    );
    assert_eq!(without_prelude::inline(&array![1.0, 2.0]), 5.0);
}

#[test]
fn tensors_dimensions_and_indices_are_called_as_they_like() {
    use like_generated as l;
    let (one, two) = (array![1.0, 2.0], array![[1.0, 2.0], [3.0, 4.0]]);
    let (y, p) = l::values::vjp(&two, &two, &one).unwrap();
    assert_eq!(y, array![[8.0, 12.0], [16.0, 24.0]]);
    let g = p.call(&array![[1.0, 0.0], [0.0, 0.0]]).unwrap();
    assert_eq!(
        (g.None, g.Err, g.Option),
        (
            array![[1.0, 3.0], [0.0, 0.0]],
            array![[1.0, 0.0], [2.0, 0.0]],
            array![1.0, 0.0]
        )
    );
    let ((out, save), p) = l::bodies::vjp(&one, &one, &one, &one, 3.0).unwrap();
    assert_eq!((out, save), (array![2.0, 8.0], 204.0));
    let g = p.call(&array![0.0, 0.0], 1.0).unwrap();
    assert_eq!((g.forward, g.work), (array![12.0, 96.0], 68.0));
    let t1 = l::numbered(&two, &one, 2.0, 3.0, 1.0).unwrap();
    assert_eq!(t1, array![[5.0, 7.0], [15.0, 19.0]]);
    let (_, p) = l::types::vjp(&two, &one, &one, 1.0, 2.0).unwrap();
    assert_eq!(p.call(&one).unwrap().accumulate, 6.0);
    assert_eq!(
        l::constants(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0).unwrap(),
        51.0
    );
    assert_eq!(
        l::lengths(&one, 3).unwrap(),
        array![[1.0, 2.0, 1.0], [2.0, 3.0, 2.0]]
    );
    let (s, g) = l::gradients::value_and_grad(&one, &one, 2.0, 1.0, &one).unwrap();
    assert_eq!((s, g.value), (18.0, 9.0));
    let mut copy = g.clone();
    copy.add_scaled(1.0, &g);
    assert_eq!(copy.other, array![4.0, 16.0]);
    assert_eq!(l::traits(&one, &one, &one, &one, &one).unwrap(), 33.0);
    let (s, g) = l::buffers::value_and_grad(&two, &two, &two, &one, 1.0).unwrap();
    assert_eq!(s, g.Memory);
    let two = array![2.0];
    let all = like_generated::imported(&two, &two, &two, 3.0, 1.0, &two, &two);
    assert_eq!(all, Ok(array![28.0]));
    assert_eq!(like_generated::rt(&two, &two), Ok(4.0));
}

#[test]
fn raw_identifiers_are_names() {
    let (a, b) = (array![[1.0, 2.0]], array![3.0, 4.0]);
    let (y, p) = raw::r#type::vjp(&a, &b).unwrap();
    assert_eq!(y, array![11.0]);
    let g = p.call(&array![1.0]).unwrap();
    assert_eq!((g.r#fn, g.r#struct), (array![[3.0, 4.0]], array![1.0, 2.0]));
    let g = raw::r#loop::grad(2.0, &array![3.0]).unwrap();
    assert_eq!((g.r#move, g.r#ref), (9.0, array![12.0]));
    let names: Vec<&str> = raw::r#loop::Gradient {
        r#move: 1.0,
        r#ref: array![1.0],
    }
    .iter()
    .map(|(n, _)| n)
    .collect();
    assert_eq!(names.len(), 2);
}

#[test]
fn names_of_every_script_are_names() {
    let (a, b) = (array![[1.0, 2.0]], array![3.0, 4.0]);
    let (y, p) = unicode::größe::vjp(2.0, &a, &b).unwrap();
    assert_eq!(y, array![22.0]);
    let g = p.call(&array![1.0]).unwrap();
    assert_eq!(
        (g.α, g.Δ, g.θ),
        (11.0, array![[6.0, 8.0]], array![2.0, 4.0])
    );
    assert_eq!(
        unicode::потеря::grad(&array![1.0], &array![0.0]).unwrap().ŷ,
        array![-2.0]
    );
}

#[test]
fn functions_are_called_like_generated_items() {
    use like_items as l;
    let x = array![3.0];
    let all = [
        l::into(&x),
        l::vjp(&x),
        l::imp(&x),
        l::forward(&x),
        l::backward(&x),
        l::inline(&x),
        l::grad(&x),
        l::core(&x),
        l::std(&x),
        l::ndarray(&x),
        like_the_crate::einstan(&x),
        l::rt(&x),
        l::str(&x),
        l::usize(&x),
        l::Gradient(&x),
        l::Pullback(&x),
    ];
    assert!(all.into_iter().all(|y| y == Ok(9.0)));
    assert_eq!(l::into::grad(&x).unwrap().x, array![6.0]);
    assert_eq!(l::imp::grad(&x).unwrap().x, array![6.0]);
    assert_eq!(l::grad::grad(&x).unwrap().x, array![6.0]);
    let g: l::Gradient::Gradient<f64> = l::Gradient::grad(&x).unwrap();
    assert_eq!(g.x, array![6.0]);
    assert_eq!(l::mean(&x).unwrap(), 3.0);
    assert_eq!(l::softmax(&x).unwrap(), array![1.0]);
    assert_eq!(l::max(&x, &x).unwrap(), x);
}

#[test]
fn what_the_user_wrote_in_rust_is_found_among_any_names() {
    let x = array![1.0, 2.0];
    let (y, e) = surrounded::outside(&x, 0.5).unwrap();
    assert_eq!((y, e), (array![2.5, 4.5], 4.25));
    assert_eq!(surrounded::fixed(&x).unwrap(), 3.0);
    assert_eq!(surrounded::fixed::grad(&x).unwrap().x, array![1.0, 1.0]);
    assert_eq!(without_prelude::outside(&x).unwrap(), 3.0);
}
