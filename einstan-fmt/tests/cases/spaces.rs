einstan!{
  pub   fn dense (X [n,m],W[ m , k ] ,b[k])->Y[n,k]{
    Y[i ,j]=X[i,k] *W[k,j]+b [j] ;
  }
  fn swish( x )=x*sigmoid( - x );
  pub ( crate ) axis Pixel=28*28;
  extern fn erfc(x)=special :: erfc ,d / dx=-2/sqrt(pi)*exp(-x ^ 2);
  pub fn positions(X[n,m],tok[n]:usize)->(Y[n-1,2 * m],s:f64){
    Y[ i+1 ,j ]=X[ pad( i-1,-inf ),wrap(j +1)]*X[tok [i],2 * j-1]; s=sum [ i:n , j ] (if i<=j&&!(i==j){X[i,j]} else {- 1});
    (Q,_)=layers :: qr( X,0.5 , len( n ) );
    H=d (s) / d(X[i,j])%2 - { f64 :: from( 2 ) }*(i<j);
    r#fn[i]=::outer::f(-a*-b);
  }
  fn nothing(mut x[n]) {
  }
  pub fn last(x[n]) -> s { s = x[0] }
}
