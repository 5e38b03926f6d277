//! Form uploads: a signed policy says what the form may hold.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Identity, Verifier, mismatch, v1, v4};
use crate::clock;
use crate::errors::{ApiError, Result};

/// Fields by lower-case name.
pub type Fields = BTreeMap<String, String>;

const SEVEN_DAYS_MS: i64 = 7 * 86_400_000;
const V4_FIELDS: [&str; 3] = ["x-oss-signature-version", "x-oss-credential", "x-oss-date"];

/// A policy whose signature is proven.
pub struct Policy {
    conditions: Vec<Value>,
    /// Bounds for the size of the file.
    pub size: Option<(u64, u64)>,
}

fn invalid(what: impl Into<String>) -> ApiError {
    ApiError::new(
        400,
        "InvalidPolicyDocument",
        "The content of the form does not meet the conditions specified in the policy document.",
    )
    .detail("ErrorDetail", what)
}

fn refused(condition: &Value) -> ApiError {
    ApiError::denied(format!(
        "Invalid according to Policy: Policy Condition failed: {condition}"
    ))
}

/// The policy of a form, proven by its signature; none for a form of a stranger.
pub fn identify(verifier: &Verifier<'_>, fields: &Fields) -> Result<Option<(Policy, Identity)>> {
    let field = |name: &str| fields.get(name).map(String::as_str);
    let missing = |name: &str| {
        ApiError::argument(
            name,
            "",
            format!("Bucket POST must contain a field named '{name}'."),
        )
    };
    let Some(encoded) = field("policy") else {
        return match V4_FIELDS
            .iter()
            .chain(&["ossaccesskeyid", "signature", "x-oss-signature"])
            .find(|name| fields.contains_key(**name))
        {
            Some(_) => Err(missing("policy")),
            None => Ok(None),
        };
    };
    let identity;
    let version4 =
        fields.contains_key("x-oss-signature-version") || fields.contains_key("x-oss-signature");
    if version4 {
        let credential = field("x-oss-credential").ok_or_else(|| missing("x-oss-credential"))?;
        let signature = field("x-oss-signature").ok_or_else(|| missing("x-oss-signature"))?;
        let date = field("x-oss-date").ok_or_else(|| missing("x-oss-date"))?;
        if field("x-oss-signature-version") != Some("OSS4-HMAC-SHA256") {
            return Err(ApiError::argument(
                "x-oss-signature-version",
                "",
                "Invalid signature version.",
            ));
        }
        let scope = v4::Scope::parse(
            credential,
            "x-oss-credential",
            "0002-00000224",
            "0002-00000223",
        )?;
        scope.check_region(verifier.region, "x-oss-credential")?;
        let at = clock::parse_compact(date).ok_or_else(|| super::unreadable_date(date))? * 1000;
        if at < verifier.now_ms - SEVEN_DAYS_MS || at > verifier.now_ms + super::MAX_SKEW_MS {
            return Err(ApiError::denied(
                "Invalid according to Policy: Policy expired.",
            ));
        }
        let known = verifier.credential(scope.id)?;
        verifier.check_token(&known, field("x-oss-security-token"))?;
        identity = Identity::of(&known);
        if crate::hex(&v4::hmac(&scope.key(&known.secret), encoded.as_bytes())) != signature {
            return Err(mismatch(scope.id, signature, encoded.as_bytes()));
        }
    } else {
        let id = field("ossaccesskeyid").ok_or_else(|| missing("OSSAccessKeyId"))?;
        let signature = field("signature").ok_or_else(|| missing("Signature"))?;
        let known = verifier.credential(id)?;
        verifier.check_token(&known, field("x-oss-security-token"))?;
        identity = Identity::of(&known);
        if v1::sign(&known.secret, encoded.as_bytes()) != signature {
            return Err(mismatch(id, signature, encoded.as_bytes()));
        }
    }
    let policy = Policy::parse(encoded, verifier.now_ms)?;
    if version4 {
        let mut demanded = V4_FIELDS.to_vec();
        demanded.extend(
            fields
                .contains_key("x-oss-security-token")
                .then_some("x-oss-security-token"),
        );
        if let Some(name) = demanded.into_iter().find(|name| !policy.mentions(name)) {
            return Err(invalid(format!("{name} must be a condition of the policy")));
        }
    }
    Ok(Some((policy, identity)))
}

