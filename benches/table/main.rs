//! Our side of the table that compares with other libraries: eighteen pieces of work in float32, forward and with
//! gradients, by calls that allocate and by calls over kept memory.
//!
//!     cargo bench --bench table                          all rows, with the floor of one core
//!     cargo bench --bench table -- soft tiny             rows whose names start so
//!     cargo bench --bench table -- --threads 2           with the floor of two
//!     cargo bench --bench table -- --serve FOLDER        answers a comparison (`server.rs`), with inputs from the folder
//!
//! `benches/compare.py` starts the last form beside other libraries; `benches/README.md` says how.

mod case;
mod equations;
mod floor;
mod inputs;
mod ours;
mod rows;
mod server;

use case::{Case, time};
use floor::floor;
use inputs::Inputs;
use rows::{Direction, ROWS, Row};
use server::Maker;
use std::time::Duration;

struct Ours(Inputs);

impl Maker for Ours {
    fn ways(&self, _: &Row, _: Direction) -> Vec<&'static str> {
        ours::WAYS.to_vec()
    }

    fn case(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case> {
        ours::case(&self.0, row, direction, way)
    }
}

/// How long each case is timed where nobody says it.
const DURATION: Duration = Duration::from_millis(200);

fn print(prefixes: &[String], threads: usize) {
    let ours = Ours(Inputs::MadeUp);
    println!(
        "level {}, medians in microseconds\n{:12} {:8} {:>12} {:>12} {:>12} {:>8}",
        einstan::__private::rt::simd_level(),
        "row",
        "",
        "allocating",
        "kept",
        "floor",
        "floors"
    );
    let chosen = |row: &&Row| {
        prefixes.is_empty() || prefixes.iter().any(|p| row.name.starts_with(p.as_str()))
    };
    for row in ROWS.iter().filter(chosen) {
        for direction in row.directions() {
            let [call, kept] =
                ours::WAYS.map(|way| time(&mut *ours.case(row, direction, way), DURATION).median);
            print!(
                "{:12} {:8} {call:12.3} {kept:12.3}",
                row.name,
                direction.name()
            );
            match floor(row, direction, threads) {
                Some(floor) => println!(" {floor:12.1} {:8.2}", kept / floor),
                None => println!(),
            }
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    use lexopt::prelude::*;
    let (mut prefixes, mut threads) = (Vec::new(), 1);
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("bench") => {} // cargo says so
            Long("serve") => {
                let folder = std::path::PathBuf::from(parser.value()?);
                server::serve(&Ours(Inputs::Files(folder.clone())), &folder)?;
                return Ok(());
            }
            Long("threads") => threads = parser.value()?.parse()?,
            Value(prefix) => prefixes.push(prefix.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    print(&prefixes, threads);
    Ok(())
}
