//! Transposed convolutions: what the derivative of a convolution by its input does (Zeiler et al. 2010).

crate::einstan! {
    /// Each input element adds its kernel to the output, `stride` places from that of its neighbour; `padding` rows and
    /// columns are cut off on each side. Kernels are inputs, outputs, height, width, as in PyTorch.
    pub fn conv_transpose2d(X[n, c, h, w], K[c, o, r, s], b[o], dim stride, dim padding)
        -> Y[n, o, stride*(h - 1) + r - 2*padding, stride*(w - 1) + s - 2*padding]
    {
        Z[i, j, len(stride)*y + u: stride*(h - 1) + r, len(stride)*x + v: stride*(w - 1) + s] += X[i,k,y,x]*K[k,j,u,v];
        Y[i,j,y,x] = Z[i, j, y + len(padding), x + len(padding)] + b[j];
    }
}
