//! SelectObject: SQL over CSV and JSON, answered in frames.

mod eval;
mod frames;
mod input;
mod lexer;
mod meta;
mod sql;

use serde_json::{Map, Value as Json};

use crate::answer::Answer;
use crate::errors::{ApiError, Result};
use crate::exchange::Exchange;
use crate::xml::Node;
use eval::{Row, Running, Value, eval, passes};
use frames::{DATA, END, frame};
use input::{CsvRow, Dialect, Documents, JsonRow, Records, reach};
pub use meta::create as create_meta;
use sql::{Expr, Select};

/// Rows are gathered to frames of about this size.
const FRAME: usize = 64 * 1024;

/// What the request asks for, besides the statement.
struct Wanted {
    json: bool,
    /// One JSON document instead of one in each line.
    document: bool,
    dialect: Dialect,
    header: Header,
    /// First and last line.
    lines: Option<(u64, u64)>,
    record_out: String,
    field_out: String,
    keep_columns: bool,
    raw: bool,
    with_crc: bool,
    header_out: bool,
    skippable: u64,
    /// Records with too few columns are skipped, too.
    skip_partial: bool,
    gzip: bool,
    numbers_as_texts: bool,
    /// First and last byte where records may begin.
    bytes: Option<(u64, u64)>,
}

#[derive(PartialEq)]
enum Header {
    None,
    Ignore,
    Use,
}

fn decoded(node: Option<&Node>, name: &str) -> Result<Option<String>> {
    let Some(text) = node
        .and_then(|node| node.get(name))
        .filter(|text| !text.is_empty())
    else {
        return Ok(None);
    };
    let bytes = crate::unbase64(text)
        .ok_or_else(|| ApiError::malformed_xml(format!("{name} is not base64")))?;
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn flag(node: Option<&Node>, name: &str) -> bool {
    node.and_then(|node| node.get(name))
        .is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn dialect(csv: Option<&Node>) -> Result<Dialect> {
    let mut dialect = Dialect::default();
    if let Some(record) = decoded(csv, "RecordDelimiter")? {
        dialect.record = record.into_bytes();
    }
    if let Some(field) = decoded(csv, "FieldDelimiter")? {
        dialect.field = field.into_bytes();
    }
    let one = |name: &str| match decoded(csv, name)? {
        Some(text) if text.len() != 1 => Err(ApiError::argument(
            name,
            text,
            format!("{name} is one character."),
        )),
        text => Ok(text.and_then(|text| text.bytes().next())),
    };
    let breaks = csv.and_then(|csv| csv.get("AllowQuotedRecordDelimiter"));
    dialect.quoted_breaks = !breaks.is_some_and(|text| text.eq_ignore_ascii_case("false"));
    dialect.quote = one("QuoteCharacter")?.unwrap_or(dialect.quote);
    dialect.comment = one("CommentCharacter")?.or(dialect.comment);
    Ok(dialect)
}

/// Whether the object is a gzip file.
fn compression(input: Option<&Node>) -> Result<bool> {
    match input
        .and_then(|node| node.get("CompressionType"))
        .unwrap_or_default()
    {
        kind if kind.is_empty() || kind.eq_ignore_ascii_case("none") => Ok(false),
        kind if kind.eq_ignore_ascii_case("gzip") => Ok(true),
        other => Err(ApiError::argument(
            "CompressionType",
            other,
            "CompressionType is one of None, GZIP.",
        )),
    }
}

impl Wanted {
    fn new(json: bool, root: &Node) -> Result<Wanted> {
        let input = root.child("InputSerialization");
        let output = root.child("OutputSerialization");
        let csv = input.and_then(|node| node.child("CSV"));
        let of_json = input.and_then(|node| node.child("JSON"));
        let gzip = compression(input)?;
        let header = match csv
            .and_then(|csv| csv.get("FileHeaderInfo"))
            .unwrap_or("None")
            .to_ascii_lowercase()
            .as_str()
        {
            "use" => Header::Use,
            "ignore" => Header::Ignore,
            "none" | "" => Header::None,
            other => {
                return Err(ApiError::malformed_xml(format!(
                    "FileHeaderInfo is {other}"
                )));
            }
        };
        let range = csv
            .or(of_json)
            .and_then(|node| node.get("Range"))
            .and_then(|text| text.strip_prefix("line-range="));
        let number = |text: &str, default| {
            if text.is_empty() {
                Some(default)
            } else {
                text.parse().ok()
            }
        };
        let lines = range
            .and_then(|text| text.split_once('-'))
            .and_then(|(first, last)| Some((number(first, 0)?, number(last, u64::MAX)?)));
        let kind = if json { "JSON" } else { "CSV" };
        let out = output.and_then(|node| node.child(kind));
        let dialect = dialect(csv)?;
        // What is not said about the output is as in the input, where that is a CSV, too.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Wanted {
            json,
            document: of_json
                .and_then(|node| node.get("Type"))
                .is_some_and(|kind| kind.eq_ignore_ascii_case("document")),
            header,
            lines,
            record_out: decoded(out, "RecordDelimiter")?.unwrap_or_else(|| text(&dialect.record)),
            field_out: decoded(out, "FieldDelimiter")?.unwrap_or_else(|| text(&dialect.field)),
            dialect,
            keep_columns: flag(output, "KeepAllColumns"),
            raw: flag(output, "OutputRawData"),
            with_crc: flag(output, "EnablePayloadCrc"),
            header_out: flag(output, "OutputHeader"),
            skippable: root
                .child("Options")
                .and_then(|node| node.get("MaxSkippedRecordsAllowed"))
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            skip_partial: flag(root.child("Options"), "SkipPartialDataRecord"),
            gzip,
            numbers_as_texts: flag(of_json, "ParseJsonNumberAsString"),
            bytes: None,
        })
    }

    fn has_line(&self, line: u64) -> bool {
        self.lines
            .is_none_or(|(first, last)| (first..=last).contains(&line))
    }

    /// Lines that are asked for by their numbers are there.
    fn check_lines(&self, bytes: &[u8]) -> Result<()> {
        let Some((first, last)) = self.lines else {
            return Ok(());
        };
        let count = if self.json {
            Documents::new(bytes).count() as u64
        } else {
            let mut records = Records::new(bytes, &self.dialect);
            records.by_ref().for_each(drop);
            records.lines
        };
        if first < count && first <= last {
            return Ok(());
        }
        Err(ApiError::new(
            416,
            "InvalidRange",
            "The requested range cannot be satisfied",
        )
        .detail("LineCount", count.to_string()))
    }

    fn csv_line<'a>(&self, fields: impl Iterator<Item = &'a str>) -> String {
        let quote = char::from(self.dialect.quote);
        let special = |text: &str| {
            text.contains(&self.field_out)
                || text.contains(&self.record_out)
                || text.contains(quote)
        };
        let fields: Vec<String> = fields
            .map(|text| {
                if special(text) {
                    let doubled = String::from_iter([quote, quote]);
                    format!("{quote}{}{quote}", text.replace(quote, &doubled))
                } else {
                    text.to_owned()
                }
            })
            .collect();
        fields.join(&self.field_out) + &self.record_out
    }
}

