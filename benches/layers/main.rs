//! How long the layers and losses of `einstan::nn` take, forward and with gradients, in float32.
//!
//!     cargo bench --bench layers                 all of them, alone
//!     cargo bench --bench layers -- conv norm    those in whose names one of these is
//!     cargo bench --bench layers -- --serve      answers `benches/layers.py`, which asks PyTorch the same
//!
//! To `NAME DIRECTION MILLISECONDS` the answer is a median in microseconds; `rows` asks for the names.

#[allow(dead_code)] // the table reads the least time too
#[path = "../table/case.rs"]
mod case;
mod made;

use case::{Case, time};
use std::time::Duration;

/// How long each is timed where nobody says it.
const DURATION: Duration = Duration::from_millis(200);

/// A layer or loss at one size.
pub struct Row {
    pub name: &'static str,
    /// The case, with gradients or without.
    pub case: fn(both: bool) -> Box<dyn Case>,
}

const DIRECTIONS: [(&str, bool); 2] = [("forward", false), ("both", true)];

fn answer(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().collect();
    if words == ["rows"] {
        return made::ROWS.each_ref().map(|r| r.name).join(" ");
    }
    let [name, direction, milliseconds] = words[..] else {
        return "rows, or NAME DIRECTION MILLISECONDS".into();
    };
    let row = made::ROWS.iter().find(|r| r.name == name);
    let direction = DIRECTIONS.iter().find(|d| d.0 == direction);
    let (Some(row), Some(&(_, both)), Ok(milliseconds)) = (row, direction, milliseconds.parse())
    else {
        return format!("no row: {line}");
    };
    let duration = Duration::from_millis(milliseconds);
    time(&mut *(row.case)(both), duration).median.to_string()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|a| a == "--serve") {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            println!("{}", answer(&line));
        }
        return;
    }
    let parts: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    println!(
        "{:26} {:>12} {:>12}  microseconds",
        "layer", "forward", "both"
    );
    for row in &made::ROWS {
        if parts.is_empty() || parts.iter().any(|p| row.name.contains(p.as_str())) {
            let [forward, both] =
                DIRECTIONS.map(|(_, both)| time(&mut *(row.case)(both), DURATION).median);
            println!("{:26} {forward:12.1} {both:12.1}", row.name);
        }
    }
}
