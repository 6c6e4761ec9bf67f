//! The settings of optimisers, which are numbers of a range.

use crate::Error;

/// A setting of a function, by its name.
pub(super) struct Setting {
    pub function: &'static str,
    pub name: &'static str,
    pub value: f64,
}

impl Setting {
    /// Checks that the value is 0 or more, and no NaN.
    pub fn not_negative(&self) -> Result<(), Error> {
        self.of(self.value >= 0.0, "at least 0")
    }

    /// Checks that the value is 0 or more, and less than 1.
    pub fn below_one(&self) -> Result<(), Error> {
        self.of(
            (0.0..1.0).contains(&self.value),
            "at least 0 and less than 1",
        )
    }

    fn of(&self, holds: bool, range: &str) -> Result<(), Error> {
        match holds {
            true => Ok(()),
            false => Err(Error::setting(self.function, self.name, &self.value, range)),
        }
    }
}
