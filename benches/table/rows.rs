//! The rows of the table: their names, and what each is given.

/// One piece of work.
pub struct Row {
    pub name: &'static str,
    pub inputs: &'static [Input],
    /// The lengths of the result, and so of the cotangent; none for a scalar, whose cotangent is 1.
    pub result: &'static [usize],
    /// Whether it is timed without gradients too.
    pub forward: bool,
}

pub struct Input {
    pub name: &'static str,
    pub lengths: &'static [usize],
    pub kind: Kind,
}

#[derive(Clone, Copy)]
pub enum Kind {
    /// Numbers between minus this and this.
    Numbers(f32),
    /// One 1 in each row, else 0.
    OneHot,
    /// Whole numbers below this.
    Labels(usize),
}

const fn numbers(name: &'static str, lengths: &'static [usize]) -> Input {
    scaled(name, lengths, 1.0)
}

const fn scaled(name: &'static str, lengths: &'static [usize], scale: f32) -> Input {
    let kind = Kind::Numbers(scale);
    Input {
        name,
        lengths,
        kind,
    }
}

const fn one_hot(name: &'static str, lengths: &'static [usize]) -> Input {
    let kind = Kind::OneHot;
    Input {
        name,
        lengths,
        kind,
    }
}

const fn labels(name: &'static str, lengths: &'static [usize], below: usize) -> Input {
    let kind = Kind::Labels(below);
    Input {
        name,
        lengths,
        kind,
    }
}

const fn row(name: &'static str, result: &'static [usize], inputs: &'static [Input]) -> Row {
    Row {
        name,
        inputs,
        result,
        forward: true,
    }
}

impl Row {
    pub fn directions(&self) -> impl Iterator<Item = Direction> + use<> {
        let forward = self.forward.then_some(Direction::Forward);
        forward.into_iter().chain([Direction::Both])
    }
}

pub const ROWS: &[Row] = &[
    row(
        "dense_128",
        &[128, 128],
        &[
            numbers("X", &[128, 784]),
            numbers("W", &[784, 128]),
            numbers("b", &[128]),
        ],
    ),
    row(
        "dense_1024",
        &[1024, 1024],
        &[
            numbers("X", &[1024, 1024]),
            numbers("W", &[1024, 1024]),
            numbers("b", &[1024]),
        ],
    ),
    Row {
        name: "mlp_step",
        inputs: &[
            scaled("W1", &[784, 128], 0.05),
            numbers("b1", &[128]),
            scaled("W2", &[128, 10], 0.1),
            numbers("b2", &[10]),
            numbers("X", &[128, 784]),
            one_hot("T", &[128, 10]),
        ],
        result: &[],
        forward: false,
    },
    row("softmax", &[1024, 1024], &[numbers("X", &[1024, 1024])]),
    row(
        "xent_onehot",
        &[],
        &[numbers("X", &[1024, 1024]), one_hot("T", &[1024, 1024])],
    ),
    row(
        "xent_label",
        &[],
        &[numbers("X", &[1024, 1024]), labels("t", &[1024], 1024)],
    ),
    row(
        "layernorm",
        &[4096, 512],
        &[
            numbers("X", &[4096, 512]),
            numbers("g", &[512]),
            numbers("b", &[512]),
        ],
    ),
    row(
        "attention",
        &[4, 8, 256, 64],
        &[
            numbers("Q", &[4, 8, 256, 64]),
            numbers("K", &[4, 8, 256, 64]),
            numbers("V", &[4, 8, 256, 64]),
        ],
    ),
    row(
        "conv2d",
        &[16, 64, 30, 30],
        &[
            numbers("X", &[16, 32, 32, 32]),
            numbers("K", &[64, 32, 3, 3]),
        ],
    ),
    row(
        "bilinear",
        &[128, 64],
        &[
            numbers("A", &[128, 64]),
            numbers("W", &[64, 64, 64]),
            numbers("B", &[128, 64]),
        ],
    ),
    row(
        "mttkrp",
        &[128, 32],
        &[
            numbers("T", &[128, 128, 128]),
            numbers("B", &[128, 32]),
            numbers("C", &[128, 32]),
        ],
    ),
    row(
        "sqdist",
        &[512, 512],
        &[numbers("X", &[512, 64]), numbers("Y", &[512, 64])],
    ),
    row("gelu_4m", &[4 << 20], &[numbers("X", &[4 << 20])]),
    row(
        "bmm",
        &[64, 64, 64],
        &[numbers("A", &[64, 64, 64]), numbers("B", &[64, 64, 64])],
    ),
    row(
        "chain",
        &[1000, 10],
        &[
            numbers("A", &[1000, 10]),
            numbers("B", &[10, 1000]),
            numbers("C", &[1000, 10]),
        ],
    ),
    row(
        "embed",
        &[4096, 64],
        &[numbers("E", &[50000, 64]), labels("tok", &[4096], 50000)],
    ),
    row(
        "tiny_dense",
        &[4, 4],
        &[
            numbers("X", &[4, 4]),
            numbers("W", &[4, 4]),
            numbers("b", &[4]),
        ],
    ),
    row("tiny_dot", &[], &[numbers("u", &[8]), numbers("v", &[8])]),
];

/// With gradients or without.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Forward,
    Both,
}

impl Direction {
    pub const ALL: [Direction; 2] = [Direction::Forward, Direction::Both];

    pub fn name(self) -> &'static str {
        match self {
            Direction::Forward => "forward",
            Direction::Both => "both",
        }
    }

    pub fn of_name(name: &str) -> Option<Direction> {
        Direction::ALL.into_iter().find(|d| d.name() == name)
    }
}
