//! Parameters in files.

use einstan::store::{Error, ErrorKind, load, save};
use einstan::{Parameters, einstan};
use ndarray::{Array1, Array2, Array3, array};
use std::path::{Path, PathBuf};

einstan! {
    fn dense(const X[n, m], W[m, k], b[k]) -> Y[n, k] { Y[i,j] = X[i,k]*W[k,j] + b[j]; }
}

#[derive(Clone)]
struct Model<T> {
    layers: Vec<dense::Gradient<T>>,
    scale: T,
}

einstan::parameters!(<T: einstan::Float> Model<T>: T { layers, scale });

fn empty<T: einstan::Float>() -> Model<T> {
    let layer = dense::Gradient {
        W: Array2::default((2, 3)),
        b: Array1::default(3),
    };
    Model {
        layers: vec![layer],
        scale: T::default(),
    }
}

/// A file of this name in a folder of the tests, without one from an earlier run.
fn place(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store");
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join(name);
    let _ = std::fs::remove_file(&path);
    path
}

/// What a model holds, in bits.
fn bits(model: &impl Parameters<Element = f32>) -> Vec<u32> {
    let mut out = Vec::new();
    model.tensors(|_, tensor| out.extend(tensor.iter().map(|x| x.to_bits())));
    out
}

fn written_by_python() -> Model<f32> {
    let layer = dense::Gradient {
        W: array![[1.0, 2.0, 3.0], [-4.0, 0.5, 1e-30]],
        b: array![0.1, f32::INFINITY, -0.0],
    };
    Model {
        layers: vec![layer],
        scale: 2.5,
    }
}

#[test]
fn a_file_of_python_is_read() -> Result<(), Error> {
    let mut model = empty();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/python.safetensors");
    load(path, &mut model)?;
    assert_eq!(bits(&model), bits(&written_by_python()));
    Ok(())
}

#[test]
fn what_is_saved_is_loaded() -> Result<(), Error> {
    let path = place("again.safetensors");
    save(&path, &empty::<f32>())?;
    save(&path, &written_by_python())?; // over it
    let mut model = empty();
    load(&path, &mut model)?;
    assert_eq!(bits(&model), bits(&written_by_python()));
    let folder = path
        .parent()
        .expect("a folder")
        .read_dir()
        .expect("it is read");
    let left = folder.filter_map(|f| f.ok()?.file_name().into_string().ok());
    assert_eq!(left.filter(|f| f.starts_with(".again")).count(), 0);
    Ok(())
}

#[test]
fn doubles_empty_tensors_and_other_strides() -> Result<(), Error> {
    let path = place("doubles.safetensors");
    let turned = array![[1.0, 2.0], [3.0, 4.0], [5.0, 0.1]].reversed_axes();
    save(
        &path,
        &(turned.clone(), Array3::<f64>::zeros((2, 0, 3)), 0.3),
    )?;
    let mut plain = (Array2::zeros((2, 3)), Array3::zeros((2, 0, 3)), 0.0);
    load(&path, &mut plain)?;
    assert_eq!((&plain.0, plain.2), (&turned, 0.3));
    let mut other = (Array2::zeros((3, 2)).reversed_axes(), plain.1, 0.0);
    load(&path, &mut other)?;
    assert_eq!(other.0, turned);
    Ok(())
}

#[test]
fn one_tensor_has_no_name() -> Result<(), Error> {
    let path = place("one.safetensors");
    save(&path, &array![1.0, 2.0])?;
    let mut one = array![0.0, 0.0];
    load(&path, &mut one)?;
    assert_eq!(one, array![1.0, 2.0]);
    Ok(())
}

/// Loading fails, says so, and changes nothing.
fn assert_fails(
    path: &Path,
    mut model: impl Parameters<Element = f32>,
    kind: ErrorKind,
    says: &str,
) {
    let before = bits(&model);
    let error = load(path, &mut model).expect_err("it is wrong");
    assert_eq!(error.kind(), kind);
    let text = error.to_string();
    let expected = format!("{}: {says}", path.display());
    assert!(text.starts_with(&expected), "{text}");
    assert_eq!(bits(&model), before);
}

