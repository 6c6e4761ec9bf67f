//! Layers as their users call them: in equations, with axis types, and wrongly.

use einstan::{Tensor, einstan, nn};
use ndarray::{Array1, Array2, Array4, array};

mod axes {
    einstan::einstan! {
        pub axis Batch;
        pub axis Pixel = 4;
        pub axis Hidden = 3;
        pub axis Class = 2;
    }
}
use axes::{Batch, Class, Hidden, Pixel};

einstan! {
    /// A network of layers of the library.
    #[einstan(test)]
    fn network(X[n, p], scale[p], shift[p], W1[p, h], b1[h], W2[h, c], b2[c], label[n]: usize) -> E {
        N = nn::layer_norm(X, scale, shift, 1e-3);
        A = nn::dense(N, W1, b1);
        H = nn::mish(A);
        Y = nn::dense(H, W2, b2);
        E = nn::cross_entropy(Y, label);
    }

    /// The same equations written out.
    fn equations(X[n, p], scale[p], shift[p], W1[p, h], b1[h], W2[h, c], b2[c], label[n]: usize) -> E {
        mu[i] = mean[j](X[i,j]);
        var[i] = mean[j]((X[i,j] - mu[i])^2);
        N[i,j] = (X[i,j] - mu[i])/sqrt(var[i] + 1e-3)*scale[j] + shift[j];
        A[i,j] = N[i,k]*W1[k,j] + b1[j];
        H[i,j] = A[i,j]*tanh(ln(1 + exp(A[i,j])));
        Y[i,j] = H[i,k]*W2[k,j] + b2[j];
        P[i,j] = softmax[j](Y[i,j]);
        E = -mean[i](ln(P[i,label[i]]));
    }

    /// Convolution, pooling and attention with numbers, lengths and Rust's expressions as settings.
    fn images(X[n, c, h, w], K[o, c, r, s], b[o]) -> Y[n, o] {
        C = nn::conv2d(X, K, b, 1, 1, 1);
        P = nn::max_pool2d(C, 2, 2, 0);
        Y = nn::global_avg_pool2d(P);
    }
}

mod typed {
    use super::axes::{Batch, Class, Hidden, Pixel};
    use einstan::{einstan, nn};

    einstan! {
        /// Layers without axis types in a function with them.
        pub fn network(X[Batch, Pixel], W1[Pixel, Hidden], b1[Hidden], W2[Hidden, Class], b2[Class])
            -> Y[Batch, Class]
        {
            A = nn::dense(X, W1, b1);
            H = nn::leaky_relu(A, 0.1);
            B = nn::dense(H, W2, b2);
            Y = nn::log_softmax(B);
        }
    }
}

fn matrix(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| ((3 * i + 5 * j) as f64).sin())
}

#[test]
fn layers_in_equations_are_the_equations() -> Result<(), einstan::Error> {
    let (x, w1, w2) = (matrix(5, 4), matrix(4, 3), matrix(3, 2));
    let (scale, shift) = (array![1.0, 0.5, -1.0, 2.0], array![0.1, 0.2, 0.3, 0.4]);
    let (b1, b2, label) = (
        array![0.1, -0.2, 0.3],
        array![0.0, 0.5],
        array![0, 1, 1, 0, 1],
    );
    let (e, g) = network::value_and_grad(&x, &scale, &shift, &w1, &b1, &w2, &b2, &label)?;
    let (e2, g2) = equations::value_and_grad(&x, &scale, &shift, &w1, &b1, &w2, &b2, &label)?;
    assert!((e - e2).abs() < 1e-12);
    for ((name, part), (_, other)) in g.iter().zip(g2.iter()) {
        let difference = (&part - &other).mapv(f64::abs);
        // Of each: a fold with `f64::max` would drop a NaN.
        let near = difference.iter().all(|&d| d < 1e-12);
        assert!(near, "{name}: {difference}");
    }
    Ok(())
}

