//! Presigned URLs and signed forms: what others may do for a while, and doing it.

use std::path::Path;
use std::time::Duration;

use super::download::{self, Object};
use super::{Bucket, body, request};
use crate::client::{PostPolicy, Presigned};
use crate::error::Result;
use crate::operation::Method;
use crate::request::{Body, Options, Request, Response};
use crate::table;

impl Bucket {
    /// A URL that lets anybody send `method` for `key`, or for the bucket, for `expires`: whole seconds, with V4 at most 7 days.
    /// Parameters of `options` are part of it; its headers have to be sent along, and are in the result. Parameters of signatures,
    /// such as `Expires`, are refused. Sends nothing.
    pub fn presign(
        &self,
        method: Method,
        key: Option<&str>,
        expires: Duration,
        options: &Options<'_>,
    ) -> Result<Presigned> {
        if !options.fields.is_empty() {
            return Err(body::no_fields("a presigned URL"));
        }
        let operation = table::method(method);
        let request = Request::new(operation, key);
        self.client.presign(&request, expires.as_secs(), options)
    }

    /// A form that lets anybody upload an object for `expires`: whole seconds, with V4 at most 7 days. `conditions` is a JSON
    /// array of what the form has to satisfy besides, such as
    /// `[["starts-with","$key","user/"],["content-length-range",1,1048576]]`, or empty. Sends nothing.
    pub fn post_policy(
        &self,
        expires: Duration,
        conditions: &str,
        options: &Options<'_>,
    ) -> Result<PostPolicy> {
        self.client
            .post_policy(expires.as_secs(), conditions, options)
    }

    /// PutObject by a presigned URL: stores `body`, compared with its CRC-64. The URL says where; of this bucket only the
    /// connections and settings are used, and its headers are not sent. `options` have to have the headers that were signed.
    pub fn put_object_by_url<'b>(
        &self,
        url: &str,
        body: impl Into<Body<'b>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = request!("PutObject", None);
        request.url = Some(url);
        let body = body::framed(Method::Put, body.into());
        self.client.call_with(&request, body, options)
    }

    /// GetObject by a presigned URL, checked like [`get_object`](Bucket::get_object).
    pub fn get_object_by_url(&self, url: &str, options: &Options<'_>) -> Result<Object> {
        Object::open_url(&self.client, url, options)
    }

    /// GetObject by a presigned URL into the file at `path`, as [`get_object_to_file`](Bucket::get_object_to_file) does it.
    pub fn get_object_by_url_to_file(
        &self,
        url: &str,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let open = || self.get_object_by_url(url, options);
        download::to_file(path.as_ref(), &self.client, options, open, &|| Ok(()))
    }

    /// HeadObject by a presigned URL.
    pub fn head_object_by_url(&self, url: &str, options: &Options<'_>) -> Result<Response> {
        let mut request = request!("HeadObject", None);
        request.url = Some(url);
        self.client.call(&request, options)
    }
}
