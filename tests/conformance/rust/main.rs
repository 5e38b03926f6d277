//! The Rust runner of the conformance scenarios: reads commands, carries them out with the crate, prints what came of it.
//! See ../README.md.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::io::{self, BufRead, Read, Write};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use alioss::{
    Anonymous, Body, Bucket, Callback, Cancel, Config, Credentials, Environment, Error, Kind,
    ListBuckets, ListObjectsV2, ListedBucket, ListedObject, ObjectSummary, Options, Range,
    Response, Service, Session, SignatureVersion, Static, TlsVersion,
};

/// Why a command has no result.
enum Refusal {
    Unsupported,
    Unrepresentable,
}

use Refusal::{Unrepresentable, Unsupported};

type Words = Vec<String>;

fn word(words: &[String], index: usize) -> Result<&str, Refusal> {
    words.get(index).map(String::as_str).ok_or(Unsupported)
}

/// A number of the type that the API wants.
fn number<T: FromStr>(words: &[String], index: usize) -> Result<T, Refusal> {
    word(words, index)?.parse().map_err(|_| Unrepresentable)
}

fn milliseconds(words: &[String], index: usize) -> Result<Duration, Refusal> {
    number(words, index).map(Duration::from_millis)
}

fn decode(word: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
        } else if let (Some(high), Some(low)) = (rest.next(), rest.next()) {
            let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
            bytes.push(16 * digit(high) + digit(low));
        }
    }
    String::from_utf8(bytes).expect("words are UTF-8")
}

/// The fields of a result.
#[derive(Default)]
struct Fields(String);

impl Fields {
    fn bytes(&mut self, name: &str, value: &[u8]) {
        let _ = write!(self.0, " {name}=");
        for &byte in value {
            if byte.is_ascii_graphic() && byte != b'%' {
                self.0.push(char::from(byte));
            } else {
                let _ = write!(self.0, "%{byte:02X}");
            }
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.bytes(name, value.as_bytes());
        }
    }

    fn number(&mut self, name: &str, value: impl ToString) {
        self.text(name, &value.to_string());
    }
}

/// What a scenario has prepared.
#[derive(Default)]
struct Stage {
    options: Vec<Words>,
    inputs: Vec<Words>,
    sessions: HashMap<String, Session>,
    buckets: HashMap<String, Bucket>,
    services: HashMap<String, Service>,
}

impl Stage {
    fn obey(&mut self, words: Words) -> Result<String, Refusal> {
        let ok = Ok("ok".to_owned());
        match word(&words, 0)? {
            "hello" => Ok("ok 1 rust".to_owned()),
            "scenario" => {
                *self = Stage::default();
                ok
            }
            "env" => {
                let name = word(&words, 1)?;
                // SAFETY: all threads of earlier commands have ended.
                unsafe {
                    match words.get(2) {
                        Some(value) => std::env::set_var(name, value),
                        None => std::env::remove_var(name),
                    }
                }
                ok
            }
            "config" => {
                self.options.clear();
                ok
            }
            "option" => {
                // Whether it can be said at all shows at once.
                self.apply(&mut Config::new(), &words)?;
                self.options.push(words);
                ok
            }
            "session" | "bucket" | "service" => self.open(&words),
            "free" => {
                let name = word(&words, 1)?;
                let freed = [
                    self.sessions.remove(name).is_some(),
                    self.buckets.remove(name).is_some(),
                    self.services.remove(name).is_some(),
                ];
                if freed.contains(&true) {
                    ok
                } else {
                    Err(Unsupported)
                }
            }
            "header" | "query" | "range" | "timeout_ms" | "cancel_after_ms" | "progress"
            | "progress_stop" | "want" | "error_detail" => {
                self.inputs.push(words);
                ok
            }
            "threads" => {
                let answer = self.threads(&words);
                self.inputs.clear();
                answer
            }
            _ => {
                let answer = self.perform(&words).map(|outcome| outcome.print());
                self.inputs.clear();
                answer
            }
        }
    }

    fn config(&self) -> Result<Config, Refusal> {
        let mut config = Config::new();
        for words in &self.options {
            self.apply(&mut config, words)?;
        }
        Ok(config)
    }

