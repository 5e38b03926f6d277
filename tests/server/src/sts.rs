//! Where temporary keys come from: the metadata service of a machine, and STS. The object side takes them until they expire.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use crate::answer::Answer;
use crate::clock;
use crate::exchange::Exchange;
use crate::options::Credential;
use crate::percent;
use crate::request::{Head, Query};

/// What rules call requests to STS.
pub const STS: &str = "Sts";
/// What rules call requests to the metadata service.
pub const METADATA: &str = "Metadata";

const TOKEN_PATH: &str = "/latest/api/token";
const ROLE_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const LONGEST_BODY: usize = 64 * 1024;
/// So many tokens of the metadata service are good at once; after that all are given out anew.
const REMEMBERED_TOKENS: usize = 10_000;

#[derive(Debug)]
pub struct Issuer {
    /// Of this machine; without one there is no metadata service.
    role: Option<String>,
    /// Bounds the life of all keys.
    lifetime: Option<Duration>,
    /// Those that were given out, and when they end.
    metadata_tokens: Mutex<HashMap<String, i64>>,
    /// What the metadata service says until it is nearly over.
    current: Mutex<Option<Credential>>,
}

impl Issuer {
    pub fn new(role: Option<String>, lifetime: Option<Duration>) -> Issuer {
        Issuer {
            role,
            lifetime,
            metadata_tokens: Mutex::default(),
            current: Mutex::default(),
        }
    }

