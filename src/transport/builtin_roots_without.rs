//! What a build without the feature `builtin-roots` has in their place: none, so that the system's are always asked.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::crypto::CryptoProvider;

use crate::error::Result;

/// How messages call the roots that are asked.
pub(super) const ASKED: &str = "the system's roots (this build lacks the feature `builtin-roots`)";

/// There is none.
pub(super) fn verifier(_: Arc<CryptoProvider>) -> Result<Option<Arc<WebPkiServerVerifier>>> {
    Ok(None)
}
