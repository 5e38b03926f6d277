//! How requests are refused, and which liberties they may take.

mod support;

use oss_local::{Credential, Options, Server};
use support::*;

/// The documented example with a list of additional headers.
fn example() -> (Server, String, Vec<(String, String)>, String) {
    let case = read_vectors("v4_header.json")
        .into_iter()
        .find(|case| case["id"] == "v4h-092")
        .unwrap();
    let text = |group: &str, name: &str| case[group][name].as_str().unwrap().to_owned();
    let credential = Credential::new(
        text("input", "access_key_id"),
        text("input", "access_key_secret"),
    );
    let server = Server::start(Options {
        credentials: vec![credential],
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    clock_skew_to(&server, case["input"]["time_unix"].as_i64().unwrap());
    let mut headers = vec![("host".to_owned(), text("expect", "host"))];
    let pairs = case["input"]["headers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| (pair[0].as_str().unwrap(), pair[1].as_str().unwrap()));
    headers.extend(
        pairs
            .filter(|(name, _)| !name.eq_ignore_ascii_case("host"))
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
    );
    for (name, value) in case["expect"]["headers_added"].as_object().unwrap() {
        headers.push((name.clone(), value.as_str().unwrap().to_owned()));
    }
    (
        server,
        format!("PUT {} HTTP/1.1\r\n", text("expect", "request_target")),
        headers,
        text("expect", "authorization"),
    )
}

#[test]
fn v4_header() {
    let (server, line, headers, authorization) = example();
    let send = |authorization: &str, change: Option<(&str, &str)>| {
        let mut request = line.clone();
        for (name, value) in &headers {
            match change {
                Some((changed, "")) if changed == name => {}
                Some((changed, other)) if changed == name => {
                    request += &format!("{name}: {other}\r\n")
                }
                _ => request += &format!("{name}: {value}\r\n"),
            }
        }
        request += &format!(
            "authorization: {authorization}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        );
        let answer = raw(server.http_port(), request.as_bytes());
        (
            answer.header("x-oss-ec").unwrap_or_default().to_owned(),
            answer,
        )
    };
    // The ACL is missing, which is said only to those whose signature is right.
    let is_taken = |authorization: &str| send(authorization, None).1.code() == "MissingArgument";
    let (scheme, fields) = authorization.split_once(' ').unwrap();
    let mut reversed: Vec<&str> = fields.split(',').collect();
    reversed.reverse();
    assert!(is_taken(&authorization));
    assert!(is_taken(&format!("{scheme} {}", reversed.join(", "))));
    assert!(is_taken(
        &authorization.replace("cache-control;host", "host;cache-control")
    ));

    let signature = fields.rsplit_once(",Signature=").unwrap().1;
    let cases = [
        (
            authorization.replace(&format!(",Signature={signature}"), ""),
            "0002-00000207",
        ),
        (
            authorization.replace("cache-control;host", ""),
            "0002-00000209",
        ),
        (
            authorization.replace("cache-control;host", "host;"),
            "0002-00000210",
        ),
        (
            authorization.replace("cache-control;host", "cache-control;host;range"),
            "0002-00000211",
        ),
        (
            authorization.replace("/20240517/", "/2024051/"),
            "0002-00000212",
        ),
        (
            authorization.replace("/aliyun_v4_request", "/aws4_request"),
            "0002-00000213",
        ),
        (
            authorization.replace("/cn-hangzhou/", "/oss-cn-hangzhou/"),
            "0002-00000226",
        ),
        (
            authorization.replace("/cn-hangzhou/", "/cn-shanghai/"),
            "0002-00000226",
        ),
        (
            authorization.replace("AKIDEXAMPLE0001", "AKIDEXAMPLE9999"),
            "0015-00000101", // the bucket is looked at first
        ),
        (
            authorization.replace(signature, &"0".repeat(64)),
            "0002-00000040",
        ),
        (
            authorization.replace("cache-control;host", "host"),
            "0002-00000040",
        ),
    ];
    for (authorization, ec) in cases {
        assert_eq!(send(&authorization, None).0, ec, "{authorization}");
    }
    let wrong = send(&authorization.replace(signature, &"0".repeat(64)), None)
        .1
        .text();
    for element in [
        "SignatureProvided",
        "StringToSign",
        "CanonicalRequest",
        "OSSAccessKeyId",
        "HostId",
        "RequestId",
    ] {
        assert_eq!(elements(&wrong, element).len(), 1, "{element}");
    }
    assert_eq!(
        send(&authorization, Some(("x-oss-content-sha256", "x"))).0,
        "0002-00000214"
    );
    assert_eq!(
        send(&authorization, Some(("x-oss-date", "nonsense"))).0,
        "0002-00000505"
    );
    assert_eq!(
        send(&authorization, Some(("x-oss-date", "20240517T090910Z"))).0,
        "0002-00000504"
    );
}

#[test]
fn temporary_keys() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    let code = |headers: Pairs<'_>| {
        let head = String::from_utf8(client.head("GET", "k", &[], headers, 0)).unwrap();
        raw(
            server.http_port(),
            head.replace(oss_local::ACCESS_KEY_ID, oss_local::STS_ACCESS_KEY_ID)
                .as_bytes(),
        )
        .code()
    };
    assert_eq!(code(&[]), "InvalidSecurityToken");
    assert_eq!(
        code(&[("x-oss-security-token", "wrong")]),
        "InvalidSecurityToken"
    );
    // The token is right, the signature was made with another secret.
    assert_eq!(
        code(&[("x-oss-security-token", oss_local::STS_TOKEN)]),
        "SignatureDoesNotMatch"
    );
    assert_eq!(
        client
            .send(
                "GET",
                "k",
                &[],
                &[("x-oss-security-token", oss_local::STS_TOKEN)],
                b""
            )
            .code(),
        "InvalidAccessKeyId"
    );
}

#[test]
fn url_errors() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    Client::new(&server, "bucket");
    let ec = |query: &str| {
        let request = format!(
            "GET /bucket/k?{query} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        );
        raw(server.http_port(), request.as_bytes())
            .header("x-oss-ec")
            .unwrap_or_default()
            .to_owned()
    };
    let version = "x-oss-signature-version=OSS4-HMAC-SHA256";
    let credential = "x-oss-credential=id/20240517/cn-hangzhou/oss/aliyun_v4_request";
    let date = "x-oss-date=20240517T080910Z";
    assert_eq!(ec(version), "0002-00000217");
    assert_eq!(
        ec(&format!("{version}&x-oss-credential=x")),
        "0002-00000224"
    );
    assert_eq!(
        ec(&format!(
            "{version}&x-oss-credential=id/2024/cn-hangzhou/oss/aliyun_v4_request"
        )),
        "0002-00000223"
    );
    assert_eq!(ec(&format!("{version}&{credential}")), "0002-00000219");
    assert_eq!(
        ec(&format!("{version}&{credential}&x-oss-signature=x&{date}")),
        "0002-00000215"
    );
    assert_eq!(
        ec(&format!(
            "{version}&{credential}&x-oss-signature=x&{date}&x-oss-expires=x"
        )),
        "0002-00000070"
    );
    for (list, code) in [
        ("", "0002-00000076"),
        ("%3Bhost", "0002-00000077"),
        ("host%3Brange", "0002-00000078"),
        ("host%3Bno_header", "0002-00000078"),
        ("host", "0002-00000235"),
    ] {
        let query = format!(
            "{version}&{credential}&x-oss-signature=x&{date}&x-oss-expires=9&x-oss-additional-headers={list}"
        );
        assert_eq!(ec(&query), code, "{list}");
    }
    assert_eq!(
        ec(&format!(
            "{version}&{credential}&x-oss-signature=x&{date}&x-oss-expires=9"
        )),
        "0002-00000235"
    );
    assert_eq!(
        ec("OSSAccessKeyId=id&Signature=x&Expires=x"),
        "0002-00000070"
    );
    assert_eq!(
        ec("OSSAccessKeyId=id&Signature=x&Expires=4102444800"),
        "0002-00000902"
    );
}

/// As a client sends that uses one table of headers for two requests.
#[test]
fn two_signatures_are_one_too_many() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client::new(&server, "bucket");
    let head = String::from_utf8(client.head("GET", "k", &[], &[], 0)).unwrap();
    let twice = head.replacen("\r\n", "\r\nAuthorization: OSS a:b\r\n", 1);
    let refused = raw(server.http_port(), twice.as_bytes());
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (400, "InvalidArgument")
    );
}

