//! What surrounds a runner in one scenario: the local server, and whatever else its placeholders ask for.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config};
use oss_local::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, Options, RequestRecord, STS_ACCESS_KEY_ID,
    STS_ACCESS_KEY_SECRET, STS_TOKEN, Server, TlsVersion,
};
use serde_json::Value;

use super::scenario::{Scenario, only_members, strings};
use super::wire;
use crate::peer::{ClosedPort, FullBacklog, Peer};
use crate::support;
use crate::support::platform::platform;

pub struct World {
    server: Server,
    /// Another one, whose CA nobody else trusts.
    foreign: OnceCell<Server>,
    full: OnceCell<FullBacklog>,
    closed: OnceCell<ClosedPort>,
    silent: OnceCell<Peer>,
    echo: OnceCell<Peer>,
    proxy: OnceCell<Result<Proxy, String>>,
    directory: PathBuf,
    bucket: String,
    /// What earlier steps kept.
    saved: BTreeMap<String, String>,
}

/// Where records and logs stood before a command.
#[derive(Clone, Copy)]
pub struct Mark {
    pub requests: usize,
    pub proxy_log: usize,
}

impl World {
    pub fn new(scenario: &Scenario) -> Result<World, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let given = &scenario.0;
        let server = start(&given["server"])?;
        let buckets = match given.get("buckets") {
            Some(list) => strings(list),
            None => vec!["examplebucket".to_owned()],
        };
        let world = World {
            server,
            foreign: OnceCell::new(),
            full: OnceCell::new(),
            closed: OnceCell::new(),
            silent: OnceCell::new(),
            echo: OnceCell::new(),
            proxy: OnceCell::new(),
            directory: support::scratch(&format!("dir-{number}")),
            bucket: buckets.first().cloned().unwrap_or_default(),
            saved: BTreeMap::new(),
        };
        for bucket in &buckets {
            let made = world.open(bucket).put_bucket(&Default::default());
            made.map_err(|error| error.to_string())?;
        }
        world.put_objects(&given["objects"])?;
        world.write_files(&given["files"])?;
        for (name, target) in given["links"].as_object().into_iter().flatten() {
            let link = world.directory.join(name);
            std::os::unix::fs::symlink(target.as_str().unwrap_or_default(), link)
                .map_err(|error| error.to_string())?;
        }
        world.server.clear_requests();
        world.inject(&given["rules"])?;
        Ok(world)
    }

    /// A bucket for preparations.
    fn open(&self, bucket: &str) -> Bucket {
        let mut config = Config::new();
        config
            .endpoint(&self.server.endpoint())
            .region(self.server.region())
            .keys(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None);
        Bucket::new(&config, bucket).unwrap()
    }

    fn put_objects(&self, objects: &Value) -> Result<(), String> {
        for (key, body) in objects.as_object().into_iter().flatten() {
            let body = wire::body(body.as_str().unwrap_or_default())?;
            let bucket = self.open(&self.bucket);
            bucket
                .put_object(key, &body, &Default::default())
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn write_files(&self, files: &Value) -> Result<(), String> {
        for (name, body) in files.as_object().into_iter().flatten() {
            let body = wire::body(&self.fill(body.as_str().unwrap_or_default())?)?;
            let path = self.directory.join(name);
            let parent = path.parent().unwrap_or(&self.directory);
            fs::create_dir_all(parent)
                .and_then(|()| fs::write(&path, body))
                .map_err(|error| error.to_string())?;
        }
        Ok(())
    }

    fn inject(&self, rules: &Value) -> Result<(), String> {
        for rule in rules.as_array().into_iter().flatten() {
            let rule = self.fill_value(rule)?;
            let rule = serde_json::from_value(rule).map_err(|error| error.to_string())?;
            self.server.inject(rule);
        }
        Ok(())
    }

    /// A step that does something to the server.
    pub fn act(&self, action: &Value) -> Result<(), String> {
        let known = ["rules", "clear_rules", "skew_seconds", "objects", "files"];
        only_members(action, &known)?;
        self.write_files(&action["files"])?;
        if action["clear_rules"] == true {
            self.server.clear_rules();
        }
        if let Some(skew) = action["skew_seconds"].as_i64() {
            self.server.set_clock_skew(skew);
        }
        let seen = self.server.requests().len();
        self.put_objects(&action["objects"])?;
        if self.server.requests().len() != seen {
            return Err("objects: only before the scenario begins, or the record is spoilt".into());
        }
        self.inject(&action["rules"])
    }

    pub fn mark(&self) -> Mark {
        Mark {
            requests: self.server.requests().len(),
            proxy_log: self.proxy_log().len(),
        }
    }

    /// The requests of the scenario so far.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.server.requests()
    }

    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// How often `{{silent}}` was connected to.
    pub fn connections_accepted(&self) -> usize {
        self.silent.get().map_or(0, Peer::connections)
    }

    /// The lines of the proxy's log.
    pub fn proxy_log(&self) -> Vec<String> {
        let proxy = self.proxy.get().and_then(|proxy| proxy.as_ref().ok());
        let log = proxy.and_then(|proxy| fs::read(&proxy.log).ok());
        let log = log.unwrap_or_default();
        String::from_utf8_lossy(&log)
            .lines()
            .map(str::to_owned)
            .collect()
    }

    /// Makes `{{name}}` stand for `value` from now on.
    pub fn save(&mut self, name: &str, value: &str) {
        self.saved.insert(name.to_owned(), value.to_owned());
    }

    pub fn fill_all(&self, words: &[String]) -> Result<Vec<String>, String> {
        words.iter().map(|word| self.fill(word)).collect()
    }

    /// Fills in the placeholders of all strings in `value`.
    pub fn fill_value(&self, value: &Value) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => Value::String(self.fill(text)?),
            Value::Array(list) => list
                .iter()
                .map(|item| self.fill_value(item))
                .collect::<Result<_, _>>()?,
            Value::Object(members) => Value::Object(
                members
                    .iter()
                    .map(|(name, item)| Ok((self.fill(name)?, self.fill_value(item)?)))
                    .collect::<Result<_, String>>()?,
            ),
            other => other.clone(),
        })
    }

    /// Fills in the placeholders of `text`.
    pub fn fill(&self, text: &str) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (name, after) = behind
                .split_once("}}")
                .ok_or_else(|| format!("{text}: no }}}}"))?;
            filled.push_str(before);
            filled.push_str(&self.placeholder(name)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn proxy_port(&self) -> Result<u16, String> {
        let proxy = self.proxy.get_or_init(Proxy::start).as_ref();
        proxy.map(|proxy| proxy.port).map_err(String::clone)
    }

    fn placeholder(&self, name: &str) -> Result<String, String> {
        let path = |path: &Path| path.to_string_lossy().into_owned();
        let https_port = || self.server.https_port().unwrap_or_default().to_string();
        Ok(match name {
            "http" => self.server.endpoint(),
            "https" => self.server.https_endpoint(),
            "http_port" => self.server.http_port().to_string(),
            "https_port" => https_port(),
            "ca_file" => path(self.server.ca_file()),
            "ca_pem" => self.server.ca_pem().to_owned(),
            "foreign_ca_file" => {
                let foreign = self.foreign.get_or_init(support::server);
                path(foreign.ca_file())
            }
            "id" => ACCESS_KEY_ID.to_owned(),
            "secret" => ACCESS_KEY_SECRET.to_owned(),
            "sts_id" => STS_ACCESS_KEY_ID.to_owned(),
            "sts_secret" => STS_ACCESS_KEY_SECRET.to_owned(),
            "sts_token" => STS_TOKEN.to_owned(),
            "full" => self.full.get_or_init(FullBacklog::start).endpoint(),
            "silent" => self.silent.get_or_init(silent).endpoint(),
            "silent_host" => {
                let silent = self.silent.get_or_init(silent);
                format!("127.0.0.1:{}", silent.port())
            }
            "echo" => self.echo.get_or_init(echo).endpoint(),
            "closed" => self.closed.get_or_init(ClosedPort::start).endpoint(),
            "proxy" => {
                let port = self.proxy_port()?;
                format!("http://{USER}:{PASSWORD_IN_URL}@127.0.0.1:{port}")
            }
            "proxy_host" => format!("127.0.0.1:{}", self.proxy_port()?),
            "a_1023" => "a".repeat(1023),
            "a_1024" => "a".repeat(1024),
            "dir" => path(&self.directory),
            "version" => env!("CARGO_PKG_VERSION").to_owned(),
            "os" => support::platform::os().to_owned(),
            "arch" => platform()
                .map_or(std::env::consts::ARCH, |other| &other.arch)
                .to_owned(),
            other => match self.saved.get(other) {
                Some(value) => value.clone(),
                None => return Err(format!("{{{{{other}}}}} is no placeholder")),
            },
        })
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn start(given: &Value) -> Result<Server, String> {
    let mut options = Options::default();
    if !given.is_null() {
        let known = [
            "tls",
            "cnames",
            "restore_delay_s",
            "ram_role",
            "sts_lifetime_s",
        ];
        only_members(given, &known)?;
    }
    options.ram_role = given["ram_role"].as_str().map(str::to_owned);
    options.sts_lifetime = given["sts_lifetime_s"].as_u64().map(Duration::from_secs);
    if let Some(seconds) = given["restore_delay_s"].as_u64() {
        options.restore_delay = Duration::from_secs(seconds);
    }
    if let [min, max] = strings(&given["tls"]).as_slice() {
        let version = |text: &str| match text {
            "1.2" => Ok(TlsVersion::V1_2),
            "1.3" => Ok(TlsVersion::V1_3),
            other => Err(format!("TLS {other}?")),
        };
        options.tls_versions = (version(min)?, version(max)?);
    }
    for (domain, bucket) in given["cnames"].as_object().into_iter().flatten() {
        let bucket = bucket.as_str().unwrap_or_default().to_owned();
        options.cnames.push((domain.clone(), bucket));
    }
    Ok(support::start(options))
}

/// Reads whatever comes and never answers.
fn silent() -> Peer {
    Peer::start(|mut stream| {
        let mut buffer = [0; 4096];
        while matches!(stream.read(&mut buffer), Ok(1..)) {}
    })
}

/// Answers every request with the body that it came with, once a connection.
fn echo() -> Peer {
    Peer::start(|stream| {
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|got| got > 2) {
            let lower = line.to_ascii_lowercase();
            if let Some(value) = lower.strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            line.clear();
        }
        let mut body = vec![0; length];
        if reader.read_exact(&mut body).is_ok() {
            let head = format!(
                "HTTP/1.1 200 OK\r\nx-oss-request-id: R1\r\nContent-Length: {length}\r\n\r\n"
            );
            let mut stream = reader.into_inner();
            let _ = stream.write_all(&[head.as_bytes(), &body].concat());
        }
    })
}

/// A port that a program may listen on, unless somebody else is faster.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

const USER: &str = "camera-7";
/// tinyproxy's configuration takes letters and digits only, so something in the URL is escaped that need not be.
const PASSWORD: &str = "s3cretWord";
const PASSWORD_IN_URL: &str = "s3cret%57ord";

/// A tinyproxy that asks for a password.
struct Proxy {
    child: Child,
    port: u16,
    log: PathBuf,
}

impl Proxy {
    fn start() -> Result<Proxy, String> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        // Somebody else may take the free port first.
        for _ in 0..5 {
            let directory = support::scratch(&format!("proxy-{number}"));
            let (port, log) = (free_port(), directory.join("log"));
            let configuration = directory.join("tinyproxy.conf");
            fs::write(
                &configuration,
                format!(
                    "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 50\nLogLevel Connect\nLogFile \"{}\"\n\
                     BasicAuth {USER} {PASSWORD}\n",
                    log.display()
                ),
            )
            .unwrap();
            let child = Command::new("tinyproxy")
                .arg("-d")
                .arg("-c")
                .arg(&configuration)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .map_err(|error| {
                    format!("cannot run tinyproxy: {error}; install the package tinyproxy")
                })?;
            let mut proxy = Proxy { child, port, log };
            if proxy.is_ready() {
                return Ok(proxy);
            }
        }
        Err("tinyproxy does not start".to_owned())
    }

    fn is_ready(&mut self) -> bool {
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        let end = Instant::now() + Duration::from_secs(20);
        let mut reached = false;
        while Instant::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return false;
            }
            // Somebody else may listen there; and what this leaves in the log must not be taken for a request later.
            reached = reached || TcpStream::connect(address).is_ok();
            std::thread::sleep(Duration::from_millis(20));
            let log = fs::read(&self.log).unwrap_or_default();
            if reached && String::from_utf8_lossy(&log).contains("closed socket before read") {
                return true;
            }
        }
        false
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
