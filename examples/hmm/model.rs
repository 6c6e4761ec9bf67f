//! A hidden Markov model, as equations.

use einstan::{Error, einstan};
use ndarray::{Array1, Array2, Array3};

einstan! {
    /// ln p of what was seen, over all sequences: the forward algorithm. All arguments are logarithms of probabilities: that
    /// a sequence starts in a state, that state j follows state i, and of what sequence b showed at step t in each state.
    #[einstan(test(range = -2..0))]
    pub fn evidence(start[s], transition[s, s], scores[n, b, s]) -> E {
        A[t,b,j] = scores[t,b,j] + (if t == 0 { start[j] } else { logsumexp[i](A[t-1,b,i] + transition[i,j]) });
        E = sum[b](logsumexp[j](A[len(n)-1,b,j]));
    }

    /// The same, where what is seen are tokens.
    #[einstan(test(range = -2..0))]
    pub fn likelihood(start[s], transition[s, s], emission[s, v], token[n, b]: usize) -> E {
        scores[t,b,j] = emission[j, token[t,b]];
        E = evidence(start, transition, scores);
    }

    /// Logarithms of probabilities from expected counts: what maximises the likelihood if the counts are right.
    pub fn maximise(
        const starts[s], const transitions[s, s], const emissions[s, v]
    ) -> (start[s], transition[s, s], emission[s, v]) {
        start[i] = ln(starts[i] / sum[j](starts[j]));
        transition[i,j] = ln(transitions[i,j] / sum[j](transitions[i,j]));
        emission[i,v] = ln(emissions[i,v] / sum[v](emissions[i,v]));
    }
}

/// The logarithms of the three tables of a model. A gradient by them has their shapes: it holds expected counts.
pub type Tables = likelihood::Gradient<f64>;

impl Tables {
    /// Those with the largest likelihood if events happened so often.
    pub fn from_counts(
        starts: &Array1<f64>,
        transitions: &Array2<f64>,
        emissions: &Array2<f64>,
    ) -> Result<Tables, Error> {
        let (start, transition, emission) = maximise(starts, transitions, emissions)?;
        Ok(Tables {
            start,
            transition,
            emission,
        })
    }

    /// ln p(tokens), and how often each start, transition and emission is expected to have happened.
    ///
    /// p = Σ_z p(z, tokens) over the paths z, and ln p(z, tokens) is a sum of entries of the tables, one for each event. So
    /// ∂ ln p / ∂ entry = Σ_z p(z | tokens) · (how often z uses the entry): the E step of Baum and Welch is a gradient.
    pub fn expected_counts(&self, token: &Array2<usize>) -> Result<(f64, Tables), Error> {
        likelihood::value_and_grad(&self.start, &self.transition, &self.emission, token)
    }

    /// ln p(tokens), and the tables after a step of expectation maximisation, for which it is no less.
    pub fn step(&self, token: &Array2<usize>) -> Result<(f64, Tables), Error> {
        let (value, counts) = self.expected_counts(token)?;
        let next = Tables::from_counts(&counts.start, &counts.transition, &counts.emission)?;
        Ok((value, next))
    }

    /// p(state | tokens) at each step: the gradient by what each step says of each state.
    pub fn posterior(&self, token: &Array2<usize>) -> Result<Array3<f64>, Error> {
        let (length, sequences) = token.dim();
        let scores = Array3::from_shape_fn((length, sequences, self.start.len()), |(t, b, j)| {
            self.emission[[j, token[[t, b]]]]
        });
        Ok(evidence::grad(&self.start, &self.transition, &scores)?.scores)
    }
}
