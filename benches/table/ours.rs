//! Each row by the generated code, in two ways: calls that allocate, and calls over kept memory.

use crate::case::{Case, Results, fresh, kept};
use crate::equations::*;
use crate::inputs::Inputs;
use crate::rows::{Direction, Row};
use ndarray::{Array, Dimension, Ix1, Ix2, Ix3, Ix4};

/// `f(&X, ..)`, and `f::vjp` or `f::value_and_grad`.
pub const CALL: &str = "call";
/// `f::into`, and `f::vjp_in` or `f::value_and_grad_in`, with a kept workspace, result and gradient.
pub const KEPT: &str = "kept";
pub const WAYS: [&str; 2] = [CALL, KEPT];

fn flat<D: Dimension>(array: &Array<f32, D>) -> Vec<f32> {
    array.iter().copied().collect()
}

/// The value and a gradient, in the order of its fields.
macro_rules! results {
    ($value:expr, $gradient:expr) => {{
        let gradient = $gradient.iter();
        let parts = gradient.map(|(_, part)| part.iter().copied().collect());
        std::iter::once($value).chain(parts).collect::<Results>()
    }};
}

/// The cases of a function whose result is a tensor: its differentiable parameters, then integer ones.
macro_rules! tensor {
    ($function:ident($($x:ident: $rank:ty),* $(; $t:ident: $t_rank:ty)?) -> $result:ty, $inputs:expr, $row:expr, $direction:expr, $kept:expr) => {{
        use $function::{Gradient, Workspace, into, vjp, vjp_in};
        $(let $x = $inputs.numbers::<$rank>($row, stringify!($x));)*
        $(let $t = $inputs.labels::<$t_rank>($row, stringify!($t));)?
        let result = zeros::<$result>($row);
        match ($direction, $kept) {
            (Direction::Forward, false) => fresh(
                move || $function($(&$x,)* $(&$t)?).unwrap(),
                |y| vec![flat(&y)],
            ),
            (Direction::Forward, true) => kept(
                result,
                move |y| into($(&$x,)* $(&$t,)? y).unwrap(),
                |y, ()| vec![flat(y)],
            ),
            (Direction::Both, false) => {
                let cotangent = $inputs.numbers::<$result>($row, "cotangent");
                fresh(
                    move || {
                        let (y, pullback) = vjp($(&$x,)* $(&$t)?).unwrap();
                        (y, pullback.call(&cotangent).unwrap())
                    },
                    |(y, gradient)| results!(flat(&y), gradient),
                )
            }
            (Direction::Both, true) => {
                let cotangent = $inputs.numbers::<$result>($row, "cotangent");
                kept(
                    (result, Workspace::default(), Gradient::zeros_like($(&$x),*)),
                    move |(y, workspace, gradient)| {
                        let mut pullback = vjp_in($(&$x,)* $(&$t,)? workspace, y).unwrap();
                        pullback.call_into(&cotangent, gradient).unwrap();
                    },
                    |(y, _, gradient), ()| results!(flat(y), gradient),
                )
            }
        }
    }};
}

/// The cases of a function whose result is one number: its differentiable parameters, then one that is not.
macro_rules! scalar {
    ($function:ident($($x:ident: $rank:ty),* $(; $t:ident: $read:ident $t_rank:ty)?), $inputs:expr, $row:expr, $direction:expr, $kept:expr) => {{
        use $function::{Gradient, Workspace, into, value_and_grad, value_and_grad_in};
        $(let $x = $inputs.numbers::<$rank>($row, stringify!($x));)*
        $(let $t = $inputs.$read::<$t_rank>($row, stringify!($t));)?
        match ($direction, $kept) {
            (Direction::Forward, false) => fresh(
                move || $function($(&$x,)* $(&$t)?).unwrap(),
                |e| vec![vec![e]],
            ),
            (Direction::Forward, true) => kept(
                0.0,
                move |e| into($(&$x,)* $(&$t,)? e).unwrap(),
                |&e, ()| vec![vec![e]],
            ),
            (Direction::Both, false) => fresh(
                move || value_and_grad($(&$x,)* $(&$t)?).unwrap(),
                |(e, gradient)| results!(vec![e], gradient),
            ),
            (Direction::Both, true) => kept(
                (Workspace::default(), Gradient::zeros_like($(&$x),*)),
                move |(workspace, gradient)| {
                    value_and_grad_in($(&$x,)* $(&$t,)? workspace, gradient).unwrap()
                },
                |(_, gradient), e| results!(vec![e], gradient),
            ),
        }
    }};
}

