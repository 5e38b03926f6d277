//! Which files this program is using: it holds a lock on them.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::thread;
use std::time::Duration;

use super::identity::is_at;
use crate::descriptor::above_standard;
use crate::error::{Error, Kind, Result};
#[cfg(unix)]
use crate::ffi::os;
#[cfg(unix)]
use crate::retry::random;

/// How often somebody else may replace a file while it is opened.
const TRIES: u32 = 100;

/// How often, and after which pauses, a lock is tried.
const LOOKS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(10);

/// Opens the file at `path` for reading and writing, and makes it if there is none. Fails with `Busy` if another program, or
/// another thread of this one, is using it. `mode` is for Unix.
///
/// What is there is believed, and becomes what a caller asked for. So it is taken only if nobody else can write to it and no
/// other name leads to it; else it loses this name, and a new file gets it.
pub(super) fn open(path: &Path, mode: u32) -> Result<File> {
    let failed = |cause| Error::io(format!("cannot use {}", path.display()), cause);
    for _ in 0..TRIES {
        let Some((file, is_new)) = open_or_make(path, mode).map_err(failed)? else {
            continue;
        };
        if stays_busy(&file) {
            return Err(Error::new(
                Kind::Busy,
                format!("another transfer is using {}", path.display()),
            ));
        }
        // It may have been replaced or removed before it was locked.
        if is_at(&file, path) {
            if is_new || is_private(&file, path, mode).map_err(failed)? {
                return Ok(file);
            }
            log::warn!(
                "{} is made anew: other users can write to it, or it has other names",
                path.display()
            );
            match fs::remove_file(path) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(foreign(path, cause));
                }
                _ => {}
            }
        } else if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
            return Err(failed(io::Error::other("it is not a regular file")));
        }
    }
    Err(failed(io::ErrorKind::ResourceBusy.into()))
}

/// The file at `path`, and whether it was made; `None` if it came or went in between.
fn open_or_make(path: &Path, mode: u32) -> io::Result<Option<(File, bool)>> {
    let mut options = File::options();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NOFOLLOW | libc::O_NONBLOCK,
    );
    let found = match options.open(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => None,
        found => Some(found?),
    };
    let is_new = found.is_none();
    let file = match found.map_or_else(|| make(path, mode), Ok) {
        Err(cause) if is_new && cause.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
        file => file?,
    };
    Ok(Some((above_standard(file)?, is_new)))
}

/// A new file at `path`.
fn make(path: &Path, mode: u32) -> io::Result<File> {
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(not(unix))]
    let _ = mode;
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    options.open(path)
}

/// Whether a file can be one that this user made, which no other name leads to, and no more users can write to than to a new
/// one with `mode`.
#[cfg(unix)]
fn is_private(file: &File, path: &Path, mode: u32) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    /// Write access for the group and for all others.
    const OTHERS: u32 = 0o022;
    let found = file.metadata()?;
    if found.nlink() > 1 {
        return Ok(false);
    }
    if found.uid() == os::user() && found.mode() & OTHERS == 0 {
        return Ok(true);
    }
    // The umask may let others write, and some file systems have one owner and one mode for all files.
    let probe = path.with_file_name(format!(".{:016x}.alioss-part", random()));
    let made = make(&probe, mode).and_then(|file| file.metadata());
    let _ = fs::remove_file(&probe);
    let made = made?;
    Ok(found.uid() == made.uid() && found.mode() & OTHERS & !made.mode() == 0)
}

/// Windows has no files that just anybody may write to in the directory of a user.
#[cfg(not(unix))]
fn is_private(_: &File, _: &Path, _: u32) -> io::Result<bool> {
    Ok(true)
}

/// The error of a file of somebody else's, which cannot be removed.
fn foreign(path: &Path, cause: io::Error) -> Error {
    Error::io(
        format!(
            "cannot use {}, which belongs to another user or which others can write to, and cannot remove it",
            path.display()
        ),
        cause,
    )
}

