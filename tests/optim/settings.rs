//! Settings that an optimiser can't take, and numbers at the edges of what it can.

use einstan::optim::{Adam, AdamW, Sgd, clip_norm};
use einstan::{Error, ErrorKind};
use ndarray::{Array1, array};

type Numbers = Array1<f32>;

fn refused(step: impl Fn(&mut Numbers) -> Result<(), Error>, text: &str) {
    let mut p = array![1.0, 2.0];
    let error = step(&mut p).expect_err(text);
    assert_eq!(error.kind(), ErrorKind::Setting);
    assert_eq!(error.to_string(), text);
    assert_eq!(p, array![1.0, 2.0]);
}

#[test]
fn settings_out_of_range_are_errors() {
    let (p, g) = (array![1.0, 2.0], array![1.0_f32, 1.0]);
    let adam = |change: fn(&mut Adam<Numbers>)| {
        let (mut adam, g) = (Adam::new(&p), g.clone());
        change(&mut adam);
        move |p: &mut Numbers| adam.clone().step(p, &g)
    };
    let range = "and must be at least 0 and less than 1";
    refused(
        adam(|a| a.beta1 = 1.0),
        &format!("Adam::step: `beta1` is 1, {range}"),
    );
    refused(
        adam(|a| a.beta2 = f64::NAN),
        &format!("Adam::step: `beta2` is NaN, {range}"),
    );
    refused(
        adam(|a| a.rate = -0.1),
        "Adam::step: `rate` is -0.1, and must be at least 0",
    );
    let mut adamw = AdamW::new(&p);
    adamw.decay = -1.0;
    refused(
        |p| adamw.clone().step(p, &g),
        "AdamW::step: `decay` is -1, and must be at least 0",
    );
    let mut sgd = Sgd::new(&p);
    sgd.nesterov = true;
    refused(
        |p| sgd.clone().step(p, &g),
        "Sgd::step: `momentum` is 0, and must be more than 0 with `nesterov`",
    );
    refused(
        |p| clip_norm(p, -1.0).map(|_| ()),
        "clip_norm: `limit` is -1, and must be at least 0",
    );
}

#[test]
fn a_mean_that_keeps_nothing_is_the_gradient() -> Result<(), Error> {
    let mut p = array![0.0_f32];
    let mut adam = Adam::new(&p);
    (adam.beta1, adam.beta2) = (0.0, 0.0);
    for g in [1e8, 1.0] {
        adam.step(&mut p, &array![g])?;
    }
    assert_eq!((adam.mean[0], adam.square[0]), (1.0, 1.0));
    Ok(())
}

#[test]
fn steps_are_counted_to_the_end() -> Result<(), Error> {
    let mut p = array![1.0_f64];
    let mut adam = Adam::new(&p);
    adam.steps = u64::MAX;
    adam.step(&mut p, &array![1.0])?;
    assert_eq!(adam.steps, u64::MAX);
    Ok(())
}

#[test]
fn norms_of_many_numbers_keep_their_digits() -> Result<(), Error> {
    let n = 4_000_000;
    let mut g = Array1::from_elem(n, 0.1_f32);
    let norm = f64::from(clip_norm(&mut g, 1e9)?);
    let exact = f64::from(0.1_f32) * (n as f64).sqrt();
    assert!((norm / exact - 1.0).abs() < 2e-6, "{norm} for {exact}");
    Ok(())
}
