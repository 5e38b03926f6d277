//! Keys that an HTTP server of the user's gives as JSON.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use super::fetch::{Fetch, Method, Url};
use super::{Asking, Credentials, CredentialsProvider, keys};
use crate::error::{Error, Result};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends GET to a URL that answers `{"Code": "Success", "AccessKeyId": ..., "AccessKeySecret": ..., "SecurityToken": ...,
/// "Expiration": ...}`.
#[derive(Clone, Debug)]
pub struct Uri {
    url: Url,
}

impl Uri {
    /// `https://...`; `http://...` only to an address of this machine's own, because the keys travel in the open.
    pub fn new(url: &str) -> Result<Uri> {
        let url = Url::parse("uri", url)?;
        let address = url.host().trim_matches(['[', ']']).parse::<IpAddr>();
        if !url.is_https() && !address.is_ok_and(|address| address.is_loopback()) {
            return Err(Error::refused(
                "uri",
                format_args!("{} is not encrypted", url.shown()),
                "https:// and http:// to a loopback address such as 127.0.0.1",
            ));
        }
        Ok(Uri { url })
    }
}

impl CredentialsProvider for Uri {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let fetch = Fetch::new(asking, "uri", TIMEOUT);
        let fetch = if self.url.is_https() {
            fetch
        } else {
            fetch.without_proxy()
        };
        let answer = fetch.send(Method::Get, &self.url, &[], None)?.expect_200(
            &fetch,
            Method::Get,
            &self.url,
        )?;
        let what = fetch.what(Method::Get, &self.url);
        keys::from_service(&answer, &what).map(|keys| Some(Arc::new(keys)))
    }

    fn name(&self) -> String {
        "uri".into()
    }
}
