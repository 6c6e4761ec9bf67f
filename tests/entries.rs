//! A position outside of its tensor, by every entry point: the same error, and nothing is written.

use einstan::{ErrorKind, einstan};
use ndarray::{Array1, array};

einstan! {
    /// A gather, alone and in a sum.
    pub fn gathered(E[v], tok[t]: usize) -> s { s = sum[i](E[tok[i] + 1]^2); }
    /// An affine position that lengths can take outside.
    pub fn shifted(E[v], tok[t]: usize) -> s { s = sum[i](E[i + 2]^2) + 0*sum[j](tok[j]); }
    /// A quotient.
    pub fn divided(E[v], tok[t]: usize) -> s { s = sum[i: t](E[3*i / 2]^2) + 0*sum[j](tok[j]); }
    /// A position that is written.
    pub fn written(E[v], tok[t]: usize) -> s { Y[tok[i]: v] += E[0]^2 + i; s = sum[k](Y[k]^2); }
    /// A position that is computed first.
    pub fn computed(E[v], tok[t]: usize) -> s { k[i] = argmax[j](E[j] + tok[i]); s = sum[i](E[k[i] + 1]^2); }
}

/// Every way to call a function with a scalar result.
macro_rules! refused {
    ($f:ident, $e:expr, $tok:expr, $part:expr) => {{
        let (e, tok): (Array1<f64>, Array1<usize>) = ($e, $tok);
        let told = |error: einstan::Error, entry: &str| {
            assert_eq!(error.kind(), ErrorKind::Range, "{entry}: {error}");
            let text = error.to_string();
            assert!(text.contains($part), "{entry}: {text}");
            assert!(text.starts_with(concat!(stringify!($f), ": ")), "{entry}: {text}");
        };
        let along = $f::Tangent { E: e.clone() };
        let mut workspace = $f::Workspace::default();
        let mut gradient = $f::Gradient::zeros_like(&e);
        gradient.E.fill(7.0);
        let mut s = 7.0;
        told($f(&e, &tok).unwrap_err(), "call");
        told($f::into(&e, &tok, &mut s).unwrap_err(), "into");
        told($f::vjp(&e, &tok).map(drop).unwrap_err(), "vjp");
        told($f::vjp_in(&e, &tok, &mut workspace, &mut s).map(drop).unwrap_err(), "vjp_in");
        told($f::grad(&e, &tok).map(drop).unwrap_err(), "grad");
        told($f::value_and_grad(&e, &tok).map(drop).unwrap_err(), "value_and_grad");
        let kept = $f::value_and_grad_in(&e, &tok, &mut workspace, &mut gradient);
        told(kept.map(drop).unwrap_err(), "value_and_grad_in");
        told($f::jvp(&e, &tok, &along).map(drop).unwrap_err(), "jvp");
        told($f::hvp(&e, &tok, &along).map(drop).unwrap_err(), "hvp");
        told($f::jacobian(&e, &tok).map(drop).unwrap_err(), "jacobian");
        assert_eq!(s, 7.0);
        assert!(gradient.E.iter().all(|&x| x == 7.0));
    }};
}

#[test]
fn every_entry_refuses_a_position_outside() {
    let e = array![1.0, 2.0, 3.0];
    refused!(gathered, e.clone(), array![0, 2], "position 3 of axis 0");
    refused!(gathered, e.clone(), array![usize::MAX >> 2], "of axis 0");
    refused!(
        written,
        e.clone(),
        array![0, 3],
        "written at position 3 of axis 0"
    );
    refused!(computed, e.clone(), array![1, 4], "`k[0]` is 2");
    refused!(divided, e.clone(), array![1, 1, 1], "position 3 of axis 0");
}

#[test]
fn what_lies_inside_is_right_by_every_entry() {
    let (e, tok) = (array![1.0, 2.0, 3.0], array![0, 1]);
    let value = gathered(&e, &tok).unwrap();
    assert_eq!(value, 13.0);
    let (same, gradient) = gathered::value_and_grad(&e, &tok).unwrap();
    assert_eq!((same, gradient.E), (13.0, array![0.0, 4.0, 6.0]));
    let along = gathered::Tangent {
        E: array![1.0, 1.0, 1.0],
    };
    assert_eq!(gathered::jvp(&e, &tok, &along).unwrap(), (13.0, 10.0));
    assert_eq!(shifted(&e, &tok).unwrap(), 9.0);
    assert_eq!(divided(&e, &array![1, 1]).unwrap(), 5.0);
}
