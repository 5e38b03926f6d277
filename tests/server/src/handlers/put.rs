//! Storing bytes: whole objects and appends.

use std::time::Duration;

use super::callback::Callback;
use super::headers;
use super::overwrite;
use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::{Exchange, check_digest, malformed_digest};
use crate::store::body::Body;
use crate::store::checksum::{self, Summed, Sums};
use crate::store::{Kind, Version};

/// Largest body of one request.
pub const LARGEST: u64 = 5 << 30;

/// The official client for C sends four bytes too many.
pub const LENGTHS_OF_MD5: [usize; 2] = [16, 20];

/// Takes the body of a request into the store; checks its digest.
pub async fn receive(exchange: &mut Exchange) -> Result<(Body, Summed)> {
    let head = &exchange.head;
    match head.content_length() {
        Some(length) if length > LARGEST => return Err(too_large()),
        None if !head.is_chunked() => {
            return Err(ApiError::new(
                411,
                "MissingContentLength",
                "You must provide the Content-Length HTTP header.",
            ));
        }
        _ => {}
    }
    let digest = head.header("content-md5").map(|text| text.into_owned());
    if let Some(text) = &digest
        && crate::unbase64(text).is_none_or(|md5| !LENGTHS_OF_MD5.contains(&md5.len()))
    {
        return Err(malformed_digest(text));
    }
    let mut sums = Sums::new(exchange.shared.etag_md5 || digest.is_some());
    let mut sink = exchange.shared.store.sink()?;
    let limit = headers::traffic_limit(&exchange.head)?;
    while let Some(chunk) = exchange.body.next().await? {
        if exchange.body.received > LARGEST {
            return Err(too_large());
        }
        sums.update(&chunk);
        if let Some(limit) = limit {
            let pause = Duration::from_secs_f64(chunk.len() as f64 * 8.0 / limit as f64);
            tokio::time::sleep(pause).await;
        }
        sink.write(chunk)?;
    }
    let summed = sums.finish();
    if let (Some(text), Some(md5)) = (&digest, &summed.md5) {
        check_digest(text, md5)?;
    }
    Ok((sink.finish()?, summed))
}

fn too_large() -> ApiError {
    ApiError::new(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed object size.",
    )
}

/// Dates are no conditions for writing, says the service.
pub fn refuse_conditions(exchange: &Exchange) -> Result<()> {
    for name in [
        "if-modified-since",
        "if-unmodified-since",
        "if-match",
        "if-none-match",
    ] {
        if exchange.head.headers.contains_key(name) {
            return Err(ApiError::new(
                400,
                "NotImplemented",
                "A header you provided implies functionality that is not implemented.",
            )
            .detail("Header", name));
        }
    }
    Ok(())
}

pub async fn put(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    refuse_conditions(exchange)?;
    headers::traffic_limit(&exchange.head)?;
    let callback = Callback::of(exchange)?;
    let mut version = Version::new(&exchange.key, Kind::Normal, exchange.now_ms);
    {
        let state = bucket.lock();
        headers::describe(&exchange.head, &mut version, &state.settings.storage_class)?;
        super::default_encryption(&state.settings, &mut version);
        overwrite::check(exchange, &state)?;
    }
    let (body, summed) = receive(exchange).await?;
    version.size = summed.len;
    version.etag = summed.etag();
    version.crc = summed.crc;
    version.md5 = summed.md5.map(crate::base64);
    version.body = body;
    let (version, id) = exchange
        .shared
        .store
        .put(&bucket, version, |state| overwrite::check(exchange, state))?;
    let answer = Answer::new(200)
        .header("etag", format!("\"{}\"", version.etag))
        .header("x-oss-hash-crc64ecma", version.crc.to_string())
        .maybe("content-md5", version.md5.clone())
        .maybe("x-oss-version-id", id);
    let answer = super::with_encryption(answer, &version);
    match callback {
        Some(callback) => Ok(callback.run(exchange, &version, answer).await),
        None => Ok(answer),
    }
}

pub async fn append(exchange: &mut Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    headers::traffic_limit(&exchange.head)?;
    let position = match exchange.query("position") {
        Some(text) => text
            .parse::<u64>()
            .map_err(|_| ApiError::argument("position", &text, "The position is not a number."))?,
        None => {
            return Err(
                ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
                    .detail("ArgumentName", "position"),
            );
        }
    };
    let mut fresh = Version::new(&exchange.key, Kind::Appendable, exchange.now_ms);
    {
        let state = bucket.lock();
        overwrite::check_public(exchange, &state)?;
        // What goes on is described already.
        if state.current(&exchange.key).is_none() {
            headers::describe(&exchange.head, &mut fresh, &state.settings.storage_class)?;
        }
        super::default_encryption(&state.settings, &mut fresh);
        if state.settings.versioning.is_none() || state.current(&exchange.key).is_none() {
            check_append(state.current(&exchange.key).map(AsRef::as_ref), position)?;
        }
    }
    let (body, summed) = receive(exchange).await?;
    let exists = bucket.lock().current(&exchange.key).is_some();
    let (version, id) = if exists {
        exchange
            .shared
            .store
            .update(&bucket, &exchange.key, None, |version, _| {
                check_append(Some(version), position)?;
                if version.size + summed.len > LARGEST {
                    return Err(too_large());
                }
                version.body = Body::join([&version.body, &body].into_iter());
                version.crc = checksum::combine(version.crc, summed.crc, summed.len);
                version.size += summed.len;
                version.etag =
                    checksum::md5_hex(format!("{}{}", version.etag, summed.etag()).as_bytes());
                version.md5 = None;
                version.modified_ms = exchange.now_ms;
                Ok(())
            })?
    } else {
        fresh.size = summed.len;
        fresh.etag = summed.etag();
        fresh.crc = summed.crc;
        fresh.body = body;
        exchange.shared.store.put(&bucket, fresh, |state| {
            check_append(state.current(&exchange.key).map(AsRef::as_ref), position)
        })?
    };
    let answer = Answer::new(200)
        .header("etag", format!("\"{}\"", version.etag))
        .header("x-oss-hash-crc64ecma", version.crc.to_string())
        .header("x-oss-next-append-position", version.size.to_string())
        .maybe("x-oss-version-id", id);
    Ok(super::with_encryption(answer, &version))
}

fn check_append(current: Option<&Version>, position: u64) -> Result<()> {
    let size = match current {
        None => 0,
        Some(version) if version.kind != Kind::Appendable => {
            return Err(ApiError::new(
                409,
                "ObjectNotAppendable",
                "The object is not appendable.",
            ));
        }
        Some(version) if version.sealed_ms.is_some() => {
            return Err(ApiError::new(
                409,
                "ObjectNotAppendable",
                "The object is sealed.",
            ));
        }
        Some(version) => version.size,
    };
    if position == size {
        return Ok(());
    }
    Err(ApiError::new(
        409,
        "PositionNotEqualToLength",
        "Position is not equal to file length",
    )
    .header("x-oss-next-append-position", size.to_string())
    .ec("0026-00000016"))
}
