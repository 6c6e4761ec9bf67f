einstan! {
    pub fn network(X[n, m]) -> E {
        Y1[i,j] = X[i,k]*W1[k,j];
        H       = s1(Y1);
        Y[i]    =  s2(H);
        E       += error(T, Y);
        F = 1;
        G   = 2;

        GW2[i ,j] = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e]);
        Gb2[i]    = d(E)/d(Y[a,b]) * d(Y[a,b])/d(Y2[c,e])
                                   * d(Y2[c,e])/d(b2[i]);
        C1[i,y,x,o] = X[i,y+r,x+q] * K1[r,q,o];                                 // 24 by 24 windows
        P1[i,y,x,o] = relu(max[r: 2, q: 2](C1[i,2*y+r,2*x+q,o]) +b1[o]);        // 12 by 12
        Z[i] = 1;  // one
    }
}
