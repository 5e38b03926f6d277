//! Signatures of forms: a browser uploads an object under the conditions of a policy.
//!
//! The policy is a JSON text. Its base64 form is what is signed, so its bytes are used as they are.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use zeroize::Zeroizing;

use super::v4::{ALGORITHM, Scope, SigningKeys};
use super::{OSS_DATE, SECURITY_TOKEN, v4 as header_v4};
use crate::ascii::hex;
use crate::credentials::Credentials;
use crate::escape::Sink;
use crate::json;
use crate::time::Timestamp;

/// Name and value of a form field.
pub type Field = (&'static str, String);

pub(super) const POLICY: &str = "policy";

/// The form fields that carry a V4 signature of `policy`, which must hold [`v4_conditions`] of the same time.
pub fn v4(
    policy: &str,
    credentials: &Credentials,
    scope: &Scope<'_>,
    time: Timestamp,
    keys: &SigningKeys,
) -> Vec<Field> {
    let encoded = STANDARD.encode(policy);
    let date = time.iso8601_basic();
    let secret = credentials.access_key_secret();
    let mut mac = keys.keyed(secret, header_v4::day_of(&date), scope);
    mac.put(&encoded);
    let signature = hex(&mac.finalize().into_bytes().into());
    let mut fields = v4_conditions(credentials, scope, time);
    fields.push((POLICY, encoded));
    fields.push(("x-oss-signature", signature.as_str().to_owned()));
    fields
}

/// The form fields that a V4 policy must name in its conditions, each as `{"name":"value"}`.
pub fn v4_conditions(credentials: &Credentials, scope: &Scope<'_>, time: Timestamp) -> Vec<Field> {
    let date = time.iso8601_basic();
    let mut fields = vec![
        ("x-oss-signature-version", ALGORITHM.to_owned()),
        (
            "x-oss-credential",
            scope.credential(credentials.access_key_id(), &date),
        ),
        (OSS_DATE, date),
    ];
    fields.extend(token(credentials));
    fields
}

/// The text of a policy that ends at `expiration`: `conditions`, each a JSON text of its own, and `required` as equalities.
pub fn policy(expiration: Timestamp, conditions: &[&str], required: &[Field]) -> Zeroizing<String> {
    // Room for everything, however much of it is escaped: a token in it leaves no copies behind by growing.
    let most = |(name, value): &Field| 6 * (name.len() + value.len()) + 8;
    let size = required.iter().map(most).sum::<usize>()
        + conditions.iter().map(|text| text.len() + 1).sum::<usize>();
    let mut out = Zeroizing::new(String::with_capacity(size + 128));
    out.put("{\"expiration\":\"");
    out.put(&expiration.iso8601_millis());
    out.put("\",\"conditions\":[");
    let mut separator = "";
    for condition in conditions {
        out.put(separator);
        out.put(condition);
        separator = ",";
    }
    for field in required {
        out.put(separator);
        put_equality(&mut out, field);
        separator = ",";
    }
    out.put("]}");
    out
}

/// `name` and `value` as the object that asks for them to be equal.
fn put_equality(out: &mut String, (name, value): &Field) {
    out.push('{');
    json::write_text(out, name);
    out.push(':');
    json::write_text(out, value);
    out.push('}');
}

pub(super) fn token(credentials: &Credentials) -> Option<Field> {
    let token = credentials.security_token()?;
    Some((SECURITY_TOKEN, token.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_a_policy() {
        let credentials = Credentials::new("id", "secret", Some("a\"b\\c\n".into()));
        let scope = Scope {
            region: "cn-hangzhou",
            product: "oss",
        };
        let required = v4_conditions(&credentials, &scope, Timestamp(1_715_933_350));
        assert_eq!(
            *policy(
                Timestamp(1_716_019_750),
                &["[\"eq\",\"$key\",\"a\"]"],
                &required
            ),
            *concat!(
                r#"{"expiration":"2024-05-18T08:09:10.000Z","conditions":[["eq","$key","a"],"#,
                r#"{"x-oss-signature-version":"OSS4-HMAC-SHA256"},"#,
                r#"{"x-oss-credential":"id/20240517/cn-hangzhou/oss/aliyun_v4_request"},"#,
                r#"{"x-oss-date":"20240517T080910Z"},{"x-oss-security-token":"a\"b\\c\u000a"}]}"#,
            )
        );
    }
}