/// Whether a file is still in use after a moment. A child of `fork` has all locks of its parent until it runs another program.
fn stays_busy(file: &File) -> bool {
    (0..LOOKS).all(|look| {
        if look > 0 {
            thread::sleep(PAUSE);
        }
        is_busy(file)
    })
}

/// Whether another program, or another part of this one, holds a lock on `file`. If not, this one does as long as `file` is
/// open, where the file system has locks.
#[cfg(unix)]
pub(super) fn is_busy(file: &File) -> bool {
    matches!(os::try_lock(file), Ok(false))
}

/// On Windows nobody else can read it or write to it meanwhile, either.
#[cfg(not(unix))]
pub(super) fn is_busy(file: &File) -> bool {
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::io::Write as _;
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn programs_that_are_just_started_do_not_make_a_file_busy() {
        let path = std::env::temp_dir().join(format!("alioss-own-{}", std::process::id()));
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        Command::new("true").status().unwrap();
                    }
                });
            }
            for _ in 0..2000 {
                let opened = open(&path, 0o600).map(drop);
                if opened.is_err() {
                    is_over.store(true, Ordering::Relaxed);
                }
                opened.unwrap();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let held = open(&path, 0o600).unwrap();
        assert_eq!(open(&path, 0o600).unwrap_err().kind(), Kind::Busy);
        drop(held);
        fs::remove_file(&path).unwrap();
    }

    type Change<'c> = &'c dyn Fn(&Path) -> io::Result<()>;

    #[test]
    fn what_others_can_write_to_or_reach_by_another_name_is_made_anew() {
        use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
        let name = format!("alioss-own-private-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let (path, other) = (folder.join("file"), folder.join("other"));
        let mode =
            |mode| move |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(mode));
        let link = |path: &Path| fs::hard_link(path, &other);
        // Who may not give files away does not have those of others, either.
        let is_root = os::user() == 0;
        let give = |path: &Path| {
            if is_root {
                chown(path, Some(65534), None)
            } else {
                link(path)
            }
        };
        let cases: [(&str, Change<'_>, bool); 5] = [
            ("private", &mode(0o644), true),
            ("for the group", &mode(0o664), false),
            ("for all", &mode(0o666), false),
            ("linked", &link, false),
            ("of another user", &give, false),
        ];
        for (context, change, is_kept) in cases {
            fs::write(&path, "before").unwrap();
            mode(0o644)(&path).unwrap();
            change(&path).unwrap();
            let held = File::options().append(true).open(&path).unwrap();
            let file = open(&path, 0o644).unwrap();
            (&held).write_all(b" and after").unwrap();
            let expected = if is_kept { "before and after" } else { "" };
            assert_eq!(io::read_to_string(&file).unwrap(), expected, "{context}");
            assert_eq!(file.metadata().unwrap().uid(), os::user(), "{context}");
            let _ = fs::remove_file(&other);
            let names = fs::read_dir(&folder).unwrap().count();
            assert_eq!(names, 1, "{context}");
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_the_umask_lets_others_write_to_is_kept() {
        use std::os::unix::fs::PermissionsExt;
        // The umask is the whole program's, so another one has that.
        const PATH: &str = "ALIOSS_OWN_UMASK";
        if let Some(path) = std::env::var_os(PATH) {
            let kept = open(Path::new(&path), 0o666).unwrap();
            assert_eq!(io::read_to_string(kept).unwrap(), "before");
            return;
        }
        let path = std::env::temp_dir().join(format!("alioss-own-umask-{}", std::process::id()));
        fs::write(&path, "before").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o664)).unwrap();
        let test = "file::own::tests::what_the_umask_lets_others_write_to_is_kept";
        let child = Command::new("sh")
            .args(["-c", &format!("umask 002 && exec \"$0\" --exact {test}")])
            .arg(std::env::current_exe().unwrap())
            .env(PATH, &path)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(
            child.status.success() && said.contains("1 passed"),
            "{child:?}"
        );
        fs::remove_file(&path).unwrap();
    }
}
