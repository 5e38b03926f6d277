//! The options of the command line, each of which can be an environment variable, too.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, ToSocketAddrs};
use std::path::PathBuf;
use std::time::Duration;

use oss_local::{Credential, Options};

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
OSS_LOCAL_MEMORY=1 for an option without one. The command line wins.

Faults on demand, for tests of your program: make the third part fail twice
  curl -d '{\"operation\":\"UploadPart\",\"query_contains\":\"partNumber=3\",\"times\":2,\"action\":{\"type\":\"status\",\"status\":503}}' \\
      http://localhost:9000/_local/rules
";

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

pub enum Command {
    Run(Box<Arguments>),
    Help,
    Version,
}

/// Name, and whether a value follows.
const KNOWN: [(&str, bool); 26] = [
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
    ("--version", false),
];

/// `--https-port` is `OSS_LOCAL_HTTPS_PORT`.
fn variable(name: &str) -> String {
    let name = name.trim_start_matches('-').replace('-', "_");
    format!("OSS_LOCAL_{}", name.to_ascii_uppercase())
}

pub fn parse(
    mut words: impl Iterator<Item = String>,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Command, String> {
    let mut parsed = Arguments {
        options: Options::default(),
        seed: None,
        ready_file: None,
        json: false,
        port: 9000,
        https_port: Some(9443),
        host: Ipv4Addr::LOCALHOST.into(),
        cert: None,
        key: None,
    };
    for (name, takes_value) in KNOWN {
        let variable = variable(name);
        let Some(value) = environment(&variable).filter(|value| !value.is_empty()) else {
            continue;
        };
        if takes_value || !matches!(value.as_str(), "0" | "false") {
            set(&mut parsed, name, value).map_err(|error| format!("{variable}: {error}"))?;
        }
    }
    while let Some(word) = words.next() {
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
        let value = match (known, inline) {
            (None, _) => return Err(format!("{name} is unknown")),
            (Some((_, false)), None) => String::new(),
            (Some((_, false)), Some(_)) => return Err(format!("{name} takes no value")),
            (Some((_, true)), inline) => inline
                .or_else(|| words.next())
                .ok_or_else(|| format!("{name} needs a value"))?,
        };
        set(&mut parsed, &name, value).map_err(|error| format!("{name}: {error}"))?;
    }
    finish(parsed).map(|arguments| Command::Run(Box::new(arguments)))
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
        "--domain" => options.domains.push(value),
        "--cert" => parsed.cert = Some(value.into()),
        "--key" => parsed.key = Some(value.into()),
        "--region" if value.starts_with("oss-") || value.is_empty() => {
            return Err(format!(
                "{value:?} is not a region; give the plain id, like cn-hangzhou"
            ));
        }
        "--region" => options.region = value,
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
        "--cname" => {
            let (domain, bucket) =
                pair(&value, '=').ok_or_else(|| format!("{value:?} is not DOMAIN=BUCKET"))?;
            options.cnames.push((domain.to_owned(), bucket.to_owned()));
        }
        "--ram-role" => options.ram_role = Some(value),
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

/// 1 to as many as a century has.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .filter(|seconds| (1..=3_155_760_000).contains(seconds));
    seconds
        .map(Duration::from_secs)
        .ok_or_else(|| format!("{text:?} is not a number of seconds; give 1 or more"))
}

/// Two texts, neither of them empty.
fn pair(text: &str, separator: char) -> Option<(&str, &str)> {
    text.split_once(separator)
        .filter(|(left, right)| !left.is_empty() && !right.is_empty())
}

fn address(text: &str) -> Result<IpAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let found: Vec<SocketAddr> = (text, 0)
        .to_socket_addrs()
        .map_err(|error| format!("{text:?} is neither an address nor a known name: {error}"))?
        .collect();
    // Where a name stands for both, the older one serves as well.
    let best = found
        .iter()
        .find(|address| address.is_ipv4())
        .or(found.first());
    best.map(SocketAddr::ip)
        .ok_or_else(|| format!("{text:?} has no address"))
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
    Ok(parsed)
}
