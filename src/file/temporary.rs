//! A file that takes the place of its target at the end, or vanishes.
//!
//! Where the system has files without names (`O_TMPFILE` of Linux), the file gets its name when it is whole: killed before,
//! the program leaves nothing. Such a file cannot be linked over another one, so if the target exists, the file is called
//! `.NAME.alioss-part` for the moment between two system calls. Elsewhere it is called that from the beginning. A program
//! holds a lock on its temporary file: what nobody holds a lock on was left by one that died, and the next download to the
//! same target takes the name. Only while somebody else is using that name is another one made, with a random number in it.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::identity::is_at;
use super::own::{self, is_busy};
use super::target::{Target, unwritable};
use crate::crc64::Crc64;
use crate::descriptor::above_standard;
use crate::error::Result;
#[cfg(unix)]
use crate::ffi::os;
use crate::retry::random;

/// Ends the names of temporary files.
const SUFFIX: &str = ".alioss-part";

/// How much of a long name is kept: file systems allow 255 bytes or less.
const MAX_NAME: usize = 100;

/// How often a name is tried that others keep taking.
const TRIES: u32 = 8;

/// How often, and after which pauses, a file is replaced that somebody has open.
const WINDOWS_TRIES: u32 = 50;
const WINDOWS_PAUSE: Duration = Duration::from_millis(20);

/// A new file that becomes its target by [`publish`](Temporary::publish).
#[derive(Debug)]
pub(crate) struct Temporary {
    file: File,
    target: Target,
    /// Where it is, unless it has no name.
    path: Option<PathBuf>,
    /// Whether it stays there if it is not published.
    stays: bool,
}

impl Temporary {
    /// A new empty file in the directory of `target`.
    pub fn create(target: Target) -> Result<Temporary> {
        let made = match unnamed(&target) {
            Some(file) => Ok((file, None)),
            None => named(&target),
        };
        match made {
            Ok((file, path)) => Ok(Temporary {
                file,
                target,
                path,
                stays: false,
            }),
            Err(cause) => Err(unwritable(target.path(), cause)),
        }
    }

    /// The file at `path`, beside `target`, which stays there until it is published or removed: what is in it is what an
    /// earlier program left. It is an error if another one is using it.
    pub fn resumed(target: Target, path: PathBuf) -> Result<Temporary> {
        Ok(Temporary {
            file: own::open(&path, mode(&target))?,
            target,
            path: Some(path),
            stays: true,
        })
    }

    /// Has what was written on the disk.
    pub fn sync(&self) -> Result<()> {
        let synced = self.file.sync_data();
        synced.map_err(|cause| unwritable(self.target.path(), cause))
    }

    /// Vanishes, also if it was to stay.
    pub fn remove(mut self) {
        self.stays = false;
    }

    /// For reading and writing at positions.
    pub fn shared(&self) -> &File {
        &self.file
    }

    /// For reading and writing.
    pub fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Takes away all that was written.
    pub fn clear(&mut self) -> Result<()> {
        let cleared = self.file.set_len(0).and_then(|()| self.file.rewind());
        cleared.map_err(|cause| unwritable(self.target.path(), cause))
    }

    /// Puts the file in the place of its target, with the mode and, as far as that is allowed, the owner that this has;
    /// other hard links to it keep the old content. With `sync` the content is on the disk before, so that a power failure
    /// leaves the old file or the new one. Nothing can fail after the target was replaced.
    pub fn publish(mut self, sync: bool) -> Result<()> {
        let published = self.replace_target(sync);
        published.map_err(|cause| unwritable(self.target.path(), cause))
    }

    fn replace_target(&mut self, sync: bool) -> io::Result<()> {
        let there = self.target.metadata()?;
        if let Some(old) = there.as_ref().or(self.target.found()) {
            adopt(&self.file, old)?;
        }
        if sync {
            self.file.sync_data()?;
        }
        if self.path.is_none() {
            match link(&self.file, self.target.path()) {
                Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
                done => return done,
            }
            self.path = Some(take_name(&self.target, |path| link(&self.file, path))?.1);
        }
        let path = self.path.as_deref().unwrap_or(Path::new(""));
        rename(path, self.target.path())?;
        self.path = None;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let (Some(path), false) = (&self.path, self.stays) {
            let _ = fs::remove_file(path);
        }
    }
}

