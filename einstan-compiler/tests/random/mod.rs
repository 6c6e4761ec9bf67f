//! Functions made at random, with inputs.

use einstan_compiler::diagnostics::Diagnostics;
use einstan_compiler::eval::Dense;
use einstan_compiler::ir::{Function, ReduceOp, UnaryOp};
use einstan_compiler::{parse, resolve};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// The lengths of the dimensions `n` and `m`.
const N: usize = 3;
const M: usize = 2;

const SIGNATURE: &str =
    "fn f(X[n, m], Y[n, m], M[m, m], v[m], w[n], s, p[n]: usize, q[m]: usize) -> Z[n, m]";

/// A function of the matrices X, Y, M, the vectors v, w and the scalar s, and of positions p and q in axes of n and m.
#[derive(Clone, Debug)]
pub struct Program {
    pub source: String,
    pub inputs: BTreeMap<String, Dense>,
    /// Numbers for cotangents and directions.
    pub weights: Vec<f64>,
}

impl Program {
    pub fn signature(&self) -> &'static str {
        SIGNATURE
    }
}

pub fn compile(source: &str) -> Function {
    let mut diagnostics = Diagnostics::new();
    let tokens = source.parse().expect("tokens");
    let mut program = resolve::resolve(parse::parse(tokens, &mut diagnostics), &mut diagnostics);
    assert!(
        diagnostics.is_empty(),
        "{source}: {:?}",
        diagnostics.errors()
    );
    let f = program.functions.remove(0).function;
    einstan_compiler::ir::verify(&f).expect("what resolve makes");
    f
}

/// An expression of the row index `r` and the column index `c`, with `k1`, `k2`.. bound inside.
#[derive(Clone, Debug)]
struct Template(String);

impl Template {
    /// The same with another row and column.
    fn at(&self, row: &str, column: &str) -> String {
        self.0.replace('ρ', row).replace('γ', column)
    }

    /// An index that is bound nowhere in it.
    fn fresh(&self) -> String {
        let number = (1..).find(|n| !self.0.contains(&format!("k{n}")));
        format!("k{}", number.expect("some number is free"))
    }
}

fn leaf() -> impl Strategy<Value = Template> {
    let plain = prop::sample::select(vec![
        "X[ρ,γ]", "Y[ρ,γ]", "X[ρ,γ]", "v[γ]", "w[ρ]", "s", "0.7", "2", "X[0,γ]", "X[ρ,1]", "w[0]",
        "M[γ,γ]", "M[1,γ]", "len(n)", "ρ", "γ", "H[ρ,γ]", "H[ρ,0]",
    ]);
    prop_oneof![3 => plain, 2 => prop::sample::select(POSITIONS)]
        .prop_map(|s| Template(s.to_string()))
}

/// Reads at computed positions.
const POSITIONS: &[&str] = &[
    "X[clamp(ρ+1),γ]",
    "X[wrap(ρ+2),γ]",
    "X[pad(ρ-1),γ]",
    "Y[pad(ρ+1),pad(γ-1,0.5)]",
    "w[pad(2*ρ-1,0.5)]",
    "v[wrap(γ-1)]",
    "X[len(n)-1-ρ,γ]",
    "Y[ρ,len(m)-1-γ]",
    "w[clamp(len(n)-2*ρ)]",
    "X[p[ρ],γ]",
    "X[p[ρ],q[γ]]",
    "M[γ,q[γ]]",
    "w[ρ / 2]",
    "v[ρ % len(m)]",
    "w[p[clamp(ρ+1)]]",
    "w[wrap(p[ρ]+1)]",
    "v[(ρ + 2*γ) % 2]",
    "H[pad(ρ+1),γ]",
    "H[clamp(ρ-1),wrap(γ+1)]",
    "H[p[ρ],γ]",
    "(if ρ > 0 { w[ρ-1] } else { 0.3 })",
    "(if ρ + 1 < len(n) && γ > 0 { H[ρ+1,γ-1] } else { v[γ] })",
];

/// What makes a recurrence of the equation of H.
const RECURRENCES: &[&str] = &[
    "",
    " + 0.5*H[pad(i-1),j]",
    " + tanh(H[pad(i+1),a]*M[a,j])",
    " + 0.4*H[pad(i-1),wrap(j+1)]*v[j]",
    " + 0.3*H[pad(i-1),j]*H[i,pad(j-1)]",
    " + sum[a](if a < j { H[i,a]*v[a] } else { 0 })",
    " + 0.5*softmax[j](X[i,j] + H[pad(i-1),j])",
    " + (if i > 0 { H[i-1,j]*X[i-1,j] } else { s })",
    " + 0.5*max[a](H[pad(i-2),a] + v[a])",
    " + 0.4*G[pad(i-1),j]",
];

const UNARY: &[&str] = &[
    "-(#)",
    "tanh(#)",
    "sin(#)",
    "exp(0.3*(#))",
    "sigmoid(#)",
    "(#)^2",
    "(#)^3",
    "relu(#)",
    "abs(#)",
    "ln(1.5 + (#)^2)",
    "log2(1.5 + (#)^2)",
    "log10(1.5 + (#)^2)",
    "log1p((#)^2)",
    "expm1(0.3*(#))",
    "sign(#)",
    "floor(#)",
    "ceil(#)",
    "round(#)",
    "cos(#)",
    "tan(0.5*tanh(#))",
    "asin(0.7*tanh(#))",
    "acos(0.7*tanh(#))",
    "atan(#)",
    "sinh(tanh(#))",
    "cosh(tanh(#))",
    "erf(#)",
    "silu(#)",
    "sqrt(1.5 + (#)^2)",
    "recip(2 + (#)^2)",
    "softplus(#)",
    "gelu(#)",
    "half(#)",
    "1*(#) + 0",
    "(-(#))*0.5*4",
    "(#)/2",
    "((#) > 0.2)",
    "pow(1.5 + (#)^2, 0.7)",
];

