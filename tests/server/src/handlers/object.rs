//! Properties of objects.

use super::bucket::acl_xml;
use super::headers;
use super::overwrite;
use crate::address;
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::store::{Kind, Version, checksum};
use crate::xml::Writer;

const ARCHIVE_CLASSES: [&str; 3] = ["Archive", "ColdArchive", "DeepColdArchive"];

/// The version a request names, which must not be a delete marker, and the id to report.
pub fn named(exchange: &Exchange) -> Result<(std::sync::Arc<Version>, Option<String>)> {
    let bucket = exchange.bucket()?;
    let state = bucket.lock();
    let version = state.find(&exchange.key, exchange.version_id().as_deref())?;
    if version.is_marker() {
        return Err(marker(exchange));
    }
    let id = state.reported_id(&version);
    Ok((version, id))
}

fn marker(exchange: &Exchange) -> ApiError {
    ApiError::method_not_allowed(&exchange.head.method, "DeleteMarker")
        .header("x-oss-delete-marker", "true")
}

/// Changes the version a request names; returns the id to report.
pub fn change(
    exchange: &Exchange,
    change: impl FnOnce(&mut Version) -> Result<()>,
) -> Result<Option<String>> {
    let bucket = exchange.bucket()?;
    let id = exchange.version_id();
    let (_, reported) =
        exchange
            .shared
            .store
            .update(&bucket, &exchange.key, id.as_deref(), |version, _| {
                if version.is_marker() {
                    Err(marker(exchange))
                } else {
                    change(version)
                }
            })?;
    Ok(reported)
}

pub fn get_acl(exchange: &Exchange) -> Result<Answer> {
    let (version, id) = named(exchange)?;
    let owner = exchange.bucket()?.lock().settings.owner.clone();
    Ok(acl_xml(&version.acl, &owner).maybe("x-oss-version-id", id))
}

pub fn put_acl(exchange: &Exchange) -> Result<Answer> {
    let acl = headers::object_acl(&exchange.head)?.ok_or_else(|| {
        ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
            .detail("ArgumentName", "x-oss-object-acl")
    })?;
    let bucket = exchange.bucket()?;
    overwrite::check_public(exchange, &bucket.lock())?;
    let id = change(exchange, |version| {
        version.acl = acl;
        Ok(())
    })?;
    Ok(Answer::new(200).maybe("x-oss-version-id", id))
}

pub async fn put_tagging(exchange: &mut Exchange) -> Result<Answer> {
    let tags = super::configs::read_tags(&exchange.read_all(64 * 1024).await?)?;
    headers::check_tags(&tags, 10, 128, 256)?;
    let id = change(exchange, |version| {
        version.tags = tags;
        Ok(())
    })?;
    Ok(Answer::new(200).maybe("x-oss-version-id", id))
}

pub fn get_tagging(exchange: &Exchange) -> Result<Answer> {
    let (version, id) = named(exchange)?;
    let mut xml = Writer::new("Tagging");
    xml.open("TagSet");
    for (key, value) in &version.tags {
        xml.open("Tag")
            .text("Key", key)
            .text("Value", value)
            .close();
    }
    Ok(Answer::xml(xml.finish()).maybe("x-oss-version-id", id))
}

pub fn delete_tagging(exchange: &Exchange) -> Result<Answer> {
    let id = change(exchange, |version| {
        version.tags.clear();
        Ok(())
    })?;
    Ok(Answer::new(204).maybe("x-oss-version-id", id))
}

pub fn put_symlink(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let header = exchange
        .head
        .header("x-oss-symlink-target")
        .unwrap_or_default();
    let decoded = percent::decode(header.as_bytes());
    let target = address::object_key(&decoded).ok_or_else(|| {
        ApiError::argument(
            "x-oss-symlink-target",
            header,
            "The target of the symbolic link is invalid.",
        )
    })?;
    let mut version = Version::new(&exchange.key, Kind::Symlink, exchange.now_ms);
    headers::describe(
        &exchange.head,
        &mut version,
        &bucket.lock().settings.storage_class,
    )?;
    version.symlink_target = Some(target.to_owned());
    version.etag = checksum::md5_hex(&decoded);
    let (version, id) = exchange
        .shared
        .store
        .put(&bucket, version, |state| overwrite::check(exchange, state))?;
    Ok(Answer::new(200)
        .header("etag", format!("\"{}\"", version.etag))
        .maybe("x-oss-version-id", id))
}

pub fn get_symlink(exchange: &Exchange) -> Result<Answer> {
    let (version, id) = named(exchange)?;
    let Some(target) = &version.symlink_target else {
        return Err(ApiError::new(
            400,
            "NotSymlink",
            "The object is not symlink.",
        ));
    };
    let mut answer = Answer::new(200)
        .header("etag", format!("\"{}\"", version.etag))
        .header("last-modified", clock::http_date(version.modified_ms))
        .header("x-oss-object-type", "Symlink")
        .header("x-oss-symlink-target", percent::encode_path(target))
        .maybe("x-oss-version-id", id);
    answer.headers.extend(
        version
            .headers
            .iter()
            .map(|(name, value)| (name.clone().into(), value.clone())),
    );
    Ok(answer)
}

pub async fn put_retention(exchange: &mut Exchange) -> Result<Answer> {
    let root = super::configs::read_root(&exchange.read_all(64 * 1024).await?, "Retention")?;
    let mode = root
        .get("Mode")
        .filter(|mode| ["COMPLIANCE", "GOVERNANCE"].contains(&mode.to_ascii_uppercase().as_str()));
    let until = root
        .get("RetainUntilDate")
        .filter(|date| clock::parse_iso(date).is_some());
    let (Some(mode), Some(until)) = (mode, until) else {
        return Err(ApiError::malformed_xml(
            "Mode and RetainUntilDate are expected",
        ));
    };
    change(exchange, |version| {
        version.retention = Some((mode.to_owned(), until.to_owned()));
        Ok(())
    })?;
    Ok(Answer::new(200))
}

