//! The page at `/_local/` in a real browser: the list of requests, and how it looks.

mod support;

use std::fs;
use std::path::Path;

use oss_local::{Action, Rule, Server, Status};
use serde_json::json;
use support::page::{Shown, click, has, open, show};
use support::*;

/// The moment that signatures below are made for.
const MOMENT: i64 = 1_735_689_600;

/// A request whose signature cannot be right.
fn send_unproven(server: &Server) {
    let head = "GET /bucket/k?acl HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
        x-oss-date: 20250101T000000Z\r\nx-oss-content-sha256: UNSIGNED-PAYLOAD\r\nauthorization: OSS4-HMAC-SHA256 \
        Credential=local-access-key-id/20250101/cn-hangzhou/oss/aliyun_v4_request,Signature=00\r\n\r\n";
    assert_eq!(raw(server.http_port(), head.as_bytes()).status, 403);
}

#[test]
fn a_signature_that_does_not_match_is_explained() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("requests");
    let client = Client::new(&server, "bucket");
    client.put("k", b"1");
    open(&mut browser, &server, "#/requests");
    has(&mut browser, "V1 valid");
    // Live: what comes later shows by itself.
    clock_skew_to(&server, MOMENT);
    send_unproven(&server);
    has(&mut browser, "403 SignatureDoesNotMatch");
    has(&mut browser, "V4 refused");
    server.set_clock_skew(0);
    server.inject(Rule::new(Action::Status(Status::new(503, "Busy"))));
    client.get("k");
    has(&mut browser, "fault");

    // Filtered by what stands in a row.
    let mut filter = |text: &str| {
        let set = format!(
            "{{ const field = document.querySelector('input[type=search]'); field.value = {}; field.dispatchEvent(new Event('input')); }}",
            json!(text)
        );
        browser.evaluate(&set);
        browser.evaluate("document.querySelectorAll('tbody tr').length")
    };
    assert_eq!(filter("signaturedoesnotmatch"), 1);
    assert_eq!(filter("v1 valid"), 2);
    assert_eq!(filter("PutObject"), 1);
    assert_eq!(filter("503"), 1);
    assert_eq!(filter("nothing like it"), 0);
    assert_eq!(filter(""), 4);

    browser.evaluate("[...document.querySelectorAll('button.open')].find(node => node.textContent.includes('?acl')).focus()");
    browser.press("Enter");
    has(&mut browser, "String to sign, as the server computed it");
    let refusal = server
        .requests()
        .into_iter()
        .find_map(|request| {
            request
                .refusal
                .filter(|refusal| refusal.code == "SignatureDoesNotMatch")
        })
        .unwrap();
    let detail = |name: &str| {
        let found = refusal.details.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone()).unwrap()
    };
    let (canonical, to_sign) = (detail("CanonicalRequest"), detail("StringToSign"));
    assert!(
        canonical.starts_with("GET\n/bucket/k\nacl\n"),
        "{canonical}"
    );
    assert!(
        to_sign.starts_with("OSS4-HMAC-SHA256\n20250101T000000Z\n20250101/cn-hangzhou/"),
        "{to_sign}"
    );
    has(&mut browser, &canonical);
    has(&mut browser, &to_sign);

    // What the client signed, beside it: first the same, then with another key.
    let mut compare = |own: &str| {
        browser.evaluate(
            "{ const own = document.querySelector('textarea'); own.focus(); own.select(); }",
        );
        browser.write(own);
        let shown =
            browser.evaluate("document.querySelector('pre[aria-label=Differences]').innerText");
        shown.as_str().unwrap().to_owned()
    };
    assert!(compare(&canonical).starts_with("The same."));
    let differences = compare(&canonical.replace("/bucket/k", "/k"));
    assert!(differences.contains("server  /bucket/k⏎"), "{differences}");
    assert!(differences.contains("yours   /k⏎"), "{differences}");
    assert!(differences.contains("  acl\n"), "{differences}");
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn a_server_that_ends_is_missed() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("ended");
    open(&mut browser, &server, "#/requests");
    has(&mut browser, "Operation");
    drop(server);
    has(&mut browser, "The server does not answer.");
}

#[test]
fn the_page_is_dark_or_light_and_brings_all_it_needs() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("colours");
    let mut colours = Vec::new();
    for scheme in ["light", "dark"] {
        let feature = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        browser.call("Emulation.setEmulatedMedia", feature);
        let style =
            "(style => style.backgroundColor + ' ' + style.color)(getComputedStyle(document.body))";
        colours.push(browser.evaluate(style).as_str().unwrap().to_owned());
    }
    assert_eq!(
        colours,
        [
            "rgb(255, 255, 255) rgb(28, 31, 35)",
            "rgb(22, 24, 28) rgb(230, 232, 235)"
        ]
    );
    let loaded = browser.evaluate("performance.getEntriesByType('resource').map(entry => entry.name).filter(name => !name.startsWith(location.origin + '/_local/')).join()");
    assert_eq!(loaded, "");
    let head = "GET /_local/ HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    let page = raw(server.http_port(), head.as_bytes());
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("script-src 'sha256-"), "{policy}");
    for outside in ["http://", "https://", "src=\"//"] {
        assert!(!page.text().contains(outside), "{outside}");
    }
}

/// With `UPDATE=1` the picture in the README is made anew.
#[test]
fn the_readme_shows_the_page() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("picture");
    let client = Client::new(&server, "bucket");
    client.put("notes/today.txt", b"1");
    client.get("notes/yesterday.txt");
    client.get("notes/today.txt");
    clock_skew_to(&server, MOMENT);
    send_unproven(&server);
    browser.call(
        "Emulation.setDeviceMetricsOverride",
        json!({"width": 1100, "height": 760, "deviceScaleFactor": 1, "mobile": false}),
    );
    open(&mut browser, &server, "#/requests");
    click(&mut browser, "/bucket/k?acl");
    has(&mut browser, "String to sign");
    browser.evaluate("scrollTo(0, 0)");
    let picture = browser.screenshot();
    assert!(
        picture.len() > 10_000,
        "{} bytes are not a page",
        picture.len()
    );
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("page.png");
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&file, &picture).unwrap();
    }
    let kept = fs::metadata(&file).unwrap().len();
    assert!((10_000..150_000).contains(&kept), "{kept} bytes");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    assert!(
        readme.contains("(page.png)"),
        "the README does not show the page"
    );
}
