//! What a server can be told when it starts.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

/// The access key id that every server knows unless told otherwise.
pub const ACCESS_KEY_ID: &str = "local-access-key-id";
/// The secret of [`ACCESS_KEY_ID`].
pub const ACCESS_KEY_SECRET: &str = "local-access-key-secret";
/// The id of the temporary credentials that every server knows unless told otherwise.
pub const STS_ACCESS_KEY_ID: &str = "STS.local-access-key-id";
/// The secret of [`STS_ACCESS_KEY_ID`].
pub const STS_ACCESS_KEY_SECRET: &str = "local-sts-access-key-secret";
/// The token that must accompany [`STS_ACCESS_KEY_ID`].
pub const STS_TOKEN: &str = "local-security-token";

/// The account that keys belong to unless told otherwise.
pub const OWNER: &str = "0123456789012345";

/// A key pair, with a token if it is a temporary one.
#[derive(Debug, Clone)]
pub struct Credential {
    pub id: String,
    pub secret: String,
    pub token: Option<String>,
    /// Whose key it is.
    pub account: String,
    /// When a temporary key ends, in milliseconds since 1970.
    pub expires_ms: Option<i64>,
    /// What a temporary key may do at most: the policy that AssumeRole was given.
    pub(crate) session_policy: Option<Arc<Value>>,
}

impl Credential {
    pub fn new(id: impl Into<String>, secret: impl Into<String>) -> Credential {
        Credential {
            id: id.into(),
            secret: secret.into(),
            token: None,
            account: OWNER.to_owned(),
            expires_ms: None,
            session_policy: None,
        }
    }

    pub fn with_token(mut self, token: impl Into<String>) -> Credential {
        self.token = Some(token.into());
        self
    }

    /// A key of another account than [`OWNER`].
    pub fn of_account(mut self, account: impl Into<String>) -> Credential {
        self.account = account.into();
        self
    }

    /// Until when a temporary key is accepted, in milliseconds since 1970.
    pub fn until_ms(mut self, end: i64) -> Credential {
        self.expires_ms = Some(end);
        self
    }

    pub(crate) fn is_expired(&self, now_ms: i64) -> bool {
        self.expires_ms.is_some_and(|end| now_ms >= end)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    V1_2,
    V1_3,
}

#[derive(Debug, Clone)]
pub struct Options {
    /// Where objects are kept; `None` keeps them in memory.
    pub dir: Option<PathBuf>,
    /// Port 0 takes a free one.
    pub http_addr: SocketAddr,
    /// `None`: no HTTPS.
    pub https_addr: Option<SocketAddr>,
    /// Region of the service and of every bucket.
    pub region: String,
    pub credentials: Vec<Credential>,
    /// Custom domains, each with its bucket.
    pub cnames: Vec<(String, String)>,
    /// Lowest and highest TLS version on offer.
    pub tls_versions: (TlsVersion, TlsVersion),
    /// `false` leaves MD5 out and makes ETags from the CRC; for benchmarks.
    pub etag_md5: bool,
    /// `false` keeps no list of requests; for benchmarks.
    pub record: bool,
    /// A line for each request on standard error.
    pub verbose: bool,
    /// Further domains whose subdomains are buckets, as those of `localhost` are.
    pub domains: Vec<String>,
    /// Certificate chain and key, in PEM files, to use instead of certificates of an own CA.
    pub certificate: Option<(PathBuf, PathBuf)>,
    /// The RAM role of this machine: with one there is a metadata service below `/latest/`.
    pub ram_role: Option<String>,
    /// The longest that keys live which STS and the metadata service give out, whatever is asked for.
    pub sts_lifetime: Option<Duration>,
    /// How long an archived object takes to thaw.
    pub restore_delay: Duration,
    /// New buckets block public access until they are told otherwise, as those of new accounts of the service do.
    pub block_public_access: bool,
    /// How many bytes all objects may take together while they are kept in memory; `None`: as many as there are.
    pub memory_limit: Option<u64>,
    /// How long a day is for the rules of lifecycles; `None` carries them out only when asked to.
    pub lifecycle_day: Option<Duration>,
    /// Threads that serve connections.
    pub threads: usize,
}

impl Default for Options {
    fn default() -> Options {
        let any_port = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Options {
            dir: None,
            http_addr: any_port,
            https_addr: Some(any_port),
            region: "cn-hangzhou".to_owned(),
            credentials: vec![
                Credential::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET),
                Credential::new(STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET).with_token(STS_TOKEN),
            ],
            cnames: Vec::new(),
            tls_versions: (TlsVersion::V1_2, TlsVersion::V1_3),
            etag_md5: true,
            record: true,
            verbose: false,
            domains: Vec::new(),
            certificate: None,
            ram_role: None,
            sts_lifetime: None,
            restore_delay: Duration::from_secs(1),
            block_public_access: false,
            memory_limit: None,
            lifecycle_day: None,
            threads: 4,
        }
    }
}
