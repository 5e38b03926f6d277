//! Every init option, with its default and its limits. `checks` has the rules, `session` what becomes of those for it.

mod checks;
mod session;
mod user_headers;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use checks::{check_common, check_signable};
pub(crate) use checks::{check_header, check_timeout, in_range, is_of_one_request};
use user_headers::UserHeaders;

use crate::clock::Clock;
use crate::credentials::{self, Credentials, CredentialsProvider, Environment, Recipe, Static};
use crate::endpoint::{self, EndpointOptions};
use crate::error::{Error, Result};
use crate::file;
use crate::request::callback;
use crate::retry::Retry;
use crate::transport::{Override, Proxy, Session, TlsVersion, Trust};

/// Which signature requests carry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SignatureVersion {
    /// `OSS4-HMAC-SHA256`; needs a region.
    #[default]
    V4,
    /// `OSS` (HMAC-SHA1); for old private installations.
    V1,
}

/// Longest timeout that is accepted; a longer one is a mistake of units.
const MAX_TIMEOUT: Duration = Duration::from_secs(7 * 24 * 3600);

/// Longest wait between attempts that is accepted.
const MAX_BACKOFF: Duration = Duration::from_secs(3600);

/// Largest CA file; the roots of a system have a quarter of a megabyte.
const MAX_CA_FILE: u64 = 16 * 1024 * 1024;

/// How to reach the service.
///
/// Setters keep the first bad value; [`Bucket::new`](crate::Bucket::new), [`Service::new`](crate::Service::new) and
/// [`Session::new`] then fail with its message, which names the option. Nothing is sent or resolved before the first request.
///
/// ```
/// # use alioss::{Bucket, Config};
/// let mut config = Config::new();
/// config.endpoint("https://oss-cn-hangzhou.aliyuncs.com").app_name("camera-7");
/// let bucket = Bucket::new(&config, "examplebucket")?;
/// # Ok::<(), alioss::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) endpoint: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) signature_version: SignatureVersion,
    pub(crate) cname: bool,
    pub(crate) path_style: bool,
    pub(crate) internal_endpoint: bool,
    pub(crate) accelerate_endpoint: bool,
    pub(crate) dual_stack: bool,
    pub(crate) cloudbox_id: Option<String>,
    pub(crate) additional_signed_headers: Vec<String>,
    credentials: Option<Arc<dyn CredentialsProvider>>,
    pub(crate) connect_timeout: Duration,
    pub(crate) read_timeout: Duration,
    pub(crate) total_timeout: Option<Duration>,
    pub(crate) app_name: String,
    pub(crate) user_headers: UserHeaders,
    pub(crate) crc64: bool,
    pub(crate) retry: Retry,
    pub(crate) clock: Clock,
    pub(crate) clock_skew_correction: bool,
    pub(crate) traffic_limit: Option<u64>,
    pub(crate) file_sync: bool,
    session: Option<Session>,
    own_session: SessionSettings,
    pub(crate) error: Option<Error>,
}

/// The options that belong to a session; `None` is the default.
#[derive(Clone, Debug, Default)]
struct SessionSettings {
    pool_size: Option<usize>,
    tls_versions: Option<(TlsVersion, TlsVersion)>,
    trust: Option<(&'static str, Trust)>,
    proxy: Option<Proxy>,
    proxy_from_env: bool,
    overrides: Vec<Override>,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            endpoint: None,
            region: None,
            signature_version: SignatureVersion::V4,
            cname: false,
            path_style: false,
            internal_endpoint: false,
            accelerate_endpoint: false,
            dual_stack: false,
            cloudbox_id: None,
            additional_signed_headers: Vec::new(),
            credentials: None,
            connect_timeout: Duration::from_secs(60),
            read_timeout: Duration::from_secs(60),
            total_timeout: None,
            app_name: String::new(),
            user_headers: UserHeaders::default(),
            crc64: true,
            retry: Retry::default(),
            clock: Clock::default(),
            clock_skew_correction: true,
            traffic_limit: None,
            file_sync: true,
            session: None,
            own_session: SessionSettings::default(),
            error: None,
        }
    }
}

impl Config {
    /// The defaults, with credentials from the environment. An endpoint or a region has to be added.
    pub fn new() -> Config {
        Config::default()
    }

    /// Host of the service, `[http[s]://]host[:port]`; `https` if no scheme is given. With only a region, that region's
    /// public endpoint is used.
    pub fn endpoint(&mut self, endpoint: &str) -> &mut Config {
        let check = endpoint::check(endpoint);
        self.set(check, |config, ()| {
            config.endpoint = Some(endpoint.to_owned())
        })
    }

