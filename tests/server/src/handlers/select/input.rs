//! Rows of CSV and JSON objects.

use std::io::Read;

use serde_json::Value as Json;

use super::eval::{Row, Value};
use super::sql::Step;

/// How a CSV is written.
#[derive(Debug, Clone)]
pub struct Dialect {
    pub record: Vec<u8>,
    pub field: Vec<u8>,
    pub quote: u8,
    pub comment: Option<u8>,
    /// A record may go on after a delimiter that is inside quotes.
    pub quoted_breaks: bool,
}

impl Default for Dialect {
    fn default() -> Dialect {
        Dialect {
            record: b"\n".to_vec(),
            field: b",".to_vec(),
            quote: b'"',
            comment: Some(b'#'),
            quoted_breaks: true,
        }
    }
}

/// One record of a CSV.
#[derive(Debug)]
pub struct Record {
    pub fields: Vec<String>,
    /// The position after it.
    pub end: usize,
    /// Its number. Comments have one, too.
    pub line: u64,
    /// Whether a quoted field goes on after its quotes.
    pub broken: bool,
}

/// The records of a CSV.
pub struct Records<'a> {
    text: &'a [u8],
    at: usize,
    /// How many lines were read.
    pub lines: u64,
    dialect: &'a Dialect,
}

impl<'a> Records<'a> {
    pub fn new(text: &'a [u8], dialect: &'a Dialect) -> Records<'a> {
        Records {
            text,
            at: 0,
            lines: 0,
            dialect,
        }
    }

    /// Whether a field may end here, after its quotes.
    fn is_end_of_field(&self) -> bool {
        let Dialect { record, field, .. } = self.dialect;
        let rest = &self.text[self.at..];
        let crlf = record == b"\n" && rest.starts_with(b"\r\n");
        rest.is_empty() || rest.starts_with(record) || rest.starts_with(field) || crlf
    }

    /// The fields of the next line, and whether one is broken.
    fn line(&mut self, is_comment: bool) -> (Vec<Vec<u8>>, bool) {
        let Dialect {
            record,
            field,
            quote,
            quoted_breaks,
            ..
        } = self.dialect;
        let (mut fields, mut current) = (Vec::new(), Vec::new());
        let (mut quoted, mut broken) = (false, false);
        loop {
            let rest = &self.text[self.at..];
            let Some(&byte) = rest.first() else { break };
            if quoted && (*quoted_breaks || !rest.starts_with(record)) {
                if byte == *quote && rest.get(1) == Some(quote) {
                    current.push(byte);
                    self.at += 2;
                    continue;
                }
                self.at += 1;
                quoted = byte != *quote;
                if quoted {
                    current.push(byte);
                } else {
                    broken |= !self.is_end_of_field();
                }
            } else if rest.starts_with(record) {
                self.at += record.len();
                break;
            } else {
                if byte == *quote && current.is_empty() && !is_comment {
                    quoted = true;
                } else if rest.starts_with(field) {
                    fields.push(std::mem::take(&mut current));
                    self.at += field.len() - 1;
                } else {
                    current.push(byte);
                }
                self.at += 1;
            }
        }
        // Lines that end with CR LF, as many do.
        if record == b"\n" && current.last() == Some(&b'\r') {
            current.pop();
        }
        fields.push(current);
        (fields, broken)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let first = *self.text.get(self.at)?;
            let is_comment = Some(first) == self.dialect.comment;
            let (fields, broken) = self.line(is_comment);
            let line = self.lines;
            self.lines += 1;
            if is_comment {
                continue;
            }
            return Some(Record {
                fields: fields
                    .into_iter()
                    .map(|field| String::from_utf8_lossy(&field).into_owned())
                    .collect(),
                end: self.at,
                line,
                broken,
            });
        }
    }
}

pub struct CsvRow<'a> {
    pub fields: &'a [String],
    pub names: &'a [String],
}

impl Row for CsvRow<'_> {
    fn column(&self, path: &[Step]) -> Value {
        let [Step::Name(name)] = path else {
            return Value::Null;
        };
        let by_name = self
            .names
            .iter()
            .position(|known| known.eq_ignore_ascii_case(name));
        let by_number = || {
            name.strip_prefix('_')
                .and_then(|digits| digits.parse::<usize>().ok())
                .and_then(|number| number.checked_sub(1))
        };
        let field = by_name
            .or_else(by_number)
            .and_then(|index| self.fields.get(index));
        field.map_or(Value::Null, |field| Value::Text(field.clone()))
    }
}

