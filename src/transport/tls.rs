//! TLS: whom to trust, which versions to speak, and a stream over a [`Socket`].

use std::fmt;
use std::io::{self, Read, Write};
use std::sync::{Arc, OnceLock};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct,
    RootCertStore, SignatureScheme,
};

use super::socket::Socket;
use super::{Authority, TlsVersion};
use crate::cancel::{Connecting, Limits};
use crate::error::{Error, Kind, Result};

/// Whose certificates are accepted.
#[derive(Clone, Debug, Default)]
pub(crate) enum Trust {
    /// Mozilla's roots, built in, and those of the system where it has any.
    #[default]
    BuiltInAndSystem,
    /// Only these, in PEM.
    Pem(Arc<[u8]>),
    /// Everybody. For tests of one's own.
    Anybody,
}

/// Makes TLS connections. Cheap until the first one is needed.
pub(crate) struct Tls {
    min: TlsVersion,
    max: TlsVersion,
    trust: Trust,
    config: OnceLock<Result<Arc<ClientConfig>>>,
}

impl Tls {
    pub fn new(min: TlsVersion, max: TlsVersion, trust: Trust) -> Result<Tls> {
        let tls = Tls {
            min,
            max,
            trust,
            config: OnceLock::new(),
        };
        // The user's own roots are looked at now, so that a bad file is reported where it was given.
        if let Trust::Pem(_) = tls.trust {
            tls.config()?;
        }
        Ok(tls)
    }

    /// Shakes hands with `authority` over `socket`.
    pub fn connect(
        &self,
        authority: &Authority,
        socket: &Socket,
        limit: &Connecting,
    ) -> Result<Stream> {
        let whom = authority.host_header();
        let name = ServerName::try_from(authority.host.trim_matches(['[', ']']))
            .map_err(|_| Error::invalid(format!("{whom} is no name that a certificate can have")))?
            .to_owned();
        let connection = ClientConnection::new(self.config()?, name)
            .map_err(|cause| self.refused(&whom, &cause))?;
        let mut stream = Stream(Box::new(connection));
        let mut io = socket.while_connecting(limit, &whom);
        while stream.0.is_handshaking() {
            stream
                .turn(&mut io)
                .map_err(|cause| match rustls_error(&cause) {
                    Some(cause) => self.refused(&whom, cause),
                    None => {
                        let doing = format!("the TLS handshake with {whom} broke");
                        Error::from_io(Kind::Network, doing, cause)
                    }
                })?;
        }
        Ok(stream)
    }

    fn config(&self) -> Result<Arc<ClientConfig>> {
        self.config.get_or_init(|| self.build()).clone()
    }

    fn build(&self) -> Result<Arc<ClientConfig>> {
        let versions: Vec<_> = [
            (TlsVersion::V1_2, &rustls::version::TLS12),
            (TlsVersion::V1_3, &rustls::version::TLS13),
        ]
        .into_iter()
        .filter(|(version, _)| (self.min..=self.max).contains(version))
        .map(|(_, rustls)| rustls)
        .collect();
        let provider = Arc::new(ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&versions)
            .map_err(|cause| Error::invalid(format!("`tls_versions`: {cause}")))?
            .dangerous()
            .with_custom_certificate_verifier(verifier(&self.trust, provider)?)
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(32);
        Ok(Arc::new(config))
    }

    fn refused(&self, whom: &str, cause: &rustls::Error) -> Error {
        let why = match cause {
            rustls::Error::AlertReceived(AlertDescription::ProtocolVersion)
            | rustls::Error::PeerIncompatible(_) => format!(
                "client and server have no TLS version in common (`tls_versions` allows {} to {}): {cause}",
                self.min, self.max
            ),
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => match self.trust {
                Trust::Pem(_) => {
                    "its certificate was not issued by a root of `ca_file` or `ca_pem`".into()
                }
                _ => {
                    "its certificate was issued by nobody the built-in or the system's roots know; \
                      give the root as `ca_file` or `ca_pem`"
                        .into()
                }
            },
            other => other.to_string(),
        };
        Error::new(Kind::Network, format!("TLS with {whom} failed: {why}")).with_retryable(false)
    }
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tls({:?}..={:?}, {:?})", self.min, self.max, self.trust)
    }
}

fn rustls_error(cause: &io::Error) -> Option<&rustls::Error> {
    cause.get_ref()?.downcast_ref()
}

/// An established TLS connection; the socket is lent for each use.
#[derive(Debug)]
pub(crate) struct Stream(Box<ClientConnection>);

