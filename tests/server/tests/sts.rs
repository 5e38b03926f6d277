//! Temporary keys: given out by the metadata service and STS, taken by the object side until they end.

mod support;

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Action, Options, Rule, Server};
use serde_json::Value;
use support::*;

fn start(lifetime: Duration) -> Server {
    Server::start(Options {
        https_addr: None,
        ram_role: Some("reader".to_owned()),
        sts_lifetime: Some(lifetime),
        ..Options::default()
    })
    .unwrap()
}

fn ask(server: &Server, request: &str, more: &str, body: &str) -> Answer {
    let head = format!(
        "{request} HTTP/1.1\r\nhost: sts.aliyuncs.com\r\nconnection: close\r\ncontent-length: {}\r\n{more}\r\n{body}",
        body.len()
    );
    raw(server.http_port(), head.as_bytes())
}

fn json(answer: &Answer) -> Value {
    serde_json::from_slice(&answer.body).unwrap_or_else(|_| panic!("{}", answer.text()))
}

fn metadata(server: &Server, method: &str, path: &str, more: &str) -> Answer {
    ask(server, &format!("{method} /latest/{path}"), more, "")
}

const ROLES: &str = "meta-data/ram/security-credentials/";

/// What the object side says to these keys.
fn use_keys(server: &Server, keys: &Value) -> Answer {
    let text = |name: &str| keys[name].as_str().unwrap();
    let client = Client {
        id: text("AccessKeyId"),
        secret: text("AccessKeySecret"),
        ..Client::of(server, "bucket")
    };
    let token = [("x-oss-security-token", text("SecurityToken"))];
    client.send("GET", "k", &[], &token, b"")
}

