//! Reading and writing the XML bodies of the service, within limits.
//!
//! Answers may come from anywhere, so a document is refused unless it is one well-formed UTF-8 element of bounded size
//! and depth without a document type declaration. Names are local names; attributes are ignored.

mod fault;

use std::borrow::Cow;

pub use fault::parse_error;
use quick_xml::events::Event as Raw;

use crate::error::{Error, Kind, Result};
use crate::time::Timestamp;

/// Longest document in bytes. A listing of 1000 versions with keys of 1023 escaped bytes has about 4 MiB.
const MAX_BYTES: usize = 16 << 20;

/// Most elements of a document; the largest listings have about 20 000.
const MAX_ELEMENTS: usize = 200_000;

/// Deepest nesting; the service's own documents go 8 deep.
const MAX_DEPTH: usize = 64;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A step through a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event<'a> {
    /// An element begins.
    Start(&'a str),
    /// All text up to the next start or end, references resolved. Never empty, but may be blanks that only indent.
    Text(Cow<'a, str>),
    /// The element that began last ends.
    End,
}

/// Walks through a document, without building anything.
///
/// The usual way is down the tree: [`child`](Reader::child) enters the next element, and [`text`](Reader::text),
/// [`skip`](Reader::skip) or a `child` that returns `None` leave it.
pub struct Reader<'a> {
    document: &'a [u8],
    raw: quick_xml::Reader<&'a [u8]>,
    depth: usize,
    elements: usize,
    /// Text gathered so far that has not been handed out.
    text: Cow<'a, str>,
    /// The step after text that has been handed out.
    next: Option<Event<'a>>,
    /// The element handed out or waiting was an empty one, so that its end comes next.
    ends: bool,
}

impl<'a> Reader<'a> {
    /// A reader at the beginning of the document. An error if it is too long.
    pub fn new(document: &'a [u8]) -> Result<Reader<'a>> {
        if document.len() > MAX_BYTES {
            return Err(malformed("it is too long"));
        }
        // Taken off here because the parser would leave it out of its positions.
        let document = document.strip_prefix(BYTE_ORDER_MARK).unwrap_or(document);
        if document.starts_with(BYTE_ORDER_MARK) {
            return Err(malformed("it has text outside the root"));
        }
        // The parser checks that each piece it hands out is UTF-8.
        let mut raw = quick_xml::Reader::from_reader(document);
        raw.config_mut().enable_all_checks(true);
        Ok(Reader {
            document,
            raw,
            depth: 0,
            elements: 0,
            text: Cow::Borrowed(""),
            next: None,
            ends: false,
        })
    }

    /// The next step; `None` at the end of the document, which only a complete one has.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator has no error beside its end"
    )]
    pub fn next(&mut self) -> Result<Option<Event<'a>>> {
        if let Some(event) = self.next.take() {
            return Ok(Some(event));
        }
        if std::mem::take(&mut self.ends) {
            return self.end().map(Some);
        }
        while let Some(step) = self.step()? {
            let Some(event) = step else { continue };
            if self.text.is_empty() {
                return Ok(Some(event));
            }
            self.next = Some(event);
            let text = std::mem::replace(&mut self.text, Cow::Borrowed(""));
            return Ok(Some(Event::Text(text)));
        }
        if self.depth > 0 || self.elements == 0 {
            return Err(malformed("it is cut off"));
        }
        Ok(None)
    }

    /// Enters the next element inside the current one and returns its name; `None` at the end of the current one.
    pub fn child(&mut self) -> Result<Option<&'a str>> {
        loop {
            match self.next()? {
                Some(Event::Start(name)) => return Ok(Some(name)),
                Some(Event::Text(_)) => {}
                Some(Event::End) | None => return Ok(None),
            }
        }
    }

    /// The text of the current element, which it leaves; elements inside are skipped.
    pub fn text(&mut self) -> Result<Cow<'a, str>> {
        let mut all = Cow::Borrowed("");
        loop {
            match self.next()? {
                Some(Event::Start(_)) => self.skip()?,
                Some(Event::Text(text)) => join(&mut all, text),
                Some(Event::End) | None => return Ok(all),
            }
        }
    }

    /// Leaves the current element.
    pub fn skip(&mut self) -> Result<()> {
        let mut inside = 0;
        loop {
            match self.next()? {
                Some(Event::Start(_)) => inside += 1,
                Some(Event::Text(_)) => {}
                Some(Event::End) if inside > 0 => inside -= 1,
                Some(Event::End) | None => return Ok(()),
            }
        }
    }

    /// One piece of markup: an event, or nothing but perhaps more text, or the end of the document.
    fn step(&mut self) -> Result<Option<Option<Event<'a>>>> {
        let begin = self.raw.buffer_position();
        let event = match self.raw.read_event().map_err(malformed)? {
            Raw::Start(tag) => Some(self.start(begin, tag.name().0)?),
            Raw::Empty(tag) => {
                self.ends = true;
                Some(self.start(begin, tag.name().0)?)
            }
            Raw::End(_) => Some(self.end()?),
            Raw::Text(text) => self.gather(text.xml10_content())?,
            Raw::CData(text) => self.gather(text.xml10_content())?,
            Raw::GeneralRef(name) => self.gather(resolve(&name)?.to_string().into())?,
            Raw::Decl(_) | Raw::PI(_) | Raw::Comment(_) => None,
            Raw::DocType(_) => return Err(malformed("it has a document type declaration")),
            Raw::Eof => return Ok(None),
        };
        Ok(Some(event))
    }

    /// The start tag that begins at the byte `begin`.
    fn start(&mut self, begin: u64, name: &str) -> Result<Event<'a>> {
        if self.depth == 0 && self.elements > 0 {
            return Err(malformed("it has more than one root"));
        }
        self.depth += 1;
        self.elements += 1;
        if self.depth > MAX_DEPTH || self.elements > MAX_ELEMENTS {
            return Err(malformed("it has too many elements"));
        }
        // The same name, but borrowed from the document instead of from the event.
        let local = usize::try_from(begin)
            .ok()
            .and_then(|begin| self.document.get(begin..)?.get(1..)?.get(..name.len()))
            .map(local_name)
            .filter(|local| is_name(local))
            .and_then(|local| std::str::from_utf8(local).ok())
            .ok_or_else(|| malformed("a tag without a name"))?;
        Ok(Event::Start(local))
    }

    fn end(&mut self) -> Result<Event<'a>> {
        self.depth = self
            .depth
            .checked_sub(1)
            .ok_or_else(|| malformed("an end without a start"))?;
        Ok(Event::End)
    }

    /// Keeps text until the next event; never one itself.
    fn gather(&mut self, text: Cow<'a, str>) -> Result<Option<Event<'a>>> {
        if !is_text(&text) {
            return Err(malformed("it has characters that XML forbids"));
        }
        if self.depth > 0 {
            join(&mut self.text, text);
        } else if !is_blank(&text) {
            return Err(malformed("it has text outside the root"));
        }
        Ok(None)
    }
}

