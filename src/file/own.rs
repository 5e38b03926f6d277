//! Which files this program is using: it holds a lock on them.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::identity::is_at;
use crate::descriptor::above_standard;
use crate::error::{Error, Kind, Result};
#[cfg(unix)]
use crate::ffi::os;

/// How often somebody else may replace a file while it is opened.
const TRIES: u32 = 100;

/// How often, and after which pauses, a lock is tried.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

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
        if stays_busy(&file) {
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

/// Whether a file is still in use after a moment. A child of `fork` has all locks of its parent until it runs another program.
fn stays_busy(file: &File) -> bool {
    (0..LOOKS).all(|look| {
        if look > 0 {
            thread::sleep(PAUSE);
        }
        is_busy(file)
    })
}

/// Whether another program, or another part of this one, holds a lock on `file`. If not, this one does as long as `file` is
/// open, where the file system has locks.
#[cfg(unix)]
pub(super) fn is_busy(file: &File) -> bool {
    matches!(os::try_lock(file), Ok(false))
}

/// On Windows nobody else can read it or write to it meanwhile, either.
#[cfg(not(unix))]
pub(super) fn is_busy(file: &File) -> bool {
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn programs_that_are_just_started_do_not_make_a_file_busy() {
        let path = std::env::temp_dir().join(format!("alioss-own-{}", std::process::id()));
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        Command::new("true").status().unwrap();
                    }
                });
            }
            for _ in 0..2000 {
                let opened = open(&path, 0o600).map(drop);
                if opened.is_err() {
                    is_over.store(true, Ordering::Relaxed);
                }
                opened.unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let held = open(&path, 0o600).unwrap();
        assert_eq!(open(&path, 0o600).unwrap_err().kind(), Kind::Busy);
        drop(held);
        fs::remove_file(&path).unwrap();
    }
}
