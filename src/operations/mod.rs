//! The operations of OSS, by what they act on.

mod bucket;
mod download;
mod list;
mod object;
mod service;

pub use download::Object;
pub(crate) use list::Pager;
pub use list::{ListBuckets, ListObjectsV2, ListedBucket, ListedObject, ObjectSummary};

use crate::client::Client;
use crate::config::Config;
use crate::error::{Error, Result};
use crate::request::{Body, Method, Options, Request, Response};

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

    /// Sends a signed request of your own: `method` is GET, HEAD, PUT, POST, DELETE or OPTIONS, `key` is `None` at bucket
    /// level, and sub-resources and headers come from `options`. The answer is collected, up to 64 MiB.
    pub fn invoke<'a>(
        &self,
        method: &str,
        key: Option<&str>,
        body: impl Into<Body<'a>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        invoke(&self.client, method, key, body.into(), options)
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
        if config.is_cname {
            return Err(Error::invalid(
                "`is_cname`: a custom domain leads to one bucket, so the service as a whole cannot be reached through it; \
                 give an endpoint such as \"oss-cn-hangzhou.aliyuncs.com\"",
            ));
        }
        let client = Client::new(config, None)?;
        Ok(Service { client })
    }

    /// Sends a signed request of your own at service level; see [`Bucket::invoke`].
    pub fn invoke<'a>(
        &self,
        method: &str,
        body: impl Into<Body<'a>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        invoke(&self.client, method, None, body.into(), options)
    }
}

fn invoke(
    client: &Client,
    name: &str,
    key: Option<&str>,
    body: Body<'_>,
    options: &Options<'_>,
) -> Result<Response> {
    let method = Method::parse(name).ok_or_else(|| {
        Error::invalid(format!(
            "`method`: {name:?} is none of GET, HEAD, PUT, POST, DELETE and OPTIONS"
        ))
    })?;
    let request = Request::new(name, method, key);
    let body = match (method, body) {
        // A GET without a body has no length either; PUT and POST always have one.
        (Method::Put | Method::Post, Body::Empty) => Body::Bytes(&[]),
        (_, Body::Bytes([])) if method != Method::Put && method != Method::Post => Body::Empty,
        (_, body) => body,
    };
    client.call_with(&request, body, options)
}
