//! Multipart uploads: an object in parts that are sent one by one.

use std::path::Path;

use super::list::{ListMultipartUploads, ListParts, ListedPart, ListedUpload, Pager};
use super::object::unreadable;
use super::{Bucket, CopySource, request, send_for_document};
use crate::client::answer;
use crate::crc64;
use crate::error::{Error, Kind, Result};
use crate::file;
use crate::request::{Body, Options, Range, Request, Response};
use crate::xml;

/// Numbers of parts.
pub(super) const PART_NUMBERS: std::ops::RangeInclusive<u32> = 1..=10_000;

/// A part that has been uploaded, to complete the object with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UploadedPart {
    /// 1 to 10 000.
    pub number: u32,
    /// As UploadPart answered, with or without its quotes.
    pub etag: String,
    /// Size in bytes and CRC-64 of the part. If all parts have them, the whole object is compared.
    pub content: Option<(u64, u64)>,
}

impl Bucket {
    /// InitiateMultipartUpload: begins an upload; the headers of `options` become those of the object. The result is the
    /// upload id. What is never completed or aborted is stored and billed as parts.
    pub fn initiate_multipart_upload(
        &self,
        key: &str,
        options: &Options<'_>,
    ) -> Result<(Response, String)> {
        let mut request = request!("InitiateMultipartUpload", key);
        // The answer repeats the key, whose characters need not fit into XML.
        request.parameter("encoding-type", "url");
        let (response, root) = send_for_document(&self.client, request, Body::Empty, options)?;
        let document = answer::document("InitiateMultipartUpload", &response, root)?;
        let id = document.text_of("UploadId").trim().to_owned();
        Ok((response, id))
    }

    /// UploadPart: stores `body` as part `number` (1 to 10 000), 100 KB to 5 GB, the last one also less. Compared with its
    /// CRC-64.
    pub fn upload_part<'b>(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        body: impl Into<Body<'b>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let request = part(request!("UploadPart", key), upload_id, number)?;
        self.call_with(request, body.into(), options)
    }

    /// UploadPart from `length` bytes of the file at `path`, from `offset` on.
    #[allow(
        clippy::too_many_arguments,
        reason = "each of them is what the operation is about"
    )]
    pub fn upload_part_file(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        path: impl AsRef<Path>,
        offset: u64,
        length: u64,
        options: &Options<'_>,
    ) -> Result<Response> {
        let path = path.as_ref();
        let file = file::open("path", path)?;
        let size = file
            .metadata()
            .map_err(|cause| unreadable(path, cause))?
            .len();
        if offset.checked_add(length).is_none_or(|end| end > size) {
            return Err(Error::invalid(format!(
                "`offset`: {length} bytes from {offset} do not lie in {}, which has {size}",
                path.display()
            )));
        }
        let body = Body::File {
            file: &file,
            offset,
            length: Some(length),
        };
        self.upload_part(key, upload_id, number, body, options)
    }

    /// UploadPartCopy: makes part `number` a copy of `source`, or of the range of it that `options` has.
    pub fn upload_part_copy<'s>(
        &self,
        key: &str,
        upload_id: &str,
        number: u32,
        source: impl Into<CopySource<'s>>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let options = &*options.with_range_of_header();
        let mut request = part(request!("UploadPartCopy", key), upload_id, number)?;
        request.header("x-oss-copy-source", source.into().header(self.name())?);
        add_source_range(&mut request, options)?;
        self.call(request, options)
    }

    /// CompleteMultipartUpload: makes the parts, in ascending order, the object; no parts means all that were uploaded. The
    /// object is compared with the CRC-64 of the parts if all of them have it. Never repeated: after a lost answer HeadObject
    /// tells whether it happened.
    pub fn complete_multipart_upload(
        &self,
        key: &str,
        upload_id: &str,
        parts: &[UploadedPart],
        options: &Options<'_>,
    ) -> Result<Response> {
        check_parts(parts)?;
        let mut request = request!("CompleteMultipartUpload", key);
        request.parameter("uploadId", checked_id(upload_id)?);
        // The answer repeats the key: encoded, if not all of its characters fit into XML.
        if !xml::is_text(key) {
            request.parameter("encoding-type", "url");
        }
        let body = document(parts);
        if parts.is_empty() {
            request.header("x-oss-complete-all", "yes");
        }
        let mut response = self.call_with(request, Body::from(body.as_str()), options)?;
        if self.client.checks_crc64()
            && let (Some(ours), Some(theirs)) = (combined(parts), response.crc64())
        {
            response.verified = ours == theirs;
            if !response.verified {
                let message = format!(
                    "CompleteMultipartUpload: the object is not what its parts were: CRC-64 {theirs} there, {ours} here"
                );
                // The request is over, so nobody adds to the error how many attempts it took.
                let error = answer::not_proven(Kind::ChecksumMismatch, &response, message);
                return Err(error
                    .with_retryable(false)
                    .with_attempts(response.attempts()));
            }
        }
        Ok(response)
    }

    /// AbortMultipartUpload: ends an upload and deletes its parts. Parts in flight may survive; abort again until the answer
    /// is NoSuchUpload.
    pub fn abort_multipart_upload(
        &self,
        key: &str,
        upload_id: &str,
        options: &Options<'_>,
    ) -> Result<Response> {
        let mut request = request!("AbortMultipartUpload", key);
        request.parameter("uploadId", checked_id(upload_id)?);
        self.call(request, options)
    }

    /// ListParts: the parts of an upload in the order of their numbers, fetched page by page as the iterator moves.
    pub fn list_parts<'a>(
        &self,
        list: ListParts,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedPart>> + use<'a> {
        self.part_pager(list).iterate(options)
    }

    pub(crate) fn part_pager(&self, list: ListParts) -> Pager<ListParts> {
        Pager::new(&self.client, list)
    }

    /// ListMultipartUploads: the uploads that were neither completed nor aborted, fetched page by page as the iterator moves.
    pub fn list_multipart_uploads<'a>(
        &self,
        list: ListMultipartUploads,
        options: &'a Options<'a>,
    ) -> impl Iterator<Item = Result<ListedUpload>> + use<'a> {
        self.upload_pager(list).iterate(options)
    }

    pub(crate) fn upload_pager(&self, list: ListMultipartUploads) -> Pager<ListMultipartUploads> {
        Pager::new(&self.client, list)
    }
}

