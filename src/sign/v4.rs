//! `OSS4-HMAC-SHA256`, in the `Authorization` header, and what its other forms share with it.

use std::borrow::Cow;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    AUTHORIZATION, CONTENT_MD5, CONTENT_TYPE, DATE, Message, OSS_DATE, Parts, Pieces,
    SECURITY_TOKEN, is_oss_header,
};
use crate::ascii::{Ascii, hex};
use crate::credentials::Credentials;
use crate::escape::{self, Sink};
use crate::header::{Header, Parameter};
use crate::process::ForkLock;
use crate::sort::{sort, sort_by};
use crate::time::Timestamp;

type HmacSha256 = Hmac<Sha256>;

/// Name of the scheme.
pub const ALGORITHM: &str = "OSS4-HMAC-SHA256";

/// The only payload hash the service takes: bodies are never hashed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// End of every scope.
const TERMINATOR: &str = "aliyun_v4_request";

const CONTENT_SHA256: &str = "x-oss-content-sha256";

/// Keys kept by [`SigningKeys`]: around midnight and while credentials change, two are in use.
const KEPT_KEYS: usize = 2;

impl Sink for HmacSha256 {
    fn put(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }
}

/// What a signature is valid for, besides the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope<'a> {
    /// Region id such as `cn-hangzhou`, or the id of a cloud box.
    pub region: &'a str,
    /// `oss` or `oss-cloudbox`.
    pub product: &'a str,
}

impl Scope<'_> {
    /// Writes `day/region/product/aliyun_v4_request`.
    fn put(&self, out: &mut impl Sink, day: &str) {
        for part in [day, "/", self.region, "/", self.product, "/", TERMINATOR] {
            out.put(part);
        }
    }

    /// `id/day/region/product/aliyun_v4_request`.
    pub(super) fn credential(&self, access_key_id: &str, date: &str) -> String {
        let mut text = String::with_capacity(access_key_id.len() + 64);
        self.put_credential(&mut text, access_key_id, date);
        text
    }

    fn put_credential(&self, out: &mut impl Sink, access_key_id: &str, date: &str) {
        out.put(access_key_id);
        out.put("/");
        self.put(out, day_of(date));
    }
}

/// Signs `message`: sets `x-oss-date`, `x-oss-content-sha256`, `date`, with a token `x-oss-security-token`, and
/// `authorization`.
///
/// `additional_headers` are names of further headers to sign where the message carries them.
pub fn sign(
    message: &mut Message<'_, '_>,
    credentials: &Credentials,
    scope: &Scope<'_>,
    time: Timestamp,
    additional_headers: &[String],
    keys: &SigningKeys,
) {
    let stamp = time.stamp();
    let date = stamp.basic.as_str();
    let (basic, http) = message.dates.texts(&stamp);
    message.set_header(OSS_DATE, basic);
    message.set_header(CONTENT_SHA256, UNSIGNED_PAYLOAD);
    message.set_header(DATE, http);
    if let Some(token) = credentials.security_token() {
        message.set_header(SECURITY_TOKEN, token.to_string());
    }
    let names = additional_names(additional_headers, message.headers);
    let signature = signature(&message.parts(), credentials, scope, date, &names, keys);

    let mut authorization = String::with_capacity(256);
    authorization.put(ALGORITHM);
    authorization.put(" Credential=");
    scope.put_credential(&mut authorization, credentials.access_key_id(), date);
    if !names.is_empty() {
        authorization.put(",AdditionalHeaders=");
        put_names(&mut authorization, &names);
    }
    authorization.put(",Signature=");
    authorization.put(signature.as_str());
    message.set_header(AUTHORIZATION, authorization);
}

/// The hexadecimal signature of a request at `date` (`20240517T080910Z`).
pub(super) fn signature(
    parts: &Parts<'_, '_>,
    credentials: &Credentials,
    scope: &Scope<'_>,
    date: &str,
    additional: &[String],
    keys: &SigningKeys,
) -> Ascii<64> {
    let mut hash = Sha256::new();
    Pieces::hash(&mut hash, |out| canonical_request(out, parts, additional));
    let hash = hash.finalize().into();
    let mut mac = keys.keyed(credentials.access_key_secret(), day_of(date), scope);
    Pieces::hash(&mut mac, |out| string_to_sign(out, date, scope, &hash));
    hex(&mac.finalize().into_bytes().into())
}