    /// Region id such as `cn-hangzhou`; needed for V4 unless the endpoint is a host of Alibaba Cloud that names it.
    pub fn region(&mut self, region: &str) -> &mut Config {
        let check = crate::names::check_region(region);
        self.set(check, |config, ()| config.region = Some(region.to_owned()))
    }

    /// V4 (default) or V1.
    pub fn signature_version(&mut self, version: SignatureVersion) -> &mut Config {
        self.signature_version = version;
        self
    }

    /// The endpoint is a custom domain bound to the bucket: host and URL carry no bucket name. Default off.
    pub fn cname(&mut self, on: bool) -> &mut Config {
        self.cname = on;
        self
    }

    /// The bucket goes into the path instead of the host name. Default off; automatic for addresses and `localhost`.
    pub fn path_style(&mut self, on: bool) -> &mut Config {
        self.path_style = on;
        self
    }

    /// With only a region: its internal endpoint, reachable from Alibaba Cloud's own machines. Default off.
    pub fn internal_endpoint(&mut self, on: bool) -> &mut Config {
        self.internal_endpoint = on;
        self
    }

    /// With only a region: the global acceleration endpoint. Default off.
    pub fn accelerate_endpoint(&mut self, on: bool) -> &mut Config {
        self.accelerate_endpoint = on;
        self
    }

    /// With only a region: its endpoint with IPv4 and IPv6 addresses. Default off.
    pub fn dual_stack(&mut self, on: bool) -> &mut Config {
        self.dual_stack = on;
        self
    }

    /// Id of a cloud box (`cb-...`), which then stands for the region in V4 signatures.
    pub fn cloudbox_id(&mut self, id: &str) -> &mut Config {
        let check = crate::names::check_cloudbox_id(id);
        self.set(check, |config, ()| config.cloudbox_id = Some(id.to_owned()))
    }

    /// Has V4 also sign this header, such as `content-disposition` or `range`, wherever a request carries it. A presigned URL
    /// carries the headers that it is given, so never `host` or `user-agent`.
    pub fn additional_signed_header(&mut self, name: &str) -> &mut Config {
        let check = check_signable(name);
        self.set(check, |config, ()| {
            let name = name.to_ascii_lowercase();
            if !config.additional_signed_headers.contains(&name) {
                config.additional_signed_headers.push(name);
            }
        })
    }

    /// Long-lived keys, or temporary ones with their security token.
    pub fn keys(
        &mut self,
        access_key_id: &str,
        access_key_secret: &str,
        security_token: Option<&str>,
    ) -> &mut Config {
        let keys = Credentials::new(
            access_key_id,
            access_key_secret,
            security_token.map(str::to_owned),
        );
        self.set(Static::new(keys), |config, keys| {
            config.credentials = Some(Arc::new(keys))
        })
    }

    /// Where credentials come from, as one text such as `ecs-ram-role`; see [`Recipe`]. The environment is read now.
    pub fn credentials_from(&mut self, provider: &str) -> &mut Config {
        let provider = Recipe::parse(provider).and_then(|recipe| recipe.build());
        self.set(provider, |config, provider| {
            config.credentials = Some(provider)
        })
    }

    /// Where credentials come from, instead of the environment, which is read when a handle is made. Of this,
    /// [`credentials_from`](Self::credentials_from) and [`keys`](Self::keys) the last that is called counts.
    pub fn credentials(&mut self, provider: Arc<dyn CredentialsProvider>) -> &mut Config {
        self.credentials = Some(provider);
        self
    }

    /// Shares the connections of `session` with other handles. Its pool size, TLS, proxy and name settings apply, and
    /// giving them here too is an error.
    pub fn session(&mut self, session: &Session) -> &mut Config {
        self.session = Some(session.clone());
        self
    }

    /// Idle connections kept per host, 0..10000, default 10; more threads than that still work. Belongs to the session.
    pub fn pool_size(&mut self, connections: usize) -> &mut Config {
        let check = in_range("pool_size", connections, 0, 10_000, "connections");
        self.set(check, |config, size| {
            config.own_session.pool_size = Some(size)
        })
    }

    /// Limit for TCP connect, proxy and TLS handshake, all addresses together; 1 ms to 7 days, default 60 s.
    pub fn connect_timeout(&mut self, timeout: Duration) -> &mut Config {
        let check = check_timeout("connect_timeout", timeout);
        self.set(check, |config, timeout| config.connect_timeout = timeout)
    }

    /// Limit for no byte moving, in either direction; 1 ms to 7 days, default 60 s. Slow but moving is fine.
    pub fn read_timeout(&mut self, timeout: Duration) -> &mut Config {
        let check = check_timeout("read_timeout", timeout);
        self.set(check, |config, timeout| config.read_timeout = timeout)
    }

