//! Checks of derivatives: what is right passes, and what is wrong is found, named and placed.

use einstan::testing::{self, Check, Failure, FailureKind, Report};
use einstan::{Error, einstan};
use ndarray::{Array1, Array2, array};

einstan! {
    pub fn dense(X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
    pub fn error(w[n], const t[n], a) -> E { E = sum[i]((sigmoid(a*w[i]) - t[i])^2); }
    pub fn two(x[n], k[m]: usize) -> (at: usize, y[n], s) {
        at = argmax[i](x[i]);
        y[i] = x[i]^3;
        s = sum[i](exp(x[i]))*sum[j](k[j]*1);
    }
    pub fn rectified(x[n]) -> y[n] { y[i] = relu(x[i]); }
    pub fn step(x[n]) -> y[n] { y[i] = floor(x[i]); }
    pub fn root(x[n]) -> y[n] { y[i] = sqrt(x[i]); }
    pub fn one(x[n]) -> s { s = sum[j](softmax[j](x[j])); }
    pub fn largest(X[n, m]) -> s { s = sum[i](max[j](X[i,j])^2); }
    pub fn narrow(x[n]: f32) -> s { s = logsumexp[i](x[i]); }
}

type Point = dense::Gradient<f64>;

fn point() -> Point {
    Point {
        X: array![[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]],
        W: array![[1.0, 0.5], [-2.0, 0.125]],
        b: array![0.1, 0.2],
    }
}

fn gradient(p: &Point, y: &Array2<f64>) -> Result<(Array2<f64>, Point), Error> {
    let (value, pullback) = dense::vjp(&p.X, &p.W, &p.b)?;
    Ok((value, pullback.call(y)?))
}

fn root_gradient(
    p: &root::Gradient<f64>,
    y: &Array1<f64>,
) -> Result<(Array1<f64>, root::Gradient<f64>), Error> {
    let (value, pullback) = root::vjp(&p.x)?;
    Ok((value, pullback.call(y)?))
}

/// The check of `dense` alone.
fn check_dense() -> Check<'static, Point, Array2<f64>> {
    Check::new("dense", |p: &Point| dense(&p.X, &p.W, &p.b)).results(&["Y"])
}

/// What a check says that fails.
fn failure(result: Result<Report, Failure>) -> (FailureKind, String) {
    let failure = result.expect_err("it is wrong");
    assert_eq!(format!("{failure:?}"), failure.to_string());
    (failure.kind(), failure.to_string())
}