/// Writes the canonical request. `additional` has been through [`additional_names`].
pub fn canonical_request(out: &mut impl Sink, parts: &Parts<'_, '_>, additional: &[String]) {
    out.put(parts.method);
    out.put("\n/");
    if let Some(bucket) = parts.bucket {
        escape::append(out, bucket);
        out.put("/");
        escape::append_path(out, parts.key.unwrap_or_default());
    }
    out.put("\n");
    canonical_query(out, parts.query);
    out.put("\n");
    parts.put_headers(out, |name| is_signed(name, additional));
    out.put("\n");
    put_names(out, additional);
    out.put("\n");
    out.put(UNSIGNED_PAYLOAD);
}

/// Writes the names with `;` between them.
fn put_names(out: &mut impl Sink, names: &[String]) {
    for (position, name) in names.iter().enumerate() {
        if position > 0 {
            out.put(";");
        }
        out.put(name);
    }
}

/// Writes the encoded parameters, sorted by encoded name: sorting whole `name=value` texts would put `max-keys` before `max`.
fn canonical_query(out: &mut impl Sink, query: &[Parameter<'_>]) {
    for (position, (name, value)) in sorted(query).iter().enumerate() {
        if position > 0 {
            out.put("&");
        }
        out.put(name);
        if !value.is_empty() {
            out.put("=");
            escape::append(out, value);
        }
    }
}

/// Encoded names with their values; not in the generic function, of which there are several.
fn sorted<'q>(query: &'q [Parameter<'_>]) -> Vec<(Cow<'q, str>, &'q str)> {
    let parameters = query.iter();
    let encode = |(name, value): &'q Parameter<'_>| {
        let name: &'q str = name;
        (escape::encode(name), value.as_deref().unwrap_or_default())
    };
    let mut parameters: Vec<_> = parameters.map(encode).collect();
    sort_by(&mut parameters, |(a, _), (b, _)| a.cmp(b));
    parameters
}

/// The hash of a canonical request.
pub fn hash(canonical_request: &str) -> [u8; 32] {
    Sha256::digest(canonical_request).into()
}

/// Writes the string to sign, from the hash of the canonical request.
pub fn string_to_sign(out: &mut impl Sink, date: &str, scope: &Scope<'_>, request_hash: &[u8; 32]) {
    for part in [ALGORITHM, "\n", date, "\n"] {
        out.put(part);
    }
    scope.put(out, day_of(date));
    out.put("\n");
    out.put(hex(request_hash).as_str());
}

/// The names to sign beyond those that always are: in lower case, carried by the request, sorted, each once.
pub fn additional_names(requested: &[String], headers: &[Header<'_>]) -> Vec<String> {
    let mut names: Vec<String> = requested
        .iter()
        .map(|name| name.to_ascii_lowercase())
        .filter(|name| !is_always_signed(name))
        .filter(|name| headers.iter().any(|header| super::is_named(header, name)))
        .collect();
    sort(&mut names);
    names.dedup();
    names
}

/// Whether a header of that name, in any case, is signed without being asked for.
pub(super) fn is_always_signed(name: &str) -> bool {
    is_oss_header(name)
        || name.eq_ignore_ascii_case(CONTENT_TYPE)
        || name.eq_ignore_ascii_case(CONTENT_MD5)
}

/// Whether a header of that name, in any case, is signed. `additional` has been through [`additional_names`].
pub(super) fn is_signed(name: &str, additional: &[String]) -> bool {
    is_always_signed(name)
        || additional
            .iter()
            .any(|more| more.eq_ignore_ascii_case(name))
}

/// Signing keys of the last days, regions and secrets, so that a request costs one HMAC instead of five.
///
/// Shared by threads. What it keeps is wiped on drop.
#[derive(Default)]
pub struct SigningKeys(ForkLock<Vec<SigningKey>>);

struct SigningKey {
    secret: Zeroizing<String>,
    day: String,
    region: String,
    product: String,
    mac: HmacSha256,
}

impl SigningKeys {
    /// An HMAC keyed for that day and scope.
    pub(super) fn keyed(&self, secret: &str, day: &str, scope: &Scope<'_>) -> HmacSha256 {
        let find = |keys: &mut Vec<SigningKey>| {
            let key = keys.iter().find(|key| key.fits(secret, day, scope))?;
            Some(key.mac.clone())
        };
        if let Some(mac) = self.0.with(find) {
            return mac;
        }
        let mac = keyed(&*signing_key(secret, day, scope));
        let key = SigningKey {
            secret: Zeroizing::new(secret.to_owned()),
            day: day.to_owned(),
            region: scope.region.to_owned(),
            product: scope.product.to_owned(),
            mac: mac.clone(),
        };
        self.0.with(|keys| {
            // Another thread may have been here in the meantime.
            keys.retain(|key| !key.fits(secret, day, scope));
            keys.truncate(KEPT_KEYS - 1);
            keys.insert(0, key);
        });
        mac
    }
}

impl SigningKey {
    fn fits(&self, secret: &str, day: &str, scope: &Scope<'_>) -> bool {
        self.day == day
            && self.region == scope.region
            && self.product == scope.product
            && *self.secret == *secret
    }
}

/// The key of a day (`20240517`) and scope.
pub fn signing_key(secret: &str, day: &str, scope: &Scope<'_>) -> Zeroizing<[u8; 32]> {
    let mut seed = Zeroizing::new(String::with_capacity(secret.len() + 16));
    seed.put("aliyun_v4");
    seed.put(secret);
    let mut key = hmac(seed.as_bytes(), day);
    for part in [scope.region, scope.product, TERMINATOR] {
        key = hmac(&*key, part);
    }
    key
}

fn hmac(key: &[u8], text: &str) -> Zeroizing<[u8; 32]> {
    let mut mac = keyed(key);
    mac.put(text);
    Zeroizing::new(mac.finalize().into_bytes().into())
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn keyed(key: &[u8]) -> HmacSha256 {
    HmacSha256::new_from_slice(key).expect("HMAC takes keys of any length")
}

/// `20240517` of `20240517T080910Z`.
pub(super) fn day_of(date: &str) -> &str {
    date.get(..8).unwrap_or(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Dates;

    const SCOPE: Scope<'_> = Scope {
        region: "cn-hangzhou",
        product: "oss",
    };

    #[test]
    fn keys_are_kept_and_told_apart() {
        let keys = SigningKeys::default();
        let direct = |secret: &str, day: &str, scope: &Scope<'_>| {
            let mac = keyed(&*signing_key(secret, day, scope));
            mac.finalize().into_bytes()
        };
        let other = Scope {
            region: "cn-beijing",
            ..SCOPE
        };
        for (secret, day, scope) in [
            ("a", "20240517", &SCOPE),
            ("b", "20240517", &SCOPE),
            ("a", "20240518", &SCOPE),
            ("a", "20240517", &other),
            ("a", "20240517", &SCOPE),
        ] {
            for _ in 0..2 {
                let kept = keys.keyed(secret, day, scope).finalize().into_bytes();
                assert_eq!(kept, direct(secret, day, scope));
            }
        }
        assert_eq!(keys.0.with(|keys| keys.len()), KEPT_KEYS);
    }

    #[test]
    fn signing_again_replaces_what_is_there() {
        let credentials = Credentials::new("id", "secret", Some("token".into()));
        let keys = SigningKeys::default();
        let dates = Dates::default();
        let mut headers = vec![
            ("X-Oss-Date".into(), "old".into()),
            ("Authorization".into(), "old".into()),
        ];
        let mut first = Vec::new();
        for _ in 0..2 {
            let mut message = Message {
                method: "GET",
                bucket: Some("bucket"),
                key: Some("key"),
                query: &[],
                headers: &mut headers,
                dates: &dates,
            };
            sign(&mut message, &credentials, &SCOPE, Timestamp(0), &[], &keys);
            assert_eq!(headers.len(), 5);
            if first.is_empty() {
                first = headers.clone();
            }
        }
        assert_eq!(first, headers);
    }
}
