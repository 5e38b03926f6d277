//! One request end to end: address, sign, send, check, repeat.

pub(crate) mod answer;
mod prepared;
mod presign;
mod upload;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use prepared::Prepared;
pub use presign::{PostPolicy, Presigned};
use upload::Upload;

use crate::cancel::Limits;
use crate::clock::Clock;
use crate::config::{Config, SignatureVersion, check_timeout};
use crate::credentials::{Asking, Credentials, CredentialsProvider};
use crate::endpoint::{self, Endpoint, Scheme};
use crate::error::{Error, Kind, Result};
use crate::memory;
use crate::names;
use crate::operation::{Checked, Content, Operation};
use crate::request::{Answer, Body, Deadline, Options, Request, Response};
use crate::retry::Retry;
use crate::sign::{self, Message};
use crate::time::Timestamp;
use crate::transport::{Authority, Incoming, Outgoing, Payload, Session};

/// Largest answer that is collected in memory; listings of 1000 keys stay far below.
pub(crate) const MAX_COLLECTED: u64 = 64 * 1024 * 1024;

/// A checked configuration, bound to a bucket or to the service as a whole.
#[derive(Clone)]
pub(crate) struct Client(Arc<Inner>);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("bucket", &self.0.bucket)
            .field("host", &self.0.host)
            .finish_non_exhaustive()
    }
}

struct Inner {
    endpoint: Endpoint,
    bucket: Option<String>,
    authority: Authority,
    host: String,
    user_agent: String,
    user_headers: Vec<(String, String)>,
    credentials: Arc<dyn CredentialsProvider>,
    signer: Signer,
    session: Session,
    connect_timeout: Duration,
    read_timeout: Duration,
    total_timeout: Option<Duration>,
    crc64: bool,
    retry: Retry,
    clock: Clock,
    clock_skew_correction: bool,
    traffic_limit: Option<String>,
    /// Seconds to add to the local clock; not every machine has 64-bit atomics, and 68 years are enough.
    clock_offset: AtomicI32,
}

enum Signer {
    V1,
    V4 {
        region: String,
        product: &'static str,
        additional_headers: Vec<String>,
        keys: Box<sign::v4::SigningKeys>,
    },
}

/// What becomes of the body of a good answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Collected,
    Streamed,
}

/// A good answer whose body has not been read yet.
pub(crate) struct Reply {
    pub response: Response,
    pub incoming: Incoming,
    pub limits: Limits,
}

/// An attempt that failed.
struct Failed {
    error: Error,
    stale: bool,
    /// The service may have seen the request.
    sent: bool,
    retry_after: Option<Duration>,
    /// What has to be added to the local clock to get the service's.
    clock_offset: Option<i32>,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed {
            error,
            stale: false,
            sent: true,
            retry_after: None,
            clock_offset: None,
        }
    }
}

impl Client {
    /// Checks `config` as a whole. `bucket` is `None` for the service itself.
    pub fn new(config: &Config, bucket: Option<&str>) -> Result<Client> {
        config.check()?;
        if let Some(bucket) = bucket {
            names::check_bucket_name(bucket)?;
        }
        let resolved = endpoint::resolve(&config.endpoint_options())?;
        let signer = match (config.signature_version, resolved.scope_region) {
            (SignatureVersion::V1, _) => Signer::V1,
            (SignatureVersion::V4, Some(region)) => Signer::V4 {
                region,
                product: resolved.product,
                additional_headers: config.additional_signed_headers.clone(),
                keys: Box::default(),
            },
            (SignatureVersion::V4, None) => {
                return Err(Error::invalid(
                    "`region` is missing: V4 signatures need it, and the endpoint does not name one; give it, such as \
                     \"cn-hangzhou\"",
                ));
            }
        };
        let endpoint = resolved.endpoint;
        let authority = authority(&endpoint, bucket);
        Ok(Client(Arc::new(Inner {
            endpoint,
            bucket: bucket.map(str::to_owned),
            host: authority.host_header(),
            authority,
            user_agent: user_agent(&config.app_name),
            user_headers: config.user_headers.clone(),
            credentials: config.credentials_provider(),
            signer,
            session: config.open_session()?,
            connect_timeout: config.connect_timeout,
            read_timeout: config.read_timeout,
            total_timeout: config.total_timeout,
            crc64: config.crc64,
            retry: config.retry,
            clock: config.clock.clone(),
            clock_skew_correction: config.clock_skew_correction,
            traffic_limit: config.traffic_limit.map(|limit| limit.to_string()),
            clock_offset: AtomicI32::new(0),
        })))
    }

