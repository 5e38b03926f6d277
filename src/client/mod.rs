//! One request end to end: address, sign, send, check, repeat.

mod again;
pub(crate) mod answer;
mod attempt;
mod attempts;
mod headers;
mod judge;
mod misspelt;
mod prepared;
mod presign;
mod signature;
mod upload;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) use attempt::too_large;
use attempts::{Attempts, Failed, Next, Reached, Repeatable};
use prepared::Prepared;
pub use presign::{PostPolicy, Presigned};
use upload::Upload;

use crate::cancel::{Deadline, Limits};
use crate::clock::Clock;
use crate::config::{Config, SignatureVersion, check_timeout};
use crate::credentials::{Asking, Credentials, CredentialsProvider, Helpers};
use crate::endpoint::{self, Addressing, Endpoint, Scheme};
use crate::error::{Error, Kind, Result};
use crate::names;
use crate::operation::Checked;
use crate::request::{Body, Options, Request, Response};
use crate::retry::Retry;
use crate::sign::{self, Message};
use crate::time::{Dates, Timestamp};
use crate::transport::{Authority, Incoming, Session};
use crate::xml::Element;

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
    /// The first to be dropped: its threads use what follows.
    helpers: Helpers,
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
    file_sync: bool,
}

enum Signer {
    V1(sign::v1::Scheme),
    V4 {
        region: String,
        product: &'static str,
        additional_headers: Vec<String>,
        keys: Box<sign::v4::SigningKeys>,
    },
}

impl Signer {
    /// The same, with no keys derived yet.
    fn another(&self) -> Signer {
        match self {
            Signer::V1(scheme) => Signer::V1(*scheme),
            Signer::V4 {
                region,
                product,
                additional_headers,
                ..
            } => Signer::V4 {
                region: region.clone(),
                product,
                additional_headers: additional_headers.clone(),
                keys: Box::default(),
            },
        }
    }
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
    /// The document of the answer, if it was collected and the row has one.
    pub root: Option<Element>,
    pub incoming: Incoming,
    pub limits: Limits,
}

impl Client {
    /// Checks `config` as a whole. `bucket` is `None` for the service itself.
    pub fn new(config: &Config, bucket: Option<&str>) -> Result<Client> {
        config.check()?;
        config.retry.check(config.total_timeout)?;
        if let Some(bucket) = bucket {
            names::check_bucket_named("name", bucket)?;
        }
        let resolved = endpoint::resolve(&config.endpoint_options(bucket))?;
        let signer = match (config.signature_version, resolved.scope_region) {
            (SignatureVersion::V1, _) => Signer::V1(sign::v1::Scheme::new()?),
            (SignatureVersion::V4, Some(region)) => Signer::V4 {
                region,
                product: resolved.product,
                additional_headers: config.additional_signed_headers.clone(),
                keys: Box::default(),
            },
            (SignatureVersion::V4, None) => {
                return Err(Error::missing(
                    "region",
                    "V4 signatures need it, and the endpoint does not name one; give it, such as \
                     \"cn-hangzhou\"",
                ));
            }
        };
        let endpoint = resolved.endpoint;
        let authority = authority(&endpoint, bucket);
        let session = config.open_session()?;
        session.check(authority.https)?;
        Ok(Client(Arc::new(Inner {
            helpers: Helpers::default(),
            endpoint,
            bucket: bucket.map(str::to_owned),
            host: authority.host_header(),
            authority,
            user_agent: user_agent(&config.app_name),
            user_headers: config.user_headers.0.clone(),
            credentials: config.credentials_provider()?,
            signer,
            session,
            connect_timeout: config.connect_timeout,
            read_timeout: config.read_timeout,
            total_timeout: config.total_timeout,
            crc64: config.crc64,
            retry: config.retry,
            clock: config.clock.clone(),
            clock_skew_correction: config.clock_skew_correction,
            traffic_limit: config.traffic_limit.map(|limit| limit.to_string()),
            file_sync: config.file_sync,
        })))
    }

