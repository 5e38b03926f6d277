//! Listing objects.

use std::ops::Bound;
use std::sync::Arc;

use super::service::owner;
use crate::answer::Answer;
use crate::clock;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::percent;
use crate::store::{State, Version};
use crate::xml::Writer;

/// What a listing asks for.
pub struct Wanted {
    pub prefix: String,
    pub delimiter: String,
    pub max: usize,
    pub encoded: bool,
}

impl Wanted {
    pub fn new(exchange: &Exchange) -> Result<Wanted> {
        Wanted::with_max(exchange, "max-keys", 100)
    }

    pub fn with_max(exchange: &Exchange, max: &str, default: u64) -> Result<Wanted> {
        let encoded = match exchange.query("encoding-type").as_deref() {
            None | Some("") => false,
            Some("url") => true,
            Some(other) => {
                return Err(ApiError::argument(
                    "encoding-type",
                    other,
                    "Invalid Encoding Method specified in Request.",
                ));
            }
        };
        Ok(Wanted {
            prefix: exchange.query("prefix").unwrap_or_default(),
            delimiter: exchange.query("delimiter").unwrap_or_default(),
            max: exchange.number(max, default, 1..=1000)? as usize,
            encoded,
        })
    }

    /// Refuses texts that are longer than names can be.
    pub fn check(&self, markers: &[(&str, &String)]) -> Result<()> {
        let own = [("prefix", &self.prefix), ("delimiter", &self.delimiter)];
        own.iter()
            .chain(markers)
            .try_for_each(|(name, text)| check_length(name, text))
    }

    pub fn write(&self, text: &str) -> String {
        if self.encoded {
            percent::encode(text)
        } else {
            text.to_owned()
        }
    }

    /// The common prefix a key falls under.
    pub fn common(&self, key: &str) -> Option<String> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.strip_prefix(&self.prefix)?;
        rest.find(&self.delimiter)
            .map(|at| key[..self.prefix.len() + at + self.delimiter.len()].to_owned())
    }
}

/// No name is longer than this, so nothing can begin with a longer text or come after it.
fn check_length(name: &str, text: &str) -> Result<()> {
    const LONGEST: usize = 1024;
    if text.len() <= LONGEST {
        return Ok(());
    }
    let message = format!("The parameter {name} has at most {LONGEST} bytes.");
    Err(ApiError::argument(name, text, message))
}

