mod inner {
        crate::einstan! {
    pub fn conv(X[n, c, h, w], K[o, c, r, s], b[o], dim stride, dim padding)
            -> Y[n, o, (h + 2*padding - r)/stride + 1,
                       (w + 2*padding - s)/stride + 1] {
  Y[i,j,y,x] = X[i, k,
                 pad(len(stride)*y + u - len(padding)),
                 pad(len(stride)*x + v - len(padding))]*K[j,k,u,v]
    + b[j];
  Z[i] = if i == 0 { 1 }
      else if i > 2 { 2 }
      else { 3 };
  A[i] = B[i] + (
if i == 0 {
  if i < 2 { 0 } else { -inf }
    } else { logsumexp[k: 3](if k < 2 {
      A[i-1]
        } else {
   -inf
   })
   });
  GW[i] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Z[c,e])
                         * d(Z[c,e])/d(W[i,j]);
  one[i] = 1; two[i] = 2;
}
    pub fn short: y[i] = x[i]
    *2;
  fn several: h[i] = x[i];
  y[i] = h[i]
    }
}
