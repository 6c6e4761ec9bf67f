//! Lengths that must agree, before anything is written.

use crate::Error;
use crate::parameters::{Parameters, Path, Visit};
use ndarray::{ArrayRef, Dimension};

/// Checks that what belongs to the parameters has their lengths. `others` are called as messages have it.
pub(super) fn same_shapes<P: Parameters, const N: usize>(
    function: &'static str,
    parameters: &P,
    others: [(&'static str, &P); N],
) -> Result<(), Error> {
    others.into_iter().try_for_each(|(what, other)| {
        let mut same = Same { function, what };
        P::visit(&Path::ROOT, [parameters, other], [], &mut same)
            .map_err(|error| error.of_part(function, what))
    })
}

struct Same {
    function: &'static str,
    what: &'static str,
}

impl<T> Visit<T, 2, 0> for Same {
    fn tensor<D: Dimension>(
        &mut self,
        path: &Path,
        [parameter, other]: [&ArrayRef<T, D>; 2],
        []: [&mut ArrayRef<T, D>; 0],
    ) -> Result<(), Error> {
        let (function, what) = (self.function, self.what);
        let (expected, found) = (parameter.shape(), other.shape());
        if expected.len() != found.len() {
            return Err(Error::part_rank(
                function,
                path,
                what,
                expected.len(),
                found.len(),
            ));
        }
        for (axis, (&expected, &found)) in expected.iter().zip(found).enumerate() {
            if expected != found {
                return Err(Error::part(function, path, what, axis, expected, found));
            }
        }
        Ok(())
    }
}
