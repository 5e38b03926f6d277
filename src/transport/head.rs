//! Heads of messages: a request's is written, an answer's is read, byte for byte as RFC 9112 has it.

use std::mem::MaybeUninit;

use httparse::{EMPTY_HEADER, ParserConfig};

use super::room::Input;
use crate::error::{Error, Kind, Result};
use crate::headers::Headers;
use crate::swar::has_control;

/// Largest head of an answer. The service allows 8 KiB of metadata, which can be 400 headers.
pub(crate) const MAX_HEAD: usize = 96 * 1024;

/// Most that is read up to the final head, interim answers (1xx) included.
const MAX_HEADS: usize = 1024 * 1024;

/// Headers for which there is room on the stack, and the most there may be.
const USUAL_HEADERS: usize = 32;
const MAX_HEADERS: usize = 4096;

/// Adds `name: value` to the head of a request; an error if that is not one header.
pub(crate) fn write_header(head: &mut Vec<u8>, name: &str, value: &str) -> Result<()> {
    let illegal = |what: &str| {
        Error::invalid(format!(
            "header {name:?}: {what} has a character that HTTP does not allow"
        ))
    };
    if !is_name(name) {
        return Err(illegal("the name"));
    }
    if has_control(value.as_bytes()) {
        return Err(illegal("the value"));
    }
    head.reserve(name.len() + value.len() + 4);
    head.extend_from_slice(name.as_bytes());
    head.extend(*b": ");
    head.extend_from_slice(value.as_bytes());
    head.extend(*b"\r\n");
    Ok(())
}

/// Begins the head of a request; `absolute` stands before the target where a proxy wants it.
pub(crate) fn write_request_line(
    head: &mut Vec<u8>,
    method: &str,
    absolute: &str,
    target: &str,
) -> Result<()> {
    if !is_name(method) {
        return Err(Error::invalid(format!(
            "method {method:?}: has a character that HTTP does not allow"
        )));
    }
    if !target.starts_with('/') || !target.bytes().all(|byte| (b'!'..=b'~').contains(&byte)) {
        return Err(Error::invalid(format!(
            "request target {target:?}: has a character that HTTP does not allow"
        )));
    }
    for part in [method, " ", absolute, target, " HTTP/1.1\r\n"] {
        head.extend_from_slice(part.as_bytes());
    }
    Ok(())
}

/// Adds `content-length` or, if the length is not known, `transfer-encoding: chunked`.
pub(crate) fn write_length(head: &mut Vec<u8>, length: Option<u64>) {
    match length {
        Some(length) => {
            head.extend_from_slice(b"content-length: ");
            write_decimal(head, length);
            head.extend_from_slice(b"\r\n");
        }
        None => head.extend_from_slice(b"transfer-encoding: chunked\r\n"),
    }
}

fn write_decimal(head: &mut Vec<u8>, mut number: u64) {
    let start = head.len();
    loop {
        head.push(b'0' + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    head.get_mut(start..).unwrap_or_default().reverse();
}

/// Whether `name` is a token (RFC 9110, section 5.6.2).
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| IN_TOKENS[usize::from(byte)])
}

