//! Requests below `/_local/owner/`: what follows is a request to the service by path, carried out without a signature and
//! in the name of whom the bucket belongs to. The page works with it.

use std::collections::HashMap;

use hyper::header::{AUTHORIZATION, HOST, HeaderValue};

use crate::answer::Answer;
use crate::exchange::Exchange;
use crate::options::OWNER;
use crate::request::Head;

/// The request that is meant.
pub fn owned(head: &Head) -> Option<Head> {
    let target = head.target.strip_prefix(b"/_local/owner")?;
    if !target.starts_with(b"/") {
        return None;
    }
    let mut headers = head.headers.clone();
    headers.remove(AUTHORIZATION);
    headers.insert(HOST, HeaderValue::from_static("127.0.0.1"));
    Some(Head::new(
        &head.method,
        target,
        headers,
        &HashMap::new(),
        &[],
    ))
}

pub fn owner_of(exchange: &Exchange) -> String {
    match exchange.bucket() {
        Ok(bucket) => bucket.lock().settings.owner.clone(),
        Err(_) => OWNER.to_owned(),
    }
}

/// Whatever is stored, a browser that shows it runs nothing of it: it has the page's origin.
pub fn harmless(mut answer: Answer) -> Answer {
    answer.set(
        "content-security-policy",
        "sandbox; default-src 'none'; style-src 'unsafe-inline'",
    );
    answer.set("x-content-type-options", "nosniff");
    answer.set("cache-control", "no-store");
    answer
}
