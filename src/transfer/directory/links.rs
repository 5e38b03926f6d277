//! Symbolic links on the way from the directory to a file. One may take the place of a directory while a transfer runs, and what
//! is at the end of the path then lies somewhere else: so the way is looked at again right before something is changed there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::names;
use super::work::{Job, Shared};
use crate::error::{Error, Kind, Result};
use crate::file::FileState;

/// The directories on the way from `root` to what is called `name`.
pub(super) fn directories(root: &Path, name: &str) -> Vec<PathBuf> {
    let mut path = root.to_owned();
    let mut segments: Vec<&str> = name.split('/').collect();
    segments.pop();
    let joined = segments.iter().map(|segment| {
        path.push(segment);
        path.clone()
    });
    joined.collect()
}

/// An error if a symbolic link is at the file or on the way to it, unless links are followed.
pub(super) fn check(shared: &Shared<'_>, job: &Job) -> Result<()> {
    if shared.follows_links {
        return Ok(());
    }
    check_way(&shared.root, &job.name)
}

fn check_way(root: &Path, name: &str) -> Result<()> {
    let path = names::path_of(root, name);
    for path in directories(root, name).iter().chain([&path]) {
        match fs::symlink_metadata(path) {
            Ok(found) if found.is_symlink() => return Err(is_link(path)),
            // Nothing below it exists either.
            Err(_) => return Ok(()),
            Ok(_) => {}
        }
    }
    Ok(())
}

pub(super) fn is_link(path: &Path) -> Error {
    Error::new(
        Kind::Io,
        format!(
            "{} is a symbolic link, and links are not followed",
            path.display()
        ),
    )
}

/// A file that is to be deleted, as it was when it was listed.
pub(super) struct Extra {
    pub name: String,
    pub path: PathBuf,
    pub state: FileState,
}

impl Extra {
    /// Deletes the very file that was listed, where it was listed, unless it was written to since; whether it was still there.
    /// No link leads to it, whether or not links are followed: what they lead to was never meant.
    pub fn delete(&self, root: &Path) -> Result<bool> {
        check_way(root, &self.name)?;
        match remove_unwritten(&self.path, &self.state) {
            Ok(()) => Ok(true),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(Error::io("it cannot be deleted", cause)),
        }
    }
}

/// Removes the file at `path`, unless it was written to since `listed`: what is new is not what was to be deleted.
fn remove_unwritten(path: &Path, listed: &FileState) -> io::Result<()> {
    let now = FileState::from_metadata(&fs::symlink_metadata(path)?);
    match now.is_unwritten(listed) {
        true => fs::remove_file(path),
        false => Err(io::Error::other(
            "it was written to since the directory was listed, so it stays",
        )),
    }
}

/// Removes the directory called `name` if it is empty, and no link leads to it; whether it did.
pub(super) fn remove_empty(root: &Path, name: &str) -> bool {
    check_way(root, name).is_ok() && fs::remove_dir(names::path_of(root, name)).is_ok()
}
