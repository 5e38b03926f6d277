//! Objects become a directory.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::links::{self, Extra};
use super::remote::{Remote, Remotes, in_seconds, system_time};
use super::walk::{Found, Item, Walk};
use super::work::{Job, Shared, Step, Work};
use super::{DirectoryTransfer, Done, Way, What, directory_prefix, names, note};
use crate::error::{Error, Kind, Result};
use crate::file::{self, Identity};
use crate::names::check_key_named;
use crate::operations::Bucket;
use crate::request::{Options, Response};
use crate::retry::random;
use crate::time::Timestamp;
use crate::transfer::Transfer;
use crate::transfer::report::{Outcome, OutcomeKind, PartlyDone, Report};

impl Bucket {
    /// Fetches all objects below `prefix`, to which a slash is added unless it ends with one or is empty, into `directory`,
    /// which is made if there is none: `PREFIX/a/b` becomes `a/b` in it. Files get the time at which their objects were
    /// stored; a file is unchanged, and not fetched, if it has the size and the time of its object, or its size and CRC-64.
    /// Whoever sets times of files by hand needs [`compare_content`](DirectoryTransfer::compare_content).
    ///
    /// What cannot be a file in the directory fails and leads nowhere else: keys with `..`, `.` or nothing between two
    /// slashes, a NUL, on Windows also backslashes, device names and other characters; `a/b` if there is an object `a`; what
    /// differs only in capital letters, where the directory does not tell them apart (the first one stays); and what a
    /// symbolic link is in the way of, unless links are followed. An object whose key ends with a slash becomes a directory;
    /// if it has content, that fails.
    ///
    /// Files are fetched by a few workers, see [`DirectoryTransfer`]. One that fails does not stop the others; then the
    /// result is an error with the report. Each file appears whole or not at all. If the transfer fails or the program is
    /// killed, calling this again goes on where it stopped, a large file by its record as with
    /// [`download_file`](Bucket::download_file).
    ///
    /// Timeout, cancellation and progress of `options` are of the whole; the progress counts bytes of the files that are
    /// fetched, and has no total before all are known.
    pub fn download_directory(
        &self,
        prefix: &str,
        directory: impl AsRef<Path>,
        how: &DirectoryTransfer<'_>,
        options: &Options<'_>,
    ) -> Result<Report, PartlyDone> {
        how.check()?;
        let prefix = directory_prefix(prefix);
        let failed = |cause| unusable(directory.as_ref(), cause);
        let root = file::absolute_directory("directory", directory.as_ref())?;
        if !prefix.is_empty() {
            check_key_named("prefix", &prefix)?;
        }
        if !how.is_dry_run {
            fs::create_dir_all(&root).map_err(failed)?;
        }
        let walk = match how.deletes && root.exists() {
            true => Some(Walk::new(&root, false, how.filter)?),
            false => None,
        };
        let is_case_blind = !how.is_dry_run && tells_no_case(&root);
        let work = Work::new(self, root, how, options, Download)?;
        let ended = Plan::new(&work, how, &prefix, is_case_blind).run(walk);
        work.ledger.close(ended, note(how.deletes))
    }
}

fn unusable(path: &Path, cause: io::Error) -> Error {
    Error::io(format!("`directory`: cannot use {}", path.display()), cause)
}

/// Whether capital and small letters are the same in the names of a directory. Tried with a name that nobody else has; what a
/// program that was killed here leaves is called like the files of unfinished transfers.
fn tells_no_case(root: &Path) -> bool {
    let name = format!(".{:016x}.alioss-case", random());
    let path = root.join(&name);
    if File::create_new(&path).is_err() {
        return false;
    }
    let is_blind = fs::symlink_metadata(root.join(name.to_ascii_uppercase())).is_ok();
    let _ = fs::remove_file(&path);
    is_blind
}

/// The way of a download.
struct Download;

impl Way for Download {
    const WHAT: What = What::Other("download_directory");

