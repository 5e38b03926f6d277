//! Files of the user: read only if they are regular files, and written so that they appear whole or not at all.
//!
//! A file that is written is a [`Target`], looked at before anything is done, and a [`Temporary`] that takes its place at
//! the end. A file that is read comes from [`open`] or [`read_bounded`]. No function here waits for the other end of a pipe
//! or wakes a device, and no descriptor below 3 is used: those belong to whoever prints.

mod identity;
mod own;
mod record;
mod source;
mod state;
mod target;
mod temporary;
mod windows_names;

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use identity::Identity;
pub(crate) use record::Record;
pub(crate) use source::{Snapshot, absolute, changed, crc64_of, open, read_bounded};
pub use state::FileState;
pub(crate) use target::Target;
pub(crate) use temporary::{Temporary, short_name};
pub(crate) use windows_names::windows_problem;

use crate::error::{Error, Result};

/// The error of a path that leads to something else than a file with content.
fn not_regular(option: &str, path: &Path) -> Error {
    if path.is_dir() {
        return Error::unusable(
            option,
            format_args!("{} is a directory, not a file", path.display()),
        );
    }
    Error::unusable(
        option,
        format_args!(
            "{} is not a regular file{}",
            path.display(),
            // Only contents of objects have other ways.
            match option {
                "path" => "; use a stream for pipes and devices",
                _ => "",
            }
        ),
    )
}

/// The absolute path of a directory, which `option` names in errors.
pub(crate) fn absolute_directory(option: &str, path: &Path) -> Result<PathBuf> {
    if path.as_os_str().is_empty() {
        return Err(Error::unusable(
            option,
            "it is empty; give the name of a directory, which is \".\" for the current one",
        ));
    }
    std::path::absolute(path)
        .map_err(|cause| Error::io(format!("`{option}`: cannot use {}", path.display()), cause))
}

/// An error if `path` is empty, or if the system has no file of the name that it ends in, and would take it for something
/// else.
fn check_name(option: &str, path: &Path) -> Result<()> {
    if path.as_os_str().is_empty() {
        return Err(Error::invalid(format!(
            "`{option}` is empty; give the name of a file"
        )));
    }
    if !cfg!(windows) {
        return Ok(());
    }
    let name = path.file_name().map(OsStr::to_string_lossy);
    match name.as_deref().and_then(windows_problem) {
        Some(problem) => Err(Error::unusable(
            option,
            format_args!("{} cannot name a file: {problem}", path.display()),
        )),
        None => Ok(()),
    }
}

/// Writes all of `bytes` at a position of their own.
#[cfg(unix)]
pub(crate) fn write_all_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

#[cfg(windows)]
pub(crate) fn write_all_at(file: &File, mut bytes: &[u8], mut offset: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, offset)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = bytes.get(written..).unwrap_or_default();
        offset += written as u64;
    }
    Ok(())
}

/// Reads at a position of its own.
#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}
