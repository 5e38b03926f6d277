//! A bucket as a website: its index, its error page, and redirects for what is missing. Nothing is fetched from a mirror.

use super::get;
use crate::answer::Answer;
use crate::auth::policy;
use crate::errors::ApiError;
use crate::exchange::Exchange;
use crate::percent;
use crate::xml::{self, Node};

fn configuration(exchange: &Exchange) -> Option<Node> {
    let bucket = exchange.bucket().ok()?;
    let document = bucket.lock().settings.documents.get("website").cloned()?;
    xml::parse(document.as_bytes()).ok()
}

fn index(root: &Node) -> Option<&str> {
    root.child("IndexDocument")?
        .get("Suffix")
        .filter(|suffix| !suffix.is_empty())
}

/// A visitor who asks for the bucket itself gets its index.
pub fn enter(exchange: &mut Exchange) {
    if exchange.is_signed()
        || exchange.operation != "ListObjects"
        || !exchange.head.query.0.is_empty()
    {
        return;
    }
    if let Some(index) = configuration(exchange).as_ref().and_then(index) {
        index.clone_into(&mut exchange.key);
        exchange.operation = "GetObject";
    }
}

/// What comes in place of an object that cannot be had.
pub fn instead(exchange: &mut Exchange, error: &ApiError) -> Option<Answer> {
    if exchange.operation != "GetObject" {
        return None;
    }
    let root = configuration(exchange)?;
    if error.status == 404 && exchange.key.ends_with('/') {
        let index = index(&root)?;
        // Unless folders have pages of their own, the one of the bucket stands for them.
        let own = root
            .child("IndexDocument")
            .and_then(|document| document.get("SupportSubDir"));
        let key = match own {
            Some("true") => format!("{}{index}", exchange.key),
            _ => index.to_owned(),
        };
        if let Some(page) = page(exchange, key) {
            return Some(page);
        }
    }
    if let Some(answer) = redirect(exchange, &root, error.status) {
        return Some(answer);
    }
    if exchange.is_signed() || !matches!(error.status, 403 | 404) {
        return None;
    }
    let document = root.child("ErrorDocument")?;
    let mut answer = page(exchange, document.get("Key")?.to_owned())?;
    let status = document
        .get("HttpStatus")
        .and_then(|text| text.parse().ok());
    answer.status = status.unwrap_or(error.status);
    Some(answer)
}

/// Another object, if the visitor may read it.
fn page(exchange: &mut Exchange, key: String) -> Option<Answer> {
    let bucket = exchange.bucket().ok()?;
    policy::check(exchange, &bucket, "GetObject", &key).ok()?;
    let asked = std::mem::replace(&mut exchange.key, key);
    let answer = get::get(exchange).ok();
    exchange.key = asked;
    answer
}

fn redirect(exchange: &Exchange, root: &Node, status: u16) -> Option<Answer> {
    let mut rules: Vec<&Node> = root.child("RoutingRules")?.all("RoutingRule").collect();
    rules.sort_by_key(|rule| {
        rule.get("RuleNumber")
            .and_then(|text| text.parse::<u32>().ok())
    });
    let key = &exchange.key;
    let rule = rules.into_iter().find(|rule| {
        let Some(condition) = rule.child("Condition") else {
            return false;
        };
        let is = |name: &str, holds: &dyn Fn(&str) -> bool| condition.get(name).is_none_or(holds);
        is("HttpErrorCodeReturnedEquals", &|code| {
            code == status.to_string()
        }) && is("KeyPrefixEquals", &|prefix| key.starts_with(prefix))
            && is("KeySuffixEquals", &|suffix| key.ends_with(suffix))
            && condition.all("IncludeHeader").all(|header| {
                let name = header.get("Key").unwrap_or_default().to_ascii_lowercase();
                exchange.head.header(&name).as_deref() == header.get("Equals")
            })
    })?;
    let target = rule.child("Redirect")?;
    if !matches!(target.get("RedirectType"), Some("External" | "AliCDN")) {
        return None;
    }
    let filled = |name: &str| target.get(name).filter(|text| !text.is_empty());
    let new_key = if let Some(with) = filled("ReplaceKeyWith") {
        with.replace("${key}", key)
    } else if let Some(with) = filled("ReplaceKeyPrefixWith") {
        let prefix = rule
            .child("Condition")
            .and_then(|condition| condition.get("KeyPrefixEquals"))
            .unwrap_or_default();
        format!("{with}{}", key.strip_prefix(prefix).unwrap_or(key))
    } else {
        key.clone()
    };
    let protocol = filled("Protocol").unwrap_or(if exchange.secure { "https" } else { "http" });
    let host = filled("HostName").unwrap_or(&exchange.head.host);
    let mut location = format!("{protocol}://{host}/{}", percent::encode_path(&new_key));
    if target.get("PassQueryString") == Some("true")
        && let Some(at) = exchange.head.target.iter().position(|byte| *byte == b'?')
    {
        location += &String::from_utf8_lossy(&exchange.head.target[at..]);
    }
    let code = filled("HttpRedirectCode").and_then(|text| text.parse().ok());
    Some(Answer::new(code.unwrap_or(302)).header("location", location))
}
