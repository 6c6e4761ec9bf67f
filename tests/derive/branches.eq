fn leaky(x[n], a) -> y[n] { y[i] = if x[i] > 0 { x[i] } else { a*x[i] }; }
fn causal(S[t, t]) -> P[t, t] { P[i,j] = softmax[j](if j <= i { S[i,j] } else { -inf }); }
