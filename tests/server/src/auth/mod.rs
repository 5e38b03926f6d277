//! Who sends a request, and is that proven?
//!
//! Written against the protocol alone: it shares nothing with the client's signing, so the two check each other.

pub mod bucket_policy;
pub mod form;
pub mod keys;
pub mod policy;
mod referer;
mod v1;
mod v4;

use std::sync::Arc;

use hyper::header::HeaderMap;
use serde_json::Value;

use crate::clock;
use crate::errors::{ApiError, Result};
use crate::options::Credential;
use crate::request::Head;
use keys::Keyring;

/// Difference between the clocks that is still accepted.
pub const MAX_SKEW_MS: i64 = 900_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    Anonymous,
    /// Whose key signed the request.
    Account(String),
    /// Signed with temporary keys that may do no more than a policy says.
    Session {
        account: String,
        policy: Arc<Value>,
    },
}

impl Identity {
    /// Who signs with this key.
    pub fn of(credential: &Credential) -> Identity {
        let account = credential.account.clone();
        match &credential.session_policy {
            Some(policy) => Identity::Session {
                account,
                policy: Arc::clone(policy),
            },
            None => Identity::Account(account),
        }
    }

    pub fn account(&self) -> Option<&str> {
        match self {
            Identity::Anonymous => None,
            Identity::Account(account) | Identity::Session { account, .. } => Some(account),
        }
    }
}

/// What a verification needs besides the request.
pub struct Verifier<'a> {
    pub keys: &'a Keyring,
    pub region: &'a str,
    pub now_ms: i64,
}

impl Verifier<'_> {
    pub fn identify(&self, head: &Head) -> Result<Identity> {
        if head
            .headers
            .get_all("authorization")
            .iter()
            .nth(1)
            .is_some()
        {
            let message = "Authorization header is invalid.";
            return Err(ApiError::new(400, "InvalidArgument", message)
                .detail("ErrorDetail", "there is more than one Authorization header"));
        }
        if let Some(authorization) = head.header("authorization") {
            let authorization = authorization.trim();
            return if let Some(fields) = strip_scheme(authorization, "OSS4-HMAC-SHA256") {
                v4::header(self, head, fields)
            } else if let Some(fields) = strip_scheme(authorization, "OSS") {
                v1::header(self, head, fields)
            } else {
                Err(other_scheme(authorization))
            };
        }
        let has = |name| head.query.has(name);
        if let Some(name) = S3_PARAMETERS.into_iter().find(|name| has(name)) {
            return Err(ApiError::argument(
                name,
                head.query.get(name).unwrap_or_default(),
                format!("The parameter {name} is unknown.{S3_HINT}"),
            ));
        }
        if has("x-oss-signature-version") || has("x-oss-signature") || has("x-oss-credential") {
            v4::url(self, head)
        } else if has("OSSAccessKeyId") || has("Signature") {
            v1::url(self, head)
        } else {
            Ok(Identity::Anonymous)
        }
    }

    fn credential(&self, id: &str) -> Result<Credential> {
        self.keys.find(id)
    }

    fn check_token(&self, credential: &Credential, token: Option<&str>) -> Result<()> {
        let wrong = || {
            ApiError::new(
                403,
                "InvalidSecurityToken",
                "The security token you provided is invalid.",
            )
        };
        match (&credential.token, token) {
            (None, None) => Ok(()),
            (Some(expected), Some(given)) if expected == given => {
                if credential.is_expired(self.now_ms) {
                    let message = "The security token you provided has expired.";
                    return Err(ApiError::new(403, "SecurityTokenExpired", message)
                        .detail("OSSAccessKeyId", &credential.id));
                }
                Ok(())
            }
            (Some(_), None) => Err(wrong().detail("OSSAccessKeyId", &credential.id)),
            // The service looks for a key that was given out with a token among those that were.
            (None, Some(_)) => Err(keys::unknown(&credential.id)),
            _ => Err(wrong()),
        }
    }

    fn check_skew(&self, request_ms: i64) -> Result<()> {
        if (self.now_ms - request_ms).abs() <= MAX_SKEW_MS {
            return Ok(());
        }
        Err(ApiError::new(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        )
        .detail("MaxAllowedSkewMilliseconds", MAX_SKEW_MS.to_string())
        .detail("RequestTime", clock::iso_date(request_ms))
        .detail("ServerTime", clock::iso_date(self.now_ms))
        .ec("0002-00000504"))
    }
}

/// What signs a URL of S3, in its newer and its older way.
const S3_PARAMETERS: [&str; 2] = ["X-Amz-Signature", "AWSAccessKeyId"];
const S3_HINT: &str = " This is a signature of S3; OSS takes OSS4-HMAC-SHA256 (V4) and OSS (V1): use a client of OSS.";

/// A client of another storage service is the most likely reason, and worth a hint.
fn other_scheme(authorization: &str) -> ApiError {
    let hint = if authorization.starts_with("AWS") {
        S3_HINT
    } else {
        ""
    };
    let message = format!("Authorization header is invalid.{hint}");
    ApiError::argument("Authorization", authorization, message)
}

fn strip_scheme<'a>(authorization: &'a str, scheme: &str) -> Option<&'a str> {
    let (first, rest) = authorization.split_once([' ', '\t'])?;
    (first == scheme).then(|| rest.trim())
}

/// Seconds since 1970 of a date in either form.
fn parse_date(text: &str) -> Option<i64> {
    clock::parse_http_date(text).or_else(|| clock::parse_compact(text.trim()))
}

fn missing_date() -> ApiError {
    ApiError::denied("OSS authentication requires a valid Date.").ec("0002-00000503")
}

fn unreadable_date(text: &str) -> ApiError {
    ApiError::denied("OSS authentication requires a valid Date.")
        .detail("RequestTime", text)
        .ec("0002-00000505")
}

/// All values of a header joined with commas, without blanks around.
fn joined(headers: &HeaderMap, name: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for (index, value) in headers.get_all(name).iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(value.as_bytes().trim_ascii());
    }
    out
}

/// `name:value LF` for each of the names, which must be sorted.
fn header_lines<'a>(headers: &HeaderMap, names: impl Iterator<Item = &'a str>) -> Vec<u8> {
    let mut out = Vec::new();
    for name in names {
        out.extend_from_slice(name.as_bytes());
        out.push(b':');
        out.extend_from_slice(&joined(headers, name));
        out.push(b'\n');
    }
    out
}

fn mismatch(id: &str, provided: &str, string_to_sign: &[u8]) -> ApiError {
    let bytes: Vec<String> = string_to_sign
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    ApiError::new(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
        .detail("OSSAccessKeyId", id)
        .detail("SignatureProvided", provided)
        .detail("StringToSign", String::from_utf8_lossy(string_to_sign))
        .detail("StringToSignBytes", bytes.join(" "))
        .ec("0002-00000040")
}