/// A file without a name; `None` if this file system has none, or no way to give it one later.
#[cfg(target_os = "linux")]
fn unnamed(target: &Target) -> Option<File> {
    use std::os::fd::AsRawFd;
    use std::os::unix::fs::OpenOptionsExt;
    let file = File::options()
        .read(true)
        .write(true)
        .mode(mode(target))
        .custom_flags(libc::O_TMPFILE)
        .open(target.directory())
        .ok()?;
    let mut file = above_standard(file).ok()?;
    prepare(&mut file).ok()?;
    let name = format!("/proc/self/fd/{}", file.as_raw_fd());
    fs::symlink_metadata(name).is_ok().then_some(file)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Target) -> Option<File> {
    None
}

#[cfg(target_os = "linux")]
fn link(file: &File, path: &Path) -> io::Result<()> {
    os::link_file(file, path)
}

#[cfg(not(target_os = "linux"))]
fn link(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file with a name.
fn named(target: &Target) -> io::Result<(File, Option<PathBuf>)> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode(target));
    for _ in 0..TRIES {
        let (file, path) = take_name(target, |path| options.open(path))?;
        let made = above_standard(file).and_then(|mut file| {
            // Before the lock was held, somebody may have taken the file for one that was left.
            let mine = prepare(&mut file)? && is_at(&file, &path);
            Ok(mine.then_some(file))
        });
        match made {
            Ok(Some(file)) => return Ok((file, Some(path))),
            Ok(None) => {}
            Err(cause) => {
                let _ = fs::remove_file(&path);
                return Err(cause);
            }
        }
    }
    Err(io::ErrorKind::ResourceBusy.into())
}

/// Makes something at a temporary name beside `target`: the usual one, or, if somebody is using that, a random one.
fn take_name<T>(
    target: &Target,
    make: impl Fn(&Path) -> io::Result<T>,
) -> io::Result<(T, PathBuf)> {
    let name = short_name(target.name());
    let usual = target.directory().join(join(&name, ""));
    match make(&usual) {
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
        done => return Ok((done?, usual)),
    }
    if remove_left(&usual) {
        match make(&usual) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {}
            done => return Ok((done?, usual)),
        }
    }
    let random = target
        .directory()
        .join(join(&name, &format!(".{:016x}", random())));
    Ok((make(&random)?, random))
}

/// Whether the file was still without a lock: then it has this program's now, where the file system has any.
fn prepare(file: &mut File) -> io::Result<bool> {
    // Until it was moved to a descriptor above 2, somebody may have printed into it.
    file.set_len(0)?;
    file.rewind()?;
    Ok(!is_busy(file))
}

/// Removes a temporary file that nobody is using; whether it is gone.
#[cfg(unix)]
fn remove_left(path: &Path) -> bool {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK;
    let mut options = File::options();
    // NFS locks only what may be written.
    options.read(true).write(true).custom_flags(flags);
    let Ok(file) = options.open(path) else {
        return false;
    };
    let is_left = matches!(os::try_lock(&file), Ok(true)) && is_at(&file, path);
    is_left && fs::remove_file(path).is_ok()
}

/// While the file is open it would keep its name, so it gets another one first.
#[cfg(not(unix))]
fn remove_left(path: &Path) -> bool {
    let Ok(file) = File::options().read(true).write(true).open(path) else {
        return false;
    };
    if own::is_busy(&file) || !is_at(&file, path) {
        return false;
    }
    let mut aside = path.as_os_str().to_owned();
    aside.push(format!(".{:016x}{SUFFIX}", random()));
    fs::rename(path, &aside).is_ok() && fs::remove_file(&aside).is_ok()
}

/// Puts the file `from` in the place of `to`. On Windows that fails while a third program has a look at `to`, which scanners
/// of viruses do, and does not last.
fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let mut tries = if cfg!(windows) { WINDOWS_TRIES } else { 1 };
    loop {
        tries -= 1;
        match fs::rename(from, to) {
            Err(cause) if tries > 0 && cause.kind() == io::ErrorKind::PermissionDenied => {
                thread::sleep(WINDOWS_PAUSE);
            }
            done => return done,
        }
    }
}

