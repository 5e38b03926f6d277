//! Listeners, connections, and one request from its head to its answer.

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
use crate::faults::Seen;
use crate::handlers::{self, route};
use crate::inject::{self, Abort};
use crate::record::{Entry, Refusal, RequestRecord};
use crate::request::Head;
use crate::server::Shared;
use crate::socket::{Conn, Raw, Wire};
use crate::sts;

/// More metadata than 8 KB are refused in words of the service, so as many headers as these can be are read.
const MOST_HEADERS: usize = 800;

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
            client.ip().to_canonical(),
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
        .max_headers(MOST_HEADERS)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(wire), service)
        .await;
    conn.drain().await;
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
    let arrival = Arrival {
        shared,
        conn,
        secure,
        started,
        request_id: crate::random_hex(12).to_ascii_uppercase(),
    };
    if admin::is_admin(&head) {
        return Ok(arrival.admin(head, incoming).await);
    }
    arrival.request(head, incoming).await
}

/// What is known of a request besides itself.
struct Arrival {
    shared: Arc<Shared>,
    conn: Arc<Conn>,
    secure: bool,
    started: Instant,
    request_id: String,
}

impl Arrival {
    /// What pages and tests ask of the server, not of the service.
    async fn admin(self, head: Head, incoming: Incoming) -> Response<AnswerBody> {
        let upload = Upload::new(incoming, Arc::default());
        let answer = match (admin::refusal(&self.shared, &head), admin::owned(&head)) {
            (None, Some(owned)) => {
                let operation = route::operation(&owned);
                let now_ms = self.shared.clock.now_ms();
                let mut exchange = self.exchange(owned, operation, upload, now_ms);
                let account = admin::owner_of(&exchange);
                exchange.identity = Identity::Account(account);
                let answer = match carry_out(&mut exchange).await {
                    Ok(answer) => answer,
                    Err(error) => error_answer(&exchange, error),
                };
                complain(&exchange, &answer);
                admin::harmless(settle(&mut exchange, answer, &self.conn).await)
            }
            (Some(why), _) => admin::refuse(&why),
            (None, None) => admin::answer(&self.shared, &head, upload).await,
        };
        let now_ms = clock::true_now_ms();
        respond(
            answer,
            &self.request_id,
            now_ms,
            self.started,
            None,
            self.conn,
        )
    }

    fn exchange(&self, head: Head, operation: &'static str, body: Upload, now_ms: i64) -> Exchange {
        Exchange {
            shared: Arc::clone(&self.shared),
            head,
            operation,
            identity: Identity::Anonymous,
            verdict: "",
            request_id: self.request_id.clone(),
            now_ms,
            body,
            key: String::new(),
            secure: self.secure,
            client: self.conn.client,
        }
    }

    async fn request(self, head: Head, incoming: Incoming) -> Result<Response<AnswerBody>, Abort> {
        let shared = &self.shared;
        let operation = shared
            .issuer
            .operation(&head)
            .unwrap_or_else(|| route::operation(&head));
        let entry = self.record(&head, operation);
        let actions = shared.rules.take(&Seen {
            method: &head.method,
            bucket: head.place.bucket.as_deref(),
            key: head.place.key.as_deref().unwrap_or_default(),
            target: &head.target,
            operation,
        });
        entry
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .injected = !actions.is_empty();
        let now_ms = clock::moved(shared.clock.now_ms(), inject::skew_ms(&actions));
        let upload = Upload::new(incoming, Arc::clone(&entry));
        let mut exchange = self.exchange(head, operation, upload, now_ms);

        let (mut answer, refusal) = match inject::before(&mut exchange, &actions, &self.conn).await
        {
            Ok(Some(answer)) => (answer, None),
            Ok(None) => self.answer(&mut exchange).await,
            Err(abort) => {
                self.tell(&exchange, None);
                return Err(abort);
            }
        };
        handlers::decorate(&mut answer, &exchange);
        let elapsed = self.started.elapsed().as_millis();
        let code = refusal.as_ref().map(|refusal| refusal.code.as_str());
        shared.logs.note(&exchange, &answer, code, elapsed);
        let effects = inject::after(&mut answer, &actions, &self.conn);
        let status = effects.is_ok().then_some(answer.status);
        self.tell(&exchange, status);
        {
            let mut record = entry.lock().unwrap_or_else(PoisonError::into_inner);
            record.status = status.unwrap_or(0);
            record.time_ms = elapsed as u64;
            exchange.verdict.clone_into(&mut record.signature);
            record.refusal = refusal;
        }
        let effects = effects?;
        let (id, conn) = (&self.request_id, self.conn);
        Ok(respond(answer, id, now_ms, self.started, effects, conn))
    }

