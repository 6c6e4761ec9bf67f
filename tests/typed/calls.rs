//! Calls between functions with axis types and without, recurrences, updates.

use crate::functions::axes::{Batch, Edge, Feature, Hidden};
use crate::functions::{network, plain, typed};
use crate::{inputs, named, numbers};
use einstan::{Dyn, Tensor, einstan};
use ndarray::{Array1, Array2, array};

#[test]
fn recurrences_and_updates() {
    let (x, u) = (numbers((6, 5), 4), numbers((5, 5), 9));
    let h = typed::steps(&named(x.clone()), &named(u.clone())).unwrap();
    assert_eq!(h, plain::steps(&x, &u).unwrap());

    let (mut w, g) = (
        named::<(Feature, Hidden)>(numbers((3, 4), 2)),
        numbers((3, 4), 7),
    );
    let right = &w.clone().into_inner() - &(0.5 * &g);
    typed::descend(&mut w, &named(g), 0.5).unwrap();
    assert_eq!(w, right);
}

#[test]
fn typed_and_plain_functions_mix() {
    let (x, w, b) = inputs(3);
    let v = numbers((4, 3), 8);
    let s = network::all(
        &named(x.clone()),
        &named(w.clone()),
        &named(b.clone()),
        &named(v.clone()),
    );
    let h = plain::dense(&(0.5 * &x), &w, &b).unwrap();
    let (z, ..) = plain::open(&(2.0 * &h).dot(&v), &w, 2.0).unwrap();
    let right: f64 = z.iter().map(|z| z * z).sum();
    assert!((s.unwrap() - right).abs() < 1e-9 * right);

    let (xs, c) = (
        named::<(Batch, Feature)>(x.clone()),
        named::<(Edge,)>(array![1.0, 2.0]),
    );
    let y = network::chained(&xs, &named(w.clone()), &named(b.clone()), &c).unwrap();
    let y: Tensor<f64, (Batch, Edge)> = y;
    let h = plain::dense(&(2.0 * &x), &w, &b).unwrap();
    assert!((y[[2, 1]] - 4.0 * h.row(2).sum()).abs() < 1e-12);

    // A typed tensor is an array to a plain function.
    let xs = named::<(Batch, Feature)>(x.clone());
    assert_eq!(plain::double(&xs).unwrap(), 2.0 * &x);
    let inline = einstan!(Y[i,j] = 2*xs[i,j]).unwrap();
    assert_eq!(inline, 2.0 * &x);

    let f = |x: [f64; 3]| named::<(Feature,)>(Array1::from(x.to_vec()));
    let y = network::of_numbers(&f([1.0, 2.0, 3.0]), &named::<(Batch,)>(array![1.0])).unwrap();
    assert_eq!(y, array![15.0, 30.0, 45.0]);
    let ones = named::<(Dyn, Feature)>(Array2::ones((4, 3)));
    let s = network::in_rust(&named::<(Batch,)>(array![1.0, 1.0]), &ones).unwrap();
    assert_eq!(s, 5.0 * 2.0 + 12.0);

    let cells = numbers((2, 5), 1);
    assert_eq!(
        network::squares(&named(cells.clone())).unwrap(),
        cells.mapv(|x| x * x)
    );
    assert_eq!(plain::squares(&cells).unwrap(), cells.mapv(|x| x * x));
    let five = array![1.0, 2.0, 3.0, 4.0, 5.0];
    assert_eq!(plain::outer(&five), Ok(3.0));
    assert_eq!(plain::sames(&five).unwrap(), (five, 3.0));
    let error = plain::outer(&array![1.0, 2.0]).unwrap_err().to_string();
    assert_eq!(error, "outer: axis 0 of `x` has length 2 where 5 is needed");
    let counts = plain::counted(&array![1usize, 1, 4], &array![1.0, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(counts.unwrap(), array![0.0, 2.0, 0.0, 0.0, 1.0]);
    let error = plain::squares(&x).unwrap_err().to_string();
    assert_eq!(
        error,
        "square: axis 1 of `X` has length 3, but the signature says 5"
    );
}
