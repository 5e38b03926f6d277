//! Whose certificates are accepted.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme};
use rustls_native_certs::{CertificateResult, load_certs_from_paths};

use super::{Trust, builtin_roots};
use crate::error::{Error, Kind, Result};
use crate::process::PerProcess;

/// Where the system's roots are, as `SSL_CERT_FILE` and `SSL_CERT_DIR` say. They are read when a session is made, and never
/// later: reading the environment races with a program that changes it.
#[derive(Clone, Debug)]
pub(super) struct Places {
    file: Option<PathBuf>,
    directory: Option<PathBuf>,
}

/// Where Unix systems have all roots in one file, and where else in single ones.
const FILES: [&str; 6] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
];
const DIRECTORY: &str = "/etc/ssl/certs";

impl Places {
    pub fn from_environment() -> Places {
        let place = |name: &str| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty());
            value.map(PathBuf::from)
        };
        Places {
            file: place("SSL_CERT_FILE"),
            directory: place("SSL_CERT_DIR"),
        }
    }

    fn load(&self) -> CertificateResult {
        if let Some(file) = &self.file
            && !file.is_file()
        {
            // Not to wait for a pipe, or read from a device for ever.
            log::warn!("SSL_CERT_FILE: {} is not a file", file.display());
        }
        let file = self.file.as_deref().filter(|file| file.is_file());
        if self.file.is_some() || self.directory.is_some() {
            return load_certs_from_paths(file, self.directory.as_deref());
        }
        if cfg!(not(all(unix, not(target_vendor = "apple")))) {
            // These have an interface of their own for them.
            return rustls_native_certs::load_native_certs();
        }
        match FILES.iter().map(Path::new).find(|file| file.is_file()) {
            Some(file) => load_certs_from_paths(Some(file), None),
            None if Path::new(DIRECTORY).is_dir() => {
                load_certs_from_paths(None, Some(Path::new(DIRECTORY)))
            }
            None => load_certs_from_paths(None, None),
        }
    }
}

/// What is wrong with a PEM text. The words of the library show its bytes as numbers.
fn in_words(cause: &pem::Error) -> String {
    match cause {
        pem::Error::MissingSectionEnd { end_marker } => format!(
            "the line \"-----END {}-----\" is missing; is the text whole?",
            end_marker.escape_ascii()
        ),
        pem::Error::IllegalSectionStart { line } => {
            let shown = line.get(..line.len().min(40)).unwrap_or_default();
            format!(
                "{:?} does not begin a section",
                shown.escape_ascii().to_string()
            )
        }
        other => other.to_string(),
    }
}

pub(super) fn verifier(
    trust: &Trust,
    places: &Places,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ServerCertVerifier>> {
    Ok(match trust {
        Trust::Anybody => Arc::new(AcceptAnybody(provider)),
        Trust::Pem(pem) => {
            let bad = |cause: String| {
                Error::invalid(format!(
                    "`ca_file` or `ca_pem` holds a bad certificate: {cause}"
                ))
            };
            let mut roots = RootCertStore::empty();
            let mut given = Vec::new();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate = certificate.map_err(|cause| bad(in_words(&cause)))?;
                let added = roots.add(certificate.clone());
                added.map_err(|cause| bad(cause.to_string()))?;
                given.push(certificate);
            }
            if given.is_empty() {
                return Err(Error::invalid(
                    "`ca_file` or `ca_pem` holds no certificate; expected PEM with at least one \
                     \"BEGIN CERTIFICATE\"",
                ));
            }
            Arc::new(Given {
                issued: built(roots, provider.clone())?,
                given,
                provider,
            })
        }
        Trust::BuiltInAndSystem => Arc::new(BuiltInThenSystem {
            built_in: builtin_roots::verifier(provider.clone())?,
            system: PerProcess::new(),
            places: places.clone(),
            provider,
        }),
    })
}

pub(super) fn built(
    roots: RootCertStore,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>> {
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .map_err(|cause| Error::new(Kind::Bug, format!("cannot build a verifier: {cause}")))
}

/// Answers everything but whose certificate is accepted as `provider` does.
macro_rules! signatures_by_provider {
    () => {
        fn verify_tls12_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls12_signature(message, cert, dss, algorithms)
        }

        fn verify_tls13_signature(
            &self,
            message: &[u8],
            cert: &CertificateDer<'_>,
            dss: &DigitallySignedStruct,
        ) -> Result<HandshakeSignatureValid, rustls::Error> {
            let algorithms = &self.provider.signature_verification_algorithms;
            verify_tls13_signature(message, cert, dss, algorithms)
        }

        fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
            let algorithms = &self.provider.signature_verification_algorithms;
            algorithms.supported_schemes()
        }
    };
}