    /// An entry in the list of requests, or one that nobody sees.
    fn record(&self, head: &Head, operation: &str) -> Entry {
        if !self.shared.record {
            return Entry::default();
        }
        let tls = self.conn.tls.get().cloned();
        let record = RequestRecord::new(head, &self.request_id, operation, self.conn.id, tls);
        self.shared.records.add(record)
    }

    /// What the service says, without faults, and why it refuses if it does.
    async fn answer(&self, exchange: &mut Exchange) -> (Answer, Option<Refusal>) {
        let (answer, refusal) = match perform(exchange).await {
            Ok(answer) => (answer, None),
            Err(error) => {
                let refusal = Refusal::new(&error);
                (error_answer(exchange, error), Some(refusal))
            }
        };
        complain(exchange, &answer);
        (settle(exchange, answer, &self.conn).await, refusal)
    }

    /// A line of the access log, if there is one. A fault can leave a request without an answer.
    fn tell(&self, exchange: &Exchange, status: Option<u16>) {
        if !self.shared.verbose {
            return;
        }
        let head = &exchange.head;
        let status = status.map_or("no answer".to_owned(), |status| status.to_string());
        eprintln!(
            "{} {} {} {} {status} {} ms",
            exchange.client,
            head.method,
            String::from_utf8_lossy(&head.target),
            exchange.operation,
            self.started.elapsed().as_millis()
        );
    }
}

fn error_answer(exchange: &Exchange, error: ApiError) -> Answer {
    let head = &exchange.head;
    error.answer(&exchange.request_id, &head.host, head.method == "HEAD")
}

/// Who runs the server has to know when something of this machine is wrong.
fn complain(exchange: &Exchange, answer: &Answer) {
    if answer.status != 500 {
        return;
    }
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
    exchange.verdict = "refused";
    exchange.identity = match verifier.identify(&exchange.head) {
        Ok(identity) => identity,
        // Preflights are for everybody, whatever a client signs in them.
        Err(_) if exchange.operation == "OptionObject" => Identity::Anonymous,
        Err(error) if error.code == "InvalidAccessKeyId" => match exchange.operation {
            // Other buckets are looked at before keys that nobody knows.
            "PutBucket" | "PutBucketAcl" => return Err(error),
            _ if exchange.head.place.bucket.is_none() => return Err(error),
            _ => {
                exchange.bucket()?;
                return Err(error);
            }
        },
        Err(error) => return Err(error),
    };
    exchange.verdict = match exchange.identity {
        Identity::Anonymous => "none",
        _ => "valid",
    };
    carry_out(exchange).await
}

/// The operation, for whom the request is known to come from.
async fn carry_out(exchange: &mut Exchange) -> Result<Answer, ApiError> {
    policy::check_names(exchange)?;
    handlers::enter(exchange);
    let outcome = match policy::check_access(exchange) {
        Ok(()) => handlers::dispatch(exchange).await,
        Err(error) => Err(error),
    };
    outcome.or_else(|error| handlers::instead(exchange, &error).ok_or(error))
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

fn respond(
    answer: Answer,
    request_id: &str,
    now_ms: i64,
    started: Instant,
    mut effects: Option<Box<Effects>>,
    conn: Arc<Conn>,
) -> Response<AnswerBody> {
    if answer.chunked {
        effects.get_or_insert_default().chunked = true;
    }
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