    /// The bucket, unless this is the service.
    pub fn bucket(&self) -> Option<&str> {
        self.0.bucket.as_deref()
    }

    /// Where the service is, without the bucket: scheme, host, and the port if it is not the usual one.
    pub fn endpoint(&self) -> String {
        let endpoint = &self.0.endpoint;
        format!("{}://{}", endpoint.scheme.as_str(), endpoint.host_for(None))
    }

    /// Whether the configuration sends this header with every request.
    pub fn always_sends(&self, header: &str) -> bool {
        let mut names = self.0.user_headers.iter().map(|(name, _)| name);
        names.any(|name| name.eq_ignore_ascii_case(header))
    }

    /// Whether transfers are compared with the service's CRC-64.
    pub fn checks_crc64(&self) -> bool {
        self.0.crc64
    }

    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// Sends `request` without a body and collects the answer.
    pub fn call(&self, request: &Request<'_>, options: &Options<'_>) -> Result<Response> {
        self.call_with(request, Body::Empty, options)
    }

    /// Sends `request` with `body` and collects the answer.
    pub fn call_with(
        &self,
        request: &Request<'_>,
        body: Body<'_>,
        options: &Options<'_>,
    ) -> Result<Response> {
        let limits = self.limits(options)?;
        let reply = self.send(request, body, options, limits, Want::Collected)?;
        Ok(reply.response)
    }

    /// Sends `request` with `body`; the body of the answer is still to be read.
    pub fn stream(
        &self,
        request: &Request<'_>,
        body: Body<'_>,
        options: &Options<'_>,
    ) -> Result<Reply> {
        let limits = self.limits(options)?;
        self.send(request, body, options, limits, Want::Streamed)
    }

    /// As [`stream`](Self::stream) without a body, within limits that are already running.
    pub fn stream_within(
        &self,
        request: &Request<'_>,
        options: &Options<'_>,
        limits: Limits,
    ) -> Result<Reply> {
        self.send(request, Body::Empty, options, limits, Want::Streamed)
    }

    fn send(
        &self,
        request: &Request<'_>,
        body: Body<'_>,
        options: &Options<'_>,
        limits: Limits,
        want: Want,
    ) -> Result<Reply> {
        let inner = &*self.0;
        let mut upload = Upload::new(
            body,
            inner.initial_crc64(request, options),
            options.progress,
        );
        let mut call = Prepared::new(inner, request, options)?;
        let (mut attempts, mut allowed) = (0, inner.retry.attempts);
        let (mut clock_corrected, mut stale_replaced, mut keys_renewed) = (false, false, false);
        let mut answer_lost = false;
        loop {
            let local = inner.clock.now();
            let signed_with = inner
                .sign(&mut call, local, &limits)
                .map_err(|error| error.with_attempts(attempts))?;
            attempts += 1;
            if let Some(heard) = call.heard {
                heard.begin(attempts);
            }
            let failed = match inner.attempt(&call, &mut upload, &limits, want, local) {
                Ok(mut reply) => {
                    reply.response.attempts = attempts;
                    upload.finish();
                    log::debug!(
                        "{}: {} (attempt {attempts}, request id {})",
                        request.operation.name,
                        reply.response.status,
                        reply.response.request_id()
                    );
                    return Ok(reply);
                }
                Err(failed) => failed,
            };
            log::warn!(
                "{}: attempt {attempts}: {}",
                request.operation.name,
                failed.error
            );
            let after_lost_answer = answer_lost;
            let give_up = |error: Error| {
                let error = match error.kind() {
                    Kind::Exists if after_lost_answer => error
                        .with_note("an earlier attempt may have stored it: its answer was lost"),
                    _ => error,
                };
                Err::<Reply, _>(error.with_attempts(attempts))
            };
            if !upload.is_replayable() {
                return give_up(failed.error);
            }
            answer_lost |= failed.error.http_status() == 0;
            // What was not sent did not happen.
            let repeatable = request.operation.idempotent || !failed.sent;
            let mut wait = Duration::ZERO;
            if let Some(offset) = failed.clock_offset
                && inner.clock_skew_correction
                && !call.is_signed
                && !clock_corrected
            {
                // Refused before anything happened: safe to repeat, whatever the operation.
                inner.clock_offset.store(offset, Ordering::Relaxed);
                clock_corrected = true;
                allowed += 1;
            } else if !keys_renewed
                && answer::refuses_keys(&failed.error)
                && signed_with.is_some_and(|keys| inner.credentials.refused(&keys))
            {
                // Refused before anything happened, too.
                keys_renewed = true;
                allowed += 1;
            } else if failed.stale && repeatable && !stale_replaced {
                stale_replaced = true;
                allowed += 1;
            } else if failed.error.is_retryable() && repeatable && attempts < allowed {
                match inner.retry.wait(attempts, failed.retry_after) {
                    Some(time) if !limits.ends_within(time) => wait = time,
                    _ => return give_up(failed.error),
                }
            } else {
                return give_up(failed.error);
            }
            if let Err(error) = limits.sleep(wait) {
                return give_up(error);
            }
            if let Err(rewind) = upload.rewind() {
                let note = format!("it was not repeated: {rewind}");
                return give_up(failed.error.with_note(&note));
            }
        }
    }