/// The least text above all that begin with this prefix; none if there is no such text.
pub fn beyond(prefix: &str) -> Option<String> {
    let mut chars: Vec<char> = prefix.chars().collect();
    while let Some(last) = chars.pop() {
        let next = match last as u32 + 1 {
            0xD800 => 0xE000,
            other => other,
        };
        if let Some(next) = char::from_u32(next) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

enum Entry {
    Object(Arc<Version>),
    Prefix(String),
}

impl Entry {
    fn name(&self) -> &str {
        match self {
            Entry::Object(version) => &version.key,
            Entry::Prefix(prefix) => prefix,
        }
    }
}

/// A page of current objects and common prefixes behind `after`, and whether there are more.
fn page(state: &State, wanted: &Wanted, after: &str) -> (Vec<Entry>, bool) {
    let mut entries: Vec<Entry> = Vec::new();
    let mut from = if after < wanted.prefix.as_str() {
        Bound::Included(wanted.prefix.clone())
    } else {
        Bound::Excluded(after.to_owned())
    };
    // A marker that is a common prefix has been listed with all that is under it.
    if after.starts_with(&wanted.prefix)
        && let Some(common) = wanted.common(after)
        && common == after
    {
        match beyond(&common) {
            Some(next) => from = Bound::Included(next),
            None => return (entries, false),
        }
    }
    loop {
        let mut jump = None;
        for (key, versions) in state.objects.range((from.clone(), Bound::Unbounded)) {
            if !key.starts_with(&wanted.prefix) {
                return (entries, false);
            }
            let Some(version) = versions.first().filter(|version| !version.is_marker()) else {
                continue;
            };
            if entries.len() == wanted.max {
                return (entries, true);
            }
            match wanted.common(key) {
                None => entries.push(Entry::Object(Arc::clone(version))),
                Some(common) => {
                    // A marker below this prefix does not hide it: only what comes behind the marker counts.
                    jump = beyond(&common);
                    entries.push(Entry::Prefix(common));
                    if jump.is_none() {
                        return (entries, false);
                    }
                    break;
                }
            }
        }
        match jump {
            Some(next) => from = Bound::Included(next),
            None => return (entries, false),
        }
    }
}

fn write_entries(
    xml: &mut Writer,
    wanted: &Wanted,
    entries: &[Entry],
    account: Option<&str>,
    now_ms: i64,
) {
    for entry in entries {
        let Entry::Object(version) = entry else {
            continue;
        };
        xml.open("Contents")
            .text("Key", &wanted.write(&version.key));
        write_version(xml, version, now_ms);
        if let Some(account) = account {
            owner(xml, account);
        }
        xml.close();
    }
    for entry in entries {
        if let Entry::Prefix(prefix) = entry {
            xml.open("CommonPrefixes")
                .text("Prefix", &wanted.write(prefix))
                .close();
        }
    }
}

/// What every listing says about an object, behind its key.
pub fn write_version(xml: &mut Writer, version: &Version, now_ms: i64) {
    xml.text("LastModified", &clock::iso_date(version.modified_ms))
        .text("ETag", &format!("\"{}\"", version.etag))
        .text("Type", version.kind.name())
        .number("Size", version.size)
        .text("StorageClass", &version.storage_class);
    if let Some((from, until)) = version.restored {
        if now_ms < from {
            xml.text("RestoreInfo", "ongoing-request=\"true\"");
        } else if now_ms < until {
            xml.text(
                "RestoreInfo",
                &format!(
                    "ongoing-request=\"false\", expiry-date=\"{}\"",
                    clock::http_date(until)
                ),
            );
        }
    }
}

pub fn v1(exchange: &Exchange) -> Result<Answer> {
    let bucket = exchange.bucket()?;
    let owner = bucket.lock().settings.owner.clone();
    let wanted = Wanted::new(exchange)?;
    let marker = exchange.query("marker").unwrap_or_default();
    wanted.check(&[("marker", &marker)])?;
    let (entries, truncated) = page(&bucket.lock(), &wanted, &marker);

    let mut xml = Writer::new("ListBucketResult");
    xml.text("Name", &bucket.name)
        .text("Prefix", &wanted.write(&wanted.prefix))
        .text("Marker", &wanted.write(&marker))
        .number("MaxKeys", wanted.max)
        .text("Delimiter", &wanted.write(&wanted.delimiter));
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.number("IsTruncated", truncated);
    if let Some(last) = entries.last().filter(|_| truncated) {
        xml.text("NextMarker", &wanted.write(last.name()));
    }
    write_entries(&mut xml, &wanted, &entries, Some(&owner), exchange.now_ms);
    Ok(Answer::xml(xml.finish()))
}

pub fn v2(exchange: &Exchange) -> Result<Answer> {
    let list_type = exchange.query("list-type").unwrap_or_default();
    if list_type != "2" {
        return Err(ApiError::argument(
            "list-type",
            list_type,
            "The list-type you specified is invalid.",
        ));
    }
    let bucket = exchange.bucket()?;
    let owner = bucket.lock().settings.owner.clone();
    let wanted = Wanted::new(exchange)?;
    let start_after = exchange.query("start-after").unwrap_or_default();
    let token = exchange
        .query("continuation-token")
        .filter(|token| !token.is_empty());
    let after = match &token {
        None => start_after.clone(),
        Some(token) => read_token(token).ok_or_else(|| {
            ApiError::argument(
                "continuation-token",
                token,
                "The continuation token you specified is invalid.",
            )
        })?,
    };
    let fetch_owner = exchange
        .query("fetch-owner")
        .is_some_and(|value| value.eq_ignore_ascii_case("true"));
    wanted.check(&[("start-after", &start_after)])?;
    let (entries, truncated) = page(&bucket.lock(), &wanted, &after);

    let mut xml = Writer::new("ListBucketResult");
    xml.text("Name", &bucket.name)
        .text("Prefix", &wanted.write(&wanted.prefix));
    if !start_after.is_empty() {
        xml.text("StartAfter", &wanted.write(&start_after));
    }
    if let Some(token) = &token {
        xml.text("ContinuationToken", token);
    }
    xml.number("MaxKeys", wanted.max)
        .text("Delimiter", &wanted.write(&wanted.delimiter));
    if wanted.encoded {
        xml.text("EncodingType", "url");
    }
    xml.number("IsTruncated", truncated);
    if let Some(last) = entries.last().filter(|_| truncated) {
        xml.text("NextContinuationToken", &make_token(last.name()));
    }
    let account = fetch_owner.then_some(owner.as_str());
    write_entries(&mut xml, &wanted, &entries, account, exchange.now_ms);
    xml.number("KeyCount", entries.len());
    Ok(Answer::xml(xml.finish()))
}

/// Tokens are opaque. Hex, because some clients decode them with form rules and some with percent rules.
fn make_token(name: &str) -> String {
    format!("t{}", crate::hex(name.as_bytes()))
}

fn read_token(token: &str) -> Option<String> {
    let digits = token.strip_prefix('t')?.as_bytes();
    let digit = |byte: u8| (byte as char).to_digit(16);
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| Some((digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?) as u8))
        .collect();
    String::from_utf8(bytes?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_is_the_next_text() {
        assert_eq!(beyond("a/").as_deref(), Some("a0"));
        assert_eq!(beyond("a\u{10FFFF}").as_deref(), Some("b"));
        assert_eq!(beyond("\u{D7FF}").as_deref(), Some("\u{E000}"));
        assert_eq!(beyond("\u{10FFFF}"), None);
    }

    #[test]
    fn tokens() {
        assert_eq!(
            read_token(&make_token("a/\u{676d}+ ")).as_deref(),
            Some("a/\u{676d}+ ")
        );
        assert_eq!(read_token("t1"), None);
        assert_eq!(read_token("x"), None);
    }
}
