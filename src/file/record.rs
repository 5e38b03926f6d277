//! A small file that says how far something is: read and written as a whole, and used by one program at a time.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::PathBuf;

use super::own;
use super::target::Target;
use super::temporary::Temporary;
use crate::error::{Error, Result};

/// Most that is read of one.
const MAX_SIZE: u64 = 4 * 1024 * 1024;

/// A record that is this program's as long as it is open.
#[derive(Debug)]
pub(crate) struct Record {
    path: PathBuf,
    /// Held open for its lock.
    file: File,
}

impl Record {
    /// Opens the record at `path`, and makes an empty one if there is none. Fails with `Busy` if another program, or another
    /// thread of this one, is using it.
    pub fn open(path: PathBuf) -> Result<Record> {
        let file = own::open(&path, 0o600)?;
        Ok(Record { path, file })
    }

    /// Its content; nothing if it is new, or larger than any record is.
    pub fn read(&mut self) -> Vec<u8> {
        let mut content = Vec::new();
        let read = (&mut self.file).take(MAX_SIZE).read_to_end(&mut content);
        match read {
            Ok(_) => content,
            Err(_) => Vec::new(),
        }
    }

    /// Replaces its content: whoever reads it sees the old or the new; if it `is_synced`, also after a power failure.
    pub fn write(&mut self, content: &[u8], is_synced: bool) -> Result<()> {
        let failed = |cause| Error::io(format!("the record {}", self.path.display()), cause);
        let mut next = Temporary::create(Target::of_own(&self.path)?)?;
        next.file().write_all(content).map_err(failed)?;
        // The lock of the new one is held before the other is gone.
        let file = next.shared().try_clone().map_err(failed)?;
        if cfg!(windows) {
            // What is open cannot be replaced.
            self.file = file;
            return next.publish(is_synced);
        }
        next.publish(is_synced)?;
        self.file = file;
        Ok(())
    }

    /// Removes it.
    pub fn remove(self) {
        let _ = fs::remove_file(&self.path);
    }
}
