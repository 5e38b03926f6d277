//! What became of many files or objects: how many of each kind, and which ones went wrong.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::path::PathBuf;

use crate::error::{Error, Kind};
use crate::file::FileState;
use crate::request::Response;
use crate::time::Timestamp;

/// How many outcomes of a kind are kept in a report; all are counted, and told one by one.
const MOST_KEPT: u64 = 1000;

/// What became of a file or an object. The numbers are those of the C API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(i32)]
pub enum OutcomeKind {
    /// It was uploaded or downloaded.
    Transferred = 1,
    /// It was the same on both sides already.
    Unchanged = 2,
    /// It was left out by a rule: a link, a pipe, a file that vanished.
    Skipped = 3,
    /// It was to be transferred or deleted, but could not be.
    Failed = 4,
    /// It was deleted.
    Deleted = 5,
}

/// One file or object, and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outcome {
    /// What became of it.
    pub kind: OutcomeKind,
    /// The whole key of the object. Of a file that cannot have one, as much of it as can be told.
    pub key: String,
    /// The version that was deleted; empty if none was named.
    pub version_id: String,
    /// The local file; empty if there is none.
    pub path: PathBuf,
    /// Bytes; 0 if that is not known. Of a file that was uploaded, what it had then.
    pub size: u64,
    /// Why it was skipped, or could not be transferred or deleted.
    pub error: Option<Error>,
    /// ETag, with its quotes, of the object that was stored, fetched or the same already; empty if that is not known.
    pub etag: String,
    /// When that object was stored; known if it was fetched or the same already.
    pub last_modified: Option<Timestamp>,
    /// Of an upload: the file as it was just before it was read. Who removes what was uploaded has to compare that with
    /// [`FileState::of`] its path: it may have changed while the answer was awaited, or since.
    pub file: Option<FileState>,
}

impl Outcome {
    pub(super) fn new(kind: OutcomeKind, key: impl Into<String>, size: u64) -> Outcome {
        Outcome {
            kind,
            key: key.into(),
            version_id: String::new(),
            path: PathBuf::new(),
            size,
            error: None,
            etag: String::new(),
            last_modified: None,
            file: None,
        }
    }

    pub(super) fn at(mut self, path: impl Into<PathBuf>) -> Outcome {
        self.path = path.into();
        self
    }

    /// With the object that `response` is about.
    pub(super) fn of_object(mut self, response: &Response) -> Outcome {
        response
            .etag()
            .unwrap_or_default()
            .clone_into(&mut self.etag);
        self.last_modified = response.last_modified();
        self
    }

    /// With the file that was read for it.
    pub(super) fn of_file(mut self, file: Option<FileState>) -> Outcome {
        self.size = file.map_or(self.size, |file| file.size);
        self.file = file;
        self
    }

    pub(super) fn because(mut self, error: Error) -> Outcome {
        self.error = Some(error);
        self
    }
}

/// Is told of each outcome on the calling thread; `false` stops the rest.
pub type OnOutcome<'a> = dyn Fn(&Outcome) -> bool + 'a;

/// So many files, with so many bytes in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Files or objects.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// What became of all of them.
#[derive(Clone, Debug, Default)]
pub struct Report {
    counts: [Count; 5],
    kept: Vec<Outcome>,
}

impl Report {
    /// How many ended like this.
    pub fn count(&self, kind: OutcomeKind) -> Count {
        self.counts
            .get(kind as usize - 1)
            .copied()
            .unwrap_or_default()
    }

    /// What was skipped and what failed, in the order in which it did: the first 1000 of each kind.
    pub fn problems(&self) -> &[Outcome] {
        &self.kept
    }

    fn add(&mut self, outcome: Outcome) {
        let Some(count) = self.counts.get_mut(outcome.kind as usize - 1) else {
            return;
        };
        count.files += 1;
        count.bytes = count.bytes.saturating_add(outcome.size);
        let is_problem = matches!(outcome.kind, OutcomeKind::Skipped | OutcomeKind::Failed);
        if is_problem && count.files <= MOST_KEPT {
            self.kept.push(outcome);
        }
    }
}

/// A call about many files that did not do all it was asked for: why, and what it did all the same.
#[derive(Clone)]
pub struct PartlyDone(Box<(Error, Report)>);

