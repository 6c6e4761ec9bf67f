//! The rules that a program can break, and those of good programs, of which it is warned. A rule's name stands in its
//! messages, and is the folder of its programs, `tests/ui/<rule>/`, and the heading of its section in `docs/errors.md`.

macro_rules! rules {
    ($(#[doc = $doc:literal])* $enum:ident { $($(#[doc = $meaning:literal])* $variant:ident = $name:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $enum {
            $($(#[doc = $meaning])* $variant,)*
        }

        impl $enum {
            /// All of them, in order.
            pub const ALL: &[$enum] = &[$($enum::$variant),*];

            /// The name in messages: `axis-mismatch`.
            pub fn name(self) -> &'static str {
                match self {
                    $($enum::$variant => $name,)*
                }
            }
        }
    };
}

rules! {
    /// A rule, by what its errors are about: what is written first, then what is named, then what it means.
    Rule {
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
}

rules! {
    /// A rule of good programs, by what is warned of.
    Warning {
        /// What is declared or defined is used.
        Unused = "unused",
        /// Elements that nothing reads are not asked for.
        Unread = "unread",
        /// An index whose range several subscripts limit has one that is said.
        ImpliedRange = "implied-range",
        /// A branch is taken somewhere.
        NeverTaken = "never-taken",
        /// The logarithm of a sum of exponentials is `logsumexp`, which does not overflow.
        LogSumExp = "logsumexp",
        /// A condition is no factor of what may be infinite where it does not hold.
        ConditionAsFactor = "condition-as-factor",
    }
}
