//! Listings of multipart uploads and of their parts.

use super::{
    Foldable, Listing, Marker, Page, add, add_count, common_prefixes, id_of, name_of, size_of,
    text_of,
};
use crate::error::{Error, Kind, Result};
use crate::operation::Operation;
use crate::operations::multipart::{PART_NUMBERS, checked_id};
use crate::request::Request;
use crate::sort::sort_by;
use crate::table::operation;
use crate::time::Timestamp;
use crate::xml::Element;

/// What ListMultipartUploads is asked for. Empty texts and `None` are left out of the request.
#[derive(Clone, Debug, Default)]
pub struct ListMultipartUploads {
    /// Only keys that begin with this.
    pub prefix: String,
    /// Keys that hold this after the prefix are folded into one common prefix; usually `/`.
    pub delimiter: String,
    /// Only keys after this one, and with `upload_id_marker` also the later uploads of this one.
    pub key_marker: String,
    /// Only uploads of `key_marker` after this one.
    pub upload_id_marker: String,
    /// Entries per page, 1..1000; the service takes 1000 if `None`. The number of entries in all is not limited by it.
    pub max_uploads: Option<u32>,
}

/// An entry of a listing of uploads, in the order of keys and prefixes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListedUpload {
    /// An upload that was neither completed nor aborted.
    #[non_exhaustive]
    Upload {
        /// The key.
        key: String,
        /// The upload id.
        upload_id: String,
        /// When it began.
        initiated: Option<Timestamp>,
    },
    /// What keys share up to the delimiter.
    CommonPrefix(String),
}

/// What ListParts is asked for: the parts of one upload.
#[derive(Clone, Debug, Default)]
pub struct ListParts {
    /// The key.
    pub key: String,
    /// The upload id.
    pub upload_id: String,
    /// Only parts with higher numbers.
    pub part_number_marker: Option<u32>,
    /// Entries per page, 1..1000; the service takes 1000 if `None`. The number of entries in all is not limited by it.
    pub max_parts: Option<u32>,
}

/// What ListParts says about a part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListedPart {
    /// 1 to 10 000.
    pub number: u32,
    /// With its quotes.
    pub etag: String,
    /// Bytes.
    pub size: u64,
    /// When it was stored.
    pub last_modified: Option<Timestamp>,
    /// CRC-64 of the part, if the service tells.
    pub crc64: Option<u64>,
}

impl ListedUpload {
    /// The key or the prefix.
    pub fn name(&self) -> &str {
        match self {
            ListedUpload::Upload { key, .. } => key,
            ListedUpload::CommonPrefix(prefix) => prefix,
        }
    }
}

impl Foldable for ListMultipartUploads {
    type Item = ListedUpload;

    fn unfold(entry: ListedUpload) -> Result<ListedUpload, String> {
        match entry {
            ListedUpload::CommonPrefix(prefix) => Err(prefix),
            upload => Ok(upload),
        }
    }
}

impl Listing for ListMultipartUploads {
    type Entry = ListedUpload;
    const OPERATION: &'static Operation = operation!("ListMultipartUploads");

    fn prefix(&self) -> &str {
        &self.prefix
    }

    fn name(entry: &ListedUpload) -> &str {
        entry.name()
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        let (key, upload) = match marker {
            Some(marker) => (&marker.name, &marker.id),
            None => (&self.key_marker, &self.upload_id_marker),
        };
        add(
            request,
            &[
                ("prefix", &self.prefix),
                ("delimiter", &self.delimiter),
                ("key-marker", key),
                ("upload-id-marker", upload),
            ],
        );
        add_count(request, "max-uploads", self.max_uploads);
    }

    fn page(&self, root: &Element) -> Result<Page<ListedUpload>> {
        let encoded = root.is_encoded()?;
        let mut entries = Vec::new();
        for upload in root.children_named("Upload") {
            entries.push(ListedUpload::Upload {
                key: name_of(upload, "Key", encoded)?,
                upload_id: id_of(upload, "UploadId")?,
                initiated: upload.timestamp_of("Initiated"),
            });
        }
        for prefix in common_prefixes(root, encoded) {
            entries.push(ListedUpload::CommonPrefix(prefix?));
        }
        // Stable, so the uploads of a key stay in their order.
        sort_by(&mut entries, |a, b| {
            a.name().as_bytes().cmp(b.name().as_bytes())
        });
        Ok(Page {
            entries: entries.into(),
            next: Self::next_pair(root, "NextKeyMarker", "NextUploadIdMarker")?,
        })
    }
}

impl Listing for ListParts {
    type Entry = ListedPart;
    const OPERATION: &'static Operation = operation!("ListParts");

    fn key(&self) -> Option<&str> {
        Some(&self.key)
    }

    fn check(&self) -> Result<()> {
        checked_id(&self.upload_id).map(drop)
    }

    fn describe<'a>(&'a self, request: &mut Request<'a>, marker: Option<&'a Marker>) {
        request.parameter("uploadId", self.upload_id.as_str());
        add_count(request, "max-parts", self.max_parts);
        match marker {
            Some(marker) => request.parameter("part-number-marker", marker.name.as_str()),
            None => add_count(request, "part-number-marker", self.part_number_marker),
        }
    }

    fn page(&self, root: &Element) -> Result<Page<ListedPart>> {
        let upload_id = root.text_of("UploadId").trim();
        if !upload_id.is_empty() && upload_id != self.upload_id {
            return Err(Error::new(
                Kind::BadResponse,
                format!(
                    "the listing is of the upload {upload_id:?}, not of {:?}",
                    self.upload_id
                ),
            ));
        }
        let part = |part: &Element| {
            Ok(ListedPart {
                number: number_of(part)?,
                etag: part.text_of("ETag").trim().to_owned(),
                size: size_of(part)?,
                last_modified: part.timestamp_of("LastModified"),
                crc64: part.u64_of("HashCrc64ecma")?,
            })
        };
        Ok(Page {
            entries: root
                .children_named("Part")
                .map(part)
                .collect::<Result<_>>()?,
            next: Self::next(root, "NextPartNumberMarker")?,
        })
    }
}

fn number_of(part: &Element) -> Result<u32> {
    let number = text_of(part, "PartNumber")?.trim();
    let valid = number.parse().ok().filter(|n| PART_NUMBERS.contains(n));
    valid.ok_or_else(|| {
        Error::new(
            Kind::BadResponse,
            format!("the number of a part is {number:?}, not 1 to 10000"),
        )
    })
}
