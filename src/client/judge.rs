//! The one place that says whether an answer is a success. Success is proven, not the absence of a known error: the status is
//! among the row's, the service signed with its request id, and the body is the document that the row promises.

use super::answer;
use super::prepared::Prepared;
use crate::error::{Error, Kind, ServiceError};
use crate::escape;
use crate::headers::Known;
use crate::json;
use crate::operation::{Content, Method, Operation};
use crate::request::{CRC64, Response};
use crate::xml::{self, Element};

/// What a good answer to a call is.
pub(super) struct Judge<'c> {
    operation: &'static Operation,
    call: &'c Prepared<'c>,
    /// The body may be missing although the row has one.
    may_be_empty: bool,
    /// A cache may answer for the service, and leave its headers out.
    cached: bool,
    /// CRC-64 values are read.
    crc64: bool,
}

/// What is wrong with the head of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The status is not among those of the row.
    Status,
    /// The request id is missing.
    Anonymous,
    /// `x-oss-hash-crc64ecma` is not a number.
    Crc64,
    /// This header is there twice, and says two things.
    Contradiction(&'static str),
}

impl<'c> Judge<'c> {
    pub fn new(call: &'c Prepared<'c>, crc64: bool) -> Judge<'c> {
        let operation = call.operation;
        Judge {
            operation,
            call,
            may_be_empty: operation.answer_is_optional || call.answer_may_be_empty,
            cached: call.may_be_cached && matches!(operation.method, Method::Get | Method::Head),
            crc64: crc64 && operation.method != Method::Head,
        }
    }

    /// The service was asked to call back: the body is what the callback said.
    fn is_callback(&self) -> bool {
        self.operation.calls_back && self.call.asks_for("x-oss-callback")
    }

    /// Whether the head of the answer is that of a success.
    pub fn accepts(&self, response: &Response) -> bool {
        self.fault(response).is_none()
    }

    /// Whether the body can be the answer of a callback; forms ask for theirs inside the body.
    fn may_be_called_back(&self) -> bool {
        self.is_callback() || self.operation.name == "PostObject"
    }

    /// Whether the body of a good answer is what an object holds, which is not the service's word.
    fn is_data(&self) -> bool {
        let operation = self.operation;
        let is_any = operation.method == Method::Get && operation.is_any();
        operation.answer == Content::Bytes && (operation.transfers || is_any)
    }

    /// Whether the body is of a kind that can be cut off anywhere: a document shows its end, and nothing is as much as
    /// was to come, unless something was asked for.
    pub fn is_text_or_data(&self, body: &[u8]) -> bool {
        let is_open = matches!(self.operation.answer, Content::Bytes | Content::Text);
        is_open && (!body.is_empty() || self.operation.method == Method::Get)
    }

    fn fault(&self, response: &Response) -> Option<Fault> {
        let status = response.status;
        // 203 and 304 are in the rows, and are what failed.
        if !self.operation.success.contains(&status) || matches!(status, 203 | 304) {
            return Some(Fault::Status);
        }
        if response.request_id().is_empty() && !self.cached {
            return Some(Fault::Anonymous);
        }
        let crc64 = response.headers.known(Known::Crc64).filter(|_| self.crc64);
        if crc64.is_some_and(|_| response.crc64().is_none()) {
            return Some(Fault::Crc64);
        }
        response.headers.contradiction().map(Fault::Contradiction)
    }

    /// The error of an answer whose head is not accepted.
    pub fn refusal(&self, response: &Response, body: &[u8]) -> Error {
        let name = self.operation.name;
        let service = answer::read(response, body);
        let status = response.status;
        let is_data = status < 300 && self.is_data();
        if !is_data && !service.code.is_empty() {
            return answer::service_error(name, response, service);
        }
        let is_known = !response.request_id().is_empty() || self.cached;
        let why = match self.fault(response) {
            Some(Fault::Crc64) => {
                let value = response.header(CRC64).unwrap_or_default();
                format!("the header {CRC64} is {value:?}, not a number")
            }
            Some(Fault::Contradiction(name)) => format!("the answer has two different {name}"),
            Some(Fault::Status) if status == 304 && !self.call.has_condition() => {
                "nothing was asked for under a condition".to_owned()
            }
            Some(Fault::Status) if status == 203 && self.may_be_called_back() && is_known => {
                return answer::service_error(name, response, service);
            }
            Some(Fault::Status) if status < 300 && is_known => {
                format!("{name} is not answered with this status")
            }
            // A gateway on the way that is overloaded, or does not reach the service.
            _ if is_known && status >= 300 || is_of_gateway(status) => {
                return answer::service_error(name, response, service);
            }
            _ => format!("it has no {}", answer::REQUEST_ID),
        };
        answer::not_of_oss(name, response, service, &why)
    }

    /// Looks at the body of an answer whose head was accepted; the document that it holds, if the row has an XML document.
    pub fn body(&self, response: &Response) -> Result<Option<Element>, Error> {
        let root = self.document_in(response)?;
        self.check_told(response, root.as_ref())?;
        let about = match &root {
            Some(root) => self.check_key(root),
            None if self.operation.name == "GetSymlink" => response.symlink_target().map(drop),
            None => Ok(()),
        };
        about.map_err(|error| answer::malformed(self.operation.name, response, &error))?;
        Ok(root)
    }

    /// An error if the document says that it is about another key than was asked for. The bucket may go by another name: of
    /// an access point, for one.
    fn check_key(&self, root: &Element) -> Result<(), Error> {
        const REPEAT_IT: [&str; 3] = [
            "CompleteMultipartUpload",
            "InitiateMultipartUpload",
            "ListParts",
        ];
        let (Some(asked), Some(said)) = (self.call.key, root.child("Key")) else {
            return Ok(());
        };
        if !REPEAT_IT.contains(&self.operation.name) {
            return Ok(());
        }
        let encoded = root.is_encoded()?;
        let key = escape::decode_if(encoded, &said.text)?;
        // Readers of XML turn each line end into a line feed.
        let is_same = key == asked || (!encoded && key == xml::with_line_feeds(asked));
        if is_same || key.trim().is_empty() || key.trim() == asked {
            return Ok(());
        }
        Err(Error::new(
            Kind::BadResponse,
            format!("the answer is about the key {key:?}, not {asked:?}"),
        ))
    }

    /// An error if the answer does not tell what it is for.
    fn check_told(&self, response: &Response, root: Option<&Element>) -> Result<(), Error> {
        let is_told = |name: &&&str| match root {
            Some(root) => !root.text_of(name).trim().is_empty(),
            None => response
                .header(name)
                .is_some_and(|value| !value.trim().is_empty()),
        };
        let mut names = self.operation.tells.iter();
        match names.find(|name| !is_told(name)) {
            None => Ok(()),
            Some(name) => {
                let error = Error::new(Kind::BadResponse, format!("the answer has no {name}"));
                Err(answer::malformed(self.operation.name, response, &error))
            }
        }
    }

    fn document_in(&self, response: &Response) -> Result<Option<Element>, Error> {
        let body = response.body.as_slice();
        let is_empty = body.trim_ascii().is_empty();
        match self.operation.answer {
            Content::Frames => Ok(None),
            Content::Bytes if self.is_data() => Ok(None),
            Content::Bytes => self.no_error(response).map(|()| None),
            Content::Nothing if is_empty => Ok(None),
            _ if is_empty && (self.may_be_empty || self.is_callback()) => Ok(None),
            // What callbacks answer is in JSON.
            _ if self.may_be_called_back() && body.trim_ascii_start().starts_with(b"{") => Ok(None),
            _ if self.is_callback() => self.no_error(response).map(|()| None),
            // What is made of an object while it is stored is told.
            Content::Nothing
                if self.operation.calls_back && self.call.asks_for("x-oss-process") =>
            {
                self.no_error(response).map(|()| None)
            }
            Content::Xml(root) if is_empty => {
                Err(self.not_of_oss(response, &format!("it has no document <{root}>")))
            }
            Content::Xml(root) => self.document(response, root).map(Some),
            Content::Nothing => {
                self.no_error(response)?;
                Err(self.not_of_oss(response, "it has a body, and should have none"))
            }
            Content::Json => {
                self.no_error(response)?;
                let json = json::check(body);
                json.map_err(|error| self.not_of_oss(response, &format!("it is {error}")))?;
                Ok(None)
            }
            Content::Text => {
                self.no_error(response)?;
                if body.trim_ascii_start().starts_with(b"<") {
                    return Err(self.not_of_oss(response, "it is markup instead of a text"));
                }
                Ok(None)
            }
        }
    }

    /// The document with that root.
    fn document(&self, response: &Response, root: &str) -> Result<Element, Error> {
        match xml::parse(&response.body) {
            Ok(document) if document.name == root => Ok(document),
            other => {
                self.no_error(response)?;
                let why = match other {
                    Ok(document) => {
                        format!(
                            "it is a document <{}> instead of <{root}>",
                            shown(&document.name)
                        )
                    }
                    Err(error) => format!("it is {error}"),
                };
                Err(self.not_of_oss(response, &why))
            }
        }
    }

    /// An error if the body is an error document: the service says so when it finds out after the head was sent.
    fn no_error(&self, response: &Response) -> Result<(), Error> {
        let service = answer::read(response, &response.body);
        let is_error = match response.body.trim_ascii_start().first() {
            Some(b'{') => json::error_members(&response.body).0,
            _ => xml::parse_error(&response.body).is_some(),
        };
        if !is_error {
            return Ok(());
        }
        let name = self.operation.name;
        Err(match service.code.as_str() {
            "" => answer::not_of_oss(name, response, service, "it is an error without a code"),
            _ => answer::service_error(name, response, service),
        })
    }

    fn not_of_oss(&self, response: &Response, why: &str) -> Error {
        let service = ServiceError {
            http_status: response.status,
            ..answer::read(response, &response.body)
        };
        answer::not_of_oss(self.operation.name, response, service, why)
    }
}

/// What a gateway says for itself, and what passes.
fn is_of_gateway(status: u16) -> bool {
    matches!(status, 408 | 429 | 500..600)
}

/// The beginning of a name that somebody else chose.
fn shown(name: &str) -> String {
    name.chars().take(64).collect()
}