/// An element with all that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// Without prefix.
    pub name: String,
    /// The text right inside, without that of the children; blanks that only indent children are left out.
    pub text: String,
    /// In order.
    pub children: Vec<Element>,
}

/// Reads a whole document; for listings a [`Reader`] is faster.
pub fn parse(document: &[u8]) -> Result<Element> {
    let mut reader = Reader::new(document)?;
    let name = reader.child()?.unwrap_or_default();
    let root = Element::read(&mut reader, name)?;
    // Only the end of the document shows that nothing follows the root.
    reader.child()?;
    Ok(root)
}

impl Element {
    /// Reads the element that the reader has just entered, as deep as the reader allows.
    fn read(reader: &mut Reader<'_>, name: &str) -> Result<Element> {
        let mut element = Element {
            name: name.to_owned(),
            ..Element::default()
        };
        loop {
            match reader.next()? {
                Some(Event::Start(name)) => element.children.push(Element::read(reader, name)?),
                Some(Event::Text(text)) if element.text.is_empty() => {
                    element.text = text.into_owned()
                }
                Some(Event::Text(text)) => element.text.push_str(&text),
                Some(Event::End) | None => break,
            }
        }
        if !element.children.is_empty() && is_blank(&element.text) {
            element.text = String::new();
        }
        Ok(element)
    }

    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// All children of that name, in order.
    pub fn children_named<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of that name; empty if there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map_or("", |child| &child.text)
    }

    /// The number in the first child of that name; `None` if there is none or it is empty.
    pub fn u64_of(&self, name: &str) -> Result<Option<u64>> {
        self.value_of(name, parse_u64)
    }

    /// As [`u64_of`](Element::u64_of), with a sign.
    pub fn i64_of(&self, name: &str) -> Result<Option<i64>> {
        self.value_of(name, parse_i64)
    }

    /// The `true` or `false` in the first child of that name; `None` if there is none or it is empty.
    pub fn bool_of(&self, name: &str) -> Result<Option<bool>> {
        self.value_of(name, parse_bool)
    }

    /// The ISO 8601 time in the first child of that name; `None` if there is none, or it is written in another way. A time is
    /// never worth failing for.
    pub fn timestamp_of(&self, name: &str) -> Option<Timestamp> {
        Timestamp::parse_iso8601(self.text_of(name).trim())
    }

    /// Whether the names of a listing are percent-encoded, which `EncodingType` says.
    pub fn is_encoded(&self) -> Result<bool> {
        let is_url = |_: &str, text: &str| match text.trim().eq_ignore_ascii_case("url") {
            true => Ok(true),
            false => Err(wrong_value("EncodingType", text, "url")),
        };
        Ok(self.value_of("EncodingType", is_url)?.unwrap_or(false))
    }

    fn value_of<T>(&self, name: &str, read: fn(&str, &str) -> Result<T>) -> Result<Option<T>> {
        let text = self.text_of(name);
        if is_blank(text) {
            return Ok(None);
        }
        read(name, text).map(Some)
    }
}