    /// The service that a request is for, if it is not OSS.
    pub fn operation(&self, head: &Head) -> Option<&'static str> {
        if self.role.is_some() && head.target.starts_with(b"/latest/") {
            return Some(METADATA);
        }
        let form = head.header("content-type").is_some_and(|kind| {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            kind.eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
        let host = crate::address::host_name(&head.host);
        let named = host.starts_with("sts.") || host.starts_with("sts-");
        let plain = head.place.bucket.is_none() && (head.query.has("Action") || form);
        (matches!(head.method.as_str(), "GET" | "POST") && (named || plain)).then_some(STS)
    }

    /// Keys that live so many seconds at most; with a policy they may do no more than it allows.
    fn issue(
        &self,
        exchange: &Exchange,
        account: &str,
        seconds: u64,
        policy: Option<Value>,
    ) -> Credential {
        let asked = Duration::from_secs(seconds);
        let lifetime = self.lifetime.map_or(asked, |most| most.min(asked));
        let millis = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        let mut credential = Credential::new(
            format!("STS.{}", crate::random_hex(12)),
            crate::random_hex(20),
        )
        .with_token(crate::random_hex(64))
        .of_account(account)
        .until_ms(exchange.now_ms.saturating_add(millis));
        credential.session_policy = policy.map(Arc::new);
        let keys = &exchange.shared.keys;
        keys.add(credential.clone(), exchange.now_ms);
        credential
    }
}

fn as_json(credential: &Credential) -> Value {
    json!({
        "AccessKeyId": credential.id,
        "AccessKeySecret": credential.secret,
        "SecurityToken": credential.token,
        "Expiration": seconds(credential.expires_ms.unwrap_or_default()),
    })
}

/// Both services say times without fractions.
fn seconds(ms: i64) -> String {
    let text = clock::iso_date(ms);
    format!("{}Z", text.split(['.', 'Z']).next().unwrap_or_default())
}

fn answer(status: u16, value: &Value) -> Answer {
    Answer::new(status)
        .header("content-type", "application/json")
        .bytes(value.to_string().into_bytes())
}

fn text(status: u16, body: &str) -> Answer {
    Answer::new(status)
        .header("content-type", "text/plain")
        .bytes(body.as_bytes().to_vec())
}

/// The metadata service: a token first, then the role, then its keys.
pub fn metadata(exchange: &Exchange) -> Answer {
    let issuer = &exchange.shared.issuer;
    let head = &exchange.head;
    let target = String::from_utf8_lossy(&head.target);
    let tokens = || {
        issuer
            .metadata_tokens
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    };
    if target == TOKEN_PATH {
        if head.method != "PUT" {
            return text(405, "Method Not Allowed");
        }
        let ttl = head.header("x-aliyun-ecs-metadata-token-ttl-seconds");
        let ttl = ttl.and_then(|ttl| ttl.parse().ok());
        let Some(ttl) = ttl.filter(|ttl: &i64| (1..=21600).contains(ttl)) else {
            return text(400, "Bad Request");
        };
        let token = crate::random_hex(24);
        let mut tokens = tokens();
        // Some programs ask for a token with every request.
        if tokens.len() >= REMEMBERED_TOKENS {
            tokens.retain(|_, end| *end > exchange.now_ms);
        }
        if tokens.len() >= REMEMBERED_TOKENS {
            tokens.clear();
        }
        tokens.insert(token.clone(), exchange.now_ms + ttl * 1000);
        return text(200, &token);
    }
    if head.method != "GET" {
        return text(405, "Method Not Allowed");
    }
    if let Some(token) = head.header("x-aliyun-ecs-metadata-token")
        && tokens()
            .get(token.as_ref())
            .is_none_or(|end| *end <= exchange.now_ms)
    {
        return text(401, "Unauthorized");
    }
    let role = issuer.role.as_deref().unwrap_or_default();
    match target.strip_prefix(ROLE_PATH) {
        Some("") => text(200, role),
        Some(name) if name == role => role_keys(exchange),
        _ => text(404, "Not Found"),
    }
}

fn role_keys(exchange: &Exchange) -> Answer {
    const SIX_HOURS: u64 = 21_600;
    let issuer = &exchange.shared.issuer;
    let mut current = issuer
        .current
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let life = issuer.lifetime.unwrap_or(Duration::from_secs(SIX_HOURS));
    // The service renews its keys a while before their end, and says when that is in whole seconds.
    let margin = i64::try_from(life.as_millis() / 5).unwrap_or(0).max(1000);
    let fresh = |known: &Credential| {
        known
            .expires_ms
            .is_some_and(|end| end - margin > exchange.now_ms)
            && exchange.shared.keys.find(&known.id).is_ok()
    };
    let credential = match current.take().filter(fresh) {
        Some(known) => known,
        None => issuer.issue(exchange, crate::options::OWNER, SIX_HOURS, None),
    };
    let mut value = as_json(&credential);
    *current = Some(credential);
    value["LastUpdated"] = seconds(exchange.now_ms).into();
    value["Code"] = "Success".into();
    answer(200, &value)
}

/// The policy in a text, if it has the parts of one.
fn read_policy(text: &str) -> Option<Value> {
    let policy: Value = serde_json::from_str(text).ok()?;
    let sound = |one: &Value| matches!(one["Effect"].as_str(), Some("Allow" | "Deny"));
    let statements = policy["Statement"].as_array()?;
    (policy["Version"] == "1" && !statements.is_empty() && statements.iter().all(sound))
        .then_some(policy)
}

/// AssumeRole and AssumeRoleWithOIDC.
pub async fn sts(exchange: &mut Exchange) -> Answer {
    let outcome = match exchange.read_all(LONGEST_BODY).await {
        Ok(body) => assume(exchange, &body),
        Err(error) => Err((error.status, "InvalidParameter", error.message.to_string())),
    };
    match outcome {
        Ok(value) => answer(200, &value),
        Err((status, code, message)) => answer(
            status,
            &json!({
                "RequestId": exchange.request_id,
                "HostId": exchange.head.host,
                "Code": code,
                "Message": message,
            }),
        ),
    }
}

type Refusal = (u16, &'static str, String);

fn assume(exchange: &Exchange, body: &[u8]) -> Result<Value, Refusal> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    for source in [&exchange.head.query, &Query::parse(body)] {
        for one in &source.0 {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            parameters.push((text(&one.name), text(&one.value)));
        }
    }
    let get = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    };
    let need = |name: &'static str| {
        get(name).ok_or_else(|| {
            let message = format!("{name} is mandatory for this action.");
            (400, "MissingParameter", message)
        })
    };
    let with_oidc = match need("Action")? {
        "AssumeRole" => false,
        "AssumeRoleWithOIDC" => true,
        other => {
            let message = format!("Specified api {other} is not found.");
            return Err((404, "InvalidAction.NotFound", message));
        }
    };
    if with_oidc {
        need("OIDCProviderArn")?;
        if !(4..=20_000).contains(&need("OIDCToken")?.len()) {
            let message = "The OIDC token has 4 to 20000 characters.".to_owned();
            return Err((400, "InvalidParameter.OIDCToken", message));
        }
    } else {
        check_signature(exchange, &parameters)?;
    }
    let policy = match get("Policy").map(read_policy) {
        None => None,
        Some(Some(policy)) => Some(policy),
        Some(None) => {
            let message = "The parameter Policy has not passed grammar check.".to_owned();
            return Err((400, "InvalidParameter.PolicyGrammar", message));
        }
    };
    let arn = need("RoleArn")?;
    let parts: Vec<&str> = arn.split(':').collect();
    let [_, "ram", _, account, role] = parts[..] else {
        let message = "The parameter RoleArn is wrongly formed.".to_owned();
        return Err((400, "InvalidParameter.RoleArn", message));
    };
    let role = role.trim_start_matches("role/");
    let session = need("RoleSessionName")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || ".@-_".contains(c);
    if !(2..=64).contains(&session.len()) || !session.chars().all(legal) {
        let message = "The parameter RoleSessionName is wrongly formed.".to_owned();
        return Err((400, "InvalidParameter.RoleSessionName", message));
    }
    let duration = match get("DurationSeconds") {
        None => 3600,
        Some(given) => given
            .parse()
            .ok()
            .filter(|seconds| (900..=43_200).contains(seconds))
            .ok_or_else(|| {
                let message = "DurationSeconds lies between 900 and 43200.".to_owned();
                (400, "InvalidParameter.DurationSeconds", message)
            })?,
    };
    let issuer = &exchange.shared.issuer;
    let credential = issuer.issue(exchange, account, duration, policy);
    let mut value = json!({
        "RequestId": exchange.request_id,
        "AssumedRoleUser": {
            "Arn": format!("acs:ram::{account}:role/{role}/{session}"),
            "AssumedRoleId": format!("3{}:{session}", &credential.id[4..20]),
        },
        "Credentials": as_json(&credential),
    });
    if with_oidc {
        value["OIDCTokenInfo"] =
            json!({"Subject": "local", "Issuer": "local", "ClientIds": "local"});
    }
    Ok(value)
}

