//! What an answer says that is not a success: the service's own error, or that it is not an answer of OSS at all.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Kind, Result, ServiceError};
use crate::json;
use crate::memory;
use crate::request::{NEXT_APPEND_POSITION, Response};
use crate::time::Timestamp;
use crate::transport::Incoming;
use crate::xml::{self, Element};

/// Most of an error's body that is read. Error documents have about one kilobyte.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// How much of it is kept for the caller.
const KEPT_BODY: usize = 4096;

/// How much of a body that is not an error document is shown in messages.
const SHOWN_BODY: usize = 200;

/// Codes that the finer codes stand for. Answers to HEAD may carry only those.
const CODES: [(&str, &str); 25] = [
    ("0002-00000002", "InvalidAccessKeyId"),
    ("0002-00000003", "InvalidAccessKeyId"),
    ("0002-00000004", "AccessKeyIdAndSecurityTokenNotMatch"),
    ("0002-00000006", "InvalidSecurityToken"),
    ("0002-00000007", "SecurityTokenExpired"),
    ("0002-00000008", "InvalidSecurityToken"),
    ("0002-00000040", "SignatureDoesNotMatch"),
    ("0002-00000504", "RequestTimeTooSkewed"),
    ("0002-00000902", "InvalidAccessKeyId"),
    ("0002-00000903", "InvalidAccessKeyId"),
    ("0002-00000904", "InvalidAccessKeyId"),
    ("0003-00000001", "AccessDenied"),
    ("0003-00000016", "MethodNotAllowed"),
    ("0003-00000703", "AccessDenied"),
    ("0003-00000801", "UserDisable"),
    ("0007-00000203", "CallbackFailed"),
    ("0015-00000101", "NoSuchBucket"),
    ("0015-00000104", "BucketAlreadyExists"),
    ("0015-00000301", "BucketNotEmpty"),
    ("0016-00000608", "MalformedXML"),
    ("0016-00000702", "OperationNotSupported"),
    ("0016-00000719", "ArchiveRestoreNotFinished"),
    ("0016-00000817", "InvalidRange"),
    ("0026-00000001", "NoSuchKey"),
    ("0026-00000016", "PositionNotEqualToLength"),
];

/// Reads what the service says about an error; if the connection breaks meanwhile, what came before has to do.
pub(crate) fn read_error_body(incoming: &mut Incoming) -> Vec<u8> {
    let mut body = vec![0; 4096];
    let mut filled = 0;
    while let Ok(got @ 1..) = incoming.read(body.get_mut(filled..).unwrap_or_default()) {
        filled += got;
        if filled == body.len() {
            if filled >= MAX_ERROR_BODY {
                break;
            }
            // What came so far has to do if there is no memory for more.
            if memory::lengthen(&mut body, filled * 2).is_err() {
                break;
            }
        }
    }
    body.truncate(filled);
    body
}

/// All that an answer says about an error, in its document and its headers; the code is empty if it says none.
pub(crate) fn read(response: &Response, body: &[u8]) -> ServiceError {
    // Answers to HEAD have no body; the document travels in a header.
    let from_header = response
        .header("x-oss-err")
        .filter(|_| body.is_empty())
        .and_then(|text| STANDARD.decode(text).ok());
    let document = from_header.as_deref().unwrap_or(body);
    let mut service = match document.trim_ascii_start().first() {
        Some(b'{') => read_json(document),
        _ => xml::parse_error(document).unwrap_or_default(),
    };
    // Where an append would have fitted.
    if let Some(position) = response.header(NEXT_APPEND_POSITION) {
        let name = NEXT_APPEND_POSITION.to_owned();
        service.details.push((name, position.to_owned()));
    }
    let or_header = |field: &mut String, name: &str| {
        if field.is_empty() {
            response.header(name).unwrap_or_default().clone_into(field);
        }
    };
    or_header(&mut service.request_id, REQUEST_ID);
    or_header(&mut service.ec, "x-oss-ec");
    or_header(&mut service.code, "x-oss-error-type");
    if service.code.is_empty() {
        let known = CODES.iter().find(|(ec, _)| *ec == service.ec);
        service.code = known.map_or_else(String::new, |(_, code)| (*code).to_owned());
    }
    service.http_status = response.status;
    service.body = document.get(..KEPT_BODY).unwrap_or(document).to_vec();
    service
}

/// The header that every answer of the service has.
pub(crate) const REQUEST_ID: &str = "x-oss-request-id";