    /// The same way to another bucket of the service.
    pub fn for_bucket(&self, name: &str) -> Result<Client> {
        names::check_bucket_named("name", name)?;
        let inner = &*self.0;
        if inner.endpoint.addressing == Addressing::Cname {
            return Err(Error::unusable(
                "cname",
                format_args!(
                    "the custom domain {} leads to one bucket, so the bucket {name:?} cannot be reached through it; give an \
                     endpoint such as \"oss-cn-hangzhou.aliyuncs.com\"",
                    inner.endpoint.host
                ),
            ));
        }
        let authority = authority(&inner.endpoint, Some(name));
        Ok(Client(Arc::new(Inner {
            bucket: Some(name.to_owned()),
            host: authority.host_header(),
            authority,
            endpoint: inner.endpoint.clone(),
            user_agent: inner.user_agent.clone(),
            user_headers: inner.user_headers.clone(),
            credentials: Arc::clone(&inner.credentials),
            signer: inner.signer.another(),
            helpers: Helpers::default(),
            session: inner.session.clone(),
            clock: inner.clock.clone(),
            traffic_limit: inner.traffic_limit.clone(),
            ..*inner
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

    /// Whether downloaded files are on the disk before they get their names.
    pub fn syncs_files(&self) -> bool {
        self.0.file_sync
    }

    /// The limit of the bandwidth of each transfer, in bit/s.
    pub fn traffic_limit(&self) -> Option<&str> {
        self.0.traffic_limit.as_deref()
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
        let (response, _) = self.call_for_document(request, body, options)?;
        Ok(response)
    }

    /// As [`call_with`](Self::call_with); also the document of the answer, if the row has one.
    pub fn call_for_document(
        &self,
        request: &Request<'_>,
        body: Body<'_>,
        options: &Options<'_>,
    ) -> Result<(Response, Option<Element>)> {
        let limits = self.limits(options)?;
        let reply = self.send(request, body, options, limits, Want::Collected)?;
        Ok((reply.response, reply.root))
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
        let name = request.operation.name;
        let initial_crc64 = inner.initial_crc64(request, options);
        let mut upload = Upload::new(body, initial_crc64, options.progress, &limits);
        let dates = Dates::default();
        let mut call = Prepared::new(inner, request, options)?;
        upload.begin()?;
        let mut attempts = Attempts::new(inner.retry).of_change(request.operation.changes);
        loop {
            inner.sign(&mut call, &dates, &limits, &mut attempts)?;
            attempts.begin();
            if let Some(heard) = call.heard {
                heard.begin(attempts.made());
            }
            let failed = match inner.attempt(&call, &mut upload, &limits, want) {
                Ok(mut reply) => {
                    reply.response.attempts = attempts.made();
                    log::debug!("{name}: {}", reply.response.status);
                    return Ok(reply);
                }
                Err(failed) => failed,
            };
            log::warn!("{name}: attempt {}: {}", attempts.made(), failed.error);
            let how = Repeatable {
                idempotent: request.operation.idempotent || options.is_repeatable,
                replayable: upload.is_replayable(),
            };
            let (wait, cause) = match attempts.next(failed, how, |wait| !limits.ends_within(wait)) {
                Next::Again(wait, cause) => (wait, cause),
                Next::GiveUp(error) => return Err(error),
            };
            let waited = limits.sleep(wait);
            waited.map_err(|error| attempts.give_up(error, Reached::Nobody))?;
            if let Err(rewind) = upload.rewind() {
                let note = format!("it was not repeated: {rewind}");
                return Err(attempts.give_up(cause.with_note(&note), Reached::Nobody));
            }
        }
    }

    /// When a call that begins now has to be over: as `options` say, else as the configuration does.
    pub fn deadline(&self, options: &Options<'_>) -> Result<Option<Deadline>> {
        let (option, timeout) = match options.timeout {
            Some(timeout) => ("timeout", Some(check_timeout("timeout", timeout)?)),
            None => ("total_timeout", self.0.total_timeout),
        };
        Ok(timeout.map(|timeout| Deadline {
            end: Instant::now() + timeout,
            timeout,
            option,
        }))
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

    /// The service's time, now.
    fn service_time(&self) -> Timestamp {
        Timestamp(self.session.clock_offset().correct(self.clock.now()))
    }

    /// The credentials to sign with. That their provider could not be reached is an attempt that reached nobody.
    fn credentials(
        &self,
        limits: &Limits,
        attempts: &mut Attempts,
    ) -> Result<Option<Arc<Credentials>>> {
        loop {
            let asked = self.credentials.credentials(&Asking {
                limits,
                session: &self.session,
                clock: &self.clock,
                helpers: Some(&self.helpers),
            });
            let error = match asked {
                Ok(credentials) => return Ok(credentials),
                Err(error) => error,
            };
            // What a function of the caller's fails of has another kind, and is the caller's to repeat.
            if error.kind() != Kind::Credentials || !error.is_retryable() {
                return Err(attempts.give_up(error, Reached::Nobody));
            }
            attempts.begin();
            log::warn!("attempt {}: {error}", attempts.made());
            let fits = |wait| !limits.ends_within(wait);
            match attempts.next(Failed::without_keys(error), Repeatable::UNSENT, fits) {
                Next::Again(wait, _) => limits
                    .sleep(wait)
                    .map_err(|error| attempts.give_up(error, Reached::Nobody))?,
                Next::GiveUp(error) => return Err(error),
            }
        }
    }

    /// Signs for the time when the keys are there.
    fn sign<'r>(
        &self,
        call: &mut Prepared<'r>,
        dates: &'r Dates,
        limits: &Limits,
        attempts: &mut Attempts,
    ) -> Result<()> {
        if call.is_signed {
            return Ok(());
        }
        call.unsign();
        let Some(credentials) = self.credentials(limits, attempts)? else {
            return Ok(());
        };
        let now = self.service_time();
        let mut message = Message {
            method: call.operation.method.as_str(),
            bucket: self.bucket.as_deref(),
            key: call.key,
            query: &call.query,
            headers: &mut call.headers,
            dates,
        };
        match &self.signer {
            Signer::V1(scheme) => scheme.sign(&mut message, &credentials, now),
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
        call.credentials = Some(credentials);
        Ok(())
    }
}

/// Where requests about `bucket` go.
fn authority(endpoint: &Endpoint, bucket: Option<&str>) -> Authority {
    Authority {
        https: endpoint.scheme == Scheme::Https,
        host: endpoint.host_name_for(bucket),
        port: endpoint.port.unwrap_or(endpoint.scheme.default_port()),
    }
}

fn user_agent(app_name: &str) -> String {
    use std::env::consts::{ARCH, OS};
    let version = env!("CARGO_PKG_VERSION");
    match app_name {
        "" => format!("alioss/{version} ({OS}/{ARCH})"),
        _ => format!("alioss/{version} ({OS}/{ARCH})/{app_name}"),
    }
}