pub struct JsonRow<'a>(pub &'a Json);

impl Row for JsonRow<'_> {
    fn column(&self, path: &[Step]) -> Value {
        reach(self.0, path)
            .first()
            .map_or(Value::Null, |json| Value::from_json(json))
    }
}

/// All places that a path leads to.
pub fn reach<'a>(root: &'a Json, path: &[Step]) -> Vec<&'a Json> {
    let mut places = vec![root];
    for step in path {
        places = places
            .into_iter()
            .flat_map(|place| match (step, place) {
                (Step::Name(name), Json::Object(map)) => map.get(name).into_iter().collect(),
                (Step::Index(index), Json::Array(list)) => list.get(*index).into_iter().collect(),
                (Step::Each, Json::Array(list)) => list.iter().collect::<Vec<_>>(),
                _ => Vec::new(),
            })
            .collect();
    }
    places
}

/// The documents of a text, one after the other, each with the position after it. Some write commas between them.
pub struct Documents<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Documents<'a> {
    pub fn new(text: &'a [u8]) -> Documents<'a> {
        Documents { text, at: 0 }
    }
}

impl Iterator for Documents<'_> {
    type Item = Result<(Json, usize), String>;

    fn next(&mut self) -> Option<Self::Item> {
        let gap = self.text[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace() || **byte == b',')
            .count();
        self.at += gap;
        let mut parsed =
            serde_json::Deserializer::from_slice(&self.text[self.at..]).into_iter::<Json>();
        let document = parsed.next()?;
        self.at = match document {
            Ok(_) => self.at + parsed.byte_offset(),
            // What cannot be read ends the row of documents.
            Err(_) => self.text.len(),
        };
        Some(
            document
                .map(|document| (document, self.at))
                .map_err(|error| error.to_string()),
        )
    }
}

/// Stands before a number that is kept as it was written.
const NUMBER: char = '\u{F8FF}';

/// The same JSON with its numbers as texts, which keep all their digits.
pub fn numbers_as_texts(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let (mut at, mut quoted) = (0, false);
    while let Some(&byte) = text.get(at) {
        if quoted && byte == b'\\' {
            out.extend_from_slice(&text[at..text.len().min(at + 2)]);
            at += 2;
        } else if !quoted && (byte.is_ascii_digit() || byte == b'-') {
            let number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
            let len = text[at..].iter().take_while(|byte| number(byte)).count();
            out.push(b'"');
            out.extend_from_slice(NUMBER.to_string().as_bytes());
            out.extend_from_slice(&text[at..at + len]);
            out.push(b'"');
            at += len;
        } else {
            quoted ^= byte == b'"';
            out.push(byte);
            at += 1;
        }
    }
    out
}

/// The digits of a text that was a number.
pub fn as_number(text: &str) -> Option<&str> {
    text.strip_prefix(NUMBER)
}

/// Written JSON with its numbers as they were.
pub fn texts_as_numbers(json: &str) -> String {
    let start = format!("\"{NUMBER}");
    let mut pieces = json.split(&start);
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        out.push_str(&piece.replacen('"', "", 1));
    }
    out
}

/// Statements are carried out in memory, so what they are about has to fit there.
pub const LARGEST: u64 = 1 << 30;

/// What a gzip file holds; `None` if that is more than fits into memory.
pub fn gunzip(bytes: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    gunzip_up_to(bytes, LARGEST)
}

fn gunzip_up_to(bytes: &[u8], most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut out = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes)
        .take(most + 1)
        .read_to_end(&mut out)?;
    Ok(Some(out).filter(|out| out.len() as u64 <= most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_large_unpacked_is_not_cut() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut packer, &[7; 1000]).unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(gunzip_up_to(&packed, 1000).unwrap(), Some(vec![7; 1000]));
        assert_eq!(gunzip_up_to(&packed, 999).unwrap(), None);
    }

    #[test]
    fn reads_csv() {
        let dialect = Dialect::default();
        let rows: Vec<_> = Records::new(b"a,\"b,\"\"c\",\r\n#x,\"\n\n\"q\nr\"", &dialect).collect();
        let fields: Vec<_> = rows
            .iter()
            .map(|row| row.fields.iter().map(String::as_str).collect::<Vec<_>>())
            .collect();
        assert_eq!(fields, [vec!["a", "b,\"c", ""], vec![""], vec!["q\nr"]]);
        let last = rows.last().unwrap();
        assert_eq!((last.end, last.line, last.broken), (23, 3, false));
    }
}
