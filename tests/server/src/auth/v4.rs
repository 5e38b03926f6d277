//! V4 signatures: HMAC-SHA256 over a canonical request.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::{
    Identity, Verifier, header_lines, mismatch, missing_date, parse_date, unreadable_date,
};
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::options::Credential;
use crate::percent;
use crate::request::Head;

const ALGORITHM: &str = "OSS4-HMAC-SHA256";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";
const LONGEST_SECONDS: i64 = 604_800;

/// `id/date/region/product/aliyun_v4_request`
pub(super) struct Scope<'a> {
    pub id: &'a str,
    pub date: &'a str,
    pub region: &'a str,
    pub product: &'a str,
}

impl<'a> Scope<'a> {
    /// `field`, `ec_form` and `ec_date` differ between header, URL and form.
    pub fn parse(
        text: &'a str,
        field: &'static str,
        ec_form: &'static str,
        ec_date: &'static str,
    ) -> Result<Scope<'a>> {
        let malformed = || ApiError::argument(field, text, format!("Invalid {field}.")).ec(ec_form);
        // The id may hold slashes, the rest may not.
        let mut parts = text.rsplitn(5, '/');
        let (end, product, region, date, id) = (
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
            parts.next(),
        );
        let (Some("aliyun_v4_request"), Some(product), Some(region), Some(date), Some(id)) =
            (end, product, region, date, id)
        else {
            return Err(malformed());
        };
        if region.is_empty() {
            let message = "The signing region in credential is invalid.";
            return Err(ApiError::argument(field, text, message).ec(ec_form));
        }
        if id.is_empty() || !(product == "oss" || product.starts_with("oss-")) {
            return Err(malformed());
        }
        if !clock::is_compact_day(date) {
            return Err(ApiError::argument(
                field,
                text,
                format!("Invalid signing date in {field}."),
            )
            .ec(ec_date));
        }
        Ok(Scope {
            id,
            date,
            region,
            product,
        })
    }

    pub fn check_region(&self, region: &str, field: &'static str) -> Result<()> {
        // The region slot of a cloud box holds its id, which no region can match.
        if self.region == region || self.product != "oss" {
            return Ok(());
        }
        Err(ApiError::argument(
            field,
            self.region,
            match field {
                "Authorization" => "Invalid signing region in Authorization header.".to_owned(),
                _ => "The signing region in credential is invalid.".to_owned(),
            },
        )
        .ec("0002-00000226"))
    }

    fn text(&self) -> String {
        format!(
            "{}/{}/{}/aliyun_v4_request",
            self.date, self.region, self.product
        )
    }

    pub fn key(&self, secret: &str) -> [u8; 32] {
        let mut key = hmac(
            format!("aliyun_v4{secret}").as_bytes(),
            self.date.as_bytes(),
        );
        for part in [self.region, self.product, "aliyun_v4_request"] {
            key = hmac(&key, part.as_bytes());
        }
        key
    }
}

pub(super) fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text);
    mac.finalize().into_bytes().into()
}

pub(super) fn header(verifier: &Verifier<'_>, head: &Head, fields: &str) -> Result<Identity> {
    let mut credential = None;
    let mut signature = None;
    let mut additional = None;
    for field in fields.split(',') {
        match field.trim().split_once('=') {
            Some(("Credential", value)) => credential = Some(value),
            Some(("Signature", value)) => signature = Some(value),
            Some(("AdditionalHeaders", value)) => additional = Some(value),
            _ => {
                return Err(ApiError::argument(
                    "Authorization",
                    fields,
                    "Authorization header is invalid.",
                ));
            }
        }
    }
    let credential = credential.unwrap_or_default();
    let scope = Scope::parse(
        credential,
        "Authorization",
        "0002-00000213",
        "0002-00000212",
    )?;
    let Some(signature) = signature.filter(|signature| !signature.is_empty()) else {
        return Err(ApiError::argument(
            "Authorization",
            fields,
            "The signature in Authorization is missing.",
        )
        .ec("0002-00000207"));
    };
    const CODES: [&str; 3] = ["0002-00000209", "0002-00000210", "0002-00000211"];
    let additional = additional_names(head, additional, CODES)?;
    scope.check_region(verifier.region, "Authorization")?;

    let hash = head.header("x-oss-content-sha256").unwrap_or_default();
    if hash != UNSIGNED {
        return Err(ApiError::argument(
            "x-oss-content-sha256",
            hash,
            "The x-oss-content-sha256 you specified is invalid.",
        )
        .ec("0002-00000214"));
    }
    let date = head
        .header("x-oss-date")
        .or_else(|| head.header("date"))
        .ok_or_else(missing_date)?;
    let seconds = parse_date(&date).ok_or_else(|| unreadable_date(&date))?;
    verifier.check_skew(seconds.saturating_mul(1000))?;
    if !clock::iso_date(seconds.saturating_mul(1000))
        .replace('-', "")
        .starts_with(scope.date)
    {
        return Err(ApiError::argument(
            "Authorization",
            credential,
            "The signing date differs from x-oss-date.",
        )
        .ec("0002-00000212"));
    }

    let known = verifier.credential(scope.id)?;
    verifier.check_token(&known, head.header("x-oss-security-token").as_deref())?;
    check(head, &scope, &date, &additional, signature, &known)
}

