//! candle, with gradients by its `backward`.
//!
//! `backward` starts with ones, so a cotangent is given as the factor of a sum.

use crate::case::{Case, Results, kept};
use crate::inputs::Inputs;
use crate::outcome::{Outcome, calling};
use crate::rows::{Direction, Kind, Row};
use crate::server::Maker;
use candle_core::{D, Device, Result, Tensor, Var};
use candle_nn::ops::{layer_norm, layer_norm_slow, log_softmax, softmax, softmax_last_dim};
use ndarray::{Ix1, IxDyn};

pub struct Peer(pub Inputs);

const PLAIN: &str = "plain";
/// Kernels of candle-nn that have no gradient.
const FUSED: &str = "fused";
const EXPANDED: &str = "expanded";

impl Maker for Peer {
    fn ways(&self, row: &Row, direction: Direction) -> Vec<&'static str> {
        match (row.name, direction) {
            ("softmax" | "layernorm" | "attention", Direction::Forward) => vec![PLAIN, FUSED],
            ("sqdist", _) => vec![PLAIN, EXPANDED],
            _ => vec![PLAIN],
        }
    }

    fn case(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
        let function = function(row, way);
        let arguments: Vec<Tensor> = row
            .inputs
            .iter()
            .map(|i| self.tensor(row, i.name))
            .collect();
        if direction == Direction::Forward {
            return calling(move || function(&arguments).unwrap());
        }
        // The same storage is an argument and a variable: what follows from it has a gradient.
        let (mut arguments, mut variables) = (arguments, Vec::new());
        for (argument, input) in arguments.iter_mut().zip(row.inputs) {
            if differentiated(row, input.name) {
                let variable = Var::from_tensor(argument).unwrap();
                *argument = variable.as_tensor().clone();
                variables.push(variable);
            }
        }
        if row.name == "mlp_step" {
            return kept(
                variables,
                move |variables| step(function, &arguments, variables).unwrap(),
                |variables, loss| -> Results {
                    let after = variables.iter().map(|v| v.as_tensor().clone());
                    std::iter::once(loss)
                        .chain(after)
                        .collect::<Vec<_>>()
                        .flat()
                },
            );
        }
        let cotangent = (!row.result.is_empty()).then(|| self.tensor(row, "cotangent"));
        calling(move || both(function, &arguments, &variables, cotangent.as_ref()).unwrap())
    }
}

impl Peer {
    fn tensor(&self, row: &Row, name: &str) -> Tensor {
        let input = row.inputs.iter().find(|i| i.name == name);
        if let Some(Kind::Labels(_)) = input.map(|i| i.kind) {
            let labels = self.0.labels::<Ix1>(row, name).mapv(|l| l as u32);
            return Tensor::new(labels.to_vec(), &Device::Cpu).unwrap();
        }
        let array = self.0.numbers::<IxDyn>(row, name);
        let lengths = array.shape().to_vec();
        Tensor::from_vec(array.into_raw_vec_and_offset().0, lengths, &Device::Cpu).unwrap()
    }
}

fn differentiated(row: &Row, name: &str) -> bool {
    match row.name {
        "mlp_step" => !["X", "T"].contains(&name),
        "xent_onehot" => name != "T",
        _ => !["t", "tok"].contains(&name),
    }
}

type Function = fn(&[Tensor]) -> Result<Tensor>;

fn both(
    function: Function,
    arguments: &[Tensor],
    variables: &[Var],
    cotangent: Option<&Tensor>,
) -> Result<Vec<Tensor>> {
    let value = function(arguments)?;
    let gradients = match cotangent {
        Some(cotangent) => (&value * cotangent)?.sum_all()?.backward()?,
        None => value.backward()?,
    };
    let by = |variable: &Var| gradients.get(variable).expect("a gradient").clone();
    let by = variables.iter().map(by);
    Ok(std::iter::once(value).chain(by).collect())
}

fn step(function: Function, arguments: &[Tensor], variables: &[Var]) -> Result<Tensor> {
    let loss = function(arguments)?;
    let gradients = loss.backward()?;
    for variable in variables {
        let gradient = gradients.get(variable).expect("a gradient");
        variable.set(&(variable.as_tensor() - (gradient * 0.1)?)?)?;
    }
    Ok(loss)
}

