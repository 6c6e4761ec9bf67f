//! The program: what it writes, and the status it ends with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const LOOSE: &str = "einstan! { pub fn f(x[n])->s { s=x[0]; } }\n";
const NEAT: &str = "einstan! { pub fn f(x[n]) -> s { s = x[0]; } }\n";
const BAD: &str = "einstan! { pub fn f(x[n]) -> s { s = ; } }\n";

/// A folder of its own for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(folder.join("inner/target")).expect("a folder");
    folder
}

fn run(folder: &Path, arguments: &[&str], input: &str) -> (i32, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_einstan-fmt"))
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut stdin = child.stdin.take().expect("its input");
    // It need not read all of it.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let Output {
        status,
        stdout,
        stderr,
    } = child.wait_with_output().expect("its output");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (status.code().expect("a status"), text(stdout), text(stderr))
}

#[test]
fn a_folder_is_formatted_in_place() {
    let folder = folder("place");
    for name in ["a.rs", "inner/b.rs", "inner/target/c.rs", "d.txt"] {
        std::fs::write(folder.join(name), LOOSE).expect("a file");
    }
    std::fs::write(folder.join("inner/target/CACHEDIR.TAG"), "").expect("a file");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("a file");

    let (status, out, _) = run(&folder, &["--check"], "");
    assert_eq!(status, 1);
    assert!(
        out.contains("a.rs:1: would change") && out.contains("b.rs:1: would change"),
        "{out}"
    );
    assert!(
        out.contains("-{ pub fn f(x[n])->s") && out.contains("+{ pub fn f(x[n]) -> s"),
        "{out}"
    );
    assert!(!out.contains("c.rs") && !out.contains("d.txt"), "{out}");
    assert_eq!(read("a.rs"), LOOSE);

    assert_eq!(run(&folder, &[], ""), (0, String::new(), String::new()));
    assert_eq!((&*read("a.rs"), &*read("inner/b.rs")), (NEAT, NEAT));
    assert_eq!(
        (&*read("inner/target/c.rs"), &*read("d.txt")),
        (LOOSE, LOOSE)
    );
    assert_eq!(run(&folder, &["--check", "."], "").0, 0);
}

#[test]
fn what_cannot_be_parsed_ends_with_two_and_the_rest_is_formatted() {
    let folder = folder("bad");
    std::fs::write(folder.join("a.rs"), format!("{LOOSE}{BAD}")).expect("a file");
    let (status, out, err) = run(&folder, &["a.rs", "absent.rs"], "");
    assert_eq!((status, &*out), (2, ""));
    assert!(
        err.contains("a.rs:2:38: einstan[syntax]: expected an expression"),
        "{err}"
    );
    assert!(err.contains("absent.rs: "), "{err}");
    let text = std::fs::read_to_string(folder.join("a.rs")).expect("a file");
    assert_eq!(text, format!("{NEAT}{BAD}"));
}

#[test]
fn editors_pipe_files_through_it() {
    let folder = folder("pipe");
    assert_eq!(run(&folder, &["-"], LOOSE), (0, NEAT.into(), String::new()));
    let (status, out, err) = run(&folder, &["-"], BAD);
    assert_eq!((status, &*out), (2, BAD));
    assert!(err.starts_with("<stdin>:1:38: "), "{err}");
    assert_eq!(run(&folder, &["--check", "-"], LOOSE).0, 1);
    assert_eq!(
        run(&folder, &["--check", "-"], NEAT),
        (0, String::new(), String::new())
    );
}

#[test]
fn options_that_are_none_are_refused() {
    let folder = folder("options");
    let (status, _, err) = run(&folder, &["--chek"], "");
    assert!(
        status == 2 && err.contains("--chek") && err.contains("usage"),
        "{err}"
    );
    let (status, out, _) = run(&folder, &["--help"], "");
    assert!(status == 0 && out.contains("--check"), "{out}");
}
