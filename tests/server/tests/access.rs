//! Who may do what: accounts, policies, ACLs, requesters who pay, pages of other origins.

mod support;

use oss_local::{Credential, Options, Server};
use support::*;

const OTHER: &str = "9876543210987654";
const OTHER_ID: &str = "other-id";
const OTHER_SECRET: &str = "other-secret";

fn start() -> Server {
    let mut options = Options {
        https_addr: None,
        ..Options::default()
    };
    let other = Credential::new(OTHER_ID, OTHER_SECRET).of_account(OTHER);
    options.credentials.push(other);
    Server::start(options).unwrap()
}

/// A client of the other account.
fn other<'a>(server: &'a Server, bucket: &str) -> Client<'a> {
    Client {
        id: OTHER_ID,
        secret: OTHER_SECRET,
        ..Client::of(server, bucket)
    }
}

fn anonymous(server: &Server, request: &str) -> Answer {
    let version = if request.contains(" HTTP/") {
        ""
    } else {
        " HTTP/1.1"
    };
    let head = format!("{request}{version}\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
    raw(server.http_port(), head.as_bytes())
}

fn set_policy(client: &Client<'_>, statements: &str) {
    let policy = format!("{{\"Version\":\"1\",\"Statement\":[{statements}]}}");
    let answer = client.send("PUT", "", &[("policy", "")], &[], policy.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn statement(effect: &str, principal: &str, action: &str, resource: &str) -> String {
    format!(
        "{{\"Effect\":\"{effect}\",\"Principal\":[\"{principal}\"],\"Action\":[\"{action}\"],\"Resource\":[\"{resource}\"]}}"
    )
}

#[test]
fn a_bucket_belongs_to_one_account() {
    let server = start();
    let mine = Client::new(&server, "mine");
    mine.put("k", b"1");
    let other_here = other(&server, "mine");
    assert_eq!(other_here.get("k").code(), "AccessDenied");
    assert_eq!(other_here.put("k", b"2").code(), "AccessDenied");
    let made = other_here.send("PUT", "", &[], &[], b"");
    assert_eq!(
        (made.status, made.code().as_str()),
        (409, "BucketAlreadyExists")
    );
    // Each account lists its own buckets, and owns them.
    let own = other(&server, "theirs");
    assert_eq!(own.send("PUT", "", &[], &[], b"").status, 200);
    let list = |client: &Client<'_>| {
        let service = Client {
            bucket: String::new(),
            ..client.clone()
        };
        elements(&service.send("GET", "", &[], &[], b"").text(), "Name")
    };
    assert_eq!(list(&mine), ["mine"]);
    assert_eq!(list(&own), ["theirs"]);
    let acl = own.send("GET", "", &[("acl", "")], &[], b"").text();
    assert_eq!(elements(&acl, "ID"), [OTHER]);
}

#[test]
fn policies_let_in_and_keep_out() {
    let server = start();
    let mine = Client::new(&server, "mine");
    for key in ["a/k", "b/k"] {
        mine.put(key, b"1");
    }
    let theirs = other(&server, "mine");
    set_policy(
        &mine,
        &statement("Allow", OTHER, "oss:GetObject", "acs:oss:*:*:mine/a/*"),
    );
    assert_eq!(theirs.get("a/k").status, 200);
    assert_eq!(theirs.send("HEAD", "a/k", &[], &[], b"").status, 200);
    for (method, key) in [
        ("GET", "b/k"),
        ("PUT", "a/k"),
        ("DELETE", "a/k"),
        ("GET", ""),
    ] {
        assert_eq!(
            theirs.send(method, key, &[], &[], b"").code(),
            "AccessDenied",
            "{method} {key}"
        );
    }
    assert_eq!(anonymous(&server, "GET /mine/a/k").status, 403);
    // A copy reads its source.
    let copies = other(&server, "theirs");
    copies.send("PUT", "", &[], &[], b"");
    let copy = |source: &str| {
        copies
            .send("PUT", "copy", &[], &[("x-oss-copy-source", source)], b"")
            .status
    };
    assert_eq!((copy("/mine/a/k"), copy("/mine/b/k")), (200, 403));

    set_policy(
        &mine,
        &statement("Allow", "*", "oss:*", "acs:oss:*:*:mine/*"),
    );
    assert_eq!(anonymous(&server, "GET /mine/b/k").status, 200);
    // A denial is for the owner, too, who can still change the policy.
    set_policy(&mine, &statement("Deny", "*", "oss:*", "*"));
    assert_eq!(mine.get("a/k").code(), "AccessDenied");
    let keys = b"<Delete><Object><Key>a/k</Key></Object></Delete>";
    let md5 = "3l4+rXVSXXWGN8iLQzCRaQ==";
    let removed = mine.send("POST", "", &[("delete", "")], &[("content-md5", md5)], keys);
    assert_ne!(removed.status, 200);
    assert_eq!(
        mine.send("DELETE", "", &[("policy", "")], &[], b"").status,
        204
    );
    assert_eq!(mine.get("a/k").status, 200);
}

#[test]
fn a_block_of_public_access_closes_what_is_public() {
    let server = start();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let acl = |value: &str| {
        client
            .send("PUT", "", &[("acl", "")], &[("x-oss-acl", value)], b"")
            .status
    };
    let block = |on: bool| {
        let body = format!(
            "<PublicAccessBlockConfiguration><BlockPublicAccess>{on}</BlockPublicAccess></PublicAccessBlockConfiguration>"
        );
        assert_eq!(
            client
                .send(
                    "PUT",
                    "",
                    &[("publicAccessBlock", "")],
                    &[],
                    body.as_bytes()
                )
                .status,
            200
        );
    };
    assert_eq!(acl("public-read"), 200);
    assert_eq!(anonymous(&server, "GET /bucket/k").status, 200);
    set_policy(&client, &statement("Allow", "*", "oss:GetObject", "*"));
    block(true);
    assert_eq!(anonymous(&server, "GET /bucket/k").status, 403);
    assert_eq!(acl("public-read-write"), 403);
    assert_eq!(client.get("k").status, 200);
    block(false);
    assert_eq!(acl("private"), 200);
    assert_eq!(anonymous(&server, "GET /bucket/k").status, 200);
    block(true);
    assert_eq!(anonymous(&server, "GET /bucket/k").status, 403);
    block(false);
    assert_eq!(anonymous(&server, "GET /bucket/k").status, 200);
}

#[test]
fn requesters_pay_only_if_they_say_so() {
    let server = start();
    let mine = Client::new(&server, "mine");
    mine.put("k", b"1");
    set_policy(&mine, &statement("Allow", OTHER, "oss:*", "*"));
    let payer =
        b"<RequestPaymentConfiguration><Payer>Requester</Payer></RequestPaymentConfiguration>";
    mine.send("PUT", "", &[("requestPayment", "")], &[], payer);
    let theirs = other(&server, "mine");
    assert_eq!(theirs.get("k").code(), "AccessDenied");
    let paid = theirs.send(
        "GET",
        "k",
        &[],
        &[("x-oss-request-payer", "requester")],
        b"",
    );
    assert_eq!(paid.status, 200);
    assert_eq!(mine.get("k").status, 200);
}

#[test]
fn answers_show_pages_of_other_origins_what_the_rules_say() {
    let server = start();
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    let rules = "<CORSConfiguration><CORSRule><AllowedOrigin>https://*.example.com</AllowedOrigin>\
        <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedHeader>x-oss-*</AllowedHeader>\
        <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-oss-request-id</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds>\
        </CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>HEAD</AllowedMethod></CORSRule>\
        <ResponseVary>true</ResponseVary></CORSConfiguration>";
    assert_eq!(
        client
            .send("PUT", "", &[("cors", "")], &[], rules.as_bytes())
            .status,
        200
    );
    let from = |method: &str, key: &str, origin: &str| {
        client.send(method, key, &[], &[("origin", origin)], b"")
    };
    let site = "https://a.example.com";
    for (key, status) in [("k", 200), ("missing", 404)] {
        let answer = from("GET", key, site);
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("access-control-allow-origin"), Some(site));
        assert_eq!(
            answer.header("access-control-expose-headers"),
            Some("ETag, x-oss-request-id")
        );
        assert_eq!(answer.header("access-control-max-age"), Some("60"));
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
    assert_eq!(
        from("HEAD", "k", "https://x.org").header("access-control-allow-origin"),
        Some("*")
    );
    for (method, origin) in [("GET", "https://x.org"), ("DELETE", site)] {
        let answer = from(method, "k", origin);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            None,
            "{method} {origin}"
        );
        assert_eq!(answer.header("vary"), Some("Origin"));
    }
    assert_eq!(client.get("k").header("access-control-allow-origin"), None);
    let preflight = |wanted: &str| {
        let head = format!(
            "OPTIONS /bucket/k HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: {site}\r\nconnection: close\r\n\
             access-control-request-method: PUT\r\naccess-control-request-headers: {wanted}\r\n\r\n"
        );
        raw(server.http_port(), head.as_bytes())
    };
    let allowed = preflight("X-Oss-Date, x-oss-meta-a");
    assert_eq!(
        allowed.header("access-control-allow-headers"),
        Some("X-Oss-Date, x-oss-meta-a")
    );
    assert_eq!(preflight("authorization").status, 403);
}

#[test]
fn a_website_has_an_index_an_error_page_and_redirects() {
    let server = start();
    let client = Client::new(&server, "site");
    client.send(
        "PUT",
        "",
        &[("acl", "")],
        &[("x-oss-acl", "public-read")],
        b"",
    );
    for (key, body) in [
        ("index.html", "home"),
        ("docs/index.html", "docs"),
        ("error.html", "lost"),
    ] {
        client.put(key, body.as_bytes());
    }
    let website = "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir></IndexDocument>\
        <ErrorDocument><Key>error.html</Key></ErrorDocument><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber>\
        <Condition><KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition>\
        <Redirect><RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>example.com</HostName>\
        <ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith><HttpRedirectCode>301</HttpRedirectCode></Redirect>\
        </RoutingRule></RoutingRules></WebsiteConfiguration>";
    assert_eq!(
        client
            .send("PUT", "", &[("website", "")], &[], website.as_bytes())
            .status,
        200
    );
    let visit = |path: &str| {
        let answer = anonymous(&server, &format!("GET /site{path}"));
        (
            answer.status,
            answer.text(),
            answer.header("location").map(str::to_owned),
        )
    };
    assert_eq!(visit("/"), (200, "home".to_owned(), None));
    assert_eq!(visit("/docs/"), (200, "docs".to_owned(), None));
    let plain = website.replace("<SupportSubDir>true</SupportSubDir>", "");
    client.send("PUT", "", &[("website", "")], &[], plain.as_bytes());
    assert_eq!(visit("/docs/"), (200, "home".to_owned(), None));
    assert_eq!(visit("/missing"), (404, "lost".to_owned(), None));
    let (status, _, location) = visit("/old/a%20b");
    assert_eq!(
        (status, location.as_deref()),
        (301, Some("https://example.com/new/a%20b"))
    );
    // Who signs is a program, and gets a listing and an error.
    assert!(
        client
            .send("GET", "", &[], &[], b"")
            .text()
            .contains("<ListBucketResult>")
    );
    assert_eq!(client.get("missing").code(), "NoSuchKey");
    assert!(
        client
            .send("GET", "", &[("website", "")], &[], b"")
            .text()
            .contains("<PassQueryString>false</PassQueryString>")
    );
}

#[test]
fn only_pages_on_the_list_show_objects() {
    let server = start();
    let client = Client::new(&server, "pictures");
    client.send(
        "PUT",
        "",
        &[("acl", "")],
        &[("x-oss-acl", "public-read")],
        b"",
    );
    client.put("k", b"1");
    let referer = |empty: bool| {
        let body = format!(
            "<RefererConfiguration><AllowEmptyReferer>{empty}</AllowEmptyReferer><RefererList>\
            <Referer>http://*.example.com</Referer></RefererList><RefererBlacklist><Referer>http://bad.example.com</Referer>\
            </RefererBlacklist></RefererConfiguration>"
        );
        assert_eq!(
            client
                .send("PUT", "", &[("referer", "")], &[], body.as_bytes())
                .status,
            200
        );
    };
    let from = |page: &str| {
        anonymous(
            &server,
            &format!("GET /pictures/k HTTP/1.1\r\nreferer: {page}"),
        )
        .status
    };
    referer(true);
    assert_eq!(from("http://www.example.com/page"), 200);
    assert_eq!(from("http://bad.example.com/page"), 403);
    assert_eq!(from("http://example.org/"), 403);
    assert_eq!(anonymous(&server, "GET /pictures/k").status, 200);
    referer(false);
    assert_eq!(anonymous(&server, "GET /pictures/k").status, 403);
    assert_eq!(client.get("k").status, 200);
}

#[test]
fn temporary_keys_end() {
    let server = start();
    Client::new(&server, "bucket").put("k", b"1");
    let end = (now() + 60) * 1000;
    let temporary = Credential::new("STS.one", "secret")
        .with_token("token")
        .until_ms(end);
    server.add_credential(temporary);
    let client = Client {
        id: "STS.one",
        secret: "secret",
        ..Client::of(&server, "bucket")
    };
    let token = |token| client.send("GET", "k", &[], &[("x-oss-security-token", token)], b"");
    assert_eq!(token("token").status, 200);
    assert_eq!(token("other").code(), "InvalidSecurityToken");
    // The request's own date stays within the tolerance.
    server.set_clock_skew(120);
    assert_eq!(token("token").code(), "SecurityTokenExpired");
    server.set_clock_skew(0);
    assert_eq!(token("token").status, 200);
    server.revoke_credentials();
    assert_eq!(token("token").code(), "InvalidAccessKeyId");
}
