//! Multipart uploads.

use std::ops::Bound;

use super::headers;
use super::list::{Wanted, beyond};
use super::overwrite;
use super::put::receive;
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::body::Body;
use crate::store::checksum::{self, Sums};
use crate::store::uploads::{Part, Upload};
use crate::store::{Bucket, Kind, Version};
use crate::xml::{self, Writer};

const SMALLEST_PART: u64 = 100 * 1024;

pub fn initiate(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let wanted = Wanted::with_max(exchange, "max-keys", 100)?;
    let mut template = Version::new(&exchange.key, Kind::Multipart, exchange.now_ms);
    {
        let state = bucket.lock();
        headers::describe(&exchange.head, &mut template, &state.settings.storage_class)?;
        super::default_encryption(&state.settings, &mut template);
        overwrite::check(exchange, &state)?;
    }
    let sequential = exchange.head.query.has("sequential");
    let described = template.clone();
    let id = exchange
        .shared
        .store
        .start_upload(&bucket, template, sequential, exchange.now_ms)?;
    let mut xml = Writer::new("InitiateMultipartUploadResult");
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.text("Bucket", &bucket.name)
        .text("Key", &wanted.write(&exchange.key))
        .text("UploadId", &id);
    Ok(super::with_encryption(
        Answer::xml(xml.finish()),
        &described,
    ))
}

fn part_number(exchange: &Exchange) -> Result<u32> {
    let text = exchange.query("partNumber").unwrap_or_default();
    text.parse()
        .ok()
        .filter(|number| (1..=10_000).contains(number))
        .ok_or_else(|| {
            ApiError::argument(
                "partNumber",
                text,
                "Part number must be an integer between 1 and 10000, inclusive.",
            )
        })
}

fn upload_id(exchange: &Exchange) -> String {
    exchange.query("uploadId").unwrap_or_default()
}

fn check_sequence(upload: &Upload, number: u32) -> Result<()> {
    let next = upload.parts.keys().last().map_or(1, |last| last + 1);
    if upload.sequential && number != next && !upload.parts.contains_key(&number) {
        return Err(ApiError::new(
            400,
            "PartNotSequential",
            "The part is not sequential.",
        ));
    }
    Ok(())
}

/// What the upload will be that a part is for, if the part may come now; the code tells why there is no such upload.
fn template_for_part(
    exchange: &Exchange,
    bucket: &Bucket,
    id: &str,
    number: u32,
    code: &'static str,
) -> Result<Version> {
    let look = |upload: &Upload| {
        check_sequence(upload, number)?;
        Ok(upload.template.clone())
    };
    let store = &exchange.shared.store;
    let found = store.with_upload(bucket, &exchange.key, id, look);
    found.map_err(|error| match &*error.code {
        "NoSuchUpload" => error.ec(code),
        _ => error,
    })
}

pub async fn upload_part(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    headers::traffic_limit(&exchange.head)?;
    headers::refuse_encryption(&exchange.head)?;
    let number = part_number(exchange)?;
    let id = upload_id(exchange);
    let template = template_for_part(exchange, &bucket, &id, number, "0042-00000104")?;
    let (body, summed) = receive(exchange).await?;
    let part = Part {
        number,
        size: summed.len,
        etag: summed.etag(),
        crc: summed.crc,
        modified_ms: exchange.now_ms,
        body,
    };
    let answer = Answer::new(200)
        .header("etag", format!("\"{}\"", part.etag))
        .header("x-oss-hash-crc64ecma", part.crc.to_string())
        .maybe("content-md5", summed.md5.map(crate::base64));
    let answer = super::with_encryption(answer, &template);
    exchange
        .shared
        .store
        .put_part(&bucket, &exchange.key, &id, part)?;
    Ok(answer)
}