/// The case of a row in one of [`WAYS`].
#[allow(non_snake_case)] // inputs are called as in the equations
pub fn case(inputs: &Inputs, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
    let kept = way == KEPT;
    macro_rules! of {
        ($kind:ident!($($signature:tt)*)) => { $kind!($($signature)*, inputs, row, direction, kept) };
    }
    match row.name {
        "dense_128" | "dense_1024" | "tiny_dense" => {
            of!(tensor!(dense(X: Ix2, W: Ix2, b: Ix1) -> Ix2))
        }
        "mlp_step" => mlp_step(inputs, row, kept),
        "softmax" => of!(tensor!(softmax_rows(X: Ix2) -> Ix2)),
        "xent_onehot" => of!(scalar!(xent_onehot(X: Ix2; T: numbers Ix2))),
        "xent_label" => of!(scalar!(xent_label(X: Ix2; t: labels Ix1))),
        "layernorm" => of!(tensor!(layernorm(X: Ix2, g: Ix1, b: Ix1) -> Ix2)),
        "attention" => of!(tensor!(attention(Q: Ix4, K: Ix4, V: Ix4) -> Ix4)),
        "conv2d" => of!(tensor!(conv2d(X: Ix4, K: Ix4) -> Ix4)),
        "bilinear" => of!(tensor!(bilinear(A: Ix2, W: Ix3, B: Ix2) -> Ix2)),
        "mttkrp" => of!(tensor!(mttkrp(T: Ix3, B: Ix2, C: Ix2) -> Ix2)),
        "sqdist" => of!(tensor!(sqdist(X: Ix2, Y: Ix2) -> Ix2)),
        "gelu_4m" => of!(tensor!(gelu_tanh(X: Ix1) -> Ix1)),
        "bmm" => of!(tensor!(bmm(A: Ix3, B: Ix3) -> Ix3)),
        "chain" => of!(tensor!(chain(A: Ix2, B: Ix2, C: Ix2) -> Ix2)),
        "embed" => of!(tensor!(embed(E: Ix2; tok: Ix1) -> Ix2)),
        "tiny_dot" => of!(scalar!(dot(u: Ix1, v: Ix1))),
        other => panic!("{other} is no row"),
    }
}

/// Memory for a row's result.
fn zeros<D: Dimension>(row: &Row) -> Array<f32, D> {
    let mut lengths = D::zeros(row.result.len());
    lengths.slice_mut().copy_from_slice(row.result);
    Array::zeros(lengths)
}

/// A step of training: its results are the loss and the parameters after it.
fn mlp_step(inputs: &Inputs, row: &Row, keeps: bool) -> Box<dyn Case> {
    struct Parameters {
        w1: Array<f32, Ix2>,
        b1: Array<f32, Ix1>,
        w2: Array<f32, Ix2>,
        b2: Array<f32, Ix1>,
    }

    impl Parameters {
        fn descend(&mut self, gradient: &mlp::Gradient<f32>) {
            let Parameters { w1, b1, w2, b2 } = self;
            let mlp::Gradient {
                W1,
                b1: db1,
                W2,
                b2: db2,
            } = gradient;
            descend(w1, b1, w2, b2, W1, db1, W2, db2).unwrap();
        }

        fn results(&self, loss: f32) -> Results {
            let Parameters { w1, b1, w2, b2 } = self;
            vec![vec![loss], flat(w1), flat(b1), flat(w2), flat(b2)]
        }
    }

    let parameters = Parameters {
        w1: inputs.numbers(row, "W1"),
        b1: inputs.numbers(row, "b1"),
        w2: inputs.numbers(row, "W2"),
        b2: inputs.numbers(row, "b2"),
    };
    let (x, t) = (inputs.numbers(row, "X"), inputs.numbers(row, "T"));
    if !keeps {
        return kept(
            parameters,
            move |p| {
                let (loss, gradient) =
                    mlp::value_and_grad(&p.w1, &p.b1, &p.w2, &p.b2, &x, &t).unwrap();
                p.descend(&gradient);
                loss
            },
            |p, loss| p.results(loss),
        );
    }
    let gradient = mlp::Gradient::zeros_like(
        &parameters.w1,
        &parameters.b1,
        &parameters.w2,
        &parameters.b2,
    );
    kept(
        (parameters, mlp::Workspace::default(), gradient),
        move |(p, workspace, gradient)| {
            let loss =
                mlp::value_and_grad_in(&p.w1, &p.b1, &p.w2, &p.b2, &x, &t, workspace, gradient)
                    .unwrap();
            p.descend(gradient);
            loss
        },
        |(p, ..), loss| p.results(loss),
    )
}
