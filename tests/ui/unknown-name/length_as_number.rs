//! Meant: scaled scores. The mistake: a length is used as a number without len.

use einstan::einstan;

einstan! {
    fn scores(Q[t, d], K[t, d]) -> S[t, t] {
        S[i, j] = Q[i, c]*K[j, c]/sqrt(d);
    }
}

fn main() {}