/// The user's own roots, among which the server's own certificate may be, whoever issued it and whatever it is meant for.
#[derive(Debug)]
struct Given {
    issued: Arc<WebPkiServerVerifier>,
    given: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Given {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let answer = self.issued.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match answer {
            // Both are found out after the time was checked, and before the name is.
            Err(rustls::Error::InvalidCertificate(cause))
                if is_about_the_issuer(&cause) && self.given.iter().any(|c| c == end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            answer => answer,
        }
    }

    signatures_by_provider!();
}

fn is_about_the_issuer(cause: &CertificateError) -> bool {
    match cause {
        CertificateError::UnknownIssuer => true,
        CertificateError::Other(OtherError(cause)) => {
            matches!(cause.downcast_ref(), Some(webpki::Error::CaUsedAsEndEntity))
        }
        _ => false,
    }
}

/// Asks the built-in roots, and reads the system's only for a certificate they do not know: a public endpoint never pays
/// for parsing the system's bundle.
#[derive(Debug)]
struct BuiltInThenSystem {
    /// `None` if the build has none.
    built_in: Option<Arc<WebPkiServerVerifier>>,
    /// `None` if there are none.
    system: PerProcess<Option<Arc<WebPkiServerVerifier>>>,
    places: Places,
    provider: Arc<CryptoProvider>,
}

/// Why the system's roots could not be asked.
#[derive(Debug)]
pub(super) struct NoSystemRoots(pub String);

impl fmt::Display for NoSystemRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NoSystemRoots {}

/// The [`NoSystemRoots`] that a refusal stands for.
pub(super) fn no_system_roots(cause: &CertificateError) -> Option<&NoSystemRoots> {
    match cause {
        CertificateError::Other(OtherError(cause)) => cause.downcast_ref(),
        _ => None,
    }
}

impl BuiltInThenSystem {
    /// The system's roots. What fails now may work the next time, when there are descriptors or memory again: only what
    /// could be read is kept.
    fn system(&self) -> Result<Option<Arc<WebPkiServerVerifier>>, String> {
        let system = self.system.get_or_try(|| {
            let loaded = self.places.load();
            for error in &loaded.errors {
                log::warn!("reading the system's roots: {error}");
            }
            let mut errors = loaded.errors.iter();
            let serious = if loaded.certs.is_empty() {
                errors.next()
            } else {
                errors.find(|error| is_transient(error))
            };
            if let Some(error) = serious {
                return Err(error.to_string());
            }
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(loaded.certs);
            if roots.is_empty() {
                return Ok(None);
            }
            let built = built(roots, self.provider.clone());
            built.map(Some).map_err(|error| error.to_string())
        })?;
        Ok((*system).clone())
    }
}

/// Whether the machine was short of something for a moment.
fn is_transient(error: &rustls_native_certs::Error) -> bool {
    let rustls_native_certs::ErrorKind::Io { inner, .. } = &error.kind else {
        return false;
    };
    let short = [libc::EMFILE, libc::ENFILE, libc::ENOMEM, libc::EAGAIN];
    inner
        .raw_os_error()
        .is_some_and(|code| short.contains(&code))
        || inner.kind() == io::ErrorKind::Interrupted
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
        let ask = |verifier: &dyn ServerCertVerifier| {
            verifier.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
        };
        let unknown = || Err(CertificateError::UnknownIssuer.into());
        let built_in = self.built_in.as_ref();
        match built_in.map_or_else(unknown, |roots| ask(&**roots)) {
            Err(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                match self.system() {
                    Ok(Some(system)) => ask(&*system),
                    Ok(None) => unknown(),
                    Err(why) => {
                        let why = OtherError(Arc::new(NoSystemRoots(why)));
                        Err(CertificateError::Other(why).into())
                    }
                }
            }
            answer => answer,
        }
    }

    signatures_by_provider!();
}

/// `insecure_skip_verify`: the connection is encrypted, but to whom is unknown. So there is nothing that a signature could
/// prove, and certificates that nobody could read (X.509 version 1, short keys) are as good as any.
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
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = self.0.signature_verification_algorithms;
        let mut schemes = algorithms.supported_schemes();
        schemes.extend([
            SignatureScheme::RSA_PKCS1_SHA1,
            SignatureScheme::ECDSA_SHA1_Legacy,
        ]);
        schemes
    }
}
