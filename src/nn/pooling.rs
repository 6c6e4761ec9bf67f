//! Pooling: the largest or the mean of `size` by `size` places, every `stride` places (LeCun et al. 1998; the largest: Yamaguchi
//! et al. 1990).
//!
//! Equal largest numbers of a window share its derivative equally, where PyTorch gives all of it to the first one. Padding may
//! be wider than half of a window, which PyTorch refuses: of a window that lies in the padding alone, the largest is -infinity
//! and the mean 0.

crate::einstan! {
    /// The largest of each window. Padding never is, but where there is nothing else: -infinity. Equal ones share the derivative.
    pub fn max_pool1d(X[n, c, l], dim size, dim stride, dim padding) -> Y[n, c, (l + 2*padding - size)/stride + 1] {
        Y[i,k,x] = max[u: size](X[i, k, pad(len(stride)*x + u - len(padding), -inf)]);
    }

    /// The largest of each window. Padding never is, but where there is nothing else: -infinity. Equal ones share the derivative.
    pub fn max_pool2d(X[n, c, h, w], dim size, dim stride, dim padding)
        -> Y[n, c, (h + 2*padding - size)/stride + 1, (w + 2*padding - size)/stride + 1]
    {
        Y[i,k,y,x] = max[u: size, v: size](X[i, k, pad(len(stride)*y + u - len(padding), -inf),
                                                   pad(len(stride)*x + v - len(padding), -inf)]);
    }

    /// The mean of each window, to which padding belongs as zeros.
    pub fn avg_pool1d(X[n, c, l], dim size, dim stride, dim padding) -> Y[n, c, (l + 2*padding - size)/stride + 1] {
        Y[i,k,x] = mean[u: size](X[i, k, pad(len(stride)*x + u - len(padding))]);
    }

    /// The mean of each window, to which padding belongs as zeros.
    pub fn avg_pool2d(X[n, c, h, w], dim size, dim stride, dim padding)
        -> Y[n, c, (h + 2*padding - size)/stride + 1, (w + 2*padding - size)/stride + 1]
    {
        Y[i,k,y,x] = mean[u: size, v: size](X[i, k, pad(len(stride)*y + u - len(padding)),
                                                    pad(len(stride)*x + v - len(padding))]);
    }

    /// The mean of each channel (Lin et al. 2014).
    pub fn global_avg_pool2d(X[n, c, h, w]) -> Y[n, c] {
        Y[i,k] = mean[y,x](X[i,k,y,x]);
    }
}
