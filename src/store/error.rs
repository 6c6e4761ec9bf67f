//! What can go wrong with a file of parameters.

use safetensors::{Dtype, SafeTensorError};
use std::fmt;
use std::path::Path;

/// Why parameters could not be saved or loaded. On loading, nothing was changed.
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What kind of thing went wrong.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The system could not read or write the file.
    Io,
    /// It is no file in the format safetensors.
    Format,
    /// The model does not show all of its tensors.
    Model,
    /// Two tensors of the model have one name.
    Twice,
    /// A tensor of the model is not in the file.
    Missing,
    /// A tensor of the file is not in the model.
    Unexpected,
    /// A tensor has other lengths.
    Shape,
    /// A tensor holds another type of numbers.
    Type,
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    fn new(kind: ErrorKind, path: &Path, text: String) -> Self {
        Error(Box::new(Inner {
            kind,
            message: format!("{}: {text}", path.display()),
            source: None,
        }))
    }

    fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(super) fn io(path: &Path, error: std::io::Error) -> Self {
        Self::new(ErrorKind::Io, path, error.to_string()).because(error)
    }

    pub(super) fn format(path: &Path, error: SafeTensorError) -> Self {
        Self::new(ErrorKind::Format, path, error.to_string()).because(error)
    }

    pub(super) fn model(path: &Path, error: crate::Error) -> Self {
        Self::new(ErrorKind::Model, path, error.to_string()).because(error)
    }

    pub(super) fn twice(path: &Path, name: &str) -> Self {
        let text = format!("two tensors of the model are called `{name}`");
        Self::new(ErrorKind::Twice, path, text)
    }

    pub(super) fn missing(path: &Path, name: &str) -> Self {
        let text = format!("`{name}` is in the model, and not in the file");
        Self::new(ErrorKind::Missing, path, text)
    }

    pub(super) fn unexpected(path: &Path, name: &str) -> Self {
        let text = format!("`{name}` is in the file, and not in the model");
        Self::new(ErrorKind::Unexpected, path, text)
    }

    pub(super) fn shape(path: &Path, name: &str, found: &[usize], wanted: &[usize]) -> Self {
        let text =
            format!("`{name}` has the lengths {found:?} in the file, and {wanted:?} in the model");
        Self::new(ErrorKind::Shape, path, text)
    }

    pub(super) fn data_type(path: &Path, name: &str, found: Dtype, wanted: Dtype) -> Self {
        let text = format!("`{name}` holds {found:?} in the file, and {wanted:?} in the model");
        Self::new(ErrorKind::Type, path, text)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.0.source.as_deref()?;
        Some(source)
    }
}