fn process_is_json(exchange: &Exchange) -> bool {
    exchange
        .query("x-oss-process")
        .is_some_and(|process| process.starts_with("json"))
}

/// The object's bytes, if it can be read.
fn content(exchange: &Exchange) -> Result<Vec<u8>> {
    let (version, _) = super::object::named(exchange)?;
    let frozen = exchange
        .bucket()?
        .lock()
        .is_frozen(&version, exchange.now_ms);
    if frozen {
        return Err(ApiError::new(
            403,
            "InvalidObjectState",
            "The operation is not valid for the object's state.",
        )
        .detail("ObjectName", &exchange.key));
    }
    if version.size > input::LARGEST {
        return Err(too_large());
    }
    Ok(version.body.read_all()?)
}

fn too_large() -> ApiError {
    let message = "This server selects from objects that have at most 1 GiB, unpacked.";
    ApiError::new(400, "EntityTooLarge", message)
}

pub async fn select(exchange: &mut Exchange) -> Result<Answer> {
    let root = super::configs::read_root(&exchange.read_all(256 * 1024).await?, "SelectRequest")?;
    let mut wanted = Wanted::new(process_is_json(exchange), &root)?;
    let range = exchange.head.header("range");
    wanted.bytes = range
        .as_deref()
        .and_then(|range| range.strip_prefix("bytes=")?.split_once('-'))
        .and_then(|(first, last)| Some((first.parse().ok()?, last.parse().unwrap_or(u64::MAX))));
    let statement = decoded(Some(&root), "Expression")?
        .ok_or_else(|| ApiError::malformed_xml("Expression is missing"))?;
    let invalid = |message: String| {
        ApiError::new(400, "InvalidSqlParameter", message).detail("SQL", &statement)
    };
    let select = sql::parse(&statement).map_err(invalid)?;
    let aggregates = aggregates(&select).map_err(invalid)?;
    let mut bytes = content(exchange)?;
    let stored = (bytes.len() as u64).to_be_bytes();
    if wanted.gzip {
        let unreadable = |error: std::io::Error| {
            ApiError::new(
                400,
                "InvalidCompressionFormat",
                "The object is not a gzip file.",
            )
            .detail("ErrorDetail", error.to_string())
        };
        let unpacked = input::gunzip(&bytes).map_err(unreadable)?;
        bytes = unpacked.ok_or_else(too_large)?;
    }
    if wanted.json
        && wanted.document
        && let Some(Err(error)) = Documents::new(&bytes).next()
    {
        return Err(
            ApiError::new(400, "InvalidJsonFile", "The object is not a JSON document.")
                .detail("ErrorDetail", error),
        );
    }
    if wanted.json && wanted.numbers_as_texts {
        bytes = input::numbers_as_texts(&bytes);
    }
    wanted.check_lines(&bytes)?;
    let mut run = Run {
        wanted: &wanted,
        select: &select,
        aggregates,
        out: Vec::new(),
        rows: Vec::new(),
        scanned: 0,
        matched: 0,
        skipped: 0,
    };
    let outcome = if wanted.json {
        run.json(&bytes)
    } else {
        run.csv(&bytes)
    };
    let outcome = outcome.and_then(|()| run.finish());
    run.flush();
    let status = match outcome {
        Ok(()) => (200, String::new()),
        Err(message) => {
            let code = if wanted.json {
                "InvalidJsonLine"
            } else {
                "InvalidCsvLine"
            };
            (400, format!("{code}.{message}"))
        }
    };
    let mut out = run.out;
    if !wanted.raw {
        let mut payload = [stored, stored].concat();
        payload.extend_from_slice(&u32::to_be_bytes(status.0));
        payload.extend_from_slice(status.1.as_bytes());
        frame(&mut out, END, &payload, wanted.with_crc);
    }
    Ok(Answer::new(206)
        .header("content-type", "application/octet-stream")
        .header("x-oss-select-output-raw", wanted.raw.to_string())
        .bytes(out))
}

