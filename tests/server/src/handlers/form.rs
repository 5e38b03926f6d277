//! PostObject: an upload from a browser's form.

use bytes::BytesMut;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::callback::Callback;
use super::headers;
use super::overwrite;
use super::put::LARGEST;
use crate::address;
use crate::answer::Answer;
use crate::auth::Verifier;
use crate::auth::form::{self, Fields};
use crate::auth::policy::check;
use crate::errors::{ApiError, Result};
use crate::exchange::{Exchange, Upload, check_digest};
use crate::percent;
use crate::store::checksum::Sums;
use crate::store::{Kind, Version};
use crate::xml::Writer;

const LONGEST_HEAD: usize = 16 * 1024;
const LONGEST_VALUE: usize = 2 << 20;
/// All fields together, with their names: they stand in memory before anybody knows who sends them.
const LARGEST_FIELDS: usize = 8 << 20;

/// Reads `multipart/form-data` part by part.
struct Parts {
    /// The line between two parts, with the line break before it.
    delimiter: Vec<u8>,
    buffer: BytesMut,
}

fn malformed(what: &str) -> ApiError {
    ApiError::new(
        400,
        "MalformedPOSTRequest",
        "The body of your POST request is not well-formed multipart/form-data.",
    )
    .detail("ErrorDetail", what)
}

