//! The RPC signature 1.0 of Alibaba Cloud's other services, here of STS: HMAC-SHA1 over the method and all parameters.
//! <https://help.aliyun.com/document_detail/315526.html>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::escape;
use crate::sort::sort;

/// `name=value` pairs in the order of their names, percent-encoded and joined by `&`.
pub fn canonical(parameters: &[(&str, &str)]) -> Zeroizing<String> {
    let mut sorted = parameters.to_vec();
    sort(&mut sorted);
    form(&sorted)
}

/// `name=value` pairs in the given order, percent-encoded and joined by `&`: a query, or the body of a form.
pub fn form(parameters: &[(&str, &str)]) -> Zeroizing<String> {
    // Room for everything, so that no copy of a token is left behind by growing.
    let size = parameters
        .iter()
        .map(|(name, value)| 3 * (name.len() + value.len()) + 2)
        .sum();
    let mut text = Zeroizing::new(String::with_capacity(size));
    for (name, value) in parameters {
        if !text.is_empty() {
            text.push('&');
        }
        escape::append(&mut *text, name);
        text.push('=');
        escape::append(&mut *text, value);
    }
    text
}

/// The value of the parameter `Signature` for a request with these `parameters`, those of the query and of the form.
pub fn signature(method: &str, parameters: &[(&str, &str)], secret: &str) -> String {
    let mut key = Zeroizing::new(String::with_capacity(secret.len() + 1));
    key.push_str(secret);
    key.push('&');
    let text = string_to_sign(method, parameters);
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else {
        return String::new();
    };
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// What is signed.
pub fn string_to_sign(method: &str, parameters: &[(&str, &str)]) -> Zeroizing<String> {
    let canonical = canonical(parameters);
    let mut text = Zeroizing::new(String::with_capacity(
        method.len() + 5 + 3 * canonical.len(),
    ));
    text.push_str(method);
    text.push_str("&%2F&");
    escape::append(&mut *text, &canonical);
    text
}
