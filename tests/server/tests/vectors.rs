//! The signature vectors, sent to a real server: it must take the expected signature and refuse a changed one.
//!
//! The vectors have their own clock, keys and regions, so one server is started for each region and key, with the
//! clock set back to theirs.

mod support;

use std::collections::HashMap;

use oss_local::{Credential, Options, Server};
use serde_json::Value;
use support::{clock_skew_to, raw, read_vectors};

/// One server for all cases of a kind that agree in region, key and product.
#[derive(Default)]
struct Servers(HashMap<String, Server>);

impl Servers {
    fn get(&mut self, input: &Value) -> &Server {
        let text = |name: &str| input[name].as_str().unwrap_or_default().to_owned();
        let key = [
            text("region"),
            text("access_key_id"),
            text("access_key_secret"),
            text("security_token"),
        ]
        .join("|");
        let server = self.0.entry(key).or_insert_with(|| {
            let mut credential = Credential::new(text("access_key_id"), text("access_key_secret"));
            if let Some(token) = input["security_token"].as_str() {
                credential = credential.with_token(token);
            }
            let region = if text("region").is_empty() {
                "cn-hangzhou".to_owned()
            } else {
                text("region")
            };
            Server::start(Options {
                credentials: vec![credential],
                region,
                https_addr: None,
                threads: 1,
                ..Options::default()
            })
            .unwrap()
        });
        clock_skew_to(server, input["time_unix"].as_i64().unwrap());
        // With a custom domain only the server knows the bucket.
        if let (Some("cname"), Some(bucket)) =
            (input["address_style"].as_str(), input["bucket"].as_str())
        {
            server.add_cname(input["endpoint"].as_str().unwrap(), bucket);
        }
        server
    }
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let pair = |pair: &Value| {
        (
            pair[0].as_str().unwrap().to_owned(),
            pair[1].as_str().unwrap_or_default().to_owned(),
        )
    };
    value.as_array().into_iter().flatten().map(pair).collect()
}

/// The answer's status and body.
fn send(
    server: &Server,
    method: &str,
    target: &str,
    headers: &[(String, String)],
) -> (u16, String) {
    let mut request = format!("{method} {target} HTTP/1.1\r\n");
    for (name, value) in headers {
        request += &format!("{name}: {value}\r\n");
    }
    let has = |wanted: &str| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !has("content-length") {
        request += "content-length: 0\r\n";
    }
    if !has("connection") {
        request += "connection: close\r\n";
    }
    request += "\r\n";
    // A length that is signed promises a body.
    let length = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, text)| text.parse().unwrap());
    request += &"x".repeat(length);
    let answer = raw(server.http_port(), request.as_bytes());
    (answer.status, answer.text())
}

/// The signature was taken if the error, if any, comes from a later check.
fn is_taken(answer: &(u16, String)) -> bool {
    let refused = [
        "SignatureDoesNotMatch",
        "AccessDenied",
        "InvalidAccessKeyId",
        "InvalidSecurityToken",
        "RequestTimeTooSkewed",
        "<EC>0002-",
    ];
    answer.0 != 0 && !refused.iter().any(|code| answer.1.contains(code))
}

fn with_headers(case: &Value, added: &Value) -> Vec<(String, String)> {
    let mut headers = pairs(&case["input"]["headers"]);
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
    headers.insert(
        0,
        (
            "Host".to_owned(),
            case["expect"]["host"].as_str().unwrap().to_owned(),
        ),
    );
    for (name, value) in added.as_object().into_iter().flatten() {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    headers
}

/// Another signature of the same form.
fn changed(text: &str, signature: &str) -> String {
    let first = signature.chars().next().unwrap();
    let other = if first == '0' || first == 'A' {
        'b'
    } else {
        '0'
    };
    let wrong = format!("{other}{}", &signature[first.len_utf8()..]);
    assert!(text.contains(signature), "{text} has no {signature}");
    text.replace(signature, &wrong)
}

fn header_cases(file: &str, least: usize) {
    let mut servers = Servers::default();
    let cases = read_vectors(file);
    assert!(cases.len() >= least);
    for case in &cases {
        let (id, input, expect) = (
            case["id"].as_str().unwrap(),
            &case["input"],
            &case["expect"],
        );
        let method = input["method"].as_str().unwrap();
        // HEAD answers carry their error in a header.
        let target = expect["request_target"].as_str().unwrap();
        let server = servers.get(input);
        let authorization = expect["authorization"].as_str().unwrap();
        let mut headers = with_headers(case, &expect["headers_added"]);
        headers.push(("Authorization".to_owned(), authorization.to_owned()));
        let answer = send(server, method, target, &headers);
        assert!(is_taken(&answer), "{id}: {answer:?}");

        // Browsers do not sign what they ask first, so nobody looks at the signature of a preflight.
        if method == "OPTIONS" {
            continue;
        }
        let signature = expect["signature"].as_str().unwrap();
        headers.last_mut().unwrap().1 = changed(authorization, signature);
        let answer = send(server, method, target, &headers);
        assert_eq!(answer.0, 403, "{id}: {answer:?}");
        assert!(
            answer.1.contains("SignatureDoesNotMatch"),
            "{id}: {answer:?}"
        );
    }
}

fn url_cases(file: &str, least: usize) {
    let mut servers = Servers::default();
    let cases = read_vectors(file);
    assert!(cases.len() >= least);
    for case in &cases {
        let (id, input, expect) = (
            case["id"].as_str().unwrap(),
            &case["input"],
            &case["expect"],
        );
        let method = input["method"].as_str().unwrap();
        let url = expect["url"].as_str().unwrap();
        let (_, rest) = url.split_once("://").unwrap();
        let target = &rest[rest.find('/').unwrap()..];
        let headers = with_headers(case, &expect["headers_to_send"]);
        let server = servers.get(input);
        let answer = send(server, method, target, &headers);
        assert!(is_taken(&answer), "{id}: {answer:?}");

        let signature = expect["signature"].as_str().unwrap();
        let escaped: String = signature
            .bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    (byte as char).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect();
        let answer = send(server, method, &changed(target, &escaped), &headers);
        assert_eq!(answer.0, 403, "{id}: {answer:?}");
        assert!(
            answer.1.contains("SignatureDoesNotMatch"),
            "{id}: {answer:?}"
        );

        // And not for ever.
        let expires = input["expires_seconds"].as_i64().unwrap();
        clock_skew_to(server, input["time_unix"].as_i64().unwrap() + expires + 2);
        let answer = send(server, method, target, &headers);
        assert!(
            answer.0 == 403 && answer.1.contains("Request has expired."),
            "{id}: {answer:?}"
        );
    }
}

#[test]
fn v4_header() {
    header_cases("v4_header.json", 90);
}

#[test]
fn v1_header() {
    header_cases("v1_header.json", 60);
}

#[test]
fn v4_url() {
    url_cases("v4_presign.json", 40);
}

#[test]
fn v1_url() {
    url_cases("v1_presign.json", 25);
}
