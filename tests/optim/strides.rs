//! Tensors of any strides, long and short, are stepped like contiguous ones.

use einstan::{Error, Parameters, optim};
use ndarray::{Array1, Array2, Array3, ArrayD, Axis, IxDyn, Slice};

fn number(seed: usize) -> impl FnMut() -> f64 {
    let mut at = seed;
    move || {
        at += 1;
        (at as f64 * 0.7).sin()
    }
}

fn filled<P: Parameters<Element = f64>>(mut model: P, seed: usize) -> P {
    let mut next = number(seed);
    model.tensors_mut(|_, mut tensor| tensor.iter_mut().for_each(|x| *x = next()));
    model
}

fn elements<P: Parameters<Element = f64>>(model: &P) -> Vec<f64> {
    let mut out = Vec::new();
    model.tensors(|_, tensor| out.extend(tensor.iter().copied()));
    out
}

/// Every other column of an array, reversed.
fn sliced(rows: usize, columns: usize) -> Array2<f64> {
    let mut wide = Array2::zeros((rows, 2 * columns));
    wide.slice_axis_inplace(Axis(1), Slice::new(0, None, -2));
    wide
}

/// The elements after three steps and a clip, from parameters and gradients of any layout.
fn after<P>(parameters: P, gradient: P) -> Result<Vec<f64>, Error>
where
    P: Parameters<Element = f64> + Clone,
{
    let (mut p, mut g) = (filled(parameters, 1), filled(gradient, 1000));
    optim::clip_norm(&mut g, 1.0)?;
    optim::AdamW::new(&p).step(&mut p, &g)?;
    let mut sgd = optim::Sgd::new(&p);
    sgd.momentum = 0.9;
    sgd.step(&mut p, &g)?;
    sgd.nesterov = true;
    sgd.step(&mut p, &g)?;
    Ok([elements(&p), elements(&g)].concat())
}

fn assert_near(found: Vec<f64>, expected: Vec<f64>) {
    assert_eq!(found.len(), expected.len());
    for (x, y) in found.iter().zip(expected) {
        assert!((x - y).abs() < 1e-14, "{x}, not {y}");
    }
}

#[test]
fn layouts_of_matrices() -> Result<(), Error> {
    for (rows, columns) in [(3, 5), (1, 4), (4, 1), (0, 3), (3, 0), (2, 1500), (1500, 2)] {
        let plain = || Array2::<f64>::zeros((rows, columns));
        let turned = || Array2::<f64>::zeros((columns, rows)).reversed_axes();
        let expected = after(plain(), plain())?;
        let all = [plain(), turned(), sliced(rows, columns)];
        for (p, g) in all.iter().flat_map(|p| all.iter().map(move |g| (p, g))) {
            assert_near(after(p.clone(), g.clone())?, expected.clone());
        }
    }
    Ok(())
}

#[test]
fn layouts_of_many_axes() -> Result<(), Error> {
    let plain = || Array3::<f64>::zeros((2, 3, 4));
    let turned = || Array3::<f64>::zeros((4, 2, 3)).permuted_axes([1, 2, 0]);
    assert_near(after(turned(), plain())?, after(plain(), plain())?);
    let (lens, backwards) = ([1, 2, 1, 3, 4, 2, 1], [1, 2, 4, 3, 1, 2, 1]);
    let plain = || ArrayD::<f64>::zeros(IxDyn(&lens));
    let turned = || ArrayD::<f64>::zeros(IxDyn(&backwards)).reversed_axes();
    assert_near(after(plain(), turned())?, after(plain(), plain())?);
    Ok(())
}

#[test]
fn elements_in_rows_and_what_is_left() -> Result<(), Error> {
    // Around the length at which rows are cut: each element as if it were alone.
    for len in [1, 1023, 1024, 1025, 2048, 5000] {
        let long = after(Array1::zeros(len), Array1::zeros(len))?;
        let pieces = || (0..len).map(|_| ndarray::arr0(0.0)).collect::<Vec<_>>();
        let expected = after(pieces(), pieces())?;
        assert_near(long, expected);
    }
    Ok(())
}
