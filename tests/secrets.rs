//! Secrets and tokens do not outlive their use: whatever memory the library gives back is searched for them.
//!
//! The test runs this program a second time, with an allocator that looks at each block before it is freed. That process is
//! the client only: the servers, which know the secrets too, are in the first one.
#![allow(unsafe_code, reason = "an allocator cannot be written without")]

mod peer;
#[path = "peer/wire.rs"]
mod wire;

use std::alloc::{GlobalAlloc, Layout, System};
use std::backtrace::Backtrace;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alioss::credentials::Recipe;
use alioss::{Bucket, Config, Method, Options, SignatureVersion, Timestamp};
use peer::{Peer, folder, read_request};
use wire::{Channel, Wire, identity};
use zeroize::Zeroize;

/// What the secrets of these tests are made of, so that any part of them is found.
const MARK: &[u8] = b"Zq7xYw";
const ID: &str = "STS.id";
const SECRET: &str = "Zq7xYw-secret-Zq7xYw-secret-Zq7xYw-secret-Zq7xYw";
const TOKEN: &str =
    "Zq7xYw-token-Zq7xYw-token-Zq7xYw-token-Zq7xYw-token-Zq7xYw-token-Zq7xYw-token-Zq7xYw";

/// The system's allocator, once it has been told to search what is freed.
struct Searching;

static SEARCHES: AtomicBool = AtomicBool::new(false);
static FOUND: AtomicUsize = AtomicUsize::new(0);
/// Blocks of rustls, which hands out what it has decrypted in memory of its own, for reading only.
static OF_RUSTLS: AtomicUsize = AtomicUsize::new(0);
/// How many of the finds are shown with where they were freed.
const SHOWN: usize = 8;

// SAFETY: all is the system's; blocks are looked at before they are given back. `realloc` is the default one, which frees
// the old block.
unsafe impl GlobalAlloc for Searching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as asked for. Zeroed, because what nobody has written to must not be read.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        if SEARCHES.load(Ordering::Relaxed) {
            // SAFETY: the block is whole, and was zeroed when it was new.
            search(unsafe { std::slice::from_raw_parts(block, layout.size()) });
        }
        // SAFETY: as asked for.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Searching = Searching;

fn search(block: &[u8]) {
    if !block.windows(MARK.len()).any(|window| window == MARK) {
        return;
    }
    // What this frees is not searched.
    SEARCHES.store(false, Ordering::Relaxed);
    found(block);
    SEARCHES.store(true, Ordering::Relaxed);
}

fn found(block: &[u8]) {
    let trace = Backtrace::force_capture().to_string();
    if trace.contains("rustls::conn::unbuffered") && trace.contains("Records::advance") {
        OF_RUSTLS.fetch_add(1, Ordering::Relaxed);
        return;
    }
    if FOUND.fetch_add(1, Ordering::Relaxed) >= SHOWN {
        return;
    }
    let text = String::from_utf8_lossy(&block[..block.len().min(300)]).into_owned();
    let trace: Vec<&str> = trace
        .lines()
        .filter(|line| line.contains("alioss"))
        .take(6)
        .collect();
    eprintln!(
        "{} bytes freed by {}: {text:?}",
        block.len(),
        trace.join("\n")
    );
}

/// How often `work` freed memory with a part of a secret in it.
fn found_in(work: impl FnOnce()) -> usize {
    FOUND.store(0, Ordering::Relaxed);
    SEARCHES.store(true, Ordering::Relaxed);
    work();
    SEARCHES.store(false, Ordering::Relaxed);
    FOUND.load(Ordering::Relaxed)
}

fn expiration() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let text = Timestamp(now.as_secs() as i64 + 3600).iso8601_millis();
    text.replace(".000Z", "Z")
}

