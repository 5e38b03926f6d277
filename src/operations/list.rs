//! Listings: requests for pages, what they hold, and iterators that fetch them as needed.

use std::collections::VecDeque;

use crate::answer;
use crate::client::Client;
use crate::error::{Error, Kind, Result};
use crate::escape;
use crate::request::{Method, Options, Request, Response};
use crate::time::Timestamp;
use crate::xml::Element;

/// What ListObjectsV2 is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListObjectsV2 {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Keys that hold this behind the prefix are folded into one common prefix; usually `/`.
    pub delimiter: String,
    /// Only keys behind this one.
    pub start_after: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`. The number of entries in all is not limited by it.
    pub max_keys: Option<u32>,
    /// Also ask for the owners.
    pub fetch_owner: bool,
}

/// What ListBuckets is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListBuckets {
    /// Only names that begin with this.
    pub prefix: String,
    /// Only names behind this one.
    pub marker: String,
    /// Entries per page, 1..1000; the service takes 100 if `None`.
    pub max_keys: Option<u32>,
    /// Only buckets of this resource group.
    pub resource_group_id: String,
}

/// An entry of an object listing, in the order of keys and prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedObject {
    /// An object.
    Object(ObjectSummary),
    /// What keys share up to the delimiter.
    CommonPrefix(String),
}

/// What a listing says about an object. Texts that the service does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ObjectSummary {
    /// The whole key.
    pub key: String,
    /// Bytes.
    pub size: u64,
    /// When it was stored.
    pub last_modified: Option<Timestamp>,
    /// With its quotes.
    pub etag: String,
    /// Such as `Standard`.
    pub storage_class: String,
    /// `Normal`, `Appendable`, `Multipart` or `Symlink`.
    pub object_type: String,
    /// Restore state of an archived object, as the service words it.
    pub restore_info: String,
    /// Id of the owner, if asked for.
    pub owner_id: String,
    /// Name of the owner, if asked for.
    pub owner_name: String,
}

/// What ListBuckets says about a bucket. Texts that the service does not give are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedBucket {
    /// Its name.
    pub name: String,
    /// When it was created.
    pub creation_date: Option<Timestamp>,
    /// Such as `Standard`.
    pub storage_class: String,
    /// Such as `cn-hangzhou`.
    pub region: String,
    /// Such as `oss-cn-hangzhou`.
    pub location: String,
    /// Public endpoint.
    pub extranet_endpoint: String,
    /// Internal endpoint.
    pub intranet_endpoint: String,
    /// Resource group.
    pub resource_group_id: String,
}

/// How a listing asks and what its answers mean.
pub(crate) trait Listing {
    type Entry;
    /// Root element of an answer.
    const ROOT: &'static str;
    /// The request for the page behind `token`, or for the first one.
    fn request<'a>(&'a self, token: Option<&'a str>) -> Request<'a>;
    fn page(&self, root: &Element) -> Result<Page<Self::Entry>>;
}

/// One answer: its entries, and where the next page begins.
pub(crate) struct Page<E> {
    entries: VecDeque<E>,
    next: Option<String>,
}

impl Listing for ListObjectsV2 {
    type Entry = ListedObject;
    const ROOT: &'static str = "ListBucketResult";

    fn request<'a>(&'a self, token: Option<&'a str>) -> Request<'a> {
        let mut request = Request::new("ListObjectsV2", Method::Get, None);
        request.parameter("list-type", "2");
        request.parameter("encoding-type", "url");
        for (name, value) in [
            ("prefix", &self.prefix),
            ("delimiter", &self.delimiter),
            ("start-after", &self.start_after),
        ] {
            if !value.is_empty() {
                request.parameter(name, value.as_str());
            }
        }
        if let Some(count) = self.max_keys {
            request.parameter("max-keys", count.to_string());
        }
        if self.fetch_owner {
            request.parameter("fetch-owner", "true");
        }
        if let Some(token) = token {
            request.parameter("continuation-token", token);
        }
        request
    }

    fn page(&self, root: &Element) -> Result<Page<ListedObject>> {
        let encoded = root.text_of("EncodingType") == "url";
        let mut entries = Vec::new();
        for contents in root.children_named("Contents") {
            entries.push(ListedObject::Object(object(contents, encoded)?));
        }
        for prefix in root.children_named("CommonPrefixes") {
            let prefix = key(prefix.text_of("Prefix"), encoded)?;
            entries.push(ListedObject::CommonPrefix(prefix));
        }
        // The service sends objects and prefixes apart; together they are in the order of their bytes.
        entries.sort_by(|a, b| a.name().as_bytes().cmp(b.name().as_bytes()));
        Ok(Page {
            entries: entries.into(),
            next: next(root, "NextContinuationToken")?,
        })
    }
}

impl ListedObject {
    /// The key or the prefix.
    pub fn name(&self) -> &str {
        match self {
            ListedObject::Object(object) => &object.key,
            ListedObject::CommonPrefix(prefix) => prefix,
        }
    }
}

impl Listing for ListBuckets {
    type Entry = ListedBucket;
    const ROOT: &'static str = "ListAllMyBucketsResult";

    fn request<'a>(&'a self, token: Option<&'a str>) -> Request<'a> {
        let mut request = Request::new("ListBuckets", Method::Get, None);
        let marker = token.unwrap_or(&self.marker);
        for (name, value) in [("prefix", self.prefix.as_str()), ("marker", marker)] {
            if !value.is_empty() {
                request.parameter(name, value);
            }
        }
        if let Some(count) = self.max_keys {
            request.parameter("max-keys", count.to_string());
        }
        if !self.resource_group_id.is_empty() {
            request.header("x-oss-resource-group-id", self.resource_group_id.as_str());
        }
        request
    }

    fn page(&self, root: &Element) -> Result<Page<ListedBucket>> {
        let buckets = root
            .children_named("Buckets")
            .flat_map(|all| all.children_named("Bucket"));
        Ok(Page {
            entries: buckets.map(bucket).collect::<Result<_>>()?,
            next: next(root, "NextMarker")?,
        })
    }
}

fn object(contents: &Element, encoded: bool) -> Result<ObjectSummary> {
    let text = |name| contents.text_of(name).to_owned();
    let owner = |name| {
        contents
            .child("Owner")
            .map_or("", |owner| owner.text_of(name))
            .to_owned()
    };
    Ok(ObjectSummary {
        key: key(contents.text_of("Key"), encoded)?,
        size: contents.u64_of("Size")?.unwrap_or(0),
        last_modified: contents.timestamp_of("LastModified")?,
        etag: text("ETag"),
        storage_class: text("StorageClass"),
        object_type: text("Type"),
        restore_info: text("RestoreInfo"),
        owner_id: owner("ID"),
        owner_name: owner("DisplayName"),
    })
}

fn bucket(bucket: &Element) -> Result<ListedBucket> {
    let text = |name| bucket.text_of(name).to_owned();
    Ok(ListedBucket {
        name: text("Name"),
        creation_date: bucket.timestamp_of("CreationDate")?,
        storage_class: text("StorageClass"),
        region: text("Region"),
        location: text("Location"),
        extranet_endpoint: text("ExtranetEndpoint"),
        intranet_endpoint: text("IntranetEndpoint"),
        resource_group_id: text("ResourceGroupId"),
    })
}

fn key(text: &str, encoded: bool) -> Result<String> {
    if encoded {
        escape::decode(text)
    } else {
        Ok(text.to_owned())
    }
}

/// Where the next page begins, if the answer is truncated.
fn next(root: &Element, name: &str) -> Result<Option<String>> {
    if !root.bool_of("IsTruncated")?.unwrap_or(false) {
        return Ok(None);
    }
    match root.text_of(name) {
        "" => Err(Error::new(
            Kind::BadResponse,
            format!("the listing is truncated, but has no {name}"),
        )),
        token => Ok(Some(token.to_owned())),
    }
}

/// A listing on its way: fetches a page when the one before is used up, and keeps no more than one.
pub(crate) struct Pager<L: Listing> {
    client: Client,
    listing: L,
    token: Option<String>,
    entries: VecDeque<L::Entry>,
    /// Whether the service has more pages.
    more: bool,
    pages: u64,
    /// A token of an earlier page, to notice when the service leads in a circle (Brent's algorithm).
    milestone: Option<String>,
}

impl<L: Listing> Pager<L> {
    pub(super) fn new(client: &Client, listing: L) -> Pager<L> {
        Pager {
            client: client.clone(),
            listing,
            token: None,
            entries: VecDeque::new(),
            more: true,
            pages: 0,
            milestone: None,
        }
    }

    /// The next entry; `None` after the last one. After an error the same page is asked for again.
    pub fn next(&mut self, options: &Options<'_>) -> Result<Option<L::Entry>> {
        loop {
            if let Some(entry) = self.entries.pop_front() {
                return Ok(Some(entry));
            }
            if !self.more {
                return Ok(None);
            }
            self.fetch(options)?;
        }
    }

    /// Fetches the next page; the answer without its body.
    pub(crate) fn fetch(&mut self, options: &Options<'_>) -> Result<Response> {
        let request = self.listing.request(self.token.as_deref());
        let operation = request.operation;
        let mut response = self.client.call(&request, options)?;
        let body = std::mem::take(&mut response.body);
        let root = answer::document(operation, &response, &body, L::ROOT)?;
        let page = self
            .listing
            .page(&root)
            .map_err(|error| answer::malformed(operation, &response, &error))?;
        if page.next.is_some() && page.next == self.milestone {
            return Err(Error::new(
                Kind::BadResponse,
                format!("{operation}: the listing leads in a circle and would never end"),
            ));
        }
        self.pages += 1;
        if self.pages.is_power_of_two() {
            self.milestone = page.next.clone();
        }
        self.more = page.next.is_some();
        self.token = page.next;
        self.entries = page.entries;
        Ok(response)
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
