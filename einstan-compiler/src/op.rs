//! The operations of the notation, each with its word: the one list that parsing, printing and emission go by.

macro_rules! operations {
    ($(#[doc = $doc:literal])* $name:ident { $($(#[doc = $meaning:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[doc = $meaning])* $variant,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[$name] = &[$($name::$variant),*];
            /// Their words, in the same order.
            pub(crate) const WORDS: &[&str] = &[$($word),*];

            /// How it is written.
            pub fn word(self) -> &'static str {
                Self::WORDS[self as usize]
            }

            /// The operation of a word.
            pub(crate) fn of_word(word: &str) -> Option<Self> {
                let at = Self::WORDS.iter().position(|w| *w == word)?;
                Some(Self::ALL[at])
            }
        }
    };
}

operations! {
    /// Elementwise functions of one argument.
    UnaryOp {
        /// Not a word: `-a`.
        Neg = "-",
        Exp = "exp",
        Ln = "ln",
        Log2 = "log2",
        Log10 = "log10",
        Log1p = "log1p",
        Expm1 = "expm1",
        Sqrt = "sqrt",
        Recip = "recip",
        Abs = "abs",
        Sign = "sign",
        Floor = "floor",
        Ceil = "ceil",
        Round = "round",
        Sin = "sin",
        Cos = "cos",
        Tan = "tan",
        Asin = "asin",
        Acos = "acos",
        Atan = "atan",
        Sinh = "sinh",
        Cosh = "cosh",
        Tanh = "tanh",
        Erf = "erf",
        Sigmoid = "sigmoid",
        Relu = "relu",
        Softplus = "softplus",
        Silu = "silu",
        Gelu = "gelu",
    }
}

operations! {
    /// Elementwise functions of two arguments.
    BinaryOp {
        Add = "+",
        Sub = "-",
        Mul = "*",
        Div = "/",
        /// `a ^ b` too, where b is no whole constant.
        Pow = "pow",
        Max = "max",
        Min = "min",
        Atan2 = "atan2",
    }
}

operations! {
    /// Reductions. One over several indices reduces over all their values together.
    ReduceOp {
        Sum = "sum",
        Prod = "prod",
        Max = "max",
        Min = "min",
        Mean = "mean",
        LogSumExp = "logsumexp",
        /// One index; the value is an integer.
        ArgMax = "argmax",
        ArgMin = "argmin",
    }
}

impl UnaryOp {
    /// Whether it costs no more than a multiplication: then it is computed again rather than stored.
    pub(crate) fn is_cheap(self) -> bool {
        matches!(
            self,
            UnaryOp::Neg | UnaryOp::Abs | UnaryOp::Relu | UnaryOp::Recip | UnaryOp::Sign
        )
    }
}

impl UnaryOp {
    /// What it counts as: operations of the runtime's polynomials, about.
    pub(crate) fn flops(self) -> u64 {
        use UnaryOp::*;
        match self {
            Neg => 0,
            Abs | Sign | Relu | Recip | Sqrt | Floor | Ceil | Round => 1,
            Erf | Gelu => 60,
            _ => 25,
        }
    }
}

impl BinaryOp {
    /// The same for two arguments.
    pub(crate) fn flops(self) -> u64 {
        match self {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div => 1,
            BinaryOp::Max | BinaryOp::Min => 1,
            BinaryOp::Pow => 60,
            BinaryOp::Atan2 => 25,
        }
    }
}

impl ReduceOp {
    /// Whether its value is the position of one.
    pub fn is_arg(self) -> bool {
        matches!(self, ReduceOp::ArgMax | ReduceOp::ArgMin)
    }

    /// What stands for a body in a branch that is not taken: it does not change the value.
    pub fn neutral(self) -> f64 {
        match self {
            ReduceOp::Sum | ReduceOp::Mean => 0.0,
            ReduceOp::Prod => 1.0,
            ReduceOp::Max | ReduceOp::ArgMax | ReduceOp::LogSumExp => f64::NEG_INFINITY,
            ReduceOp::Min | ReduceOp::ArgMin => f64::INFINITY,
        }
    }

    /// The value of a reduction over nothing, where it has one.
    pub fn of_nothing(self) -> Option<f64> {
        match self {
            ReduceOp::Sum => Some(0.0),
            ReduceOp::Prod => Some(1.0),
            ReduceOp::Mean => Some(f64::NAN),
            ReduceOp::LogSumExp => Some(f64::NEG_INFINITY),
            ReduceOp::Max | ReduceOp::Min | ReduceOp::ArgMax | ReduceOp::ArgMin => None,
        }
    }
}
