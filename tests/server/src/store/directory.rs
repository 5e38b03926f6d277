//! Whether a directory is ours, and keeping it ours while we run.
//!
//! A directory is touched only if it is empty or carries the mark `oss-local.json`, which says the version of the
//! format. The mark is also the lock: whoever runs holds it, and the system lets go of it however that process ends.
//! What stands in the way but is not understood is moved to `set-aside/`, never deleted.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const MARK: &str = "oss-local.json";
const SET_ASIDE: &str = "set-aside";
/// The version of the format that this program writes, and the highest that it reads.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Mark {
    oss_local_format: u32,
}

/// A directory that is ours until this is dropped.
#[derive(Debug)]
pub struct Directory {
    path: PathBuf,
    /// Holds the lock.
    _mark: File,
    aside: Option<PathBuf>,
    notices: Vec<String>,
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// Refuses a directory that is neither empty nor marked. Changes nothing.
pub fn inspect(path: &Path) -> io::Result<()> {
    // It would be the directory that the program happens to run in.
    if path.as_os_str().is_empty() {
        return Err(invalid("the directory has no name".to_owned()));
    }
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(named(path, &error)),
    };
    let mark = path.join(MARK);
    match std::fs::read(&mark) {
        // Empty: made by a start that was ended before it wrote anything.
        Ok(bytes) if !bytes.is_empty() => return check_mark(path, &bytes),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(named(&mark, &error)),
    }
    let mut found = Vec::new();
    for entry in entries {
        let name = entry.map_err(|error| named(path, &error))?.file_name();
        if name != MARK {
            found.push(name.to_string_lossy().into_owned());
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    found.sort();
    let more = if found.len() > 3 { ", ..." } else { "" };
    found.truncate(3);
    Err(invalid(format!(
        "{} is not a directory of oss-local: it has no {MARK}, and it is not empty (it holds {}{more}); \
         give an empty directory or one that does not exist",
        path.display(),
        found.join(", ")
    )))
}

fn check_mark(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mark: Mark = serde_json::from_slice(bytes).map_err(|error| {
        invalid(format!(
            "{} is not the mark of oss-local: {error}",
            path.join(MARK).display()
        ))
    })?;
    if mark.oss_local_format == FORMAT {
        return Ok(());
    }
    Err(invalid(format!(
        "{} has format {}, and this oss-local reads format {FORMAT} only",
        path.display(),
        mark.oss_local_format
    )))
}

/// Opens the mark and locks it, or says that somebody else has it.
fn lock(path: &Path) -> io::Result<File> {
    let mark = path.join(MARK);
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::share_mode(&mut options, 0);
    let in_use = || {
        io::Error::new(
            io::ErrorKind::WouldBlock,
            format!("{} is in use by another oss-local", path.display()),
        )
    };
    let file = options.open(&mark).map_err(|error| {
        if cfg!(windows) && error.raw_os_error() == Some(32) {
            in_use()
        } else {
            named(&mark, &error)
        }
    })?;
    #[cfg(unix)]
    rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).map_err(
        |error| match error {
            rustix::io::Errno::WOULDBLOCK => in_use(),
            error => named(&mark, &error.into()),
        },
    )?;
    Ok(file)
}

impl Directory {
    /// Makes the directory if need be, marks it and locks it.
    pub fn take(path: &Path) -> io::Result<Directory> {
        inspect(path)?;
        std::fs::create_dir_all(path).map_err(|error| named(path, &error))?;
        let mut mark = lock(path)?;
        // Somebody else may have come between; from here on nobody can.
        inspect(path)?;
        let mut text = Vec::new();
        mark.read_to_end(&mut text)?;
        if text.is_empty() {
            let fresh = serde_json::to_vec(&Mark {
                oss_local_format: FORMAT,
            })?;
            mark.rewind()?;
            mark.write_all(&fresh)
                .map_err(|error| named(&path.join(MARK), &error))?;
        }
        Ok(Directory {
            path: path.to_owned(),
            _mark: mark,
            aside: None,
            notices: Vec::new(),
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was found wrong so far, in words.
    pub fn take_notices(&mut self) -> Vec<String> {
        const SHOWN: usize = 20;
        let mut notices = std::mem::take(&mut self.notices);
        if notices.len() > SHOWN {
            let more = notices.len() - SHOWN;
            notices.truncate(SHOWN);
            notices.push(format!("... and {more} more of this kind"));
        }
        notices
    }

    pub fn notice(&mut self, path: &Path, why: &str) {
        self.notices.push(format!("{}: {why}", path.display()));
    }

    /// Moves something that is in the way to a folder of this start, and notes why.
    pub fn set_aside(&mut self, path: &Path, why: &str) -> io::Result<()> {
        let folder = match &self.aside {
            Some(folder) => folder.clone(),
            None => {
                let folder = self.path.join(SET_ASIDE).join(crate::random_hex(4));
                self.aside = Some(folder.clone());
                folder
            }
        };
        let place = folder.join(path.strip_prefix(&self.path).unwrap_or(path));
        if let Some(parent) = place.parent() {
            std::fs::create_dir_all(parent).map_err(|error| named(parent, &error))?;
        }
        std::fs::rename(path, &place).map_err(|error| named(path, &error))?;
        self.notices.push(format!(
            "{}: {why}; moved to {}",
            path.display(),
            place.display()
        ));
        Ok(())
    }
}