    /// When a call that begins now has to be over: as `options` say, else as the configuration does.
    pub fn deadline(&self, options: &Options<'_>) -> Result<Option<Deadline>> {
        let timeout = match options.timeout {
            Some(timeout) => Some(check_timeout("timeout", timeout)?),
            None => self.0.total_timeout,
        };
        Ok(timeout.map(|timeout| (Instant::now() + timeout, timeout)))
    }

    fn limits(&self, options: &Options<'_>) -> Result<Limits> {
        let deadline = match options.deadline {
            Some(deadline) => Some(deadline),
            None => self.deadline(options)?,
        };
        let own = |name, given: Option<Duration>, otherwise| {
            given.map_or(Ok(otherwise), |timeout| check_timeout(name, timeout))
        };
        Ok(Limits {
            cancel: options.cancel.clone(),
            connect: own(
                "connect_timeout",
                options.connect_timeout,
                self.0.connect_timeout,
            )?,
            idle: own("read_timeout", options.read_timeout, self.0.read_timeout)?,
            deadline,
        })
    }
}

impl Inner {
    /// What the CRC-64 of an upload begins with; `None` if it is not to be computed.
    fn initial_crc64(&self, request: &Request<'_>, options: &Options<'_>) -> Option<u64> {
        let begins = || {
            let mut query = request.query.iter().chain(&options.query);
            query.any(|(name, value)| name == "position" && value.as_deref() == Some("0"))
        };
        match request.operation.checked {
            _ if !self.crc64 => None,
            Checked::Unchecked => None,
            Checked::FromStart => Some(0),
            Checked::Continued => begins().then_some(0).or(options.initial_crc64),
        }
    }

    fn attempt(
        &self,
        call: &Prepared<'_>,
        upload: &mut Upload<'_, '_>,
        limits: &Limits,
        want: Want,
        local: i64,
    ) -> Result<Reply, Failed> {
        let length = upload.length();
        let payload = upload.exists().then_some(Payload {
            source: upload,
            length,
        });
        let sent = self.session.exchange(
            Outgoing {
                method: call.operation.method.as_str(),
                authority: &call.authority,
                target: &call.target,
                headers: &call.headers,
                payload,
            },
            limits,
        );
        let mut incoming = sent.map_err(|failure| Failed {
            stale: failure.stale,
            sent: failure.sent,
            ..Failed::from(failure.error)
        })?;
        let mut response = Response {
            status: incoming.status,
            headers: std::mem::take(&mut incoming.headers),
            ..Response::default()
        };
        if let Some(heard) = call.heard {
            heard.hear(Answer::Good(response.clone()));
        }
        let wants_callback = call
            .headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("x-oss-callback"))
            || call.target.contains("callback=");
        if !answer::is_success(response.status, wants_callback) {
            return Err(self.refused(call, &response, &mut incoming, local));
        }
        response.verified = check_upload(call.operation, upload, incoming.cut_short, &response)?;
        if want == Want::Collected {
            response.body = collect(&mut incoming, response.content_length())?;
            // What an object holds is not the service's word.
            if call.operation.answer != Content::Bytes {
                answer::check_body(call.operation.name, &response)?;
            }
        }
        Ok(Reply {
            response,
            incoming,
            limits: limits.clone(),
        })
    }

    /// The service's time when our clock says `local`.
    fn service_clock(&self, local: i64) -> Timestamp {
        Timestamp(local.saturating_add(self.clock_offset.load(Ordering::Relaxed).into()))
    }

    fn credentials(&self, limits: &Limits) -> Result<Option<Arc<Credentials>>> {
        self.credentials.credentials(&Asking {
            limits,
            session: &self.session,
            clock: &self.clock,
        })
    }

    /// Signs for the time `local`, as our clock has it; with which keys.
    fn sign(
        &self,
        call: &mut Prepared<'_>,
        local: i64,
        limits: &Limits,
    ) -> Result<Option<Arc<Credentials>>> {
        if call.is_signed {
            return Ok(None);
        }
        let now = self.service_clock(local);
        call.headers.truncate(call.unsigned);
        let Some(credentials) = self.credentials(limits)? else {
            return Ok(None);
        };
        let mut message = Message {
            method: call.operation.method.as_str(),
            bucket: self.bucket.as_deref(),
            key: call.key,
            query: &call.query,
            headers: &mut call.headers,
        };
        match &self.signer {
            Signer::V1 => sign::v1::sign(&mut message, &credentials, now),
            Signer::V4 {
                region,
                product,
                additional_headers,
                keys,
            } => {
                let scope = sign::v4::Scope { region, product };
                sign::v4::sign(
                    &mut message,
                    &credentials,
                    &scope,
                    now,
                    additional_headers,
                    keys,
                );
            }
        }
        Ok(Some(credentials))
    }

    fn refused(
        &self,
        call: &Prepared<'_>,
        response: &Response,
        incoming: &mut Incoming,
        local: i64,
    ) -> Failed {
        let body = answer::read_error_body(incoming);
        let error = answer::service_error(call.operation.name, response, body);
        if let (Some(heard), Some(refusal)) = (call.heard, error.service()) {
            heard.hear(Answer::Refused(refusal.clone()));
        }
        let clock_offset = (error.code() == "RequestTimeTooSkewed")
            .then(|| answer::server_clock(&error, response))
            .flatten()
            .map(|server| clock_offset(server.0, local));
        Failed {
            error,
            stale: false,
            sent: true,
            retry_after: answer::retry_after(response, local),
            clock_offset,
        }
    }
}