fn assert_says(result: Result<Report, Failure>, kind: FailureKind, parts: &[&str]) {
    let (found, text) = failure(result);
    assert_eq!(found, kind, "{text}");
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[test]
fn right_derivatives_pass_and_every_number_is_compared() -> Result<(), Failure> {
    let report = check_dense()
        .vjp(gradient)
        .jvp(|p, v| dense::jvp(&p.X, &p.W, &p.b, v))
        .jacobian(|p| {
            let j = dense::jacobian(&p.X, &p.W, &p.b)?.Y;
            Ok([j.X.into_dyn(), j.W.into_dyn(), j.b.into_dyn()])
        })
        .at(&point())?;
    // Twice: 12 parameters, 6 results and one identity; and 6 * 12 derivatives.
    let all = 2 * (12 + 6 + 1) + 6 * 12;
    assert_eq!((report.compared, report.skipped), (all, 0));
    assert_eq!(report.to_string(), "110 compared, 0 skipped");
    Ok(())
}

#[test]
fn several_results_of_which_one_is_an_integer() -> Result<(), Failure> {
    let k = array![1, 2];
    let report = Check::new("two", |p: &two::Gradient<f64>| {
        let (_, y, s) = two(&p.x, &k)?;
        Ok((y, s))
    })
    .vjp(|p, (dy, ds)| {
        let ((_, y, s), pullback) = two::vjp(&p.x, &k)?;
        Ok(((y, s), pullback.call(dy, *ds)?))
    })
    .jvp(|p, v| {
        let ((_, y, s), tangent) = two::jvp(&p.x, &k, v)?;
        Ok(((y, s), tangent))
    })
    .at(&two::Gradient {
        x: array![0.5, -1.0, 2.0],
    })?;
    assert_eq!(report.skipped, 0);
    Ok(())
}

#[test]
fn a_call_is_checked_as_it_is_written() -> Result<(), Failure> {
    #![allow(non_snake_case)] // variables have the names of the parameters
    let Point { X, W, b } = point();
    testing::check!(dense(X, W, b))?;
    testing::check!(crate::dense(X, W, b,),)?;
    let (w, t, a) = (array![0.5, -1.0, 3.0], array![0.0, 1.0, 0.5], 0.7);
    assert_eq!(testing::check!(error(w, const &t, a), hvp)?.skipped, 0);
    let x = array![0.5f32, -1.0, 3.0];
    assert!(testing::check!(narrow(x), hvp)?.skipped <= 2);
    Ok(())
}

#[test]
fn a_wrong_gradient_is_named_and_placed() {
    let wrong = check_dense().vjp(|p, y| {
        let (value, mut g) = gradient(p, y)?;
        g.W[[1, 0]] *= 2.0;
        Ok((value, g))
    });
    let parts = [
        "dense: the gradient of ⟨ȳ, f⟩ by `W` at [1, 0] is ",
        " by `vjp`, but ",
        "off by",
        "allowed",
    ];
    assert_says(wrong.at(&point()), FailureKind::Vjp, &parts);
    // What is off by little is found as well, and may be allowed.
    let close = |tolerance| {
        let close = check_dense().vjp(|p, y| {
            let (value, mut g) = gradient(p, y)?;
            g.scale(1.0 + 1e-5);
            Ok((value, g))
        });
        close.tolerance(tolerance).at(&point())
    };
    assert_says(close(1e-6), FailureKind::Vjp, &["`X` at [0, 0]"]);
    assert!(close(1e-4).is_ok());
    let nothing = check_dense().vjp(|p, y| {
        let (value, mut g) = gradient(p, y)?;
        g.b.fill(f64::NAN);
        Ok((value, g))
    });
    assert_says(
        nothing.at(&point()),
        FailureKind::Vjp,
        &["`b` at [0] is NaN by `vjp`"],
    );
}

#[test]
fn a_wrong_tangent_and_a_wrong_jacobian_are_named_and_placed() {
    let wrong = check_dense().jvp(|p, v| {
        let (value, mut tangent) = dense::jvp(&p.X, &p.W, &p.b, v)?;
        tangent[[2, 1]] += 1.0;
        Ok((value, tangent))
    });
    let parts = ["dense: the tangent of `Y` at [2, 1] is "];
    assert_says(wrong.at(&point()), FailureKind::Jvp, &parts);
    let wrong = check_dense().jacobian(|p| {
        let mut j = dense::jacobian(&p.X, &p.W, &p.b)?.Y;
        j.b[[2, 1, 0]] = -1.0;
        Ok([j.X.into_dyn(), j.W.into_dyn(), j.b.into_dyn()])
    });
    let parts = ["the derivative of `Y` at [2, 1] by `b` at [0] is -1 by `jacobian`, but 0 by"];
    assert_says(wrong.at(&point()), FailureKind::Jacobian, &parts);
}

#[test]
fn derivatives_that_do_not_agree() {
    // The differences are too coarse to see it.
    let check = check_dense()
        .vjp(|p, y| {
            let (value, mut g) = gradient(p, y)?;
            g.scale(1.0 + 1e-7);
            Ok((value, g))
        })
        .jvp(|p, v| dense::jvp(&p.X, &p.W, &p.b, v));
    let parts = ["`vjp` is not the adjoint of `jvp`: ⟨ȳ, J v⟩ is "];
    assert_says(check.at(&point()), FailureKind::Adjoint, &parts);
}

#[test]
fn a_wrong_hessian() {
    type Point = error::Gradient<f64>;
    let (t, point) = (
        array![0.0, 1.0],
        Point {
            w: array![0.5, -1.0],
            a: 0.5,
        },
    );
    let value = |p: &Point| error(&p.w, &t, p.a);
    let gradient = |p: &Point| error::grad(&p.w, &t, p.a);
    let right = Check::new("error", value)
        .hvp(gradient, |p, v| error::hvp(&p.w, &t, p.a, v))
        .at(&point);
    assert_eq!(right.unwrap().skipped, 0);
    let wrong = Check::new("error", value).hvp(gradient, |p, v| {
        let mut h = error::hvp(&p.w, &t, p.a, v)?;
        h.a = 0.0;
        Ok(h)
    });
    let parts = ["error: the Hessian times a direction, by `a`, is 0 by `hvp`"];
    assert_says(wrong.at(&point), FailureKind::Hvp, &parts);
    // Without `vjp`, the gradient is checked.
    let wrong = Check::new("error", value).hvp(
        |p| {
            let mut g = gradient(p)?;
            g.w[1] = 0.0;
            Ok(g)
        },
        |p, v| error::hvp(&p.w, &t, p.a, v),
    );
    let parts = [
        "error: the gradient by `w` at [1] is ",
        " by the gradient, but ",
    ];
    assert_says(wrong.at(&point), FailureKind::Vjp, &parts);
    // A Hessian that is right along one direction and not symmetric has a name of its own.
    let skew = Check::new("skew", |x: &Array1<f64>| Ok(x[0] * x[1])).hvp(
        |x| Ok(array![x[1], x[0]]),
        |_, v| Ok(array![v[1], v[0] * (1.0 + 1e-7)]),
    );
    let parts = ["skew: the Hessian of `hvp` is not symmetric"];
    assert_says(skew.at(&array![1.0, 2.0]), FailureKind::Symmetry, &parts);
}

#[test]
fn corners_are_skipped_and_counted() {
    let x = array![1.0, 0.0, -2.0];
    let report = testing::check!(rectified(x)).unwrap();
    // Twice, by `vjp` and by `jvp`.
    assert_eq!(report.skipped, 4);
    // A corner beside the point is stepped around.
    let x = array![1.0, 1e-4, -2.0];
    assert_eq!(testing::check!(rectified(x)).unwrap().skipped, 0);
    // Jumps are corners too.
    let x = array![0.5, 2.0];
    assert_eq!(testing::check!(step(x)).unwrap().skipped, 4);
    let x = array![0.0, 0.0];
    let parts = ["rectified: `vjp` has compared nothing: all 2 differences are at corners"];
    assert_says(testing::check!(rectified(x)), FailureKind::Nothing, &parts);
    let x = Array1::<f64>::zeros(0);
    let parts = ["rectified: `vjp` has compared nothing: there is no number to compare"];
    assert_says(testing::check!(rectified(x)), FailureKind::Nothing, &parts);
    assert_says(
        check_dense().at(&point()),
        FailureKind::Nothing,
        &["dense: the check has compared nothing: there is no"],
    );
}

/// Maxima of many numbers change hands all along a direction, between the steps of the differences too.
#[test]
fn corners_between_the_steps_are_no_failures() -> Result<(), Failure> {
    let x = Array2::from_shape_fn((40, 50), |(i, j)| ((50 * i + j) as f64).powi(2).sin());
    let point = largest::Gradient { X: x };
    for seed in 0..20 {
        Check::new("largest", |p: &largest::Gradient<f64>| largest(&p.X))
            .jvp(|p, v| largest::jvp(&p.X, v))
            .hvp(|p| largest::grad(&p.X), |p, v| largest::hvp(&p.X, v))
            .seed(seed)
            .at(&point)?;
    }
    Ok(())
}

#[test]
fn arguments_at_which_nothing_can_be_compared() {
    let x = array![1.0, -1.0];
    let parts = ["root: the result at [1] is NaN at these arguments"];
    assert_says(testing::check!(root(x)), FailureKind::NotFinite, &parts);
    // An infinite derivative is not compared: two of each, and the identities that it stands in.
    let x = array![1.0, 0.0];
    assert_eq!(testing::check!(root(x)).unwrap().skipped, 6);
    #[allow(non_snake_case)]
    let (X, W, b) = (array![[1.0]], array![[1.0], [2.0]], array![1.0]);
    let parts = ["dense: dimension `m` is 1 in `X` (axis 1) but 2 in `W` (axis 0)"];
    assert_says(testing::check!(dense(X, W, b)), FailureKind::Error, &parts);
}

#[test]
fn shapes_and_values_are_compared() {
    let wrong = check_dense().vjp(|p, y| {
        let (value, mut g) = gradient(p, y)?;
        g.b = array![0.0];
        Ok((value, g))
    });
    let parts = [
        "the gradient by `vjp` has the lengths [[3, 2], [2, 2], [1]], but needs [[3, 2], [2, 2], [2]]",
    ];
    assert_says(wrong.at(&point()), FailureKind::Shape, &parts);
    let wrong = check_dense().vjp(|p, y| {
        let (value, g) = gradient(p, y)?;
        Ok((value * 2.0, g))
    });
    let parts = ["dense: `Y` at [0, 0] is ", " as the value of `vjp`"];
    assert_says(wrong.at(&point()), FailureKind::Value, &parts);
}

#[test]
fn numbers_large_small_and_constant() -> Result<(), Failure> {
    let report = Check::new("root", |p: &root::Gradient<f64>| root(&p.x))
        .vjp(root_gradient)
        .at(&root::Gradient {
            x: array![1e-9, 1.0, 1e9],
        })?;
    assert_eq!(report.skipped, 0);
    // A derivative that is zero but for rounding.
    let x = array![0.5, 1.0];
    assert_eq!(testing::check!(one(x), hvp)?.skipped, 0);
    Ok(())
}

#[test]
fn the_same_seed_is_the_same_check() {
    let wrong = |seed| {
        let check = check_dense().vjp(|p, y| {
            let (value, mut g) = gradient(p, y)?;
            g.scale(2.0);
            Ok((value, g))
        });
        failure(check.seed(seed).at(&point())).1
    };
    assert_eq!(wrong(1), wrong(1));
    assert_ne!(wrong(1), wrong(2));
}

#[test]
fn parameters_with_many_numbers_are_sampled() -> Result<(), Failure> {
    let x = Array1::from_shape_fn(10_000, |i| 1.0 + i as f64);
    let report = Check::new("root", |p: &root::Gradient<f64>| root(&p.x))
        .vjp(root_gradient)
        .positions(5)
        .directions(3)
        .at(&root::Gradient { x })?;
    assert_eq!(report.compared, 15);
    Ok(())
}
