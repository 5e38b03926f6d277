//! Which file it is, by whatever name.

use std::fs::File;
use std::path::Path;

/// What tells a regular file from all others: its volume, and its number there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Identity(u64, u64);

impl Identity {
    /// That of the regular file at `path`; `None` if there is none, or a link.
    #[cfg(unix)]
    pub fn of(path: &Path) -> Option<Identity> {
        Identity::by(&std::fs::symlink_metadata(path).ok()?)
    }

    #[cfg(unix)]
    fn of_open(file: &File) -> Option<Identity> {
        Identity::by(&file.metadata().ok()?)
    }

    #[cfg(unix)]
    fn by(metadata: &std::fs::Metadata) -> Option<Identity> {
        use std::os::unix::fs::MetadataExt;
        let identity = Identity(metadata.dev(), metadata.ino());
        metadata.is_file().then_some(identity)
    }

    #[cfg(windows)]
    pub fn of(path: &Path) -> Option<Identity> {
        use std::os::windows::fs::OpenOptionsExt;

        /// `FILE_FLAG_OPEN_REPARSE_POINT`: a link itself.
        const NOT_FOLLOWED: u32 = 0x0020_0000;

        // Without any access, which is always granted.
        let mut options = File::options();
        let named = options.access_mode(0).custom_flags(NOT_FOLLOWED);
        Identity::of_open(&named.open(path).ok()?)
    }

    #[cfg(windows)]
    fn of_open(file: &File) -> Option<Identity> {
        let is_file = file.metadata().is_ok_and(|about| about.is_file());
        let (volume, number) = crate::ffi::os::file_identity(file).ok()?;
        is_file.then_some(Identity(u64::from(volume), number))
    }
}

/// Whether `path` names the regular file `file`.
pub(super) fn is_at(file: &File, path: &Path) -> bool {
    let named = Identity::of(path);
    named.is_some() && named == Identity::of_open(file)
}
