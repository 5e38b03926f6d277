//! The older scheme, HMAC-SHA1, in the `Authorization` header, and what its other forms share with it.

mod links;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use super::post_policy::Field;
use super::presign::Link;
use super::{
    AUTHORIZATION, CONTENT_MD5, CONTENT_TYPE, DATE, Message, OSS_DATE, OSS_PREFIX, Parts, Pieces,
    SECURITY_TOKEN, is_oss_header,
};
use crate::credentials::Credentials;
use crate::error::Result;
use crate::escape::Sink;
use crate::header::Header;
use crate::sort::sort_by;
use crate::table::{OPERATIONS, compare};
use crate::time::Timestamp;

pub use links::{form, presign};

type HmacSha1 = Hmac<Sha1>;

/// The scheme, as something that a build of the library has or lacks.
#[derive(Clone, Copy)]
pub struct Scheme(());

impl Scheme {
    /// Fails in a build without the feature `v1`.
    pub fn new() -> Result<Scheme> {
        Ok(Scheme(()))
    }

    /// As [`sign`].
    pub fn sign(self, message: &mut Message<'_, '_>, credentials: &Credentials, time: Timestamp) {
        sign(message, credentials, time);
    }

    /// As [`string_to_sign`].
    pub fn string_to_sign(self, out: &mut impl Sink, parts: &Parts<'_, '_>, date: &str) {
        string_to_sign(out, parts, date);
    }

    /// As [`presign`].
    pub fn presign<'a>(
        self,
        link: &mut Link<'_, 'a>,
        credentials: &Credentials,
        time: Timestamp,
        expires: u64,
    ) -> Result<Vec<Header<'a>>> {
        presign(link, credentials, time, expires)
    }

    /// As [`form`].
    pub fn form(self, policy: &str, credentials: &Credentials) -> Vec<Field> {
        form(policy, credentials)
    }
}

/// Query parameters that are signed besides those that begin with `x-oss-`, sorted: the sub-resources of all operations, and
/// the others that the service signs. Official libraries each lack some names; the service knows all.
static SIGNED_PARAMETERS: [&str; COUNT] = {
    let (names, _) = signed_parameters();
    let mut exact = [""; COUNT];
    let mut index = 0;
    while index < COUNT {
        exact[index] = names[index];
        index += 1;
    }
    exact
};

const COUNT: usize = signed_parameters().1;

/// Signed although no operation has them as a sub-resource: settings of an answer, and what only older libraries know.
const ALSO_SIGNED: [&str; 34] = [
    "MetaQuery",
    "callback",
    "callback-var",
    "continuation-token",
    "group",
    "img",
    "link",
    "metadataConfiguration",
    "metadataInventoryTable",
    "metadataJournalTable",
    "objectInfo",
    "processConfiguration",
    "quota",
    "regionList",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "security-token",
    "sequential",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "versionId",
    "vip",
    "vpcip",
    "withHashContext",
];

/// Sub-resources that the service does not sign.
const NOT_SIGNED: [&str; 5] = ["accessmonitor", "action", "list-type", "regions", "rule-id"];