/// The signature of RPC calls.
fn check_signature(exchange: &Exchange, parameters: &[(String, String)]) -> Result<(), Refusal> {
    let get = |name: &str| {
        let found = parameters.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    };
    let keys = &exchange.shared.keys;
    let known = keys.find(get("AccessKeyId")).map_err(|_| {
        let message = "Specified access key is not found.".to_owned();
        (404, "InvalidAccessKeyId.NotFound", message)
    })?;
    if known.token.as_deref().unwrap_or_default() != get("SecurityToken") {
        let message = "Specified SecurityToken is malformed.".to_owned();
        return Err((400, "InvalidSecurityToken.Malformed", message));
    }
    if known.expires_ms.is_some_and(|end| exchange.now_ms >= end) {
        let message = "Specified SecurityToken is expired.".to_owned();
        return Err((403, "InvalidSecurityToken.Expired", message));
    }
    let text = string_to_sign(&exchange.head.method, parameters);
    if sign(&known.secret, &text) != get("Signature") {
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{text}"
        );
        return Err((400, "SignatureDoesNotMatch", message));
    }
    Ok(())
}

fn string_to_sign(method: &str, parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<(&str, &str)> = parameters
        .iter()
        .filter(|(name, _)| name != "Signature")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<String> = pairs
        .into_iter()
        .map(|(name, value)| format!("{}={}", percent::encode(name), percent::encode(value)))
        .collect();
    format!("{method}&%2F&{}", percent::encode(pairs.join("&")))
}

fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(format!("{secret}&").as_bytes())
        .unwrap_or_else(|_| unreachable!("HMAC takes keys of any length"));
    mac.update(text.as_bytes());
    crate::base64(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_of_rpc_calls() {
        let path = format!("{}/../vectors/sts_rpc.json", env!("CARGO_MANIFEST_DIR"));
        let cases: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut count = 0;
        for case in cases.as_array().unwrap() {
            if case["kind"] != "rpc-hmac-sha1" {
                continue;
            }
            let parameters: Vec<(String, String)> = ["query", "form"]
                .iter()
                .flat_map(|part| case[part].as_object().unwrap())
                .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
                .collect();
            let text = string_to_sign(case["method"].as_str().unwrap(), &parameters);
            assert_eq!(text, case["string_to_sign"], "{}", case["name"]);
            let signature = sign(case["secret"].as_str().unwrap(), &text);
            assert_eq!(signature, case["signature"], "{}", case["name"]);
            count += 1;
        }
        assert!(count >= 5);
    }
}