pub fn upload_part_copy(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    headers::traffic_limit(&exchange.head)?;
    let number = part_number(exchange)?;
    let id = upload_id(exchange);
    let template = template_for_part(exchange, &bucket, &id, number, "0042-00000311")?;
    let (source, source_id, _) = super::copy::source(exchange)?;
    let range = exchange.head.header("x-oss-copy-source-range");
    let (start, len) = match headers::range(range.as_deref(), source.size, true) {
        headers::Range::Whole => (0, source.size),
        headers::Range::Part(first, last) => (first, last - first + 1),
        headers::Range::Unsatisfiable => {
            return Err(ApiError::new(
                416,
                "InvalidRange",
                "The requested range cannot be satisfied.",
            )
            .ec("0016-00000817"));
        }
    };
    let body = source.body.part(start, len);
    let mut sums = Sums::new(exchange.shared.etag_md5);
    body.each_block(|block| sums.update(block))?;
    let summed = sums.finish();
    let part = Part {
        number,
        size: summed.len,
        etag: summed.etag(),
        crc: summed.crc,
        modified_ms: exchange.now_ms,
        body,
    };
    let mut xml = Writer::new("CopyPartResult");
    xml.text("LastModified", &clock::iso_date(part.modified_ms))
        .text("ETag", &format!("\"{}\"", part.etag));
    let answer = Answer::xml(xml.finish())
        .header("etag", format!("\"{}\"", part.etag))
        .header("x-oss-hash-crc64ecma", part.crc.to_string())
        .maybe("x-oss-copy-source-version-id", source_id);
    let answer = super::with_encryption(answer, &template);
    exchange
        .shared
        .store
        .put_part(&bucket, &exchange.key, &id, part)?;
    Ok(answer)
}

/// The parts that the client wants, in its order.
fn chosen(body: &[u8], upload: &Upload) -> Result<Vec<Part>> {
    let root = xml::parse(body).map_err(ApiError::malformed_xml)?;
    if root.name != "CompleteMultipartUpload" {
        let detail = "a CompleteMultipartUpload element is expected";
        return Err(ApiError::malformed_xml(detail));
    }
    let mut parts: Vec<Part> = Vec::new();
    for node in root.all("Part") {
        let number: u32 = node
            .get("PartNumber")
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| ApiError::malformed_xml("PartNumber is not a number"))?;
        let etag = node
            .get("ETag")
            .unwrap_or_default()
            .trim_matches('"')
            .to_ascii_uppercase();
        if parts.last().is_some_and(|last| last.number >= number) {
            let message = "The list of parts was not in ascending order. Parts list must specified in order by part number.";
            return Err(ApiError::new(400, "InvalidPartOrder", message)
                .detail("PartNumber", number.to_string()));
        }
        match upload.parts.get(&number) {
            Some(part) if part.etag == etag => parts.push(part.clone()),
            _ => {
                let message = "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.";
                return Err(ApiError::new(400, "InvalidPart", message)
                    .detail("PartNumber", number.to_string()));
            }
        }
    }
    Ok(parts)
}

pub async fn complete(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let id = upload_id(exchange);
    let body = exchange.read_all(4 << 20).await?;
    headers::refuse_encryption(&exchange.head)?;
    let callback = super::callback::Callback::of(exchange)?;
    let upload = exchange
        .shared
        .store
        .claim_upload(&bucket, &exchange.key, &id)?;
    let result = assemble(exchange, &upload, &body).and_then(|version| {
        exchange
            .shared
            .store
            .put(&bucket, version, |state| overwrite::check(exchange, state))
    });
    let (version, version_id) = match result {
        Ok(stored) => stored,
        Err(error) => {
            exchange
                .shared
                .store
                .return_upload(&bucket, &exchange.key, &id);
            return Err(error);
        }
    };
    exchange
        .shared
        .store
        .end_upload(&bucket, &exchange.key, &id);

    let encoded = exchange.query("encoding-type").as_deref() == Some("url");
    let key = if encoded {
        crate::percent::encode(&exchange.key)
    } else {
        exchange.key.clone()
    };
    let scheme = if exchange.secure { "https" } else { "http" };
    let mut xml = Writer::new("CompleteMultipartUploadResult");
    if encoded {
        xml.text("EncodingType", "url");
    }
    xml.text(
        "Location",
        &format!(
            "{scheme}://{}/{}",
            exchange.head.host,
            crate::percent::encode_path(&exchange.key)
        ),
    )
    .text("Bucket", &bucket.name)
    .text("Key", &key)
    .text("ETag", &format!("\"{}\"", version.etag));
    let answer = Answer::xml(xml.finish())
        .header("etag", format!("\"{}\"", version.etag))
        .header("x-oss-hash-crc64ecma", version.crc.to_string())
        .maybe("content-md5", version.md5.clone())
        .maybe("x-oss-version-id", version_id);
    let answer = super::with_encryption(answer, &version);
    match callback {
        Some(callback) => Ok(callback.run(exchange, &version, answer).await),
        None => Ok(answer),
    }
}

