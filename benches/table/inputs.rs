//! What a row is given: read from the files of the comparison, or made up.

use crate::rows::{Input, Kind, Row};
use ndarray::{Array, ArrayD, Dimension, IxDyn};
use std::path::{Path, PathBuf};

/// Where the inputs of all rows come from.
pub enum Inputs {
    /// Files `ROW.NAME.raw`: float32, or uint64 where whole numbers are meant, little-endian.
    Files(PathBuf),
    MadeUp,
}

impl Inputs {
    /// A tensor of numbers, by its name; `cotangent` is what comes back to the result.
    pub fn numbers<D: Dimension>(&self, row: &Row, name: &str) -> Array<f32, D> {
        let cotangent = Input {
            name: "cotangent",
            lengths: row.result,
            kind: Kind::Numbers(1.0),
        };
        let input = match name {
            "cotangent" => &cotangent,
            _ => find(row, name),
        };
        let values = match (self, input.kind) {
            (Inputs::Files(folder), _) => read(folder, row, input, f32::from_le_bytes),
            (_, Kind::OneHot) => one_hot(input),
            (_, Kind::Numbers(scale)) => {
                let mut random = Random::named(name);
                (0..count(input)).map(|_| random.number() * scale).collect()
            }
            (_, Kind::Labels(_)) => panic!("{name} are whole numbers"),
        };
        shaped(input, values)
    }

    /// A tensor of whole numbers.
    pub fn labels<D: Dimension>(&self, row: &Row, name: &str) -> Array<usize, D> {
        let input = find(row, name);
        let Kind::Labels(below) = input.kind else {
            panic!("{name} is no tensor of whole numbers")
        };
        let values = match self {
            Inputs::Files(folder) => read(folder, row, input, |bytes| {
                u64::from_le_bytes(bytes) as usize
            }),
            Inputs::MadeUp => {
                let mut random = Random::named(name);
                (0..count(input)).map(|_| random.below(below)).collect()
            }
        };
        shaped(input, values)
    }
}

fn find<'a>(row: &'a Row, name: &str) -> &'a Input {
    row.inputs
        .iter()
        .find(|i| i.name == name)
        .unwrap_or_else(|| panic!("{} has no input {name}", row.name))
}

fn count(input: &Input) -> usize {
    input.lengths.iter().product()
}

fn shaped<T, D: Dimension>(input: &Input, values: Vec<T>) -> Array<T, D> {
    ArrayD::from_shape_vec(IxDyn(input.lengths), values)
        .unwrap_or_else(|e| panic!("{}: {e}", input.name))
        .into_dimensionality()
        .unwrap_or_else(|e| panic!("{}: {e}", input.name))
}

fn read<T, const SIZE: usize>(
    folder: &Path,
    row: &Row,
    input: &Input,
    value: fn([u8; SIZE]) -> T,
) -> Vec<T> {
    let path = folder.join(format!("{}.{}.raw", row.name, input.name));
    let bytes = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    bytes
        .chunks_exact(SIZE)
        .map(|chunk| value(chunk.try_into().expect("chunks have the size of a value")))
        .collect()
}

fn one_hot(input: &Input) -> Vec<f32> {
    let columns = *input.lengths.last().expect("a matrix");
    let mut random = Random::named(input.name);
    let mut values = vec![0.0; count(input)];
    for row in values.chunks_exact_mut(columns) {
        row[random.below(columns)] = 1.0;
    }
    values
}

/// Numbers that look random and are the same every time.
struct Random(u64);

impl Random {
    fn named(name: &str) -> Random {
        Random(
            name.bytes()
                .fold(1, |seed, byte| seed * 31 + u64::from(byte)),
        )
    }

    /// A linear congruential generator, whose high bits are taken.
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        self.0 >> 33
    }

    /// Between -1 and 1.
    fn number(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }

    fn below(&mut self, n: usize) -> usize {
        self.next() as usize % n
    }
}