    fn apply(&self, config: &mut Config, words: &[String]) -> Result<(), Refusal> {
        let value = word(words, 2)?;
        let on = value != "0";
        match word(words, 1)? {
            "endpoint" => config.endpoint(value),
            "region" => config.region(value),
            "cloudbox_id" => config.cloudbox_id(value),
            "ca_file" => config.ca_file(value),
            "ca_pem" => config.ca_pem(value.as_bytes()),
            "proxy" => config.proxy(value),
            "app_name" => config.app_name(value),
            "signature_version" => config.signature_version(match value {
                "4" => SignatureVersion::V4,
                "1" => SignatureVersion::V1,
                _ => return Err(Unrepresentable),
            }),
            "cname" => config.is_cname(on),
            "path_style" => config.path_style(on),
            "internal_endpoint" => config.internal_endpoint(on),
            "accelerate_endpoint" => config.accelerate_endpoint(on),
            "dual_stack" => config.dual_stack(on),
            "insecure_skip_verify" => config.insecure_skip_verify(on),
            "proxy_from_env" => config.proxy_from_env(on),
            "crc64" => config.crc64(on),
            "clock_skew_correction" => config.clock_skew_correction(on),
            "pool_size" => config.pool_size(number(words, 2)?),
            "retry" => config.retry(number(words, 2)?),
            "traffic_limit" => config.traffic_limit(number(words, 2)?),
            "connect_timeout_ms" => config.connect_timeout(milliseconds(words, 2)?),
            "read_timeout_ms" => config.read_timeout(milliseconds(words, 2)?),
            "total_timeout_ms" => config.total_timeout(milliseconds(words, 2)?),
            "tls_versions" => {
                let version = |text: &str| match text {
                    "1.2" => Ok(TlsVersion::V1_2),
                    "1.3" => Ok(TlsVersion::V1_3),
                    _ => Err(Unrepresentable),
                };
                config.tls_versions(version(value)?, version(word(words, 3)?)?)
            }
            "keys" => {
                let token = words.get(4).map(String::as_str);
                config.keys(value, word(words, 3)?, token)
            }
            "credentials" => return credentials(config, words),
            "session" => config.session(self.sessions.get(value).ok_or(Unsupported)?),
            "additional_signed_header" => config.additional_signed_header(value),
            "user_header" => config.user_header(value, word(words, 3)?),
            "resolve" => config.resolve(value, word(words, 3)?),
            _ => return Err(Unsupported),
        };
        Ok(())
    }

    fn open(&mut self, words: &[String]) -> Result<String, Refusal> {
        let (kind, name) = (word(words, 0)?, word(words, 1)?.to_owned());
        let config = self.config()?;
        self.sessions.remove(&name);
        self.buckets.remove(&name);
        self.services.remove(&name);
        let opened = match kind {
            "session" => Session::new(&config).map(|made| {
                self.sessions.insert(name, made);
            }),
            "bucket" => Bucket::new(&config, word(words, 2)?).map(|made| {
                self.buckets.insert(name, made);
            }),
            _ => Service::new(&config).map(|made| {
                self.services.insert(name, made);
            }),
        };
        let mut fields = Fields::default();
        fields.number("opened", i32::from(opened.is_ok()));
        if let Err(error) = opened {
            fields.text("error", &error.to_string());
        }
        Ok(format!("result{}", fields.0))
    }