impl Stream {
    /// Reads plaintext; 0 after a clean end.
    pub fn read(
        &mut self,
        socket: &Socket,
        limits: &Limits,
        buffer: &mut [u8],
    ) -> io::Result<usize> {
        loop {
            match self.0.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.turn(&mut socket.with(limits))?;
                }
                done => return done,
            }
        }
    }

    /// Sends all of `bytes`.
    pub fn write_all(
        &mut self,
        socket: &Socket,
        limits: &Limits,
        mut bytes: &[u8],
    ) -> io::Result<()> {
        let mut io = socket.with(limits);
        while !bytes.is_empty() {
            let taken = self.0.writer().write(bytes)?;
            bytes = bytes.get(taken..).unwrap_or_default();
            while self.0.wants_write() {
                match self.0.write_tls(&mut io) {
                    // The peer speaks meanwhile: an early answer, or only a message of TLS itself.
                    Err(cause) if cause.kind() == io::ErrorKind::WouldBlock => {
                        if self.has_plaintext(socket, limits)? {
                            return Err(cause);
                        }
                    }
                    done => drop(done?),
                }
            }
        }
        Ok(())
    }

    /// Takes in what has already arrived; whether it holds plaintext. A session ticket, for one, does not.
    pub fn has_plaintext(&mut self, socket: &Socket, limits: &Limits) -> io::Result<bool> {
        self.0.read_tls(&mut socket.with(limits))?;
        let state = self.0.process_new_packets().map_err(io::Error::other)?;
        Ok(state.plaintext_bytes_to_read() > 0 || state.peer_has_closed())
    }

    /// One step of the connection: sends what waits, else takes in what comes.
    fn turn<T: Read + Write>(&mut self, io: &mut T) -> io::Result<()> {
        if self.0.wants_write() {
            self.0.write_tls(io)?;
            return Ok(());
        }
        if self.0.read_tls(io)? == 0 && self.0.is_handshaking() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if let Err(error) = self.0.process_new_packets() {
            // Tell the peer why, as far as it still listens.
            let _ = self.0.write_tls(io);
            return Err(io::Error::other(error));
        }
        Ok(())
    }
}

fn verifier(trust: &Trust, provider: Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>> {
    Ok(match trust {
        Trust::Anybody => Arc::new(AcceptAnybody(provider)),
        Trust::Pem(pem) => {
            let mut roots = RootCertStore::empty();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                certificate
                    .map_err(|cause| cause.to_string())
                    .and_then(|der| roots.add(der).map_err(|cause| cause.to_string()))
                    .map_err(|cause| {
                        Error::invalid(format!(
                            "`ca_file` or `ca_pem` holds a bad certificate: {cause}"
                        ))
                    })?;
            }
            if roots.is_empty() {
                return Err(Error::invalid(
                    "`ca_file` or `ca_pem` holds no certificate; expected PEM with at least one \
                     \"BEGIN CERTIFICATE\"",
                ));
            }
            built(roots, provider)?
        }
        Trust::BuiltInAndSystem => {
            let mut roots = RootCertStore::empty();
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            Arc::new(BuiltInThenSystem {
                built_in: built(roots, provider.clone())?,
                system: OnceLock::new(),
                provider,
            })
        }
    })
}

fn built(roots: RootCertStore, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|cause| Error::new(Kind::Bug, format!("cannot build a verifier: {cause}")))
}

/// Asks the built-in roots, and reads the system's only for a certificate they do not know: a public endpoint never pays
/// for parsing the system's bundle.
#[derive(Debug)]
struct BuiltInThenSystem {
    built_in: Arc<WebPkiServerVerifier>,
    system: OnceLock<Option<Arc<WebPkiServerVerifier>>>,
    provider: Arc<CryptoProvider>,
}

impl BuiltInThenSystem {
    fn system(&self) -> Option<&Arc<WebPkiServerVerifier>> {
        self.system
            .get_or_init(|| {
                let mut roots = RootCertStore::empty();
                roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                built(roots, self.provider.clone()).ok()
            })
            .as_ref()
    }
}

impl ServerCertVerifier for BuiltInThenSystem {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let ask = |verifier: &WebPkiServerVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        match ask(&self.built_in) {
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                match self.system() {
                    Some(system) => ask(system),
                    None => Err(rustls::Error::InvalidCertificate(
                        CertificateError::UnknownIssuer,
                    )),
                }
            }
            answer => answer,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.built_in.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.built_in.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.built_in.supported_verify_schemes()
    }
}

/// `insecure_skip_verify`: the connection is encrypted, but to whom is unknown.
#[derive(Debug)]
struct AcceptAnybody(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAnybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
