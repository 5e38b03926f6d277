//! The file that a download is to become: what is there is looked at before anything is done.

use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{self, Path, PathBuf};

use super::{check_name, not_regular};
use crate::error::{Error, Result};
use crate::ffi::os::{Fixed, fixed};

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
    /// refused: a device or a pipe is not a place for a file to appear at. So is what cannot be replaced, before anything is
    /// fetched for it.
    pub fn find(path: &Path) -> Result<Target> {
        let target = Target::of_own(path)?;
        check_replaceable(path, &target.path, target.found.is_some())?;
        Ok(target)
    }

    /// The same for a file of ours, which nothing is fetched for: the system says soon enough that it cannot be replaced.
    pub fn of_own(path: &Path) -> Result<Target> {
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
    let doing = format!("`path`: cannot write {}", path.display());
    // Where the system could not say so before.
    if cfg!(unix) && cause.kind() == io::ErrorKind::ResourceBusy {
        return Error::io(doing + ", which is a mount point", cause);
    }
    Error::io(doing, cause)
}

/// An error if no file can appear at `real`, which the caller calls `path`: the download would be in vain.
fn check_replaceable(path: &Path, real: &Path, exists: bool) -> Result<()> {
    let directory = real.parent().unwrap_or(Path::new("/"));
    if !exists {
        fs::metadata(directory).map_err(|cause| unwritable(path, cause))?;
    }
    let file = exists.then(|| fixed(real));
    match obstacle(file, fixed(directory)) {
        Some(why) => Err(Error::unusable(
            "path",
            format_args!("{} {why}", path.display()),
        )),
        None => Ok(()),
    }
}

/// Why no file can appear where `file` is, or nothing yet, in a directory that is `around`.
fn obstacle(file: Option<Fixed>, around: Fixed) -> Option<&'static str> {
    let exists = file.is_some();
    let file = file.unwrap_or_default();
    match () {
        () if file.is_mount_point => Some(
            "is a mount point, which cannot be replaced; give another path, or read the object as a stream",
        ),
        () if file.is_immutable => Some("is immutable (chattr +i), so it cannot be replaced"),
        () if file.is_append_only => Some("is append-only (chattr +a), so it cannot be replaced"),
        () if around.is_immutable => Some("lies in a directory that is immutable (chattr +i)"),
        () if around.is_append_only && exists => {
            Some("lies in a directory that is append-only (chattr +a), so it cannot be replaced")
        }
        () => None,
    }
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
    check_name("path", path)?;
    let bytes = path.as_os_str().as_encoded_bytes();
    let mut parts = bytes.rsplit(|byte| path::is_separator(char::from(*byte)));
    match parts.next() {
        Some(b"" | b"." | b"..") => Err(Error::unusable(
            "path",
            format_args!(
                "{} names a directory; give the name of a file in it",
                path.display()
            ),
        )),
        _ => Ok(()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_replaced_is_known_before() {
        let (free, mount, immutable, append) = (
            Fixed::default(),
            Fixed {
                is_mount_point: true,
                ..Fixed::default()
            },
            Fixed {
                is_immutable: true,
                ..Fixed::default()
            },
            Fixed {
                is_append_only: true,
                ..Fixed::default()
            },
        );
        for (file, around, expected) in [
            (None, free, None),
            (Some(free), free, None),
            (Some(free), mount, None),
            (None, append, None),
            (Some(mount), free, Some("is a mount point")),
            (Some(immutable), free, Some("is immutable")),
            (Some(append), free, Some("is append-only")),
            (
                None,
                immutable,
                Some("lies in a directory that is immutable"),
            ),
            (
                Some(free),
                append,
                Some("lies in a directory that is append-only"),
            ),
        ] {
            let why = obstacle(file, around);
            let begins = |words| why.is_some_and(|why: &str| why.starts_with(words));
            assert_eq!(why.is_some(), expected.is_some(), "{file:?} in {around:?}");
            assert!(expected.is_none_or(begins), "{why:?}");
        }
    }

    /// A file that is one cannot be made without rights; a directory is refused in the same way.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_mount_point_is_not_taken_for_a_target() {
        // Kernels before 5.8 do not tell; the test of `fixed` says so.
        if fixed(Path::new("/proc")).is_mount_point {
            let error = check_replaceable(Path::new("name"), Path::new("/proc"), true).unwrap_err();
            assert_eq!(error.kind(), crate::error::Kind::InvalidArgument);
            assert!(
                error
                    .to_string()
                    .starts_with("`path`: name is a mount point"),
                "{error}"
            );
        }
        let busy = unwritable(Path::new("name"), io::ErrorKind::ResourceBusy.into());
        assert!(
            busy.to_string().contains("which is a mount point"),
            "{busy}"
        );
    }
}
