//! What is below a local directory, in the order in which the service lists keys: that of the bytes of whole names.
//!
//! Each directory is read when it is its turn and sorted with a slash after the names of directories, which is that order
//! (`a-b` before `a/b` before `a0`). So only the directories on the way to where it is are in memory.

use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::names::is_of_transfer;
use crate::error::{Error, Kind, Result};
use crate::file::{FileState, short_name};
use crate::sort::sort_by;

/// Whether something is to be looked at: gets its name below the directory, with a slash at the end for a directory.
pub type Filter<'a> = dyn Fn(&str) -> bool + 'a;

/// What is found at a name.
pub(super) enum Found {
    /// A regular file.
    File {
        path: PathBuf,
        state: FileState,
        modified: Option<SystemTime>,
    },
    /// A directory; its name ends with a slash.
    Directory { is_empty: bool },
    /// What a rule leaves out.
    Skipped { path: PathBuf, why: &'static str },
    /// What is on the other side below this name is none of our business, since it was left out here.
    Hidden,
    /// What cannot be read. It is not in the order of the others.
    Failed { path: PathBuf, error: Error },
}

pub(super) struct Item {
    /// Below the directory, with slashes.
    pub name: String,
    pub found: Found,
}

/// A walk through a directory.
pub(super) struct Walk<'a> {
    follows_links: bool,
    filter: Option<&'a Filter<'a>>,
    levels: Vec<Level>,
    /// What could not even be listed.
    failed: Vec<Item>,
}

/// A directory on the way.
struct Level {
    path: PathBuf,
    /// Its name, with a slash at the end unless it is the root.
    name: String,
    /// The rest of what is in it.
    entries: std::vec::IntoIter<Entry>,
    /// Where it really is, if links are followed.
    real: Option<PathBuf>,
}

/// Something in a directory.
struct Entry {
    /// With a slash at the end if it is a directory.
    name: String,
    kind: EntryKind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Directory,
    Skipped(&'static str),
    Hidden,
}

impl<'a> Walk<'a> {
    /// An error if `root` cannot be read.
    pub fn new(
        root: &Path,
        follows_links: bool,
        filter: Option<&'a Filter<'a>>,
    ) -> Result<Walk<'a>> {
        let failed = |cause| unreadable(root, cause);
        if !fs::metadata(root).map_err(failed)?.is_dir() {
            return Err(Error::unusable(
                "directory",
                format_args!("{} is not a directory", root.display()),
            ));
        }
        let mut walk = Walk {
            follows_links,
            filter,
            levels: Vec::new(),
            failed: Vec::new(),
        };
        walk.enter(root.to_owned(), String::new()).map_err(failed)?;
        Ok(walk)
    }

