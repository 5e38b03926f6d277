//! The CA of a server without a directory, in a file that goes with the server.
//!
//! A server that is killed cannot remove its file, so the next one does. What tells a file that is left from one that is
//! in use is a shared lock: the server holds it, and the system lets go of it however that process ends.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const START: &str = "oss-local-";
const END: &str = ".ca.pem";

/// A file of this process; dropping it removes the file.
#[derive(Debug)]
pub struct CaFile {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl CaFile {
    /// Writes a new file, and removes those that killed servers have left.
    pub fn create(dir: &Path, pem: &str) -> io::Result<CaFile> {
        const TRIES: usize = 10;
        sweep(dir);
        for _ in 0..TRIES {
            let path = dir.join(format!("{START}{}{END}", crate::random_hex(8)));
            let mut options = OpenOptions::new();
            let mut file = options
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path)?;
            file.write_all(pem.as_bytes())?;
            lock(&file, Lock::Use)?;
            // Another server may have taken it for one that is left before the lock was there.
            if path.exists() {
                return Ok(CaFile { path, _file: file });
            }
        }
        let message = format!("files of CAs in {} are removed at once", dir.display());
        Err(io::Error::other(message))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Removes the files that nobody uses. One that cannot be opened or removed, because it is of another user, stays.
fn sweep(dir: &Path) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let ours = |name: &str| name.starts_with(START) && name.ends_with(END);
        // Opening a pipe would wait for its other end.
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !name.to_str().is_some_and(ours) {
            continue;
        }
        let path = entry.path();
        // Held until the file is gone: who waits for the lock of a new one looks for it then.
        if let Ok(file) = File::open(&path)
            && lock(&file, Lock::Remove).is_ok()
        {
            let _ = std::fs::remove_file(&path);
        }
    }
}

enum Lock {
    Use,
    Remove,
}

#[cfg(unix)]
fn lock(file: &File, lock: Lock) -> io::Result<()> {
    use rustix::fs::FlockOperation;
    let operation = match lock {
        Lock::Use => FlockOperation::LockShared,
        Lock::Remove => FlockOperation::NonBlockingLockExclusive,
    };
    rustix::fs::flock(file, operation).map_err(io::Error::from)
}

/// Elsewhere nothing tells the files apart, so none is removed.
#[cfg(not(unix))]
fn lock(_: &File, lock: Lock) -> io::Result<()> {
    match lock {
        Lock::Use => Ok(()),
        Lock::Remove => Err(io::ErrorKind::Unsupported.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_that_start_together_leave_each_other_their_files() {
        let dir = std::env::temp_dir().join(format!("oss-local-together-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let file = CaFile::create(&dir, "x").unwrap();
                        std::thread::yield_now();
                        assert_eq!(std::fs::read_to_string(file.path()).unwrap(), "x");
                    }
                });
            }
        });
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn what_is_left_goes_and_what_is_in_use_stays() {
        let dir = std::env::temp_dir().join(format!("oss-local-sweep-{}", std::process::id()));
        std::fs::create_dir_all(&dir).unwrap();
        let left = dir.join("oss-local-0123.ca.pem");
        let other = dir.join("oss-local-0123.pem");
        for path in [&left, &other] {
            std::fs::write(path, "x").unwrap();
        }
        let one = CaFile::create(&dir, "one").unwrap();
        let two = CaFile::create(&dir, "two").unwrap();
        assert_eq!(left.exists(), cfg!(not(unix)));
        assert!(other.exists());
        assert_eq!(std::fs::read_to_string(one.path()).unwrap(), "one");
        assert_eq!(std::fs::read_to_string(two.path()).unwrap(), "two");
        let path = one.path().to_owned();
        drop(one);
        assert!(!path.exists() && two.path().exists());
        drop(two);
        std::fs::remove_dir_all(&dir).unwrap();
    }
}
