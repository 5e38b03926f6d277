//! Whole directories: what is below a prefix of a bucket becomes what is in a directory, or the other way round.
//!
//! Both sides are listed in the order of the bytes of their names and compared while they are listed, so memory grows only with
//! the names in one directory and with what is to be deleted. `walk` and `remote` list, `names` says which key is which file,
//! `links` what leads out of the directory, `upload` and `download` decide what is to be done, `work` does it. What is to be
//! deleted is noted down on the way and deleted last.

mod download;
mod links;
mod names;
mod remote;
mod upload;
mod walk;
mod work;

use walk::Filter;
use work::{Job, Shared};

use super::report::{OnOutcome, OutcomeKind};
use super::{Transfer, What};
use crate::error::{Error, Result};
use crate::file::FileState;
use crate::request::{Options, Response};

/// How [`upload_directory`](crate::Bucket::upload_directory) and
/// [`download_directory`](crate::Bucket::download_directory) go about it.
///
/// ```
/// # use alioss::{DirectoryTransfer, Transfer};
/// let mirror = DirectoryTransfer::new().transfer(Transfer::new().workers(8)).delete();
/// ```
#[derive(Clone, Default)]
pub struct DirectoryTransfer<'a> {
    transfer: Transfer,
    deletes: bool,
    deletes_from_empty: bool,
    overwrites: bool,
    compares_content: bool,
    follows_links: bool,
    stops_at_failure: bool,
    makes_markers: bool,
    is_dry_run: bool,
    filter: Option<&'a Filter<'a>>,
    on_outcome: Option<&'a OnOutcome<'a>>,
}

impl<'a> DirectoryTransfer<'a> {
    /// What is new or different is transferred by three workers, nothing is deleted, links are left out.
    pub fn new() -> DirectoryTransfer<'a> {
        DirectoryTransfer::default()
    }

    /// Workers, part size and records of all files. The workers are for the whole: several files at a time, or one large file
    /// in parts.
    pub fn transfer(mut self, transfer: Transfer) -> Self {
        self.transfer = transfer;
        self
    }

    /// Deletes at the target what the source does not have, after everything else: not if anything failed, and not from a
    /// source that has no file or cannot be read. What [`filter`](Self::filter) leaves out stays, as does what is at or below
    /// the names of links and special files that were skipped. A file that was written to since it was listed stays, and
    /// counts as failed; an object is deleted by its key, also if it was stored anew since.
    pub fn delete(mut self) -> Self {
        self.deletes = true;
        self
    }

    /// With [`delete`](Self::delete): also if the source has no file, which then deletes everything.
    pub fn delete_from_empty(mut self) -> Self {
        self.deletes_from_empty = true;
        self
    }

    /// Transfers everything, also what is the same on both sides. An upload then lists nothing.
    pub fn overwrite(mut self) -> Self {
        self.overwrites = true;
        self
    }

    /// Compares files of the same size by their CRC-64, for which local files are read, instead of by their time. An upload needs
    /// this if a whole directory took the place of another one, by a rename or a link, since the files in it keep their times.
    pub fn compare_content(mut self) -> Self {
        self.compares_content = true;
        self
    }

    /// Follows symbolic links, in the source and in the target. Otherwise they are skipped and reported in an upload, and in a
    /// download a file that would be written through one fails.
    pub fn follow_links(mut self) -> Self {
        self.follows_links = true;
        self
    }

    /// The first file that fails ends the transfer.
    pub fn stop_at_failure(mut self) -> Self {
        self.stops_at_failure = true;
        self
    }

    /// An upload makes an object of 0 bytes with a slash at the end of its key for each empty directory. A download makes a
    /// directory of such an object in any case.
    pub fn markers(mut self) -> Self {
        self.makes_markers = true;
        self
    }

    /// Changes nothing, but reports what would be done. Content that would have to be compared is.
    pub fn dry_run(mut self) -> Self {
        self.is_dry_run = true;
        self
    }

    /// Leaves out, on both sides, the names for which `filter` is false: names below the directory with slashes, such as
    /// `a/b`; those of directories end with a slash, and nothing below one that is left out is asked about.
    pub fn filter(mut self, filter: &'a dyn Fn(&str) -> bool) -> Self {
        self.filter = Some(filter);
        self
    }

    /// Tells `on_outcome` of each file, on the calling thread; `false` stops the rest.
    pub fn on_outcome(mut self, on_outcome: &'a OnOutcome<'a>) -> Self {
        self.on_outcome = Some(on_outcome);
        self
    }

    fn check(&self) -> Result<()> {
        if self.overwrites && self.deletes {
            return Err(Error::contradiction(
                "overwrite",
                "delete",
                "what the source does not have is only known from a comparison",
            ));
        }
        if self.overwrites && self.compares_content {
            return Err(Error::contradiction(
                "overwrite",
                "compare_content",
                "give one of them",
            ));
        }
        self.transfer.check()
    }

    /// An error if what would be deleted is all there is, because of a source without files.
    fn check_deletion(&self, source_files: u64, extra: usize) -> Result<()> {
        if source_files > 0 || extra == 0 || self.deletes_from_empty {
            return Ok(());
        }
        Err(Error::unusable(
            "delete",
            format_args!(
                "the source has no file, so everything at the target ({extra} files) would be deleted; allow that with \
                 `delete_from_empty` (OSS_DIRECTORY_DELETE_FROM_EMPTY in C) if it is meant"
            ),
        ))
    }
}

/// What became of a file that did not fail.
struct Done {
    kind: OutcomeKind,
    /// What the service said of the object.
    object: Option<Response>,
    /// The file that was read for it.
    file: Option<FileState>,
}

impl Done {
    fn new(kind: OutcomeKind, object: Option<Response>) -> Done {
        Done {
            kind,
            object,
            file: None,
        }
    }

    /// After `file` was read.
    fn of_file(self, file: FileState) -> Done {
        Done {
            file: Some(file),
            ..self
        }
    }
}

/// One of the two ways.
trait Way: Sync {
    /// What is done to files.
    const WHAT: What;

    /// Does one file on any thread.
    fn perform(
        &self,
        shared: &Shared<'_>,
        job: &Job,
        transfer: &Transfer,
        options: &Options<'_>,
    ) -> Result<Done>;

    /// Whether a file failed with `error` because it is not in the source any more.
    fn vanished(&self, job: &Job, error: &Error) -> bool;
}

/// The prefix as that of a directory: with a slash at the end.
fn directory_prefix(prefix: &str) -> String {
    match prefix {
        "" => String::new(),
        _ if prefix.ends_with('/') => prefix.to_owned(),
        _ => format!("{prefix}/"),
    }
}

/// What is said besides when something failed.
fn note(deletes: bool) -> &'static str {
    match deletes {
        true => "therefore nothing was deleted",
        false => "",
    }
}