/// Compares what was sent with what the service says it stored; whether there was anything to compare.
fn check_upload(
    operation: &Operation,
    upload: &Upload<'_, '_>,
    cut_short: bool,
    response: &Response,
) -> Result<bool> {
    if cut_short {
        return Err(Error::new(
            Kind::BadResponse,
            "the service reported success before the whole body was sent",
        ));
    }
    let (Some(ours), Some(theirs), true) = (upload.crc64(), response.crc64(), upload.exists())
    else {
        return Ok(false);
    };
    if ours == theirs {
        return Ok(true);
    }
    Err(Error::new(
        Kind::ChecksumMismatch,
        format!(
            "the service stored something else than was sent: CRC-64 {theirs} there, {ours} here (request id {})",
            response.request_id()
        ),
    )
    // What was appended is there, and would be refused a second time.
    .with_retryable(operation.checked == Checked::FromStart))
}

fn collect(incoming: &mut Incoming, length: Option<u64>) -> Result<Vec<u8>> {
    // The announced length is only a hint: memory grows with what really comes.
    let mut body = memory::zeros(length.unwrap_or(0).clamp(512, 256 * 1024) as usize)?;
    let mut filled = 0;
    loop {
        if filled == body.len() {
            memory::lengthen(&mut body, filled * 2)?;
        }
        match incoming.read(body.get_mut(filled..).unwrap_or_default())? {
            0 => break,
            got => filled += got,
        }
        if filled as u64 > MAX_COLLECTED {
            return Err(too_large());
        }
    }
    body.truncate(filled);
    Ok(body)
}

pub(crate) fn too_large() -> Error {
    Error::new(
        Kind::BadResponse,
        format!("the answer is larger than {MAX_COLLECTED} bytes; read it as a stream"),
    )
    .with_retryable(false)
}

/// Where requests about `bucket` go.
fn authority(endpoint: &Endpoint, bucket: Option<&str>) -> Authority {
    Authority {
        https: endpoint.scheme == Scheme::Https,
        host: endpoint.host_name_for(bucket),
        port: endpoint.port.unwrap_or(endpoint.scheme.default_port()),
    }
}

/// What has to be added to our clock, which says `local`, to get the service's; as near to it as an `i32` comes.
fn clock_offset(server: i64, local: i64) -> i32 {
    let offset = server.saturating_sub(local);
    offset.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

fn user_agent(app_name: &str) -> String {
    use std::env::consts::{ARCH, OS};
    let version = env!("CARGO_PKG_VERSION");
    match app_name {
        "" => format!("alioss/{version} ({OS}/{ARCH})"),
        _ => format!("alioss/{version} ({OS}/{ARCH})/{app_name}"),
    }
}
