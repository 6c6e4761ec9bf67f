//! Crates that use einstan under another name, through another crate, without ndarray, and under strict lints: the crates
//! of `tests/hygiene/`, built in a copy beside the lock file of the project, so that nothing is fetched.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Copies the files of a folder, and what is in it.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("the folder is read") {
        let entry = entry.expect("an entry");
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            if entry.file_name() != "target" {
                copy(&from, &to);
            }
        } else {
            std::fs::copy(&from, &to).expect("a file is copied");
        }
    }
}

/// The copy of the crates, which finds the project by its full path.
fn crates() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hygiene");
    copy(&root.join("tests/hygiene"), &folder);
    let manifest = folder.join("Cargo.toml");
    let text = std::fs::read_to_string(&manifest).expect("a manifest");
    let path = root.display().to_string().replace('\\', "/");
    let text = text.replace("path = \"../..\"", &format!("path = {path:?}"));
    std::fs::write(manifest, text).expect("a manifest is written");
    std::fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock file");
    folder
}

fn has_clippy() -> bool {
    let found = Command::new(env!("CARGO"))
        .args(["clippy", "--version"])
        .output();
    found.is_ok_and(|o| o.status.success())
}

fn run(folder: &Path, arguments: &[&str]) {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--workspace", "--quiet", "--target-dir"])
        .arg(folder.join("target"))
        .current_dir(folder)
        .env_remove("RUSTFLAGS")
        .env("RUSTDOCFLAGS", "-D warnings")
        .output()
        .expect("cargo runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "cargo {}:\n{said}",
        arguments.join(" ")
    );
}

#[test]
fn generated_code_is_clean_in_crates_of_every_kind() {
    let folder = crates();
    run(
        &folder,
        &[
            if has_clippy() { "clippy" } else { "check" },
            "--all-targets",
        ],
    );
    run(&folder, &["doc", "--no-deps", "--document-private-items"]);
    for f in ["into", "vjp", "vjp_in", "jvp", "jacobian"] {
        let path = folder.join(format!("target/doc/bare/dense/fn.{f}.html"));
        let html = std::fs::read_to_string(path).expect("a page");
        for part in [
            ">Equations<",
            ">Derivative<",
            ">Plan<",
            "<math display",
            " flops",
        ] {
            assert!(html.contains(part), "{f}: {part}");
        }
    }
    for page in ["fn.dense.html", "dense/fn.vjp.html", "dense/fn.into.html"] {
        let path = folder.join("target/doc/bare").join(page);
        let html = std::fs::read_to_string(path).expect("a page");
        // ∂W = Σ_i X ∂Y, as it was written.
        let sum = "<munder><mo movablelimits=\"false\">∑</mo><mrow><mi>i</mi></mrow></munder>";
        assert!(html.contains("<math display=\"block\"><mtable"), "{page}");
        assert!(html.contains(sum), "{page}");
    }
}