fn read_json(document: &[u8]) -> ServiceError {
    let mut service = ServiceError::default();
    let (_, members) = json::error_members(document);
    for (name, text) in members {
        match name.as_str() {
            "Code" => service.code = text,
            "Message" | "message" => service.message = text,
            "RequestId" => service.request_id = text,
            "HostId" => service.host_id = text,
            "EC" => service.ec = text,
            _ => service.details.push((name, text)),
        }
    }
    service
}

/// The error that a refusal of the service stands for.
pub(crate) fn service_error(operation: &str, response: &Response, service: ServiceError) -> Error {
    let status = service.http_status;
    let kind = kind(status, &service.code);
    let mut message = message(operation, &service, response);
    for advice in advice(&service) {
        message += "; ";
        message += &advice;
    }
    let retryable = is_retryable(status, &service.code);
    Error::from_service(kind, message, service).with_retryable(retryable)
}

/// The error that the service reports in the middle of an answer.
pub(crate) fn error_in_stream(
    operation: &str,
    response: &Response,
    status: u16,
    code: &str,
    message: &str,
) -> Error {
    let service = ServiceError {
        http_status: status,
        code: code.to_owned(),
        message: message.to_owned(),
        request_id: response.request_id().to_owned(),
        ..ServiceError::default()
    };
    service_error(operation, response, service)
}

/// The error of an answer that makes no sense as one of the service's; `why` says what is wrong with it.
pub(crate) fn not_of_oss(
    operation: &str,
    response: &Response,
    service: ServiceError,
    why: &str,
) -> Error {
    let mut text = format!(
        "{operation}: not an answer of OSS: {why} (status {}",
        response.status
    );
    text += &origin(response, &service);
    text += ")";
    if !service.message.is_empty() {
        text += &format!("; it says {:?}", service.message);
    }
    text += &redirection(response);
    Error::from_service(Kind::BadResponse, text, service).with_retryable(false)
}

/// The error of an answer with a document that has something wrong in it.
pub(crate) fn malformed(operation: &str, response: &Response, error: &Error) -> Error {
    not_proven(Kind::BadResponse, response, format!("{operation}: {error}"))
}

/// The error of an answer that is good but for what `message` says: status and request id stay with it.
pub(crate) fn not_proven(kind: Kind, response: &Response, message: String) -> Error {
    not_proven_by(kind, response.status, response.request_id(), message)
}

/// Likewise, where no more is left of the answer.
pub(crate) fn not_proven_by(
    kind: Kind,
    http_status: u16,
    request_id: &str,
    mut message: String,
) -> Error {
    if !request_id.is_empty() {
        message += &format!(" (request id {request_id})");
    }
    let service = ServiceError {
        http_status,
        request_id: request_id.to_owned(),
        ..ServiceError::default()
    };
    Error::from_service(kind, message, service)
}

/// The document of a good answer, which the row promises; an error if there is none.
pub(crate) fn document(
    operation: &str,
    response: &Response,
    root: Option<Element>,
) -> Result<Element> {
    root.ok_or_else(|| {
        let error = Error::new(Kind::BadResponse, "the answer has no document");
        malformed(operation, response, &error)
    })
}

/// The error of a body that ended with its connection, where nothing else says that it is all there.
pub(crate) fn no_end(operation: &str, response: &Response) -> Error {
    let error = Error::new(
        Kind::BadResponse,
        "nothing says where the answer ends: it has neither a length nor chunks, and no CRC-64 to compare",
    );
    malformed(operation, response, &error)
}

fn message(operation: &str, service: &ServiceError, response: &Response) -> String {
    let mut text = format!("{operation}: {}", service.http_status);
    if !service.code.is_empty() {
        text += &format!(" {}", service.code);
    }
    if !service.message.is_empty() {
        text += &format!(": {}", service.message);
    } else if service.code.is_empty() {
        text += match service.http_status {
            304 => " Not Modified",
            404 => " Not Found",
            403 => " Forbidden",
            412 => " Precondition Failed",
            _ => ": the answer carries no error document",
        };
    }
    if service.code.is_empty() && response.request_id().is_empty() {
        text += ", without a request id of OSS";
        text += &origin(response, service);
    } else if service.code.is_empty() && service.message.is_empty() {
        text += &beginning(&service.body);
    }
    text += &redirection(response);
    if !service.request_id.is_empty() {
        text += &format!(" (request id {}", service.request_id);
        if !service.ec.is_empty() {
            text += &format!(", EC {}", service.ec);
        }
        text += ")";
    }
    text
}

