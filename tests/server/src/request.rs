//! The head of a request, kept as it came.

use std::borrow::Cow;
use std::collections::HashMap;

use hyper::header::HeaderMap;

use crate::address::{self, Place};
use crate::percent;

/// One parameter of a query, decoded.
#[derive(Debug, Clone)]
pub struct Param {
    pub name: Vec<u8>,
    pub value: Vec<u8>,
}

#[derive(Debug, Default, Clone)]
pub struct Query(pub Vec<Param>);

impl Query {
    pub fn parse(raw: &[u8]) -> Query {
        let pieces = raw
            .split(|&byte| byte == b'&')
            .filter(|piece| !piece.is_empty());
        Query(
            pieces
                .map(|piece| {
                    let (name, value) = match piece.iter().position(|&byte| byte == b'=') {
                        Some(at) => (&piece[..at], &piece[at + 1..]),
                        None => (piece, &[][..]),
                    };
                    Param {
                        name: percent::decode_query(name),
                        value: percent::decode_query(value),
                    }
                })
                .collect(),
        )
    }

    pub fn get(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0
            .iter()
            .find(|param| param.name == name.as_bytes())
            .map(|param| String::from_utf8_lossy(&param.value))
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|param| param.name == name.as_bytes())
    }
}

/// Everything that comes before the body.
#[derive(Debug, Clone)]
pub struct Head {
    pub method: String,
    /// The second word of the request line, byte for byte.
    pub target: Vec<u8>,
    pub query: Query,
    pub headers: HeaderMap,
    /// As the client wrote it, with the port.
    pub host: String,
    pub place: Place,
}

impl Head {
    pub fn new(
        method: &str,
        target: &[u8],
        headers: HeaderMap,
        cnames: &HashMap<String, String>,
        domains: &[String],
    ) -> Head {
        let (authority, rest) = split_absolute(target);
        let (path, query) = match rest.iter().position(|&byte| byte == b'?') {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, &[][..]),
        };
        let host = match authority {
            Some(authority) => String::from_utf8_lossy(authority).into_owned(),
            None => headers
                .get("host")
                .map(|host| String::from_utf8_lossy(host.as_bytes()).into_owned())
                .unwrap_or_default(),
        };
        let place = address::resolve(&host, &percent::decode(path), cnames, domains);
        Head {
            method: method.to_owned(),
            target: target.to_vec(),
            query: Query::parse(query),
            headers,
            host,
            place,
        }
    }

    /// A header as text; of repeated ones the first.
    pub fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()))
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.header(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub fn content_length(&self) -> Option<u64> {
        self.header("content-length")
            .and_then(|value| value.trim().parse().ok())
    }

    pub fn is_chunked(&self) -> bool {
        self.header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"))
    }
}

/// `http://host/path` is what a proxy gets; a server has to take it too.
fn split_absolute(target: &[u8]) -> (Option<&[u8]>, &[u8]) {
    let lower: Vec<u8> = target.iter().take(8).map(u8::to_ascii_lowercase).collect();
    let scheme = if lower.starts_with(b"http://") {
        7
    } else if lower.starts_with(b"https://") {
        8
    } else {
        return (None, target);
    };
    let rest = &target[scheme..];
    let end = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?'))
        .unwrap_or(rest.len());
    (Some(&rest[..end]), &rest[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_targets_as_they_are() {
        let none = HashMap::new();
        let head = Head::new(
            "GET",
            b"http://b.localhost:1/a%2F../x?acl&k=a+b%2B&e=",
            HeaderMap::new(),
            &none,
            &[],
        );
        assert_eq!(head.place.bucket.as_deref(), Some("b"));
        assert_eq!(head.place.key.as_deref(), Some(&b"a/../x"[..]));
        assert!(head.query.has("acl") && head.query.get("e").unwrap().is_empty());
        assert_eq!(head.query.get("k").unwrap(), "a b+");

        let mut headers = HeaderMap::new();
        headers.insert("host", "127.0.0.1".parse().unwrap());
        let head = Head::new("GET", b"/bucket%2F%2Fkey", headers, &none, &[]);
        assert_eq!(head.place.bucket.as_deref(), Some("bucket"));
        assert_eq!(head.place.key.as_deref(), Some(&b"/key"[..]));
    }
}