    /// The next one; `None` after the last.
    pub fn next(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.failed.pop() {
                return Some(item);
            }
            let level = self.levels.last_mut()?;
            let Some(entry) = level.entries.next() else {
                self.levels.pop();
                continue;
            };
            let name = format!("{}{}", level.name, entry.name);
            let path = level.path.join(entry.name.trim_end_matches('/'));
            if let Some(item) = self.visit(entry.kind, name, path) {
                return Some(item);
            }
        }
    }

    fn visit(&mut self, kind: EntryKind, name: String, path: PathBuf) -> Option<Item> {
        let found = match kind {
            EntryKind::Hidden => Found::Hidden,
            EntryKind::Skipped(why) => Found::Skipped { path, why },
            EntryKind::Directory => return self.visit_directory(name, path),
            EntryKind::File => match self.metadata(&path) {
                Ok(metadata) => Found::File {
                    state: FileState::from_metadata(&metadata),
                    modified: metadata.modified().ok(),
                    path,
                },
                // It vanished.
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => return None,
                Err(cause) => failed(path, cause),
            },
        };
        Some(Item { name, found })
    }

    fn metadata(&self, path: &Path) -> io::Result<fs::Metadata> {
        match self.follows_links {
            true => fs::metadata(path),
            false => fs::symlink_metadata(path),
        }
    }

    fn visit_directory(&mut self, name: String, path: PathBuf) -> Option<Item> {
        let found = match self.enter(path.clone(), name.clone()) {
            Ok(Entered::Read { is_empty }) => Found::Directory { is_empty },
            Ok(Entered::Loop) => {
                // What is on the other side below it stays.
                let skipped = Found::Skipped {
                    path,
                    why: "the link leads to a directory that it lies in",
                };
                self.failed.push(Item {
                    name: name.trim_end_matches('/').to_owned(),
                    found: skipped,
                });
                Found::Hidden
            }
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return None,
            Err(cause) => failed(path, cause),
        };
        Some(Item { name, found })
    }

    /// Reads the directory at `path`.
    fn enter(&mut self, path: PathBuf, name: String) -> io::Result<Entered> {
        let real = match self.follows_links {
            true => Some(fs::canonicalize(&path)?),
            false => None,
        };
        if real.is_some() && self.levels.iter().any(|level| level.real == real) {
            return Ok(Entered::Loop);
        }
        let mut entries = Vec::new();
        let listed = fs::read_dir(&path)?;
        // It was a directory when the one around it was read. The root may be a link.
        if !self.follows_links && !name.is_empty() && path.is_symlink() {
            return Err(io::Error::other(
                "it has become a symbolic link, and links are not followed",
            ));
        }
        for entry in listed {
            self.read_entry(&entry?, &name, &mut entries)?;
        }
        sort_by(&mut entries, |one, other| {
            one.name.as_bytes().cmp(other.name.as_bytes())
        });
        let is_empty = entries.is_empty();
        self.levels.push(Level {
            path,
            name,
            entries: entries.into_iter(),
            real,
        });
        Ok(Entered::Read { is_empty })
    }

    fn read_entry(
        &mut self,
        entry: &fs::DirEntry,
        directory: &str,
        entries: &mut Vec<Entry>,
    ) -> io::Result<()> {
        let Ok(name) = entry.file_name().into_string() else {
            let name = entry.file_name().to_string_lossy().into_owned();
            self.failed.push(Item {
                name: format!("{directory}{name}"),
                found: Found::Failed {
                    path: entry.path(),
                    error: Error::new(
                        Kind::InvalidArgument,
                        "no key can have the name of this file: it is not UTF-8",
                    ),
                },
            });
            return Ok(());
        };
        let kind = match self.kind(entry) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => return Ok(()),
            // The file itself is here, and goes on from there.
            _ if is_record_of_neighbour(entry, &name) => return Ok(()),
            _ if is_of_transfer(&name) => {
                EntryKind::Skipped("it belongs to an unfinished transfer")
            }
            kind => kind?,
        };
        let is_directory = kind == EntryKind::Directory;
        let name = if is_directory { name + "/" } else { name };
        let whole = format!("{directory}{name}");
        if self.filter.is_some_and(|filter| !filter(&whole)) {
            return Ok(());
        }
        if matches!(kind, EntryKind::Skipped(_)) {
            entries.try_reserve(2).map_err(io::Error::other)?;
            entries.push(Entry {
                name: format!("{name}/"),
                kind: EntryKind::Hidden,
            });
        }
        entries.try_reserve(1).map_err(io::Error::other)?;
        entries.push(Entry { name, kind });
        Ok(())
    }

    fn kind(&self, entry: &fs::DirEntry) -> io::Result<EntryKind> {
        let kind = entry.file_type()?;
        if !kind.is_symlink() {
            return Ok(kind_of(kind));
        }
        if !self.follows_links {
            return Ok(EntryKind::Skipped("it is a symbolic link"));
        }
        match fs::metadata(entry.path()) {
            Ok(metadata) => Ok(kind_of(metadata.file_type())),
            Err(_) => Ok(EntryKind::Skipped(
                "it is a symbolic link that leads nowhere",
            )),
        }
    }
}

/// Whether a file is the record of an upload of one beside it: `.NAME.1234567890abcdef.alioss-upload`.
fn is_record_of_neighbour(entry: &fs::DirEntry, name: &str) -> bool {
    let inner = name
        .strip_prefix('.')
        .and_then(|name| name.strip_suffix(".alioss-upload"));
    let Some((neighbour, _)) = inner.and_then(|inner| inner.rsplit_once('.')) else {
        return false;
    };
    let path = entry.path();
    if path.with_file_name(neighbour).is_file() {
        return true;
    }
    // Names of records have long names cut.
    let others = path.parent().and_then(|around| fs::read_dir(around).ok());
    let names = others.into_iter().flatten().flatten();
    names
        .map(|other| short_name(&other.file_name()))
        .any(|cut| cut == *neighbour)
}

/// How entering a directory went.
enum Entered {
    Read {
        is_empty: bool,
    },
    /// It is one of those that the walk is in.
    Loop,
}

fn kind_of(kind: FileType) -> EntryKind {
    match kind {
        _ if kind.is_file() => EntryKind::File,
        _ if kind.is_dir() => EntryKind::Directory,
        _ => EntryKind::Skipped("it is a pipe, a socket or a device"),
    }
}

fn failed(path: PathBuf, cause: io::Error) -> Found {
    let error = Error::io("it cannot be read", cause);
    Found::Failed { path, error }
}

pub(super) fn unreadable(path: &Path, cause: io::Error) -> Error {
    Error::io(
        format!("`directory`: cannot read {}", path.display()),
        cause,
    )
}
