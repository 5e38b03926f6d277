//! The page at `/_local/` in a real browser, as people use it: by mouse and by keyboard.

mod support;

use std::fs;
use std::path::Path;

use oss_local::{Action, Options, Rule, Server, Status};
use serde_json::json;
use support::chromium::Browser;
use support::*;

/// The moment that signatures below are made for.
const MOMENT: i64 = 1_735_689_600;

struct Shown {
    server: Server,
    browser: Browser,
    dir: TempDir,
}

/// A server, and a browser that shows its page. `name` tells the tests' folders apart.
fn show(name: &str) -> Shown {
    let server = Server::start(Options {
        https_addr: None,
        ..Options::default()
    })
    .unwrap();
    let dir = TempDir::new(&format!("page-{name}"));
    let mut browser = Browser::start(&dir.0.join("profile"));
    open(&mut browser, &server, "");
    // Questions are answered with yes.
    browser.evaluate("window.confirm = () => true");
    Shown {
        server,
        browser,
        dir,
    }
}

fn open(browser: &mut Browser, server: &Server, hash: &str) {
    browser.open(&format!(
        "http://localhost:{}/_local/{hash}",
        server.http_port()
    ));
    browser.until("document.getElementById('view')?.children.length");
}

fn has(browser: &mut Browser, text: &str) {
    browser.until(&format!(
        "document.body.innerText.includes({})",
        json!(text)
    ));
}

/// Presses the button with this label.
fn click(browser: &mut Browser, label: &str) {
    let wanted = json!(label);
    let found = format!(
        "[...document.querySelectorAll('button, a')].find(node => (node.ariaLabel ?? node.textContent) === {wanted})"
    );
    // In one step, since the page may draw itself anew between two.
    browser.until(&format!("(node => node && (node.click(), true))({found})"));
}

#[test]
fn buckets_and_objects_by_keyboard_and_mouse() {
    let Shown {
        server,
        mut browser,
        dir,
    } = show("objects");
    has(&mut browser, "There are no buckets yet.");
    // Tab leads to the field: past the two links of the head.
    for _ in 0..3 {
        browser.press("Tab");
    }
    browser.write("pictures");
    browser.press("Enter");
    has(&mut browser, "The bucket pictures is there.");
    click(&mut browser, "pictures");
    has(&mut browser, "or drop files");

    let file = dir.0.join("a & b?.txt");
    fs::write(&file, "hello page").unwrap();
    browser.choose("input[type=file]", &[file.as_path()]);
    has(&mut browser, "a & b?.txt is stored.");
    let dropped = "const data = new DataTransfer(); data.items.add(new File(['dropped'], 'drop.txt', {type: 'text/plain'}));
        document.querySelector('main').dispatchEvent(new DragEvent('dragover', {dataTransfer: data, bubbles: true, cancelable: true}));
        document.querySelector('main').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}))";
    browser.evaluate(&format!("{{ {dropped} }}"));
    has(&mut browser, "drop.txt is stored.");
    let client = Client::of(&server, "pictures");
    assert_eq!(client.get("drop.txt").body, b"dropped");
    assert_eq!(client.get("a & b?.txt").body, b"hello page");

    // The list is loaded again: what is pressed before that is gone.
    browser.until("[...document.querySelectorAll('button')].some(one => one.ariaLabel === 'Preview drop.txt')");
    click(&mut browser, "Preview a & b?.txt");
    has(&mut browser, "hello page");
    has(&mut browser, "x-oss-hash-crc64ecma");
    let download = "fetch([...document.querySelectorAll('a[download]')].find(link => link.download === 'a & b?.txt').href).then(answer => answer.text())";
    assert_eq!(browser.evaluate(download), "hello page");
    click(&mut browser, "Delete drop.txt");
    has(&mut browser, "drop.txt is deleted.");
    assert_eq!(client.get("drop.txt").status, 404);
}

#[test]
fn versions_and_folders() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("versions");
    let client = Client::new(&server, "bucket");
    let on = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    client.send("PUT", "", &[("versioning", "")], &[], on);
    client.put("deep/er/k", b"first");
    client.put("deep/er/k", b"second!");
    client.send("DELETE", "deep/er/k", &[], &[], b"");
    open(&mut browser, &server, "#/b/bucket/");
    click(&mut browser, "Show versions");
    click(&mut browser, "deep/");
    click(&mut browser, "er/");
    has(&mut browser, "delete marker");
    has(&mut browser, "5 B");
    has(&mut browser, "7 B");
    browser.evaluate("window.confirm = () => true");
    // The newest is the marker: without it the object is there again.
    click(&mut browser, "Delete k");
    has(&mut browser, "is deleted.");
    browser.until("!document.body.innerText.includes('delete marker')");
    assert_eq!(client.get("deep/er/k").body, b"second!");
}

#[test]
fn names_and_contents_are_never_markup() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("markup");
    let client = Client::new(&server, "bucket");
    let script = "<img src=x onerror=\"document.title='broken in'\">";
    client.put(script, script.as_bytes());
    let html = [("content-type", "text/html")];
    client.send(
        "PUT",
        "page.html",
        &[],
        &html,
        b"<script>document.title = 'broken in'</script>",
    );
    open(&mut browser, &server, "#/b/bucket/");
    has(&mut browser, script);
    click(&mut browser, &format!("Preview {script}"));
    has(&mut browser, "x-oss-request-id");
    assert_eq!(browser.evaluate("document.title"), "oss-local");
    // Nor does a stored page run when it is opened in the page's origin.
    browser.open(&format!(
        "{}/_local/owner/bucket/page.html",
        server.endpoint()
    ));
    browser.until("document.readyState === 'complete'");
    assert_eq!(browser.evaluate("document.title"), "");
}

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