impl PartlyDone {
    pub(crate) fn new(error: Error, report: Report) -> PartlyDone {
        PartlyDone(Box::new((error, report)))
    }

    /// Why: what ended it, or if it went to the end, the first that failed.
    pub fn error(&self) -> &Error {
        &self.0.0
    }

    /// What became of the files until then.
    pub fn report(&self) -> &Report {
        &self.0.1
    }

    /// Both.
    pub fn into_parts(self) -> (Error, Report) {
        *self.0
    }
}

impl From<Error> for PartlyDone {
    fn from(error: Error) -> PartlyDone {
        PartlyDone::new(error, Report::default())
    }
}

impl From<PartlyDone> for Error {
    fn from(partly: PartlyDone) -> Error {
        partly.into_parts().0
    }
}

impl fmt::Display for PartlyDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error().fmt(f)
    }
}

impl fmt::Debug for PartlyDone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PartlyDone").field(self.error()).finish()
    }
}

impl std::error::Error for PartlyDone {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(self.error())
    }
}

/// A report that is being written, on the calling thread.
pub(super) struct Ledger<'a> {
    report: RefCell<Report>,
    on_outcome: Option<&'a OnOutcome<'a>>,
    /// Whether who is told of outcomes wants more of them.
    listens: Cell<bool>,
    stops_at_failure: bool,
    first_failure: RefCell<Option<Error>>,
    /// Why nothing more is to be done.
    reason_to_stop: RefCell<Option<Error>>,
}

impl<'a> Ledger<'a> {
    pub fn new(on_outcome: Option<&'a OnOutcome<'a>>, stops_at_failure: bool) -> Ledger<'a> {
        Ledger {
            report: RefCell::default(),
            on_outcome,
            listens: Cell::new(true),
            stops_at_failure,
            first_failure: RefCell::default(),
            reason_to_stop: RefCell::default(),
        }
    }

    /// Adds an outcome; an error if nothing more is to be done. What others still did after that is told, too, but to those who
    /// wanted no more.
    pub fn add(&self, outcome: Outcome) -> Result<(), Error> {
        if self.listens.get() {
            let goes_on = self.on_outcome.is_none_or(|told| told(&outcome));
            self.listens.set(goes_on);
            self.note_reason(&outcome, goes_on);
        }
        self.report.borrow_mut().add(outcome);
        self.reason_to_stop().map_or(Ok(()), Err)
    }

    fn note_reason(&self, outcome: &Outcome, goes_on: bool) {
        let mut reason = self.reason_to_stop.borrow_mut();
        let was_over = reason.is_some();
        if let (OutcomeKind::Failed, Some(error)) = (outcome.kind, &outcome.error) {
            let message = format!("{}: {error}", outcome.key);
            let error = error.clone().recast(error.kind(), message);
            if self.stops_at_failure {
                reason.get_or_insert_with(|| error.clone());
            }
            self.first_failure.borrow_mut().get_or_insert(error);
        }
        if !goes_on && !was_over {
            *reason = Some(Error::new(
                Kind::Cancelled,
                "the callback for outcomes stopped the rest",
            ));
        }
    }

    /// Why nothing more is to be done, if that is so.
    pub fn reason_to_stop(&self) -> Option<Error> {
        self.reason_to_stop.borrow().clone()
    }

    pub fn has_failures(&self) -> bool {
        self.report.borrow().count(OutcomeKind::Failed).files > 0
    }

    /// The report, if `ended` is good and nothing failed; `note` is what else to say of failures.
    pub fn close(self, ended: Result<(), Error>, note: &str) -> Result<Report, PartlyDone> {
        let report = self.report.into_inner();
        let failed = report.count(OutcomeKind::Failed).files;
        let error = match (ended, self.first_failure.into_inner()) {
            (Err(error), _) => error,
            (Ok(()), None) => return Ok(report),
            (Ok(()), Some(first)) => {
                let message = match failed {
                    1 => format!("1 failed: {first}"),
                    _ => format!("{failed} failed, the first: {first}"),
                };
                let first = first.clone().recast(first.kind(), message);
                match note {
                    "" => first,
                    note => first.with_note(note),
                }
            }
        };
        Err(PartlyDone::new(error, report))
    }
}
