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

use crate::parameters::{Path as Name, Visit};
use crate::{Float, Parameters};
use ndarray::{ArrayRef, Dimension};
use number::{bytes, data_type, read};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;
use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Writes all tensors to a file, in place of what was there.
///
/// They are written to another file beside it, which then takes its name: the old one is there until the new one is complete.
///
/// # Errors
///
/// Two tensors of one name, what [`Parameters::visit`] says, and what the system says.
pub fn save<P: Parameters>(path: impl AsRef<Path>, parameters: &P) -> Result<(), Error> {
    let path = path.as_ref();
    let mut collected = Collected(vec![]);
    P::visit(&Name::ROOT, [parameters], [], &mut collected).map_err(|e| Error::model(path, e))?;
    let tensors = collected.0;
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

/// The tensors of a model: names, lengths and bytes.
struct Collected(Vec<(String, Vec<usize>, Vec<u8>)>);

impl<T: Float> Visit<T, 1, 0> for Collected {
    fn tensor<D: Dimension>(
        &mut self,
        name: &Name,
        [tensor]: [&ArrayRef<T, D>; 1],
        []: [&mut ArrayRef<T, D>; 0],
    ) -> Result<(), crate::Error> {
        let view = tensor.view().into_dyn();
        let lengths = view.shape().to_vec();
        self.0.push((name.to_string(), lengths, bytes(view)));
        Ok(())
    }
}

/// Writes a file that is complete or not there, with the permissions of the one in whose place it comes; a link stays one.
fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let beside = beside(&target);
    let written = File::create_new(&beside).and_then(|mut file| {
        if let Ok(old) = fs::metadata(&target) {
            file.set_permissions(old.permissions())?;
        }
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&beside, &target)
    });
    written.map_err(|e| {
        // What is left of it is of no use, and the first error is the one to tell.
        let _ = fs::remove_file(&beside);
        Error::io(path, e)
    })
}

/// `.einstan-1234-5` in the same folder, of this process and this call alone.
fn beside(path: &Path) -> PathBuf {
    static CALLS: AtomicU64 = AtomicU64::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    path.with_file_name(format!(".einstan-{}-{call}", std::process::id()))
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
