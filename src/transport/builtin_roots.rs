//! Mozilla's roots, which are in the library.

use std::sync::Arc;

use rustls::RootCertStore;
use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;

use super::verify::built;
use crate::error::Result;

/// How messages call the roots that are asked.
pub(super) const ASKED: &str = "the built-in or the system's roots";

/// Accepts what one of them has issued.
pub(super) fn verifier(provider: Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    built(roots, provider).map(Some)
}
