//! Listings: requests for pages, what they hold, and iterators that fetch them as needed.

mod buckets;
mod objects;
mod uploads;
mod versions;

use std::collections::VecDeque;

pub use buckets::{ListBuckets, ListedBucket};
pub use objects::{ListObjects, ListObjectsV2, ListedObject, ObjectSummary};
pub use uploads::{ListMultipartUploads, ListParts, ListedPart, ListedUpload};
pub use versions::{ListObjectVersions, ListedVersion, ObjectVersion};

use crate::client::Client;
use crate::client::answer;
use crate::clock::Clock;
use crate::error::{Error, Kind, Result};
use crate::escape;
use crate::operation::Operation;
use crate::request::{Body, Options, Request, Response};
use crate::xml::Element;

/// Parameters that say where a page begins.
const MARKERS: [&str; 7] = [
    "continuation-token",
    "key-marker",
    "marker",
    "part-number-marker",
    "start-after",
    "upload-id-marker",
    "version-id-marker",
];

/// How a listing asks and what its answers mean.
pub(crate) trait Listing {
    type Entry;
    const OPERATION: &'static Operation;
    /// Whether names are asked for with `encoding-type=url`.
    const ENCODED: bool = true;
    /// Whether an answer may leave out whether it is all there is.
    const MAY_NOT_SAY: bool = false;
    /// The object that the listing is about.
    fn key(&self) -> Option<&str> {
        None
    }
    /// What the names of its entries begin with.
    fn prefix(&self) -> &str {
        ""
    }
    /// The name that has to begin so.
    fn name(_: &Self::Entry) -> &str {
        ""
    }
    /// An error if it cannot be asked for.
    fn check(&self) -> Result<()> {
        Ok(())
    }
    /// Adds what the page after `marker`, or the first one, is asked for.
    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>);
    fn page(&self, root: &Element) -> Result<Page<Self::Entry>>;
    /// The marker in the element `name` of a truncated answer; an error if it has none, or does not say whether it is
    /// truncated and has to.
    fn next(root: &Element, name: &str) -> Result<Option<Marker>> {
        let marker = root.text_of(name);
        // An answer with a marker that does not say that it is whole is not taken for all there is.
        let goes_on = match is_truncated(root)? {
            Some(goes_on) => goes_on,
            None if marker.is_empty() && !Self::MAY_NOT_SAY => {
                return Err(lacks("the listing", "IsTruncated"));
            }
            None => !marker.is_empty(),
        };
        match marker {
            _ if !goes_on => Ok(None),
            "" => Err(no_marker(name)),
            marker => Ok(Some(escape::decode_if(root.is_encoded()?, marker)?.into())),
        }
    }
    /// As [`next`](Self::next), of a name and an id.
    fn next_pair(root: &Element, name: &str, id: &str) -> Result<Option<Marker>> {
        Ok(Self::next(root, name)?.map(|marker| Marker {
            id: root.text_of(id).trim().to_owned(),
            ..marker
        }))
    }
}

/// A listing that folds keys only if it has a delimiter.
pub(crate) trait Foldable: Listing {
    /// What one entry is of; the prefix if it stands for all keys that begin so.
    type Item;
    fn unfold(entry: Self::Entry) -> Result<Self::Item, String>;
}

/// One answer: its entries, and where the next page begins.
pub(crate) struct Page<E> {
    entries: VecDeque<E>,
    next: Option<Marker>,
}

/// Where a page begins: after a name, and after an id where several entries have that name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Marker {
    name: String,
    id: String,
}

impl From<String> for Marker {
    fn from(name: String) -> Marker {
        Marker {
            name,
            id: String::new(),
        }
    }
}

/// Adds the parameters that are not empty.
fn add<'a>(request: &mut Request<'a>, parameters: &[(&'static str, &'a str)]) {
    for (name, value) in parameters {
        if !value.is_empty() {
            request.parameter(name, *value);
        }
    }
}

fn add_count(request: &mut Request<'_>, name: &'static str, count: Option<u32>) {
    if let Some(count) = count {
        request.parameter(name, count.to_string());
    }
}