impl Policy {
    fn parse(encoded: &str, now_ms: i64) -> Result<Policy> {
        let bytes = crate::unbase64(encoded).ok_or_else(|| invalid("the policy is not base64"))?;
        // JSON knows no escaped dollar sign, policies do.
        let text = String::from_utf8(bytes).map_err(|_| invalid("the policy is not UTF-8"))?;
        let value: Value = serde_json::from_str(&unescape_dollars(&text))
            .map_err(|error| invalid(format!("the policy is not JSON: {error}")))?;
        let expiration = value["expiration"]
            .as_str()
            .and_then(clock::parse_iso)
            .ok_or_else(|| invalid("expiration is missing"))?;
        if now_ms > expiration {
            return Err(ApiError::denied(
                "Invalid according to Policy: Policy expired.",
            ));
        }
        let conditions = value["conditions"]
            .as_array()
            .cloned()
            .ok_or_else(|| invalid("conditions are missing"))?;
        let mut size = None;
        for condition in &conditions {
            if condition[0]
                .as_str()
                .is_some_and(|kind| kind.eq_ignore_ascii_case("content-length-range"))
            {
                let (Some(least), Some(most)) = (condition[1].as_u64(), condition[2].as_u64())
                else {
                    return Err(invalid(condition.to_string()));
                };
                size = Some((least, most));
            }
        }
        Ok(Policy { conditions, size })
    }

    fn mentions(&self, name: &str) -> bool {
        self.conditions.iter().any(|condition| match condition {
            Value::Object(map) => map.keys().any(|key| key.eq_ignore_ascii_case(name)),
            Value::Array(list) => list
                .get(1)
                .and_then(Value::as_str)
                .is_some_and(|field| field.trim_start_matches('$').eq_ignore_ascii_case(name)),
            _ => false,
        })
    }

    /// Every condition on the fields must hold; `bucket` counts as one of them.
    pub fn check(&self, fields: &Fields) -> Result<()> {
        let value = |name: &str| {
            fields
                .get(&name.trim_start_matches('$').to_ascii_lowercase())
                .map(String::as_str)
                .unwrap_or_default()
        };
        for condition in &self.conditions {
            let holds = match condition {
                Value::Object(map) => map.iter().all(|(name, wanted)| {
                    wanted
                        .as_str()
                        .is_some_and(|wanted| same(wanted, value(name)))
                }),
                Value::Array(list) => {
                    let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                    let one_of = |name: &str| {
                        list.get(2).and_then(Value::as_array).map(|options| {
                            options
                                .iter()
                                .any(|option| option.as_str() == Some(value(name)))
                        })
                    };
                    match (
                        texts
                            .first()
                            .map(|kind| kind.to_ascii_lowercase())
                            .as_deref(),
                        texts.get(1),
                        texts.get(2),
                    ) {
                        (Some("content-length-range"), ..) => true,
                        (Some("eq"), Some(name), Some(wanted)) => same(wanted, value(name)),
                        (Some("starts-with"), Some(name), Some(prefix)) => {
                            value(name).starts_with(prefix)
                                || value(name).starts_with(&prefix.replace("\\$", "$"))
                        }
                        (Some("in"), Some(name), _) => {
                            one_of(name).ok_or_else(|| invalid(condition.to_string()))?
                        }
                        (Some("not-in"), Some(name), _) => {
                            !one_of(name).ok_or_else(|| invalid(condition.to_string()))?
                        }
                        _ => return Err(invalid(condition.to_string())),
                    }
                }
                _ => return Err(invalid(condition.to_string())),
            };
            if !holds {
                return Err(refused(condition));
            }
        }
        Ok(())
    }
}

