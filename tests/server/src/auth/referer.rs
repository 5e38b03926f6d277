//! Hotlink protection: which pages may show the objects of a bucket.
//!
//! It is for strangers and signed URLs; who signs with a header shows no page.

use super::bucket_policy::like;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::State;
use crate::xml::{self, Node};

pub fn check(exchange: &Exchange, state: &State) -> Result<()> {
    if exchange.head.headers.contains_key("authorization") || exchange.key.is_empty() {
        return Ok(());
    }
    let document = state.settings.documents.get("referer");
    let Some(root) = document.and_then(|text| xml::parse(text.as_bytes()).ok()) else {
        return Ok(());
    };
    let referer = exchange.head.header("referer").unwrap_or_default();
    let denied =
        || ApiError::denied("You are denied by bucket referer policy.").ec("0003-00000503");
    let patterns = |list: &str| -> Vec<String> {
        let texts = |node: &Node| -> Vec<String> {
            node.all("Referer")
                .map(|one| one.text.trim().to_owned())
                .filter(|one| !one.is_empty())
                .collect()
        };
        root.child(list).map(texts).unwrap_or_default()
    };
    let (allowed, forbidden) = (patterns("RefererList"), patterns("RefererBlacklist"));
    if referer.is_empty() {
        let empty_is_fine = root.get("AllowEmptyReferer") != Some("false") || allowed.is_empty();
        return if empty_is_fine { Ok(()) } else { Err(denied()) };
    }
    let matches = |list: &[String]| list.iter().any(|pattern| is_from(pattern, &referer));
    if matches(&forbidden) || !allowed.is_empty() && !matches(&allowed) {
        return Err(denied());
    }
    Ok(())
}

/// A pattern is about a page, with or without its query, or about a site.
fn is_from(pattern: &str, referer: &str) -> bool {
    let page = referer.split('?').next().unwrap_or(referer);
    let start = page.find("://").map_or(0, |at| at + 3);
    let site = match page[start..].find('/') {
        Some(at) => &page[..start + at],
        None => page,
    };
    let host = &site[start.min(site.len())..];
    [referer, page, site, host]
        .iter()
        .any(|text| like(pattern.trim_end_matches('/'), text.trim_end_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::is_from;

    #[test]
    fn patterns() {
        let page = "http://www.example.com/a/b.html?c=1";
        for pattern in [
            "http://www.example.com",
            "http://*.example.com",
            "www.example.com",
            "http://www.example.???/",
            "http://www.example.com/a/b.html",
            page,
        ] {
            assert!(is_from(pattern, page), "{pattern}");
        }
        for pattern in ["https://www.example.com", "http://example.com", "*.org"] {
            assert!(!is_from(pattern, page), "{pattern}");
        }
    }
}
