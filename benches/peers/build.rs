//! Links the system's OpenBLAS where it is asked for.

fn main() {
    if std::env::var_os("CARGO_FEATURE_OPENBLAS").is_some() {
        println!("cargo::rustc-link-lib=openblas");
    }
}
