//! Listeners, connections, and one request from its head to its answer.

use std::error::Error;
use std::fmt;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::header::{HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::ServerConfig;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::admin;
use crate::answer::{Answer, Content};
use crate::auth::{Identity, Verifier, policy};
use crate::body::{AnswerBody, Effects};
use crate::clock;
use crate::errors::ApiError;
use crate::exchange::{Exchange, Upload};
use crate::faults::{Action, Seen, Status};
use crate::handlers::{self, route};
use crate::record::RequestRecord;
use crate::request::Head;
use crate::server::Shared;
use crate::socket::{After, Conn, Raw, Wire};
use crate::sts;

/// An unread request body up to this size is read and dropped, so that the connection can go on.
const DRAINED: u64 = 256 * 1024;

pub async fn accept(listener: TcpListener, shared: Arc<Shared>, tls: Option<Arc<ServerConfig>>) {
    loop {
        let Ok((stream, client)) = listener.accept().await else {
            // Out of descriptors, most likely: wait for some to come back.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let _ = stream.set_nodelay(true);
        let conn = Arc::new(Conn::new(
            shared.connections.fetch_add(1, Ordering::Relaxed),
            stream,
            client.ip(),
        ));
        tokio::spawn(connection(
            conn,
            Arc::clone(&shared),
            tls.clone().map(TlsAcceptor::from),
        ));
    }
}

async fn connection(conn: Arc<Conn>, shared: Arc<Shared>, tls: Option<TlsAcceptor>) {
    let secure = tls.is_some();
    let wire = match tls {
        None => Wire::plain(&conn),
        Some(acceptor) => {
            let handshake = acceptor.accept(Raw(Arc::clone(&conn)));
            let Ok(Ok(stream)) = tokio::time::timeout(Duration::from_secs(30), handshake).await
            else {
                return;
            };
            let session = stream.get_ref().1;
            let version = match session.protocol_version() {
                Some(rustls::ProtocolVersion::TLSv1_2) => "TLSv1.2",
                Some(rustls::ProtocolVersion::TLSv1_3) => "TLSv1.3",
                _ => "unknown",
            };
            let _ = conn
                .tls
                .set((version.to_owned(), session.server_name().map(str::to_owned)));
            Wire::tls(&conn, stream)
        }
    };
    let service = service_fn(|request| {
        let (shared, conn) = (Arc::clone(&shared), Arc::clone(&conn));
        async move { handle(request, shared, conn, secure).await }
    });
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None::<Duration>)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(wire), service)
        .await;
    conn.drain().await;
}

/// No answer: the connection ends here.
#[derive(Debug)]
struct Abort;

impl fmt::Display for Abort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ended on demand")
    }
}

impl Error for Abort {}

fn reset(conn: &Conn) -> Abort {
    conn.reset_on_close();
    Abort
}

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    conn: Arc<Conn>,
    secure: bool,
) -> Result<Response<AnswerBody>, Abort> {
    let started = Instant::now();
    let (parts, incoming) = request.into_parts();
    let target = conn
        .take_target()
        .unwrap_or_else(|| parts.uri.to_string().into_bytes());
    let head = {
        let cnames = shared.cnames.read().unwrap_or_else(PoisonError::into_inner);
        Head::new(
            parts.method.as_str(),
            &target,
            parts.headers,
            &cnames,
            &shared.domains,
        )
    };
    let request_id = crate::random_hex(12).to_ascii_uppercase();
    if admin::is_admin(&head) {
        let entry = Arc::default();
        let answer = admin::answer(&shared, &head, Upload::new(incoming, entry)).await;
        return Ok(respond(
            answer,
            &request_id,
            clock::true_now_ms(),
            started,
            None,
            conn,
        ));
    }

    let other = shared.issuer.operation(&head);
    let operation = other.unwrap_or_else(|| route::operation(&head));
    let (tls_version, sni) = conn
        .tls
        .get()
        .cloned()
        .map_or((None, None), |(version, sni)| (Some(version), sni));
    let record = if shared.record {
        record(&head, &request_id, operation, conn.id, tls_version, sni)
    } else {
        RequestRecord::default()
    };
    let entry = if shared.record {
        shared.records.add(record)
    } else {
        Arc::default()
    };
    let upload = Upload::new(incoming, Arc::clone(&entry));

    let actions = shared.rules.take(&Seen {
        method: &head.method,
        bucket: head.place.bucket.as_deref(),
        key: head.place.key.as_deref().unwrap_or_default(),
        target: &head.target,
        operation,
    });
    let skew: i64 = actions
        .iter()
        .map(|action| {
            if let Action::SkewClock { seconds } = action {
                *seconds
            } else {
                0
            }
        })
        .sum();
    let now_ms = shared
        .clock
        .now_ms()
        .saturating_add(skew.saturating_mul(1000));
    let mut exchange = Exchange {
        shared: Arc::clone(&shared),
        head,
        operation,
        identity: Identity::Anonymous,
        request_id,
        now_ms,
        body: upload,
        key: String::new(),
        secure,
        client: conn.client,
    };

    let instead = before(&mut exchange, &actions, &conn).await?;
    let mut answer = match instead {
        Some(answer) => answer,
        None => {
            let answer = match perform(&mut exchange).await {
                Ok(answer) => answer,
                Err(error) => error.answer(
                    &exchange.request_id,
                    &exchange.head.host,
                    exchange.head.method == "HEAD",
                ),
            };
            settle(&mut exchange, answer, &conn).await
        }
    };
    handlers::decorate(&mut answer, &exchange);
    if answer.status == 500 {
        complain(&exchange, &answer);
    }
    if shared.verbose {
        let head = &exchange.head;
        let target = String::from_utf8_lossy(&head.target);
        eprintln!(
            "{} {} {} {} {} {} ms",
            exchange.client,
            head.method,
            target,
            exchange.operation,
            answer.status,
            started.elapsed().as_millis()
        );
    }
    let effects = after(&mut answer, &actions, &conn)?;
    {
        let mut record = entry.lock().unwrap_or_else(PoisonError::into_inner);
        record.status = answer.status;
        record.time_ms = started.elapsed().as_millis() as u64;
    }
    Ok(respond(
        answer,
        &exchange.request_id,
        now_ms,
        started,
        effects,
        conn,
    ))
}

