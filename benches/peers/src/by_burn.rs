//! burn on its CPU backend `flex`, with gradients by its `backward`.
//!
//! `backward` starts with ones, so a cotangent is given as the factor of a sum.

use crate::case::{Case, Results, fresh, kept};
use crate::inputs::Inputs;
use crate::outcome::{Outcome, calling};
use crate::rows::{Direction, Row};
use crate::server::Maker;
use burn_tensor::ops::{AttentionModuleOptions, ConvOptions};
use burn_tensor::{Device, Int, Tensor, TensorData, activation, module};
use ndarray::{Ix1, IxDyn};

pub struct Peer(pub Inputs);

const PLAIN: &str = "plain";
/// Of operations, where there is one operation for the whole.
const MANUAL: &str = "manual";
const EXPANDED: &str = "expanded";

impl Maker for Peer {
    fn ways(&self, row: &Row, _: Direction) -> Vec<&'static str> {
        match row.name {
            "attention" => vec![PLAIN, MANUAL],
            "sqdist" => vec![PLAIN, EXPANDED],
            _ => vec![PLAIN],
        }
    }

    fn case(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
        match row.name {
            "mlp_step" => self.mlp_step(row),
            _ => self.pure(row, direction, way),
        }
    }
}

/// The case of a function of tensors, by the names and ranks of its arguments and the rank of its result.
macro_rules! case {
    ($peer:ident, $row:ident, $direction:ident, ($($x:ident: $rank:literal),*) -> $result:literal, $function:expr) => {{
        let device = device($direction);
        $(let $x = $peer.leaf::<$rank>($row, stringify!($x), &device);)*
        let function = $function;
        match $direction {
            Direction::Forward => calling(move || -> Tensor<$result> { function($($x.clone()),*) }),
            Direction::Both if $row.result.is_empty() => fresh(
                move || {
                    let value: Tensor<$result> = function($($x.clone()),*);
                    let mut gradients = value.backward();
                    (value, ($($x.grad_remove(&mut gradients).unwrap(),)*))
                },
                |(value, gradients)| results!(value, gradients, $($x),*),
            ),
            Direction::Both => {
                let cotangent = $peer.tensor::<$result>($row, "cotangent", &device);
                fresh(
                    move || {
                        let value: Tensor<$result> = function($($x.clone()),*);
                        let mut gradients = (value.clone() * cotangent.clone()).sum().backward();
                        (value, ($($x.grad_remove(&mut gradients).unwrap(),)*))
                    },
                    |(value, gradients)| results!(value, gradients, $($x),*),
                )
            }
        }
    }};
}

macro_rules! results {
    ($value:ident, $gradients:ident, $($x:ident),*) => {{
        let ($($x,)*) = $gradients;
        [$value.flat(), $($x.flat()),*].concat()
    }};
}

fn device(direction: Direction) -> Device {
    match direction {
        Direction::Forward => Device::flex(),
        Direction::Both => Device::flex().autodiff(),
    }
}

#[allow(non_snake_case)] // inputs are called as in the equations
impl Peer {
    fn tensor<const D: usize>(&self, row: &Row, name: &str, device: &Device) -> Tensor<D> {
        let array = self.0.numbers::<IxDyn>(row, name);
        let lengths = array.shape().to_vec();
        let values = array.into_raw_vec_and_offset().0;
        Tensor::from_data(TensorData::new(values, lengths), device)
    }

    /// A tensor to differentiate by, where the device does so.
    fn leaf<const D: usize>(&self, row: &Row, name: &str, device: &Device) -> Tensor<D> {
        let tensor = self.tensor(row, name, device);
        match tensor.is_autodiff() {
            true => tensor.require_grad(),
            false => tensor,
        }
    }

    fn labels(&self, row: &Row, name: &str, device: &Device) -> Tensor<1, Int> {
        let labels = self.0.labels::<Ix1>(row, name).mapv(|l| l as i64);
        let lengths = [labels.len()];
        Tensor::from_data(TensorData::new(labels.to_vec(), lengths), device)
    }

