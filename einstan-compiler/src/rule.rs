//! The rules that a program can break. A rule's name stands in the message of its errors, and is the folder of its
//! programs that must not compile, `tests/ui/<rule>/`, and the heading of its section in `docs/errors.md`.

macro_rules! rules {
    ($($(#[doc = $meaning:literal])* $variant:ident = $name:literal,)*) => {
        /// A rule, by what its errors are about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $($(#[doc = $meaning])* $variant,)*
        }

        impl Rule {
            /// All rules: what is written first, then what is named, then what it means.
            pub const ALL: &[Rule] = &[$(Rule::$variant),*];

            /// The name in messages: `axis-mismatch`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Rule::$variant => $name,)*
                }
            }
        }
    };
}

rules! {
    // --- what is written
    /// The tokens are no equations, items or expressions of the notation.
    Syntax = "syntax",
    /// A word of the notation names nothing else.
    Reserved = "reserved",
    /// A number has no suffix, and texts are none.
    UnsupportedNumber = "unsupported-number",
    /// The options of a function, `#[einstan(..)]`, are known, and each stands once.
    Attribute = "attribute",
    /// What a function stores for its backward pass, or computes again, is one of its intermediates.
    Storage = "storage",

    // --- names
    /// A function or a scalar function has the name of another one.
    DuplicateFunction = "duplicate-function",
    /// An axis has a name of its own.
    DuplicateAxis = "duplicate-axis",
    /// A function does not call itself.
    Recursion = "recursion",
    /// Two parameters have the same name.
    ParameterTwice = "parameter-twice",
    /// A parameter is no result, and no equation defines it.
    ParameterDefined = "parameter-defined",
    /// A function has a result.
    MissingResult = "missing-result",
    /// Every result is defined.
    UndefinedResult = "undefined-result",
    /// A tensor is defined once.
    DefinedTwice = "defined-twice",
    /// A tensor is defined above the equation that reads it.
    UnknownName = "unknown-name",
    /// A function that is called exists.
    UnknownFunction = "unknown-function",
    /// A dimension is one of the signature's.
    UnknownDimension = "unknown-dimension",
    /// A name is an index of an equation, or a scalar.
    IndexAndScalar = "index-and-scalar",
    /// What an equation reads of the tensor that it defines, and what equations read of each other, is computed before.
    ReadsItself = "reads-itself",
    /// A `+=` does not read its own left-hand side.
    AccumulateReadsItself = "accumulate-reads-itself",

    // --- shapes
    /// A dimension of a parameter is a name or a number.
    Dimension = "dimension",
    /// A tensor has as many subscripts as axes.
    Rank = "rank",
    /// A subscript is a sum of multiples of indices.
    Subscript = "subscript",
    /// The left-hand side of `=` takes distinct plain indices.
    RepeatedLeft = "repeated-left",
    /// Something gives every index its range.
    NoRange = "no-range",
    /// An index runs over one dimension.
    AxisMismatch = "axis-mismatch",
    /// A subscript stays inside of its axis.
    Outside = "outside",
    /// A constant position lies inside of an axis whose length is a number.
    FixedLength = "fixed-length",

    // --- sums and values
    /// An index is on the left, or summed.
    FreeIndex = "free-index",
    /// An index that one product sums is not that of another addend.
    OtherSum = "other-sum",
    /// Derivatives are of numbers, and by what is not constant.
    Derivative = "derivative",
    /// A function takes as many arguments as it has parameters.
    Arguments = "arguments",
    /// A call of a function of tensors is an equation of its own, whose arguments fit.
    WholeTensor = "whole-tensor",
    /// Integers stand where integers are asked for, and numbers where numbers are.
    IntegerKind = "integer-kind",
}
