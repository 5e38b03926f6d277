//! URLs and forms that the older scheme signs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;

use super::{keyed, signature};
use crate::credentials::Credentials;
use crate::error::{Error, Result};
use crate::escape::Sink;
use crate::header::Header;
use crate::sign::post_policy::{Field, POLICY, token};
use crate::sign::presign::Link;
use crate::sign::v4;
use crate::time::Timestamp;

const V1_KEY_ID: &str = "OSSAccessKeyId";
const V1_EXPIRES: &str = "Expires";
const V1_TOKEN: &str = "security-token";
const V1_SIGNATURE: &str = "Signature";
const V1_PARAMETERS: [&str; 4] = [V1_KEY_ID, V1_EXPIRES, V1_TOKEN, V1_SIGNATURE];

/// Signs with V1, valid for `expires` seconds (at least 1; V1 knows no upper limit). Returns the headers that must be sent with
/// the URL as they are.
pub fn presign<'a>(
    link: &mut Link<'_, 'a>,
    credentials: &Credentials,
    time: Timestamp,
    expires: u64,
) -> Result<Vec<Header<'a>>> {
    let until = i64::try_from(expires)
        .ok()
        .filter(|&seconds| seconds > 0)
        .and_then(|seconds| time.0.checked_add(seconds));
    let Some(until) = until.filter(|&until| until > 0) else {
        return Err(Error::refused(
            "expires",
            format_args!("{expires} seconds is out of range"),
            format_args!("1 to {} for a V1 URL", i64::MAX.saturating_sub(time.0)),
        ));
    };
    let until = until.to_string();
    link.drop_parameters(&V1_PARAMETERS);
    if let Some(token) = credentials.security_token() {
        link.add(V1_TOKEN, token.to_string());
    }
    let signature = signature(&link.parts(), credentials, &until);
    link.add(V1_KEY_ID, credentials.access_key_id().to_owned());
    link.add(V1_EXPIRES, until);
    link.add(V1_SIGNATURE, signature);
    Ok(link.headers_where(v4::is_always_signed))
}

/// The form fields that carry a V1 signature of `policy`.
pub fn form(policy: &str, credentials: &Credentials) -> Vec<Field> {
    let encoded = STANDARD.encode(policy);
    let mut mac = keyed(credentials);
    mac.put(&encoded);
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    let mut fields = vec![
        ("OSSAccessKeyId", credentials.access_key_id().to_owned()),
        (POLICY, encoded),
        ("Signature", signature),
    ];
    fields.extend(token(credentials));
    fields
}
