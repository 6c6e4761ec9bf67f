//! Connectionist temporal classification (Graves et al. 2006).

crate::einstan! {
    /// For each sequence of a batch minus the log-probability of its labels, over all ways in which they can stretch over
    /// the steps with blanks between them.
    ///
    /// `L` are log-probabilities by steps, batch, classes (a log-softmax); `steps`, from 1 on, and `labels`
    /// say how much of each sequence and of each row of labels counts: what stands behind may be anything.
    ///
    /// `A[t,i,s]` is the log-probability of all ways to have been at place `s` of the labels with blanks, `y[i,s]`, after
    /// step `t`: from the place itself, the one before, or over a blank between labels that differ.
    pub fn ctc(L[t, n, c], target[n, l]: usize, steps[n]: usize, labels[n]: usize, blank: usize) -> E[n] {
        y[i: n, s: 2*l + 1] = if s % 2 == 0 || s/2 >= labels[i] { blank } else { target[i, s/2] };
        A[x, i, s: 2*l + 1] = L[x, i, y[i,s]] + (
            if x == 0 {
                if s < 2 { 0 } else { -inf }
            } else {
                logsumexp[k: 3](if k < 2 || s % 2 == 1 && s > 1 && y[i,s] != y[i,pad(s-2)] {
                    A[x-1, i, pad(s-k, -inf)]
                } else {
                    -inf
                })
            });
        E[i] = -logsumexp[k: 2](if k <= 2*labels[i] { A[steps[i] - 1, i, 2*labels[i] - k] } else { -inf });
    }
}