/// The escape of a dollar sign may itself be escaped for JSON.
fn same(wanted: &str, value: &str) -> bool {
    wanted == value || wanted.replace("\\$", "$") == value
}

/// Turns `\$` into `$`, but not the end of `\\$`.
fn unescape_dollars(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(character) = chars.next() {
        if character != '\\' {
            out.push(character);
        } else if chars.peek() == Some(&'$') {
            // The dollar sign follows by itself.
        } else {
            out.push('\\');
            out.extend(chars.next());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::keys::Keyring;
    use crate::options::Credential;

    /// Both schemes for every vector: the expected signature is taken, a changed one refused.
    #[test]
    fn vectors() {
        let path = format!("{}/../vectors/post_policy.json", env!("CARGO_MANIFEST_DIR"));
        let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let cases = file["cases"].as_array().unwrap();
        assert!(cases.len() >= 9);
        for case in cases {
            let input = |name: &str| case["input"][name].as_str().unwrap_or_default();
            let mut credential =
                Credential::new(input("access_key_id"), input("access_key_secret"));
            if let Some(token) = case["input"]["security_token"].as_str() {
                credential = credential.with_token(token);
            }
            let keys = Keyring::new(vec![credential]);
            let now_ms = case["input"]["time_unix"].as_i64().unwrap() * 1000;
            let verifier = Verifier {
                keys: &keys,
                region: input("region"),
                now_ms,
            };
            for (form, signature) in [
                ("v1_form_fields", "signature"),
                ("v4_form_fields", "x-oss-signature"),
            ] {
                let mut fields: Fields = case["expect"][form]
                    .as_object()
                    .unwrap()
                    .iter()
                    .map(|(name, value)| {
                        (
                            name.to_ascii_lowercase(),
                            value.as_str().unwrap().to_owned(),
                        )
                    })
                    .collect();
                let code = |result: Result<Option<(Policy, Identity)>>| {
                    result.err().map(|error| error.code.into_owned())
                };
                let taken = code(identify(&verifier, &fields));
                // Some texts are no policies; their signature is right nevertheless.
                assert!(
                    matches!(taken.as_deref(), None | Some("InvalidPolicyDocument")),
                    "{} {form}: {taken:?}",
                    case["id"]
                );
                fields.get_mut(signature).unwrap().push('0');
                assert_eq!(
                    code(identify(&verifier, &fields)).as_deref(),
                    Some("SignatureDoesNotMatch"),
                    "{} {form}",
                    case["id"]
                );
            }
        }
    }

    #[test]
    fn conditions() {
        let policy = |conditions: &str| {
            Policy::parse(
                &crate::base64(format!(
                    r#"{{"expiration":"2030-01-01T00:00:00Z","conditions":{conditions}}}"#
                )),
                0,
            )
            .unwrap()
        };
        let fields: Fields = [
            ("key", "a$b"),
            ("bucket", "b"),
            ("content-type", "image/png"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let holds = |conditions: &str| policy(conditions).check(&fields).is_ok();
        assert!(holds(r#"[{"bucket":"b"},["eq","$key","a\\$b"],["starts-with","$Key","a"],["in","$content-type",["image/png"]],["not-in","$cache-control",["no-cache"]]]"#.replace("\\\\$", "\\$").as_str()));
        assert!(holds(r#"[["content-length-range",1,2]]"#));
        for no in [
            r#"[{"bucket":"c"}]"#,
            r#"[["eq","$key","a"]]"#,
            r#"[["starts-with","$key","b"]]"#,
            r#"[["in","$content-type",["x"]]]"#,
            r#"[["not-in","$key",["a$b"]]]"#,
            r#"[["what"]]"#,
            "[1]",
        ] {
            assert!(!holds(no), "{no}");
        }
    }
}