    /// Limit for a whole call with its retries; 1 ms to 7 days, default none.
    pub fn total_timeout(&mut self, timeout: Duration) -> &mut Config {
        let check = check_timeout("total_timeout", timeout);
        self.set(check, |config, timeout| {
            config.total_timeout = Some(timeout)
        })
    }

    /// Lowest and highest TLS version, default 1.2 to 1.3. Belongs to the session.
    pub fn tls_versions(&mut self, min: TlsVersion, max: TlsVersion) -> &mut Config {
        let check = if min <= max {
            Ok((min, max))
        } else {
            Err(Error::refused(
                "tls_versions",
                format_args!("the lowest ({min}) is above the highest ({max})"),
                "1.2 and 1.3, the lower one first",
            ))
        };
        self.set(check, |config, versions| {
            config.own_session.tls_versions = Some(versions)
        })
    }

    /// Trusts only the roots in this PEM file, a regular file of at most 16 MiB, read now. Belongs to the session.
    pub fn ca_file(&mut self, path: impl AsRef<Path>) -> &mut Config {
        let pem = file::read_bounded("ca_file", path.as_ref(), MAX_CA_FILE);
        self.trust("ca_file", pem.map(|pem| Trust::Pem(pem.into())))
    }

    /// Trusts only these roots, in PEM. Belongs to the session.
    pub fn ca_pem(&mut self, pem: &[u8]) -> &mut Config {
        self.trust("ca_pem", Ok(Trust::Pem(pem.into())))
    }

    /// Accepts any certificate: whoever sits in between can read and change everything. Belongs to the session.
    pub fn insecure_skip_verify(&mut self, on: bool) -> &mut Config {
        if on {
            self.trust("insecure_skip_verify", Ok(Trust::Anybody))
        } else {
            self.own_session
                .trust
                .take_if(|(option, _)| *option == "insecure_skip_verify");
            self
        }
    }

    /// HTTP proxy, `http://[user:password@]host[:port]`; https goes through a CONNECT tunnel. Belongs to the session.
    pub fn proxy(&mut self, url: &str) -> &mut Config {
        self.set(Proxy::parse(url), |config, proxy| {
            config.own_session.proxy = Some(proxy)
        })
    }

    /// Takes the proxy from `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, read when the session is made.
    /// Default off. Belongs to the session.
    pub fn proxy_from_env(&mut self, on: bool) -> &mut Config {
        self.own_session.proxy_from_env = on;
        self
    }

    /// Ends the User-Agent, so that the service's logs show the application. Visible ASCII and spaces, up to 128 bytes.
    pub fn app_name(&mut self, name: &str) -> &mut Config {
        let legal = name.len() <= 128
            && name.trim() == name
            && name
                .bytes()
                .all(|byte| byte == b' ' || byte.is_ascii_graphic());
        let check = if legal {
            Ok(())
        } else {
            Err(Error::refused(
                "app_name",
                format_args!("{name:?} cannot stand in the User-Agent header"),
                "up to 128 visible ASCII characters and spaces, no space at the ends",
            ))
        };
        self.set(check, |config, ()| config.app_name = name.to_owned())
    }

    /// Compares CRC-64 of uploads and of whole downloads with the service's. Default on.
    pub fn crc64(&mut self, on: bool) -> &mut Config {
        self.crc64 = on;
        self
    }

    /// Has the content of a downloaded file on the disk (one fsync) before the file gets its name, so that a power failure
    /// leaves the old file or the whole new one. Transfers that can be resumed do so with each part, and with their record.
    /// Default on.
    pub fn file_sync(&mut self, on: bool) -> &mut Config {
        self.file_sync = on;
        self
    }

    /// How many times a request is sent at most, 0..100, default 3; 1: it is never repeated, 0: until
    /// `total_timeout`, which has to be set. Only what may be repeated is. Not counted: one more when a kept connection
    /// has broken, or clock or keys were refused. That a provider of keys could not be reached counts. A download whose
    /// connection breaks goes on where it stopped: it counts the attempts in a row that brought less than 100 KiB.
    pub fn attempts(&mut self, attempts: u32) -> &mut Config {
        let check = in_range("attempts", attempts, 0, 100, "attempts");
        self.set(check, |config, attempts| config.retry.attempts = attempts)
    }