    fn perform(
        &self,
        shared: &Shared<'_>,
        job: &Job,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Done> {
        links::check(shared, job)?;
        if job.step == Step::Compare
            && let Some(head) = shared.is_same(job, options)?
        {
            if !shared.is_dry_run {
                set_time(&job.path, &head);
            }
            forget_record(shared, &job.key, &job.path);
            return Ok(Done::new(OutcomeKind::Unchanged, Some(head)));
        }
        if shared.is_dry_run {
            return Ok(Done::new(OutcomeKind::Transferred, None));
        }
        make_directories(shared, job)?;
        // A link may have come while it was fetched.
        let may_appear = || links::check(shared, job);
        let (bucket, key, path) = (shared.bucket, &job.key, &job.path);
        let response = if shared.is_in_parts(job.size) {
            bucket.download_file_if(key, path, transfer, options, &may_appear)?
        } else {
            let response = bucket.get_object_to_file_if(key, path, options, &may_appear)?;
            forget_record(shared, key, path);
            response
        };
        set_time(&job.path, &response);
        Ok(Done::new(OutcomeKind::Transferred, Some(response)))
    }

    fn vanished(&self, _: &Job, error: &Error) -> bool {
        error.code() == "NoSuchKey"
    }
}

/// Removes the record of a file that is there, which a program left that was killed or went about it in smaller parts.
fn forget_record(shared: &Shared<'_>, key: &str, path: &Path) {
    if !shared.is_dry_run {
        let options = shared.common.plain_options();
        let bucket = shared.bucket;
        // Somebody else may be using it.
        let _ = bucket.abort_download_file(key, path, &shared.transfer, &options);
    }
}

fn make_directories(shared: &Shared<'_>, job: &Job) -> Result<()> {
    for path in links::directories(&shared.root, &job.name) {
        let made = fs::create_dir(&path);
        let is_there = |cause: &io::Error| {
            // Another worker may have been first.
            cause.kind() == io::ErrorKind::AlreadyExists && path.is_dir()
        };
        if !shared.follows_links && path.is_symlink() {
            return Err(links::is_link(&path));
        }
        match made {
            Err(cause) if !is_there(&cause) => {
                return Err(Error::io(
                    format!("cannot make the directory {}", path.display()),
                    cause,
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Gives a file the time of its object. If that is not possible, the next transfer compares the content.
///
/// An object can be replaced once more in the second in which it was stored, and then has the same time. Unless that second is
/// over, the file gets a nanosecond more, which is not the time of any object.
fn set_time(path: &Path, response: &Response) {
    let mut options = File::options();
    // The owner of a file may set its time also if it is read-only; Windows wants it open for writing.
    options.read(true).write(cfg!(windows));
    let stored = response.last_modified();
    let now = response.header("date").and_then(Timestamp::parse_http_date);
    let is_over = stored
        .zip(now)
        .is_some_and(|(stored, now)| stored.0 < now.0);
    let rest = Duration::from_nanos(u64::from(!is_over));
    let time = stored.and_then(system_time);
    let time = time.and_then(|time| time.checked_add(rest));
    if let (Some(time), Ok(file)) = (time, options.open(path)) {
        let _ = file.set_modified(time);
    }
}

/// Decides what is to be done.
struct Plan<'p, 'w> {
    work: &'p Work<'w, Download>,
    how: &'p DirectoryTransfer<'w>,
    prefix: &'p str,
    source_files: u64,
    clashes: names::Clashes,
    /// Directories that have an object of their own.
    markers: HashSet<String>,
    /// What only the directory has.
    extra: Vec<Extra>,
    /// The names of those that objects to come may lie below.
    obstacles: names::Clashes,
    /// Objects that lie below such a file: it has to go before they come.
    blocked: Vec<(Remote, Outcome)>,
    /// The names of these files.
    in_the_way: HashSet<String>,
    /// Files of objects that the directory lists by other names: it takes both for the same.
    aliases: Vec<PathBuf>,
}

impl<'p, 'w> Plan<'p, 'w> {
    fn new(
        work: &'p Work<'w, Download>,
        how: &'p DirectoryTransfer<'w>,
        prefix: &'p str,
        is_case_blind: bool,
    ) -> Plan<'p, 'w> {
        Plan {
            work,
            how,
            prefix,
            source_files: 0,
            clashes: names::Clashes::new(is_case_blind),
            markers: HashSet::new(),
            extra: Vec::new(),
            obstacles: names::Clashes::new(false),
            blocked: Vec::new(),
            in_the_way: HashSet::new(),
            aliases: Vec::new(),
        }
    }

    fn run(mut self, mut walk: Option<Walk<'_>>) -> Result<()> {
        let shared = &self.work.shared;
        let mut there = Remotes::list(shared.bucket, self.prefix, self.how, &shared.common);
        let mut item = walk.as_mut().and_then(Walk::next);
        while let Some(remote) = there.next()? {
            shared.common.check()?;
            let mut is_listed = false;
            while let Some(here) = item.take_if(|item| {
                let is_failed = matches!(item.found, Found::Failed { .. });
                is_failed || item.name.as_bytes() <= remote.name.as_bytes()
            }) {
                match here.name == remote.name {
                    true => is_listed = true,
                    false => self.only_here(here)?,
                }
                item = walk.as_mut().and_then(Walk::next);
            }
            // Only what may be deleted has to be told from them.
            self.take(remote, is_listed || walk.is_none())?;
        }
        while let Some(here) = item.take() {
            self.only_here(here)?;
            item = walk.as_mut().and_then(Walk::next);
        }
        self.clear_way()?;
        self.work.finish()?;
        self.delete()
    }

    /// Deletes the files that are in the way of directories, when all the rest is there, and has the objects fetched that
    /// become files in these directories. After a failure nothing is deleted, and they fail, too.
    fn clear_way(&mut self) -> Result<()> {
        if self.blocked.is_empty() {
            return Ok(());
        }
        self.work.do_planned()?;
        if self.may_delete()? {
            let all = std::mem::take(&mut self.extra);
            let is_in_the_way = |extra: &Extra| self.in_the_way.contains(&extra.name);
            let (obstacles, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(is_in_the_way);
            self.extra = rest;
            let kept = self.kept();
            for extra in &obstacles {
                self.delete_one(extra, &kept)?;
            }
        }
        for (remote, object) in std::mem::take(&mut self.blocked) {
            self.take_wanted(remote, object)?;
        }
        Ok(())
    }

    /// Something in the directory that has no object.
    fn only_here(&mut self, item: Item) -> Result<()> {
        match item.found {
            Found::File { path, state, .. } => {
                self.extra.try_reserve(1).map_err(|_| no_memory())?;
                let _ = self.obstacles.add(&item.name);
                self.extra.push(Extra {
                    name: item.name,
                    path,
                    state,
                });
                Ok(())
            }
            // A file whose name is not UTF-8 has no object; but who deletes what cannot be named?
            Found::Failed { path, error } if error.kind() == Kind::Io => {
                let key = format!("{}{}", self.prefix, item.name);
                let outcome = Outcome::new(OutcomeKind::Failed, key, 0).at(path);
                self.work.ledger.add(outcome.because(error))
            }
            _ => Ok(()),
        }
    }

    fn take(&mut self, remote: Remote, is_listed: bool) -> Result<()> {
        let key = format!("{}{}", self.prefix, remote.name);
        let mut object = Outcome::new(OutcomeKind::Failed, key, remote.size);
        // The object for the directory itself.
        if remote.name.is_empty() {
            return match remote.size {
                0 => Ok(()),
                _ => self.work.ledger.add(object.because(content_of_directory())),
            };
        }
        // Markers alone are no files: they are also what is left when all files are gone.
        if !remote.name.ends_with('/') || remote.size > 0 {
            self.source_files += 1;
        }
        if let Err(error) = self.check(&remote.name) {
            return self.work.ledger.add(object.because(error));
        }
        object.path = names::path_of(&self.work.shared.root, &remote.name);
        let is_file = !remote.name.ends_with('/');
        if is_file && !is_listed && fs::symlink_metadata(&object.path).is_ok() {
            self.aliases.try_reserve(1).map_err(|_| no_memory())?;
            self.aliases.push(object.path.clone());
        }
        if let Some(obstacle) = self.obstacles.file_before(&remote.name)
            && !self.work.shared.is_dry_run
        {
            self.in_the_way.insert(obstacle.to_owned());
            self.blocked.try_reserve(1).map_err(|_| no_memory())?;
            self.blocked.push((remote, object));
            return Ok(());
        }
        self.take_wanted(remote, object)
    }

    fn take_wanted(&mut self, remote: Remote, object: Outcome) -> Result<()> {
        match remote.name.ends_with('/') {
            true => self.take_directory(remote, object),
            false => self.take_file(remote, object),
        }
    }

    /// An error if no file can be at that name.
    fn check(&mut self, name: &str) -> Result<()> {
        names::check(name)?;
        self.clashes.add(name)
    }

    fn take_directory(&mut self, remote: Remote, object: Outcome) -> Result<()> {
        let job = Job {
            key: object.key.clone(),
            path: object.path.clone(),
            name: remote.name.clone(),
            size: 0,
            step: Step::Marker,
        };
        self.markers.insert(remote.name);
        let shared = &self.work.shared;
        let made = match shared.is_dry_run {
            true => Ok(()),
            false => links::check(shared, &job).and_then(|()| make_directories(shared, &job)),
        };
        let made = made.and(match remote.size {
            0 => Ok(()),
            _ => Err(content_of_directory()),
        });
        match made {
            Ok(()) => Ok(()),
            Err(error) => self.work.ledger.add(object.because(error)),
        }
    }

    fn take_file(&self, remote: Remote, mut object: Outcome) -> Result<()> {
        match self.step(&remote, &object.path) {
            None => {
                object.kind = OutcomeKind::Unchanged;
                object.etag = remote.etag;
                object.last_modified = remote.modified;
                forget_record(&self.work.shared, &object.key, &object.path);
                self.work.ledger.add(object)
            }
            Some(step) => self.work.add(Job {
                key: object.key,
                name: remote.name,
                path: object.path,
                size: remote.size,
                step,
            }),
        }
    }

    /// What is to be done with an object; `None` if the file at `path` is unchanged.
    fn step(&self, remote: &Remote, path: &Path) -> Option<Step> {
        // What is wrong with the file is found out when it is its turn.
        let found = fs::symlink_metadata(path).ok();
        let Some(found) = found.filter(|found| found.is_file() && !self.how.overwrites) else {
            return Some(Step::Transfer);
        };
        if !remote.is_link && remote.size != found.len() {
            return Some(Step::Transfer);
        }
        let here = found.modified().ok().map(in_seconds);
        let there = remote.modified.map(|time| (time.0, false));
        match !remote.is_link && !self.how.compares_content && here.is_some() && here == there {
            true => None,
            false => Some(Step::Compare),
        }
    }

    /// Deletes what only the directory has.
    fn delete(self) -> Result<()> {
        if !self.may_delete()? {
            return Ok(());
        }
        let kept = self.kept();
        self.extra
            .iter()
            .try_for_each(|extra| self.delete_one(extra, &kept))
    }

    /// Whether nothing failed; an error if the source is empty.
    fn may_delete(&self) -> Result<bool> {
        if self.work.ledger.has_failures() {
            return Ok(false);
        }
        self.how
            .check_deletion(self.source_files, self.extra.len())?;
        Ok(true)
    }

    /// Files of objects, by whatever names the directory lists them.
    fn kept(&self) -> HashSet<Identity> {
        let aliases = self.aliases.iter();
        aliases.filter_map(|path| Identity::of(path)).collect()
    }

    fn delete_one(&self, extra: &Extra, kept: &HashSet<Identity>) -> Result<()> {
        let (work, shared) = (self.work, &self.work.shared);
        shared.common.check()?;
        let is_kept = || Identity::of(&extra.path).is_some_and(|file| kept.contains(&file));
        if self.clashes.is_folded(&extra.name) || (!kept.is_empty() && is_kept()) {
            return Ok(());
        }
        let key = format!("{}{}", self.prefix, extra.name);
        let outcome = |kind| Outcome::new(kind, key.as_str(), extra.state.size).at(&extra.path);
        let removed = match shared.is_dry_run {
            true => Ok(true),
            false => extra.delete(&shared.root),
        };
        work.ledger.add(match removed {
            Ok(true) => outcome(OutcomeKind::Deleted),
            Ok(false) => return Ok(()),
            Err(error) => outcome(OutcomeKind::Failed).because(error),
        })?;
        if !shared.is_dry_run {
            self.remove_empty(&extra.name);
        }
        Ok(())
    }

    /// Removes the directories that have nothing in them any more, as the last file of `name` went.
    fn remove_empty(&self, name: &str) {
        let mut rest = name;
        while let Some((directory, _)) = rest.rsplit_once('/') {
            let is_kept = self.markers.contains(&format!("{directory}/"));
            if is_kept || !links::remove_empty(&self.work.shared.root, directory) {
                return;
            }
            rest = directory;
        }
    }
}

fn content_of_directory() -> Error {
    Error::new(
        Kind::Conflict,
        "the key ends with a slash, so it becomes a directory, which cannot have the content of the object",
    )
}

fn no_memory() -> Error {
    Error::new(
        Kind::NoMemory,
        "there is no memory to note down what is to be deleted",
    )
}
