//! The JSON answers that carry temporary keys. Every provider words them alike, but for the letter case of the names.

use super::Credentials;
use super::fetch::Fetched;
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::time::Timestamp;

/// What the parts of a pair are called in an answer.
pub(super) struct Names {
    pub id: &'static str,
    pub secret: &'static str,
    /// `None` where keys have none.
    pub token: Option<&'static str>,
    pub expiration: &'static str,
}

/// Metadata service, URI and STS.
pub(super) const PASCAL: Names = Names {
    id: "AccessKeyId",
    secret: "AccessKeySecret",
    token: Some("SecurityToken"),
    expiration: "Expiration",
};

/// Profiles, and programs that print one.
pub(super) const SNAKE: Names = Names {
    id: "access_key_id",
    secret: "access_key_secret",
    token: Some("sts_token"),
    expiration: "expiration",
};

/// What a profile says that its keys are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pair {
    Temporary,
    /// It does not say, and the token is there if they have one.
    Unsaid,
    /// Permanent ones, where the CLI leaves the token of earlier keys; but an id that STS gave is good only with its token.
    ById,
}

/// A JSON text with secrets in it, which are wiped when it is dropped.
pub(super) struct Secrets(Document);

impl Secrets {
    /// Reads an object; the error does not quote it. `what` begins a sentence.
    pub fn parse(text: &[u8], what: &str) -> Result<Secrets> {
        // What is not one is not read at all: there may be secrets in it.
        let is_object = text.trim_ascii_start().first() == Some(&b'{');
        match is_object.then(|| Document::parse(text)) {
            Some(Ok(document)) => Ok(Secrets(document)),
            _ => Err(unusable(what, "is not a JSON object")),
        }
    }

    /// The text at `path`; an empty one and `null` are none.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.0
            .text(path)
            .filter(|text| !text.is_empty() && *text != "null")
    }

    /// How many elements the array at `path` has.
    pub fn count(&self, path: &str) -> usize {
        self.0.count(path)
    }

    /// The keys inside `path`, which ends with a dot unless it is empty.
    pub fn keys(&self, path: &str, names: &Names, what: &str) -> Result<Credentials> {
        let part = |name: &str| self.text(&format!("{path}{name}"));
        let need = |name: &str| part(name).ok_or_else(|| unusable(what, &format!("has no {name}")));
        let mut keys = Credentials::new(
            need(names.id)?,
            need(names.secret)?,
            names.token.and_then(part).map(str::to_owned),
        );
        if let Some(text) = part(names.expiration) {
            let time = Timestamp::parse_iso8601(text).ok_or_else(|| {
                unusable(what, &format!("has an unreadable {}", names.expiration))
            })?;
            keys = keys.expires(time);
        }
        keys.check(what, Kind::Credentials)?;
        Ok(keys)
    }

    /// The keys of a profile inside `path`, which holds a pair of that kind.
    pub fn profile_keys(
        &self,
        path: &str,
        names: &Names,
        pair: Pair,
        what: &str,
    ) -> Result<Credentials> {
        let id = self.text(&format!("{path}{}", names.id));
        let token = names
            .token
            .filter(|_| pair != Pair::ById || is_temporary(id));
        let keys = self.keys(path, &Names { token, ..*names }, what)?;
        match (pair, names.token) {
            (Pair::Temporary, Some(name)) if keys.security_token().is_none() => {
                Err(unusable(what, &format!("has no {name}")))
            }
            _ => Ok(keys),
        }
    }
}

/// Whether an id is of keys that STS gave, which are good only with their token.
pub(super) fn is_temporary(id: Option<&str>) -> bool {
    id.is_some_and(|id| id.starts_with("STS."))
}

impl Drop for Secrets {
    fn drop(&mut self) {
        self.0.wipe();
    }
}

/// The keys of a `{"Code": "Success", ...}`, which comes with status 200 even where the code says otherwise.
pub(super) fn from_service(fetched: &Fetched, what: &str) -> Result<Credentials> {
    let answer = Secrets::parse(&fetched.body, what)?;
    match answer.text("Code") {
        Some("Success") => {}
        Some(code) => {
            return Err(unusable(
                what,
                &format!("has the code {:?}", printable(code)),
            ));
        }
        None => return Err(unusable(what, "has no Code")),
    }
    Ok(answer.keys("", &PASCAL, what)?.given(fetched.date))
}

/// At most so much of a text that somebody else wrote goes into a message.
pub(super) fn printable(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    plain.take(80).collect()
}

fn unusable(what: &str, problem: &str) -> Error {
    Error::new(Kind::Credentials, format!("{what} {problem}"))
}