fn assemble(exchange: &Exchange, upload: &Upload, body: &[u8]) -> Result<Version> {
    let all = exchange
        .head
        .header("x-oss-complete-all")
        .is_some_and(|value| value.eq_ignore_ascii_case("yes"));
    let empty = body.trim_ascii().is_empty();
    if all && !empty {
        return Err(ApiError::argument(
            "x-oss-complete-all",
            "yes",
            "Should not speficy both complete all header and http body.",
        )
        .ec("0042-00000216"));
    }
    let parts: Vec<Part> = if all {
        upload.parts.values().cloned().collect()
    } else {
        chosen(body, upload)?
    };
    // No parts at all are an empty object.
    let but_last = parts.split_last().map_or(&[][..], |(_, but_last)| but_last);
    if let Some(part) = but_last.iter().find(|part| part.size < SMALLEST_PART) {
        return Err(ApiError::new(
            400,
            "EntityTooSmall",
            "Your proposed upload smaller than the minimum allowed size.",
        )
        .detail("MinSizeAllowed", SMALLEST_PART.to_string())
        .detail("ProposedSize", part.size.to_string())
        .detail("PartNumber", part.number.to_string()));
    }
    let mut version = upload.template.clone();
    if let Some(acl) = headers::object_acl(&exchange.head)? {
        version.acl = acl;
    }
    version.modified_ms = exchange.now_ms;
    version.size = parts.iter().map(|part| part.size).sum();
    version.crc = parts
        .iter()
        .fold(0, |crc, part| checksum::combine(crc, part.crc, part.size));
    let etags: String = parts.iter().map(|part| part.etag.as_str()).collect();
    version.etag = format!("{}-{}", checksum::md5_hex(etags.as_bytes()), parts.len());
    version.body = Body::join(parts.iter().map(|part| &part.body));
    // What came in order was summed on its way.
    if upload.sequential {
        let mut sums = Sums::new(true);
        version.body.each_block(|block| sums.update(block))?;
        version.md5 = sums.finish().md5.map(crate::base64);
    }
    Ok(version)
}

pub fn abort(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    exchange
        .shared
        .store
        .abort_upload(&bucket, &exchange.key, &upload_id(exchange))?;
    Ok(Answer::new(204))
}

const CLIENT_ENCRYPTION: [(&str, &str); 6] = [
    (
        "x-oss-meta-client-side-encryption-key",
        "ClientEncryptionKey",
    ),
    (
        "x-oss-meta-client-side-encryption-start",
        "ClientEncryptionStart",
    ),
    (
        "x-oss-meta-client-side-encryption-cek-alg",
        "ClientEncryptionCekAlg",
    ),
    (
        "x-oss-meta-client-side-encryption-wrap-alg",
        "ClientEncryptionWrapAlg",
    ),
    (
        "x-oss-meta-client-side-encryption-data-size",
        "ClientEncryptionDataSize",
    ),
    (
        "x-oss-meta-client-side-encryption-part-size",
        "ClientEncryptionPartSize",
    ),
];

pub fn list_parts(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let wanted = Wanted::with_max(exchange, "max-parts", 1000)?;
    let marker = exchange.number("part-number-marker", 0, 0..=10_000)? as u32;
    let store = &exchange.shared.store;
    let id = upload_id(exchange);
    store.with_upload(&bucket, &exchange.key, &id, |upload| {
        Ok(parts_answer(&bucket, &wanted, marker, upload))
    })
}

