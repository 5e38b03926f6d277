//! Whether an object may be stored: replaced, if it is there, and opened to the public, if it is to be.

use crate::auth::bucket_policy::like;
use crate::auth::policy::is_closed;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::store::State;
use crate::xml::{self, Node};

use super::headers;

pub fn check(exchange: &Exchange, state: &State) -> Result<()> {
    check_public(exchange, state)?;
    let Some(old) = state.current(&exchange.key) else {
        return Ok(());
    };
    if exchange.head.is_true("x-oss-forbid-overwrite") || rules_forbid(exchange, state) {
        return Err(ApiError::already_exists());
    }
    // Without versioning a replacement destroys, which retention forbids.
    if state.settings.versioning.as_deref() != Some("Enabled")
        && state.is_protected(old, exchange.now_ms)
    {
        return Err(ApiError::immutable(&exchange.key));
    }
    Ok(())
}

/// Where public access is blocked, no object is made public.
pub fn check_public(exchange: &Exchange, state: &State) -> Result<()> {
    let opens = headers::object_acl(&exchange.head)?.is_some_and(|acl| acl.starts_with("public"));
    if opens && is_closed(exchange, state) {
        return Err(ApiError::denied("Put public object acl is not allowed"));
    }
    Ok(())
}

/// A rule of `OverwriteConfiguration` matches if all that it names does.
fn rules_forbid(exchange: &Exchange, state: &State) -> bool {
    let document = state.settings.documents.get("overwriteConfig");
    let Some(root) = document.and_then(|text| xml::parse(text.as_bytes()).ok()) else {
        return false;
    };
    let account = exchange.identity.account().unwrap_or_default();
    root.all("Rule").any(|rule| {
        exchange
            .key
            .starts_with(rule.get("Prefix").unwrap_or_default())
            && exchange
                .key
                .ends_with(rule.get("Suffix").unwrap_or_default())
            && is_about(rule, account)
    })
}

/// A rule that names nobody is about everybody.
fn is_about(rule: &Node, account: &str) -> bool {
    let principals = rule.child("Principals");
    let mut named = principals
        .into_iter()
        .flat_map(|list| list.all("Principal"));
    match named.next() {
        None => true,
        Some(first) => std::iter::once(first)
            .chain(named)
            .any(|principal| like(principal.text.trim(), account)),
    }
}
