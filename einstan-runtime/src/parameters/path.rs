//! Names of tensors in a model.

use std::fmt;

/// Where a tensor stands in a model: `blocks.0.W`, as it is displayed. Of a single tensor it is empty.
#[derive(Clone, Copy)]
pub struct Path<'a> {
    /// Within what, and as which part of it.
    place: Option<(&'a Path<'a>, Part)>,
}

#[derive(Clone, Copy)]
enum Part {
    Field(&'static str),
    Item(usize),
}

impl Path<'_> {
    /// The model itself.
    pub const ROOT: Path<'static> = Path { place: None };

    /// The field of a structure.
    pub fn field(&self, name: &'static str) -> Path<'_> {
        Path {
            place: Some((self, Part::Field(name))),
        }
    }

    /// The item of a list or a tuple.
    pub fn item(&self, index: usize) -> Path<'_> {
        Path {
            place: Some((self, Part::Item(index))),
        }
    }

    /// Whether this is the model itself.
    pub fn is_root(&self) -> bool {
        self.place.is_none()
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((parent, part)) = self.place else {
            return Ok(());
        };
        if !parent.is_root() {
            write!(f, "{parent}.")?;
        }
        match part {
            // As a word of Rust may be a name too: `r#type`.
            Part::Field(name) => f.write_str(name.strip_prefix("r#").unwrap_or(name)),
            Part::Item(index) => write!(f, "{index}"),
        }
    }
}

impl fmt::Debug for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({self})")
    }
}