/// For each byte, whether tokens may have it.
static IN_TOKENS: [bool; 256] = {
    let others = b"!#$%&'*+-.^_`|~";
    let mut allowed = [false; 256];
    let mut byte: u8 = 0;
    while byte < 128 {
        allowed[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let mut index = 0;
    while index < others.len() {
        allowed[others[index] as usize] = true;
        index += 1;
    }
    allowed
};

/// Status line and headers of a final answer.
#[derive(Debug)]
pub(crate) struct Head {
    pub status: u16,
    /// HTTP/1.0 instead of 1.1.
    pub is_old: bool,
    pub headers: Headers,
}

/// Looks for the head of the final answer in what arrives.
#[derive(Debug, Default)]
pub(crate) struct HeadReader {
    /// How much of the unread bytes has been looked at in vain.
    searched: usize,
    /// Bytes of interim answers so far.
    skipped: usize,
}

impl HeadReader {
    /// The final head, once it is complete; it and interim answers before it are taken out of `input`.
    pub fn read(&mut self, input: &mut Input) -> Result<Option<Head>> {
        loop {
            if self.searched == 0 {
                let is_blank = |byte: &&u8| matches!(byte, b'\r' | b'\n');
                let blank = input.unread().iter().take_while(is_blank).count();
                input.consume(blank);
                self.skipped += blank;
            }
            let unread = input.unread();
            if !self.may_be_complete(unread) {
                return self.wait_for_more(unread.len());
            }
            let Some((head, length)) = parse(unread)? else {
                self.searched = unread.len();
                return self.wait_for_more(unread.len());
            };
            input.consume(length);
            self.searched = 0;
            match head.status {
                // An upgrade that nobody asked for.
                101 => return Err(not_http("it switches to another protocol")),
                100..200 => self.skipped += length,
                200..1000 => return Ok(Some(head)),
                _ => return Err(not_http("invalid status")),
            }
        }
    }

    /// The first look is a parse, since a head mostly comes whole. Later ones wait for its empty line, so that a head that
    /// comes byte by byte is not parsed again and again.
    fn may_be_complete(&self, unread: &[u8]) -> bool {
        if self.searched == 0 {
            return !unread.is_empty();
        }
        let new = unread.get(self.searched.saturating_sub(3)..);
        new.unwrap_or_default()
            .windows(2)
            .any(|pair| pair == b"\n\n" || pair == b"\n\r")
    }

    fn wait_for_more(&mut self, unread: usize) -> Result<Option<Head>> {
        self.searched = unread;
        if unread >= MAX_HEAD {
            return Err(Error::new(
                Kind::BadResponse,
                format!("the head of the answer has more than {MAX_HEAD} bytes"),
            ));
        }
        if self.skipped + unread > MAX_HEADS {
            return Err(Error::new(
                Kind::BadResponse,
                format!("more than {MAX_HEADS} bytes came, but no final answer"),
            ));
        }
        Ok(None)
    }
}

fn not_http(why: &str) -> Error {
    Error::new(
        Kind::BadResponse,
        format!("the answer is not HTTP/1.1: {why}"),
    )
}

/// A head and how many bytes it has; `None` if there is more to come.
fn parse(bytes: &[u8]) -> Result<Option<(Head, usize)>> {
    let mut config = ParserConfig::default();
    let mut parsed = parse_as(&config, bytes);
    // Values over several lines, and spaces before the colon: nobody may write them any more, but who does is understood
    // (RFC 9112, sections 5.1 and 5.2).
    if matches!(parsed, Err(httparse::Error::HeaderName)) {
        config.allow_obsolete_multiline_headers_in_responses(true);
        config.allow_spaces_after_header_name_in_responses(true);
        parsed = parse_as(&config, bytes);
    }
    match parsed {
        Ok(parsed) => Ok(parsed),
        Err(_) if begins_like_tls(bytes) => Err(not_http(
            "it looks like TLS; does it speak TLS? Then the endpoint begins with https://",
        )),
        // What else it speaks shows in its first words.
        Err(cause) if !bytes.starts_with(b"HTTP/") => {
            let line = bytes.split(|byte| b"\r\n".contains(byte)).next();
            let line = line.unwrap_or_default();
            let shown = line.get(..line.len().min(40)).unwrap_or_default();
            let shown = shown.escape_ascii();
            Err(not_http(&format!("{cause}; it begins with \"{shown}\"")))
        }
        Err(cause) => Err(not_http(&cause.to_string())),
    }
}

fn parse_as(config: &ParserConfig, bytes: &[u8]) -> Result<Option<(Head, usize)>, httparse::Error> {
    let mut usual = [const { MaybeUninit::uninit() }; USUAL_HEADERS];
    let mut response = httparse::Response::new(&mut []);
    match config.parse_response_with_uninit_headers(&mut response, bytes, &mut usual) {
        Err(httparse::Error::TooManyHeaders) => {
            let lines = bytes.iter().filter(|byte| **byte == b'\n').count();
            let mut many = vec![EMPTY_HEADER; lines.min(MAX_HEADERS)];
            let mut response = httparse::Response::new(&mut many);
            let status = config.parse_response(&mut response, bytes)?;
            Ok(complete(config, bytes, &response, status))
        }
        status => Ok(complete(config, bytes, &response, status?)),
    }
}

/// A record of TLS: an alert or a handshake message, version 3.x.
fn begins_like_tls(bytes: &[u8]) -> bool {
    matches!(bytes, [0x15 | 0x16, 3, ..] | [0x15 | 0x16])
}

fn complete(
    config: &ParserConfig,
    bytes: &[u8],
    response: &httparse::Response<'_, '_>,
    status: httparse::Status<usize>,
) -> Option<(Head, usize)> {
    let httparse::Status::Complete(length) = status else {
        return None;
    };
    let head = bytes.get(..length)?;
    let headers = match config.obsolete_multiline_headers_in_responses_are_allowed() {
        true => texts(response, head, &in_one_line(head)),
        false => texts(response, head, head),
    };
    let head = Head {
        status: response.code.unwrap_or_default(),
        is_old: response.version == Some(0),
        headers,
    };
    Some((head, length))
}

/// The same with spaces for the line ends, of which those that fold a value are the only ones inside one.
fn in_one_line(head: &[u8]) -> Vec<u8> {
    let in_line = |byte: &u8| match byte {
        b'\r' | b'\n' => b' ',
        byte => *byte,
    };
    head.iter().map(in_line).collect()
}

/// The headers of `response`, which was `parsed`; their texts are at the same places in `head`.
fn texts(response: &httparse::Response<'_, '_>, parsed: &[u8], head: &[u8]) -> Headers {
    let begin = parsed.as_ptr().addr();
    let place = |part: &[u8]| {
        let start = part.as_ptr().addr().wrapping_sub(begin);
        // Empty values need not be parts of anything.
        if part.is_empty() {
            0..0
        } else {
            start..start.wrapping_add(part.len())
        }
    };
    let count = response.headers.len();
    let headers = response.headers.iter();
    let places = headers.map(|header| (place(header.name.as_bytes()), place(header.value)));
    Headers::of_head(head, count, places.clone()).unwrap_or_else(|| {
        let mut headers = Headers::with_capacity(count, head.len());
        let text = |place| String::from_utf8_lossy(head.get(place).unwrap_or_default());
        for (name, value) in places {
            headers.push(&text(name), &text(value));
        }
        headers
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_value_is_one_line_and_spaces_before_the_colon_are_not_of_the_name() {
        for (head, value) in [
            ("X-A: b\r\n c\r\n\r\n", "b   c"),
            ("X-A: b\n\tc\n\n", "b \tc"),
            ("X-A:\r\n b\r\n \r\n\r\n", "b"),
            ("X-A \t: b\r\n\r\n", "b"),
            ("X-A: \u{e9}\r\n c\r\n\r\n", "\u{e9}   c"),
        ] {
            let bytes = format!("HTTP/1.1 200 OK\r\n{head}rest").into_bytes();
            let (parsed, length) = parse(&bytes).unwrap().unwrap();
            assert_eq!(length, bytes.len() - 4, "{head:?}");
            assert_eq!(parsed.headers.at(0), Some(("x-a", value)), "{head:?}");
            for end in 0..length {
                assert!(parse(&bytes[..end]).unwrap().is_none(), "{head:?}, {end}");
            }
        }
        let latin = b"HTTP/1.1 200 OK\r\nX-A: \xe9\r\n c\r\n\r\n";
        let (parsed, _) = parse(latin).unwrap().unwrap();
        assert_eq!(parsed.headers.get("x-a"), Some("\u{fffd}   c"));
        // There is nothing before it that it could be a part of.
        let first = b"HTTP/1.1 200 OK\r\n X-A: b\r\n\r\n";
        assert!(parse(first).is_err());
    }

    #[test]
    fn what_is_not_http_shows_its_first_words() {
        for (bytes, words) in [
            (
                &b"SSH-2.0-OpenSSH_9.6\r\n"[..],
                "it begins with \"SSH-2.0-OpenSSH_9.6\"",
            ),
            (
                b"-ERR wrong number of arguments\r\n",
                "it begins with \"-ERR wrong number",
            ),
            (b"\xff\0\r\n", "it begins with \"\\xff\\x00\""),
            (&[b'a'; 4096], "it begins with \"aaaa"),
        ] {
            let error = parse(bytes).unwrap_err().to_string();
            assert!(error.contains(words) && error.len() < 120, "{error}");
        }
    }
}
