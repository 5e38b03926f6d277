//! Sessions: one pool of connections with its TLS, proxy and name settings, shared by any number of handles and threads.

use std::sync::Arc;

use super::connection::Connection;
use super::http;
use super::pool::Pool;
use super::proxy::Proxy;
use super::resolve::Resolver;
use super::socket::Socket;
use super::tls::Tls;
use super::{Authority, Failure, Incoming, Outgoing, TlsVersion, Trust};
use crate::cancel::Limits;
use crate::clock::Clock;
use crate::clock_offset::ClockOffset;
use crate::error::{Error, Kind, Result};

/// How connections are made and kept.
pub(crate) struct SessionOptions {
    /// Idle connections kept per authority.
    pub pool_size: usize,
    pub tls_min: TlsVersion,
    pub tls_max: TlsVersion,
    pub trust: Trust,
    /// What certificates have to be valid at.
    pub clock: Clock,
    /// For `http://` and `https://` endpoints.
    pub http_proxy: Result<Option<Proxy>>,
    pub https_proxy: Result<Option<Proxy>>,
    pub resolver: Resolver,
}

/// Connections that several buckets and services can share. Clones share the same connections.
#[derive(Clone, Debug)]
pub struct Session(Arc<Shared>);

#[derive(Debug)]
pub(crate) struct Shared {
    pool: Pool,
    tls: Tls,
    /// An error is one of those that need it.
    http_proxy: Result<Option<Proxy>>,
    https_proxy: Result<Option<Proxy>>,
    resolver: Resolver,
    clock_offset: ClockOffset,
}

impl Session {
    /// What has to be added to the local clock, for all who share this session.
    pub(crate) fn clock_offset(&self) -> &ClockOffset {
        &self.0.clock_offset
    }

    pub(crate) fn from_options(options: SessionOptions) -> Result<Session> {
        Ok(Session(Arc::new(Shared {
            pool: Pool::new(options.pool_size),
            tls: Tls::new(
                options.tls_min,
                options.tls_max,
                options.trust,
                options.clock,
            )?,
            http_proxy: options.http_proxy,
            https_proxy: options.https_proxy,
            resolver: options.resolver,
            clock_offset: ClockOffset::default(),
        })))
    }

    /// An error if this build, or the proxy for them, cannot speak to endpoints of that kind.
    pub(crate) fn check(&self, https: bool) -> Result<()> {
        self.0.proxy(https)?;
        self.0.tls.check(https)
    }

    /// Sends a request and waits for the head of the answer, on an idle connection or a new one.
    pub(crate) fn exchange(
        &self,
        mut request: Outgoing<'_>,
        limits: &Limits,
    ) -> Result<Incoming, Failure> {
        limits.check()?;
        let shared = &self.0;
        let authority = request.authority;
        let connection = match shared.pool.take(authority, limits) {
            Some(connection) => connection,
            None => shared.connect(authority, true, limits)?,
        };
        // A tunnel has been authorized by CONNECT; a forwarding proxy wants to see every request authorized.
        let forwarding = if authority.https {
            None
        } else {
            shared.proxy_for(authority)?
        };
        let authorization = forwarding.and_then(Proxy::authorization);
        let incoming = http::exchange(shared, connection, &mut request, authorization, limits)?;
        match forwarding {
            // No service says that: it is the proxy that speaks.
            Some(proxy) if incoming.status == 407 => Err(Failure {
                error: proxy.wants_credentials("HTTP/1.1 407 Proxy Authentication Required"),
                stale: false,
                sent: false,
            }),
            _ => Ok(incoming),
        }
    }
}

impl Session {
    #[cfg(feature = "credentials")]
    pub(super) fn connect(
        &self,
        authority: &Authority,
        proxied: bool,
        limits: &Limits,
    ) -> Result<Box<Connection>> {
        self.0.connect(authority, proxied, limits)
    }
}

impl Shared {
    /// Takes back a connection whose exchange ended cleanly.
    pub fn keep(&self, connection: Box<Connection>) {
        self.pool.put(connection);
    }

    /// Closes the idle connections to `authority` if `error` says that the one which was used is dead, so that the next
    /// attempt does not find another dead one.
    pub fn distrust(&self, authority: &Authority, error: &Error) {
        if matches!(error.kind(), Kind::Network | Kind::Timeout) {
            self.pool.clear(authority);
        }
    }

    /// The proxy for that scheme, whomever it is for.
    fn proxy(&self, https: bool) -> Result<Option<&Proxy>> {
        let proxy = match https {
            true => &self.https_proxy,
            false => &self.http_proxy,
        };
        proxy.as_ref().map(Option::as_ref).map_err(Error::clone)
    }

    fn proxy_for(&self, authority: &Authority) -> Result<Option<&Proxy>> {
        let proxy = self.proxy(authority.https)?;
        Ok(proxy.filter(|proxy| proxy.applies_to(authority)))
    }

    /// A connection of its own, `proxied` through the proxy for `authority` if there is one.
    fn connect(
        &self,
        authority: &Authority,
        proxied: bool,
        limits: &Limits,
    ) -> Result<Box<Connection>> {
        let proxy = match proxied {
            true => self.proxy_for(authority)?,
            false => None,
        };
        let (host, port, whom) = match proxy {
            Some(proxy) => (proxy.host(), proxy.port(), proxy.whom()),
            None => (
                authority.host.as_str(),
                authority.port,
                authority.host_header(),
            ),
        };
        let addresses = self.resolver.resolve(host, port, limits);
        let addresses = match proxy {
            // Its name is in no option of the endpoint: say what it is.
            Some(_) => addresses.map_err(|error| error.of_proxy(&whom))?,
            None => addresses?,
        };
        let limit = limits.connecting();
        let (socket, address) = Socket::connect(&addresses, &whom, &limit)
            .inspect_err(|_| self.resolver.forget(host))?;
        if addresses.first() != Some(&address) {
            self.resolver.prefer(host, address.ip());
        }
        let mut absolute_form = None;
        match proxy {
            Some(proxy) if authority.https => proxy.open_tunnel(&socket, authority, &limit)?,
            Some(_) => absolute_form = Some(format!("http://{}", authority.host_header())),
            None => {}
        }
        let tls = if authority.https {
            Some(Box::new(self.tls.connect(authority, &socket, &limit)?))
        } else {
            None
        };
        let authority = authority.clone();
        Ok(Box::new(Connection::new(
            authority,
            socket,
            tls,
            absolute_form,
        )))
    }
}