/// `None` if the answer does not say: that of ListBuckets need not.
fn is_truncated(root: &Element) -> Result<Option<bool>> {
    root.bool_of("IsTruncated")
}

fn no_marker(name: &str) -> Error {
    Error::new(
        Kind::BadResponse,
        format!("the listing is truncated, but has no {name}"),
    )
}

/// The text of the element `name` of an entry, which has to be there.
fn text_of<'e>(entry: &'e Element, name: &str) -> Result<&'e str> {
    match entry.text_of(name) {
        "" => Err(lacks("an entry of the answer", name)),
        text => Ok(text),
    }
}

/// Likewise of an id, which has no spaces around it.
pub(super) fn id_of(entry: &Element, name: &str) -> Result<String> {
    match entry.text_of(name).trim() {
        "" => Err(lacks("an entry of the answer", name)),
        id => Ok(id.to_owned()),
    }
}

/// Likewise of a name, which may be percent-encoded.
pub(super) fn name_of(entry: &Element, name: &str, encoded: bool) -> Result<String> {
    escape::decode_if(encoded, text_of(entry, name)?)
}

/// Likewise of a number of bytes.
fn size_of(entry: &Element) -> Result<u64> {
    let size = entry.u64_of("Size")?;
    size.ok_or_else(|| lacks("an entry of the answer", "Size"))
}

fn lacks(what: &str, name: &str) -> Error {
    Error::new(Kind::BadResponse, format!("{what} has no {name}"))
}

fn common_prefixes(root: &Element, encoded: bool) -> impl Iterator<Item = Result<String>> {
    root.children_named("CommonPrefixes")
        .map(move |prefix| name_of(prefix, "Prefix", encoded))
}

/// An error if a service lists what was not asked for: who asked may delete it, or take it for what it is not.
fn check_prefix(prefix: &str, name: &str) -> Result<()> {
    if name.starts_with(prefix) {
        return Ok(());
    }
    Err(Error::new(
        Kind::BadResponse,
        format!("the listing of {prefix:?} has {name:?}, which does not begin like that"),
    ))
}

/// Name and id of the owner; empty if the entry does not tell.
fn owner(entry: &Element) -> (String, String) {
    let text = |name| entry.child("Owner").map_or("", |owner| owner.text_of(name));
    (text("ID").to_owned(), text("DisplayName").to_owned())
}

/// A listing on its way: fetches a page when the one before is used up, and keeps no more than one.
pub(crate) struct Pager<L: Listing> {
    client: Client,
    listing: L,
    marker: Option<Marker>,
    entries: VecDeque<L::Entry>,
    /// Whether the service has more pages.
    more: bool,
    pages: u64,
    /// The marker of an earlier page, to notice when the service leads in a circle (Brent's algorithm).
    milestone: Option<Marker>,
    /// By how many seconds the service's clock was ahead of this machine's at the last page, at least and at most.
    ahead: (i64, i64),
    /// Status and request id of the last page.
    answer: (u16, String),
}

impl<L: Listing> Pager<L> {
    pub(super) fn new(client: &Client, listing: L) -> Pager<L> {
        Pager {
            client: client.clone(),
            listing,
            marker: None,
            entries: VecDeque::new(),
            more: true,
            pages: 0,
            milestone: None,
            ahead: (0, 0),
            answer: (0, String::new()),
        }
    }

    /// The error of a page that is wrong: `why`.
    pub fn refuse(&self, why: &str) -> Error {
        let (status, request_id) = &self.answer;
        let message = format!("{}: {why}", L::OPERATION.name);
        answer::not_proven_by(Kind::BadResponse, *status, request_id, message)
    }

    /// By how many seconds the service's clock is ahead of this machine's, at least and at most, as far as the last page told.
    pub fn ahead(&self) -> (i64, i64) {
        self.ahead
    }

