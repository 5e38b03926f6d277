//! A certificate authority of its own, and a certificate for whatever name a client asks for.

use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};
use sha2::Digest;

use crate::options::TlsVersion;
use crate::store::directory::Directory;

/// The CA and the certificates it has issued so far.
pub struct Authority {
    pub pem: String,
    der: CertificateDer<'static>,
    issuer: Issuer<'static, KeyPair>,
    /// One key for all leaves, so that a new name costs one signature.
    leaf_key: KeyPair,
    signing_key: Arc<dyn SigningKey>,
    issued: Mutex<HashMap<String, Arc<CertifiedKey>>>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

fn other(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

/// The names of the CA's files in a directory.
const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca-key.pem";

impl Authority {
    pub fn new() -> io::Result<Authority> {
        let key = KeyPair::generate().map_err(other)?;
        let params = ca_params(&key)?;
        let certificate = params.self_signed(&key).map_err(other)?;
        Authority::with(certificate.pem(), certificate.der().clone(), params, key)
    }

    /// The CA of a directory, made at the first start. Also returns the file of its certificate.
    pub fn of_directory(directory: &mut Directory) -> io::Result<(Authority, PathBuf)> {
        let certificate = directory.path().join(CA_FILE);
        let key = directory.path().join(CA_KEY_FILE);
        if certificate.exists() || key.exists() {
            match Authority::load(&certificate, &key) {
                Ok(authority) => return Ok((authority, certificate)),
                Err(error) => {
                    let why = format!("the CA cannot be read ({error}), there is a new one");
                    for path in [&certificate, &key] {
                        if path.exists() {
                            directory.set_aside(path, &why)?;
                        }
                    }
                }
            }
        }
        let authority = Authority::new()?;
        write_secret(&key, &authority.issuer.key().serialize_pem())?;
        std::fs::write(&certificate, &authority.pem)?;
        Ok((authority, certificate))
    }

    fn load(certificate: &Path, key: &Path) -> io::Result<Authority> {
        let pem = std::fs::read_to_string(certificate)?;
        let der = CertificateDer::from_pem_slice(pem.as_bytes()).map_err(other)?;
        let key = KeyPair::from_pem(&std::fs::read_to_string(key)?).map_err(other)?;
        let public = key.public_key_raw();
        if !der.windows(public.len()).any(|window| window == public) {
            return Err(other("the key is that of another certificate"));
        }
        let params = ca_params(&key)?;
        Authority::with(pem, der, params, key)
    }

    fn with(
        pem: String,
        der: CertificateDer<'static>,
        params: CertificateParams,
        key: KeyPair,
    ) -> io::Result<Authority> {
        let leaf_key = KeyPair::generate().map_err(other)?;
        let leaf = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        Ok(Authority {
            pem,
            der,
            issuer: Issuer::new(params, key),
            leaf_key,
            signing_key: ring::sign::any_supported_type(&leaf).map_err(other)?,
            issued: Mutex::default(),
        })
    }

    fn certificate(&self, sni: Option<&str>) -> Option<Arc<CertifiedKey>> {
        const MOST: usize = 10_000;
        let name = sni.unwrap_or_default().to_ascii_lowercase();
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = issued.get(&name) {
            return Some(Arc::clone(known));
        }
        let names = if name.is_empty() {
            vec!["localhost".into(), "127.0.0.1".into(), "::1".into()]
        } else {
            vec![name.clone()]
        };
        let mut params = CertificateParams::new(names).ok()?;
        params
            .distinguished_name
            .push(DnType::CommonName, "oss-local");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let leaf = params.signed_by(&self.leaf_key, &self.issuer).ok()?;
        let certified = Arc::new(CertifiedKey::new(
            vec![leaf.der().clone(), self.der.clone()],
            Arc::clone(&self.signing_key),
        ));
        if issued.len() < MOST {
            issued.insert(name, Arc::clone(&certified));
        }
        Some(certified)
    }
}

/// What the CA's certificate says. Its name comes from its key: clients that remember another CA of the same name
/// would mistake one for the other.
fn ca_params(key: &KeyPair) -> io::Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new()).map_err(other)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let digest = sha2::Sha256::digest(key.public_key_raw());
    params.distinguished_name.push(
        DnType::CommonName,
        format!("oss-local CA {}", crate::hex(&digest[..4])),
    );
    Ok(params)
}

/// A file that only its owner can read.
fn write_secret(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(text.as_bytes())
}

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(hello.server_name())
    }
}

/// One certificate for all names.
#[derive(Debug)]
struct Fixed(Arc<CertifiedKey>);

impl ResolvesServerCert for Fixed {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

/// The certificate chain and key of two PEM files.
pub fn fixed(chain: &Path, key: &Path) -> io::Result<Arc<dyn ResolvesServerCert>> {
    let named = |path: &Path, error: String| other(format!("{}: {error}", path.display()));
    let certificates = CertificateDer::pem_file_iter(chain)
        .and_then(|iter| iter.collect::<Result<Vec<_>, _>>())
        .map_err(|error| named(chain, error.to_string()))?;
    if certificates.is_empty() {
        return Err(named(chain, "it holds no certificate".to_owned()));
    }
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|error| named(key, error.to_string()))?;
    let signing =
        ring::sign::any_supported_type(&private).map_err(|error| named(key, error.to_string()))?;
    let certified = CertifiedKey::new(certificates, signing);
    match certified.keys_match() {
        // Not all keys can say what certificate they are of.
        Ok(()) | Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::Unknown)) => {
            Ok(Arc::new(Fixed(Arc::new(certified))))
        }
        Err(_) => {
            let whose = format!("it is not the key of {}", chain.display());
            Err(named(key, whose))
        }
    }
}

pub fn server_config(
    resolver: Arc<dyn ResolvesServerCert>,
    (lowest, highest): (TlsVersion, TlsVersion),
) -> io::Result<Arc<ServerConfig>> {
    let known = [
        (TlsVersion::V1_2, &rustls::version::TLS12),
        (TlsVersion::V1_3, &rustls::version::TLS13),
    ];
    let versions: Vec<_> = known
        .into_iter()
        .filter(|(version, _)| (lowest..=highest).contains(version))
        .map(|(_, version)| version)
        .collect();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&versions)
        .map_err(other)?
        .with_no_client_auth()
        .with_cert_resolver(resolver);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
