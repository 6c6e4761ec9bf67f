//! ndarray by hand, with its own matrix products or those of OpenBLAS.

use crate::case::{Case, Results, kept};
use crate::gradients::{self, Layers};
use crate::inputs::Inputs;
use crate::outcome::calling;
use crate::rows::{Direction, Row};
use crate::server::Maker;
use crate::values;
use ndarray::{Dimension, Ix1, Ix2, Ix3, Ix4};

pub struct Peer(pub Inputs);

const HAND: &str = "hand";
const EXPANDED: &str = "expanded";

impl Maker for Peer {
    fn ways(&self, row: &Row, _: Direction) -> Vec<&'static str> {
        match row.name {
            "sqdist" => vec![HAND, EXPANDED],
            _ => vec![HAND],
        }
    }

    fn case(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
        match (direction, way) {
            (Direction::Forward, EXPANDED) => {
                let (x, y) = (self.of::<Ix2>(row, "X"), self.of::<Ix2>(row, "Y"));
                calling(move || values::sqdist_expanded(&x, &y))
            }
            (Direction::Both, EXPANDED) => {
                let (x, y) = (self.of::<Ix2>(row, "X"), self.of::<Ix2>(row, "Y"));
                let cotangent = self.of::<Ix2>(row, "cotangent");
                calling(move || gradients::sqdist_expanded(&x, &y, &cotangent))
            }
            (Direction::Forward, _) => self.forward(row),
            (Direction::Both, _) => self.both(row),
        }
    }
}

/// A closure that calls a function with inputs that it owns.
macro_rules! call {
    ($peer:ident, $row:ident, $function:path, $($name:ident: $rank:ty),*) => {{
        $(let $name = $peer.of::<$rank>($row, stringify!($name));)*
        calling(move || $function($(&$name),*))
    }};
}

#[allow(non_snake_case)] // inputs are called as in the equations
impl Peer {
    fn of<D: Dimension>(&self, row: &Row, name: &str) -> ndarray::Array<f32, D> {
        self.0.numbers(row, name)
    }

    fn forward(&self, row: &Row) -> Box<dyn Case> {
        match row.name {
            "dense_128" | "dense_1024" | "tiny_dense" => {
                call!(self, row, values::dense, X: Ix2, W: Ix2, b: Ix1)
            }
            "softmax" => {
                let x = self.of::<Ix2>(row, "X");
                calling(move || values::softmax(x.clone()))
            }
            "xent_onehot" => call!(self, row, values::xent_onehot, X: Ix2, T: Ix2),
            "xent_label" => {
                let (x, t) = (self.of(row, "X"), self.0.labels(row, "t"));
                calling(move || values::xent_label(&x, &t))
            }
            "layernorm" => call!(self, row, values::layernorm, X: Ix2, g: Ix1, b: Ix1),
            "attention" => call!(self, row, values::attention, Q: Ix4, K: Ix4, V: Ix4),
            "conv2d" => call!(self, row, values::conv2d, X: Ix4, K: Ix4),
            "bilinear" => call!(self, row, values::bilinear, A: Ix2, W: Ix3, B: Ix2),
            "mttkrp" => {
                let (t, b, c) = (self.of(row, "T"), self.of(row, "B"), self.of(row, "C"));
                calling(move || values::mttkrp(&t, &b, &c).0)
            }
            "sqdist" => call!(self, row, values::sqdist, X: Ix2, Y: Ix2),
            "gelu_4m" => call!(self, row, values::gelu, X: Ix1),
            "bmm" => call!(self, row, values::bmm, A: Ix3, B: Ix3),
            "chain" => {
                let [a, b, c] = ["A", "B", "C"].map(|name| self.of::<Ix2>(row, name));
                calling(move || a.dot(&b.dot(&c)))
            }
            "embed" => {
                let (e, tokens) = (self.of(row, "E"), self.0.labels(row, "tok"));
                calling(move || values::embed(&e, &tokens))
            }
            "tiny_dot" => {
                let [u, v] = ["u", "v"].map(|name| self.of::<Ix1>(row, name));
                calling(move || u.dot(&v))
            }
            other => panic!("{other} is no row"),
        }
    }

    fn both(&self, row: &Row) -> Box<dyn Case> {
        match row.name {
            "dense_128" | "dense_1024" | "tiny_dense" => {
                call!(self, row, gradients::dense, X: Ix2, W: Ix2, b: Ix1, cotangent: Ix2)
            }
            "mlp_step" => self.mlp_step(row),
            "softmax" => call!(self, row, gradients::softmax, X: Ix2, cotangent: Ix2),
            "xent_onehot" => call!(self, row, gradients::xent_onehot, X: Ix2, T: Ix2),
            "xent_label" => {
                let (x, t) = (self.of(row, "X"), self.0.labels(row, "t"));
                calling(move || gradients::xent_label(&x, &t))
            }
            "layernorm" => {
                call!(self, row, gradients::layernorm, X: Ix2, g: Ix1, b: Ix1, cotangent: Ix2)
            }
            "attention" => {
                call!(self, row, gradients::attention, Q: Ix4, K: Ix4, V: Ix4, cotangent: Ix4)
            }
            "conv2d" => call!(self, row, gradients::conv2d, X: Ix4, K: Ix4, cotangent: Ix4),
            "bilinear" => {
                call!(self, row, gradients::bilinear, A: Ix2, W: Ix3, B: Ix2, cotangent: Ix2)
            }
            "mttkrp" => {
                call!(self, row, gradients::mttkrp, T: Ix3, B: Ix2, C: Ix2, cotangent: Ix2)
            }
            "sqdist" => call!(self, row, gradients::sqdist, X: Ix2, Y: Ix2, cotangent: Ix2),
            "gelu_4m" => call!(self, row, gradients::gelu, X: Ix1, cotangent: Ix1),
            "bmm" => call!(self, row, gradients::bmm, A: Ix3, B: Ix3, cotangent: Ix3),
            "chain" => {
                call!(self, row, gradients::chain, A: Ix2, B: Ix2, C: Ix2, cotangent: Ix2)
            }
            "embed" => {
                let (e, tokens) = (self.of(row, "E"), self.0.labels(row, "tok"));
                let cotangent = self.of(row, "cotangent");
                calling(move || gradients::embed(&e, &tokens, &cotangent))
            }
            "tiny_dot" => {
                let [u, v] = ["u", "v"].map(|name| self.of::<Ix1>(row, name));
                calling(move || (u.dot(&v), v.clone(), u.clone()))
            }
            other => panic!("{other} is no row"),
        }
    }

    fn mlp_step(&self, row: &Row) -> Box<dyn Case> {
        let layers = Layers {
            w1: self.of(row, "W1"),
            b1: self.of(row, "b1"),
            w2: self.of(row, "W2"),
            b2: self.of(row, "b2"),
        };
        let (x, t) = (self.of(row, "X"), self.of(row, "T"));
        kept(
            layers,
            move |layers| gradients::mlp_step(layers, &x, &t),
            |layers, loss| -> Results {
                let Layers { w1, b1, w2, b2 } = layers;
                let (w1, w2) = (w1.iter().copied(), w2.iter().copied());
                vec![
                    vec![loss],
                    w1.collect(),
                    b1.to_vec(),
                    w2.collect(),
                    b2.to_vec(),
                ]
            },
        )
    }
}
