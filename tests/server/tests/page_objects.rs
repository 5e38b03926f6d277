//! Buckets and objects on the page at `/_local/`, in a real browser.

mod support;

use std::fs;

use serde_json::json;
use support::chromium::Browser;
use support::page::{Shown, click, has, open, show};
use support::*;

/// Waits for a view, by what its heading says.
fn is_at(browser: &mut Browser, heading: &str) {
    browser.until(&format!(
        "document.querySelector('h2')?.textContent === {}",
        json!(heading)
    ));
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

/// By hand a folder is dropped as often as a file.
#[test]
fn files_and_folders_are_dropped() {
    let Shown {
        server,
        mut browser,
        dir,
    } = show("dropped");
    let client = Client::new(&server, "bucket");
    let folder = dir.0.join("folder");
    fs::create_dir_all(folder.join("deep")).unwrap();
    fs::create_dir_all(dir.0.join("empty")).unwrap();
    fs::write(dir.0.join("file.txt"), "file").unwrap();
    fs::write(folder.join("a b"), "one").unwrap();
    fs::write(folder.join("deep/two"), "two").unwrap();
    open(&mut browser, &server, "#/b/bucket/in%2F");
    has(&mut browser, "There is nothing here yet.");
    browser.drop_files((200, 200), &[&dir.0.join("file.txt")]);
    has(&mut browser, "file.txt is stored.");
    browser.until("document.querySelectorAll('tbody tr').length === 1");
    browser.drop_files((200, 200), &[&folder]);
    has(&mut browser, "2 files are stored.");
    for (key, body) in [
        ("in/file.txt", "file"),
        ("in/folder/a b", "one"),
        ("in/folder/deep/two", "two"),
    ] {
        assert_eq!(client.get(key).text(), body, "{key}");
    }
    browser.until("document.querySelectorAll('tbody tr').length === 2");
    browser.drop_files((200, 200), &[&dir.0.join("empty")]);
    has(&mut browser, "There are no files in that.");
    assert_eq!(browser.complaints, [""; 0]);
}

/// The keys that paths, markup and screens have trouble with: each can be seen, read and deleted.
#[test]
fn odd_names_are_names() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("odd");
    let client = Client::new(&server, "bucket");
    let long = "k".repeat(1000);
    let keys = [
        ".",
        "..",
        "<script>document.title = 'broken in'<b>",
        "a&b=c",
        "new\nline",
        "100%",
        "per%41cent",
        "plus + space",
        "q?x#y",
        "quo'te\"s",
        "back\\slash",
        "\u{fc}\u{1f600}",
        long.as_str(),
    ];
    for key in keys {
        assert_eq!(client.put(key, key.as_bytes()).status, 200, "{key:?}");
    }
    open(&mut browser, &server, "#/b/bucket/");
    browser.evaluate("window.confirm = () => true");
    for (index, key) in keys.iter().enumerate() {
        let shown = key.replace('\n', "\u{240a}");
        let left = keys.len() - index;
        browser.until(&format!(
            "document.querySelectorAll('tbody tr').length === {left}"
        ));
        let link = format!(
            "fetch([...document.querySelectorAll('a[download]')].find(link => link.textContent === {}).href).then(answer => answer.text())",
            json!(shown)
        );
        assert_eq!(browser.evaluate(&link), *key, "download");
        click(&mut browser, &format!("Preview {shown}"));
        let content = "document.querySelector('aside pre')?.textContent";
        browser.until(&format!("{content} === {}", json!(key)));
        click(&mut browser, &format!("Delete {shown}"));
        has(&mut browser, &format!("{shown} is deleted."));
        assert_eq!(client.get(key).status, 404, "{key:?}");
    }
    assert_eq!(browser.evaluate("document.title"), "oss-local");
    // What follows a slash can be anything, too.
    for key in ["x//y", "x/../z", "x/<i>/", "x/"] {
        client.put(key, key.as_bytes());
    }
    click(&mut browser, "Buckets");
    click(&mut browser, "bucket");
    click(&mut browser, "x/");
    is_at(&mut browser, "Buckets / bucket / x");
    click(&mut browser, "Preview (folder marker)");
    browser.until("document.querySelector('aside pre')?.textContent === 'x/'");
    for (folder, crumb, name, key) in [
        ("/", "(empty)", "y", "x//y"),
        ("../", "..", "z", "x/../z"),
        ("<i>/", "<i>", "(folder marker)", "x/<i>/"),
    ] {
        open(&mut browser, &server, "#/b/bucket/x%2F");
        is_at(&mut browser, "Buckets / bucket / x");
        click(&mut browser, folder);
        is_at(&mut browser, &format!("Buckets / bucket / x / {crumb}"));
        click(&mut browser, &format!("Preview {name}"));
        let content = "document.querySelector('aside pre')?.textContent";
        browser.until(&format!("{content} === {}", json!(key)));
    }
    assert_eq!(browser.complaints, [""; 0]);
}

