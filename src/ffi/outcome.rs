//! What the last request of a call brought.

use std::ffi::CString;

#[cfg(feature = "transfers")]
use super::directory::OutcomeMemory;
use super::entry::{Entries, EntryMemory};
use super::kept::KeptList;
use super::status::{OSS_OK, oss_status, remember};
#[cfg(feature = "documents")]
use crate::document::Document;
use crate::error::{Error, Result, ServiceError};
use crate::operations::{Object, Select};
use crate::request::{Answer, Heard, Response};
use crate::transfer::Prefetch;
#[cfg(feature = "transfers")]
use crate::transfer::Report;

/// All that can be read from a call.
#[derive(Default)]
pub(super) struct Output {
    pub error: Option<Error>,
    pub response: Option<Response>,
    /// What the service said to the last attempt, even if something local
    /// failed afterwards; and how many there were.
    pub heard: Option<Answer>,
    pub attempts: u32,
    /// Who has ended it with [`Kind::Cancelled`](crate::error::Kind::Cancelled) has lowered the flag that it came from.
    pub cancel_is_cleared: bool,
    pub download: Option<Download>,
    pub entries: Option<Entries>,
    pub signed: Option<Signed>,
    /// What became of many files, and of those what getters return.
    #[cfg(feature = "transfers")]
    pub report: Report,
    #[cfg(feature = "transfers")]
    pub outcomes: Vec<OutcomeMemory>,
    /// The entry of a listing that a getter returned.
    pub entry: Option<EntryMemory>,
    /// The document in the body, once somebody asks for it.
    #[cfg(feature = "documents")]
    document: KeptList<Option<Document>>,
    /// Texts that getters return: those of the last request, and of the one before, such as an earlier page of a listing.
    texts: [Texts; 2],
    /// The words of the error, and those of the one before.
    words: [KeptList<CString>; 2],
    /// The bodies of refusals, which getters return as they are: until the next request.
    refusals: Vec<Error>,
}

/// By what they are asked for, which may become another text.
type Texts = KeptList<(String, CString)>;

/// What the words of the error are asked for by.
pub(super) const ERROR: &str = ":error";

/// A body that is still to be read.
pub(super) enum Download {
    Object(Object),
    Prefetch(Prefetch),
    Select(Select),
}

/// What was signed for others to send.
pub(super) struct Signed {
    pub url: String,
    /// Headers of a URL, fields of a form.
    pub along: Vec<(String, String)>,
    pub expiration: i64,
}

impl Output {
    /// Files the answer of an operation without a body of its own.
    pub fn answer(&mut self, response: Response) {
        self.response = Some(response);
    }

    /// Keeps what the service said, unless it said nothing.
    pub fn keep(&mut self, heard: Heard) {
        let (attempts, answer) = heard.into_parts();
        if attempts > 0 {
            (self.attempts, self.heard) = (attempts, answer);
        }
    }

    /// The good answer, also if something local failed after it.
    pub fn response(&self) -> Option<&Response> {
        let of_download = || self.download.as_ref().map(Download::response);
        let heard = || match &self.heard {
            Some(Answer::Good(response)) => Some(response),
            _ => None,
        };
        self.response.as_ref().or_else(of_download).or_else(heard)
    }

    /// The service's refusal, also if something local failed after it, such as the wait before the next attempt, and if
    /// it is as good an answer as any: that something does not exist.
    pub fn refusal(&self) -> Option<&ServiceError> {
        match (&self.error, &self.heard) {
            (Some(error), _) if error.service().is_some() => error.service(),
            (None, _) if self.response.is_some() => None,
            (_, Some(Answer::Refused(refusal))) => Some(refusal),
            _ => None,
        }
    }

    /// How many times the request was sent.
    pub fn total_attempts(&self) -> u32 {
        let failed = self.error.as_ref().map_or(0, Error::attempts);
        let answered = self.response().map_or(0, Response::attempts);
        match (failed, answered) {
            (0, 0) => self.attempts,
            (0, answered) => answered,
            (failed, _) => failed,
        }
    }

    /// The document in the body of a good answer, if there is one.
    #[cfg(feature = "documents")]
    pub fn document(&self) -> Option<&Document> {
        let parse = || self.response.as_ref()?.document().ok();
        self.document.find_or_add(|_| true, parse).as_ref()
    }

    /// A text that stays where it is until the next request, or, if it is the words of the error, until the next but one;
    /// asking twice for `name` gives the same pointer.
    pub fn lend_text(&self, name: &str, text: String) -> &CString {
        let text = match text.contains('\0') {
            true => text.replace('\0', " "),
            false => text,
        };
        if name == ERROR {
            let is_it = |other: &CString| other.as_bytes() == text.as_bytes();
            let make = || CString::new(text.as_str()).unwrap_or_default();
            return self.words[0].find_or_add(is_it, make);
        }
        let is_it = |(other, earlier): &(String, CString)| {
            other == name && earlier.as_bytes() == text.as_bytes()
        };
        let make = || {
            (
                name.to_owned(),
                CString::new(text.as_str()).unwrap_or_default(),
            )
        };
        &self.texts[0].find_or_add(is_it, make).1
    }

    /// A request of the same operation begins, such as for the next page: what was lent before the last one goes. However
    /// many follow each other, what is kept is that of two.
    pub fn begin_request(&mut self) {
        self.texts = [Texts::default(), std::mem::take(&mut self.texts[0])];
        self.refusals.clear();
    }

    pub fn fail(&mut self, error: Error) {
        let is_same = |earlier: &Error| earlier.message() == error.message();
        if self.error.as_ref().is_some_and(is_same) {
            return;
        }
        self.replace_error(Some(error));
    }

    /// Replaces the error. Its words may be an argument of what is running, so they stay until this is replaced as well.
    fn replace_error(&mut self, error: Option<Error>) {
        self.words = [KeptList::default(), std::mem::take(&mut self.words[0])];
        let earlier = std::mem::replace(&mut self.error, error);
        // There is one for each request.
        let refusals = earlier.filter(|earlier| earlier.service().is_some());
        self.refusals.extend(refusals);
    }

    pub fn finish(&mut self, result: Result<()>) -> oss_status {
        match result {
            Ok(()) => {
                // What went wrong in an earlier step, such as fetching a page, is over.
                if self.error.is_some() {
                    self.replace_error(None);
                }
                OSS_OK
            }
            Err(error) => {
                let status = remember(&error);
                self.fail(error);
                status
            }
        }
    }
}

impl Download {
    pub fn response(&self) -> &Response {
        match self {
            Download::Object(object) => object.response(),
            Download::Prefetch(object) => object.response(),
            Download::Select(select) => select.response(),
        }
    }

    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self {
            Download::Object(object) => object.read(buffer),
            Download::Prefetch(object) => object.read(buffer),
            Download::Select(select) => select.read(buffer),
        }
    }

    /// How far reading is, and how far it goes.
    pub fn progress(&self) -> (u64, Option<u64>) {
        match self {
            Download::Object(object) => (object.position(), object.response().content_length()),
            Download::Prefetch(object) => (object.position(), object.response().content_length()),
            Download::Select(select) => (select.scanned(), None),
        }
    }
}
