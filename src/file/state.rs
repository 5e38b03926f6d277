//! A local file at one moment: what somebody compares who removes a file, so that what goes is what was looked at.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;
use std::time::SystemTime;

/// A local file at one moment. If it is equal later, the path leads to the same file and nobody wrote to it meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileState {
    /// Bytes.
    pub size: u64,
    /// When it was last written to, in nanoseconds since 1970; 0 if the system does not tell.
    pub modified_ns: i64,
    /// When anything about it was changed, also its mode, its names or the time above, likewise. Programs cannot set this one.
    /// 0 on Windows.
    pub changed_ns: i64,
    /// The device it is on (`st_dev`); 0 on Windows.
    pub device: u64,
    /// Its number there (`st_ino`); 0 on Windows.
    pub number: u64,
}

impl FileState {
    /// The file at `path`, as it is now; links are followed.
    pub fn of(path: impl AsRef<Path>) -> io::Result<FileState> {
        fs::metadata(path).map(|metadata| FileState::from_metadata(&metadata))
    }

    pub(crate) fn from_metadata(metadata: &Metadata) -> FileState {
        let state = FileState {
            size: metadata.len(),
            modified_ns: metadata.modified().map_or(0, in_nanoseconds),
            ..FileState::default()
        };
        with_identity(state, metadata)
    }

    /// When anything about it was changed, in whole seconds since 1970; `None` if the system does not tell.
    pub(crate) fn changed(&self) -> Option<i64> {
        (self.changed_ns != 0).then(|| self.changed_ns.div_euclid(1_000_000_000))
    }

    /// Whether it is the file that `earlier` was, and was not written to since, by its size and time. That its mode or its
    /// other names changed does not matter.
    pub(crate) fn is_unwritten(&self, earlier: &FileState) -> bool {
        let changed_ns = earlier.changed_ns;
        FileState {
            changed_ns,
            ..*self
        } == *earlier
    }
}

fn in_nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |since| -since),
    }
}

#[cfg(unix)]
fn with_identity(state: FileState, metadata: &Metadata) -> FileState {
    use std::os::unix::fs::MetadataExt;
    let seconds = metadata.ctime().saturating_mul(1_000_000_000);
    FileState {
        changed_ns: seconds.saturating_add(metadata.ctime_nsec()),
        device: metadata.dev(),
        number: metadata.ino(),
        ..state
    }
}

#[cfg(not(unix))]
fn with_identity(state: FileState, _: &Metadata) -> FileState {
    state
}