/// Gives `file` the mode and the owner that `old` has.
#[cfg(unix)]
fn adopt(file: &File, old: &Metadata) -> io::Result<()> {
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
    let new = file.metadata()?;
    let mut mode = old.mode() & 0o7777;
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        let owned = fchown(file, Some(old.uid()), Some(old.gid())).is_ok();
        let grouped = owned || fchown(file, None, Some(old.gid())).is_ok();
        if !owned {
            // What runs as its owner must not run as somebody else.
            mode &= !0o4000;
        }
        if !grouped {
            mode &= !0o2000;
        }
    }
    file.set_permissions(Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn adopt(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// With what mode the file is made: nobody else reads what replaces a file, until it has the mode of that.
fn mode(target: &Target) -> u32 {
    match target.found() {
        Some(_) => 0o600,
        None => 0o666,
    }
}

fn join(name: &OsStr, number: &str) -> OsString {
    let mut joined = OsString::from(".");
    joined.push(name);
    joined.push(number);
    joined.push(SUFFIX);
    joined
}

/// `name`, or if it is long, its beginning and a checksum of the whole.
#[cfg(unix)]
pub(crate) fn short_name(name: &OsStr) -> OsString {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    let bytes = name.as_bytes();
    if bytes.len() <= MAX_NAME {
        return name.to_owned();
    }
    let mut end = MAX_NAME;
    // Not in the middle of a character of UTF-8: some file systems refuse that.
    while end > 0 && bytes.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
        end -= 1;
    }
    let mut short = bytes.get(..end).unwrap_or_default().to_vec();
    short.extend(checksum(bytes).as_bytes());
    OsString::from_vec(short)
}

#[cfg(not(unix))]
pub(crate) fn short_name(name: &OsStr) -> OsString {
    let text = name.to_string_lossy();
    if text.len() <= MAX_NAME {
        return name.to_owned();
    }
    let start: String = text.chars().take(MAX_NAME / 4).collect();
    (start + &checksum(text.as_bytes())).into()
}

fn checksum(bytes: &[u8]) -> String {
    let mut crc = Crc64::new();
    crc.update(bytes);
    format!(".{:016x}", crc.value())
}

/// Where files need a name: file systems without unnamed files.
#[cfg(all(test, unix))]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn folder(name: &str) -> PathBuf {
        let name = format!("alioss-temporary-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        path
    }

    fn create(path: &Path) -> Temporary {
        let target = Target::find(path).unwrap();
        let (file, path) = named(&target).unwrap();
        Temporary {
            file,
            target,
            path,
            stays: false,
        }
    }

    fn names(folder: &Path) -> Vec<OsString> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_named_file_takes_the_place_of_its_target_or_vanishes() {
        let folder = folder("place");
        let path = folder.join("out");
        for sync in [false, true] {
            drop(create(&path));
            assert!(names(&folder).is_empty());
            let mut temporary = create(&path);
            assert_eq!(names(&folder), [".out.alioss-part"]);
            temporary.file().write_all(b"first try").unwrap();
            temporary.clear().unwrap();
            temporary.file().write_all(b"new").unwrap();
            temporary.publish(sync).unwrap();
            assert_eq!(names(&folder), ["out"]);
            assert_eq!(fs::read(&path).unwrap(), b"new");

            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let temporary = create(&path);
            let hidden = fs::metadata(folder.join(".out.alioss-part")).unwrap();
            assert_eq!(hidden.permissions().mode() & 0o777, 0o600);
            temporary.publish(sync).unwrap();
            let mode = fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o640);
            fs::remove_file(&path).unwrap();
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_in_use_is_left_alone_and_what_was_left_is_replaced() {
        let folder = folder("use");
        let path = folder.join("out");
        let mut first = create(&path);
        first.file().write_all(b"first").unwrap();
        let second = create(&path);
        assert_eq!(names(&folder).len(), 2, "two at once have two names");
        second.publish(false).unwrap();
        first.publish(false).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(names(&folder), ["out"]);
        // A program that was killed leaves one, and only one however often.
        for _ in 0..3 {
            fs::write(folder.join(".out.alioss-part"), "left by one that died").unwrap();
            let mut content = String::new();
            let mut temporary = create(&path);
            temporary.file().read_to_string(&mut content).unwrap();
            assert_eq!(content, "");
            assert_eq!(names(&folder), [".out.alioss-part", "out"]);
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_not_followed() {
        let folder = folder("elsewhere");
        let path = folder.join("out");
        let other = folder.join("other");
        fs::write(&other, "of somebody").unwrap();
        std::os::unix::fs::symlink(&other, folder.join(".out.alioss-part")).unwrap();
        let mut temporary = create(&path);
        temporary.file().write_all(b"new").unwrap();
        temporary.publish(false).unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"of somebody");
        assert_eq!(fs::read(&path).unwrap(), b"new");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn long_names_are_cut_between_characters_and_stay_different() {
        let long = "\u{8def}".repeat(80);
        let one = short_name(OsStr::new(&long));
        let other = short_name(OsStr::new(&(long + "x")));
        assert_ne!(one, other);
        assert!(one.len() < 120 && one.to_str().is_some());
        assert_eq!(short_name(OsStr::new("a")), "a");
    }
}
