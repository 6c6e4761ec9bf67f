//! MNIST from its four files.

use flate2::read::GzDecoder;
use ndarray::{Array1, Array2, s};
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Pixels of an image.
pub const PIXELS: usize = 28 * 28;
/// Kinds of digits.
pub const CLASSES: usize = 10;

/// Images, one a row with values from 0 to 1, and their labels.
pub struct Digits {
    pub images: Array2<f32>,
    pub labels: Array1<u8>,
}

impl Digits {
    /// Those before and from `at` on.
    pub fn split(&self, at: usize) -> (Digits, Digits) {
        let part = |from: usize, to: usize| Digits {
            images: self.images.slice(s![from..to, ..]).to_owned(),
            labels: self.labels.slice(s![from..to]).to_owned(),
        };
        (part(0, at), part(at, self.labels.len()))
    }
}

/// What is wrong with a file.
#[derive(Debug)]
pub struct DataError {
    path: PathBuf,
    what: String,
}

impl fmt::Display for DataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\nThe four files of MNIST belong there; `--data FOLDER` names another place, and the README beside \
             them has their checksums.",
            self.path.display(),
            self.what
        )
    }
}

impl std::error::Error for DataError {}

/// The training set.
pub fn train(folder: &Path) -> Result<Digits, DataError> {
    load(folder, "train", 60_000)
}

/// The test set.
pub fn test(folder: &Path) -> Result<Digits, DataError> {
    load(folder, "t10k", 10_000)
}

fn load(folder: &Path, name: &str, count: usize) -> Result<Digits, DataError> {
    let images = read(
        &folder.join(format!("{name}-images-idx3-ubyte.gz")),
        &[count, 28, 28],
    )?;
    let path = folder.join(format!("{name}-labels-idx1-ubyte.gz"));
    let labels = read(&path, &[count])?;
    if let Some(at) = labels.iter().position(|&l| usize::from(l) >= CLASSES) {
        return Err(DataError {
            path,
            what: format!("label {at} is {}, and not a digit", labels[at]),
        });
    }
    let images = images.into_iter().map(|p| f32::from(p) / 255.0).collect();
    Ok(Digits {
        images: Array2::from_shape_vec((count, PIXELS), images)
            .expect("as many pixels as were read"),
        labels: Array1::from_vec(labels),
    })
}

/// The bytes of an IDX file with these lengths.
fn read(path: &Path, lens: &[usize]) -> Result<Vec<u8>, DataError> {
    let error = |what: String| DataError {
        path: path.to_path_buf(),
        what,
    };
    let file = File::open(path).map_err(|e| error(format!("can't be opened: {e}")))?;
    let mut bytes = Vec::new();
    GzDecoder::new(file)
        .read_to_end(&mut bytes)
        .map_err(|e| error(format!("is damaged: {e}")))?;
    let mut header = vec![0, 0, 8, lens.len() as u8];
    header.extend(lens.iter().flat_map(|&n| (n as u32).to_be_bytes()));
    if !bytes.starts_with(&header) {
        return Err(error("is not the IDX file that was expected".to_string()));
    }
    let data = bytes.split_off(header.len());
    let wanted: usize = lens.iter().product();
    if data.len() != wanted {
        return Err(error(format!(
            "has {} bytes of data and not {wanted}",
            data.len()
        )));
    }
    Ok(data)
}
