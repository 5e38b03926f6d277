//! SelectObject: SQL over the rows of an object, answered as a stream of frames.

use std::io::{self, Read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Bucket, body, request};
use crate::client::Reply;
use crate::client::answer;
use crate::crc32;
use crate::document::Document;
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::request::{Body, Options, Response};
use crate::transport::Incoming;

/// Fields that travel in base64, because they may hold anything.
const ENCODED_FIELDS: [&str; 4] = [
    "RecordDelimiter",
    "FieldDelimiter",
    "QuoteCharacter",
    "CommentCharacter",
];

/// Longest end frame; it holds numbers and an error message.
const MAX_END: usize = 64 * 1024;

const DATA: u32 = 0x80_0001;
const HEARTBEAT: u32 = 0x80_0004;
const END: u32 = 0x80_0005;
const CSV_META_END: u32 = 0x80_0006;
const JSON_META_END: u32 = 0x80_0007;

/// What CreateSelectObjectMeta counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SelectMeta {
    /// Parts that the object can be read in.
    pub splits: u32,
    /// Rows.
    pub rows: u64,
    /// Columns; 0 for JSON.
    pub columns: u32,
}

/// The rows that SelectObject found, to be read as they arrive.
///
/// The last read checks: an error instead of the end means that rows are missing.
pub struct Select {
    response: Response,
    body: Incoming,
    state: State,
    /// Whether frames carry checksums.
    checked: bool,
    scanned: u64,
    meta: SelectMeta,
}

/// Where in the stream of frames we are.
#[derive(Clone, Debug)]
enum State {
    /// The rows come without frames.
    Raw,
    /// Before a frame.
    Between,
    /// In the rows of a frame: how many bytes are left, and the checksum so far.
    Rows {
        left: u32,
        crc: u32,
    },
    Ended(Result<()>),
}

impl Bucket {
    /// SelectObject: what `expression`, an SQL text such as `select * from ossobject where _1 > 10`, finds in the CSV or JSON
    /// object `key`. Fields of `options` set the rest of the request, such as `InputSerialization.CSV.FileHeaderInfo` to
    /// `Use`, `InputSerialization.JSON.Type` to `LINES`, or `OutputSerialization.OutputRawData` to `true`; delimiters are given
    /// as they are. The object is taken as CSV unless there is a field below `InputSerialization.JSON`.
    pub fn select_object(
        &self,
        key: &str,
        expression: &str,
        options: &Options<'_>,
    ) -> Result<Select> {
        let mut document = Document::new("SelectRequest");
        document.set("Expression", &STANDARD.encode(expression))?;
        let format = add_fields(&mut document, options)?;
        let checksums = "OutputSerialization.EnablePayloadCrc";
        if document.text(checksums).is_none() {
            document.set(checksums, "true")?;
        }
        let checked = document.text(checksums) == Some("true");
        let mut request = request!("SelectObject", key);
        request.parameter("x-oss-process", format!("{format}/select"));
        self.open_select(request, &document, checked, options)
    }

    /// CreateSelectObjectMeta: has the service count the rows of an object, which lets SelectObject read parts of it. Fields
    /// as for SelectObject, and `OverwriteIfExists`.
    pub fn create_select_object_meta(
        &self,
        key: &str,
        options: &Options<'_>,
    ) -> Result<(Response, SelectMeta)> {
        let is_json = is_json(options);
        let root = if is_json {
            "JsonMetaRequest"
        } else {
            "CsvMetaRequest"
        };
        let mut document = Document::new(root);
        let format = add_fields(&mut document, options)?;
        let mut request = request!("CreateSelectObjectMeta", key);
        request.parameter("x-oss-process", format!("{format}/meta"));
        let mut select = self.open_select(request, &document, false, options)?;
        while select.read(&mut [0; 64])? > 0 {}
        Ok((select.response, select.meta))
    }

    fn open_select(
        &self,
        mut request: crate::request::Request<'_>,
        document: &Document,
        checked: bool,
        options: &Options<'_>,
    ) -> Result<Select> {
        let text = document.to_text();
        let content = Body::from(text.as_str());
        body::describe(&mut request, &content);
        let Reply {
            response, incoming, ..
        } = self.client.stream(&request, content, options)?;
        let raw = response.header("x-oss-select-output-raw") == Some("true");
        Ok(Select {
            response,
            body: incoming,
            state: if raw { State::Raw } else { State::Between },
            checked,
            scanned: 0,
            meta: SelectMeta::default(),
        })
    }
}

fn is_json(options: &Options<'_>) -> bool {
    let mut paths = options.fields.iter().map(|(path, _)| path);
    paths.any(|path| path.starts_with("InputSerialization.JSON"))
}

