//! Signatures in the query: URLs that others can use for a while.

use std::borrow::Cow;

use super::Parts;
use super::v4::{self, Scope, SigningKeys};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::header::{Header, Parameter};
use crate::time::Timestamp;

/// Longest validity of a V4 URL in seconds: seven days.
pub const MAX_V4_EXPIRY: u64 = 604_800;

const V4_VERSION: &str = "x-oss-signature-version";
const V4_CREDENTIAL: &str = "x-oss-credential";
const V4_DATE: &str = "x-oss-date";
const V4_EXPIRES: &str = "x-oss-expires";
const V4_TOKEN: &str = "x-oss-security-token";
const V4_ADDITIONAL: &str = "x-oss-additional-headers";
const V4_SIGNATURE: &str = "x-oss-signature";
/// Parameters of URLs that the older scheme signs.
const V1_PARAMETERS: [&str; 4] = ["OSSAccessKeyId", "Expires", "security-token", "Signature"];
const V4_PARAMETERS: [&str; 7] = [
    V4_VERSION,
    V4_CREDENTIAL,
    V4_DATE,
    V4_EXPIRES,
    V4_TOKEN,
    V4_ADDITIONAL,
    V4_SIGNATURE,
];

/// Whether a parameter is one that signing writes.
pub fn is_of_signature(parameter: &str) -> bool {
    V1_PARAMETERS.contains(&parameter) || V4_PARAMETERS.contains(&parameter)
}

/// A request that gets its signature in the query.
///
/// Bucket and key are raw, not percent-encoded; the bucket is given however the request is addressed.
pub struct Link<'m, 'a> {
    /// In upper case.
    pub method: &'m str,
    /// `None` for the service itself.
    pub bucket: Option<&'m str>,
    /// `None` for a bucket or the service.
    pub key: Option<&'m str>,
    /// Grows by the parameters of the signature; such parameters of an earlier one are dropped.
    pub query: &'m mut Vec<Parameter<'a>>,
    /// Those that the user of the URL is going to send.
    pub headers: &'m [Header<'a>],
}

impl<'a> Link<'_, 'a> {
    pub(super) fn parts(&self) -> Parts<'_, 'a> {
        Parts {
            method: self.method,
            bucket: self.bucket,
            key: self.key,
            query: self.query,
            headers: self.headers,
        }
    }

    pub(super) fn drop_parameters(&mut self, names: &[&str]) {
        self.query
            .retain(|(name, _)| !names.contains(&name.as_ref()));
    }

    pub(super) fn add(&mut self, name: &'static str, value: impl Into<Cow<'a, str>>) {
        self.query.push((Cow::Borrowed(name), Some(value.into())));
    }

    pub(super) fn headers_where(&self, signed: impl Fn(&str) -> bool) -> Vec<Header<'a>> {
        let is_signed = |header: &&Header<'a>| signed(&header.0);
        self.headers.iter().filter(is_signed).cloned().collect()
    }
}

