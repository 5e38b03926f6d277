//! Cross-origin preflights.

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::xml::{self, Node};

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

pub fn option(exchange: &Exchange) -> Result<Answer> {
    let forbidden = || {
        ApiError::new(
            403,
            "AccessForbidden",
            "CORSResponse: This CORS request is not allowed.",
        )
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
    let wanted = header("access-control-request-headers")
        .unwrap_or_default()
        .into_owned();
    let wanted: Vec<&str> = wanted
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let bucket = exchange.bucket()?;
    let document = bucket
        .lock()
        .settings
        .documents
        .get("cors")
        .cloned()
        .ok_or_else(forbidden)?;
    let root = xml::parse(document.as_bytes()).map_err(|_| forbidden())?;
    let texts = |rule: &Node, name: &str| {
        rule.all(name)
            .map(|node| node.text.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let rule = root.all("CORSRule").find(|rule| {
        texts(rule, "AllowedOrigin")
            .iter()
            .any(|pattern| matches(pattern, &origin))
            && texts(rule, "AllowedMethod")
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(&method))
            && wanted.iter().all(|name| {
                texts(rule, "AllowedHeader")
                    .iter()
                    .any(|pattern| matches(pattern, name))
            })
    });
    let rule = rule.ok_or_else(forbidden)?;
    let any = texts(rule, "AllowedOrigin")
        .iter()
        .any(|pattern| pattern == "*");
    let exposed = texts(rule, "ExposeHeader");
    Ok(Answer::new(200)
        .header(
            "access-control-allow-origin",
            if any { "*" } else { &origin },
        )
        .header(
            "access-control-allow-methods",
            texts(rule, "AllowedMethod").join(", "),
        )
        .maybe(
            "access-control-allow-headers",
            Some(wanted.join(", ")).filter(|list| !list.is_empty()),
        )
        .maybe(
            "access-control-expose-headers",
            Some(exposed.join(", ")).filter(|list| !list.is_empty()),
        )
        .maybe("access-control-max-age", rule.get("MaxAgeSeconds")))
}
