//! The options of the command line, each of which can be an environment variable, too.

use std::ffi::OsString;
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

pub fn parse(
    words: impl Iterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, String> {
    let mut parsed = Arguments::default();
    for (name, takes_value) in KNOWN {
        let named = |error| format!("{}: {error}", variable(name));
        let value = from_environment(name, takes_value, &environment).map_err(named)?;
        let values: Vec<String> = match value {
            Some(value) if REPEATED.contains(&name) => {
                value.split_whitespace().map(str::to_owned).collect()
            }
            value => value.into_iter().collect(),
        };
        for value in values {
            set(&mut parsed, name, value).map_err(named)?;
        }
    }
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
        let value = match (known, inline) {
            (None, _) => return Err(format!("{name} is unknown")),
            (Some((_, false)), None) => String::new(),
            (Some((_, false)), Some(_)) => return Err(format!("{name} takes no value")),
            (Some((_, true)), Some(inline)) => inline,
            (Some((_, true)), None) => match words.next().transpose()? {
                Some(value) => value,
                None => return Err(format!("{name} needs a value")),
            },
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

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(words: &[&str], variables: &[(&str, &str)]) -> Result<String, String> {
        let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
        let command = parse(words.iter().map(OsString::from), |name| {
            find(name).map(|(_, value)| value.into())
        });
        match command? {
            Command::Run(arguments) => Ok(format!("{arguments:?}")),
            Command::Help | Command::Version => Err("nothing runs".to_owned()),
        }
    }

    /// Each option with a value that is not its default, and what it cannot do without.
    const SAMPLES: [(&str, &str, &[&str]); 25] = [
        ("--memory-limit", "7", &[]),
        ("--lifecycle-clock", "7", &[]),
        ("--ram-role", "role", &[]),
        ("--sts-lifetime", "7", &[]),
        ("--restore-delay", "7", &[]),
        ("--block-public-access", "1", &[]),
        ("--dir", "/data", &[]),
        ("--memory", "1", &["--dir", "/data"]),
        ("--port", "7", &[]),
        ("--https-port", "7", &[]),
        ("--no-https", "1", &[]),
        ("--host", "127.0.0.7", &[]),
        ("--domain", "oss.test", &[]),
        ("--cert", "a.pem", &["--key", "b.pem"]),
        ("--key", "b.pem", &["--cert", "a.pem"]),
        ("--region", "cn-beijing", &[]),
        ("--access-key", "id:secret", &[]),
        ("--account", "other=id:secret", &[]),
        ("--cname", "img.example.com=pictures", &[]),
        ("--seed", "/seed", &[]),
        ("--ready-file", "/ready", &[]),
        ("--json", "1", &[]),
        ("--verbose", "1", &[]),
        ("--no-md5", "1", &[]),
        ("--no-record", "1", &[]),
    ];

    #[test]
    fn each_option_is_a_variable_too_and_in_the_help() {
        assert_eq!(
            SAMPLES.map(|(name, ..)| name),
            KNOWN.map(|(name, _)| name),
            "an option has no sample"
        );
        for ((name, value, rest), (_, takes_value)) in SAMPLES.into_iter().zip(KNOWN) {
            let given = if takes_value {
                format!("{name}={value}")
            } else {
                name.to_owned()
            };
            // `--memory` is the only one that takes something back, so it comes after the rest.
            let by_word = parsed(&[rest, &[given.as_str()]].concat(), &[]);
            let set = variable(name);
            let by_variable = match name {
                "--memory" => parsed(&[], &[("OSS_LOCAL_DIR", "/data"), (&set, value)]),
                _ => parsed(rest, &[(&set, value)]),
            };
            assert_eq!(by_word, by_variable, "{name}");
            assert_ne!(by_word, parsed(rest, &[]), "{name} does nothing");
            assert!(
                HELP.contains(&format!("{name} ")),
                "{name} is not in the help"
            );
            if !takes_value {
                assert_eq!(parsed(rest, &[(&set, "0")]), parsed(rest, &[]), "{name}");
            }
        }
    }

    #[test]
    fn the_command_line_wins() {
        assert_eq!(
            parsed(
                &["--region", "cn-beijing"],
                &[("OSS_LOCAL_REGION", "cn-shanghai")]
            ),
            parsed(&["--region", "cn-beijing"], &[])
        );
    }

    #[test]
    fn spaces_part_the_values_of_a_variable_that_may_be_repeated() {
        let domains = [("OSS_LOCAL_DOMAIN", "a.test  b.test")];
        assert_eq!(
            parsed(&[], &domains),
            parsed(&["--domain=a.test", "--domain=b.test"], &[])
        );
    }

    #[test]
    fn the_address_that_kubernetes_sets_is_not_a_port() {
        let of_a_service = [("OSS_LOCAL_PORT", "tcp://10.0.0.7:9000")];
        assert_eq!(parsed(&[], &of_a_service), parsed(&[], &[]));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_utf_8_is_named() {
        use std::os::unix::ffi::OsStringExt;
        let broken = || OsString::from_vec(vec![b'd', 0xff]);
        let words = parse([OsString::from("--dir"), broken()].into_iter(), |_| None);
        assert_eq!(words.err().as_deref(), Some("\"d\\xFF\" is not UTF-8"));
        let variable = parse(std::iter::empty(), |name| {
            (name == "OSS_LOCAL_DIR").then(broken)
        });
        let said = variable.err();
        assert_eq!(
            said.as_deref(),
            Some("OSS_LOCAL_DIR: \"d\\xFF\" is not UTF-8")
        );
    }
}
