//! The file that a download is to become: what is there is looked at before anything is done.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{self, Path, PathBuf};

use super::{check_name, not_regular};
use crate::error::{Error, Result};

/// How many links in a row are followed, as Linux does.
const MAX_LINKS: u32 = 40;

/// A path at which a file can appear.
#[derive(Debug)]
pub(crate) struct Target {
    /// Absolute, so that a program may change its directory meanwhile; not a link.
    path: PathBuf,
    /// What is there.
    found: Option<Metadata>,
}

impl Target {
    /// Follows the links at `path` to the file they lead to, also if there is none yet. Anything but a regular file is
    /// refused: a device or a pipe is not a place for a file to appear at.
    pub fn find(path: &Path) -> Result<Target> {
        let failed = |cause| unwritable(path, cause);
        check_is_name(path)?;
        let exists = match fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() => return Err(not_regular("path", path)),
            Ok(_) => true,
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => false,
            Err(cause) => return Err(failed(cause)),
        };
        let (real, links) = follow_links(path).map_err(failed)?;
        check_is_name(&real)?;
        let found = existing(&real).map_err(failed)?;
        if found.as_ref().is_some_and(is_protected) {
            return Err(failed(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "it is read-only",
            )));
        }
        // As with the links of /proc to files that were removed.
        if exists && links > 0 && found.is_none() {
            return Err(failed(io::Error::other(
                "the file that the link leads to has no name",
            )));
        }
        Ok(Target { path: real, found })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was there when it was looked at.
    pub fn found(&self) -> Option<&Metadata> {
        self.found.as_ref()
    }

    /// What is there now: a regular file or nothing. Else an error.
    pub fn metadata(&self) -> io::Result<Option<Metadata>> {
        match existing(&self.path)? {
            Some(metadata) if !metadata.is_file() => Err(io::Error::other(
                "what is there is not a regular file any more",
            )),
            found => Ok(found),
        }
    }

    pub fn directory(&self) -> &Path {
        match self.path.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        }
    }

    /// The last part of the path.
    pub fn name(&self) -> &OsStr {
        self.path.file_name().unwrap_or_default()
    }
}

/// The error of a file that cannot be written.
pub(super) fn unwritable(path: &Path, cause: io::Error) -> Error {
    Error::io(format!("`path`: cannot write {}", path.display()), cause)
}

/// What is at `path` itself, links not followed.
fn existing(path: &Path) -> io::Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(cause) => Err(cause),
    }
}

/// An error if `path` does not end in a name that a file can have. [`Path::file_name`] overlooks a slash or a dot at the end.
fn check_is_name(path: &Path) -> Result<()> {
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut parts = bytes.rsplit(|byte| path::is_separator(char::from(*byte)));
    match parts.next() {
        _ if bytes.is_empty() => Err(Error::invalid("`path` is empty; give the name of a file")),
        Some(b"" | b"." | b"..") => Err(Error::unusable(
            "path",
            format_args!(
                "{} names a directory; give the name of a file in it",
                path.display()
            ),
        )),
        _ => check_name("path", path),
    }
}

/// The absolute path that the links at the end of `path` lead to, whether there is a file or not, and how many they are.
fn follow_links(path: &Path) -> io::Result<(PathBuf, u32)> {
    let mut path = path::absolute(path)?;
    for links in 0..=MAX_LINKS {
        match existing(&path)? {
            Some(metadata) if metadata.is_symlink() => {
                let leads_to = fs::read_link(&path)?;
                // A path that is absolute replaces the whole.
                path.pop();
                path.push(leads_to);
            }
            _ => return Ok((path, links)),
        }
    }
    Err(io::Error::other(format!(
        "more than {MAX_LINKS} links in a row"
    )))
}

/// Whether what is there cannot be replaced. Windows asks the file, Unix its directory.
fn is_protected(found: &Metadata) -> bool {
    cfg!(windows) && found.permissions().readonly()
}