/// The number that the text of the element `name` stands for; an error ([`Kind::BadResponse`]) names the element.
pub fn parse_u64(name: &str, text: &str) -> Result<u64> {
    let digits = text.trim();
    let value = digits.parse().ok().filter(|_| !digits.starts_with('+'));
    value.ok_or_else(|| wrong_value(name, text, "a number from 0 to 2^64-1"))
}

/// As [`parse_u64`], with a sign.
pub fn parse_i64(name: &str, text: &str) -> Result<i64> {
    let value = text.trim().parse().ok();
    value.ok_or_else(|| wrong_value(name, text, "a signed 64-bit number"))
}

/// `true` or `false`, upper and lower case alike.
pub fn parse_bool(name: &str, text: &str) -> Result<bool> {
    match text.trim() {
        text if text.eq_ignore_ascii_case("true") => Ok(true),
        text if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(wrong_value(name, text, "true or false")),
    }
}

fn wrong_value(name: &str, text: &str, expected: &str) -> Error {
    let start: String = text.chars().take(64).collect();
    bad_response(format!("{name} in the answer is {start:?}, not {expected}"))
}

/// Appends `text` as the content of an element. Characters that XML 1.0 cannot carry become references such as `&#x1;`, which
/// the service understands in keys, though no other reader has to.
pub fn escape(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            // Readers turn a bare one into a line feed.
            '\r' => out.push_str("&#13;"),
            character if is_character(character) => out.push(character),
            character => out.push_str(&format!("&#x{:X};", u32::from(character))),
        }
    }
}

/// Appends a whole element that holds `text`.
pub fn element(out: &mut String, name: &str, text: &str) {
    for part in ["<", name, ">"] {
        out.push_str(part);
    }
    escape(out, text);
    for part in ["</", name, ">"] {
        out.push_str(part);
    }
}

/// The character that `&name;` stands for. Only the five that every document knows, and numbers.
fn resolve(name: &str) -> Result<char> {
    let number = |digits: &str, radix| {
        let is_number = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
        let value = is_number
            .then(|| u32::from_str_radix(digits, radix).ok())
            .flatten();
        value
            .and_then(char::from_u32)
            .filter(|&character| is_character(character))
    };
    let character = match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix("#x") {
            Some(digits) => number(digits, 16),
            None => name.strip_prefix('#').and_then(|digits| number(digits, 10)),
        },
    };
    character.ok_or_else(|| malformed("it has a reference to nothing"))
}

/// Characters of XML 1.0, section 2.2.
pub fn is_character(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => false,
        _ => true,
    }
}

/// Whether XML can have all characters of `text`. Looked at closely only where one begins with a byte of those that are not.
pub(crate) fn is_text(text: &str) -> bool {
    let is_suspicious =
        |byte: u8| byte == 0xef || byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r');
    !text.bytes().any(is_suspicious) || text.chars().all(is_character)
}

/// `text` as readers give it back if it was written as it is (XML 1.0, section 2.11).
pub(crate) fn with_line_feeds(text: &str) -> Cow<'_, str> {
    match text.contains('\r') {
        true => text.replace("\r\n", "\n").replace('\r', "\n").into(),
        false => text.into(),
    }
}

/// What follows the last colon.
fn local_name(name: &[u8]) -> &[u8] {
    let prefix = name.iter().rposition(|&byte| byte == b':');
    prefix
        .and_then(|colon| name.get(colon + 1..))
        .unwrap_or(name)
}

/// Roughly the names of XML 1.0, section 2.3, without colons: enough to tell a tag from a stray `<`.
pub fn is_name(name: &[u8]) -> bool {
    let inner = |&byte: &u8| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.') || byte >= 128
    };
    let begins = |first: &u8| !first.is_ascii_digit() && !matches!(first, b'-' | b'.');
    name.first().is_some_and(begins) && name.iter().all(inner)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_whitespace())
}

fn join<'a>(all: &mut Cow<'a, str>, more: Cow<'a, str>) {
    if all.is_empty() {
        *all = more;
    } else {
        all.to_mut().push_str(&more);
    }
}

fn malformed(why: impl std::fmt::Display) -> Error {
    bad_response(format!("not a usable XML document: {why}"))
}

fn bad_response(message: String) -> Error {
    Error::new(Kind::BadResponse, message)
}

#[cfg(test)]
mod tests;
