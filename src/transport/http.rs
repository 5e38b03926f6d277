//! One HTTP/1.1 exchange on a connection: request out, head of the answer in.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ureq::SendBody;
use ureq::http::{HeaderName, HeaderValue, Request, Uri};

use super::body::{Body, Source, Watch};
use super::connection::Connection;
use super::engine::Lease;
use super::session::Shared;
use super::{Failure, Incoming, Outgoing};
use crate::cancel::Limits;
use crate::error::{Error, Kind, Result};
use crate::headers::Headers;

/// Sends `request` on `connection` and waits for the head of the answer.
pub(crate) fn exchange(
    shared: &Arc<Shared>,
    mut connection: Connection,
    request: &mut Outgoing<'_>,
    proxy_authorization: Option<&str>,
    limits: &Limits,
) -> Result<Incoming, Failure> {
    let watch = Arc::new(Watch::new(limits.clone()));
    let reused = std::mem::replace(&mut connection.used, true);
    connection
        .socket
        .set_slice(limits)
        .map_err(|cause| Error::new(Kind::Network, format!("the connection broke: {cause}")))?;
    let engine = connection.engine.clone();
    let mut source = Source::new(request.payload.take(), &watch);
    let head = head(request, &source, proxy_authorization)?;
    engine.slot.put(Lease {
        hold_head: source.length != Some(0),
        connection: Some(connection),
        watch: watch.clone(),
        slot: engine.slot.clone(),
        held: 0,
        sent: 0,
        progress: false,
        chunked: source.length.is_none(),
        head_bytes: 0,
    });
    let answer = if source.exists() {
        let body = SendBody::from_reader(&mut source);
        engine.agent.run(head.map(|()| body))
    } else {
        engine.agent.run(head)
    };
    let answer = answer.map_err(|error| {
        let error = watch.failure().unwrap_or_else(|| translate(error));
        let stale = reused && !watch.answered() && error.kind() == Kind::Network;
        Failure {
            error,
            stale,
            sent: true,
        }
    })?;
    let (head, body) = answer.into_parts();
    let mut headers = Headers::with_capacity(16, 512);
    for (name, value) in &head.headers {
        headers.push(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    watch.reading_body.store(true, Ordering::Relaxed);
    let cut_short = watch.early();
    let mut body = Body {
        reader: Some(Box::new(body.into_reader())),
        slot: engine.slot,
        shared: shared.clone(),
        watch,
    };
    // Without a body the exchange is over already.
    body.keep_connection();
    Ok(Incoming {
        status: head.status.as_u16(),
        headers,
        cut_short,
        body,
    })
}

fn head(
    request: &Outgoing<'_>,
    source: &Source<'_>,
    proxy_authorization: Option<&str>,
) -> Result<Request<()>> {
    let illegal = |what: &str, name: &str| {
        Error::invalid(format!(
            "header {name:?}: {what} has a character that HTTP does not allow"
        ))
    };
    let scheme = if request.authority.https {
        "https"
    } else {
        "http"
    };
    let host = request.authority.host_header();
    let uri: Uri = format!("{scheme}://{host}{}", request.target)
        .parse()
        .map_err(|cause| Error::invalid(format!("cannot form a URL for {host}: {cause}")))?;
    let mut head = Request::builder()
        .method(request.method)
        .uri(uri)
        .body(())
        .map_err(|cause| Error::invalid(format!("method {:?}: {cause}", request.method)))?;
    let mut add = |name: &str, value: &str| {
        let key = HeaderName::from_bytes(name.as_bytes()).map_err(|_| illegal("the name", name))?;
        let value =
            HeaderValue::from_bytes(value.as_bytes()).map_err(|_| illegal("the value", name))?;
        head.headers_mut().append(key, value);
        Ok::<(), Error>(())
    };
    for (name, value) in request.headers {
        add(name, value)?;
    }
    if let Some(value) = proxy_authorization {
        add("proxy-authorization", value)?;
    }
    match source.length {
        Some(length) if source.exists() => add("content-length", &length.to_string())?,
        None => add("transfer-encoding", "chunked")?,
        Some(_) => {}
    }
    Ok(head)
}

fn translate(error: ureq::Error) -> Error {
    match error {
        ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Error::new(
            Kind::Network,
            "the server closed the connection before it had answered",
        ),
        ureq::Error::Io(cause) => Error::from_io(Kind::Network, "the connection broke", cause),
        ureq::Error::Protocol(cause) => Error::new(
            Kind::BadResponse,
            format!("the answer is not HTTP/1.1: {cause}"),
        ),
        ureq::Error::LargeResponseHeader(size, limit) => Error::new(
            Kind::BadResponse,
            format!("the head of the answer has {size} bytes, more than {limit}"),
        ),
        ureq::Error::Http(cause) => Error::invalid(format!("cannot form the request: {cause}")),
        other => Error::new(Kind::Network, format!("the exchange failed: {other}")),
    }
}
