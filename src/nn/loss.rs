//! Losses: means over the batch, or over all numbers.

crate::einstan! {
    /// Minus the log-probability of the labels, by numbers that a softmax would make probabilities: the mean over the batch. It has
    /// as many digits behind the point as these numbers; [`log_softmax()`](super::log_softmax()) has more where they are large.
    pub fn cross_entropy(A[n, c], label[n]: usize) -> E {
        z[i] = logsumexp[j](A[i,j]);
        E = mean[i](z[i] - A[i, label[i]]);
    }

    /// Minus the mean log-probability under given distributions: rows of `T`. A class of no probability counts nothing, even if its
    /// number is -infinity.
    pub fn soft_cross_entropy(A[n, c], const T[n, c]) -> E {
        L[i,j] = log_softmax[j](A[i,j]);
        E = -sum[i,j](if T[i,j] == 0 { 0 } else { T[i,j]*L[i,j] })/len(n);
    }

    /// The mean squared error over all numbers.
    pub fn squared_error(Y[n, k], const T[n, k]) -> E {
        E = mean[i,j]((Y[i,j] - T[i,j])^2);
    }

    /// The mean absolute error over all numbers.
    pub fn absolute_error(Y[n, k], const T[n, k]) -> E {
        E = mean[i,j](abs(Y[i,j] - T[i,j]));
    }

    /// Huber's loss: half the square of differences up to `delta`, a line beyond.
    pub fn huber(Y[n, k], const T[n, k], const delta) -> E {
        D[i,j] = abs(Y[i,j] - T[i,j]);
        E = mean[i,j](if D[i,j] <= delta { D[i,j]^2/2 } else { delta*(D[i,j] - delta/2) });
    }

    /// The cross-entropy of yes and no, by numbers that a sigmoid would make probabilities.
    pub fn binary_cross_entropy(A[n, k], const T[n, k]) -> E {
        // One of the two is 0 where both could be large, so that no digits are lost in their sum.
        E = mean[i,j]((if A[i,j] > 0 { (1 - T[i,j])*A[i,j] } else { -T[i,j]*A[i,j] })
                      + softplus(if A[i,j] > 0 { -A[i,j] } else { A[i,j] }));
    }

    /// The divergence of Kullback and Leibler of distributions, given by their logarithms, from the distributions `T`; NaN where a
    /// number of `T` is negative.
    pub fn kl_divergence(L[n, c], const T[n, c]) -> E {
        E = sum[i,j](if T[i,j] == 0 { 0 } else { T[i,j]*(ln(T[i,j]) - L[i,j]) })/len(n);
    }
}