/// Adds the fields of the caller's; which format they say the object has.
fn add_fields(document: &mut Document, options: &Options<'_>) -> Result<&'static str> {
    for (path, value) in &options.fields {
        let Some(value) = value else {
            document.remove(path)?;
            continue;
        };
        let last = path.rsplit('.').next().unwrap_or_default();
        match ENCODED_FIELDS.contains(&last) {
            true => document.set(path, &STANDARD.encode(value.as_bytes()))?,
            false => document.set(path, value)?,
        }
    }
    if is_json(options) {
        return Ok("json");
    }
    if document.count("InputSerialization.CSV") == 0 {
        document.set("InputSerialization.CSV", "")?;
    }
    Ok("csv")
}

impl Select {
    /// Status and headers of the answer.
    pub fn response(&self) -> &Response {
        &self.response
    }

    /// How many bytes of the object have been looked at.
    pub fn scanned(&self) -> u64 {
        self.scanned
    }

    /// Reads on in the rows: how many bytes, 0 at the end. `buffer` must not be empty. After an error every further read
    /// repeats it.
    pub fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let got = self.read_on(buffer);
        match &got {
            Ok(0) => self.state = State::Ended(Ok(())),
            Ok(_) => {}
            Err(error) => self.state = State::Ended(Err(error.clone())),
        }
        got
    }

    fn read_on(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            match self.state.clone() {
                State::Raw => return self.read_raw(buffer),
                State::Ended(how) => return how.map(|()| 0),
                State::Between => self.begin_frame()?,
                State::Rows { left: 0, crc } => {
                    self.check_frame(crc)?;
                    self.state = State::Between;
                }
                State::Rows { left, crc } => {
                    let room = buffer
                        .len()
                        .min(usize::try_from(left).unwrap_or(usize::MAX));
                    let rows = buffer.get_mut(..room).unwrap_or_default();
                    let got = self.body.read(rows)?;
                    let rows = rows.get(..got).unwrap_or_default();
                    if rows.is_empty() {
                        return Err(cut_off());
                    }
                    self.state = State::Rows {
                        left: left - got as u32,
                        crc: crc32::update(crc, rows),
                    };
                    return Ok(got);
                }
            }
        }
    }

    fn read_raw(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.body.read(buffer)? {
            0 if self.body.ends_with_connection() => {
                Err(answer::no_end("SelectObject", &self.response))
            }
            got => Ok(got),
        }
    }

    fn begin_frame(&mut self) -> Result<()> {
        let [version, kind @ .., a, b, c, d, _, _, _, _] = self.take::<12>()?;
        let kind = u32::from_be_bytes([0, kind[0], kind[1], kind[2]]);
        let length = u32::from_be_bytes([a, b, c, d]);
        let unknown = || bad(format!("a frame of the unknown kind {version}, {kind:#x}"));
        if version != 1 {
            return Err(unknown());
        }
        let offset = self.take::<8>()?;
        let left = length
            .checked_sub(8)
            .ok_or_else(|| bad("a frame that is too short".to_owned()))?;
        self.scanned = u64::from_be_bytes(offset);
        let crc = crc32::update(0, &offset);
        match kind {
            DATA => self.state = State::Rows { left, crc },
            HEARTBEAT if left == 0 => self.check_frame(crc)?,
            END | CSV_META_END | JSON_META_END => self.end(kind, left, crc)?,
            _ => return Err(unknown()),
        }
        Ok(())
    }

    fn check_frame(&mut self, crc: u32) -> Result<()> {
        let expected = u32::from_be_bytes(self.take()?);
        if !self.checked || expected == crc {
            return Ok(());
        }
        Err(answer::not_proven(
            Kind::ChecksumMismatch,
            &self.response,
            format!(
                "SelectObject: what arrived is not what the service sent: CRC-32 {crc:08x} of a frame here, {expected:08x} \
                 there"
            ),
        ))
    }

    /// Reads the rest of the frame that ends the answer.
    fn end(&mut self, kind: u32, left: u32, crc: u32) -> Result<()> {
        let length = usize::try_from(left).unwrap_or(usize::MAX);
        if length > MAX_END {
            return Err(bad(format!("an end of {length} bytes")));
        }
        let mut payload = memory::zeros(length)?;
        self.fill(&mut payload)?;
        self.check_frame(crc32::update(crc, &payload))?;
        let mut rest = payload.as_slice();
        let short = || bad("an end that is too short".to_owned());
        let mut number = |size: usize| {
            let (digits, behind) = rest.split_at_checked(size)?;
            rest = behind;
            Some(
                digits
                    .iter()
                    .fold(0, |value, digit| value << 8 | u64::from(*digit)),
            )
        };
        self.scanned = number(8).ok_or_else(short)?;
        let status = number(4).ok_or_else(short)?.try_into().unwrap_or(u16::MAX);
        if kind != END {
            self.meta.splits = number(4).ok_or_else(short)? as u32;
            self.meta.rows = number(8).ok_or_else(short)?;
        }
        if kind == CSV_META_END {
            self.meta.columns = number(4).ok_or_else(short)? as u32;
        }
        if !(200..300).contains(&status) {
            return Err(self.refused(status, &String::from_utf8_lossy(rest)));
        }
        self.state = State::Ended(Ok(()));
        Ok(())
    }

    /// The error in an end frame, whose text is `Code.Message`.
    fn refused(&self, status: u16, text: &str) -> Error {
        let (code, message) = text.split_once('.').unwrap_or(("", text));
        let name = "SelectObject";
        answer::error_in_stream(name, &self.response, status, code, message)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    fn fill(&mut self, mut buffer: &mut [u8]) -> Result<()> {
        while !buffer.is_empty() {
            let got = self.body.read(buffer)?;
            if got == 0 {
                return Err(cut_off());
            }
            buffer = buffer.get_mut(got..).unwrap_or_default();
        }
        Ok(())
    }
}

impl Read for Select {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        Select::read(self, buffer).map_err(io::Error::other)
    }
}

fn cut_off() -> Error {
    Error::new(
        Kind::Truncated,
        "SelectObject: the answer ended before its end frame",
    )
    .with_retryable(false)
}

fn bad(what: String) -> Error {
    Error::new(
        Kind::BadResponse,
        format!("SelectObject: the answer has {what}"),
    )
}
