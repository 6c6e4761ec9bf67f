//! einstan!{ in documentation is left }

/// einstan!{ Y[i]=x[i] }
fn inline() -> Result<(), Error> {
    let y = einstan!(Y[i,j]=X[i , k]*W[k,j]+b[j])?;
    let rust = einstan!(s = x[i] ^ 2 * (i + 1));
    let several = einstan! { h[i]=x[i];s=h[i]*h[i] };
    let lines = einstan!(vjp h[i] = x[i];
        s = h[i]*h[i]);
    assert_eq!(einstan!(Y[i,j]=X[ i,j ]).unwrap(), [r#"einstan!{ Y[i]=x[i] }"#, "einstan!{ }"]);
    let é = einstan!{ größe[ι,κ]=α*Δ[ι,κ] };
    ::einstan::einstan![Y[i,j]=X[i,j]];
    // einstan!{ Y[i]=x[i] }
    nested! { a + { einstan!{ pub fn f(x[n])->s{ s=x[0]; } } } }
    einstan!{ }
    einstan! {
    }
    macro_rules! template { ($x:ident) => { einstan!{ fn f($x[n])->s{ s=$x[0]; } } } }
    quote! { einstan!{ fn f(#x[n])->s{ s=#x[0]; } } };
    #[rustfmt::skip]
    let skipped = einstan!{ s=x[0] };
    let taken = einstan!{ s=x[0] };
}