#[test]
fn a_tensor_that_does_not_fit_is_named() -> Result<(), Error> {
    let path = place("model.safetensors");
    save(&path, &written_by_python())?;
    let mut more = empty();
    more.layers.extend(more.layers.clone());
    let says = "`layers.1.W` is in the model, and not in the file";
    assert_fails(&path, more, ErrorKind::Missing, says);
    let mut fewer = empty();
    fewer.layers.clear();
    let says = "`layers.0.W` is in the file, and not in the model";
    assert_fails(&path, fewer, ErrorKind::Unexpected, says);
    let mut longer = empty();
    longer.layers[0].b = array![1.0, 2.0, 3.0, 4.0];
    let says = "`layers.0.b` has the lengths [3] in the file, and [4] in the model";
    assert_fails(&path, longer, ErrorKind::Shape, says);
    save(&path, &empty::<f64>())?;
    let says = "`layers.0.W` holds F64 in the file, and F32 in the model";
    assert_fails(&path, empty(), ErrorKind::Type, says);
    Ok(())
}

#[test]
fn a_file_that_is_none() {
    let path = place("none.safetensors");
    assert_fails(&path, empty(), ErrorKind::Io, "");
    std::fs::write(&path, b"12345678 and no more").expect("it is written");
    assert_fails(&path, empty(), ErrorKind::Format, "");
    save(&path, &written_by_python()).expect("it is written");
    let whole = std::fs::read(&path).expect("it is read");
    std::fs::write(&path, &whole[..whole.len() - 1]).expect("it is written");
    assert_fails(&path, empty(), ErrorKind::Format, "");
    let error = save(path.join("below"), &empty::<f32>()).expect_err("no folder");
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(std::error::Error::source(&error).is_some());
}

struct Twins(f32, f32);

impl Parameters for Twins {
    type Element = f32;

    fn visit<const R: usize, const W: usize>(
        path: &einstan::parameters::Path,
        read: [&Self; R],
        mut write: [&mut Self; W],
        visit: &mut impl einstan::parameters::Visit<f32, R, W>,
    ) -> Result<(), einstan::Error> {
        let one = path.field("one");
        let first = write.each_mut().map(|x| &mut x.0);
        Parameters::visit(&one, read.map(|x| &x.0), first, visit)?;
        let second = write.each_mut().map(|x| &mut x.1);
        Parameters::visit(&one, read.map(|x| &x.1), second, visit)
    }
}

#[test]
fn two_tensors_of_one_name() {
    let path = place("twins.safetensors");
    let error = save(&path, &Twins(1.0, 2.0)).expect_err("a name that is taken");
    assert_eq!(error.kind(), ErrorKind::Twice);
    assert!(
        error
            .to_string()
            .ends_with("two tensors of the model are called `one`")
    );
    assert!(!path.exists());
}

/// A model that shows one of its tensors and then fails.
struct Broken(Array1<f32>);

impl Parameters for Broken {
    type Element = f32;

    fn visit<const R: usize, const W: usize>(
        path: &einstan::parameters::Path,
        read: [&Self; R],
        mut write: [&mut Self; W],
        visit: &mut impl einstan::parameters::Visit<f32, R, W>,
    ) -> Result<(), einstan::Error> {
        let own = path.field("own");
        Parameters::visit(
            &own,
            read.map(|x| &x.0),
            write.each_mut().map(|x| &mut x.0),
            visit,
        )?;
        // An error of another function, as any would do.
        let (one, two) = (array![[0.0_f32]], array![[0.0, 0.0], [0.0, 0.0]]);
        dense(&one, &two, &array![0.0]).map(|_| ())
    }
}

#[test]
fn a_model_that_does_not_show_all_is_not_saved() {
    let path = place("broken");
    let error = save(&path, &Broken(array![1.0])).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Model);
    assert!(!path.exists());
}

#[test]
fn models_are_saved_to_one_file_side_by_side() -> Result<(), Error> {
    let path = place("side_by_side");
    let all: Vec<_> = (0..4)
        .map(|_| {
            let path = path.clone();
            std::thread::spawn(move || {
                for _ in 0..25 {
                    save(&path, &written_by_python())?;
                }
                Ok::<_, Error>(())
            })
        })
        .collect();
    for thread in all {
        thread.join().expect("no panic")?;
    }
    let mut model = empty();
    load(&path, &mut model)?;
    assert_eq!(bits(&model), bits(&written_by_python()));
    Ok(())
}

#[cfg(unix)]
#[test]
fn a_saved_file_keeps_its_link_and_its_permissions() -> Result<(), Box<dyn std::error::Error>> {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (path, link) = (place("linked"), place("link"));
    save(&path, &written_by_python())?;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
    symlink(&path, &link)?;
    save(&link, &empty::<f32>())?;
    assert!(std::fs::symlink_metadata(&link)?.is_symlink());
    assert_eq!(
        std::fs::metadata(&path)?.permissions().mode() & 0o777,
        0o600
    );
    let mut model = written_by_python();
    load(&path, &mut model)?;
    assert_eq!(bits(&model), bits(&empty::<f32>()));
    Ok(())
}
