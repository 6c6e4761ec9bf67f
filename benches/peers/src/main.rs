//! The peers in Rust, each as a process that answers `benches/compare.py`.
//!
//!     einstan-peers ndarray --serve FOLDER
//!
//! The rows, the inputs, the clock and the protocol are those of our own side of the table.

#[path = "../../table/case.rs"]
mod case;
#[path = "../../table/floor.rs"]
mod floor;
#[allow(dead_code, reason = "inputs are made up where our side runs alone")]
#[path = "../../table/inputs.rs"]
mod inputs;
#[path = "../../table/rows.rs"]
mod rows;
#[path = "../../table/server.rs"]
mod server;

mod by_burn;
mod by_candle;
mod by_einsum;
mod by_ndarray;
mod gradients;
mod outcome;
mod values;

use inputs::Inputs;
use server::Maker;
use std::path::PathBuf;

fn maker(peer: &str, inputs: Inputs) -> Option<Box<dyn Maker>> {
    Some(match peer {
        "ndarray" | "ndarray+openblas" => Box::new(by_ndarray::Peer(inputs)),
        "ndarray-einsum" => Box::new(by_einsum::Peer(inputs)),
        "candle" => Box::new(by_candle::Peer(inputs)),
        "burn" => Box::new(by_burn::Peer(inputs)),
        _ => return None,
    })
}

fn main() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let usage = "einstan-peers PEER --serve FOLDER";
    let [peer, serve, folder] = arguments.try_into().map_err(|_| usage)?;
    if serve != "--serve" {
        return Err(usage.into());
    }
    let folder = PathBuf::from(folder);
    let maker = maker(&peer, Inputs::Files(folder.clone())).ok_or(usage)?;
    server::serve(&*maker, &folder).map_err(|e| e.to_string())
}
