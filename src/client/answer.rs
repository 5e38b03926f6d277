//! What an answer means: success or not, and which error.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Kind, Result, ServiceError};
use crate::memory;
use crate::request::{NEXT_APPEND_POSITION, Response};
use crate::time::Timestamp;
use crate::transport::Incoming;
use crate::xml::{self, Element};

/// Root of an error document.
const ERROR: &str = "Error";

/// Most of an error's body that is read. Error documents have about one kilobyte.
const MAX_ERROR_BODY: usize = 64 * 1024;

/// How much of it is kept for the caller.
const KEPT_BODY: usize = 4096;

/// Whether `status` is a success. With a callback asked for, 203 says that the object is stored but the callback failed.
pub(crate) fn is_success(status: u16, wants_callback: bool) -> bool {
    (200..300).contains(&status) && !(status == 203 && wants_callback)
}

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

/// The error that a refusal stands for.
pub(crate) fn service_error(operation: &str, response: &Response, body: Vec<u8>) -> Error {
    let status = response.status;
    // Answers to HEAD have no body; the document travels in a header.
    let from_header = response
        .header("x-oss-err")
        .filter(|_| body.is_empty())
        .and_then(|text| STANDARD.decode(text).ok());
    let document = from_header.unwrap_or(body);
    let mut fields = xml::parse_error(&document).unwrap_or_default();
    // Where an append would have fitted.
    if let Some(position) = response.header(NEXT_APPEND_POSITION) {
        let name = NEXT_APPEND_POSITION.to_owned();
        fields.details.push((name, position.to_owned()));
    }
    let or_header = |field: String, name: &str| match field.as_str() {
        "" => response.header(name).unwrap_or_default().to_owned(),
        _ => field,
    };
    let service = ServiceError {
        http_status: status,
        code: fields.code,
        message: fields.message,
        request_id: or_header(fields.request_id, "x-oss-request-id"),
        host_id: fields.host_id,
        ec: or_header(fields.ec, "x-oss-ec"),
        details: fields.details,
        body: document.get(..KEPT_BODY).unwrap_or(&document).to_vec(),
    };
    from_service(operation, response, service)
}

fn from_service(operation: &str, response: &Response, service: ServiceError) -> Error {
    let status = service.http_status;
    let kind = kind(status, &service.code);
    let message = message(operation, &service, response);
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
    from_service(operation, response, service)
}

/// An error that comes with a good status: the service says so when it finds out after the head of the answer is sent.
pub(crate) fn check_body(operation: &str, response: &Response) -> Result<()> {
    let body = response.body.trim_ascii_start();
    let may_be_error = body.starts_with(b"<Error") || body.starts_with(b"<?xml");
    // Good answers are read whole by who asked; here a look at the root has to do.
    if may_be_error && xml::has_root(body, ERROR) && xml::parse_error(body).is_some() {
        return Err(service_error(operation, response, body.to_vec()));
    }
    Ok(())
}

/// The document of a good answer, whose root has to be `root`. The service can also report an error with status 200.
pub(crate) fn document(
    operation: &str,
    response: &Response,
    body: &[u8],
    root: &str,
) -> Result<Element> {
    let document = xml::parse(body).map_err(|error| malformed(operation, response, &error))?;
    match document.name.as_str() {
        name if name == root => Ok(document),
        ERROR => Err(service_error(operation, response, body.to_vec())),
        name => {
            let found = Error::new(
                Kind::BadResponse,
                format!("the answer is a document <{name}> instead of <{root}>"),
            );
            Err(malformed(operation, response, &found))
        }
    }
}

/// The error of an answer that cannot be read.
pub(crate) fn malformed(operation: &str, response: &Response, error: &Error) -> Error {
    Error::new(
        Kind::BadResponse,
        format!(
            "{operation}: {error} (request id {})",
            response.request_id()
        ),
    )
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
        let start = String::from_utf8_lossy(service.body.get(..256).unwrap_or(&service.body));
        if !start.trim().is_empty() && !start.to_ascii_lowercase().contains("signature") {
            text += &format!(", it begins {:?}", start.trim());
        }
    }
    if let Some(location) = response
        .header("location")
        .filter(|_| is_redirect(service.http_status))
    {
        // A query may hold a signature.
        let place = location.split('?').next().unwrap_or_default();
        text += &format!("; redirects are not followed, this one leads to {place}");
    }
    if !service.request_id.is_empty() {
        text += &format!(" (request id {}", service.request_id);
        if !service.ec.is_empty() {
            text += &format!(", EC {}", service.ec);
        }
        text += ")";
    }
    text
}

fn is_redirect(status: u16) -> bool {
    (300..400).contains(&status) && status != 304
}

fn kind(status: u16, code: &str) -> Kind {
    match status {
        // Found out after the head of the answer was sent.
        200..300 => Kind::Server,
        304 => Kind::NotModified,
        300..400 => Kind::BadResponse,
        401 | 403 if code.ends_with("TrafficRateLimitExceeded") => Kind::Throttled,
        401 | 403 => Kind::Denied,
        404 => Kind::NotFound,
        409 if code.contains("AlreadyExist") => Kind::Exists,
        409 => Kind::Conflict,
        412 => Kind::PreconditionFailed,
        429 | 503 => Kind::Throttled,
        501 => Kind::Unsupported,
        400..500 if code == "NotImplemented" => Kind::Unsupported,
        400..500 => Kind::BadRequest,
        500..600 => Kind::Server,
        _ => Kind::BadResponse,
    }
}

/// What the service may well accept a moment later.
fn is_retryable(status: u16, code: &str) -> bool {
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
            u64::try_from(until - now).unwrap_or(0)
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
