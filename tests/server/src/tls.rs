//! A certificate authority of its own, and a certificate for whatever name a client asks for.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::{CertifiedKey, SigningKey};

use crate::options::TlsVersion;

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

impl Authority {
    pub fn new() -> io::Result<Authority> {
        let key = KeyPair::generate().map_err(other)?;
        let mut params = CertificateParams::new(Vec::new()).map_err(other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        // A name of its own each time: clients that remember an older CA would mistake one for the other.
        params.distinguished_name.push(
            DnType::CommonName,
            format!("oss-local CA {}", crate::random_hex(4)),
        );
        let certificate = params.self_signed(&key).map_err(other)?;
        let leaf_key = KeyPair::generate().map_err(other)?;
        let der = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(leaf_key.serialize_der()));
        Ok(Authority {
            pem: certificate.pem(),
            der: certificate.der().clone(),
            issuer: Issuer::new(params, key),
            leaf_key,
            signing_key: ring::sign::any_supported_type(&der).map_err(other)?,
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

impl ResolvesServerCert for Authority {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.certificate(hello.server_name())
    }
}

pub fn server_config(
    authority: Arc<Authority>,
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
        .with_cert_resolver(authority);
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