pub fn get_retention(exchange: &Exchange) -> Result<Answer> {
    let (version, _) = named(exchange)?;
    let Some((mode, until)) = &version.retention else {
        return Err(ApiError::new(
            404,
            "NoSuchObjectWORMConfiguration",
            "The object has no retention configuration.",
        ));
    };
    let mut xml = Writer::new("Retention");
    xml.text("Mode", mode).text("RetainUntilDate", until);
    Ok(Answer::xml(xml.finish()))
}

pub async fn put_legal_hold(exchange: &mut Exchange) -> Result<Answer> {
    let root = super::configs::read_root(&exchange.read_all(64 * 1024).await?, "LegalHold")?;
    let on = match root
        .get("Status")
        .unwrap_or_default()
        .to_ascii_uppercase()
        .as_str()
    {
        "ON" => true,
        "OFF" => false,
        _ => return Err(ApiError::malformed_xml("Status is ON or OFF")),
    };
    change(exchange, |version| {
        version.legal_hold = on;
        Ok(())
    })?;
    Ok(Answer::new(200))
}

pub fn get_legal_hold(exchange: &Exchange) -> Result<Answer> {
    let (version, _) = named(exchange)?;
    let mut xml = Writer::new("LegalHold");
    xml.text("Status", if version.legal_hold { "ON" } else { "OFF" });
    Ok(Answer::xml(xml.finish()))
}

pub fn seal(exchange: &Exchange) -> Result<Answer> {
    let position = exchange
        .query("position")
        .and_then(|text| text.parse::<u64>().ok())
        .ok_or_else(|| {
            ApiError::new(400, "MissingArgument", "Missing Some Required Arguments.")
                .detail("ArgumentName", "position")
        })?;
    let mut sealed = exchange.now_ms;
    change(exchange, |version| {
        if version.kind != Kind::Appendable {
            return Err(ApiError::new(
                409,
                "ObjectNotAppendable",
                "The object is not appendable.",
            ));
        }
        if position != version.size {
            return Err(ApiError::new(
                409,
                "PositionNotEqualToLength",
                "Position is not equal to file length",
            )
            .header("x-oss-next-append-position", version.size.to_string())
            .ec("0026-00000016"));
        }
        sealed = *version.sealed_ms.get_or_insert(sealed);
        Ok(())
    })?;
    Ok(Answer::new(200).header("x-oss-sealed-time", clock::http_date(sealed)))
}

pub async fn restore(exchange: &mut Exchange) -> Result<Answer> {
    let body = exchange.read_all(64 * 1024).await?;
    let (mut days, mut tier) = (1, "Standard".to_owned());
    if !body.trim_ascii().is_empty() {
        let root = super::configs::read_root(&body, "RestoreRequest")?;
        days = root
            .get("Days")
            .unwrap_or("1")
            .parse::<i64>()
            .ok()
            .filter(|days| (1..=365).contains(days))
            .ok_or_else(|| ApiError::malformed_xml("Days lies between 1 and 365"))?;
        if let Some(job) = root.child("JobParameters") {
            let given = job.get("Tier").unwrap_or("Standard");
            if !["Expedited", "Standard", "Bulk"].contains(&given) {
                let message = "The tier is Expedited, Standard or Bulk.";
                return Err(ApiError::argument("Tier", given, message));
            }
            given.clone_into(&mut tier);
            // Plain archives know no tiers, whatever state they are in.
            if named(exchange)?.0.storage_class == "Archive" {
                return Err(ApiError::malformed_xml("JobParameters are not for Archive"));
            }
        }
    }
    let now = exchange.now_ms;
    let delay = i64::try_from(exchange.shared.restore_delay.as_millis()).unwrap_or(i64::MAX);
    let mut status = 202;
    let mut priority = false;
    let id = change(exchange, |version| {
        if !ARCHIVE_CLASSES.contains(&version.storage_class.as_str()) {
            let message = "The operation is not supported for this resource.";
            return Err(ApiError::new(400, "OperationNotSupported", message).ec("0016-00000702"));
        }
        priority = version.storage_class != "Archive";
        let length = days * 86_400_000;
        match version.restored {
            Some((from, _)) if now < from => {
                return Err(ApiError::new(
                    409,
                    "RestoreAlreadyInProgress",
                    "The restore operation is in progress.",
                )
                .ec("0016-00000701"));
            }
            Some((from, until)) if now < until => {
                status = 200;
                version.restored = Some((from, now.saturating_add(length)));
            }
            _ => {
                version.restored = Some((
                    now.saturating_add(delay),
                    now.saturating_add(delay).saturating_add(length),
                ))
            }
        }
        Ok(())
    })?;
    let answer = Answer::new(status).maybe("x-oss-version-id", id);
    Ok(if priority {
        answer.header("x-oss-object-restore-priority", tier)
    } else {
        answer
    })
}

pub fn clean_restored(exchange: &Exchange) -> Result<Answer> {
    let now = exchange.now_ms;
    change(exchange, |version| {
        if !ARCHIVE_CLASSES.contains(&version.storage_class.as_str()) {
            let message = "The operation is not supported for this resource.";
            return Err(ApiError::new(400, "OperationNotSupported", message).ec("0016-00000702"));
        }
        if version.restored.is_some_and(|(from, _)| now < from) {
            return Err(ApiError::new(
                409,
                "ArchiveRestoreNotFinished",
                "The archive file's restore is not finished.",
            )
            .ec("0016-00000719"));
        }
        version.restored = None;
        Ok(())
    })?;
    Ok(Answer::new(200))
}