fn find(text: &[u8], wanted: &[u8]) -> Option<usize> {
    // The first byte is looked for on its own, because that is fast.
    let mut from = 0;
    while let Some(at) = text[from..].iter().position(|byte| *byte == wanted[0]) {
        if text[from + at..].starts_with(wanted) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

impl Parts {
    async fn more(&mut self, body: &mut Upload) -> Result<()> {
        let chunk = body
            .next()
            .await?
            .ok_or_else(|| malformed("the body ends too early"))?;
        self.buffer.extend_from_slice(&chunk);
        Ok(())
    }

    /// Bytes up to the delimiter, or as many as surely lie before it. `true` at the end of the part.
    async fn piece(&mut self, body: &mut Upload) -> Result<(BytesMut, bool)> {
        loop {
            if let Some(at) = find(&self.buffer, &self.delimiter) {
                let piece = self.buffer.split_to(at);
                let _ = self.buffer.split_to(self.delimiter.len());
                return Ok((piece, true));
            }
            let sure = self.buffer.len().saturating_sub(self.delimiter.len());
            if sure > 0 {
                return Ok((self.buffer.split_to(sure), false));
            }
            self.more(body).await?;
        }
    }

    /// The head of the next part: its name and content type. None behind the last one.
    async fn head(
        &mut self,
        body: &mut Upload,
    ) -> Result<Option<(String, Option<String>, Option<String>)>> {
        loop {
            if self.buffer.starts_with(b"--") {
                return Ok(None);
            }
            if let Some(end) = find(&self.buffer, b"\r\n\r\n") {
                let head = self.buffer.split_to(end + 4);
                return Ok(Some(part_head(&String::from_utf8_lossy(&head))?));
            }
            if self.buffer.len() > LONGEST_HEAD {
                return Err(ApiError::new(
                    400,
                    "FieldItemTooLong",
                    "Your field name is too long.",
                ));
            }
            self.more(body).await?;
        }
    }
}

/// Name, file name and content type.
fn part_head(head: &str) -> Result<(String, Option<String>, Option<String>)> {
    let header = |name: &str| {
        head.split("\r\n")
            .filter_map(|line| line.split_once(':'))
            .find(|(known, _)| known.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
    };
    let disposition = header("content-disposition").unwrap_or_default();
    let parameters = parameters(disposition);
    let parameter = |name: &str| {
        parameters
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.clone())
    };
    let name = parameter("name").ok_or_else(|| malformed("a part has no name"))?;
    Ok((
        name,
        parameter("filename"),
        header("content-type").map(str::to_owned),
    ))
}

/// Names and values of `form-data; name="file"; filename="a; b.txt"`: what is in quotes is one value, whatever it holds.
fn parameters(header: &str) -> Vec<(String, String)> {
    let mut pieces = vec![String::new()];
    let (mut quoted, mut chars) = (false, header.chars());
    while let Some(character) = chars.next() {
        let piece = pieces.last_mut();
        match character {
            '"' => quoted = !quoted,
            ';' if !quoted => pieces.push(String::new()),
            // Only a quote is escaped like this: the backslashes in names of Windows stand for themselves.
            '\\' if quoted && chars.as_str().starts_with('"') => {
                piece.into_iter().for_each(|piece| piece.push('"'));
                chars.next();
            }
            other if !quoted && other.is_whitespace() => {}
            other => piece.into_iter().for_each(|piece| piece.push(other)),
        }
    }
    let split = |piece: &String| {
        let (name, value) = piece.split_once('=')?;
        Some((name.trim().to_owned(), value.to_owned()))
    };
    pieces.iter().filter_map(split).collect()
}

/// The boundary that the content type of a form names; names are without case, the boundary is not.
fn boundary(content_type: &str) -> Option<String> {
    let (kind, rest) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let mut named = parameters(rest).into_iter();
    named
        .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        .map(|(_, boundary)| boundary)
        .filter(|boundary| !boundary.is_empty())
}

pub async fn post(exchange: &mut Exchange) -> Result<Answer> {
    // The fields of the form take the place of headers for a while.
    let own = exchange.head.headers.clone();
    let answer = store(exchange).await;
    exchange.head.headers = own;
    answer
}

async fn store(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let kind = exchange
        .head
        .header("content-type")
        .unwrap_or_default()
        .into_owned();
    let boundary = boundary(&kind)
        .ok_or_else(|| malformed("the content type is not multipart/form-data with a boundary"))?;

    // The first delimiter has no line break before it, so one is put there.
    let mut parts = Parts {
        delimiter: format!("\r\n--{boundary}").into_bytes(),
        buffer: BytesMut::from(&b"\r\n"[..]),
    };
    while !parts.piece(&mut exchange.body).await?.1 {}
    let mut fields = Fields::new();
    fields.insert("bucket".to_owned(), bucket.name.clone());
    let mut taken = 0;
    let (filename, file_type) = loop {
        let Some((name, filename, kind)) = parts.head(&mut exchange.body).await? else {
            return Err(ApiError::new(
                400,
                "IncorrectNumberOfFilesInPOSTRequest",
                "POST requires exactly one file upload per request.",
            ));
        };
        if name.eq_ignore_ascii_case("file") {
            break (filename.unwrap_or_default(), kind);
        }
        let mut value = Vec::new();
        taken += name.len();
        loop {
            let (piece, end) = parts.piece(&mut exchange.body).await?;
            value.extend_from_slice(&piece);
            taken += piece.len();
            if value.len() > LONGEST_VALUE || taken > LARGEST_FIELDS {
                return Err(
                    ApiError::new(400, "FieldItemTooLong", "Your field item is too long.")
                        .detail("FieldName", name),
                );
            }
            if end {
                break;
            }
        }
        fields.insert(
            name.to_ascii_lowercase(),
            String::from_utf8_lossy(&value).into_owned(),
        );
    };

    let key = fields.get("key").ok_or_else(|| {
        ApiError::argument("key", "", "Bucket POST must contain a field named 'key'.")
    })?;
    let key = key.replace(
        "${filename}",
        filename.rsplit(['/', '\\']).next().unwrap_or_default(),
    );
    if address::object_key(key.as_bytes()).is_none() {
        return Err(ApiError::object_name(&key));
    }
    fields.insert("key".to_owned(), key.clone());
    exchange.key = key;
    let size = authorize(exchange, &fields)?;

    let mut callback = fields
        .get("callback")
        .map(|callback| Callback::new(exchange, callback, None))
        .transpose()?;
    for (name, value) in fields.iter().filter(|(name, _)| name.starts_with("x:")) {
        if let Some(callback) = &mut callback {
            callback.add_variable(name, value);
        }
    }
    // From here on the fields are what headers are to other uploads.
    exchange.head.headers = as_headers(&fields, file_type.as_deref());
    let mut version = Version::new(&exchange.key, Kind::Normal, exchange.now_ms);
    {
        let state = bucket.lock();
        headers::describe(&exchange.head, &mut version, &state.settings.storage_class)?;
        super::default_encryption(&state.settings, &mut version);
        overwrite::check(exchange, &state)?;
    }

    let (least, most) = size.unwrap_or((0, LARGEST));
    let mut sums = Sums::new(true);
    let mut sink = exchange.shared.store.sink()?;
    let mut len = 0;
    loop {
        let (piece, end) = parts.piece(&mut exchange.body).await?;
        len += piece.len() as u64;
        if len > most.min(LARGEST) {
            return Err(ApiError::new(
                400,
                "EntityTooLarge",
                "Your proposed upload exceeds the maximum allowed size.",
            )
            .detail("MaxSizeAllowed", most.to_string()));
        }
        sums.update(&piece);
        sink.write(piece.freeze())?;
        if end {
            break;
        }
    }
    if len < least {
        return Err(ApiError::new(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size.",
        )
        .detail("MinSizeAllowed", least.to_string()));
    }
    exchange.body.discard(u64::MAX).await;
    let summed = sums.finish();
    if let (Some(text), Some(md5)) = (fields.get("content-md5"), &summed.md5) {
        check_digest(text, md5)?;
    }
    version.size = summed.len;
    version.etag = summed.etag();
    version.crc = summed.crc;
    version.md5 = summed.md5.map(crate::base64);
    version.body = sink.finish()?;
    let (version, id) = exchange
        .shared
        .store
        .put(&bucket, version, |state| overwrite::check(exchange, state))?;

    let answer = reply(exchange, &fields, &version)
        .header("etag", format!("\"{}\"", version.etag))
        .header("x-oss-hash-crc64ecma", version.crc.to_string())
        .maybe("x-oss-version-id", id);
    match callback {
        Some(callback) => {
            let answer = callback.run(exchange, &version, answer).await;
            Ok(if answer.status == 204 {
                Answer {
                    status: 200,
                    ..answer
                }
            } else {
                answer
            })
        }
        None => Ok(answer),
    }
}

/// Whether this form may store here; the bounds for its file.
fn authorize(exchange: &mut Exchange, fields: &Fields) -> Result<Option<(u64, u64)>> {
    let verifier = Verifier {
        keys: &exchange.shared.keys,
        region: &exchange.shared.region,
        now_ms: exchange.now_ms,
    };
    exchange.verdict = "refused";
    let proven = form::identify(&verifier, fields)?;
    exchange.verdict = if proven.is_some() { "valid" } else { "none" };
    match proven {
        Some((policy, identity)) => {
            policy.check(fields)?;
            exchange.identity = identity;
            check(exchange, &*exchange.bucket()?, "PutObject", &exchange.key)?;
            Ok(policy.size)
        }
        None => {
            check(exchange, &*exchange.bucket()?, "PutObject", &exchange.key)?;
            Ok(None)
        }
    }
}

fn as_headers(fields: &Fields, file_type: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut add = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            headers.insert(name, value);
        }
    };
    for (name, value) in fields {
        add(name, value);
    }
    if let Some(kind) = fields
        .get("x-oss-content-type")
        .map(String::as_str)
        .or(file_type)
    {
        add("content-type", kind);
    }
    headers
}

fn reply(exchange: &Exchange, fields: &Fields, version: &Version) -> Answer {
    let scheme = if exchange.secure { "https" } else { "http" };
    let location = format!(
        "{scheme}://{}/{}",
        exchange.head.host,
        percent::encode_path(&version.key)
    );
    if let Some(redirect) = fields
        .get("success_action_redirect")
        .filter(|url| !url.is_empty())
    {
        let mark = if redirect.contains('?') { '&' } else { '?' };
        let (bucket, key) = (exchange.bucket_name(), percent::encode(&version.key));
        return Answer::new(303).header(
            "location",
            format!(
                "{redirect}{mark}bucket={bucket}&key={key}&etag=%22{}%22",
                version.etag
            ),
        );
    }
    match fields.get("success_action_status").map(String::as_str) {
        Some("200") => Answer::new(200),
        Some("201") => {
            let mut xml = Writer::new("PostResponse");
            xml.text("Bucket", exchange.bucket_name())
                .text("ETag", &version.etag)
                .text("Key", &version.key)
                .text("Location", &location);
            Answer {
                status: 201,
                ..Answer::xml(xml.finish())
            }
            .header("location", location)
        }
        _ => Answer::new(204),
    }
}
