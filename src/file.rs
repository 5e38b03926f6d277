//! A file that appears whole or not at all.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::retry::random;

/// A file that vanishes unless it is published.
pub(crate) struct Temporary {
    pub file: File,
    path: PathBuf,
}

impl Temporary {
    /// A new file in the directory of `target`, so that renaming is atomic.
    pub fn beside(target: &Path) -> io::Result<Temporary> {
        let name = target
            .file_name()
            .ok_or_else(|| io::Error::other("the path names no file"))?;
        if target.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        // The name is cut so that the suffix fits into the 255 bytes that file systems allow.
        let name = name.to_string_lossy();
        let start: String = name.chars().take(40).collect();
        let path = target.with_file_name(format!(".{start}.{:016x}.part", random()));
        let file = File::options().write(true).create_new(true).open(&path)?;
        Ok(Temporary { file, path })
    }

    pub fn publish(self, target: &Path) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.path, target)?;
        sync_directory(target)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // After publishing there is nothing of that name any more.
        let _ = fs::remove_file(&self.path);
    }
}

/// Makes a rename in the directory of `path` survive a power failure.
#[cfg(unix)]
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    match File::open(directory).and_then(|directory| directory.sync_all()) {
        // Some directories and file systems do not allow it; the file is in place all the same.
        Err(error) if is_not_allowed(&error) => Ok(()),
        done => done,
    }
}

#[cfg(unix)]
fn is_not_allowed(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::PermissionDenied | io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
    )
}

#[cfg(not(unix))]
fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}
