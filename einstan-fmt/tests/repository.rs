//! The bodies of this repository.

use std::path::Path;

#[test]
fn every_body_of_the_repository_formats_and_stays() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = 0;
    for folder in ["src", "examples", "benches", "tests"] {
        for path in einstan_fmt::files::below(&root.join(folder)).expect("a folder") {
            // Programs that must not compile.
            if path.starts_with(root.join("tests/ui")) {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a file");
            let once = einstan_fmt::format(&text);
            let name = path.display();
            assert!(once.problems.is_empty(), "{name}: {:?}", once.problems);
            assert_eq!(einstan_fmt::format(&once.text).text, once.text, "{name}");
            files += usize::from(text.contains("einstan! {"));
        }
    }
    assert!(files > 60, "{files}");
}