fn parts_answer(bucket: &Bucket, wanted: &Wanted, marker: u32, upload: &Upload) -> Answer {
    let mut parts: Vec<&Part> = upload
        .parts
        .range((Bound::Excluded(marker), Bound::Unbounded))
        .map(|(_, part)| part)
        .take(wanted.max + 1)
        .collect();
    let truncated = parts.len() > wanted.max;
    parts.truncate(wanted.max);

    let mut xml = Writer::new("ListPartsResult");
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.text("Bucket", &bucket.name)
        .text("Key", &wanted.write(&upload.template.key))
        .text("UploadId", &upload.id)
        .text("StorageClass", &upload.template.storage_class)
        .number("PartNumberMarker", marker)
        // Without parts there is no last one: the element is empty.
        .text(
            "NextPartNumberMarker",
            &parts
                .last()
                .map_or_else(String::new, |part| part.number.to_string()),
        )
        .number("MaxParts", wanted.max)
        .number("IsTruncated", truncated);
    // What a client that encrypts has said, for one that goes on with the upload.
    for (header, element) in CLIENT_ENCRYPTION {
        if let Some(value) = upload.template.header(header) {
            xml.text(element, value);
        }
    }
    for part in parts {
        xml.open("Part")
            .number("PartNumber", part.number)
            .text("LastModified", &clock::iso_date(part.modified_ms))
            .text("ETag", &format!("\"{}\"", part.etag))
            .number("HashCrc64ecma", part.crc)
            .number("Size", part.size)
            .close();
    }
    Answer::xml(xml.finish())
}

pub fn list_uploads(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let wanted = Wanted::with_max(exchange, "max-uploads", 1000)?;
    let key_marker = exchange.query("key-marker").unwrap_or_default();
    let id_marker = exchange.query("upload-id-marker").unwrap_or_default();
    let state = bucket.lock();

    // Without an upload id the marker stands for all uploads of its key.
    let from = if key_marker.is_empty() {
        Bound::Unbounded
    } else if id_marker.is_empty() {
        Bound::Excluded((key_marker.clone(), "\u{10FFFF}".to_owned()))
    } else {
        Bound::Excluded((key_marker.clone(), id_marker.clone()))
    };
    let skipped = wanted
        .common(&key_marker)
        .filter(|common| *common == key_marker)
        .and_then(|common| beyond(&common));
    let mut uploads: Vec<&Upload> = Vec::new();
    let mut prefixes: Vec<String> = Vec::new();
    let mut last = (String::new(), String::new());
    let mut truncated = false;
    for ((key, id), upload) in state.uploads.range((from, Bound::Unbounded)) {
        if !key.starts_with(&wanted.prefix) || skipped.as_ref().is_some_and(|next| key < next) {
            continue;
        }
        let common = wanted.common(key);
        if common.is_some() && prefixes.last() == common.as_ref() {
            continue;
        }
        if uploads.len() + prefixes.len() == wanted.max {
            truncated = true;
            break;
        }
        match common {
            Some(common) => {
                last = (common.clone(), String::new());
                prefixes.push(common);
            }
            None => {
                last = (key.clone(), id.clone());
                uploads.push(upload);
            }
        }
    }

    let mut xml = Writer::new("ListMultipartUploadsResult");
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.text("Bucket", &bucket.name)
        .text("KeyMarker", &wanted.write(&key_marker))
        .text("UploadIdMarker", &id_marker)
        // The last of this page, on the last page, too.
        .text("NextKeyMarker", &wanted.write(&last.0))
        .text("NextUploadIdMarker", &last.1)
        .text("Delimiter", &wanted.write(&wanted.delimiter))
        .text("Prefix", &wanted.write(&wanted.prefix))
        .number("MaxUploads", wanted.max)
        .number("IsTruncated", truncated);
    for upload in uploads {
        xml.open("Upload")
            .text("Key", &wanted.write(&upload.template.key))
            .text("UploadId", &upload.id)
            .text("StorageClass", &upload.template.storage_class)
            .text("Initiated", &clock::iso_date(upload.initiated_ms))
            .close();
    }
    for prefix in prefixes {
        xml.open("CommonPrefixes")
            .text("Prefix", &wanted.write(&prefix))
            .close();
    }
    Ok(Answer::xml(xml.finish()))
}
