//! Layers and losses at the edges of numbers and lengths: what is NaN stays NaN, what is large loses no digits.

use einstan::{Error, ErrorKind, nn};
use ndarray::{Array1, Array2, Array3, array};

#[test]
fn activations_of_nan_are_nan() -> Result<(), Error> {
    let x = array![[f32::NAN, 1.0]];
    let all = [
        nn::hardsigmoid(&x)?,
        nn::hardswish(&x)?,
        nn::hardtanh(&x, 0.0, 6.0)?,
        nn::leaky_relu(&x, 0.1)?,
        nn::elu(&x, 1.0)?,
        nn::softsign(&x)?,
    ];
    for y in all {
        assert!(y[[0, 0]].is_nan() && !y[[0, 1]].is_nan(), "{y}");
    }
    let (_, pullback) = nn::hardswish::vjp(&x)?;
    assert!(pullback.call(&array![[1.0, 1.0]])?.X[[0, 0]].is_nan());
    Ok(())
}

#[test]
fn losses_lose_no_digits() -> Result<(), Error> {
    // ln(1 + e^-17), on both sides.
    let small = (-17.0_f64).exp().ln_1p();
    for (a, t) in [(17.0, 1.0), (-17.0, 0.0)] {
        let loss = nn::binary_cross_entropy(&array![[a as f32]], &array![[t as f32]])?;
        assert!((f64::from(loss) / small - 1.0).abs() < 1e-6, "{loss}");
    }
    // ln(1 + e^-10), where the numbers themselves are large.
    let small = (-10.0_f64).exp().ln_1p();
    let a = array![[1000.0_f32, 990.0]];
    let all = [
        -nn::log_softmax(&a)?[[0, 0]],
        nn::soft_cross_entropy(&a, &array![[1.0, 0.0]])?,
    ];
    for loss in all {
        // As far as a sum of 1 and e^-10 has them.
        assert!((f64::from(loss) / small - 1.0).abs() < 2e-3, "{loss}");
    }
    Ok(())
}

#[test]
fn binary_cross_entropy_has_a_gradient_at_zero() -> Result<(), Error> {
    let (_, g) = nn::binary_cross_entropy::value_and_grad(&array![[0.0_f64]], &array![[1.0]])?;
    assert_eq!(g.A, array![[-0.5]]);
    Ok(())
}

#[test]
fn classes_of_no_probability_count_nothing() -> Result<(), Error> {
    let impossible = array![[0.0_f64, f64::NEG_INFINITY]];
    let certain = array![[1.0, 0.0]];
    assert_eq!(nn::soft_cross_entropy(&impossible, &certain)?, 0.0);
    assert_eq!(nn::kl_divergence(&impossible, &certain)?, 0.0);
    assert!(nn::kl_divergence(&impossible, &array![[f64::NAN, 0.0]])?.is_nan());
    assert!(nn::kl_divergence(&impossible, &array![[-1.0, 0.0]])?.is_nan());
    Ok(())
}

#[test]
fn labels_behind_the_last_may_be_anything() -> Result<(), Error> {
    let l = Array3::from_elem((4, 1, 3), -(3.0_f64).ln());
    let (steps, labels) = (array![4_usize], array![2_usize]);
    let some = nn::ctc(&l, &array![[1_usize, 2, 2]], &steps, &labels, 0)?;
    let padded = nn::ctc(&l, &array![[1_usize, 2, 77]], &steps, &labels, 0)?;
    assert_eq!(some, padded);
    Ok(())
}

#[test]
fn settings_that_no_tensor_can_have_are_errors() {
    let (x, k, b) = (
        Array3::<f32>::zeros((1, 1, 5)),
        Array3::zeros((1, 1, 2)),
        Array1::zeros(1),
    );
    for dilation in [1 << 63, usize::MAX] {
        let error = nn::conv1d(&x, &k, &b, 1, dilation, 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Overflow);
        let text = format!(
            "conv1d: dimension `dilation` is given as {dilation}, and no tensor is so long"
        );
        assert_eq!(error.to_string(), text);
    }
    for zero in [(0, 1), (1, 0)] {
        assert!(nn::conv1d(&x, &k, &b, zero.0, zero.1, 0).is_err() || zero.1 == 0);
    }
}

/// Windows of every length beside rows of every length, which are computed in one way or the other.
#[test]
fn windows_and_rows_of_every_length() -> Result<(), Error> {
    for l in [1, 2, 3, 7, 31, 32, 33, 64, 70, 97] {
        let x = Array3::from_shape_fn((2, 3, l), |(i, k, x)| ((7 * x + 3 * k + i) as f64).sin());
        for (size, stride, padding) in [
            (1, 1, 0),
            (2, 2, 1),
            (3, 1, 1),
            (3, 2, 1),
            (5, 3, 2),
            (40, 1, 20),
        ] {
            if size > l + 2 * padding {
                continue;
            }
            let (largest, pullback) = nn::max_pool1d::vjp(&x, size, stride, padding)?;
            let mean = nn::avg_pool1d(&x, size, stride, padding)?;
            let mut gradient = Array3::<f64>::zeros(x.raw_dim());
            for ((i, k, o), &y) in largest.indexed_iter() {
                let window = (0..size).map(|u| (stride * o + u).wrapping_sub(padding));
                let seen: Vec<usize> = window.filter(|&at| at < l).collect();
                let values: Vec<f64> = seen.iter().map(|&at| x[[i, k, at]]).collect();
                let best = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
                assert_eq!(y, best);
                let sum: f64 = values.iter().sum();
                assert!((mean[[i, k, o]] - sum / size as f64).abs() < 1e-12);
                let ties = values.iter().filter(|&&v| v == best).count();
                for (&at, &v) in seen.iter().zip(&values) {
                    if v == best {
                        gradient[[i, k, at]] += 1.0 / ties as f64;
                    }
                }
            }
            let found = pullback.call(&largest.mapv(|_| 1.0))?.X;
            let difference = (&found - &gradient).mapv(f64::abs);
            let worst = difference.iter().copied().max_by(f64::total_cmp);
            assert!(
                worst.is_none_or(|d| d < 1e-12),
                "{l} {size} {stride} {padding}"
            );
        }
    }
    Ok(())
}

/// A kernel that is infinite where the input is padded does not make what padding leaves out NaN in the gradient.
#[test]
fn depthwise_kernels_that_are_not_finite() -> Result<(), Error> {
    let x = ndarray::Array4::from_elem((1, 1, 1, 3), 1.0_f64);
    let k =
        Array3::from_shape_vec((1, 1, 3), vec![1.0, 2.0, f64::INFINITY]).expect("three numbers");
    let b = array![0.0];
    let (y, pullback) = nn::depthwise_conv2d::vjp(&x, &k, &b, 1, 1, 1)?;
    assert!(y.iter().any(|y| *y == f64::INFINITY || y.is_nan()));
    let g = pullback.call(&y.mapv(|_| 1.0))?;
    // The first column meets the middle and the first element of the kernel alone.
    let first: Array2<f64> = g.X.slice(ndarray::s![0, 0, .., ..]).to_owned();
    assert!(first[[0, 0]].is_finite(), "{first}");
    Ok(())
}
