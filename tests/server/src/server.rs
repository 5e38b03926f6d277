//! The handle that tests hold.

use std::collections::HashMap;
use std::io;
use std::net::{Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use rustls::ServerConfig;
use rustls::server::ResolvesServerCert;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::auth::keys::Keyring;
use crate::ca_file::CaFile;
use crate::clock::Clock;
use crate::faults::{Gathering, Rule, Rules};
use crate::options::{Credential, Options};
use crate::record::{Records, RequestRecord};
use crate::serve;
use crate::store::Store;
use crate::store::directory::{self, Directory};
use crate::sts::Issuer;
use crate::tls::{self, Authority};
use crate::upkeep::{self, Logs};

/// What all connections share.
#[derive(Debug)]
pub struct Shared {
    pub store: Store,
    pub clock: Clock,
    pub rules: Rules,
    pub gathering: Gathering,
    pub records: Records,
    pub logs: Logs,
    pub cnames: RwLock<HashMap<String, String>>,
    /// Those of the start.
    first_cnames: Vec<(String, String)>,
    pub keys: Keyring,
    pub issuer: Issuer,
    pub region: String,
    pub etag_md5: bool,
    pub record: bool,
    pub verbose: bool,
    /// Lower-case, with a dot before.
    pub domains: Vec<String>,
    pub restore_delay: Duration,
    /// New buckets block public access.
    pub block_public_access: bool,
    /// The account's own setting: `PublicAccessBlockConfiguration`.
    pub public_access_block: Mutex<Option<String>>,
    pub connections: AtomicU64,
    pub http_port: u16,
    pub https_port: Option<u16>,
    pub ca_pem: String,
    pub ca_file: PathBuf,
}

impl Shared {
    pub fn add_cname(&self, domain: &str, bucket: &str) {
        let mut cnames = self.cnames.write().unwrap_or_else(PoisonError::into_inner);
        cnames.insert(crate::address::host_name(domain), bucket.to_owned());
    }

    /// The domains that buckets in a directory had when the server ended, and those of the start.
    pub fn bind_cnames(&self) {
        self.cnames
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .clear();
        for bucket in self.store.buckets() {
            let state = bucket.lock();
            let names = state.settings.documents.keys();
            for domain in names.filter_map(|name| name.strip_prefix("cname:")) {
                self.add_cname(domain, &bucket.name);
            }
        }
        for (domain, bucket) in &self.first_cnames {
            self.add_cname(domain, bucket);
        }
    }

    /// Takes a domain from a bucket, if it is bound to that one.
    pub fn unbind_cname(&self, domain: &str, bucket: &str) {
        let name = crate::address::host_name(domain);
        let mut cnames = self.cnames.write().unwrap_or_else(PoisonError::into_inner);
        if cnames.get(&name).is_some_and(|bound| bound == bucket) {
            cnames.remove(&name);
        }
    }

    pub fn remove_cname(&self, domain: &str) {
        self.cnames
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&crate::address::host_name(domain));
    }
}

/// A running server. Dropping it stops it and closes its connections.
#[derive(Debug)]
pub struct Server {
    runtime: Option<Runtime>,
    shared: Arc<Shared>,
    /// Removes the file of a CA that lives no longer than this server.
    _temporary_ca: Option<CaFile>,
    notices: Vec<String>,
}

/// Where objects and the CA are.
struct Place {
    store: Store,
    authority: Authority,
    ca_file: PathBuf,
    temporary_ca: Option<CaFile>,
    notices: Vec<String>,
}

fn open_place(dir: Option<&Path>, memory_limit: Option<u64>) -> io::Result<Place> {
    let Some(dir) = dir else {
        let authority = Authority::new()?;
        let file = CaFile::create(&std::env::temp_dir(), &authority.pem)?;
        return Ok(Place {
            store: Store::memory(memory_limit),
            authority,
            ca_file: file.path().to_owned(),
            temporary_ca: Some(file),
            notices: Vec::new(),
        });
    };
    let mut directory = Directory::take(dir)?;
    let (authority, ca_file) = Authority::of_directory(&mut directory)?;
    let (store, notices) = Store::open(directory)?;
    Ok(Place {
        store,
        authority,
        ca_file,
        temporary_ca: None,
        notices,
    })
}