fn unary() -> impl Strategy<Value = &'static str> {
    prop::sample::select(UNARY)
}

fn binary() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "# + @",
        "# - (@)",
        "(#) * (@)",
        "(#) / (1.5 + (@)^2)",
        "max(#, @)",
        "min(#, @)",
        "atan2(#, 2 + (@)^2)",
        "(if ρ < γ { # } else { @ })",
        "(if (#) > 0.1 { # } else { @ })",
        "(if ρ >= 1 && (#) < 0.3 { @ } else { 0.5 })",
    ])
}

/// Reductions over the column, and products that sum over it.
const REDUCTIONS: &[&str] = &[
    "sum[κ](# + 0*v[κ])",
    "mean[κ](# + 0*v[κ])",
    "prod[κ](1 + (#) * (v[κ] + 0.1))",
    "max[κ](# + 0*v[κ])",
    "min[κ](# + 0*v[κ])",
    "logsumexp[κ](# + 0*v[κ])",
    "(v[κ] * (#) * X[ρ,κ])",
    "((#) * M[κ,γ] * v[κ])",
    "(X[ρ,κ] * M[κ,γ] * (#))",
    "sum[κ]((#) * v[κ])",
    "sum[κ](0*v[κ] + (if κ <= γ { # } else { 0 }))",
    "(v[κ] * X[pad(ρ+κ-1),γ] * (#))",
    "sum[κ]((#) * M[κ,γ] * Y[clamp(ρ-κ),κ])",
    "(v[κ] * H[pad(2*ρ-κ),κ])",
];

fn over_columns() -> impl Strategy<Value = &'static str> {
    prop::sample::select(REDUCTIONS)
}

/// The operations that no form has; an argmax is an integer.
pub fn missing() -> Vec<&'static str> {
    let words = UnaryOp::ALL.iter().map(|op| op.word());
    let reductions = ReduceOp::ALL.iter().filter(|op| !op.is_arg());
    let words = words.chain(reductions.map(|op| op.word()));
    let forms = || UNARY.iter().chain(REDUCTIONS);
    words.filter(|w| !forms().any(|f| f.contains(w))).collect()
}

fn expression() -> impl Strategy<Value = Template> {
    leaf().prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            2 => (unary(), inner.clone()).prop_map(|(form, a)| Template(form.replace('#', &a.0))),
            2 => (binary(), inner.clone(), inner.clone())
                .prop_map(|(form, a, b)| Template(form.replace('#', &a.0).replace('@', &b.0))),
            2 => (over_columns(), inner.clone()).prop_map(|(form, a)| {
                let k = a.fresh();
                Template(form.replace('#', &a.at("ρ", &k)).replace('κ', &k))
            }),
            1 => inner.prop_map(|a| Template(format!("softmax[γ]({})", a.0))),
        ]
    })
}

fn numbers(count: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(-1.0..1.0f64, count)
}

fn dense(shape: &[usize]) -> impl Strategy<Value = Dense> + use<> {
    let shape = shape.to_vec();
    numbers(shape.iter().product()).prop_map(move |data| Dense {
        shape: shape.clone(),
        data,
    })
}

fn positions(count: usize, below: usize) -> impl Strategy<Value = Dense> {
    prop::collection::vec(0..below, count).prop_map(move |data| Dense {
        shape: vec![count],
        data: data.into_iter().map(|x| x as f64).collect(),
    })
}

/// A function with two equations for its result, and inputs.
pub fn program() -> impl Strategy<Value = Program> {
    let inputs = (
        dense(&[N, M]),
        dense(&[N, M]),
        dense(&[M, M]),
        dense(&[M]),
        dense(&[N]),
        dense(&[]),
        positions(N, N),
        positions(M, M),
        0..RECURRENCES.len(),
    );
    (
        expression(),
        expression(),
        expression(),
        0..5usize,
        inputs,
        numbers(11),
    )
        .prop_map(|(h, z, more, adds, (x, y, m, v, w, s, p, q, recurrence), weights)| {
            // The intermediate H reads itself in a recurrence alone.
            let h = h.at("i", "j").replace('H', "Y");
            let recurrence = RECURRENCES[recurrence];
            let more_of_it = match recurrence.contains('G') {
                true => " G[i,j] = sin(H[i,j]) - 0.3*G[pad(i-1),j]*w[i];",
                false => "",
            };
            let mut source = format!(
                "fn half(x) = 0.5*x; {SIGNATURE} {{ H[i,j] = {h} + 0*Y[i,j]{recurrence};{more_of_it} Z[i,j] = {} + 0*Y[i,j];",
                z.at("i", "j")
            );
            let left = ["", "a,b", "p[a],b", "pad(2*a-b),b", "len(n)-1-a,q[b]"][adds];
            if !left.is_empty() {
                source.push_str(&format!(" Z[{left}] += {} + 0*Y[a,b];", more.at("a", "b")));
            }
            source.push_str(" }");
            let inputs = [
                ("X", x),
                ("Y", y),
                ("M", m),
                ("v", v),
                ("w", w),
                ("s", s),
                ("p", p),
                ("q", q),
            ];
            Program {
                source,
                inputs: inputs
                    .into_iter()
                    .map(|(n, d)| (n.to_string(), d))
                    .collect(),
                weights,
            }
        })
}
