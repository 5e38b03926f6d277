//! `oss-local`: the local OSS for people.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use oss_local::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, Credential, Options, STS_ACCESS_KEY_ID,
    STS_ACCESS_KEY_SECRET, STS_TOKEN, Server,
};

const HELP: &str = "\
A local OSS: objects in a directory or in memory, over HTTP and HTTPS.

usage: oss-local [--dir DIR | --memory] [--port N] [--https-port M] [options]

  --dir DIR               keep objects in DIR; they are there again at the next start.
                          DIR is empty, new, or from an earlier start
  --memory                keep objects in memory (the default)
  --port N                port for HTTP (default 9000, 0: any)
  --https-port M          port for HTTPS (default 9443, 0: any)
  --no-https              HTTP only
  --host ADDRESS          address to listen on (default 127.0.0.1)
  --region R              region of the service (default cn-hangzhou)
  --account NAME=ID:SECRET
                          the key of another account; may be repeated
  --cname DOMAIN=BUCKET   bind a custom domain to a bucket; may be repeated
  --no-md5                make ETags from the CRC, for benchmarks
  --no-record             keep no list of requests, for benchmarks
  --help                  this text
";

struct Arguments {
    options: Options,
    port: u16,
    https_port: Option<u16>,
    host: std::net::IpAddr,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments
        .iter()
        .any(|argument| argument == "--help" || argument == "-h")
    {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match parse(arguments.into_iter()).and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("oss-local: {message}\nTry: oss-local --help");
            ExitCode::from(2)
        }
    }
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let mut parsed = Arguments {
        options: Options::default(),
        port: 9000,
        https_port: Some(9443),
        host: std::net::Ipv4Addr::LOCALHOST.into(),
    };
    while let Some(argument) = arguments.next() {
        let (name, inline) = match argument.split_once('=') {
            Some((name, value)) if name.starts_with("--") => {
                (name.to_owned(), Some(value.to_owned()))
            }
            _ => (argument, None),
        };
        let mut value = || {
            inline
                .clone()
                .or_else(|| arguments.next())
                .ok_or_else(|| format!("{name} needs a value"))
        };
        let port = |text: String| {
            text.parse::<u16>()
                .map_err(|_| format!("{name}: {text} is not a port"))
        };
        match name.as_str() {
            "--dir" => parsed.options.dir = Some(value()?.into()),
            "--memory" => parsed.options.dir = None,
            "--port" => parsed.port = port(value()?)?,
            "--https-port" => parsed.https_port = Some(port(value()?)?),
            "--no-https" => parsed.https_port = None,
            "--host" => {
                let text = value()?;
                parsed.host = text
                    .parse()
                    .map_err(|_| format!("{name}: {text} is not an IP address"))?;
            }
            "--region" => {
                parsed.options.region = value()?;
                if parsed.options.region.starts_with("oss-") || parsed.options.region.is_empty() {
                    return Err(format!(
                        "--region: give the plain id, like cn-hangzhou, not {:?}",
                        parsed.options.region
                    ));
                }
            }
            "--cname" => {
                let text = value()?;
                let (domain, bucket) = text
                    .split_once('=')
                    .ok_or_else(|| format!("--cname: {text} is not DOMAIN=BUCKET"))?;
                parsed
                    .options
                    .cnames
                    .push((domain.to_owned(), bucket.to_owned()));
            }
            "--account" => {
                let text = value()?;
                let credential = account(&text).ok_or_else(|| {
                    format!("--account: {text} is not NAME=ACCESS_KEY_ID:ACCESS_KEY_SECRET")
                })?;
                parsed.options.credentials.push(credential);
            }
            "--no-md5" => parsed.options.etag_md5 = false,
            "--no-record" => parsed.options.record = false,
            other => return Err(format!("{other} is unknown")),
        }
    }
    Ok(parsed)
}

/// `NAME=ID:SECRET`
fn account(text: &str) -> Option<Credential> {
    let (name, key) = text.split_once('=')?;
    let (id, secret) = key.split_once(':')?;
    if name.is_empty() || id.is_empty() || secret.is_empty() {
        return None;
    }
    Some(Credential::new(id, secret).of_account(name))
}

fn run(arguments: Arguments) -> Result<(), String> {
    let Arguments {
        mut options,
        port,
        https_port,
        host,
    } = arguments;
    options.http_addr = SocketAddr::new(host, port);
    options.https_addr = https_port.map(|port| SocketAddr::new(host, port));
    let place = options
        .dir
        .as_ref()
        .map_or("in memory, gone when this ends".to_owned(), |dir| {
            format!("in {}", dir.display())
        });
    let server = Server::start(options).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => " (--port and --https-port choose others, --no-https none)",
            _ => "",
        };
        format!("{error}{hint}")
    })?;

    for notice in server.notices() {
        eprintln!("oss-local: {notice}");
    }

    let endpoint = format!("http://localhost:{}", server.http_port());
    let mut text = format!(
        "OSS on this machine, region {}, objects {place}\n\n  {endpoint}\n",
        server.region()
    );
    if server.https_port().is_some() {
        text += &format!(
            "  {}   CA: {}\n",
            server.https_endpoint(),
            server.ca_file().display()
        );
    }
    text += &format!(
        "\n  export OSS_ACCESS_KEY_ID={ACCESS_KEY_ID}\n  export OSS_ACCESS_KEY_SECRET={ACCESS_KEY_SECRET}\n\n\
         temporary credentials: {STS_ACCESS_KEY_ID} {STS_ACCESS_KEY_SECRET} {STS_TOKEN}\n\n\
         in C:  oss_config_set_endpoint(config, \"{endpoint}\");\n       \
         oss_config_set_region(config, \"{}\");\n       \
         oss_put_bucket(bucket, NULL);   /* a new server has no buckets */\n",
        server.region()
    );
    if server.https_port().is_some() {
        text += &format!(
            "\nor      oss_config_set_endpoint(config, \"{}\");\n        oss_config_set_ca_file(config, \"{}\");\n",
            server.https_endpoint(),
            server.ca_file().display()
        );
    }
    text += &format!("\nrequests seen: {endpoint}/_local/requests\n");
    // Whoever reads this through a pipe waits for it.
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    loop {
        std::thread::park();
    }
}
