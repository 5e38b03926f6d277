//! The operations of OSS, by what they act on.

mod body;
mod bucket;
mod delete;
mod download;
#[cfg(feature = "documents")]
mod fields;
#[cfg(not(feature = "documents"))]
#[path = "fields_without.rs"]
mod fields;
#[cfg(all(test, feature = "documents"))]
#[allow(dead_code, reason = "only refusals are tested here")]
mod fields_without;
#[cfg(feature = "documents")]
mod invoke;
mod list;
mod multipart;
mod object;
mod presign;
#[cfg(feature = "select")]
mod select;
#[cfg(not(feature = "select"))]
#[path = "select_without.rs"]
mod select;
mod service;
mod settings;

pub use delete::{DeletedObject, ObjectIdentifier};
pub use download::Object;
pub use list::{
    ListBuckets, ListMultipartUploads, ListObjectVersions, ListObjects, ListObjectsV2, ListParts,
    ListedBucket, ListedObject, ListedPart, ListedUpload, ListedVersion, ObjectSummary,
    ObjectVersion,
};
pub(crate) use list::{Listing, Pager};
pub use multipart::UploadedPart;
pub(crate) use multipart::combined;
pub use object::CopySource;
pub use select::Select;
#[cfg(feature = "select")]
pub use select::SelectMeta;

use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::operation::Operation;
use crate::request::{Body, Options, Request, Response};
use crate::xml::Element;

/// The request of the operation of that name, without what the caller adds.
macro_rules! request {
    ($name:literal, $key:expr) => {
        crate::request::Request::new(crate::table::operation!($name), $key.into())
    };
}
use request;

/// A bucket of the service. Immutable; share one among any number of threads. Clones are cheap.
#[derive(Clone, Debug)]
pub struct Bucket {
    pub(crate) client: Client,
}

impl Bucket {
    /// Checks `config` and `name` (3..63 lower-case letters, digits and hyphens). Sends nothing.
    pub fn new(config: &Config, name: &str) -> Result<Bucket> {
        let client = Client::new(config, Some(name))?;
        Ok(Bucket { client })
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.client.bucket().unwrap_or_default()
    }

    /// Where the service is, such as `https://oss-cn-hangzhou.aliyuncs.com`: as given, or made of the region.
    pub fn endpoint(&self) -> String {
        self.client.endpoint()
    }

    /// Sends a request without a body.
    fn call(&self, request: Request<'_>, options: &Options<'_>) -> Result<Response> {
        send(&self.client, request, Body::Empty, options)
    }

    /// Sends a request with a body.
    fn call_with(
        &self,
        request: Request<'_>,
        body: Body<'_>,
        options: &Options<'_>,
    ) -> Result<Response> {
        send(&self.client, request, body, options)
    }
}

/// The service itself: what is not about one bucket. Immutable; share one among any number of threads.
#[derive(Clone, Debug)]
pub struct Service {
    pub(crate) client: Client,
}

impl Service {
    /// Checks `config`. Sends nothing.
    pub fn new(config: &Config) -> Result<Service> {
        if config.cname {
            return Err(Error::unusable(
                "cname",
                "a custom domain leads to one bucket, so the service as a whole cannot be reached through it; \
                 give an endpoint such as \"oss-cn-hangzhou.aliyuncs.com\"",
            ));
        }
        let client = Client::new(config, None)?;
        Ok(Service { client })
    }
}

/// Sends `request` with the body that it should have, and collects the answer.
fn send(
    client: &Client,
    request: Request<'_>,
    body: Body<'_>,
    options: &Options<'_>,
) -> Result<Response> {
    let (response, _) = send_for_document(client, request, body, options)?;
    Ok(response)
}

/// As [`send`]; also the document of the answer, if the row has one.
fn send_for_document(
    client: &Client,
    request: Request<'_>,
    body: Body<'_>,
    options: &Options<'_>,
) -> Result<(Response, Option<Element>)> {
    match fields::edited(request.operation, &body, options)? {
        Some(document) => send_as_is(client, request, Body::from(&document), options),
        None => send_as_is(client, request, body, options),
    }
}

fn send_as_is(
    client: &Client,
    mut request: Request<'_>,
    body: Body<'_>,
    options: &Options<'_>,
) -> Result<(Response, Option<Element>)> {
    let body = body::framed(request.operation.method, body);
    body::describe(&mut request, &body);
    let sent = client.call_for_document(&request, body, options);
    sent.or_else(|error| match is_done(request.operation, &error) {
        true => Ok((Response::repeated(&error), None)),
        false => Err(error),
    })
}

/// Whether the refusal says that an attempt whose answer was lost has done it: what was to go is gone.
fn is_done(operation: &Operation, error: &Error) -> bool {
    let gone = match operation.name {
        "AbortMultipartUpload" => "NoSuchUpload",
        "DeleteBucket" => "NoSuchBucket",
        _ => return false,
    };
    error.answer_was_lost() && error.code() == gone
}