#[test]
fn settings_are_numbers_in_equations() -> Result<(), einstan::Error> {
    let x = Array4::from_shape_fn((2, 3, 6, 6), |(n, c, y, x)| {
        ((n + 2 * c + 3 * y + 5 * x) as f64).cos()
    });
    let k = Array4::from_shape_fn((4, 3, 3, 3), |(o, c, y, x)| ((o + c + y * x) as f64).sin());
    let b = Array1::linspace(0.0, 1.0, 4);
    let step = nn::max_pool2d(&nn::conv2d(&x, &k, &b, 1, 1, 1)?, 2, 2, 0)?;
    assert_eq!(images(&x, &k, &b)?, nn::global_avg_pool2d(&step)?);
    Ok(())
}

#[test]
fn layers_take_and_give_typed_tensors() -> Result<(), einstan::Error> {
    let x = Tensor::<_, (Batch, Pixel)>::try_from(matrix(5, 4))?;
    let w1 = Tensor::<_, (Pixel, Hidden)>::try_from(matrix(4, 3))?;
    let w2 = Tensor::<_, (Hidden, Class)>::try_from(matrix(3, 2))?;
    let b1 = Tensor::<_, (Hidden,)>::try_from(array![0.1, -0.2, 0.3])?;
    let b2 = Tensor::<_, (Class,)>::try_from(array![0.0, 0.5])?;
    let y: Tensor<f64, (Batch, Class)> = typed::network(&x, &w1, &b1, &w2, &b2)?;
    let h = nn::leaky_relu(&nn::dense(&x, &w1, &b1)?, 0.1)?;
    let plain = nn::log_softmax(&nn::dense(&h, &w2, &b2)?)?;
    assert_eq!(y.into_inner(), plain);
    Ok(())
}

#[test]
fn running_statistics_move_towards_those_of_the_batch() -> Result<(), einstan::Error> {
    let mut mean = array![1.0, -2.0];
    nn::running(&mut mean, &array![3.0, 2.0], 0.25)?;
    assert_eq!(mean, array![1.5, -1.0]);
    Ok(())
}

/// What a wrong call says.
fn message<T: std::fmt::Debug>(result: Result<T, einstan::Error>) -> String {
    result.expect_err("the call is wrong").to_string()
}

#[test]
fn wrong_calls_are_errors() {
    let (a, x) = (matrix(2, 3), Array4::<f64>::zeros((1, 2, 4, 4)));
    let labels = message(nn::cross_entropy(&a, &array![0, 3]));
    assert!(labels.contains("label") && labels.contains('3'), "{labels}");
    let lengths = message(nn::dense(&a, &matrix(4, 2), &array![0.0, 0.0]));
    assert!(
        lengths.contains("`m` is 3 in `X` (axis 1) but 4 in `W` (axis 0)"),
        "{lengths}"
    );
    let (k, b) = (Array4::zeros((3, 2, 3, 3)), Array1::zeros(3));
    let stride = message(nn::conv2d(&x, &k, &b, 0, 1, 0));
    assert!(stride.contains("stride"), "{stride}");
    let small = message(nn::conv2d(&x, &k, &b, 1, 3, 0));
    assert!(small.contains("conv2d"), "{small}");
    let steps = message(nn::ctc(
        &ndarray::Array3::<f64>::zeros((2, 1, 3)),
        &array![[1]],
        &array![3],
        &array![1],
        0,
    ));
    assert!(steps.contains("steps"), "{steps}");
}

/// The value and both gradients, whatever strides, dilations and paddings a caller gives.
#[test]
fn convolutions_are_matrix_products() {
    for plan in [
        nn::conv1d::PLAN,
        nn::conv2d::PLAN,
        nn::grouped_conv2d::PLAN,
        nn::conv_transpose2d::PLAN,
    ] {
        let product = |line: &&str| line.contains(": matrix product");
        let written = |by: &str| {
            let mut products = plan.lines().filter(product).map(str::trim_start);
            products.any(|line| line.starts_with(by))
        };
        assert!(written("∂X[") && written("∂K["), "{plan}");
        assert!(written("Y[") || written("Z["), "{plan}");
    }
}