    /// The next entry; `None` after the last one. After an error the same page is asked for again.
    ///
    /// The total timeout is for all pages that it takes to find an entry: the service may send any number of empty ones.
    pub fn next(&mut self, options: &Options<'_>) -> Result<Option<L::Entry>> {
        let mut deadline = None;
        loop {
            if let Some(entry) = self.entries.pop_front() {
                return Ok(Some(entry));
            }
            if !self.more {
                return Ok(None);
            }
            if deadline.is_none() {
                deadline = self.client.deadline(options)?;
            }
            let asked = Clock::default().now();
            let page = self.fetch(&Options {
                deadline,
                ..options.clone()
            })?;
            if let Some(date) = page.date() {
                let answered = Clock::default().now();
                self.ahead = (
                    date.0.saturating_sub(answered),
                    date.0.saturating_sub(asked),
                );
            }
        }
    }

    /// Whether [`Pager::next`] need not ask the service: for an entry of `wanted`, or to say that there is no other.
    pub fn is_ready(&self, wanted: &dyn Fn(&L::Entry) -> bool) -> bool {
        !self.more || self.entries.iter().any(wanted)
    }

    /// The settings of the caller's, who may say where the listing begins, but not where it goes on.
    fn options<'o>(&self, options: &Options<'o>) -> Options<'o> {
        let mut options = options.clone();
        if self.marker.is_some() {
            options
                .query
                .retain(|(name, _)| !MARKERS.contains(&name.as_ref()));
        }
        options
    }

    /// Fetches the next page; the answer without its body.
    pub(crate) fn fetch(&mut self, options: &Options<'_>) -> Result<Response> {
        self.listing.check()?;
        let operation = L::OPERATION.name;
        let request = self.request();
        let (mut response, root) =
            super::send_for_document(&self.client, request, Body::Empty, &self.options(options))?;
        // Its entries are what is kept of it.
        response.body = Vec::new();
        self.answer = (response.status, response.request_id().to_owned());
        let root = answer::document(operation, &response, root)?;
        let page = self
            .listing
            .page(&root)
            .and_then(|page| self.checked(page, options))
            .map_err(|error| answer::malformed(operation, &response, &error))?;
        if page.next.is_some() && page.next == self.milestone {
            return Err(self.refuse("the listing leads in a circle and would never end"));
        }
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.milestone = page.next.clone();
        }
        self.more = page.next.is_some();
        self.marker = page.next;
        self.entries = page.entries;
        Ok(response)
    }

    /// The page, if all of it was asked for.
    fn checked(&self, page: Page<L::Entry>, options: &Options<'_>) -> Result<Page<L::Entry>> {
        let mut query = options.query.iter();
        let prefix = match query.find(|(name, _)| name == "prefix") {
            Some((_, given)) => given.as_deref().unwrap_or_default(),
            None => self.listing.prefix(),
        };
        let mut names = page.entries.iter().map(L::name);
        names.try_for_each(|name| check_prefix(prefix, name))?;
        Ok(page)
    }

    /// As [`next`](Pager::next), of a listing without a delimiter: an entry that folds keys hides them from who asked for
    /// each, and would delete what it takes for missing.
    pub fn next_item(&mut self, options: &Options<'_>) -> Result<Option<L::Item>>
    where
        L: Foldable,
    {
        let unfolded = self.next(options)?.map(L::unfold).transpose();
        unfolded.map_err(|prefix| {
            self.refuse(&format!(
                "the listing folds the keys that begin with {prefix:?}, which nobody asked for"
            ))
        })
    }

    fn request(&self) -> Request<'_> {
        let mut request = Request::new(L::OPERATION, self.listing.key());
        if L::ENCODED {
            request.parameter("encoding-type", "url");
        }
        self.listing.describe(&mut request, self.marker.as_ref());
        request
    }

    /// The rest as an iterator, which ends after the first error.
    pub(super) fn iterate<'a>(
        mut self,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<L::Entry>> + use<'a, L> {
        let mut failed = false;
        std::iter::from_fn(move || {
            if failed {
                return None;
            }
            let next = self.next(options).transpose();
            failed = matches!(next, Some(Err(_)));
            next
        })
    }
}
