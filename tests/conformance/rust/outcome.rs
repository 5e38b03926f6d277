//! What an operation brought, and how it is printed.

use alioss::{Error, Kind, Object, OutcomeKind, PartlyDone, Prefetch, Report, Response, Select};

use crate::words::{Fields, Words};

/// What an operation brought.
#[derive(Default)]
pub struct Outcome {
    pub error: Option<Error>,
    pub response: Option<Response>,
    fnv: u64,
    pub bytes: u64,
    start: Vec<u8>,
    has_body: bool,
    pub progress: Option<(u64, Option<u64>)>,
    /// Fields that only some operations have.
    pub more: Fields,
    pub entries: Fields,
    /// Inputs that ask for parts of the answer.
    pub wanted: Vec<Words>,
    /// Whether the answer of a callback is waited for.
    pub wants_body: bool,
}

impl Outcome {
    pub fn new() -> Outcome {
        Outcome {
            fnv: 14_695_981_039_346_656_037,
            ..Outcome::default()
        }
    }

    pub fn receive(&mut self, bytes: &[u8]) {
        self.has_body = true;
        for &byte in bytes {
            self.fnv = (self.fnv ^ u64::from(byte)).wrapping_mul(1_099_511_628_211);
        }
        self.bytes += bytes.len() as u64;
        if self.bytes <= 1000 {
            self.start.extend_from_slice(bytes);
        }
    }

    /// Files an answer; its body only if that was asked for.
    pub fn answered(&mut self, result: alioss::Result<Response>) -> alioss::Result<()> {
        if self.wants_body {
            return self.collected(result);
        }
        self.response = Some(result?);
        Ok(())
    }

    /// Files an answer with its body.
    pub fn collected(&mut self, result: alioss::Result<Response>) -> alioss::Result<()> {
        let response = result?;
        self.receive(response.body());
        self.response = Some(response);
        Ok(())
    }

    /// Files whether something exists.
    pub fn told(&mut self, exists: alioss::Result<bool>) -> alioss::Result<()> {
        self.more.number("exists", u8::from(exists?));
        Ok(())
    }

    /// Files a download and reads it until `enough` bytes have come.
    pub fn open(
        &mut self,
        opened: alioss::Result<impl Readable>,
        enough: u64,
    ) -> alioss::Result<()> {
        self.read(opened?, enough)
    }

    /// Files the answer of a download and reads it until `enough` bytes have come.
    fn read(&mut self, mut from: impl Readable, enough: u64) -> alioss::Result<()> {
        self.response = Some(from.response().clone());
        let mut buffer = vec![0; 64 * 1024];
        while self.bytes < enough {
            match from.read(&mut buffer)? {
                0 => break,
                got => self.receive(&buffer[..got]),
            }
        }
        self.receive(&[]);
        Ok(())
    }

    pub fn list<T>(
        &mut self,
        entries: impl Iterator<Item = alioss::Result<T>>,
        print: impl Fn(&mut Fields, T),
    ) -> alioss::Result<()> {
        for entry in entries {
            print(&mut self.entries, entry?);
        }
        Ok(())
    }

    /// Files what became of many files, also if not all went well.
    pub fn reported(&mut self, done: Result<Report, PartlyDone>) -> alioss::Result<()> {
        let (report, ended) = match done {
            Ok(report) => (report, Ok(())),
            Err(partly) => {
                let (error, report) = partly.into_parts();
                (report, Err(error))
            }
        };
        let kinds = [
            OutcomeKind::Transferred,
            OutcomeKind::Unchanged,
            OutcomeKind::Skipped,
            OutcomeKind::Failed,
            OutcomeKind::Deleted,
        ];
        let counts = kinds.map(|kind| report.count(kind).files.to_string());
        self.entries.text("outcomes", &counts.join(","));
        for problem in report.problems() {
            let kind = match problem.kind {
                OutcomeKind::Skipped => "skipped",
                _ => "failed",
            };
            let entry = format!("{kind},{},{}", problem.size, problem.key);
            self.entries.text("entry", &entry);
            let path = problem.path.to_string_lossy();
            self.entries.text("entry.path", &path);
            self.entries
                .text("entry.status", status(problem.error.as_ref()));
            let reason = problem.error.as_ref().map(Error::to_string);
            self.entries
                .text("entry.reason", &reason.unwrap_or_default());
        }
        ended
    }

    pub fn status(&self) -> &'static str {
        status(self.error.as_ref())
    }

    pub fn print(self) -> String {
        let mut fields = Fields::default();
        fields.text("status", self.status());
        match (&self.error, &self.response) {
            (Some(error), _) => self.print_failure(error, &mut fields),
            (None, Some(response)) => self.print_answer(response, &mut fields),
            (None, None) => {}
        }
        if self.error.is_none() {
            fields.0 += &self.more.0;
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

    /// What the inputs called `kind` ask for.
    fn wanted(&self, kind: &str) -> impl Iterator<Item = &str> {
        let inputs = self.wanted.iter().filter(move |input| input[0] == kind);
        inputs.filter_map(|input| input.get(1).map(String::as_str))
    }

    fn print_failure(&self, error: &Error, fields: &mut Fields) {
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
            for wanted in self.wanted("error_detail") {
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

    fn print_answer(&self, response: &Response, fields: &mut Fields) {
        fields.number("http_status", response.status());
        fields.text("request_id", response.request_id());
        fields.text("etag", response.etag().unwrap_or_default());
        fields.text("version_id", response.version_id().unwrap_or_default());
        fields.known("crc64", response.crc64());
        fields.known("content_length", response.content_length());
        fields.known("last_modified", response.last_modified().map(|time| time.0));
        fields.known("next_append_position", response.next_append_position());
        if let Ok(Some(target)) = response.symlink_target() {
            fields.text("symlink_target", &target);
        }
        for name in self.wanted("want") {
            let value = response.header(name).unwrap_or_default();
            fields.text(&format!("header.{name}"), value);
        }
        let document = response
            .document()
            .unwrap_or_else(|_| alioss::Document::new("None"));
        for path in self.wanted("text") {
            fields.text(
                &format!("text.{path}"),
                document.text(path).unwrap_or_default(),
            );
        }
        for path in self.wanted("count") {
            fields.number(&format!("count.{path}"), document.count(path));
        }
    }
}

/// A body that is read as it arrives.
pub trait Readable {
    fn response(&self) -> &Response;
    fn read(&mut self, buffer: &mut [u8]) -> alioss::Result<usize>;
}

macro_rules! readable {
    ($($name:ident)*) => { $(
        impl Readable for $name {
            fn response(&self) -> &Response {
                $name::response(self)
            }
            fn read(&mut self, buffer: &mut [u8]) -> alioss::Result<usize> {
                $name::read(self, buffer)
            }
        }
    )* };
}
readable!(Object Select Prefetch);

/// The name that the C API has for it.
pub fn status(error: Option<&Error>) -> &'static str {
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
        Kind::NoMemory => "OSS_NO_MEMORY",
        _ => "OSS_BUG",
    }
}
