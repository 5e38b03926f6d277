//! Requests below `/_local/owner/`: what follows is a request to the service by path, carried out without a signature and
//! in the name of whom the bucket belongs to. The page works with it.
//!
//! A browser takes the keys `.` and `..` for steps of a path, however they are written, so a key may also come as the
//! parameter `local-key`.

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
        &with_key_in_path(target),
        headers,
        &HashMap::new(),
        &[],
    ))
}

/// Puts the key that is a parameter after the bucket.
fn with_key_in_path(target: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = b"local-key=";
    let mut halves = target.splitn(2, |&byte| byte == b'?');
    let mut whole = halves.next().unwrap_or_default().to_vec();
    let query = halves.next().unwrap_or_default();
    let (keys, rest): (Vec<&[u8]>, Vec<&[u8]>) = query
        .split(|&byte| byte == b'&')
        .partition(|piece| piece.starts_with(KEY));
    if let Some(key) = keys.first() {
        if !whole.ends_with(b"/") {
            whole.push(b'/');
        }
        whole.extend_from_slice(&key[KEY.len()..]);
    }
    let rest = rest.into_iter().filter(|piece| !piece.is_empty());
    for (index, piece) in rest.enumerate() {
        whole.push(if index == 0 { b'?' } else { b'&' });
        whole.extend_from_slice(piece);
    }
    whole
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