/// Something of this machine is wrong; who runs the server has to know.
fn complain(exchange: &Exchange, answer: &Answer) {
    let text = match &answer.content {
        Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Content::Pieces(_) => String::new(),
    };
    let detail = text
        .split_once("<ErrorDetail>")
        .and_then(|(_, rest)| rest.split_once("</ErrorDetail>"))
        .map_or("", |(detail, _)| detail);
    let target = String::from_utf8_lossy(&exchange.head.target);
    eprintln!("oss-local: {} {target}: {detail}", exchange.head.method);
}

fn record(
    head: &Head,
    id: &str,
    operation: &str,
    connection: u64,
    tls_version: Option<String>,
    sni: Option<String>,
) -> RequestRecord {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    RequestRecord {
        id: id.to_owned(),
        connection,
        method: head.method.clone(),
        target: text(&head.target),
        host: head.host.clone(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
            .collect(),
        tls_version,
        sni,
        received_at_ms: clock::true_now_ms(),
        operation: operation.to_owned(),
        ..RequestRecord::default()
    }
}

async fn perform(exchange: &mut Exchange) -> Result<Answer, ApiError> {
    match exchange.operation {
        sts::STS => return Ok(sts::sts(exchange).await),
        sts::METADATA => return Ok(sts::metadata(exchange)),
        _ => {}
    }
    let verifier = Verifier {
        keys: &exchange.shared.keys,
        region: &exchange.shared.region,
        now_ms: exchange.now_ms,
    };
    exchange.identity = verifier.identify(&exchange.head)?;
    policy::check_names(exchange)?;
    handlers::enter(exchange);
    let outcome = match policy::check_access(exchange) {
        Ok(()) => handlers::dispatch(exchange).await,
        Err(error) => Err(error),
    };
    outcome.or_else(|error| handlers::instead(exchange, &error).ok_or(error))
}

/// Faults that come before the operation or instead of it.
async fn before(
    exchange: &mut Exchange,
    actions: &[Action],
    conn: &Conn,
) -> Result<Option<Answer>, Abort> {
    for action in actions {
        match action {
            Action::Delay { ms } => tokio::time::sleep(Duration::from_millis(*ms)).await,
            Action::Gather { requests } => exchange.shared.gathering.join(*requests).await,
            Action::Status(status) => return Ok(Some(status_answer(exchange, status, conn).await)),
            Action::Reset { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                return Err(reset(conn));
            }
            Action::Close { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                conn.linger();
                return Err(Abort);
            }
            Action::StallRequest { after_bytes } => {
                exchange.body.discard(*after_bytes).await;
                conn.gone().await;
                return Err(reset(conn));
            }
            Action::Redirect { location, status } => {
                exchange.body.discard(u64::MAX).await;
                return Ok(Some(Answer::new(*status).header("location", location)));
            }
            _ => {}
        }
    }
    Ok(None)
}

async fn status_answer(exchange: &mut Exchange, status: &Status, conn: &Conn) -> Answer {
    let mut error = ApiError::new(status.status, status.code.clone(), status.message.clone());
    error.ec = status.ec.clone().map(Into::into);
    let mut answer = if status.status < 300 && status.raw_body.is_none() {
        Answer::new(status.status)
    } else {
        error.answer(
            &exchange.request_id,
            &exchange.head.host,
            exchange.head.method == "HEAD",
        )
    };
    if let Some(raw) = &status.raw_body {
        answer = answer.bytes(raw.clone().into_bytes());
    }
    replace_headers(&mut answer, &status.headers);
    if status.early {
        if !exchange.body.is_at_end() {
            answer.set("connection", "close");
            conn.linger();
        }
    } else {
        exchange.body.discard(u64::MAX).await;
    }
    if status.then_reset {
        conn.set_after(After::Reset);
    }
    answer
}

/// What remains of the request's body after the operation: a little is read, before much the connection is closed.
async fn settle(exchange: &mut Exchange, mut answer: Answer, conn: &Conn) -> Answer {
    if exchange.body.is_at_end() {
        return answer;
    }
    let head = &exchange.head;
    let waits = head.header("expect").is_some() && exchange.body.received == 0;
    let small = head
        .content_length()
        .is_none_or(|length| length <= exchange.body.received + DRAINED);
    if !waits && small {
        let limit = exchange.body.received + DRAINED;
        let drained =
            tokio::time::timeout(Duration::from_secs(2), exchange.body.discard(limit)).await;
        if drained == Ok(true) {
            return answer;
        }
    }
    answer.set("connection", "close");
    conn.linger();
    answer
}

/// Faults of the answer. The body's go with the body.
fn after(
    answer: &mut Answer,
    actions: &[Action],
    conn: &Conn,
) -> Result<Option<Box<Effects>>, Abort> {
    let mut effects = Effects {
        bytes_per_second: answer.speed,
        ..Effects::default()
    };
    for action in actions {
        match action {
            Action::StoreThenReset => return Err(reset(conn)),
            Action::DelayBody { ms } => effects.delay = Some(Duration::from_millis(*ms)),
            Action::StallResponse { after_bytes } => effects.stall_after = Some(*after_bytes),
            Action::Slow { bytes_per_sec } => effects.bytes_per_second = Some(*bytes_per_sec),
            Action::CutBody { after_bytes, reset } => {
                effects.cut_after = Some((*after_bytes, *reset))
            }
            Action::CorruptBody { at } => effects.corrupt_at = Some(*at),
            Action::Chunked => effects.chunked = true,
            Action::CloseIdle => conn.set_after(After::Close),
            Action::ExtraHeaders { headers } => replace_headers(answer, headers),
            Action::OmitCrc => answer.remove("x-oss-hash-crc64ecma"),
            Action::WrongCrc => {
                if let Some((_, value)) = answer
                    .headers
                    .iter_mut()
                    .find(|(name, _)| name == "x-oss-hash-crc64ecma")
                {
                    *value = (value.parse::<u64>().unwrap_or_default() ^ 1).to_string();
                }
            }
            _ => {}
        }
    }
    let needed = !actions.is_empty() || answer.speed.is_some();
    Ok(Some(Box::new(effects)).filter(|_| needed))
}

fn replace_headers(answer: &mut Answer, headers: &[(String, String)]) {
    for (name, value) in headers {
        answer.remove(name);
        answer
            .headers
            .push((name.to_ascii_lowercase().into(), value.clone()));
    }
}

fn respond(
    answer: Answer,
    request_id: &str,
    now_ms: i64,
    started: Instant,
    effects: Option<Box<Effects>>,
    conn: Arc<Conn>,
) -> Response<AnswerBody> {
    let chunked = effects.as_ref().is_some_and(|effects| effects.chunked);
    let len = answer.len();
    let mut response = Response::new(());
    *response.status_mut() =
        StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    let mut add = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            headers.append(name, value);
        }
    };
    let own = [
        ("server", "AliyunOSS".to_owned()),
        ("date", clock::http_date(now_ms)),
        ("x-oss-request-id", request_id.to_owned()),
        (
            "x-oss-server-time",
            started.elapsed().as_millis().to_string(),
        ),
    ];
    for (name, value) in &own {
        if !answer.has(name) {
            add(name, value);
        }
    }
    for (name, value) in &answer.headers {
        add(name, value);
    }
    let lengthless = answer.status == 304 || answer.status == 204 || (chunked && len > 0);
    if !lengthless && !answer.has("content-length") {
        add(
            "content-length",
            &answer.announced.unwrap_or(len).to_string(),
        );
    }
    response.map(|()| AnswerBody::new(answer.content, len, effects, conn))
}