/// Signs with V4, valid for `expires` seconds (1 to [`MAX_V4_EXPIRY`]). Returns the headers that must be sent with the URL as
/// they are.
///
/// `additional_headers` are names of further headers to sign where the link carries them.
pub fn v4<'a>(
    link: &mut Link<'_, 'a>,
    credentials: &Credentials,
    scope: &Scope<'_>,
    time: Timestamp,
    expires: u64,
    additional_headers: &[String],
    keys: &SigningKeys,
) -> Result<Vec<Header<'a>>> {
    if !(1..=MAX_V4_EXPIRY).contains(&expires) {
        return Err(Error::refused(
            "expires",
            format_args!("{expires} seconds is out of range"),
            format_args!("1 to {MAX_V4_EXPIRY} seconds (seven days) for a V4 URL"),
        ));
    }
    let date = time.iso8601_basic();
    let names = v4::additional_names(additional_headers, link.headers);
    link.drop_parameters(&V4_PARAMETERS);
    link.add(V4_VERSION, v4::ALGORITHM);
    link.add(
        V4_CREDENTIAL,
        scope.credential(credentials.access_key_id(), &date),
    );
    link.add(V4_DATE, date.clone());
    link.add(V4_EXPIRES, expires.to_string());
    if let Some(token) = credentials.security_token() {
        link.add(V4_TOKEN, token.to_string());
    }
    if !names.is_empty() {
        link.add(V4_ADDITIONAL, names.join(";"));
    }
    let signature = v4::signature(&link.parts(), credentials, scope, &date, &names, keys);
    link.add(V4_SIGNATURE, signature.as_str().to_owned());
    Ok(link.headers_where(|name| v4::is_signed(name, &names)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sign::v1::presign as v1;

    #[test]
    fn headers_that_must_be_sent_are_known_in_any_case() {
        let credentials = Credentials::new("id", "secret", None);
        let scope = Scope {
            region: "cn-hangzhou",
            product: "oss",
        };
        let headers = [
            "Content-Type",
            "X-OSS-Meta-A",
            "content-md5",
            "Range",
            "if-match",
        ]
        .map(|name| (name.into(), "1".into()));
        fn link<'m>(
            query: &'m mut Vec<Parameter<'static>>,
            headers: &'m [Header<'static>],
        ) -> Link<'m, 'static> {
            Link {
                method: "PUT",
                bucket: Some("bucket"),
                key: Some("key"),
                query,
                headers,
            }
        }
        let (time, keys) = (Timestamp(1_715_933_350), SigningKeys::default());
        let more = ["Range".to_owned()];
        let signed = v4(
            &mut link(&mut Vec::new(), &headers),
            &credentials,
            &scope,
            time,
            60,
            &more,
            &keys,
        );
        assert_eq!(signed.unwrap(), headers[..4]);
        let signed = v1(&mut link(&mut Vec::new(), &headers), &credentials, time, 60);
        assert_eq!(signed.unwrap(), headers[..3]);
    }

    #[test]
    fn expiry_has_limits() {
        let credentials = Credentials::new("id", "secret", None);
        let scope = Scope {
            region: "cn-hangzhou",
            product: "oss",
        };
        let mut query = Vec::new();
        let mut link = Link {
            method: "GET",
            bucket: None,
            key: None,
            query: &mut query,
            headers: &[],
        };
        let (now, keys) = (Timestamp(1_715_933_350), SigningKeys::default());
        for (expires, fine) in [(0, false), (1, true), (604_800, true), (604_801, false)] {
            let result = v4(&mut link, &credentials, &scope, now, expires, &[], &keys);
            assert_eq!(result.is_ok(), fine, "{expires}");
        }
        for (expires, fine) in [
            (0, false),
            (1, true),
            (604_801, true),
            (u64::MAX, false),
            (i64::MAX as u64, false),
        ] {
            assert_eq!(
                v1(&mut link, &credentials, now, expires).is_ok(),
                fine,
                "{expires}"
            );
        }
        let error = v1(&mut link, &credentials, now, i64::MAX as u64).unwrap_err();
        let most = i64::MAX - now.0;
        assert_eq!(
            error.to_string(),
            format!(
                "`expires`: {} seconds is out of range; allowed are 1 to {most} for a V1 URL",
                i64::MAX
            )
        );
        assert!(v1(&mut link, &credentials, now, most as u64).is_ok());
    }

    #[test]
    fn signing_again_replaces_the_parameters() {
        let credentials = Credentials::new("id", "secret", Some("token".into()));
        let scope = Scope {
            region: "cn-hangzhou",
            product: "oss",
        };
        let mut query: Vec<Parameter<'_>> = vec![("acl".into(), None)];
        let mut link = Link {
            method: "GET",
            bucket: None,
            key: None,
            query: &mut query,
            headers: &[],
        };
        for _ in 0..2 {
            v4(
                &mut link,
                &credentials,
                &scope,
                Timestamp(0),
                60,
                &[],
                &SigningKeys::default(),
            )
            .unwrap();
            assert_eq!(link.query.len(), 7);
        }
    }
}
