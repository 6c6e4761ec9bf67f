//! What a model must beat: how often each character follows the two before it, the one before it, and any.

use einstan::einstan;
use ndarray::{Array1, Array2, Array3, ArrayRef1, Axis, Zip};

einstan! {
    /// The mean logarithm of what a mixture of models with the shares `w` gives to events, to which each gives `P`.
    ///
    /// By `w[k]` times its derivative, the share of model `k` in what was seen, expectation maximisation goes on.
    #[einstan(test)]
    pub fn mixture(w[k], const P[n, k]) -> e {
        e = mean[i](ln(P[i,k] * w[k]));
    }
}

/// How often each character, pair and triple occurs.
struct Counts {
    one: Array1<f32>,
    two: Array2<f32>,
    three: Array3<f32>,
}

/// Trigram, bigram, unigram and uniform models, interpolated.
pub struct Trigram {
    counts: Counts,
    pub shares: Array1<f32>,
}

impl Trigram {
    /// Counts a text; the shares are fitted by expectation maximisation on the last tenth of it, by the counts of the rest.
    pub fn fit(text: &ArrayRef1<usize>, alphabet: usize) -> Result<Self, einstan::Error> {
        let (counted, held_back) = text.view().split_at(Axis(0), text.len() * 9 / 10);
        let events = Counts::of(&counted, alphabet).events(&held_back);
        let mut shares = Array1::from_elem(4, 0.25);
        for _ in 0..30 {
            shares *= &mixture::grad(&shares, &events)?.w;
        }
        Ok(Trigram {
            counts: Counts::of(text, alphabet),
            shares,
        })
    }

    /// Nats for each character of a text but the first two.
    pub fn loss(&self, text: &ArrayRef1<usize>) -> Result<f32, einstan::Error> {
        Ok(-mixture(&self.shares, &self.counts.events(text))?)
    }
}

impl Counts {
    fn of(text: &ArrayRef1<usize>, v: usize) -> Self {
        let mut counts = Counts {
            one: Array1::zeros(v),
            two: Array2::zeros((v, v)),
            three: Array3::zeros((v, v, v)),
        };
        for (&c, (&b, &a)) in text.iter().skip(2).zip(text.iter().skip(1).zip(text)) {
            counts.one[c] += 1.0;
            counts.two[[b, c]] += 1.0;
            counts.three[[a, b, c]] += 1.0;
        }
        counts
    }

    /// What each of the four models gives to each character of a text but the first two.
    fn events(&self, text: &ArrayRef1<usize>) -> Array2<f32> {
        let total = self.one.sum();
        let (pairs, triples) = (self.two.sum_axis(Axis(1)), self.three.sum_axis(Axis(2)));
        let part = |count: f32, of: f32| if of > 0.0 { count / of } else { 0.0 };
        let mut events = Array2::zeros((text.len().saturating_sub(2), 4));
        Zip::from(events.rows_mut())
            .and(text.windows(3))
            .for_each(|mut event, window| {
                let (a, b, c) = (window[0], window[1], window[2]);
                event[0] = part(self.three[[a, b, c]], triples[[a, b]]);
                event[1] = part(self.two[[b, c]], pairs[b]);
                event[2] = part(self.one[c], total);
                event[3] = 1.0 / self.one.len() as f32;
            });
        events
    }
}