/// What providers answer. The slash shows that escapes leave nothing behind either.
fn keys() -> String {
    format!(
        r#""AccessKeyId":"{ID}","AccessKeySecret":"{SECRET}\/","SecurityToken":"{TOKEN}\/","Expiration":"{}""#,
        expiration()
    )
}

/// OSS, STS and the metadata service in one, by the path. Of the requests for `twice` and `busy` every other one fails.
fn serve(mut channel: Channel, [twice, busy]: &[AtomicUsize; 2]) {
    let is_first = |count: &AtomicUsize| count.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
    while let Some(head) = read_request(&mut channel) {
        let line = head.lines().next().unwrap_or_default();
        let (status, body) = match line {
            line if line.contains("/cut") => (200, format!("{{{}", keys())),
            line if line.contains("/list") => (200, format!("[{{{}}}]", keys())),
            line if line.contains("/keys") || line.contains("/latest/meta-data/") => {
                (200, format!("{{\"Code\":\"Success\",{}}}", keys()))
            }
            line if line.contains("/latest/api/token") => (404, String::new()),
            line if line.contains("action=assumerole") => (
                200,
                format!("{{\"RequestId\":\"R\",\"Credentials\":{{{}}}}}", keys()),
            ),
            line if line.contains("/refused") || line.contains("/twice") && is_first(twice) => {
                let code = "<Error><Code>SecurityTokenExpired</Code></Error>";
                (403, code.to_owned())
            }
            line if line.contains("/busy") && is_first(busy) => (503, String::new()),
            line if line.contains("/wrong") => {
                let error = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>x</StringToSign></Error>";
                (403, error.to_owned())
            }
            _ => (200, String::new()),
        };
        let answer = format!(
            "HTTP/1.1 {status} X\r\nx-oss-request-id: 1\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        if channel.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

fn start(wire: Wire) -> Peer {
    let requests = Arc::new([const { AtomicUsize::new(0) }; 2]);
    wire::start(wire, move |channel| serve(channel, &requests))
}

fn variable(name: &str) -> String {
    std::env::var(name).unwrap()
}

/// A bucket of the server in the other process.
fn bucket(wire: Wire, version: SignatureVersion, provider: Option<&str>) -> Bucket {
    let mut config = Config::new();
    let endpoint = match wire {
        Wire::Plain => format!("http://127.0.0.1:{}", variable("PLAIN_PORT")),
        _ => format!("https://127.0.0.1:{}", variable("TLS_PORT")),
    };
    config
        .endpoint(&endpoint)
        .region("cn-hangzhou")
        .ca_pem(variable("CA").as_bytes())
        .backoff(Duration::from_millis(1), Duration::from_millis(1))
        .signature_version(version);
    match provider {
        Some(text) => config.credentials(Recipe::parse(text).unwrap().build().unwrap()),
        None => config.keys(ID, SECRET, Some(TOKEN)),
    };
    Bucket::new(&config, "examplebucket").unwrap()
}

fn requests(wire: Wire, version: SignatureVersion) {
    let bucket = bucket(wire, version, None);
    for key in ["a", "busy"] {
        bucket.put_object(key, "hello", &Options::new()).unwrap();
    }
    for key in ["refused", "wrong"] {
        bucket
            .put_object(key, "hello", &Options::new())
            .unwrap_err();
    }
    // What was signed is the caller's.
    let ten = Duration::from_secs(10);
    let mut signed = bucket
        .presign(Method::Get, Some("a"), ten, &Options::new())
        .unwrap();
    assert!(signed.url.contains(TOKEN));
    signed.url.zeroize();
    let mut form = bucket.post_policy(ten, "[]", &Options::new()).unwrap();
    form.fields
        .iter_mut()
        .for_each(|(_, value)| value.zeroize());
}

fn providers() {
    let (plain, tls) = (variable("PLAIN_PORT"), variable("TLS_PORT"));
    let folder = variable("FOLDER");
    let sts = format!("sts-endpoint=127.0.0.1:{tls}");
    let role = "acs:ram::1:role/r";
    for provider in [
        format!("ecs-ram-role:r;endpoint=http://127.0.0.1:{plain}"),
        format!("uri:http://127.0.0.1:{plain}/keys"),
        format!("uri:https://127.0.0.1:{tls}/keys"),
        format!("assume-role:{role};base=uri:http://127.0.0.1:{plain}/keys;{sts}"),
        format!(
            "oidc-role:{role};provider-arn=acs:ram::1:oidc-provider/p;token-file={folder}/token;{sts}"
        ),
        format!("process:/bin/cat {folder}/keys.json"),
        "profile:sts".into(),
        "profile:ini".into(),
    ] {
        let bucket = bucket(Wire::Plain, SignatureVersion::V4, Some(&provider));
        let put = bucket.put_object("a", "hello", &Options::new());
        put.unwrap_or_else(|error| panic!("{provider}: {error}"));
    }
    for path in ["cut", "list"] {
        let provider = format!("uri:https://127.0.0.1:{tls}/{path}");
        let bucket = bucket(Wire::Plain, SignatureVersion::V4, Some(&provider));
        bucket
            .put_object("a", "hello", &Options::new())
            .unwrap_err();
    }
    // Keys that are refused are replaced, and dropped.
    let provider = format!("uri:http://127.0.0.1:{plain}/keys");
    let bucket = bucket(Wire::Plain, SignatureVersion::V4, Some(&provider));
    bucket.put_object("a", "hello", &Options::new()).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    bucket
        .put_object("twice", "hello", &Options::new())
        .unwrap();
}

fn write_files(folder: &Path) {
    let keys = keys();
    std::fs::write(folder.join("token"), format!("{TOKEN}\n")).unwrap();
    std::fs::write(folder.join("keys.json"), format!("{{{keys}}}")).unwrap();
    let config = format!(
        r#"{{"profiles":[{{"name":"sts","mode":"StsToken","access_key_id":"{ID}","access_key_secret":"{SECRET}","sts_token":"{TOKEN}"}}]}}"#
    );
    std::fs::write(folder.join("config.json"), config).unwrap();
    let ini = format!(
        "[ini]\ntype=sts\naccess_key_id={ID}\naccess_key_secret={SECRET}\nsecurity_token={TOKEN}\n"
    );
    std::fs::write(folder.join("ini"), ini).unwrap();
}

fn client() {
    // First of all: the search finds what is left behind.
    assert_eq!(found_in(|| drop(SECRET.to_owned())), 1);
    assert_eq!(found_in(|| SECRET.to_owned().zeroize()), 0);
    for wire in [Wire::Plain, Wire::Tls13] {
        for version in [SignatureVersion::V4, SignatureVersion::V1] {
            let found = found_in(|| requests(wire, version));
            assert_eq!(found, 0, "requests over {wire:?} signed with {version:?}");
        }
    }
    assert_eq!(found_in(providers), 0, "providers");
    // One for each answer over TLS: should there be none any more, this exception can go.
    assert!(OF_RUSTLS.load(Ordering::Relaxed) > 0);
}

#[test]
fn no_memory_is_given_back_with_a_secret_in_it() {
    if std::env::var_os("PLAIN_PORT").is_some() {
        return client();
    }
    let folder = folder("secrets");
    write_files(&folder);
    let (plain, tls) = (start(Wire::Plain), start(Wire::Tls13));
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "no_memory_is_given_back_with_a_secret_in_it",
            "--nocapture",
        ])
        .env("PLAIN_PORT", plain.port().to_string())
        .env("TLS_PORT", tls.port().to_string())
        .env("CA", &identity().pem)
        .env("FOLDER", &folder)
        .env("ALIBABA_CLOUD_CONFIG_FILE", folder.join("config.json"))
        .env("ALIBABA_CLOUD_CREDENTIALS_FILE", folder.join("ini"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