/// Who sent an answer, as far as it tells, and how it begins.
fn origin(response: &Response, service: &ServiceError) -> String {
    let mut text = match response.header("server") {
        Some(server) => format!(", server {server:?}"),
        None => ", server unknown".to_owned(),
    };
    if !response.request_id().is_empty() {
        text += &format!(", request id {}", response.request_id());
    }
    text + &beginning(&service.body)
}

/// The first words of a body, unless they may hold a secret.
fn beginning(body: &[u8]) -> String {
    let start = String::from_utf8_lossy(body.get(..SHOWN_BODY).unwrap_or(body));
    let lower = start.to_ascii_lowercase();
    let may_be_secret = lower.contains("signature") || lower.contains("token");
    if start.trim().is_empty() || may_be_secret {
        return String::new();
    }
    format!(", it begins {:?}", start.trim())
}

fn redirection(response: &Response) -> String {
    let is_redirect = (300..400).contains(&response.status) && response.status != 304;
    match response.header("location").filter(|_| is_redirect) {
        Some(location) => {
            // A query may hold a signature.
            let place = location.split('?').next().unwrap_or_default();
            format!("; redirects are not followed, this one leads to {place}")
        }
        None => String::new(),
    }
}

/// What to do about errors whose own words do not say it.
fn advice(service: &ServiceError) -> Vec<String> {
    let mut advice = Vec::new();
    if service.code == "InvalidObjectState" {
        let what = "the object is archived: restore it first (RestoreObject), and read it when that is done";
        advice.push(what.to_owned());
    }
    let endpoint = service.details.iter().find(|(name, _)| name == "Endpoint");
    if let Some((_, endpoint)) = endpoint.filter(|(_, endpoint)| !endpoint.is_empty()) {
        advice.push(format!(
            "the bucket is reached at the endpoint {endpoint:?}"
        ));
    }
    advice
}

fn kind(status: u16, code: &str) -> Kind {
    match (status, code) {
        (401 | 403, code) if code.ends_with("TrafficRateLimitExceeded") => Kind::Throttled,
        // Not a matter of rights: what the object or the bucket is in forbids it.
        (
            401 | 403,
            "InvalidObjectState" | "ArchiveRestoreNotFinished" | "WORMConfigurationLocked",
        ) => Kind::Conflict,
        (400..500, "NotImplemented") => Kind::Unsupported,
        (400 | 409, code) if code.contains("AlreadyExist") => Kind::Exists,
        // Found out after the head of the answer was sent.
        (200..300, _) => Kind::Server,
        (304, _) => Kind::NotModified,
        (300..400, _) => Kind::BadResponse,
        (401 | 403, _) => Kind::Denied,
        (404, _) => Kind::NotFound,
        (409, _) => Kind::Conflict,
        (412, _) => Kind::PreconditionFailed,
        (429 | 503, _) => Kind::Throttled,
        (501, _) => Kind::Unsupported,
        (400..500, _) => Kind::BadRequest,
        (500..600, _) => Kind::Server,
        _ => Kind::BadResponse,
    }
}

/// What the service may well accept a moment later.
pub(crate) fn is_retryable(status: u16, code: &str) -> bool {
    match status {
        408 | 429 => true,
        501 => false,
        500..600 => true,
        200..300 | 400 => matches!(
            code,
            "InternalError" | "RequestTimeout" | "ServiceUnavailable"
        ),
        _ => false,
    }
}

/// How long the server asks to wait: `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(response: &Response, now: i64) -> Option<Duration> {
    let value = response.header("retry-after")?.trim();
    let seconds = match value.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = Timestamp::parse_http_date(value)?.0;
            // Against the server's own clock, which need not be ours.
            let now = response
                .header("date")
                .and_then(Timestamp::parse_http_date)
                .map_or(now, |date| date.0);
            u64::try_from(until.saturating_sub(now)).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds))
}

/// The service's clock, when it complains about ours: `ServerTime` of the error, else the `Date` of the answer.
pub(crate) fn server_clock(error: &Error, response: &Response) -> Option<Timestamp> {
    let from_body = error.service().and_then(|service| {
        let (_, text) = service
            .details
            .iter()
            .find(|(name, _)| name == "ServerTime")?;
        Timestamp::parse_iso8601(text)
    });
    from_body.or_else(|| Timestamp::parse_http_date(response.header("date")?))
}

/// Whether the service refuses the keys as such: unknown, expired, or not of one pair. What a role may not do is not meant.
pub(crate) fn refuses_keys(error: &Error) -> bool {
    matches!(
        error.code(),
        "InvalidAccessKeyId"
            | "SecurityTokenExpired"
            | "InvalidSecurityToken"
            | "AccessKeyIdAndSecurityTokenNotMatch"
    )
}
