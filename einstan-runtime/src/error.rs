//! What can go wrong when a function is called.

use crate::parameters::Path;
use std::fmt;

/// Why a call failed. Nothing was written.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Inner>);

#[derive(Clone, PartialEq, Eq)]
struct Inner {
    kind: ErrorKind,
    message: String,
    /// Of lists that are not equally long: what stands there, and how many items the first one and another have.
    items: Option<(String, [usize; 2])>,
}

/// What kind of thing went wrong.
#[non_exhaustive]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Lengths that must agree do not.
    Length,
    /// A reduction without a value for nothing has nothing to reduce.
    Empty,
    /// A tensor would have more elements than memory can hold.
    Overflow,
    /// A position lies outside of its tensor.
    Range,
    /// A setting of an optimiser is none that it can take.
    Setting,
    /// A fault of einstan itself.
    Internal,
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    #[cold]
    fn new(kind: ErrorKind, message: String) -> Self {
        Error(Box::new(Inner {
            kind,
            message,
            items: None,
        }))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl std::error::Error for Error {}

/// The errors of generated code.
#[doc(hidden)]
#[allow(clippy::too_many_arguments)] // both places of a disagreement, each with tensor, axis and length
impl Error {
    #[cold]
    pub fn dimension(
        function: &str,
        dimension: &str,
        len_a: usize,
        tensor_a: &str,
        axis_a: usize,
        len_b: usize,
        tensor_b: &str,
        axis_b: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: dimension `{dimension}` is {len_a} in `{tensor_a}` (axis {axis_a}) but {len_b} in \
                 `{tensor_b}` (axis {axis_b})"
            ),
        )
    }

    #[cold]
    pub fn given(
        function: &str,
        dimension: &str,
        given: usize,
        len: usize,
        tensor: &str,
        axis: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: dimension `{dimension}` is given as {given} but is {len} in `{tensor}` (axis {axis})"
            ),
        )
    }

    #[cold]
    pub fn integer(function: &str, parameter: &str, length: usize, integer: &str) -> Self {
        Self::new(
            ErrorKind::Range,
            format!(
                "{function}: the length {length} is passed as `{parameter}`, and no `{integer}` is so large"
            ),
        )
    }

    #[cold]
    pub fn beyond(function: &str, dimension: &str, given: usize) -> Self {
        Self::new(
            ErrorKind::Overflow,
            format!(
                "{function}: dimension `{dimension}` is given as {given}, and no tensor is so long"
            ),
        )
    }

    /// What an optimiser is set to.
    #[cold]
    pub fn setting(function: &str, name: &str, value: &dyn fmt::Display, range: &str) -> Self {
        Self::new(
            ErrorKind::Setting,
            format!("{function}: `{name}` is {value}, and must be {range}"),
        )
    }

    #[cold]
    pub fn fixed(function: &str, tensor: &str, axis: usize, expected: usize, found: usize) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of `{tensor}` has length {found}, but the signature says {expected}"
            ),
        )
    }

    #[cold]
    pub fn named_axis(axis: usize, name: &str, expected: usize, found: usize) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "axis {axis} is `{name}`, which has length {expected}, and has length {found} here"
            ),
        )
    }

    #[cold]
    pub fn named_rank(expected: usize, found: usize) -> Self {
        Self::new(
            ErrorKind::Length,
            format!("the array has {found} axes, and its type names {expected}"),
        )
    }

    #[cold]
    pub fn named(
        function: &str,
        tensor: &str,
        axis: usize,
        name: &str,
        expected: usize,
        found: usize,
    ) -> Self {
        let Inner { kind, message, .. } = *Self::named_axis(axis, name, expected, found).0;
        Self::new(kind, format!("{function}: in `{tensor}` {message}"))
    }

    #[cold]
    pub fn required(
        function: &str,
        tensor: &str,
        axis: usize,
        expected: usize,
        found: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of `{tensor}` has length {found} where {expected} is needed"
            ),
        )
    }

    #[cold]
    pub fn returned(
        function: &str,
        callee: &str,
        tensor: &str,
        axis: usize,
        returned: usize,
        declared: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: `{callee}` returns length {returned} on axis {axis} of `{tensor}`, which is declared with \
                 {declared}"
            ),
        )
    }

    #[cold]
    pub fn rank(function: &str, tensor: &str, expected: usize, found: usize) -> Self {
        Self::new(
            ErrorKind::Length,
            format!("{function}: `{tensor}` has {found} axes, but the signature says {expected}"),
        )
    }

    #[cold]
    pub fn index_length(
        function: &str,
        index: &str,
        len_a: usize,
        tensor_a: &str,
        axis_a: usize,
        len_b: usize,
        tensor_b: &str,
        axis_b: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: index `{index}` runs over {len_a} in `{tensor_a}` (axis {axis_a}) but {len_b} in \
                 `{tensor_b}` (axis {axis_b})"
            ),
        )
    }

    #[cold]
    pub fn empty(function: &str, reduction: &str, index: &str, tensor: &str) -> Self {
        Self::new(
            ErrorKind::Empty,
            format!(
                "{function}: `{reduction}` over `{index}` in the equation of `{tensor}` has no elements: its range \
                 is empty"
            ),
        )
    }

    #[cold]
    pub fn position(
        function: &str,
        tensor: &str,
        axis: usize,
        write: bool,
        position: i64,
        len: usize,
        because: &[(&str, &[isize], i64)],
    ) -> Self {
        let reached = if write { "written" } else { "read" };
        let mut text = format!(
            "{function}: `{tensor}` is {reached} at position {position} of axis {axis}, which has length {len}"
        );
        let mut mark = " (";
        for (name, at, value) in because {
            let at: Vec<String> = at.iter().map(isize::to_string).collect();
            let at = match at.is_empty() {
                true => String::new(),
                false => format!("[{}]", at.join(", ")),
            };
            text.push_str(&format!("{mark}`{name}{at}` is {value}"));
            mark = ", ";
        }
        if !because.is_empty() {
            text.push(')');
        }
        Self::new(ErrorKind::Range, text)
    }

    #[cold]
    pub fn not_positive(function: &str, shown: &str, value: i64) -> Self {
        Self::new(
            ErrorKind::Range,
            format!(
                "{function}: `{shown}` is {value}: a divisor of lengths and the factor of an index are positive"
            ),
        )
    }

    #[cold]
    pub fn negative(function: &str, shown: &str, value: i64, lengths: &[(&str, usize)]) -> Self {
        let mut text = format!("{function}: the length `{shown}` would be {value}");
        let mut mark = ": ";
        for (name, len) in lengths {
            text.push_str(&format!("{mark}`{name}` is {len}"));
            mark = ", ";
        }
        Self::new(ErrorKind::Length, text)
    }

    #[cold]
    pub fn no_range(
        function: &str,
        index: &str,
        shown: &str,
        tensor: &str,
        axis: usize,
        len: usize,
        others: &[(&str, usize)],
    ) -> Self {
        let mut text = format!(
            "{function}: `{index}` has no range in `{shown}`: axis {axis} of `{tensor}` has length {len}"
        );
        for (other, len) in others {
            text.push_str(&format!(", and `{other}` runs over {len}"));
        }
        Self::new(ErrorKind::Length, text)
    }

    #[cold]
    pub fn empty_axis(function: &str, word: &str, tensor: &str, axis: usize) -> Self {
        Self::new(
            ErrorKind::Range,
            format!("{function}: `{word}` along axis {axis} of `{tensor}`, which is empty"),
        )
    }

    #[cold]
    pub fn zero_divisor(function: &str, tensor: &str) -> Self {
        Self::new(
            ErrorKind::Range,
            format!("{function}: a remainder by zero in the equation of `{tensor}`"),
        )
    }

    #[cold]
    pub fn output(
        function: &str,
        tensor: &str,
        axis: usize,
        expected: usize,
        found: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of the output `{tensor}` has length {found}, but needs {expected}"
            ),
        )
    }

    #[cold]
    pub fn cotangent(
        function: &str,
        tensor: &str,
        axis: usize,
        expected: usize,
        found: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of the cotangent of `{tensor}` has length {found}, but `{tensor}` has \
                 {expected}"
            ),
        )
    }

    #[cold]
    pub fn tangent(
        function: &str,
        tensor: &str,
        axis: usize,
        expected: usize,
        found: usize,
    ) -> Self {
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of the tangent of `{tensor}` has length {found}, but `{tensor}` has \
                 {expected}"
            ),
        )
    }

    #[cold]
    pub fn items(path: &Path, one: usize, other: usize) -> Self {
        let what = match path.is_root() {
            true => "a list of parameters".to_string(),
            false => format!("`{path}`"),
        };
        let message = format!("{what} has length {one} in one place and {other} in another");
        let mut error = Self::new(ErrorKind::Length, message);
        error.0.items = Some((path.to_string(), [one, other]));
        error
    }

    /// Has an error of lists say that the second one is that of `what`, which `function` was given; others say so already.
    #[cold]
    pub fn of_part(mut self, function: &str, what: &str) -> Self {
        let Some((path, [expected, found])) = self.0.items.take() else {
            return self;
        };
        let (list, of) = match path.as_str() {
            "" => ("the list of parameters".to_string(), String::new()),
            path => (format!("`{path}`"), format!(" of `{path}`")),
        };
        self.0.message =
            format!("{function}: the {what}{of} has length {found}, but {list} has {expected}");
        self
    }

    /// The tensor `path` of what an optimiser was given.
    #[cold]
    pub fn part(
        function: &str,
        path: &Path,
        what: &str,
        axis: usize,
        expected: usize,
        found: usize,
    ) -> Self {
        let (tensor, of) = match path.is_root() {
            true => ("the parameter".to_string(), String::new()),
            false => (format!("`{path}`"), format!(" of `{path}`")),
        };
        Self::new(
            ErrorKind::Length,
            format!(
                "{function}: axis {axis} of the {what}{of} has length {found}, but {tensor} has {expected}"
            ),
        )
    }

    #[cold]
    pub fn part_rank(
        function: &str,
        path: &Path,
        what: &str,
        expected: usize,
        found: usize,
    ) -> Self {
        let (tensor, of) = match path.is_root() {
            true => ("the parameter".to_string(), String::new()),
            false => (format!("`{path}`"), format!(" of `{path}`")),
        };
        Self::new(
            ErrorKind::Length,
            format!("{function}: the {what}{of} has {found} axes, but {tensor} has {expected}"),
        )
    }

    #[cold]
    pub fn overflow(function: &str, tensor: &str) -> Self {
        Self::new(
            ErrorKind::Overflow,
            format!("{function}: `{tensor}` would have more elements than memory can hold"),
        )
    }

    #[cold]
    pub fn internal(function: &str, what: &str) -> Self {
        Self::new(
            ErrorKind::Internal,
            format!("{function}: {what} (a fault of einstan, please report it)"),
        )
    }
}
