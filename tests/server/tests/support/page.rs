//! A server, and a browser that shows its page.

#![allow(dead_code)]

use oss_local::{Options, Server};
use serde_json::json;

use super::TempDir;
use super::chromium::Browser;

pub struct Shown {
    pub server: Server,
    pub browser: Browser,
    pub dir: TempDir,
}

/// A server, and a browser that shows its page. `name` tells the tests' folders apart.
pub fn show(name: &str) -> Shown {
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

pub fn open(browser: &mut Browser, server: &Server, hash: &str) {
    browser.open(&format!(
        "http://localhost:{}/_local/{hash}",
        server.http_port()
    ));
    browser.until("document.getElementById('view')?.children.length");
}

pub fn has(browser: &mut Browser, text: &str) {
    browser.until(&format!(
        "document.body.innerText.includes({})",
        json!(text)
    ));
}

/// Presses the button with this label.
pub fn click(browser: &mut Browser, label: &str) {
    let wanted = json!(label);
    let found = format!(
        "[...document.querySelectorAll('button, a')].find(node => (node.ariaLabel ?? node.textContent) === {wanted})"
    );
    // In one step, since the page may draw itself anew between two.
    browser.until(&format!("(node => node && (node.click(), true))({found})"));
}
