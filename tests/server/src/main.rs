//! `oss-local`: the local OSS for people.

mod arguments;
mod seed;
mod values;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use arguments::{Arguments, Command};
use oss_local::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_TOKEN, Server,
};
use serde_json::json;

fn main() -> ExitCode {
    let outcome = match arguments::parse(std::env::args_os().skip(1), |name| std::env::var_os(name))
    {
        Ok(Command::Help) => {
            print!("{}", arguments::HELP);
            Ok(())
        }
        Ok(Command::Version) => {
            println!("oss-local {}", env!("CARGO_PKG_VERSION"));
            Ok(())
        }
        Ok(Command::Run(arguments)) => run(*arguments),
        Err(message) => Err(format!("{message}\nTry: oss-local --help")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("oss-local: {message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let own = arguments.options.credentials.first().cloned();
    // Those who gave a certificate know whom to trust.
    let has_ca = arguments.options.https_addr.is_some() && arguments.options.certificate.is_none();
    let place = match &arguments.options.dir {
        Some(dir) => format!("in {}", dir.display()),
        None => "in memory, gone when this ends".to_owned(),
    };
    // From here on a signal does not end the program by itself.
    let signals = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let stop = {
        let _guard = signals.enter();
        Stop::new().map_err(|error| error.to_string())?
    };
    let server = Server::start(arguments.options).map_err(|error| {
        let hint = match error.kind() {
            ErrorKind::AddrInUse => " (--port and --https-port choose others, --no-https none)",
            _ => "",
        };
        format!("{error}{hint}")
    })?;
    for notice in server.notices() {
        eprintln!("oss-local: {notice}");
    }
    let (id, secret) = own.map_or(
        (ACCESS_KEY_ID.to_owned(), ACCESS_KEY_SECRET.to_owned()),
        |own| (own.id, own.secret),
    );
    if let Some(dir) = &arguments.seed {
        for notice in seed::fill(&server, dir, &id, &secret)? {
            eprintln!("oss-local: {notice}");
        }
        // Those are not requests of the client under test.
        server.clear_requests();
    }
    let ca = has_ca.then(|| server.ca_file().to_owned());
    let ready = describe(&server, ca.as_deref(), &id, &secret);
    if let Some(file) = &arguments.ready_file {
        write_whole(file, &format!("{ready}\n"))
            .map_err(|error| format!("--ready-file: {}: {error}", file.display()))?;
    }
    let text = if arguments.json {
        format!("{ready}\n")
    } else {
        greeting(&server, ca.as_deref(), &place, &id, &secret)
    };
    // Whoever reads this through a pipe waits for it.
    let mut out = std::io::stdout();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    signals.block_on(stop.wait());
    if let Some(file) = &arguments.ready_file {
        let _ = std::fs::remove_file(file);
    }
    Ok(())
}

/// A file that is seen whole or not at all.
fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    std::fs::write(&name, text)?;
    std::fs::rename(&name, path)
}

/// What a program needs to know, in one line.
fn describe(server: &Server, ca: Option<&Path>, id: &str, secret: &str) -> serde_json::Value {
    json!({
        "endpoint": format!("http://localhost:{}", server.http_port()),
        "http_port": server.http_port(),
        "https_endpoint": server.https_port().map(|port| format!("https://localhost:{port}")),
        "https_port": server.https_port(),
        "region": server.region(),
        "access_key_id": id,
        "access_key_secret": secret,
        "ca_file": ca,
        "pid": std::process::id(),
    })
}

fn greeting(server: &Server, ca: Option<&Path>, place: &str, id: &str, secret: &str) -> String {
    let region = server.region();
    let endpoint = format!("http://localhost:{}", server.http_port());
    let mut text =
        format!("OSS on this machine, region {region}, objects {place}\n\n  {endpoint}\n");
    let secure = server
        .https_port()
        .map(|port| format!("https://localhost:{port}"));
    let ca = ca.map(|file| file.display().to_string());
    match (&secure, &ca) {
        (Some(endpoint), Some(ca)) => text += &format!("  {endpoint}   CA: {ca}\n"),
        (Some(endpoint), None) => text += &format!("  {endpoint}   certificate: that of --cert\n"),
        (None, _) => {}
    }
    text += &format!(
        "\n  export OSS_ENDPOINT={endpoint} OSS_REGION={region}\n  export OSS_ACCESS_KEY_ID={id}\n  \
         export OSS_ACCESS_KEY_SECRET={secret}\n\n\
         temporary credentials: {STS_ACCESS_KEY_ID} {STS_ACCESS_KEY_SECRET} {STS_TOKEN}\n\n\
         in C:  oss_config_set_endpoint(config, \"{endpoint}\");\n       \
         oss_config_set_region(config, \"{region}\");\n       \
         oss_put_bucket(bucket, NULL);   /* a new server has no buckets */\n"
    );
    if let (Some(endpoint), Some(ca)) = (&secure, &ca) {
        text += &format!(
            "\nor      oss_config_set_endpoint(config, \"{endpoint}\");\n        oss_config_set_ca_file(config, \"{ca}\");\n"
        );
    }
    text + &format!("\nbuckets and requests: {endpoint}/_local/\n")
}

/// The signals that ask a program to end.
#[cfg(unix)]
struct Stop(tokio::signal::unix::Signal, tokio::signal::unix::Signal);

#[cfg(unix)]
impl Stop {
    fn new() -> std::io::Result<Stop> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Stop(
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        ))
    }

    async fn wait(mut self) {
        std::future::poll_fn(|cx| {
            if self.0.poll_recv(cx).is_ready() || self.1.poll_recv(cx).is_ready() {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
struct Stop;

#[cfg(not(unix))]
impl Stop {
    fn new() -> std::io::Result<Stop> {
        Ok(Stop)
    }

    async fn wait(self) {
        let _ = tokio::signal::ctrl_c().await;
    }
}
