//! Functions of many kinds under `#[einstan(test)]`: every test in this file is one that the macro emits, but for the last two.

#![deny(warnings, missing_docs, clippy::all)]

use einstan::einstan;

einstan! {
    fn swish(x) = x * sigmoid(x);

    /// Documented, and tested.
    #[einstan(test)]
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    #[einstan(test(range = -2..2))]
    pub fn attention(Q[b, t, d], K[b, s, d], V[b, s, e]) -> O[b, t, e] {
        S[b,i,j] = Q[b,i,c] * K[b,j,c] / sqrt(len(d));
        P[b,i,j] = softmax[j](S[b,i,j]);
        O[b,i,c] = P[b,i,j] * V[b,j,c];
    }
    #[einstan(test(range = -1..1))]
    pub fn loss(X[n, m], W1[m, h], b1[h], W2[h, c], b2[c], const T[n, c], λ) -> E {
        H[i,j] = swish(X[i,k]*W1[k,j] + b1[j]);
        L[i,j] = log_softmax[j](H[i,k]*W2[k,j] + b2[j]);
        E = -sum[i,j](T[i,j]*L[i,j]) / len(n) + λ*sum[p,q](W1[p,q]^2);
    }
    #[einstan(test(range = -1..1))]
    pub fn statistics(X[n, m]) -> (mean_of[m], largest[n], at[n]: usize, count, spread) {
        mean_of[j] = mean[i](X[i,j]);
        largest[i] = max[j](X[i,j]);
        at[i] = argmax[j](X[i,j]);
        count = sum[i,j]((X[i,j] > 0));
        spread = sum[i,j]((X[i,j] - mean_of[j])^2);
    }
    #[einstan(test)]
    pub fn domains(x[n]) -> y[n] { y[i] = ln(x[i]) + sqrt(x[i]) + 1/x[i] + x[i]^1.5 + log1p(x[i]); }
    #[einstan(test(range = -0.9..0.9))]
    pub fn circle(x[n]) -> y[n] { y[i] = asin(x[i]) * acos(x[i]) + atan2(x[i], 1.5) + tan(x[i]); }
    #[einstan(test(range = -2..2))]
    pub fn branches(x[n], y[n]) -> z[n] {
        z[i] = if x[i] < y[i] && x[i] != 0 { 1/x[i] } else if i == 0 { x[i]*y[i] } else { abs(y[i]) };
    }
    #[einstan(test(range = -2..2))]
    pub fn corners(x[n, m]) -> s { s = sum[i](max[j](x[i,j])*min[j](x[i,j])) + sum[i,j](relu(x[i,j])^3); }
    #[einstan(test)]
    pub fn picked(x[n, c], t[n]: usize, k: u8, dim l) -> y[n, l] {
        y[i,j] = sum[c]((t[i] == c)*x[i,c]) * (j + len(l)) + k*x[i,0];
    }
    #[einstan(test)]
    pub fn fixed(A[3, 3], B[2, n], x[n]) -> (y[3], s) { y[i] = A[i,j]*A[j,i]; s = B[0,i]*x[i] + A[2,2]; }
    #[einstan(test)]
    pub fn single(X[n, m]: f32, a) -> E { E = sum[i](logsumexp[j](a*X[i,j])); }
    #[einstan(test)]
    pub fn double(x[n]: f64) -> y[n] { y[i] = x[i]*x[i]; }
    #[einstan(test)]
    pub fn scalars(a, b, const c) -> (p, q) { p = a*b + exp(c*a); q = a/b; }
    #[einstan(test, allow(unused))]
    pub fn unused(x[n], y[m], a) -> z[n] { z[i] = 2*x[i]; }
    #[einstan(test)]
    pub fn seven(A[a, b, c, d, e, f, g]) -> s { s = sum[i,j,k,l,m,n,o](A[i,j,k,l,m,n,o]^2); }
    #[einstan(test(tolerance = 1e-4))]
    pub fn stiff(x[n]) -> y[n] { y[i] = sin(50*x[i]); }
    // Only where all three lengths are the same.
    #[einstan(test)]
    pub fn equal(A[3, 3], x[n], y[n]) -> z[n] { z[i] = if i < 9 { A[i,i]*x[i] } else { y[i] }; }
    #[einstan(test)]
    fn private(x[n]) -> y[n] { y[i] = x[i]^3; }
    #[einstan(test)]
    pub(crate) fn derivatives(x[n]) -> value { value = prod[i](x[i]); }
    #[einstan(test)]
    pub fn Ok(Some[n], r#type[n]) -> None { None = Some[i]*r#type[i]; }
}
einstan!(#[einstan(test)] pub fn short: Y[i,j] = X[i,k] * W[k,j] + b[j] * δ);

/// A module of its own.
pub mod nested {
    einstan::einstan! {
        /// Of its invocation.
        #[einstan(test)]
        pub fn dense(X[n, m], W[m, k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j]; }
    }
}

#[test]
fn everything_is_used() {
    let one = ndarray::array![1.0];
    assert!(private(&one).is_ok() && derivatives(&one).is_ok());
}

#[test]
fn a_normal_build_gets_the_same_tokens() {
    let expand = |source: &str| {
        let tokens = source.parse().expect("tokens");
        einstan_compiler::expand(tokens).to_string()
    };
    let function = "pub fn f(x[n]) -> y[n] { y[i] = x[i]; }";
    let without = expand(function);
    let with = expand(&format!("#[einstan(test)] {function}"));
    let (before, rest) = with.split_at(with.find("# [cfg (test)]").expect("a test"));
    let after = without.strip_prefix(before).expect("the same before it");
    let item = rest.strip_suffix(after).expect("the same after it");
    // One item, a module, with nothing after its braces.
    let tokens: proc_macro2::TokenStream = item.parse().expect("tokens");
    let braces = |t: &proc_macro2::TokenTree| matches!(t, proc_macro2::TokenTree::Group(g) if g.delimiter() == proc_macro2::Delimiter::Brace);
    assert_eq!(tokens.clone().into_iter().filter(braces).count(), 1);
    assert!(tokens.into_iter().last().is_some_and(|t| braces(&t)));
}