#[test]
fn the_metadata_service_gives_out_keys_of_the_role() {
    let server = start(Duration::from_secs(100));
    Client::new(&server, "bucket").put("k", b"1");
    let ttl = "x-aliyun-ecs-metadata-token-ttl-seconds: 600\r\n";
    let token = metadata(&server, "PUT", "api/token", ttl).text();
    assert!(token.len() > 20);
    assert_eq!(metadata(&server, "PUT", "api/token", "").status, 400);
    assert_eq!(metadata(&server, "GET", "api/token", ttl).status, 405);
    let header = format!("x-aliyun-ecs-metadata-token: {token}\r\n");
    assert_eq!(metadata(&server, "GET", ROLES, &header).text(), "reader");
    assert_eq!(metadata(&server, "GET", ROLES, "").text(), "reader");
    assert_eq!(
        metadata(&server, "GET", ROLES, "x-aliyun-ecs-metadata-token: x\r\n").status,
        401
    );
    assert_eq!(
        metadata(&server, "GET", &format!("{ROLES}writer"), &header).status,
        404
    );
    let keys = || {
        json(&metadata(
            &server,
            "GET",
            &format!("{ROLES}reader"),
            &header,
        ))
    };
    let first = keys();
    assert_eq!(first["Code"], "Success");
    assert_eq!(keys()["AccessKeyId"], first["AccessKeyId"]);
    assert_eq!(use_keys(&server, &first).status, 200);
    // Near their end there are new ones, while the old ones still work; after it they do not.
    server.set_clock_skew(90);
    let second = keys();
    assert_ne!(second["AccessKeyId"], first["AccessKeyId"]);
    assert_eq!(use_keys(&server, &first).status, 200);
    server.set_clock_skew(110);
    assert_eq!(use_keys(&server, &first).code(), "SecurityTokenExpired");
    assert_eq!(use_keys(&server, &second).status, 200);
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

/// An AssumeRole call, as the official libraries send it.
fn assume(server: &Server, id: &str, secret: &str, more: &[(&str, &str)]) -> Answer {
    use base64::Engine;
    let mut parameters = vec![
        ("AccessKeyId", id),
        ("Action", "AssumeRole"),
        ("Format", "JSON"),
        ("RoleArn", "acs:ram::0123456789012345:role/writer"),
        ("RoleSessionName", "session"),
        ("SignatureMethod", "HMAC-SHA1"),
        ("SignatureNonce", "1"),
        ("SignatureVersion", "1.0"),
        ("Timestamp", "2026-01-02T03:04:05Z"),
        ("Version", "2015-04-01"),
    ];
    parameters.extend(more);
    parameters.sort();
    let pairs: Vec<String> = parameters
        .iter()
        .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
        .collect();
    let canonical = pairs.join("&");
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(format!("{secret}&").as_bytes()).unwrap();
    mac.update(format!("POST&%2F&{}", encode(&canonical)).as_bytes());
    let signature = base64::engine::general_purpose::STANDARD.encode(mac.finalize().into_bytes());
    let body = format!("{canonical}&Signature={}", encode(&signature));
    let kind = "content-type: application/x-www-form-urlencoded\r\n";
    ask(server, "POST /", kind, &body)
}

#[test]
fn roles_are_assumed_by_who_signs() {
    let server = start(Duration::from_secs(3600));
    Client::new(&server, "bucket").put("k", b"1");
    let answer = assume(
        &server,
        ACCESS_KEY_ID,
        ACCESS_KEY_SECRET,
        &[("DurationSeconds", "900")],
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let keys = json(&answer)["Credentials"].clone();
    assert_eq!(use_keys(&server, &keys).status, 200);
    server.set_clock_skew(901);
    assert_eq!(use_keys(&server, &keys).code(), "RequestTimeTooSkewed");
    server.set_clock_skew(0);
    let rows = [
        (
            assume(&server, ACCESS_KEY_ID, "wrong", &[]),
            400,
            "SignatureDoesNotMatch",
        ),
        (
            assume(&server, "nobody", "x", &[]),
            404,
            "InvalidAccessKeyId.NotFound",
        ),
        (
            assume(
                &server,
                ACCESS_KEY_ID,
                ACCESS_KEY_SECRET,
                &[("DurationSeconds", "1")],
            ),
            400,
            "InvalidParameter.DurationSeconds",
        ),
        (
            assume(
                &server,
                ACCESS_KEY_ID,
                ACCESS_KEY_SECRET,
                &[("Policy", "{\"Statements\":[],\"Version\":\"1\"}")],
            ),
            400,
            "InvalidParameter.PolicyGrammar",
        ),
    ];
    for (answer, status, code) in rows {
        assert_eq!(
            (answer.status, json(&answer)["Code"].as_str()),
            (status, Some(code))
        );
    }
    // Refusals on demand.
    server.inject(Rule::new(Action::Delay { ms: 1 }).operation("Sts"));
    assert_eq!(
        assume(&server, ACCESS_KEY_ID, ACCESS_KEY_SECRET, &[]).status,
        200
    );
}

#[test]
fn roles_are_assumed_with_a_token_of_oidc() {
    let server = start(Duration::from_secs(60));
    Client::new(&server, "bucket").put("k", b"1");
    let call = |token: &str| {
        let body = format!(
            "RoleArn=acs%3Aram%3A%3A0123456789012345%3Arole%2Fpod&OIDCProviderArn=acs%3Aram%3A%3A1%3Aoidc-provider%2Fack\
             &OIDCToken={token}&RoleSessionName=session"
        );
        let kind = "content-type: application/x-www-form-urlencoded\r\n";
        ask(
            &server,
            "POST /?Action=AssumeRoleWithOIDC&Format=JSON&Version=2015-04-01",
            kind,
            &body,
        )
    };
    let answer = call("token");
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("x-oss-request-id").is_some());
    let keys = json(&answer)["Credentials"].clone();
    assert_eq!(use_keys(&server, &keys).status, 200);
    server.set_clock_skew(61);
    assert_eq!(use_keys(&server, &keys).code(), "SecurityTokenExpired");
    assert_eq!(json(&call("x"))["Code"], "InvalidParameter.OIDCToken");
    assert_eq!(json(&call(""))["Code"], "MissingParameter");
}

#[test]
fn keys_with_a_policy_may_do_what_it_allows() {
    let server = start(Duration::from_secs(3600));
    let owner = Client::new(&server, "bucket");
    owner.put("public/k", b"1");
    owner.put("secret/k", b"2");
    let policy = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["oss:Get*","oss:PutObject"],"Resource":"acs:oss:*:*:bucket/*"},
        {"Effect":"Deny","Action":"oss:*","Resource":"acs:oss:*:*:bucket/secret/*"}]}"#;
    let answer = assume(
        &server,
        ACCESS_KEY_ID,
        ACCESS_KEY_SECRET,
        &[("Policy", policy)],
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let keys = json(&answer)["Credentials"].clone();
    let send = |bucket: &str, method: &str, key: &str, query: Pairs<'_>| {
        let client = Client {
            port: server.http_port(),
            bucket: bucket.to_owned(),
            id: keys["AccessKeyId"].as_str().unwrap(),
            secret: keys["AccessKeySecret"].as_str().unwrap(),
        };
        let token = keys["SecurityToken"].as_str().unwrap();
        client.send(method, key, query, &[("x-oss-security-token", token)], b"")
    };
    let rows = [
        ("bucket", "GET", "public/k", 200),
        ("bucket", "PUT", "public/new", 200),
        ("bucket", "DELETE", "public/k", 403),
        ("bucket", "GET", "secret/k", 403),
        ("bucket", "PUT", "secret/new", 403),
        ("bucket", "GET", "", 403),
        ("other", "PUT", "", 403),
        ("missing", "GET", "", 403),
        ("", "GET", "", 403),
    ];
    for (bucket, method, key, status) in rows {
        let found = send(bucket, method, key, &[]);
        assert_eq!(
            found.status,
            status,
            "{method} {bucket}/{key}: {}",
            found.text()
        );
        if status == 403 {
            assert_eq!(found.code(), "AccessDenied", "{method} {bucket}/{key}");
        }
    }
    assert_eq!(owner.get("secret/k").body, b"2");
}
