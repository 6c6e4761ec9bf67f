//! What a comparison asks of a process over standard input: one command a line, one line of JSON for each.
//!
//!     rows                        what there is: [["softmax", "forward", "call"], ..]
//!     floors                      {"softmax": {"forward": microseconds on one core, ..}, ..}
//!     time ROW DIRECTION WAY MS   {"median": microseconds, "least": microseconds}, of calls for about MS milliseconds
//!     check ROW DIRECTION WAY     {"kind": "<f4", "files": [..]}: the value and the gradients, float32 and little-endian
//!
//! What fails is `{"error": ".."}`. Cases, and the memory that they keep, live until another row or direction is asked for.

use crate::case::{Case, time};
use crate::floor::floor;
use crate::rows::{Direction, ROWS, Row};
use serde_json::{Map, Value, json};
use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Makes cases.
pub trait Maker {
    /// The ways in which there is a row in a direction.
    fn ways(&self, row: &Row, direction: Direction) -> Vec<&'static str>;
    fn case(&self, row: &Row, direction: Direction, way: &str) -> Box<dyn Case>;
}

/// Answers until standard input ends; results are written into the folder.
pub fn serve(maker: &dyn Maker, folder: &Path) -> std::io::Result<()> {
    let mut server = Server {
        maker,
        folder,
        cases: Vec::new(),
    };
    for line in std::io::stdin().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let answer = catch_unwind(AssertUnwindSafe(|| server.answer(&words)))
            .unwrap_or_else(|panic| Err(message(&*panic)))
            .unwrap_or_else(|error| json!({ "error": error }));
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

struct Server<'a> {
    maker: &'a dyn Maker,
    folder: &'a Path,
    cases: Vec<Kept>,
}

struct Kept {
    row: &'static str,
    direction: Direction,
    way: String,
    case: Box<dyn Case>,
}

impl Server<'_> {
    fn answer(&mut self, words: &[&str]) -> Result<Value, String> {
        match *words {
            ["rows"] => Ok(self.rows()),
            ["floors"] => Ok(floors()),
            ["time", row, direction, way, milliseconds] => {
                let milliseconds = milliseconds.parse().map_err(|e| format!("{e}"))?;
                let (row, direction) = place(row, direction)?;
                let case = self.kept(row, direction, way);
                let time = time(case, Duration::from_millis(milliseconds));
                Ok(json!({ "median": time.median, "least": time.least }))
            }
            ["check", row, direction, way] => {
                let (row, direction) = place(row, direction)?;
                self.check(row, direction, way).map_err(|e| e.to_string())
            }
            _ => Err(format!("no command: {}", words.join(" "))),
        }
    }

    fn rows(&self) -> Value {
        let mut rows = Vec::new();
        for row in ROWS {
            for direction in row.directions() {
                for way in self.maker.ways(row, direction) {
                    rows.push(json!([row.name, direction.name(), way]));
                }
            }
        }
        Value::Array(rows)
    }

    /// The case of a command: the one that is there, or a new one, before which those of other rows go.
    fn kept(&mut self, row: &'static Row, direction: Direction, way: &str) -> &mut dyn Case {
        self.cases
            .retain(|kept| kept.row == row.name && kept.direction == direction);
        let found = self.cases.iter().position(|kept| kept.way == way);
        let at = found.unwrap_or_else(|| {
            self.cases.push(Kept {
                row: row.name,
                direction,
                way: way.to_string(),
                case: self.maker.case(row, direction, way),
            });
            self.cases.len() - 1
        });
        &mut *self.cases[at].case
    }

    /// Of a case of its own, since a step of training changes what it is given.
    fn check(&self, row: &Row, direction: Direction, way: &str) -> std::io::Result<Value> {
        let mut files: Vec<PathBuf> = Vec::new();
        for (at, values) in self
            .maker
            .case(row, direction, way)
            .results()
            .iter()
            .enumerate()
        {
            let name = format!("result.{}.{at}.raw", std::process::id());
            files.push(self.folder.join(name));
            let bytes: Vec<u8> = values.iter().flat_map(|v| v.to_le_bytes()).collect();
            std::fs::write(&files[at], bytes)?;
        }
        Ok(json!({ "kind": "<f4", "files": files }))
    }
}

fn place(row: &str, direction: &str) -> Result<(&'static Row, Direction), String> {
    let row = ROWS
        .iter()
        .find(|r| r.name == row)
        .ok_or(format!("no row {row}"))?;
    let direction = Direction::of_name(direction).ok_or(format!("no direction {direction}"))?;
    Ok((row, direction))
}

fn floors() -> Value {
    let of = |row: &Row| -> Map<String, Value> {
        let floors = row
            .directions()
            .map(|d| (d.name().to_string(), json!(floor(row, d, 1))));
        floors.collect()
    };
    ROWS.iter()
        .map(|row| (row.name.to_string(), Value::Object(of(row))))
        .collect()
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("a panic").to_string()
}
