//! Operations on objects.

use std::fs::File;
use std::path::Path;

use super::Bucket;
use super::download::{self, Object};
use crate::content_type;
use crate::error::{Error, Result};
use crate::request::{Body, Method, Options, Request, Response};

impl Bucket {
    /// PutObject: stores `body` as `key`, up to 5 GB. Content-Type is guessed from the key unless `options` has one.
    pub fn put_object<'b>(
        &self,
        key: &str,
        body: impl Into<Body<'b>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = Request::new("PutObject", Method::Put, Some(key));
        request.header("content-type", content_type::guess(key));
        request.data = true;
        let body = match body.into() {
            Body::Empty => Body::Bytes(&[]),
            body => body,
        };
        self.client.call_with(&request, body, options)
    }

    /// PutObject from the file at `path`.
    pub fn put_object_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let path = path.as_ref();
        let failed = |cause| Error::io(format!("`path`: cannot read {}", path.display()), cause);
        let file = File::open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            return Err(Error::invalid(format!(
                "`path`: {} is not a regular file; use a stream for pipes and devices",
                path.display()
            )));
        }
        let body = Body::file(&file).map_err(failed)?;
        self.put_object(key, body, options)
    }

    /// GetObject: the body is read from the result. A whole object is compared with its CRC-64, every answer with its
    /// length; when the connection breaks midway, the rest is fetched as a range.
    pub fn get_object(&self, key: &str, options: &Options<'_>) -> Result<Object> {
        Object::open(&self.client, key, options)
    }

    /// GetObject into `buffer`; the length of what came is the `content_length` of the result. A larger object is an
    /// error.
    pub fn get_object_to_buffer(
        &self,
        key: &str,
        buffer: &mut [u8],
        options: &Options<'_>,
    ) -> Result<(Response, usize)> {
        download::to_buffer(self.get_object(key, options)?, buffer, options)
    }

    /// GetObject into the file at `path`, which appears whole or not at all: a temporary file beside it is filled, checked,
    /// synced and renamed.
    pub fn get_object_to_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> Result<Response> {
        download::to_file(path.as_ref(), options, || self.get_object(key, options))
    }

    /// GetObject into a writer. What was written before an error stays written.
    pub fn get_object_to_writer(
        &self,
        key: &str,
        writer: &mut dyn std::io::Write,
        options: &Options<'_>,
    ) -> Result<Response> {
        download::to_writer(self.get_object(key, options)?, writer, options)
    }

    /// HeadObject: all headers of the object, without its body.
    pub fn head_object(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        let request = Request::new("HeadObject", Method::Head, Some(key));
        self.client.call(&request, options)
    }

    /// GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.
    pub fn get_object_meta(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        let mut request = Request::new("GetObjectMeta", Method::Head, Some(key));
        request.query.push(("objectMeta".into(), None));
        self.client.call(&request, options)
    }

    /// DeleteObject. Deleting what is not there is a success, as with the service.
    pub fn delete_object(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        let request = Request::new("DeleteObject", Method::Delete, Some(key));
        self.client.call(&request, options)
    }
}
