//! The options of the command line, each of which can be an environment variable, too.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use oss_local::{Credential, Options};

use crate::values::{self, address, pair, seconds};

pub const HELP: &str = "\
A local OSS: objects in a directory or in memory, over HTTP and HTTPS.

usage: oss-local [--dir DIR | --memory] [--port N] [--https-port M] [options]

  --dir DIR               keep objects in DIR; they are there again at the next start.
                          DIR is empty, new, or from an earlier start
  --memory                keep objects in memory (the default)
  --memory-limit MB       objects take no more memory than this; more is refused with 500
  --port N                port for HTTP (default 9000, 0: any)
  --https-port M          port for HTTPS (default 9443, 0: any)
  --no-https              HTTP only
  --host HOST             address or name to listen on (default 127.0.0.1)
  --domain DOMAIN         BUCKET.DOMAIN names a bucket, as BUCKET.localhost does; may be repeated
  --cert FILE --key FILE  certificate chain and key (PEM), instead of those of an own CA
  --region R              region of the service (default cn-hangzhou)
  --access-key ID:SECRET  the key that clients sign with
  --account NAME=ID:SECRET
                          the key of another account; may be repeated
  --cname DOMAIN=BUCKET   bind a custom domain to a bucket; may be repeated
  --ram-role NAME         be the metadata service of a machine with this role (below /latest/)
  --sts-lifetime SECONDS  the longest that temporary keys live
  --restore-delay SECONDS how long an archived object takes to be restored (default 1)
  --block-public-access   new buckets block public access, as those of new accounts do
  --lifecycle-clock SECONDS
                          carry out the rules of lifecycles and deliver logs, each time this
                          many seconds have passed; they are a day for the rules
  --seed DIR              make a bucket of each folder in DIR, with its files as objects
  --ready-file FILE       write a line of JSON with ports and keys when ready; gone at the end
  --json                  print that line, and nothing else
  --verbose               a line for each request, on standard error
  --no-md5                make ETags from the CRC, for benchmarks
  --no-record             keep no list of requests, for benchmarks
  --version               print the version
  --help                  this text

Each option with a value is an environment variable, too: OSS_LOCAL_PORT for --port, and so on;
OSS_LOCAL_MEMORY=1 for an option without one. Spaces part the values of one that may be repeated.
The command line wins.

Faults on demand, for tests of your program: make the third part fail twice
  curl -d '{\"operation\":\"UploadPart\",\"query_contains\":\"partNumber=3\",\"times\":2,\"action\":{\"type\":\"status\",\"status\":503}}' \\
      http://localhost:9000/_local/rules
";

#[derive(Debug)]
pub struct Arguments {
    pub options: Options,
    pub seed: Option<PathBuf>,
    pub ready_file: Option<PathBuf>,
    pub json: bool,
    port: u16,
    https_port: Option<u16>,
    host: IpAddr,
    cert: Option<PathBuf>,
    key: Option<PathBuf>,
}

impl Default for Arguments {
    fn default() -> Arguments {
        Arguments {
            options: Options::default(),
            seed: None,
            ready_file: None,
            json: false,
            port: 9000,
            https_port: Some(9443),
            host: Ipv4Addr::LOCALHOST.into(),
            cert: None,
            key: None,
        }
    }
}

pub enum Command {
    Run(Box<Arguments>),
    Help,
    Version,
}

/// Name, and whether a value follows.
const KNOWN: [(&str, bool); 25] = [
    ("--memory-limit", true),
    ("--lifecycle-clock", true),
    ("--ram-role", true),
    ("--sts-lifetime", true),
    ("--restore-delay", true),
    ("--block-public-access", false),
    ("--dir", true),
    ("--memory", false),
    ("--port", true),
    ("--https-port", true),
    ("--no-https", false),
    ("--host", true),
    ("--domain", true),
    ("--cert", true),
    ("--key", true),
    ("--region", true),
    ("--access-key", true),
    ("--account", true),
    ("--cname", true),
    ("--seed", true),
    ("--ready-file", true),
    ("--json", false),
    ("--verbose", false),
    ("--no-md5", false),
    ("--no-record", false),
];
/// Of each pair one can be had.
const CONTRADICTING: [(&str, &str); 5] = [
    ("--memory", "--dir"),
    ("--memory-limit", "--dir"),
    ("--no-https", "--https-port"),
    ("--no-https", "--cert"),
    ("--no-https", "--key"),
];
/// May be given several times.
const REPEATED: [&str; 3] = ["--domain", "--account", "--cname"];

