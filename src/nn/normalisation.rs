//! Normalisations: numbers minus their mean, over their standard deviation (`epsilon` is added to the variance), scaled and
//! shifted by what is learnt.

crate::einstan! {
    /// Each row (Ba et al. 2016).
    pub fn layer_norm(X[n, k], scale[k], shift[k], const epsilon) -> Y[n, k] {
        mu[i] = mean[j](X[i,j]);
        var[i] = mean[j]((X[i,j] - mu[i])^2);
        Y[i,j] = (X[i,j] - mu[i])/sqrt(var[i] + epsilon)*scale[j] + shift[j];
    }

    /// Each row over its root mean square, without a mean and a shift (Zhang and Sennrich 2019).
    pub fn rms_norm(X[n, k], scale[k], const epsilon) -> Y[n, k] {
        square[i] = mean[j](X[i,j]^2);
        Y[i,j] = X[i,j]/sqrt(square[i] + epsilon)*scale[j];
    }

    /// Each group of channels of each image (Wu and He 2018): batch, groups, channels of a group, height, width. An array of
    /// batch, channels, height, width is one by `into_shape_with_order`. One group for each channel is instance norm
    /// (Ulyanov et al. 2016).
    pub fn group_norm(X[n, g, c, h, w], scale[g, c], shift[g, c], const epsilon) -> Y[n, g, c, h, w] {
        mu[i,q] = mean[k,y,x](X[i,q,k,y,x]);
        var[i,q] = mean[k,y,x]((X[i,q,k,y,x] - mu[i,q])^2);
        Y[i,q,k,y,x] = (X[i,q,k,y,x] - mu[i,q])/sqrt(var[i,q] + epsilon)*scale[q,k] + shift[q,k];
    }

    /// Each column over the batch (Ioffe and Szegedy 2015), with the means and the variances that it used, for
    /// [`running()`]. The variance is that of the batch, not the unbiased one, and so is what [`running()`] keeps: PyTorch
    /// divides by the variance of the batch, too, but keeps it times n/(n - 1), for n numbers of a column.
    pub fn batch_norm(X[n, k], scale[k], shift[k], const epsilon) -> (Y[n, k], mu[k], var[k]) {
        mu[j] = mean[i](X[i,j]);
        var[j] = mean[i]((X[i,j] - mu[j])^2);
        Y[i,j] = (X[i,j] - mu[j])/sqrt(var[j] + epsilon)*scale[j] + shift[j];
    }

    /// Each channel over the batch and the image, as [`batch_norm()`]: n is the number of all pixels of a channel.
    pub fn batch_norm2d(X[n, c, h, w], scale[c], shift[c], const epsilon) -> (Y[n, c, h, w], mu[c], var[c]) {
        mu[k] = mean[i,y,x](X[i,k,y,x]);
        var[k] = mean[i,y,x]((X[i,k,y,x] - mu[k])^2);
        Y[i,k,y,x] = (X[i,k,y,x] - mu[k])/sqrt(var[k] + epsilon)*scale[k] + shift[k];
    }

    /// [`batch_norm()`] with means and variances from elsewhere: when the training is over.
    pub fn fixed_norm(X[n, k], const mu[k], const var[k], scale[k], shift[k], const epsilon) -> Y[n, k] {
        Y[i,j] = (X[i,j] - mu[j])/sqrt(var[j] + epsilon)*scale[j] + shift[j];
    }

    /// [`batch_norm2d()`] with means and variances from elsewhere: when the training is over.
    pub fn fixed_norm2d(X[n, c, h, w], const mu[c], const var[c], scale[c], shift[c], const epsilon) -> Y[n, c, h, w] {
        Y[i,k,y,x] = (X[i,k,y,x] - mu[k])/sqrt(var[k] + epsilon)*scale[k] + shift[k];
    }

    /// Moves a running mean or variance towards that of a batch, by the part `momentum` of the way.
    ///
    /// Given the variance of [`batch_norm()`], it keeps a biased one: to have PyTorch's, give it n/(n - 1) times as much.
    pub fn running(mut mu[k], seen[k], momentum) {
        mu[j] += momentum*(seen[j] - mu[j]);
    }
}