pub(super) fn url(verifier: &Verifier<'_>, head: &Head) -> Result<Identity> {
    let query = &head.query;
    let version = query.get("x-oss-signature-version").unwrap_or_default();
    if version != ALGORITHM {
        return Err(ApiError::argument(
            "x-oss-signature-version",
            version,
            "Invalid signature version.",
        ));
    }
    let missing = |name: &'static str, ec| {
        ApiError::argument(name, "", format!("The query parameter {name} is missing.")).ec(ec)
    };
    let credential = query
        .get("x-oss-credential")
        .ok_or_else(|| missing("x-oss-credential", "0002-00000217"))?;
    let scope = Scope::parse(
        &credential,
        "x-oss-credential",
        "0002-00000224",
        "0002-00000223",
    )?;
    let signature = query
        .get("x-oss-signature")
        .ok_or_else(|| missing("x-oss-signature", "0002-00000219"))?;
    let date = query.get("x-oss-date").ok_or_else(missing_date)?;
    let from = clock::parse_compact(&date).ok_or_else(|| unreadable_date(&date))?;
    let expires = query
        .get("x-oss-expires")
        .ok_or_else(|| missing("x-oss-expires", "0002-00000215"))?;
    let seconds: i64 = expires.parse().map_err(|_| {
        ApiError::denied("Invalid date (should be seconds since epoch).")
            .detail("Expires", expires.clone())
            .ec("0002-00000070")
    })?;
    if !(1..=LONGEST_SECONDS).contains(&seconds) {
        return Err(ApiError::argument(
            "x-oss-expires",
            expires,
            "x-oss-expires must lie between 1 and 604800 seconds.",
        )
        .ec("0002-00000070"));
    }
    const CODES: [&str; 3] = ["0002-00000076", "0002-00000077", "0002-00000078"];
    let list = query.get("x-oss-additional-headers");
    let additional = additional_names(head, list.as_deref(), CODES)?;
    scope.check_region(verifier.region, "x-oss-credential")?;
    if !date.starts_with(scope.date) {
        return Err(ApiError::argument(
            "x-oss-credential",
            credential.clone(),
            "The signing date differs from x-oss-date.",
        )
        .ec("0002-00000223"));
    }

    let from_ms = from * 1000;
    let until_ms = from_ms + seconds * 1000;
    if verifier.now_ms < from_ms - super::MAX_SKEW_MS || verifier.now_ms > until_ms {
        return Err(ApiError::denied("Request has expired.")
            .detail("Expires", clock::iso_date(until_ms))
            .detail("ServerTime", clock::iso_date(verifier.now_ms))
            .ec("0002-00000235"));
    }
    let known = verifier.credential(scope.id)?;
    verifier.check_token(&known, query.get("x-oss-security-token").as_deref())?;
    check(head, &scope, &date, &additional, &signature, &known)
}

/// The list of further signed headers, sorted: one client sends it unsorted but signs it sorted. The codes are for an
/// empty list, for an empty name in it, and for a header that the request does not have.
fn additional_names(
    head: &Head,
    list: Option<&str>,
    [empty, unnamed, absent]: [&'static str; 3],
) -> Result<Vec<String>> {
    let Some(list) = list else {
        return Ok(Vec::new());
    };
    let invalid = |ec| {
        Err(ApiError::argument(
            "AdditionalHeaders",
            list,
            "The additional headers are invalid.",
        )
        .ec(ec))
    };
    if list.trim().is_empty() {
        return invalid(empty);
    }
    let mut names: Vec<String> = list
        .split(';')
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    if names.iter().any(String::is_empty) {
        return invalid(unnamed);
    }
    let is_there = |name: &String| !name.contains('_') && head.headers.contains_key(name.as_str());
    if !names.iter().all(is_there) {
        return invalid(absent);
    }
    names.sort();
    names.dedup();
    Ok(names)
}

fn check(
    head: &Head,
    scope: &Scope<'_>,
    date: &str,
    additional: &[String],
    signature: &str,
    known: &Credential,
) -> Result<Identity> {
    let canonical = canonical_request(head, additional);
    let string_to_sign = format!(
        "{ALGORITHM}\n{date}\n{}\n{}",
        scope.text(),
        crate::hex(&Sha256::digest(&canonical))
    );
    if crate::hex(&hmac(&scope.key(&known.secret), string_to_sign.as_bytes())) != signature {
        return Err(mismatch(scope.id, signature, string_to_sign.as_bytes())
            .detail("CanonicalRequest", String::from_utf8_lossy(&canonical)));
    }
    Ok(Identity::of(known))
}

fn canonical_request(head: &Head, additional: &[String]) -> Vec<u8> {
    let mut path = b"/".to_vec();
    if let Some(bucket) = &head.place.bucket {
        path.extend_from_slice(bucket.as_bytes());
        path.push(b'/');
        path.extend_from_slice(head.place.key.as_deref().unwrap_or_default());
    }

    let mut params: Vec<(String, String)> = head
        .query
        .0
        .iter()
        .filter(|param| param.name != b"x-oss-signature")
        .map(|param| (percent::encode(&param.name), percent::encode(&param.value)))
        .collect();
    params.sort_by(|a, b| a.0.cmp(&b.0));
    let params: Vec<String> = params
        .into_iter()
        .map(|(name, value)| {
            if value.is_empty() {
                name
            } else {
                format!("{name}={value}")
            }
        })
        .collect();

    let mut names: Vec<&str> = head
        .headers
        .keys()
        .map(|name| name.as_str())
        .filter(|name| {
            *name == "content-type"
                || *name == "content-md5"
                || name.starts_with("x-oss-")
                || additional.iter().any(|more| more == name)
        })
        .collect();
    names.sort_unstable();

    let mut out = Vec::with_capacity(512);
    out.extend_from_slice(head.method.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(percent::encode_path(&path).as_bytes());
    out.push(b'\n');
    out.extend_from_slice(params.join("&").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(&header_lines(&head.headers, names.into_iter()));
    out.push(b'\n');
    out.extend_from_slice(additional.join(";").as_bytes());
    out.push(b'\n');
    out.extend_from_slice(UNSIGNED.as_bytes());
    out
}