#[test]
fn preflights_need_no_signature_that_is_right() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let client = Client {
        secret: "wrong",
        ..Client::new(&server, "bucket")
    };
    let asks = [
        ("origin", "http://a"),
        ("access-control-request-method", "PUT"),
    ];
    let refused = client.send("OPTIONS", "k", &[], &asks, b"");
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (403, "AccessForbidden")
    );
}

/// Who comes with a client of S3 learns that, and not that some header is wrong.
#[test]
fn signatures_of_s3_get_a_hint() {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    Client::new(&server, "bucket");
    let scope = "AKID/20250101/cn-hangzhou/s3/aws4_request";
    let rows = [
        (
            "",
            format!("authorization: AWS4-HMAC-SHA256 Credential={scope}, Signature=00\r\n"),
        ),
        ("", "authorization: AWS AKID:c2lnbmF0dXJl\r\n".to_owned()),
        (
            "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60&X-Amz-Signature=00",
            String::new(),
        ),
        (
            "?AWSAccessKeyId=AKID&Expires=2000000000&Signature=00",
            String::new(),
        ),
    ];
    for (query, header) in rows {
        let head = format!(
            "GET /bucket/k{query} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{header}\r\n"
        );
        let answer = raw(server.http_port(), head.as_bytes());
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "InvalidArgument")
        );
        let text = answer.text();
        assert!(
            text.contains("This is a signature of S3; OSS takes OSS4-HMAC-SHA256"),
            "{text}"
        );
    }
}