    /// Carries out one operation with the inputs given.
    fn perform(&self, words: &[String]) -> Result<Outcome, Refusal> {
        let mut outcome = Outcome {
            fnv: 14_695_981_039_346_656_037,
            ..Outcome::default()
        };
        let cancel = Cancel::new();
        let mut options = Options::new().cancel(&cancel);
        let mut cancel_after = None;
        let report = Mutex::new(None);
        let mut stop_at = None;
        for input in &self.inputs {
            let first = || word(input, 1);
            options = match word(input, 0)? {
                "header" => options.header(first()?, word(input, 2)?),
                "query" => options.query(first()?, input.get(2).map(String::as_str)),
                "range" => {
                    let (first, last): (i64, i64) = (number(input, 1)?, number(input, 2)?);
                    options.range(match (u64::try_from(first), u64::try_from(last)) {
                        (Ok(first), Ok(last)) => Range::Bytes(first, last),
                        (Ok(first), Err(_)) => Range::From(first),
                        (Err(_), _) => Range::Last(first.unsigned_abs()),
                    })
                }
                "timeout_ms" => options.timeout(milliseconds(input, 1)?),
                "cancel_after_ms" => {
                    cancel_after = Some(milliseconds(input, 1)?);
                    options
                }
                "progress_stop" => {
                    stop_at = Some(number::<u64>(input, 1)?);
                    options
                }
                "want" => {
                    outcome.wanted.push(first()?.to_owned());
                    options
                }
                "error_detail" => {
                    outcome.details.push(first()?.to_owned());
                    options
                }
                _ => options,
            };
        }
        let progress = |done: u64, total: Option<u64>| {
            *report.lock().unwrap() = Some((done, total));
            stop_at.is_none_or(|limit| done < limit)
        };
        let asks_for_progress = |input: &Words| input[0].starts_with("progress");
        if self.inputs.iter().any(asks_for_progress) {
            options = options.progress(&progress);
        }
        match cancel_after {
            Some(Duration::ZERO) => cancel.cancel(),
            Some(pause) => {
                let cancel = cancel.clone();
                std::thread::spawn(move || {
                    std::thread::sleep(pause);
                    cancel.cancel();
                });
            }
            None => {}
        }
        if let Err(error) = self.operate(words, &options, &mut outcome)? {
            outcome.error = Some(error);
        }
        drop(options);
        outcome.progress = report.into_inner().unwrap();
        Ok(outcome)
    }

    fn operate(
        &self,
        words: &[String],
        options: &Options<'_>,
        outcome: &mut Outcome,
    ) -> Result<alioss::Result<()>, Refusal> {
        let handle = word(words, 1)?;
        let argument = |index| word(words, index);
        let name = argument(0)?;
        if let "list_buckets" | "service_invoke" = name {
            let service = self.services.get(handle).ok_or(Unsupported)?;
            return Ok(match name {
                "list_buckets" => {
                    let list = ListBuckets {
                        prefix: argument(2)?.to_owned(),
                        ..ListBuckets::default()
                    };
                    outcome.list(service.list_buckets(list, options), bucket_entry)
                }
                _ => {
                    let body = body(argument(3)?)?;
                    let response = service.invoke(argument(2)?, &body, options);
                    outcome.collected(response)
                }
            });
        }
        let bucket = self.buckets.get(handle).ok_or(Unsupported)?;
        Ok(match name {
            "put_object" => {
                let body = body(argument(3)?)?;
                outcome.answered(bucket.put_object(argument(2)?, &body, options))
            }
            "put_object_file" => {
                outcome.answered(bucket.put_object_file(argument(2)?, argument(3)?, options))
            }
            "put_object_stream" => {
                let mut reader = source(argument(4)?)?;
                let length: i64 = number(words, 3)?;
                let length = match u64::try_from(length) {
                    Ok(length) => Some(length),
                    Err(_) if length == -1 => None,
                    Err(_) => return Err(Unrepresentable),
                };
                let body = Body::Stream {
                    reader: &mut reader,
                    length,
                };
                outcome.answered(bucket.put_object(argument(2)?, body, options))
            }
            "get_object" => outcome.read(bucket, argument(2)?, options, u64::MAX),
            "get_object_part" => outcome.read(bucket, argument(2)?, options, number(words, 3)?),
            "get_object_to_buffer" => {
                let mut buffer = vec![0; number(words, 3)?];
                let got = bucket.get_object_to_buffer(argument(2)?, &mut buffer, options);
                got.map(|(response, length)| {
                    outcome.response = Some(response);
                    outcome.receive(&buffer[..length]);
                })
            }
            "get_object_to_file" => {
                outcome.answered(bucket.get_object_to_file(argument(2)?, argument(3)?, options))
            }
            "get_object_to_stream" => {
                let stop = match words.get(3) {
                    Some(_) => Some(number(words, 3)?),
                    None => None,
                };
                let mut receiver = Receiver { outcome, stop };
                let got = bucket.get_object_to_writer(argument(2)?, &mut receiver, options);
                got.map(|response| {
                    outcome.response = Some(response);
                    outcome.receive(&[]);
                })
            }
            "head_object" => outcome.answered(bucket.head_object(argument(2)?, options)),
            "get_object_meta" => outcome.answered(bucket.get_object_meta(argument(2)?, options)),
            "delete_object" => outcome.answered(bucket.delete_object(argument(2)?, options)),
            "put_bucket" => outcome.answered(bucket.put_bucket(options)),
            "delete_bucket" => outcome.answered(bucket.delete_bucket(options)),
            "list_objects_v2" => {
                let list = ListObjectsV2 {
                    prefix: argument(2)?.to_owned(),
                    delimiter: argument(3)?.to_owned(),
                    ..ListObjectsV2::default()
                };
                outcome.list(bucket.list_objects_v2(list, options), object_entry)
            }
            "invoke" => {
                let key = Some(argument(3)?).filter(|key| !key.is_empty());
                let body = body(argument(4)?)?;
                outcome.collected(bucket.invoke(argument(2)?, key, &body, options))
            }
            _ => return Err(Unsupported),
        })
    }