/// Either all columns are aggregates or none is.
fn aggregates(select: &Select) -> std::result::Result<Vec<Running>, String> {
    let running: Vec<Running> = select
        .columns
        .iter()
        .filter_map(|(expr, _)| match expr {
            Expr::Aggregate(kind, inner) => Some(Running::new(*kind, inner.as_deref().cloned())),
            _ => None,
        })
        .collect();
    if running.is_empty() || running.len() == select.columns.len() {
        Ok(running)
    } else {
        Err("aggregates and columns cannot be mixed".to_owned())
    }
}

struct Run<'a> {
    wanted: &'a Wanted,
    select: &'a Select,
    aggregates: Vec<Running>,
    out: Vec<u8>,
    /// Rows that wait for their frame.
    rows: Vec<u8>,
    scanned: u64,
    matched: u64,
    skipped: u64,
}

impl Run<'_> {
    fn is_done(&self) -> bool {
        self.select.limit.is_some_and(|limit| self.matched >= limit) && self.aggregates.is_empty()
    }

    fn flush(&mut self) {
        if self.rows.is_empty() {
            return;
        }
        let rows = std::mem::take(&mut self.rows);
        if self.wanted.raw {
            self.out.extend_from_slice(&rows);
            return;
        }
        let mut payload = self.scanned.to_be_bytes().to_vec();
        payload.extend_from_slice(&rows);
        frame(&mut self.out, DATA, &payload, self.wanted.with_crc);
    }

    fn emit(&mut self, text: &str) {
        self.rows.extend_from_slice(text.as_bytes());
        if self.rows.len() >= FRAME {
            self.flush();
        }
    }

    /// One row: filtered, counted or written. A row that cannot be computed may be skipped so many times.
    fn row(
        &mut self,
        row: &dyn Row,
        write: impl FnOnce(&mut Self, &dyn Row) -> std::result::Result<(), String>,
    ) -> std::result::Result<(), String> {
        let attempt = || {
            if !passes(self.select.filter.as_ref(), row)? {
                return Ok(());
            }
            self.matched += 1;
            if self.aggregates.is_empty() {
                return write(self, row);
            }
            self.aggregates
                .iter_mut()
                .try_for_each(|running| running.add(row))
        };
        match attempt() {
            Err(message) => self.skip(message),
            Ok(()) => Ok(()),
        }
    }

    /// So many records that cannot be used are left out; then it is over.
    fn skip(&mut self, message: String) -> std::result::Result<(), String> {
        if self.skipped >= self.wanted.skippable {
            return Err(message);
        }
        self.skipped += 1;
        Ok(())
    }

    /// Whether a record lacks columns: some of the header, or one that is selected by its number.
    fn is_partial(&self, fields: &[String], names: &[String]) -> bool {
        let number = |name: &str| name.strip_prefix('_')?.parse::<usize>().ok();
        let wanted = self
            .select
            .columns
            .iter()
            .filter_map(|(expr, _)| match expr {
                Expr::Column(path) => match path.as_slice() {
                    [sql::Step::Name(name)] => number(name),
                    _ => None,
                },
                _ => None,
            });
        fields.len() < wanted.max().unwrap_or(0).max(names.len())
    }

    fn csv(&mut self, bytes: &[u8]) -> std::result::Result<(), String> {
        let (wanted, select) = (self.wanted, self.select);
        let mut records = Records::new(bytes, &wanted.dialect);
        let mut names = Vec::new();
        if wanted.header != Header::None
            && let Some(header) = records.next()
        {
            self.scanned = header.end as u64;
            if wanted.header == Header::Use {
                names = header.fields;
            }
        }
        if wanted.header_out {
            let line = if select.columns.is_empty() {
                wanted.csv_line(names.iter().map(String::as_str))
            } else {
                wanted.csv_line(select.columns.iter().map(|(_, name)| name.as_str()))
            };
            self.emit(&line);
        }
        for record in records {
            let fields = record.fields;
            let begin = std::mem::replace(&mut self.scanned, record.end as u64);
            let inside = wanted
                .bytes
                .is_none_or(|(first, last)| (first..=last).contains(&begin));
            if !wanted.has_line(record.line) || !inside {
                continue;
            }
            if record.broken {
                self.skip("a column goes on after its quotes".to_owned())?;
                continue;
            }
            if wanted.skip_partial && self.is_partial(&fields, &names) {
                self.skip("a record has too few columns".to_owned())?;
                continue;
            }
            let row = CsvRow {
                fields: &fields,
                names: &names,
            };
            self.row(&row, |run, row| {
                let mut values = Vec::new();
                for (expr, _) in &select.columns {
                    values.push(eval(expr, row)?.to_text());
                }
                let line = if select.columns.is_empty() {
                    wanted.csv_line(fields.iter().map(String::as_str))
                } else if wanted.keep_columns {
                    // Columns that were not asked for stay, but empty.
                    let asked = |index: usize| {
                        select.columns.iter().any(|(_, name)| {
                            names
                                .get(index)
                                .is_some_and(|known| known.eq_ignore_ascii_case(name))
                                || *name == format!("_{}", index + 1)
                        })
                    };
                    wanted.csv_line(
                        fields
                            .iter()
                            .enumerate()
                            .map(|(index, field)| if asked(index) { field.as_str() } else { "" }),
                    )
                } else {
                    wanted.csv_line(values.iter().map(String::as_str))
                };
                run.emit(&line);
                Ok(())
            })?;
            if self.is_done() {
                break;
            }
        }
        Ok(())
    }

    fn json(&mut self, bytes: &[u8]) -> std::result::Result<(), String> {
        let (wanted, select) = (self.wanted, self.select);
        for (line, document) in (0..).zip(Documents::new(bytes)) {
            let (document, at) = document?;
            self.scanned = at as u64;
            if !wanted.document && !wanted.has_line(line) {
                continue;
            }
            for place in reach(&document, &select.from) {
                self.row(&JsonRow(place), |run, row| {
                    let out = if select.columns.is_empty() {
                        place.clone()
                    } else {
                        let mut map = Map::new();
                        for (expr, name) in &select.columns {
                            // What is only handed on stays as it is.
                            let as_it_is = match expr {
                                Expr::Column(path) => reach(place, path).first().copied().cloned(),
                                _ => None,
                            };
                            let value = match as_it_is {
                                Some(json) => json,
                                None => eval(expr, row)?.to_json(),
                            };
                            if !value.is_null() {
                                map.insert(name.clone(), value);
                            }
                        }
                        Json::Object(map)
                    };
                    let mut out = out.to_string();
                    if wanted.numbers_as_texts {
                        out = input::texts_as_numbers(&out);
                    }
                    run.emit(&(out + &wanted.record_out));
                    Ok(())
                })?;
                if self.is_done() {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// The one row of aggregates.
    fn finish(&mut self) -> std::result::Result<(), String> {
        if self.aggregates.is_empty() {
            return Ok(());
        }
        let values: Vec<Value> = self.aggregates.iter().map(Running::result).collect();
        let text = if self.wanted.json {
            let map: Map<String, Json> = self
                .select
                .columns
                .iter()
                .zip(&values)
                .map(|((_, name), value)| (name.clone(), value.to_json()))
                .collect();
            format!("{}{}", Json::Object(map), self.wanted.record_out)
        } else {
            let texts: Vec<String> = values.iter().map(Value::to_text).collect();
            self.wanted.csv_line(texts.iter().map(String::as_str))
        };
        self.emit(&text);
        Ok(())
    }
}
