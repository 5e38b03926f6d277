//! Which files this program is using: it holds a lock on them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::target::is_same;
use crate::descriptor::above_standard;
use crate::error::{Error, Kind, Result};

/// How often somebody else may replace a file while it is opened.
const TRIES: u32 = 100;

/// Opens the file at `path` for reading and writing, and makes it if there is none. Fails with `Busy` if another program, or
/// another thread of this one, is using it. `mode` is for Unix.
pub(super) fn open(path: &Path, mode: u32) -> Result<File> {
    let failed = |cause| Error::io(format!("cannot use {}", path.display()), cause);
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(not(unix))]
    let _ = mode;
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        options.mode(mode);
    }
    for _ in 0..TRIES {
        let file = options.open(path).and_then(above_standard);
        let file = file.map_err(failed)?;
        if is_busy(&file) {
            return Err(Error::new(
                Kind::Busy,
                format!("another transfer is using {}", path.display()),
            ));
        }
        // It may have been replaced or removed before it was locked.
        if is_at(&file, path) {
            return Ok(file);
        }
        if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(failed(io::Error::other("it is not a regular file")));
        }
    }
    Err(failed(io::ErrorKind::ResourceBusy.into()))
}

/// Whether another program, or another part of this one, holds a lock on `file`. If not, this one does as long as `file` is
/// open, where the file system has locks.
#[cfg(unix)]
pub(super) fn is_busy(file: &File) -> bool {
    matches!(crate::ffi::os::try_lock(file), Ok(false))
}

#[cfg(not(unix))]
pub(super) fn is_busy(_: &File) -> bool {
    false
}

/// Whether `path` names the regular file `file`.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(file), Ok(named)) => named.is_file() && is_same(&file, &named),
        _ => false,
    }
}