    fn threads(&self, words: &[String]) -> Result<String, Refusal> {
        let (count, times): (usize, usize) = (number(words, 1)?, number(words, 2)?);
        let operation = words.get(3..).ok_or(Unsupported)?;
        let start = Barrier::new(count);
        let outcomes: Vec<Result<Outcome, Refusal>> = std::thread::scope(|scope| {
            let work = || {
                start.wait();
                (0..times)
                    .map(|_| self.perform(operation))
                    .collect::<Vec<_>>()
            };
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("a thread panicked"))
                .collect()
        });
        let (mut counts, mut bytes, mut failed) = (BTreeMap::new(), 0, None);
        for outcome in outcomes {
            let outcome = outcome?;
            *counts.entry(outcome.status()).or_insert(0) += 1;
            bytes += outcome.bytes;
            failed = outcome.error.or(failed);
        }
        let mut fields = Fields::default();
        fields.text("status", status(failed.as_ref()));
        if let Some(error) = failed {
            fields.text("error", &error.to_string());
        }
        fields.number("bytes", bytes);
        for (status, count) in counts {
            fields.number(&format!("count.{status}"), count);
        }
        Ok(format!("result{}", fields.0))
    }
}

fn credentials(config: &mut Config, words: &[String]) -> Result<(), Refusal> {
    let keys = |first: usize| -> Result<Credentials, Refusal> {
        let token = words.get(first + 2).cloned();
        Ok(Credentials::new(
            word(words, first)?,
            word(words, first + 1)?,
            token,
        ))
    };
    match word(words, 2)? {
        "environment" => config.credentials(Arc::new(Environment)),
        "anonymous" => config.credentials(Arc::new(Anonymous)),
        "static" => match Static::new(keys(3)?) {
            Ok(keys) => config.credentials(Arc::new(keys)),
            // `Config::keys` checks the same and remembers what is wrong.
            Err(_) => config.keys(word(words, 3)?, word(words, 4)?, None),
        },
        "callback" => {
            let keys = keys(3)?;
            config.credentials(Arc::new(Callback(move || Ok(keys.clone()))))
        }
        "callback-fails" => config.credentials(Arc::new(Callback(|| {
            Err(Error::new(
                Kind::Credentials,
                "the credentials callback failed with 1",
            ))
        }))),
        "callback-alternates" => {
            let second = Credentials::new(word(words, 5)?, word(words, 6)?, None);
            let pair = [
                Credentials::new(word(words, 3)?, word(words, 4)?, None),
                second,
            ];
            let calls = AtomicUsize::new(0);
            config.credentials(Arc::new(Callback(move || {
                let call = calls.fetch_add(1, Ordering::Relaxed);
                Ok(pair[call % 2].clone())
            })))
        }
        _ => return Err(Unsupported),
    };
    Ok(())
}

/// A body in memory.
fn body(name: &str) -> Result<Vec<u8>, Refusal> {
    match name.split_once(':') {
        Some(("text", text)) => Ok(text.as_bytes().to_vec()),
        Some(("pattern" | "stop", length)) => {
            let length: usize = length.parse().map_err(|_| Unsupported)?;
            Ok((0..length).map(|index| (index % 251) as u8).collect())
        }
        _ => Err(Unsupported),
    }
}

