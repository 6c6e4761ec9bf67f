//! Parameters in files, in the format safetensors, which Python's libraries read and write too.
//!
//! Needs the feature `safetensors`. A tensor has its [`Path`](crate::parameters::Path) as its name, `blocks.0.W`, and is
//! stored as F32 or F64, row by row.
//!
//! ```
//! use einstan::store;
//! use ndarray::array;
//!
//! # fn main() -> Result<(), store::Error> {
//! let path = std::env::temp_dir().join("einstan-store-example.safetensors");
//! let model = (array![[1.0_f32, 2.0]], array![3.0]);
//! store::save(&path, &model)?;
//!
//! let mut restored = (array![[0.0_f32, 0.0]], array![0.0]);
//! store::load(&path, &mut restored)?;
//! assert_eq!(restored, model);
//!
//! let mut other = (array![[0.0_f32]], array![0.0]);
//! let error = store::load(&path, &mut other).unwrap_err();
//! assert!(error.to_string().ends_with("`0` has the lengths [1, 2] in the file, and [1, 1] in the model"));
//! # std::fs::remove_file(&path).ok();
//! # Ok(())
//! # }
//! ```

mod error;
mod number;

pub use error::{Error, ErrorKind};

use crate::Parameters;
use number::{bytes, data_type, read};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes all tensors to a file, in place of what was there.
///
/// They are written to another file beside it, which then takes its name: the old one is there until the new one is complete.
///
/// # Errors
///
/// Two tensors of one name, and what the system says.
pub fn save<P: Parameters>(path: impl AsRef<Path>, parameters: &P) -> Result<(), Error> {
    let path = path.as_ref();
    let mut tensors = Vec::new();
    parameters.tensors(|name, tensor| {
        tensors.push((name.to_string(), tensor.shape().to_vec(), bytes(tensor)));
    });
    let mut names = BTreeSet::new();
    if let Some((name, ..)) = tensors.iter().find(|(name, ..)| !names.insert(name)) {
        return Err(Error::twice(path, name));
    }
    let views = tensors.iter().map(|(name, shape, bytes)| {
        let view = TensorView::new(data_type::<P::Element>(), shape.clone(), bytes)?;
        Ok((name, view))
    });
    let views: Result<Vec<_>, _> = views.collect();
    let serialized = views.and_then(|views| safetensors::serialize(views, None));
    replace(path, &serialized.map_err(|e| Error::format(path, e))?)
}

/// Writes a file that is complete or not there.
fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let beside = beside(path);
    let written = File::create(&beside).and_then(|mut file| {
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    });
    written.map_err(|e| {
        // What is left of it is of no use, and the first error is the one to tell.
        let _ = fs::remove_file(&beside);
        Error::io(path, e)
    })
}

/// `.model.safetensors.1234` in the same folder, of this process alone.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}

/// Reads all tensors from a file, into parameters of the same names, lengths and type.
///
/// # Errors
///
/// A file that cannot be read, a tensor that is missing in it, one that the model has not, other lengths, another type. Nothing
/// is changed then.
pub fn load<P: Parameters>(path: impl AsRef<Path>, parameters: &mut P) -> Result<(), Error> {
    let path = path.as_ref();
    let content = fs::read(path).map_err(|e| Error::io(path, e))?;
    let stored = SafeTensors::deserialize(&content).map_err(|e| Error::format(path, e))?;
    check(path, parameters, &stored)?;
    parameters.tensors_mut(|name, tensor| {
        // It is there: it was checked.
        if let Ok(view) = stored.tensor(&name.to_string()) {
            read(view.data(), tensor);
        }
    });
    Ok(())
}

/// Checks that a file has the tensors of a model, and no others.
fn check<P: Parameters>(path: &Path, parameters: &P, stored: &SafeTensors) -> Result<(), Error> {
    let (mut names, mut error) = (BTreeSet::new(), None);
    let wanted = data_type::<P::Element>();
    parameters.tensors(|name, tensor| {
        let name = name.to_string();
        let found = match stored.tensor(&name) {
            Err(_) => Err(Error::missing(path, &name)),
            Ok(view) if view.dtype() != wanted => {
                Err(Error::data_type(path, &name, view.dtype(), wanted))
            }
            Ok(view) if view.shape() != tensor.shape() => {
                Err(Error::shape(path, &name, view.shape(), tensor.shape()))
            }
            Ok(_) => Ok(()),
        };
        error = error.take().or(found.err());
        names.insert(name);
    });
    if let Some(error) = error {
        return Err(error);
    }
    let unexpected = stored
        .names()
        .into_iter()
        .filter(|name| !names.contains(*name));
    match unexpected.min() {
        Some(name) => Err(Error::unexpected(path, name)),
        None => Ok(()),
    }
}