/// `--https-port` is `OSS_LOCAL_HTTPS_PORT`.
fn variable(name: &str) -> String {
    let name = name.trim_start_matches('-').replace('-', "_");
    format!("OSS_LOCAL_{}", name.to_ascii_uppercase())
}

/// The value of a variable for this option; nothing if it is not set or not meant.
fn from_environment(
    name: &str,
    takes_value: bool,
    environment: &impl Fn(&str) -> Option<OsString>,
) -> Result<Option<String>, String> {
    let Some(value) = environment(&variable(name)) else {
        return Ok(None);
    };
    let value = text(value)?;
    // In a cluster that has a service of the name oss-local, Kubernetes sets OSS_LOCAL_PORT to its address.
    let of_kubernetes = name == "--port" && value.starts_with("tcp://");
    let off = !takes_value && matches!(value.as_str(), "0" | "false");
    Ok(Some(value).filter(|value| !value.is_empty() && !of_kubernetes && !off))
}

fn text(word: OsString) -> Result<String, String> {
    word.into_string()
        .map_err(|word| format!("{word:?} is not UTF-8"))
}

/// One option as it was given.
struct Given {
    name: &'static str,
    /// How the user wrote it.
    from: String,
    value: String,
    of_environment: bool,
}

pub fn parse(
    words: impl Iterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, String> {
    let mut given = in_environment(&environment)?;
    let mut words = words.map(text);
    while let Some(word) = words.next().transpose()? {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => (word, None),
        };
        match name.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            _ => {}
        }
        let known = KNOWN.iter().find(|(known, _)| *known == name);
        let Some((known, takes_value)) = known else {
            return Err(format!("{name} is unknown"));
        };
        let value = match (takes_value, inline) {
            (false, None) => String::new(),
            (false, Some(_)) => return Err(format!("{name} takes no value")),
            (true, Some(inline)) => inline,
            (true, None) => words.next().transpose()?.unwrap_or_default(),
        };
        if *takes_value && value.is_empty() {
            return Err(format!("{name} needs a value"));
        }
        given.push(Given {
            name: known,
            from: name,
            value,
            of_environment: false,
        });
    }
    let mut parsed = Arguments::default();
    for Given {
        name, from, value, ..
    } in without_contradictions(given)?
    {
        set(&mut parsed, name, value).map_err(|error| format!("{from}: {error}"))?;
    }
    finish(parsed).map(|arguments| Command::Run(Box::new(arguments)))
}

fn in_environment(environment: &impl Fn(&str) -> Option<OsString>) -> Result<Vec<Given>, String> {
    let mut given = Vec::new();
    for (name, takes_value) in KNOWN {
        let from = variable(name);
        let value = from_environment(name, takes_value, environment)
            .map_err(|error| format!("{from}: {error}"))?;
        let values: Vec<String> = match value {
            Some(value) if REPEATED.contains(&name) => {
                value.split_whitespace().map(str::to_owned).collect()
            }
            value => value.into_iter().collect(),
        };
        given.extend(values.into_iter().map(|value| Given {
            name,
            from: from.clone(),
            value,
            of_environment: true,
        }));
    }
    Ok(given)
}

/// What the command line takes back of the environment goes; what still contradicts something is refused.
fn without_contradictions(mut given: Vec<Given>) -> Result<Vec<Given>, String> {
    let said: Vec<&str> = given
        .iter()
        .filter(|one| !one.of_environment)
        .map(|one| one.name)
        .collect();
    // A limit is no wish to lose what is kept in a directory.
    let takes_back = |name: &str| name != "--memory-limit" && said.contains(&name);
    for (one, other) in CONTRADICTING {
        let lost = |option: &Given| {
            (option.name == one && takes_back(other)) || (option.name == other && takes_back(one))
        };
        given.retain(|option| !(option.of_environment && lost(option)));
        let find = |name: &str| given.iter().find(|option| option.name == name);
        if let (Some(one), Some(other)) = (find(one), find(other)) {
            return Err(format!(
                "{} and {} contradict each other; give one of them",
                one.from, other.from
            ));
        }
    }
    Ok(given)
}