/// A body as a stream.
fn source(name: &str) -> Result<Source, Refusal> {
    Ok(Source {
        bytes: io::Cursor::new(body(name)?),
        gives_up: name.starts_with("stop:"),
    })
}

struct Source {
    bytes: io::Cursor<Vec<u8>>,
    gives_up: bool,
}

impl Read for Source {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.bytes.read(buffer)? {
            0 if self.gives_up => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                "the read callback gave up (-1)",
            ))),
            got => Ok(got),
        }
    }
}

struct Receiver<'o> {
    outcome: &'o mut Outcome,
    stop: Option<u64>,
}

impl Write for Receiver<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.outcome.receive(bytes);
        match self.stop {
            Some(stop) if self.outcome.bytes >= stop => Err(io::Error::other(Error::new(
                Kind::Cancelled,
                "the write callback gave up (1)",
            ))),
            _ => Ok(bytes.len()),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What an operation brought.
#[derive(Default)]
struct Outcome {
    error: Option<Error>,
    response: Option<Response>,
    fnv: u64,
    bytes: u64,
    start: Vec<u8>,
    has_body: bool,
    progress: Option<(u64, Option<u64>)>,
    entries: Fields,
    wanted: Vec<String>,
    details: Vec<String>,
}

impl Outcome {
    fn receive(&mut self, bytes: &[u8]) {
        self.has_body = true;
        for &byte in bytes {
            self.fnv = (self.fnv ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
        }
        self.bytes += bytes.len() as u64;
        if self.bytes <= 1000 {
            self.start.extend_from_slice(bytes);
        }
    }

    fn answered(&mut self, result: alioss::Result<Response>) -> alioss::Result<()> {
        self.response = Some(result?);
        Ok(())
    }

    fn collected(&mut self, result: alioss::Result<Response>) -> alioss::Result<()> {
        let response = result?;
        self.receive(response.body());
        self.response = Some(response);
        Ok(())
    }

    fn read(
        &mut self,
        bucket: &Bucket,
        key: &str,
        options: &Options<'_>,
        enough: u64,
    ) -> alioss::Result<()> {
        let mut object = bucket.get_object(key, options)?;
        self.response = Some(object.response().clone());
        let mut buffer = vec![0; 64 * 1024];
        while self.bytes < enough {
            match object.read(&mut buffer)? {
                0 => break,
                got => self.receive(&buffer[..got]),
            }
        }
        self.receive(&[]);
        Ok(())
    }

    fn list<T>(
        &mut self,
        entries: impl Iterator<Item = alioss::Result<T>>,
        print: impl Fn(&mut Fields, T),
    ) -> alioss::Result<()> {
        for entry in entries {
            print(&mut self.entries, entry?);
        }
        Ok(())
    }

    fn status(&self) -> &'static str {
        status(self.error.as_ref())
    }

    fn print(self) -> String {
        let mut fields = Fields::default();
        fields.text("status", self.status());
        match (&self.error, &self.response) {
            (Some(error), _) => {
                fields.text("error", &error.to_string());
                fields.text("request_id", error.request_id());
                fields.text("code", error.code());
                if error.http_status() != 0 {
                    fields.number("http_status", error.http_status());
                }
                if let Some(service) = error.service() {
                    fields.text("message", &service.message);
                    fields.text("host_id", &service.host_id);
                    fields.text("ec", &service.ec);
                    for wanted in &self.details {
                        let detail = service.details.iter().find(|(name, _)| name == wanted);
                        let text = detail.map_or("", |(_, text)| text);
                        fields.text(&format!("error_detail.{wanted}"), text);
                    }
                }
                fields.number("retryable", i32::from(error.is_retryable()));
                if error.attempts() > 0 {
                    fields.number("attempts", error.attempts());
                }
            }
            (None, Some(response)) => {
                fields.number("http_status", response.status());
                fields.text("request_id", response.request_id());
                fields.text("etag", response.etag().unwrap_or_default());
                fields.text("version_id", response.version_id().unwrap_or_default());
                if let Some(crc64) = response.crc64() {
                    fields.number("crc64", crc64);
                }
                if let Some(length) = response.content_length() {
                    fields.number("content_length", length);
                }
                if let Some(time) = response.last_modified() {
                    fields.number("last_modified", time.0);
                }
                for name in &self.wanted {
                    let value = response.header(name).unwrap_or_default();
                    fields.text(&format!("header.{name}"), value);
                }
            }
            (None, None) => {}
        }
        if self.has_body {
            fields.number("bytes", self.bytes);
            fields.text("fnv", &format!("{:016x}", self.fnv));
            if self.bytes <= 1000 {
                fields.bytes("body", &self.start);
            }
        }
        if let Some((done, total)) = self.progress {
            let total = total.map_or("-1".to_owned(), |total| total.to_string());
            fields.text("progress", &format!("{done}/{total}"));
        }
        format!("result{}{}", fields.0, self.entries.0)
    }
}

fn object_entry(fields: &mut Fields, entry: ListedObject) {
    let object: ObjectSummary = match entry {
        ListedObject::CommonPrefix(prefix) => {
            return fields.text("entry", &format!("prefix,-1,{prefix}"));
        }
        ListedObject::Object(object) => object,
    };
    fields.text("entry", &format!("object,{},{}", object.size, object.key));
    if let Some(time) = object.last_modified {
        fields.number("entry.time", time.0);
    }
    fields.text("entry.etag", &object.etag);
    fields.text("entry.storage_class", &object.storage_class);
    fields.text("entry.object_type", &object.object_type);
    fields.text("entry.restore_info", &object.restore_info);
    fields.text("entry.owner_id", &object.owner_id);
    fields.text("entry.owner_name", &object.owner_name);
}

fn bucket_entry(fields: &mut Fields, bucket: ListedBucket) {
    fields.text("entry", &format!("bucket,-1,{}", bucket.name));
    if let Some(time) = bucket.creation_date {
        fields.number("entry.time", time.0);
    }
    fields.text("entry.storage_class", &bucket.storage_class);
    fields.text("entry.region", &bucket.region);
    fields.text("entry.location", &bucket.location);
    fields.text("entry.extranet_endpoint", &bucket.extranet_endpoint);
    fields.text("entry.intranet_endpoint", &bucket.intranet_endpoint);
}

/// The name that the C API has for it.
fn status(error: Option<&Error>) -> &'static str {
    let Some(error) = error else { return "OSS_OK" };
    match error.kind() {
        Kind::InvalidArgument => "OSS_INVALID_ARGUMENT",
        Kind::NotFound => "OSS_NOT_FOUND",
        Kind::Denied => "OSS_DENIED",
        Kind::Exists => "OSS_EXISTS",
        Kind::Conflict => "OSS_CONFLICT",
        Kind::PreconditionFailed => "OSS_PRECONDITION_FAILED",
        Kind::NotModified => "OSS_NOT_MODIFIED",
        Kind::BadRequest => "OSS_BAD_REQUEST",
        Kind::Throttled => "OSS_THROTTLED",
        Kind::Server => "OSS_SERVER_ERROR",
        Kind::Network => "OSS_NETWORK",
        Kind::Timeout => "OSS_TIMEOUT",
        Kind::Cancelled => "OSS_CANCELLED",
        Kind::ChecksumMismatch => "OSS_CHECKSUM_MISMATCH",
        Kind::Truncated => "OSS_TRUNCATED",
        Kind::Io => "OSS_IO",
        Kind::Busy => "OSS_BUSY",
        Kind::Unsupported => "OSS_UNSUPPORTED",
        Kind::Credentials => "OSS_CREDENTIALS",
        Kind::BadResponse => "OSS_BAD_RESPONSE",
        _ => "OSS_BUG",
    }
}

fn main() {
    let mut stage = Stage::default();
    for line in io::stdin().lock().lines() {
        let line = line.expect("the input can be read");
        let words = line.split(' ').map(decode).collect();
        let answer = stage.obey(words).unwrap_or_else(|refusal| {
            match refusal {
                Unsupported => "unsupported",
                Unrepresentable => "unrepresentable",
            }
            .to_owned()
        });
        println!("{answer}");
    }
}