    /// The waits between attempts: random, from nothing up to a bound, which is `base` at first (default 200 ms), doubles each
    /// time, and never exceeds `cap` (default 20 s). Zero stands for the default; at most an hour, `base` at most `cap`. A
    /// `Retry-After` of the service prolongs a wait, up to 60 s; if it asks for more, the error is returned at once.
    pub fn backoff(&mut self, base: Duration, cap: Duration) -> &mut Config {
        let default = Retry::default();
        let given = |time: Duration, default| if time.is_zero() { default } else { time };
        let (base, cap) = (given(base, default.base), given(cap, default.cap));
        let check = if base <= cap && cap <= MAX_BACKOFF {
            Ok((base, cap))
        } else {
            Err(Error::refused(
                "backoff",
                format_args!(
                    "{} ms to {} ms is out of range",
                    base.as_millis(),
                    cap.as_millis()
                ),
                format_args!(
                    "a base that is not above the cap, and a cap up to {} ms",
                    MAX_BACKOFF.as_millis()
                ),
            ))
        };
        self.set(check, |config, (base, cap)| {
            (config.retry.base, config.retry.cap) = (base, cap);
        })
    }

    /// What time it is, in seconds since 1970 UTC, for machines whose clock is not set: it dates signatures, and it decides
    /// whether certificates are valid (on a configuration that a session is made from). Called from all threads that make
    /// requests. Default: the system's clock.
    pub fn clock(&mut self, now: impl Fn() -> i64 + Send + Sync + 'static) -> &mut Config {
        self.clock = Clock::new(now);
        self
    }

    /// Corrects the clock by the service's when a request was refused for it, until the clock is set. Default on.
    pub fn clock_skew_correction(&mut self, on: bool) -> &mut Config {
        self.clock_skew_correction = on;
        self
    }

    /// Sends this header with every request, unless a call brings its own. Those of a single request, such as Range and
    /// Accept-Encoding, are refused, and those of an upload callback are only sent where the service calls back. Spaces and
    /// tabs at the ends are no part of a value (RFC 9110), here and in [`Options::header`](crate::Options::header).
    pub fn user_header(&mut self, name: &str, value: &str) -> &mut Config {
        let check = check_header(["user_header"; 2], name, value)
            .and_then(|()| check_common(name))
            .and_then(|()| callback::check_header(name, value))
            .and_then(|()| self.user_headers.with(name, value));
        self.set(check, |config, headers| config.user_headers = headers)
    }

    /// Connects to `address` (an IP address, with a port or without) wherever the host is `host`: a name, `*.suffix`, or
    /// `*` for all names but localhost. Host header, certificate check and signature stay as they are. Belongs to the session.
    pub fn resolve(&mut self, host: &str, address: &str) -> &mut Config {
        self.set(Override::parse(host, address), |config, rule| {
            config.own_session.overrides.push(rule);
        })
    }

    /// Limits the bandwidth of each upload and download, in bit/s, 819200..838860800. Default no limit.
    pub fn traffic_limit(&mut self, bits_per_second: u64) -> &mut Config {
        let check = in_range(
            "traffic_limit",
            bits_per_second,
            819_200,
            838_860_800,
            "bit/s",
        );
        self.set(check, |config, limit| config.traffic_limit = Some(limit))
    }

    fn trust(&mut self, option: &'static str, trust: Result<Trust>) -> &mut Config {
        let check = match (&self.own_session.trust, trust) {
            (Some((other, _)), Ok(_)) if *other != option => {
                Err(Error::contradiction(option, other, "give one of them"))
            }
            (_, trust) => trust,
        };
        self.set(check, |config, trust| {
            config.own_session.trust = Some((option, trust))
        })
    }

    fn set<T>(&mut self, value: Result<T>, apply: impl FnOnce(&mut Config, T)) -> &mut Config {
        match value {
            Ok(value) => apply(self, value),
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        self
    }

    /// The first bad value, if there is one.
    pub(crate) fn check(&self) -> Result<()> {
        self.error.clone().map_or(Ok(()), Err)
    }

    /// The provider that was given, else the one that `OSS_CREDENTIALS` names, else the environment as it is now.
    pub(crate) fn credentials_provider(&self) -> Result<Arc<dyn CredentialsProvider>> {
        if let Some(given) = &self.credentials {
            return Ok(given.clone());
        }
        match credentials::variable("OSS_CREDENTIALS")? {
            Some(text) if !text.is_empty() => Recipe::parse(&text)
                .and_then(|recipe| recipe.build())
                .map_err(|error| {
                    Error::new(
                        error.kind(),
                        format!("OSS_CREDENTIALS in the environment: {error}"),
                    )
                }),
            _ => Ok(Arc::new(Environment::new())),
        }
    }

    pub(crate) fn endpoint_options<'a>(&'a self, bucket: Option<&'a str>) -> EndpointOptions<'a> {
        EndpointOptions {
            endpoint: self.endpoint.as_deref(),
            region: self.region.as_deref(),
            cname: self.cname,
            path_style: self.path_style,
            internal: self.internal_endpoint,
            accelerate: self.accelerate_endpoint,
            dual_stack: self.dual_stack,
            cloudbox_id: self.cloudbox_id.as_deref(),
            bucket,
        }
    }
}
