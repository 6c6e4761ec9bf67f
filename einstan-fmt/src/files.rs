//! The files below the paths that are given.

use std::io;
use std::path::{Path, PathBuf};

/// The file, or all `*.rs` below the folder, in one order everywhere.
pub fn below(path: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    match path.is_dir() {
        true => folder(path, &mut found)?,
        false => found.push(path.to_path_buf()),
    }
    Ok(found)
}

fn folder(path: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut entries = std::fs::read_dir(path)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let (path, kind) = (entry.path(), entry.file_type()?);
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        if kind.is_dir() && !hidden && !is_built(&path) {
            folder(&path, found)?;
        } else if kind.is_file() && path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    Ok(())
}

/// Whether a folder holds what Cargo has built, as it marks `target` wherever that is.
fn is_built(path: &Path) -> bool {
    path.join("CACHEDIR.TAG").exists()
}
