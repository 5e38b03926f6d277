//! Files that are read.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{self, Path, PathBuf};
use std::time::SystemTime;

use super::{check_name, not_regular, read_at};
use crate::crc64::Crc64;
use crate::descriptor::above_standard;
use crate::error::{Error, Kind, Result};
use crate::memory;

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// The absolute path of a file, so that a program may change its directory meanwhile.
pub(crate) fn absolute(option: &str, path: &Path) -> Result<PathBuf> {
    check_name(option, path)?;
    path::absolute(path).map_err(|cause| unreadable(option, path, cause))
}

/// Opens the regular file at `path`, which `option` names in errors. Anything else is refused without opening it: that
/// could wait for a writer, or wake a device.
pub(crate) fn open(option: &str, path: &Path) -> Result<File> {
    let failed = |cause| unreadable(option, path, cause);
    let is_regular = |metadata: &Metadata| match metadata.is_file() {
        true => Ok(()),
        false => Err(not_regular(option, path)),
    };
    check_name(option, path)?;
    is_regular(&fs::metadata(path).map_err(failed)?)?;
    let mut options = File::options();
    options.read(true);
    // It may have become a pipe since.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK);
    let file = options.open(path).map_err(failed)?;
    is_regular(&file.metadata().map_err(failed)?)?;
    above_standard(file).map_err(failed)
}

/// The content of the regular file at `path`; an error if it has more than `limit` bytes.
pub(crate) fn read_bounded(option: &str, path: &Path, limit: u64) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    let file = open(option, path)?;
    file.take(limit.saturating_add(1))
        .read_to_end(&mut content)
        .map_err(|cause| unreadable(option, path, cause))?;
    if content.len() as u64 > limit {
        return Err(Error::unusable(
            option,
            format_args!(
                "{} has more than {limit} bytes, which are allowed",
                path.display()
            ),
        ));
    }
    Ok(content)
}

fn unreadable(option: &str, path: &Path, cause: io::Error) -> Error {
    Error::io(format!("`{option}`: cannot read {}", path.display()), cause)
}

/// `crc` after `length` bytes of `file` from `offset` on; `None` if it ends before. `check` is asked often, and an error ends it.
pub(crate) fn crc64_of(
    file: &File,
    offset: u64,
    length: u64,
    mut crc: Crc64,
    check: impl Fn() -> Result<()>,
) -> Result<Option<Crc64>> {
    let mut chunk = memory::zeros(CHUNK)?;
    let mut done = 0;
    while done < length {
        check()?;
        let room = (length - done).min(CHUNK as u64) as usize;
        let buffer = chunk.get_mut(..room).unwrap_or_default();
        let got = match read_at(file, buffer, offset.saturating_add(done)) {
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => continue,
            got => got.map_err(|cause| Error::io("`path`: reading failed", cause))?,
        };
        if got == 0 {
            return Ok(None);
        }
        crc.update(buffer.get(..got).unwrap_or_default());
        done += got as u64;
    }
    Ok(Some(crc))
}

/// The error of a file that is not what it was.
pub(crate) fn changed(what: &str) -> Error {
    Error::new(
        Kind::Io,
        format!("the file changed while it was sent: {what}; nothing was stored"),
    )
}

/// What tells whether a file was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    size: u64,
    modified: Option<SystemTime>,
    /// When anything about it was changed, also its time: programs cannot set this one. Not every system has it.
    touched: Option<(i64, i64)>,
}

impl Snapshot {
    pub fn of(file: &File) -> io::Result<Snapshot> {
        let metadata = file.metadata()?;
        Ok(Snapshot {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            touched: touched(&metadata),
        })
    }

    pub fn size(&self) -> u64 {
        self.size
    }

    /// When it was written to, in nanoseconds; as a text that is the same only if the time is.
    pub fn modified(&self) -> String {
        let since = |time: SystemTime| match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => format!("{}", after.as_nanos()),
            Err(before) => format!("-{}", before.duration().as_nanos()),
        };
        self.modified.map_or("unknown".to_owned(), since)
    }

    /// Whether something about `file` was changed since: its mode or its name, or its content by who set its time back.
    pub fn was_touched(&self, file: &File) -> io::Result<bool> {
        Ok(Snapshot::of(file)?.touched != self.touched)
    }

    /// What happened to the content of `file` since, by its size and time; `None` if nothing did.
    pub fn change(&self, file: &File) -> io::Result<Option<String>> {
        let now = Snapshot::of(file)?;
        Ok(match now {
            _ if now.size == self.size && now.modified == self.modified => None,
            _ if now.size == self.size => Some("it was written to".to_owned()),
            _ => Some(format!(
                "it had {} bytes and has {} now",
                self.size, now.size
            )),
        })
    }
}

#[cfg(unix)]
fn touched(metadata: &Metadata) -> Option<(i64, i64)> {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.ctime(), metadata.ctime_nsec()))
}

#[cfg(not(unix))]
fn touched(_: &Metadata) -> Option<(i64, i64)> {
    None
}
