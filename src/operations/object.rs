//! Operations on objects and their data.

use std::borrow::Cow;
use std::path::Path;

use super::download::{self, Object};
use super::{Bucket, request};
use crate::error::{Error, Kind, Result};
use crate::escape;
use crate::file;
use crate::names;
use crate::request::{Body, Options, Response};

/// What is copied: an object of the same bucket, unless another one is named.
#[derive(Clone, Copy, Debug, Default)]
pub struct CopySource<'a> {
    /// The bucket; `None` for the one that is copied to. It has to be in the same region.
    pub bucket: Option<&'a str>,
    /// The key.
    pub key: &'a str,
    /// The version; `None` for the latest.
    pub version_id: Option<&'a str>,
}

impl<'a> From<&'a str> for CopySource<'a> {
    fn from(key: &'a str) -> CopySource<'a> {
        CopySource {
            key,
            ..CopySource::default()
        }
    }
}

impl CopySource<'_> {
    /// The value of `x-oss-copy-source`.
    pub(crate) fn header(&self, target: &str) -> Result<String> {
        let bucket = self.bucket.unwrap_or(target);
        names::check_bucket_named("source_bucket", bucket)?;
        names::check_key_named("source_key", self.key)?;
        let mut value = format!("/{bucket}/{}", escape::encode_path(self.key));
        if let Some(version) = self.version_id.filter(|id| !id.is_empty()) {
            value += &format!("?versionId={}", escape::encode(version));
        }
        Ok(value)
    }
}

impl Bucket {
    /// PutObject: stores `body` as `key`, up to 5 GB. Content-Type is guessed from the key unless `options` has one.
    pub fn put_object<'b>(
        &self,
        key: &str,
        body: impl Into<Body<'b>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        self.call_with(request!("PutObject", key), body.into(), options)
    }

    /// PutObject from the regular file at `path`. If it is written to meanwhile, that is an error and nothing is stored.
    pub fn put_object_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let file = file::open("path", path.as_ref())?;
        let body = Body::file(&file).map_err(|cause| unreadable(path.as_ref(), cause))?;
        self.put_object(key, body, options)
    }

    /// GetObject: the body is read from the result. A whole object is compared with its CRC-64, every answer with its
    /// length; when the connection breaks midway, the rest is fetched as a range.
    pub fn get_object(&self, key: &str, options: &Options<'_>) -> Result<Object> {
        Object::open(&self.client, key, options)
    }

    /// GetObject into `buffer`; the length of what came is the second part of the result. A larger object is an error.
    pub fn get_object_to_buffer(
        &self,
        key: &str,
        buffer: &mut [u8],
        options: &Options<'_>,
    ) -> Result<(Response, usize)> {
        download::to_buffer(self.get_object(key, options)?, buffer, options)
    }

    /// GetObject into the file at `path`, which appears whole or not at all: a temporary file is filled, checked and put in
    /// its place, after one fsync of its content unless [`Config::file_sync`](crate::Config::file_sync) is off. Links are
    /// followed, an existing file is replaced by one with its mode and, where allowed, its owner (other hard links to it keep
    /// the old content), and anything but a regular file is refused. The temporary file has no name where the system can do
    /// that (Linux), else it is called `.NAME.alioss-part`. Data that arrived wrong is fetched again.
    pub fn get_object_to_file(
        &self,
        key: &str,
        path: impl AsRef<Path>,
        options: &Options<'_>,
    ) -> Result<Response> {
        self.get_object_to_file_if(key, path.as_ref(), options, &|| Ok(()))
    }

    /// The same, if `may_appear` says so right before the file does.
    pub(crate) fn get_object_to_file_if(
        &self,
        key: &str,
        path: &Path,
        options: &Options<'_>,
        may_appear: &dyn Fn() -> Result<()>,
    ) -> Result<Response> {
        let open = || self.get_object(key, options);
        download::to_file(path, &self.client, options, open, may_appear)
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
        self.call(request!("HeadObject", key), options)
    }

    /// GetObjectMeta: ETag, size and time of the object; cheaper than HeadObject.
    pub fn get_object_meta(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("GetObjectMeta", key), options)
    }

    /// Whether the object exists, by GetObjectMeta. Only the service's word that it does not is a no: a refusal, a missing
    /// bucket and a network failure are errors.
    pub fn object_exists(&self, key: &str, options: &Options<'_>) -> Result<bool> {
        match self.get_object_meta(key, options) {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error, &["NoSuchKey", "NoSuchVersion"]) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// CopyObject: makes `key` a copy of `source`, without its data passing through here; up to 5 GB. ETag and time of the
    /// copy are in the document of the response. `options` may set `x-oss-metadata-directive: REPLACE` with new headers, and
    /// conditions such as `x-oss-copy-source-if-match`.
    pub fn copy_object<'s>(
        &self,
        key: &str,
        source: impl Into<CopySource<'s>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = request!("CopyObject", key);
        let source = source.into().header(self.name())?;
        request.header("x-oss-copy-source", source);
        self.call(request, options)
    }

    /// AppendObject: adds `body` to the appendable object `key`, whose size has to be `position`; 0 makes the object. Where
    /// to go on is [`Response::next_append_position`]. Never repeated: after a lost answer HeadObject tells whether it
    /// happened. The whole object is compared with its CRC-64 if [`Options::initial_crc64`] tells what of it was there.
    pub fn append_object<'b>(
        &self,
        key: &str,
        position: u64,
        body: impl Into<Body<'b>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = request!("AppendObject", key);
        request.parameter("position", position.to_string());
        self.call_with(request, body.into(), options)
    }

    /// SealAppendObject: nothing can be appended any more. `position` is the size of the object.
    pub fn seal_append_object(
        &self,
        key: &str,
        position: u64,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = request!("SealAppendObject", key);
        request.parameter("position", position.to_string());
        self.call(request, options)
    }

    /// DeleteObject. Deleting what is not there is a success, as with the service.
    pub fn delete_object(&self, key: &str, options: &Options<'_>) -> Result<Response> {
        self.call(request!("DeleteObject", key), options)
    }
}

/// Whether the service said, in one of these codes, that what was asked for is not there. Anybody on the way can answer 404.
pub(super) fn is_missing(error: &Error, codes: &[&str]) -> bool {
    error.kind() == Kind::NotFound && codes.contains(&error.code())
}

pub(super) fn unreadable(path: &Path, cause: std::io::Error) -> Error {
    Error::io(format!("`path`: cannot read {}", path.display()), cause)
}

/// The value of a header that holds a key.
pub(super) fn encoded_key(name: &str, key: &str) -> Result<Cow<'static, str>> {
    names::check_key_named(name, key)?;
    Ok(escape::encode(key).into_owned().into())
}
