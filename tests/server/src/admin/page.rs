//! The page at `/_local/`: one file, with its script and style in it, and nothing from elsewhere.

use sha2::{Digest, Sha256};

use crate::answer::Answer;

const PAGE: &str = include_str!("page.html");

/// Only the script of the page itself runs, whatever else gets into the page.
fn security_policy() -> String {
    let script = PAGE
        .split_once("<script>")
        .and_then(|(_, rest)| rest.split_once("</script>"))
        .map_or("", |(script, _)| script);
    let sum = crate::base64(Sha256::digest(script));
    format!(
        "default-src 'none'; script-src 'sha256-{sum}'; style-src 'unsafe-inline'; img-src 'self' data:; \
         connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    )
}

pub fn answer() -> Answer {
    Answer::new(200)
        .header("content-type", "text/html; charset=utf-8")
        .header("content-security-policy", security_policy())
        .header("cache-control", "no-cache")
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "same-origin")
        .bytes(PAGE)
}