fn set(parsed: &mut Arguments, name: &str, value: String) -> Result<(), String> {
    let options = &mut parsed.options;
    let port = |text: &str| {
        text.parse::<u16>()
            .map_err(|_| format!("{text:?} is not a port; one is 0 to 65535"))
    };
    match name {
        "--dir" => options.dir = Some(value.into()),
        "--memory" => options.dir = None,
        "--memory-limit" => {
            let bytes = value.parse::<u64>().ok().filter(|megabytes| *megabytes > 0);
            let bytes = bytes.and_then(|megabytes| megabytes.checked_mul(1 << 20));
            let wrong = || format!("{value:?} is not a number of MB; give 1 or more");
            options.memory_limit = Some(bytes.ok_or_else(wrong)?);
        }
        "--port" => parsed.port = port(&value)?,
        "--https-port" => parsed.https_port = Some(port(&value)?),
        "--no-https" => parsed.https_port = None,
        "--host" => parsed.host = address(&value)?,
        "--domain" => options.domains.push(values::domain(&value)?),
        "--cert" => parsed.cert = Some(value.into()),
        "--key" => parsed.key = Some(value.into()),
        "--region" => options.region = values::region(&value)?,
        "--access-key" => {
            let (id, secret) = pair(&value, ':')
                .ok_or_else(|| "give ACCESS_KEY_ID:ACCESS_KEY_SECRET".to_owned())?;
            options.credentials[0] = Credential::new(id, secret);
        }
        "--account" => {
            let account = pair(&value, '=').and_then(|(name, key)| Some((name, pair(key, ':')?)));
            let (name, (id, secret)) =
                account.ok_or_else(|| "give NAME=ACCESS_KEY_ID:ACCESS_KEY_SECRET".to_owned())?;
            let credential = Credential::new(id, secret).of_account(name);
            options.credentials.push(credential);
        }
        "--cname" => options.cnames.push(values::cname(&value)?),
        "--ram-role" => options.ram_role = Some(values::role(&value)?),
        "--sts-lifetime" => {
            options.sts_lifetime = Some(seconds(&value)?);
        }
        "--restore-delay" => options.restore_delay = seconds(&value)?,
        "--block-public-access" => options.block_public_access = true,
        "--lifecycle-clock" => options.lifecycle_day = Some(seconds(&value)?),
        "--seed" => parsed.seed = Some(value.into()),
        "--ready-file" => parsed.ready_file = Some(value.into()),
        "--json" => parsed.json = true,
        "--verbose" => options.verbose = true,
        "--no-md5" => options.etag_md5 = false,
        "--no-record" => options.record = false,
        _ => {}
    }
    Ok(())
}

fn finish(mut parsed: Arguments) -> Result<Arguments, String> {
    parsed.options.http_addr = SocketAddr::new(parsed.host, parsed.port);
    let host = parsed.host;
    parsed.options.https_addr = parsed.https_port.map(|port| SocketAddr::new(host, port));
    parsed.options.certificate = match (parsed.cert.take(), parsed.key.take()) {
        (None, None) => None,
        (Some(cert), Some(key)) => Some((cert, key)),
        _ => return Err("--cert and --key: give both or none".to_owned()),
    };
    let mut keys = HashSet::new();
    for key in &parsed.options.credentials {
        if !keys.insert(&key.id) {
            return Err(format!(
                "--account: the key {:?} belongs to two; each account needs keys of its own",
                key.id
            ));
        }
    }
    let mut buckets = HashMap::new();
    for (domain, bucket) in &parsed.options.cnames {
        let before = buckets.insert(domain.to_ascii_lowercase(), bucket);
        if before.is_some_and(|before| before != bucket) {
            return Err(format!(
                "--cname: {domain:?} is given with two buckets; a domain leads to one"
            ));
        }
    }
    Ok(parsed)
}

#[cfg(test)]
mod tests;