impl Server {
    /// Starts serving in threads of its own and returns at once.
    pub fn start(options: Options) -> io::Result<Server> {
        // First all that can fail without having changed anything.
        if let Some(dir) = &options.dir {
            directory::inspect(dir)?;
        }
        let own_certificate: Option<Arc<dyn ResolvesServerCert>> = match &options.certificate {
            Some((chain, key)) => Some(tls::fixed(chain, key)?),
            None => None,
        };
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(options.threads.max(1))
            .thread_name("oss-local")
            .enable_all()
            .build()?;
        let guard = runtime.enter();
        let http = listen(options.http_addr)?;
        let https = options.https_addr.map(listen).transpose()?;
        let Place {
            store,
            authority,
            ca_file,
            temporary_ca,
            notices,
        } = open_place(options.dir.as_deref(), options.memory_limit)?;
        let authority = Arc::new(authority);
        let tls = match options.https_addr {
            Some(_) => {
                let resolver = own_certificate.unwrap_or_else(|| Arc::clone(&authority) as _);
                Some(tls::server_config(resolver, options.tls_versions)?)
            }
            None => None,
        };
        let shared = Arc::new(Shared {
            store,
            clock: Clock::default(),
            rules: Rules::default(),
            gathering: Gathering::default(),
            records: Records::default(),
            logs: Logs::default(),
            cnames: RwLock::default(),
            first_cnames: options.cnames,
            keys: Keyring::new(options.credentials),
            issuer: Issuer::new(options.ram_role, options.sts_lifetime),
            region: options.region,
            etag_md5: options.etag_md5,
            record: options.record,
            verbose: options.verbose,
            domains: options
                .domains
                .iter()
                .map(|domain| format!(".{}", crate::address::host_name(domain)))
                .collect(),
            restore_delay: options.restore_delay,
            block_public_access: options.block_public_access,
            public_access_block: Mutex::default(),
            connections: AtomicU64::new(1),
            ca_pem: authority.pem.clone(),
            ca_file,
            http_port: http[0].local_addr()?.port(),
            https_port: match &https {
                Some(https) => Some(https[0].local_addr()?.port()),
                None => None,
            },
        });
        shared.bind_cnames();
        let spawn = |listeners: Vec<TcpListener>, tls: Option<Arc<ServerConfig>>| {
            for listener in listeners {
                runtime.spawn(serve::accept(listener, Arc::clone(&shared), tls.clone()));
            }
        };
        spawn(http, None);
        spawn(https.unwrap_or_default(), tls);
        upkeep::start(&shared, options.lifecycle_day);
        drop(guard);
        Ok(Server {
            runtime: Some(runtime),
            shared,
            _temporary_ca: temporary_ca,
            notices,
        })
    }

    /// What was found wrong in the directory at the start: files that were set aside, and bodies that are missing.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    pub fn http_port(&self) -> u16 {
        self.shared.http_port
    }

    pub fn https_port(&self) -> Option<u16> {
        self.shared.https_port
    }

    /// `http://127.0.0.1:PORT`
    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.http_port())
    }

    /// `https://localhost:PORT`; without HTTPS this is a programming mistake, so it panics.
    pub fn https_endpoint(&self) -> String {
        match self.https_port() {
            Some(port) => format!("https://localhost:{port}"),
            None => panic!("this server was started without HTTPS"),
        }
    }

    /// The CA behind all its certificates.
    pub fn ca_pem(&self) -> &str {
        &self.shared.ca_pem
    }

    /// The same in a file.
    pub fn ca_file(&self) -> &Path {
        &self.shared.ca_file
    }

    pub fn region(&self) -> &str {
        &self.shared.region
    }

    /// The requests seen so far, oldest first.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.records.all()
    }

    pub fn clear_requests(&self) {
        self.shared.records.clear();
    }

    /// Adds a fault. Of several rules that match a request, the first that is not spent hits it.
    pub fn inject(&self, rule: Rule) {
        self.shared.rules.add(rule);
    }

    pub fn clear_rules(&self) {
        self.shared.rules.clear();
    }

    /// Lets the server's clock go wrong by so much, for everything it says and checks.
    pub fn set_clock_skew(&self, seconds: i64) {
        self.shared.clock.set_skew(seconds);
    }

    /// Accepts further keys from now on; temporary ones until they expire.
    pub fn add_credential(&self, credential: Credential) {
        let now_ms = self.shared.clock.now_ms();
        self.shared.keys.add(credential, now_ms);
    }

    /// Refuses all keys that were added since the start.
    pub fn revoke_credentials(&self) {
        self.shared.keys.revoke();
    }

    /// Binds a domain to a bucket.
    pub fn add_cname(&self, domain: &str, bucket: &str) {
        self.shared.add_cname(domain, bucket);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            // In a thread of its own, because a runtime must not be waited for inside another one.
            let stop = std::thread::spawn(move || runtime.shutdown_timeout(Duration::from_secs(2)));
            let _ = stop.join();
        }
    }
}

/// `localhost` may mean `::1`, so that is served too where it exists and the port is free there.
fn listen(address: SocketAddr) -> io::Result<Vec<TcpListener>> {
    let first = bind(address)?;
    let mut listeners = Vec::new();
    if address.ip().is_loopback() && address.is_ipv4() {
        let twin = SocketAddr::from((Ipv6Addr::LOCALHOST, first.local_addr()?.port()));
        listeners.extend(bind(twin));
    }
    listeners.insert(0, first);
    Ok(listeners)
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address).map_err(|error| {
        io::Error::new(error.kind(), format!("cannot listen on {address}: {error}"))
    })?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}
