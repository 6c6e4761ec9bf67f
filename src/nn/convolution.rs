//! Convolutions (cross-correlations, as everybody means by the word; LeCun et al. 1989).
//!
//! Each input may be read every `stride` places, by kernels whose elements are `dilation` places apart, with `padding` zeros
//! around it; the first two are at least 1. (Dilation: Yu and Koltun 2016.)
//!
//! A kernel that is longer than the input with its padding fits nowhere: where it is longer by no more than `stride`, the result
//! has no places, and else there is an error.

crate::einstan! {
    /// A convolution of rows: batch, channels, places.
    pub fn conv1d(X[n, c, l], K[o, c, r], b[o], dim stride, dim dilation, dim padding)
        -> Y[n, o, (l + 2*padding - dilation*(r - 1) - 1)/stride + 1]
    {
        Y[i,j,x] = X[i, k, pad(len(stride)*x + len(dilation)*u - len(padding))]*K[j,k,u] + b[j];
    }

    /// A convolution of images: batch, channels, height, width.
    pub fn conv2d(X[n, c, h, w], K[o, c, r, s], b[o], dim stride, dim dilation, dim padding)
        -> Y[n, o, (h + 2*padding - dilation*(r - 1) - 1)/stride + 1, (w + 2*padding - dilation*(s - 1) - 1)/stride + 1]
    {
        Y[i,j,y,x] = X[i, k,
                       pad(len(stride)*y + len(dilation)*u - len(padding)),
                       pad(len(stride)*x + len(dilation)*v - len(padding))]*K[j,k,u,v] + b[j];
    }

    /// A convolution of images whose channels stand in groups, each with kernels of its own (Krizhevsky et al. 2012): batch,
    /// groups, channels of a group, height, width. An array of batch, channels, height, width is one by `into_shape_with_order`.
    pub fn grouped_conv2d(X[n, g, c, h, w], K[g, o, c, r, s], b[g, o], dim stride, dim dilation, dim padding)
        -> Y[n, g, o, (h + 2*padding - dilation*(r - 1) - 1)/stride + 1,
                      (w + 2*padding - dilation*(s - 1) - 1)/stride + 1]
    {
        Y[i,q,j,y,x] = X[i, q, k,
                         pad(len(stride)*y + len(dilation)*u - len(padding)),
                         pad(len(stride)*x + len(dilation)*v - len(padding))]*K[q,j,k,u,v] + b[q,j];
    }

    /// A convolution of images with one kernel for each channel (Sifre 2014; Chollet 2017).
    pub fn depthwise_conv2d(X[n, c, h, w], K[c, r, s], b[c], dim stride, dim dilation, dim padding)
        -> Y[n, c, (h + 2*padding - dilation*(r - 1) - 1)/stride + 1, (w + 2*padding - dilation*(s - 1) - 1)/stride + 1]
    {
        Y[i,k,y,x] = X[i, k,
                       pad(len(stride)*y + len(dilation)*u - len(padding)),
                       pad(len(stride)*x + len(dilation)*v - len(padding))]*K[k,u,v] + b[k];
    }
}