/// Which part of the source is copied. The service copies all of it if the range has no end.
pub(super) fn add_source_range(request: &mut Request<'_>, options: &Options<'_>) -> Result<()> {
    match options.range {
        None => Ok(()),
        Some(range @ Range::Bytes(..)) => {
            request.header("x-oss-copy-source-range", range.header()?);
            Ok(())
        }
        Some(_) => Err(Error::unusable(
            "range",
            "UploadPartCopy takes a first and a last byte",
        )),
    }
}

fn part<'a>(mut request: Request<'a>, upload_id: &'a str, number: u32) -> Result<Request<'a>> {
    check_number(number)?;
    request.parameter("partNumber", number.to_string());
    request.parameter("uploadId", checked_id(upload_id)?);
    Ok(request)
}

fn check_number(number: u32) -> Result<()> {
    if PART_NUMBERS.contains(&number) {
        return Ok(());
    }
    Err(Error::refused(
        "number",
        format_args!("{number} is not a valid part number"),
        "1 to 10000",
    ))
}

pub(super) fn checked_id(upload_id: &str) -> Result<&str> {
    match upload_id {
        "" => Err(Error::invalid(
            "`upload_id` is empty; InitiateMultipartUpload gives one",
        )),
        id => Ok(id),
    }
}

fn check_parts(parts: &[UploadedPart]) -> Result<()> {
    for part in parts {
        check_number(part.number)?;
        if part.etag.is_empty() {
            return Err(Error::unusable(
                "parts",
                format_args!("part {} has no ETag", part.number),
            ));
        }
    }
    match parts
        .windows(2)
        .find(|pair| pair[0].number >= pair[1].number)
    {
        None => Ok(()),
        Some(pair) => Err(Error::unusable(
            "parts",
            format_args!(
                "number {} comes after {}; they have to ascend",
                pair[1].number, pair[0].number
            ),
        )),
    }
}

fn document(parts: &[UploadedPart]) -> String {
    let mut body = String::new();
    if parts.is_empty() {
        return body;
    }
    body += "<CompleteMultipartUpload>";
    for part in parts {
        body += "<Part>";
        xml::element(&mut body, "PartNumber", &part.number.to_string());
        xml::element(&mut body, "ETag", &part.etag);
        body += "</Part>";
    }
    body += "</CompleteMultipartUpload>";
    body
}

/// CRC-64 of the parts one after the other, if all of them are known.
pub(crate) fn combined(parts: &[UploadedPart]) -> Option<u64> {
    if parts.is_empty() {
        return None;
    }
    parts.iter().try_fold(0, |crc, part| {
        let (size, next) = part.content?;
        Some(crc64::combine(crc, next, size))
    })
}
