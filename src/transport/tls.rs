//! TLS: which versions to speak, whom to trust, and the words for what goes wrong while shaking hands.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, KeyProvider, ring};
use rustls::pki_types::{PrivateKeyDer, ServerName, UnixTime};
use rustls::sign::SigningKey;
use rustls::time_provider::TimeProvider;
use rustls::{AlertDescription, CertificateError, ClientConfig};

use super::builtin_roots::ASKED;
pub(crate) use super::records::Records;
use super::socket::{Fault, Socket, Wait};
use super::verify::{self, NoSystemRoots};
use super::{Authority, TlsVersion, Trust};
use crate::cancel::Connecting;
use crate::clock::Clock;
use crate::error::{Error, Kind, Result};
use crate::process::PerProcess;
use crate::time::Timestamp;

/// Makes TLS connections. Cheap until the first one is needed.
pub(crate) struct Tls {
    min: TlsVersion,
    max: TlsVersion,
    trust: Trust,
    /// Where the system's roots are.
    places: verify::Places,
    clock: Clock,
    /// A forked child has its own: the memory of sessions inside has a lock.
    config: PerProcess<ClientConfig>,
}

/// What certificates have to be valid at.
#[derive(Debug)]
struct Time(Clock);

impl TimeProvider for Time {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = self.0.now().try_into().unwrap_or(0);
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Reads no private keys: there are no certificates of clients, and so the library needs nothing that signs.
#[derive(Debug)]
struct NoKeys;

impl KeyProvider for NoKeys {
    fn load_private_key(
        &self,
        _: PrivateKeyDer<'static>,
    ) -> Result<Arc<dyn SigningKey>, rustls::Error> {
        Err(rustls::Error::General("private keys are not used".into()))
    }
}

impl Tls {
    pub fn new(min: TlsVersion, max: TlsVersion, trust: Trust, clock: Clock) -> Result<Tls> {
        let tls = Tls {
            min,
            max,
            trust,
            places: verify::Places::from_environment(),
            clock,
            config: PerProcess::new(),
        };
        // The user's own roots are looked at now, so that a bad file is reported where it was given.
        if let Trust::Pem(_) = tls.trust {
            tls.config()?;
        }
        Ok(tls)
    }

    /// An error if this build cannot speak to endpoints of that kind.
    pub fn check(&self, _https: bool) -> Result<()> {
        Ok(())
    }

    /// Shakes hands with `authority` over `socket`.
    pub fn connect(
        &self,
        authority: &Authority,
        socket: &Socket,
        limit: &Connecting,
    ) -> Result<Records> {
        let whom = authority.host_header();
        let host = authority.host.trim_matches(['[', ']']);
        // A name that ends with a dot is complete; certificates have it without.
        let name = ServerName::try_from(host.strip_suffix('.').unwrap_or(host))
            .map_err(|_| {
                Error::invalid(format!("{whom} is not a name that a certificate can have"))
            })?
            .to_owned();
        let mut records =
            Records::new(self.config()?, name).map_err(|cause| self.refused(&whom, &cause))?;
        match records.shake_hands(socket, &mut Wait::connecting(limit, &whom)) {
            Ok(()) => Ok(records),
            Err(Fault::Stop(error)) => Err(error),
            Err(Fault::Io(cause)) => Err(match rustls_error(&cause) {
                Some(cause) => self.refused(&whom, cause),
                None => broken(&whom, &cause.to_string()),
            }),
            Err(Fault::PeerSpeaks) => Err(broken(&whom, "the peer does not listen")),
        }
    }

    fn config(&self) -> Result<Arc<ClientConfig>> {
        self.config.get_or_try(|| self.build())
    }

    fn build(&self) -> Result<ClientConfig> {
        let versions: Vec<_> = [
            (TlsVersion::V1_2, &rustls::version::TLS12),
            (TlsVersion::V1_3, &rustls::version::TLS13),
        ]
        .into_iter()
        .filter(|(version, _)| (self.min..=self.max).contains(version))
        .map(|(_, rustls)| rustls)
        .collect();
        let provider = Arc::new(CryptoProvider {
            key_provider: &NoKeys,
            ..ring::default_provider()
        });
        let clock = Arc::new(Time(self.clock.clone()));
        let mut config = ClientConfig::builder_with_details(provider.clone(), clock)
            .with_protocol_versions(&versions)
            .map_err(|cause| Error::unusable("tls_versions", format_args!("{cause}")))?
            .dangerous()
            .with_custom_certificate_verifier(verify::verifier(
                &self.trust,
                &self.places,
                provider,
            )?)
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(32);
        Ok(config)
    }

    fn refused(&self, whom: &str, cause: &rustls::Error) -> Error {
        let mut retryable = false;
        let why = match cause {
            rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
            | rustls::Error::PeerIncompatible(_) => format!(
                "client and server have no TLS version in common (`tls_versions` allows {} to {}): {cause}",
                self.min, self.max
            ),
            rustls::Error::InvalidMessage(_) => {
                format!("what it sends is not TLS ({cause}); does it speak TLS?")
            }
            rustls::Error::InvalidCertificate(cause) => {
                retryable = verify::no_system_roots(cause).is_some();
                self.refused_certificate(cause)
            }
            other => other.to_string(),
        };
        Error::new(Kind::Network, format!("TLS with {whom} failed: {why}"))
            .with_retryable(retryable)
    }

    fn refused_certificate(&self, cause: &CertificateError) -> String {
        if let Some(NoSystemRoots(why)) = verify::no_system_roots(cause) {
            return format!(
                "its certificate was issued by nobody the built-in roots know, and the system's could not be read: {why}"
            );
        }
        let date = |time: &UnixTime| {
            let seconds = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
            Timestamp(seconds).iso8601_millis()
        };
        let clock = if self.clock.is_callers() {
            "`clock`"
        } else {
            "this machine's clock"
        };
        match cause {
            CertificateError::NotValidYetContext { time, not_before } => format!(
                "its certificate is valid from {}, and {clock} says {}",
                date(not_before),
                date(time)
            ),
            CertificateError::ExpiredContext { time, not_after } => format!(
                "its certificate was valid until {}, and {clock} says {}",
                date(not_after),
                date(time)
            ),
            CertificateError::UnknownIssuer => match self.trust {
                Trust::Pem(_) => {
                    "its certificate was not issued by a root of `ca_file` or `ca_pem`".into()
                }
                _ => format!(
                    "its certificate was issued by nobody {ASKED} know; give the root as `ca_file` or `ca_pem`"
                ),
            },
            other => rustls::Error::InvalidCertificate(other.clone()).to_string(),
        }
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({:?}..={:?}, {:?})", self.min, self.max, self.trust)
    }
}

/// The connection ended while shaking hands.
fn broken(whom: &str, why: &str) -> Error {
    Error::new(
        Kind::Network,
        format!("the TLS handshake with {whom} broke: {why}; does it speak TLS?"),
    )
}

fn rustls_error(cause: &io::Error) -> Option<&rustls::Error> {
    cause.get_ref()?.downcast_ref()
}
