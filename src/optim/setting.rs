//! The settings of optimisers, which are numbers of a range.

use crate::Error;

/// Checks that a setting of a function is 0 or more, and no NaN.
pub(super) fn not_negative(function: &str, name: &str, value: f64) -> Result<(), Error> {
    match value >= 0.0 {
        true => Ok(()),
        false => Err(Error::setting(function, name, &value, "at least 0")),
    }
}

/// Checks that a setting of a function is 0 or more, and less than 1.
pub(super) fn below_one(function: &str, name: &str, value: f64) -> Result<(), Error> {
    match (0.0..1.0).contains(&value) {
        true => Ok(()),
        false => Err(Error::setting(
            function,
            name,
            &value,
            "at least 0 and less than 1",
        )),
    }
}
