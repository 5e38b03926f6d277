//! Cross-origin requests: what their rules may be, preflights, and what a browser wants to see on every other answer.

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::xml::{self, Node};

/// Rules of a bucket, and bytes of the document that holds them, at most.
const MOST_RULES: usize = 20;
const LARGEST: usize = 16 * 1024;

const METHODS: [&str; 5] = ["GET", "PUT", "DELETE", "POST", "HEAD"];

/// The longest that browsers may keep the answer to a preflight, in seconds.
const LONGEST_AGE: u64 = 999_999_999;

/// Refuses rules that the service does not take; `size` is that of their document.
pub fn check(root: &Node, size: usize) -> Result<()> {
    let count = root.all("CORSRule").count();
    if count == 0 {
        return Err(ApiError::malformed_xml("CORSRule is missing").ec("0034-00000002"));
    }
    if count > MOST_RULES || size > LARGEST {
        return Err(ApiError::malformed_xml(format!(
            "there are {count} CORSRule elements in {size} bytes; a bucket has up to {MOST_RULES} in up to {LARGEST} bytes"
        )));
    }
    root.all("CORSRule").try_for_each(check_rule)
}

fn check_rule(rule: &Node) -> Result<()> {
    for needed in ["AllowedOrigin", "AllowedMethod"] {
        if rule.child(needed).is_none() {
            return Err(ApiError::malformed_xml(format!("a rule needs {needed}")));
        }
    }
    // Each with the asterisks that it may have, and other characters that it may not.
    let fields = [
        ("AllowedOrigin", 1, ""),
        ("AllowedHeader", 1, "<>&'\""),
        ("ExposeHeader", 0, "<>&'\""),
    ];
    for (field, asterisks, others) in fields {
        for text in texts(rule, field) {
            if text.matches('*').count() > asterisks || text.contains(|c| others.contains(c)) {
                let allowed = if asterisks == 0 { "no" } else { "up to one" };
                let message = format!("The {field} of a rule has {allowed} asterisk.");
                return Err(ApiError::argument(field, text, message));
            }
        }
    }
    for method in texts(rule, "AllowedMethod") {
        if !METHODS.contains(&method.as_str()) {
            let message = format!("AllowedMethod must be one of {}.", METHODS.join(", "));
            let error = ApiError::argument("AllowedMethod", method, message);
            return Err(error.ec("0034-00000011"));
        }
    }
    check_age(rule)
}

fn check_age(rule: &Node) -> Result<()> {
    let ages = texts(rule, "MaxAgeSeconds");
    if ages.len() > 1 {
        return Err(ApiError::malformed_xml("a rule has one MaxAgeSeconds"));
    }
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let sound = |text: &str| digits(text) && text.parse().is_ok_and(|age: u64| age <= LONGEST_AGE);
    match ages
        .into_iter()
        .find(|text| !text.is_empty() && !sound(text))
    {
        Some(text) => {
            let message = format!("MaxAgeSeconds is from 0 to {LONGEST_AGE}.");
            Err(ApiError::argument("MaxAgeSeconds", text, message))
        }
        None => Ok(()),
    }
}

/// `*` stands for any text, once.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern.eq_ignore_ascii_case(text),
        Some((start, end)) => {
            let (start, end, text) = (
                start.to_ascii_lowercase(),
                end.to_ascii_lowercase(),
                text.to_ascii_lowercase(),
            );
            text.len() >= start.len() + end.len()
                && text.starts_with(&start)
                && text.ends_with(&end)
        }
    }
}

fn texts(rule: &Node, name: &str) -> Vec<String> {
    rule.all(name)
        .map(|node| node.text.trim().to_owned())
        .collect()
}

fn lets_in(rule: &Node, origin: &str, method: &str) -> bool {
    texts(rule, "AllowedOrigin")
        .iter()
        .any(|pattern| matches(pattern, origin))
        && texts(rule, "AllowedMethod")
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(method))
}

/// The headers that all answers have in common.
fn describe(answer: &mut Answer, rule: &Node, origin: &str) {
    let any = texts(rule, "AllowedOrigin")
        .iter()
        .any(|pattern| pattern == "*");
    let list = |name: &str| Some(texts(rule, name).join(", ")).filter(|list| !list.is_empty());
    let headers = [
        (
            "access-control-allow-origin",
            Some(if any { "*" } else { origin }.to_owned()),
        ),
        ("access-control-allow-methods", list("AllowedMethod")),
        ("access-control-expose-headers", list("ExposeHeader")),
        (
            "access-control-max-age",
            rule.get("MaxAgeSeconds").map(str::to_owned),
        ),
    ];
    for (name, value) in headers {
        if let Some(value) = value {
            answer.set(name, value);
        }
    }
}

/// The rules of a request's bucket, if it has any.
fn rules(exchange: &Exchange) -> Option<Node> {
    let bucket = exchange.bucket().ok()?;
    let document = bucket.lock().settings.documents.get("cors").cloned()?;
    xml::parse(document.as_bytes()).ok()
}

/// Adds to any answer, refusals too, what lets a page of another origin read it.
pub fn decorate(answer: &mut Answer, exchange: &Exchange) {
    if exchange.operation == "OptionObject" || exchange.head.place.bucket.is_none() {
        return;
    }
    let Some(root) = rules(exchange) else { return };
    if root.get("ResponseVary") == Some("true") {
        answer.set("vary", "Origin");
    }
    let Some(origin) = exchange.head.header("origin") else {
        return;
    };
    if let Some(rule) = root
        .all("CORSRule")
        .find(|rule| lets_in(rule, &origin, &exchange.head.method))
    {
        describe(answer, rule, &origin);
    }
}

/// A preflight.
pub fn option(exchange: &Exchange) -> Result<Answer> {
    let forbidden = |why: &str| {
        let message = format!("CORSResponse: {why}");
        ApiError::new(403, "AccessForbidden", message)
    };
    let header = |name| exchange.head.header(name);
    let (Some(origin), Some(method)) = (header("origin"), header("access-control-request-method"))
    else {
        return Err(ApiError::new(
            400,
            "BadRequest",
            "Insufficient information. Origin request header needed.",
        ));
    };
    exchange.bucket()?;
    let wanted = header("access-control-request-headers")
        .unwrap_or_default()
        .into_owned();
    let wanted: Vec<&str> = wanted
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let root = rules(exchange).ok_or_else(|| forbidden("CORS is not enabled for this bucket."))?;
    let rule = root.all("CORSRule").find(|rule| {
        lets_in(rule, &origin, &method)
            && wanted.iter().all(|name| {
                texts(rule, "AllowedHeader")
                    .iter()
                    .any(|pattern| matches(pattern, name))
            })
    });
    let rule = rule.ok_or_else(|| forbidden("This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec."))?;
    let mut answer = Answer::new(200);
    describe(&mut answer, rule, &origin);
    if root.get("ResponseVary") == Some("true") {
        answer.set("vary", "Origin");
    }
    let allowed = wanted.join(", ");
    Ok(answer.maybe(
        "access-control-allow-headers",
        Some(allowed).filter(|list| !list.is_empty()),
    ))
}
