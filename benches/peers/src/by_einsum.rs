//! ndarray-einsum, for rows that are nothing but a contraction; gradients are contractions by hand.

use crate::case::Case;
use crate::inputs::Inputs;
use crate::outcome::calling;
use crate::rows::{Direction, Row};
use crate::server::Maker;
use ndarray::{ArrayD, IxDyn};
use ndarray_einsum::{ArrayLike, einsum};

pub struct Peer(pub Inputs);

/// The indices of a row's arguments and of its result.
fn equation(row: &Row) -> Option<(&'static [&'static str], &'static str)> {
    Some(match row.name {
        "bilinear" => (&["ik", "okl", "il"], "io"),
        "mttkrp" => (&["ijk", "jr", "kr"], "ir"),
        "bmm" => (&["bik", "bkj"], "bij"),
        "chain" => (&["ij", "jk", "kl"], "il"),
        "tiny_dot" => (&["i", "i"], ""),
        _ => return None,
    })
}

impl Maker for Peer {
    fn ways(&self, row: &Row, direction: Direction) -> Vec<&'static str> {
        // The gradients of a product of vectors are no contractions.
        let gradients = direction == Direction::Both && row.result.is_empty();
        match equation(row) {
            Some(_) if !gradients => vec!["plain"],
            _ => vec![],
        }
    }

    fn case(&self, row: &Row, direction: Direction, _: &str) -> Box<dyn Case> {
        let (indices, result) = equation(row).expect("a row that is a contraction");
        let arguments: Vec<ArrayD<f32>> = row
            .inputs
            .iter()
            .map(|input| self.0.numbers::<IxDyn>(row, input.name))
            .collect();
        let value = format!("{}->{result}", indices.join(","));
        if direction == Direction::Forward {
            return calling(move || contract(&value, &arguments.iter().collect::<Vec<_>>()));
        }
        let cotangent = self.0.numbers::<IxDyn>(row, "cotangent");
        let pullbacks: Vec<String> = (0..indices.len())
            .map(|at| {
                let mut factors = indices.to_vec();
                let by = std::mem::replace(&mut factors[at], result);
                format!("{}->{by}", factors.join(","))
            })
            .collect();
        calling(move || {
            let mut parts = vec![contract(&value, &arguments.iter().collect::<Vec<_>>())];
            for (at, pullback) in pullbacks.iter().enumerate() {
                let mut factors: Vec<_> = arguments.iter().collect();
                factors[at] = &cotangent;
                parts.push(contract(pullback, &factors));
            }
            parts
        })
    }
}

fn contract(equation: &str, factors: &[&ArrayD<f32>]) -> ArrayD<f32> {
    let factors: Vec<&dyn ArrayLike<f32>> = factors.iter().map(|&f| f as _).collect();
    einsum(equation, &factors).expect("an equation that fits its factors")
}