#[test]
fn five_thousand_objects_are_shown_page_by_page() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("many");
    let client = Client::new(&server, "bucket");
    let mut stream = connect(server.http_port());
    for number in 0..5000 {
        client.send_on(&mut stream, "PUT", &format!("k{number:04}"), b"");
        assert_eq!(read_one(&mut stream).status, 200);
    }
    open(&mut browser, &server, "#/b/bucket/");
    for rows in (200..5000).step_by(200) {
        browser.until(&format!(
            "document.querySelectorAll('tbody tr').length === {rows}"
        ));
        click(&mut browser, "More");
    }
    browser.until("document.querySelectorAll('tbody tr').length === 5000");
    has(&mut browser, "k4999");
    browser.until(
        "![...document.querySelectorAll('button')].some(button => button.textContent === 'More')",
    );
}

/// From a new bucket to its end without a mouse; the focus is never lost.
#[test]
fn the_keyboard_is_enough() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("keyboard");
    let client = Client::new(&server, "bucket");
    client.put("one", b"1");
    client.put("two", b"2");
    open(&mut browser, &server, "#/");
    browser.evaluate("window.confirm = () => true");
    // As often as Tab has to be pressed until this has the focus.
    let tab_to = |browser: &mut Browser, label: &str| {
        for _ in 0..30 {
            let focused = browser
                .evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent");
            if focused == label {
                return;
            }
            browser.press("Tab");
        }
        panic!("Tab never leads to {label}");
    };
    tab_to(&mut browser, "Name of a new bucket");
    browser.write("Not A Name");
    browser.press("Enter");
    assert_eq!(
        browser.evaluate("document.getElementById('name').validity.patternMismatch"),
        true
    );
    tab_to(&mut browser, "bucket");
    browser.press("Enter");
    browser.until("document.querySelectorAll('tbody tr').length === 2");
    // The view is new, and the focus in it.
    browser.until("document.getElementById('view').contains(document.activeElement)");
    tab_to(&mut browser, "Preview one");
    browser.press("Enter");
    browser.until("document.activeElement.textContent === 'Close'");
    browser.press("Enter");
    tab_to(&mut browser, "Delete one");
    browser.press(" ");
    has(&mut browser, "one is deleted.");
    browser.until("document.querySelectorAll('tbody tr').length === 1");
    browser.until("document.getElementById('view').contains(document.activeElement)");
    assert_eq!(client.get("one").status, 404);
    assert_eq!(client.get("two").status, 200);
}

/// Large, binary, archived, and gone: the preview says what it shows.
#[test]
fn a_preview_says_what_it_cannot_show() {
    let Shown {
        server,
        mut browser,
        ..
    } = show("preview");
    let client = Client::new(&server, "bucket");
    client.put("large.txt", "line\n".repeat(20_000).as_bytes());
    client.put("binary", &[0; 5000]);
    let archived = [("x-oss-storage-class", "Archive")];
    client.send("PUT", "archived", &[], &archived, b"text");
    let link = [("x-oss-symlink-target", "nowhere")];
    client.send("PUT", "link", &[("symlink", "")], &link, b"");
    open(&mut browser, &server, "#/b/bucket/");
    click(&mut browser, "Preview large.txt");
    has(&mut browser, "These are the first 64.0 KB of 97.7 KB.");
    click(&mut browser, "Preview binary");
    has(&mut browser, "These are the first 1.0 KB of 4.9 KB.");
    assert_eq!(browser.complaints, [""; 0]);
    click(&mut browser, "Preview archived");
    has(&mut browser, "403 InvalidObjectState: ");
    has(&mut browser, "x-oss-storage-class: Archive");
    click(&mut browser, "Preview link");
    has(&mut browser, "404 SymlinkTargetNotExist: ");
    // The browser itself reports those two, so the console is listened to.
    assert_eq!(browser.complaints.len(), 2);
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