/// The names in order, and how many there are. Evaluated by the compiler.
const fn signed_parameters() -> ([&'static str; 256], usize) {
    let mut names = ([""; 256], 0);
    let mut index = 0;
    while index < ALSO_SIGNED.len() {
        names = insert(names, ALSO_SIGNED[index]);
        index += 1;
    }
    index = 0;
    while index < OPERATIONS.len() {
        let mut rest = OPERATIONS[index].query;
        while !rest.is_empty() {
            let (parameter, behind) = cut(rest, b'&');
            let (name, _) = cut(parameter, b'=');
            if !is_not_signed(name) {
                names = insert(names, name);
            }
            rest = behind;
        }
        index += 1;
    }
    names
}

const fn is_not_signed(name: &str) -> bool {
    let mut index = 0;
    while index < NOT_SIGNED.len() {
        if compare(NOT_SIGNED[index], name) == 0 {
            return true;
        }
        index += 1;
    }
    compare_start(name, OSS_PREFIX)
}

/// What stands before and behind the first `separator`.
const fn cut(text: &str, separator: u8) -> (&str, &str) {
    let mut end = 0;
    while end < text.len() && text.as_bytes()[end] != separator {
        end += 1;
    }
    let (before, behind) = text.split_at(end);
    match behind.is_empty() {
        true => (before, ""),
        false => (before, behind.split_at(1).1),
    }
}

/// Adds a name where it belongs, unless it is there.
const fn insert(
    (mut names, count): ([&'static str; 256], usize),
    name: &'static str,
) -> ([&'static str; 256], usize) {
    let (mut low, mut high) = (0, count);
    while low < high {
        let middle = (low + high) / 2;
        match compare(names[middle], name) {
            0 => return (names, count),
            1.. => high = middle,
            _ => low = middle + 1,
        }
    }
    let mut index = count;
    while index > low {
        names[index] = names[index - 1];
        index -= 1;
    }
    names[low] = name;
    (names, count + 1)
}

const fn compare_start(text: &str, start: &str) -> bool {
    text.len() >= start.len() && compare(text.split_at(start.len()).0, start) == 0
}

impl Sink for HmacSha1 {
    fn put(&mut self, text: &str) {
        Mac::update(self, text.as_bytes());
    }
}

/// Signs `message`: sets `date`, with a token `x-oss-security-token`, and `authorization`.
///
/// An `x-oss-date` that the message carries is signed in place of `date`.
pub fn sign(message: &mut Message<'_, '_>, credentials: &Credentials, time: Timestamp) {
    message.set_header(DATE, time.http_date());
    if let Some(token) = credentials.security_token() {
        message.set_header(SECURITY_TOKEN, token.to_string());
    }
    let parts = message.parts();
    let date = parts.header(OSS_DATE).or(parts.header(DATE));
    let signature = signature(&parts, credentials, date.unwrap_or_default());
    let authorization = format!("OSS {}:{signature}", credentials.access_key_id());
    message.set_header(AUTHORIZATION, authorization);
}

/// The base64 signature of a request, with `date` as the text on the date line.
pub(super) fn signature(parts: &Parts<'_, '_>, credentials: &Credentials, date: &str) -> String {
    let mut mac = keyed(credentials);
    Pieces::hash(&mut mac, |out| string_to_sign(out, parts, date));
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Writes the string to sign, with `date` as the text on the date line.
pub fn string_to_sign(out: &mut impl Sink, parts: &Parts<'_, '_>, date: &str) {
    let lines = [
        parts.method,
        parts.header(CONTENT_MD5).unwrap_or_default(),
        parts.header(CONTENT_TYPE).unwrap_or_default(),
        date,
    ];
    for line in lines {
        out.put(line);
        out.put("\n");
    }
    parts.put_headers(out, is_oss_header);
    canonical_resource(out, parts);
}

/// Writes `/bucket/key?parameters`, nothing of it percent-encoded.
pub fn canonical_resource(out: &mut impl Sink, parts: &Parts<'_, '_>) {
    out.put("/");
    if let Some(bucket) = parts.bucket {
        out.put(bucket);
        out.put("/");
        out.put(parts.key.unwrap_or_default());
    }
    for (position, (name, value)) in signed_query(parts).into_iter().enumerate() {
        out.put(if position == 0 { "?" } else { "&" });
        out.put(name);
        if !value.is_empty() {
            out.put("=");
            out.put(value);
        }
    }
}

/// The parameters that are signed; not in the generic function, of which there are several.
fn signed_query<'m>(parts: &Parts<'m, '_>) -> Vec<(&'m str, &'m str)> {
    let mut signed: Vec<(&str, &str)> = parts
        .query
        .iter()
        .filter(|(name, _)| is_signed_parameter(name))
        .map(|(name, value)| (name.as_ref(), value.as_deref().unwrap_or_default()))
        .collect();
    sort_by(&mut signed, |(a, _), (b, _)| a.cmp(b));
    signed
}

fn is_signed_parameter(name: &str) -> bool {
    name.starts_with(OSS_PREFIX) || SIGNED_PARAMETERS.binary_search(&name).is_ok()
}

/// An HMAC keyed with the secret.
#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
pub(super) fn keyed(credentials: &Credentials) -> HmacSha1 {
    HmacSha1::new_from_slice(credentials.access_key_secret().as_bytes())
        .expect("HMAC takes keys of any length")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_sorted() {
        assert!(SIGNED_PARAMETERS.is_sorted());
        assert_eq!(SIGNED_PARAMETERS.len(), 106);
        assert!(is_signed_parameter("versionId"));
        assert!(is_signed_parameter("x-oss-anything"));
        assert!(!is_signed_parameter("prefix"));
        assert!(!is_signed_parameter("VersionId"));
    }
}