    fn pure(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
        match (row.name, way) {
            ("dense_128" | "dense_1024" | "tiny_dense", _) => {
                case!(self, row, direction, (X: 2, W: 2, b: 1) -> 2, dense)
            }
            ("softmax", _) => {
                case!(self, row, direction, (X: 2) -> 2, |x| activation::softmax(x, 1))
            }
            ("xent_onehot", _) => {
                let t = self.tensor(row, "T", &device(direction));
                case!(self, row, direction, (X: 2) -> 1, move |x| cross_entropy(x, t.clone()))
            }
            ("xent_label", _) => {
                let t = self
                    .labels(row, "t", &device(direction))
                    .unsqueeze_dim::<2>(1);
                let loss = move |x| -activation::log_softmax(x, 1).gather(1, t.clone()).mean();
                case!(self, row, direction, (X: 2) -> 1, loss)
            }
            ("layernorm", _) => {
                let norm = |x, g, b| module::layer_norm(x, g, Some(b), 1e-5);
                case!(self, row, direction, (X: 2, g: 1, b: 1) -> 2, norm)
            }
            ("attention", MANUAL) => {
                case!(self, row, direction, (Q: 4, K: 4, V: 4) -> 4, attention)
            }
            ("attention", _) => {
                let options = AttentionModuleOptions::default();
                let whole = move |q, k, v| module::attention(q, k, v, None, None, options);
                case!(self, row, direction, (Q: 4, K: 4, V: 4) -> 4, whole)
            }
            ("conv2d", _) => {
                let options = || ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
                let conv = move |x, k| module::conv2d(x, k, None, options());
                case!(self, row, direction, (X: 4, K: 4) -> 4, conv)
            }
            ("bilinear", _) => case!(self, row, direction, (A: 2, W: 3, B: 2) -> 2, bilinear),
            ("mttkrp", _) => case!(self, row, direction, (T: 3, B: 2, C: 2) -> 2, mttkrp),
            ("sqdist", EXPANDED) => {
                case!(self, row, direction, (X: 2, Y: 2) -> 2, sqdist_expanded)
            }
            ("sqdist", _) => case!(self, row, direction, (X: 2, Y: 2) -> 2, sqdist),
            ("gelu_4m", _) => {
                case!(self, row, direction, (X: 1) -> 1, activation::gelu_approximate)
            }
            ("bmm", _) => case!(self, row, direction, (A: 3, B: 3) -> 3, Tensor::<3>::matmul),
            ("chain", _) => {
                let chain = |a: Tensor<2>, b: Tensor<2>, c| a.matmul(b.matmul(c));
                case!(self, row, direction, (A: 2, B: 2, C: 2) -> 2, chain)
            }
            ("embed", _) => {
                let tokens = self.labels(row, "tok", &device(direction));
                let embed = move |e: Tensor<2>| e.select(0, tokens.clone());
                case!(self, row, direction, (E: 2) -> 2, embed)
            }
            ("tiny_dot", _) => {
                let dot = |u: Tensor<1>, v: Tensor<1>| (u * v).sum();
                case!(self, row, direction, (u: 1, v: 1) -> 1, dot)
            }
            (other, _) => panic!("{other} is no row"),
        }
    }

    fn mlp_step(&self, row: &Row) -> Box<dyn Case> {
        struct Layers {
            w1: Tensor<2>,
            b1: Tensor<1>,
            w2: Tensor<2>,
            b2: Tensor<1>,
        }

        let device = device(Direction::Both);
        let layers = Layers {
            w1: self.leaf(row, "W1", &device),
            b1: self.leaf(row, "b1", &device),
            w2: self.leaf(row, "W2", &device),
            b2: self.leaf(row, "b2", &device),
        };
        let x: Tensor<2> = self.tensor(row, "X", &device);
        let t: Tensor<2> = self.tensor(row, "T", &device);
        kept(
            layers,
            move |Layers { w1, b1, w2, b2 }| {
                let h = dense(x.clone(), w1.clone(), b1.clone()).tanh();
                let loss = cross_entropy(dense(h, w2.clone(), b2.clone()), t.clone());
                let gradients = &mut loss.backward();
                descend(w1, gradients);
                descend(b1, gradients);
                descend(w2, gradients);
                descend(b2, gradients);
                loss
            },
            |Layers { w1, b1, w2, b2 }, loss| -> Results {
                let after = (w1.clone(), b1.clone(), w2.clone(), b2.clone());
                [loss.flat(), after.flat()].concat()
            },
        )
    }
}

fn descend<const D: usize>(parameter: &mut Tensor<D>, gradients: &mut burn_tensor::Gradients) {
    let gradient = parameter.grad_remove(gradients).expect("a gradient");
    let next = parameter.clone().without_autodiff() - gradient * 0.1;
    *parameter = next.autodiff().require_grad();
}

fn dense(x: Tensor<2>, w: Tensor<2>, b: Tensor<1>) -> Tensor<2> {
    x.matmul(w) + b.unsqueeze()
}

fn cross_entropy(x: Tensor<2>, t: Tensor<2>) -> Tensor<1> {
    let n = x.dims()[0] as f32;
    (activation::log_softmax(x, 1) * t).sum() / -n
}

fn attention(q: Tensor<4>, k: Tensor<4>, v: Tensor<4>) -> Tensor<4> {
    let scale = 1.0 / (q.dims()[3] as f32).sqrt();
    activation::softmax(q.matmul(k.transpose()) * scale, 3).matmul(v)
}

fn bilinear(a: Tensor<2>, w: Tensor<3>, b: Tensor<2>) -> Tensor<2> {
    let ([n, k], [o, _, l]) = (a.dims(), w.dims());
    let matrix = w.permute([1, 0, 2]).reshape([k, o * l]);
    let product = a.matmul(matrix).reshape([n, o, l]) * b.unsqueeze_dim::<3>(1);
    product.sum_dim(2).reshape([n, o])
}

fn mttkrp(t: Tensor<3>, b: Tensor<2>, c: Tensor<2>) -> Tensor<2> {
    let ([n, m, p], [_, r]) = (t.dims(), c.dims());
    let product = t.reshape([n * m, p]).matmul(c).reshape([n, m, r]);
    (product * b.unsqueeze_dim::<3>(0))
        .sum_dim(1)
        .reshape([n, r])
}

fn sqdist(x: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    let ([n, _], [m, _]) = (x.dims(), y.dims());
    let difference = x.unsqueeze_dim::<3>(1) - y.unsqueeze_dim::<3>(0);
    difference.square().sum_dim(2).reshape([n, m])
}

fn sqdist_expanded(x: Tensor<2>, y: Tensor<2>) -> Tensor<2> {
    let squares = |x: Tensor<2>| x.square().sum_dim(1);
    let rows = squares(x.clone()) - x.matmul(y.clone().transpose()) * 2.0;
    rows + squares(y).transpose()
}
