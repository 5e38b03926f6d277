//! Options that belong to the session, and the session that is made of them.

use super::Config;
use crate::error::{Error, Result};
use crate::ffi::os_random::check_random;
use crate::transport::{Proxy, Resolver, Session, SessionOptions, TlsVersion};

impl Config {
    /// The shared session, or one of its own.
    pub(crate) fn open_session(&self) -> Result<Session> {
        let Some(session) = &self.session else {
            return Session::new(self);
        };
        let own = &self.own_session;
        let conflicts = [
            ("pool_size", own.pool_size.is_some()),
            ("tls_versions", own.tls_versions.is_some()),
            (
                own.trust.as_ref().map_or("", |(option, _)| option),
                own.trust.is_some(),
            ),
            ("proxy", own.proxy.is_some()),
            ("proxy_from_env", own.proxy_from_env),
            ("resolve", !own.overrides.is_empty()),
        ];
        match conflicts.into_iter().find(|(_, given)| *given) {
            Some((option, _)) => Err(Error::invalid(format!(
                "`{option}` belongs to the session, and `session` brings its own; set it on the configuration the \
                 session is made from"
            ))),
            None => Ok(session.clone()),
        }
    }
}

impl Session {
    /// A session with the pool size, TLS, proxy and name settings of `config`.
    pub fn new(config: &Config) -> Result<Session> {
        check_random()?;
        config.check()?;
        if config.session.is_some() {
            return Err(Error::invalid(
                "`session` is set: make the session from a configuration without one",
            ));
        }
        let own = &config.own_session;
        if own.proxy.is_some() && own.proxy_from_env {
            return Err(Error::contradiction(
                "proxy",
                "proxy_from_env",
                "give one of them",
            ));
        }
        let proxy = |https| match &own.proxy {
            Some(proxy) => Ok(Some(proxy.clone())),
            None if own.proxy_from_env => Proxy::from_environment(https),
            None => Ok(None),
        };
        let (tls_min, tls_max) = own
            .tls_versions
            .unwrap_or((TlsVersion::V1_2, TlsVersion::V1_3));
        Session::from_options(SessionOptions {
            pool_size: own.pool_size.unwrap_or(10),
            tls_min,
            tls_max,
            trust: own
                .trust
                .as_ref()
                .map(|(_, trust)| trust.clone())
                .unwrap_or_default(),
            clock: config.clock.clone(),
            http_proxy: proxy(false),
            https_proxy: proxy(true),
            resolver: Resolver::new(own.overrides.clone()),
        })
    }
}