fn dense(x: &Tensor, w: &Tensor, b: &Tensor) -> Result<Tensor> {
    x.matmul(w)?.broadcast_add(b)
}

fn cross_entropy(x: &Tensor, t: &Tensor) -> Result<Tensor> {
    let n = x.dim(0)? as f64;
    (log_softmax(x, 1)? * t)?.sum_all()?.affine(-1.0 / n, 0.0)
}

fn attention(a: &[Tensor], normalise: fn(&Tensor) -> Result<Tensor>) -> Result<Tensor> {
    let scale = 1.0 / (a[0].dim(D::Minus1)? as f64).sqrt();
    let s = (a[0].matmul(&a[1].t()?)? * scale)?;
    normalise(&s)?.matmul(&a[2])
}

fn bilinear(a: &[Tensor]) -> Result<Tensor> {
    let (o, k, l) = a[1].dims3()?;
    let matrix = a[1].permute((1, 0, 2))?.reshape((k, o * l))?;
    let product = a[0].matmul(&matrix)?.reshape(((), o, l))?;
    product.broadcast_mul(&a[2].unsqueeze(1)?)?.sum(2)
}

fn mttkrp(a: &[Tensor]) -> Result<Tensor> {
    let (n, m, p) = a[0].dims3()?;
    let product = a[0]
        .reshape((n * m, p))?
        .matmul(&a[2])?
        .reshape((n, m, ()))?;
    product.broadcast_mul(&a[1].unsqueeze(0)?)?.sum(1)
}

fn sqdist(a: &[Tensor]) -> Result<Tensor> {
    a[0].unsqueeze(1)?
        .broadcast_sub(&a[1].unsqueeze(0)?)?
        .sqr()?
        .sum(2)
}

fn sqdist_expanded(a: &[Tensor]) -> Result<Tensor> {
    let squares = |x: &Tensor| x.sqr()?.sum(1);
    let product = (a[0].matmul(&a[1].t()?)? * -2.0)?;
    let rows = product.broadcast_add(&squares(&a[0])?.unsqueeze(1)?)?;
    rows.broadcast_add(&squares(&a[1])?.unsqueeze(0)?)
}

fn function(row: &Row, way: &str) -> Function {
    match (row.name, way) {
        ("dense_128" | "dense_1024" | "tiny_dense", _) => |a| dense(&a[0], &a[1], &a[2]),
        ("mlp_step", _) => |a| {
            let h = dense(&a[4], &a[0], &a[1])?.tanh()?;
            cross_entropy(&dense(&h, &a[2], &a[3])?, &a[5])
        },
        ("softmax", FUSED) => |a| softmax_last_dim(&a[0]),
        ("softmax", _) => |a| softmax(&a[0], 1),
        ("xent_onehot", _) => |a| cross_entropy(&a[0], &a[1]),
        ("xent_label", _) => |a| candle_nn::loss::cross_entropy(&a[0], &a[1]),
        ("layernorm", FUSED) => |a| layer_norm(&a[0], &a[1], &a[2], 1e-5),
        ("layernorm", _) => |a| layer_norm_slow(&a[0], &a[1], &a[2], 1e-5),
        ("attention", FUSED) => |a| attention(a, softmax_last_dim),
        ("attention", _) => |a| attention(a, |s| softmax(s, D::Minus1)),
        ("conv2d", _) => |a| a[0].conv2d(&a[1], 0, 1, 1, 1),
        ("bilinear", _) => bilinear,
        ("mttkrp", _) => mttkrp,
        ("sqdist", EXPANDED) => sqdist_expanded,
        ("sqdist", _) => sqdist,
        ("gelu_4m", _) => |a| a[0].gelu(),
        ("bmm", _) => |a| a[0].matmul(&a[1]),
        ("chain", _) => |a| a[0].matmul(&a[1].matmul(&a[2])?),
        ("embed", _) => |a| a[0].index_select(&a[1], 0),
        ("tiny_dot", _) => |a| (&a[0] * &a[1])?.sum_all(),
        (other, _) => panic!("{other} is no row"),
    }
}
