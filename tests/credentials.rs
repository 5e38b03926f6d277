//! Providers of credentials against servers, files and programs as they find them, and as they must not trust them.

mod peer;

use std::collections::VecDeque;
use std::ffi::OsStr;
use std::fmt::Debug;
use std::io::Write;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use alioss::credentials::{Asking, Cached, CredentialsProvider, Recipe};
use alioss::{Bucket, Cancel, Config, Credentials, Error, Kind, Options, Timestamp};
use peer::{Peer, folder, read_request};

const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// What a server says to one request: status, headers, body.
type Say = (u16, String, String);

fn say(status: u16, body: impl Into<String>) -> Say {
    (status, String::new(), body.into())
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    since.as_secs() as i64
}

fn iso(seconds: i64) -> String {
    let text = Timestamp(seconds).iso8601_millis();
    text.replace(".000Z", "Z")
}

/// An answer with keys number `number`, good for `life` seconds.
fn keys(number: usize, life: i64) -> String {
    format!(
        r#"{{"Code":"Success","AccessKeyId":"STS.id{number}","AccessKeySecret":"secret{number}","SecurityToken":"token{number}","Expiration":"{}"}}"#,
        iso(now() + life)
    )
}

/// A server that answers what `answer` says of the request's first line and headers.
fn http(answer: impl Fn(&str, &str) -> Say + Send + Sync + 'static) -> Peer {
    Peer::start(move |mut stream: TcpStream| {
        while let Some(head) = read_request(&mut stream) {
            let line = head.lines().next().unwrap_or_default().to_owned();
            let (status, headers, body) = answer(&line, &head);
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n{headers}\r\n{body}",
                body.len()
            );
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// The tokens of the requests that OSS has seen, and what it refuses.
#[derive(Default)]
struct Oss {
    tokens: Mutex<Vec<String>>,
    expired: Mutex<Vec<String>>,
}

impl Oss {
    fn start(self: &Arc<Oss>) -> Peer {
        let oss = self.clone();
        http(move |_, head| {
            let token = head
                .lines()
                .find_map(|line| line.strip_prefix("x-oss-security-token: "))
                .unwrap_or_default()
                .to_owned();
            let expired = oss.expired.lock().unwrap().contains(&token);
            oss.tokens.lock().unwrap().push(token);
            let id = "x-oss-request-id: 1\r\n".to_owned();
            if expired {
                let body = "<Error><Code>SecurityTokenExpired</Code><Message>The security token you provided has expired.</Message></Error>";
                return (403, id, body.into());
            }
            (200, id, String::new())
        })
    }

    fn tokens(&self) -> Vec<String> {
        self.tokens.lock().unwrap().clone()
    }
}

fn bucket(oss: &Peer, provider: Arc<dyn CredentialsProvider>) -> Bucket {
    let mut config = Config::new();
    config
        .endpoint(&oss.endpoint())
        .region("cn-hangzhou")
        .credentials(provider);
    Bucket::new(&config, "examplebucket").unwrap()
}

fn provider(text: &str) -> Arc<dyn CredentialsProvider> {
    Recipe::parse(text).unwrap().build().unwrap()
}

fn put(bucket: &Bucket) -> Result<u32, Error> {
    let options = Options::new().timeout(Duration::from_secs(20));
    bucket
        .put_object("a.txt", "hello", &options)
        .map(|response| response.attempts())
}

/// A provider that gives what it is told, and counts.
#[derive(Default)]
struct Scripted {
    asked: AtomicUsize,
    life: i64,
    fails: AtomicBool,
    takes: Duration,
}

impl CredentialsProvider for Scripted {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        std::thread::sleep(self.takes);
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::new(Kind::Credentials, "the script says no"));
        }
        let keys = Credentials::new("id", "secret", Some(format!("token{number}")));
        Ok(Some(Arc::new(keys.expires(Timestamp(now() + self.life)))))
    }
}

#[test]
fn the_metadata_service_is_asked_with_a_token_for_the_role_and_for_its_keys() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let metadata = http(move |line, head| {
        let with = head.contains("x-aliyun-ecs-metadata-token: session");
        log.lock().unwrap().push((line.to_owned(), with));
        if line.starts_with(&format!("put {TOKEN}")) {
            assert!(head.contains("x-aliyun-ecs-metadata-token-ttl-seconds: 21600"));
            return say(200, "session\n");
        }
        if line.starts_with(&format!("get {ROLES} ")) {
            return say(200, "my-role\n");
        }
        say(200, keys(1, 3600))
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(
        &server,
        provider(&format!("ecs-ram-role;endpoint={}", metadata.endpoint())),
    );
    for _ in 0..3 {
        assert_eq!(put(&bucket).unwrap(), 1);
    }
    assert_eq!(oss.tokens(), ["token1"; 3]);
    let role = format!("get {ROLES}my-role http/1.1");
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (format!("put {TOKEN} http/1.1"), false),
            (format!("get {ROLES} http/1.1"), true),
            (role, true)
        ]
    );
}

#[test]
fn a_metadata_service_without_tokens_is_asked_without() {
    for (token_status, get_fails_with_token) in [(404, false), (405, false), (200, true)] {
        let metadata = http(move |line, head| {
            if line.starts_with("put ") {
                return say(token_status, "session");
            }
            if get_fails_with_token && head.contains("x-aliyun-ecs-metadata-token:") {
                return say(400, "no");
            }
            say(200, keys(1, 3600))
        });
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
        put(&bucket(&server, provider(&text))).unwrap();
        assert_eq!(oss.tokens(), ["token1"]);
    }
}

#[test]
fn whatever_the_metadata_service_answers_is_bounded_and_named() {
    let huge = format!("{{\"Code\":\"Success\",\"x\":\"{}\"}}", "a".repeat(200_000));
    let redirect = (
        302,
        "Location: http://127.0.0.1:1/\r\n".to_owned(),
        String::new(),
    );
    let big_head = (200, format!("x: {}\r\n", "a".repeat(20_000)), keys(1, 3600));
    let secret = r#"{"Code":"Success","AccessKeyId":"STS.a","AccessKeySecret":"hush","SecurityToken":"hush""#;
    for (answer, words) in [
        (say(404, ""), "has the status 404"),
        (say(500, "hush"), "has the status 500"),
        (redirect, "has the status 302"),
        (say(200, ""), "is not a JSON object"),
        (say(200, "<html>hush</html>"), "is not a JSON object"),
        (say(200, "[1]"), "is not a JSON object"),
        (say(200, secret), "is not a JSON object"),
        (say(200, format!("{secret}}}{{")), "is not a JSON object"),
        (say(200, r#"{"Code":"Failed"}"#), "has the code \"Failed\""),
        (say(200, "{}"), "has no Code"),
        (say(200, r#"{"Code":"Success"}"#), "has no AccessKeyId"),
        (
            say(200, format!("{secret},\"Expiration\":\"soon\"}}")),
            "has an unreadable Expiration",
        ),
        (
            say(
                200,
                r#"{"Code":"Success","AccessKeyId":"a b","AccessKeySecret":"c"}"#,
            ),
            "access key id",
        ),
        (say(200, huge), "larger than 65536 bytes"),
        (big_head, "credentials from ecs-ram-role: GET"),
        (say(200, keys(1, -10)), "expired already"),
    ] {
        let metadata = http(move |line, _| match line.starts_with("put ") {
            true => say(404, ""),
            false => answer.clone(),
        });
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
        let error = put(&bucket(&server, provider(&text))).unwrap_err();
        assert_eq!(error.kind(), Kind::Credentials, "{error}");
        let text = error.to_string();
        assert!(text.contains(words), "{words}: {text}");
        assert!(!text.contains("hush"), "{text}");
        assert!(oss.tokens().is_empty());
    }
}

#[test]
fn the_name_of_a_role_cannot_lead_elsewhere() {
    for name in ["../../x", "a/b", "a b", "a?b", "", "a\u{e9}"] {
        let metadata = http(move |line, _| match line {
            line if line.starts_with("put ") => say(404, ""),
            line if line.starts_with(&format!("get {ROLES} ")) => say(200, name),
            _ => say(200, keys(1, 3600)),
        });
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let text = format!("ecs-ram-role;endpoint={}", metadata.endpoint());
        let error = put(&bucket(&server, provider(&text))).unwrap_err();
        assert_eq!(error.kind(), Kind::Credentials, "{name:?}: {error}");
    }
}

#[test]
fn a_silent_metadata_service_ends_in_its_own_time_or_when_the_call_is_cancelled() {
    let metadata = Peer::start(|stream| {
        std::thread::sleep(Duration::from_secs(30));
        drop(stream);
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
    let bucket = bucket(&server, provider(&text));
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(300));
            cancel.cancel();
        });
        let options = Options::new().cancel(&cancel);
        let error = bucket.put_object("a", "hello", &options).unwrap_err();
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    });
    let options = Options::new().timeout(Duration::from_millis(700));
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert!(
        matches!(error.kind(), Kind::Timeout | Kind::Credentials),
        "{error}"
    );
    let began = Instant::now();
    let error = put(&bucket).unwrap_err();
    assert_eq!(error.kind(), Kind::Credentials, "{error}");
    assert!(began.elapsed() < Duration::from_secs(15));
}

#[test]
fn a_metadata_service_that_says_a_byte_at_a_time_ends_in_its_own_time() {
    let metadata = Peer::start(|mut stream| {
        let drip = |stream: &mut TcpStream, text: &str| {
            text.bytes().all(|byte| {
                std::thread::sleep(Duration::from_millis(40));
                stream.write_all(&[byte]).is_ok()
            })
        };
        let _ = read_request(&mut stream);
        // Never idle, and never done.
        let _ = drip(
            &mut stream,
            "HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n",
        ) && (0..1500).all(|_| drip(&mut stream, "a"));
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
    let error = put(&bucket(&server, provider(&text))).unwrap_err();
    assert_eq!(error.kind(), Kind::Credentials, "{error}");
    assert!(error.to_string().contains("took longer than 2s"), "{error}");
}

#[test]
fn many_threads_ask_once_per_life_of_the_keys() {
    let script = Arc::new(Scripted {
        life: 2,
        takes: Duration::from_millis(50),
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    let end = Instant::now() + Duration::from_secs(6);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while Instant::now() < end {
                    put(&bucket).unwrap();
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
    });
    let asked = script.asked.load(Ordering::SeqCst);
    // The clock of the expiry has whole seconds: a life is one to two of them.
    assert!((3..=8).contains(&asked), "asked {asked} times in 6 s");
}

#[test]
fn old_keys_stay_in_use_while_they_are_good_and_failures_are_not_hammered() {
    let script = Arc::new(Scripted {
        life: 3,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    put(&bucket).unwrap();
    script.fails.store(true, Ordering::SeqCst);
    let began = Instant::now();
    let mut failed = None;
    let mut puts = 0;
    while began.elapsed() < Duration::from_secs(5) {
        match put(&bucket) {
            Ok(_) => assert!(failed.is_none(), "keys came from nowhere"),
            Err(error) => failed = Some((began.elapsed(), error)),
        }
        puts += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    let (when, error) = failed.expect("the keys never ended");
    assert!(when >= Duration::from_millis(1900), "ended after {when:?}");
    assert_eq!(error.message(), "the script says no");
    let asked = script.asked.load(Ordering::SeqCst);
    assert!(
        asked < 12 && asked < puts / 10,
        "asked {asked} times for {puts} puts"
    );
    // It is back: so are we, soon.
    script.fails.store(false, Ordering::SeqCst);
    let began = Instant::now();
    while put(&bucket).is_err() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A provider that answers at once at first, and later only when the test lets it.
#[derive(Default)]
struct Gated {
    asked: AtomicUsize,
    is_open: AtomicBool,
    life: i64,
    /// How many left before the gate was open.
    cancelled: AtomicUsize,
    threads: Mutex<Vec<std::thread::ThreadId>>,
}

impl CredentialsProvider for Gated {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let this = std::thread::current().id();
        self.threads.lock().unwrap().push(this);
        while number > 1 && !self.is_open.load(Ordering::SeqCst) {
            if let Err(error) = asking.check() {
                self.cancelled.fetch_add(1, Ordering::SeqCst);
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let keys = Credentials::new("id", "secret", Some(format!("token{number}")));
        Ok(Some(Arc::new(keys.expires(Timestamp(now() + self.life)))))
    }
}

fn gated(life: i64) -> Arc<Gated> {
    Arc::new(Gated {
        life,
        ..Gated::default()
    })
}

/// Waits until `provider` has been asked so often; `meanwhile` goes on.
fn until_asked(provider: &Gated, times: usize, mut meanwhile: impl FnMut()) {
    let end = Instant::now() + Duration::from_secs(30);
    while provider.asked.load(Ordering::SeqCst) < times {
        assert!(Instant::now() < end, "nobody renews");
        meanwhile();
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn no_request_waits_for_new_keys_while_the_old_ones_are_good() {
    let provider = gated(12);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(provider.clone())));
    let puts = || oss.tokens().len();
    // One thread: if its request waited for the provider, nothing would go on.
    until_asked(&provider, 2, || assert_eq!(put(&bucket).unwrap(), 1));
    let before = puts();
    for _ in 0..20 {
        assert_eq!(put(&bucket).unwrap(), 1);
    }
    assert_eq!(puts(), before + 20);
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    assert!(oss.tokens().iter().all(|token| token == "token1"));
    provider.is_open.store(true, Ordering::SeqCst);
    let end = Instant::now() + Duration::from_secs(10);
    while oss.tokens().last().is_some_and(|token| token == "token1") {
        assert!(Instant::now() < end, "the new keys are never used");
        put(&bucket).unwrap();
    }
    assert_eq!(oss.tokens().last().unwrap(), "token2");
    let threads = provider.threads.lock().unwrap();
    assert_eq!(threads[0], std::thread::current().id());
    assert_ne!(threads[1], threads[0]);
}

#[test]
fn requests_wait_within_their_own_limits_for_keys_that_are_renewed_when_the_old_ones_have_ended() {
    let provider = gated(3);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(provider.clone())));
    until_asked(&provider, 2, || _ = put(&bucket).unwrap());
    std::thread::sleep(Duration::from_millis(3100));
    let options = Options::new().timeout(Duration::from_millis(200));
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    let cancel = Cancel::new();
    cancel.cancel();
    let options = Options::new().cancel(&cancel);
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| put(&bucket))).collect();
        provider.is_open.store(true, Ordering::SeqCst);
        for thread in waiting {
            assert_eq!(thread.join().unwrap().unwrap(), 1);
        }
    });
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn who_renews_ends_with_the_bucket_and_another_bucket_goes_on() {
    let provider = gated(12);
    let shared = Arc::new(Cached::new(provider.clone()));
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let first = bucket(&server, shared.clone());
    until_asked(&provider, 2, || _ = put(&first).unwrap());
    drop(first);
    // It was told, and waited for.
    assert_eq!(provider.cancelled.load(Ordering::SeqCst), 1);
    // Where buckets do not live long enough, a request does it: else each of them would begin and none would finish.
    let second = bucket(&server, shared);
    std::thread::scope(|scope| {
        let putting = scope.spawn(|| (std::thread::current().id(), put(&second)));
        until_asked(&provider, 3, || {});
        provider.is_open.store(true, Ordering::SeqCst);
        let (thread, done) = putting.join().unwrap();
        assert_eq!(done.unwrap(), 1);
        assert_eq!(provider.threads.lock().unwrap()[2], thread);
    });
    assert_eq!(oss.tokens().last().unwrap(), "token3");
}

#[test]
fn a_function_of_the_callers_is_never_asked_on_another_thread() {
    let provider = gated(3);
    provider.is_open.store(true, Ordering::SeqCst);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::as_told(provider.clone())));
    until_asked(&provider, 3, || _ = put(&bucket).unwrap());
    let threads = provider.threads.lock().unwrap();
    let this = std::thread::current().id();
    assert!(threads.iter().all(|thread| *thread == this));
}

#[test]
fn a_function_of_the_callers_that_fails_is_asked_each_time() {
    let script = Arc::new(Scripted {
        life: 3600,
        fails: AtomicBool::new(true),
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::as_told(script.clone())));
    for asked in 1..4 {
        put(&bucket).unwrap_err();
        assert_eq!(script.asked.load(Ordering::SeqCst), asked);
    }
    script.fails.store(false, Ordering::SeqCst);
    put(&bucket).unwrap();
    put(&bucket).unwrap();
    assert_eq!(script.asked.load(Ordering::SeqCst), 4);
}

#[test]
fn refused_keys_are_asked_for_once_more() {
    let script = Arc::new(Scripted {
        life: 3600,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    put(&bucket).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    oss.expired.lock().unwrap().push("token1".into());
    assert_eq!(put(&bucket).unwrap(), 2);
    assert_eq!(oss.tokens(), ["token1", "token1", "token2"]);
    // What is refused although it is new is not asked for again and again.
    oss.expired
        .lock()
        .unwrap()
        .extend(["token2", "token3"].map(String::from));
    let error = put(&bucket).unwrap_err();
    assert_eq!(error.code(), "SecurityTokenExpired");
    let before = script.asked.load(Ordering::SeqCst);
    for _ in 0..20 {
        put(&bucket).unwrap_err();
    }
    assert!(script.asked.load(Ordering::SeqCst) <= before + 1);
}

#[test]
fn only_what_says_that_keys_are_no_good_has_others_asked_for() {
    for (code, attempts) in [
        ("InvalidAccessKeyId", 2),
        ("SecurityTokenExpired", 2),
        ("InvalidSecurityToken", 2),
        ("AccessKeyIdAndSecurityTokenNotMatch", 2),
        ("SignatureDoesNotMatch", 1),
        ("AccessDenied", 1),
    ] {
        let script = Arc::new(Scripted {
            life: 3600,
            ..Scripted::default()
        });
        let store = http(move |_, head| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            match head.contains("x-oss-security-token: token1") {
                true => (403, "x-oss-request-id: 1\r\n".to_owned(), body),
                false => (200, "x-oss-request-id: 1\r\n".to_owned(), String::new()),
            }
        });
        // Asked directly, without a cache.
        let bucket = bucket(&store, script.clone());
        let made = put(&bucket).unwrap_or_else(|error| error.attempts());
        assert_eq!(made, attempts, "{code}");
        let asked = script.asked.load(Ordering::SeqCst);
        assert_eq!(asked, attempts as usize, "{code}");
    }
}

/// A program in `folder` that runs `script` with the shell.
fn program(folder: &Path, name: &str, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join(name);
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn programs_print_keys_or_fail_in_words() {
    let folder = folder("credentials_process");
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let good = program(&folder, "good keys", "echo noise >&2; printf '%s' \"$1\"");
    for printed in [
        r#"{"AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"printed"}"#,
        r#"{"mode":"StsToken","access_key_id":"a","access_key_secret":"b","sts_token":"printed"}"#,
    ] {
        let text = format!("process:'{}' '{printed}'", good.display());
        put(&bucket(&server, provider(&text))).unwrap();
    }
    assert_eq!(oss.tokens(), ["printed"; 2]);
    for (name, script, words) in [
        ("fails", "echo hush; exit 3", "ended with exit status: 3"),
        ("silent", "exit 0", "is not a JSON object"),
        (
            "chatty",
            "yes hush | head -c 100000",
            "printed more than 65536 bytes",
        ),
        ("plain", "echo hush", "is not a JSON object"),
        (
            "partial",
            "echo '{\"AccessKeyId\":\"hush\"}'",
            "has no AccessKeySecret",
        ),
    ] {
        let path = program(&folder, name, script);
        let error = put(&bucket(
            &server,
            provider(&format!("process:{}", path.display())),
        ))
        .unwrap_err();
        assert_eq!(error.kind(), Kind::Credentials);
        let text = error.to_string();
        assert!(
            text.contains(words) && !text.contains("hush"),
            "{name}: {text}"
        );
    }
    let missing = format!("process:{}/missing", folder.display());
    let error = put(&bucket(&server, provider(&missing))).unwrap_err();
    assert!(error.to_string().contains("cannot be run"), "{error}");
}

#[test]
fn a_program_that_hangs_is_killed_with_the_call() {
    let folder = folder("credentials_hang");
    let path = program(&folder, "hang", "echo $$ > \"$0.pid\"; exec sleep 60");
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, provider(&format!("process:{}", path.display())));
    let began = Instant::now();
    let options = Options::new().timeout(Duration::from_millis(500));
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));
    let pid = std::fs::read_to_string(folder.join("hang.pid")).unwrap();
    let stat = std::fs::read_to_string(format!("/proc/{}/comm", pid.trim()));
    assert!(stat.is_err(), "{stat:?} still runs");
}

/// Runs this test program again for one test that reads the environment, with only these variables of ours.
fn again<V: AsRef<OsStr> + Debug>(test: &str, variables: &[(&str, V)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--include-ignored"]);
    for (name, _) in std::env::vars() {
        if name.starts_with("ALIBABA_CLOUD_") || name.starts_with("OSS_") {
            command.env_remove(name);
        }
    }
    let output = command
        .env("ALIOSS_TEST_AGAIN", "1")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{variables:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_again() -> bool {
    std::env::var_os("ALIOSS_TEST_AGAIN").is_some()
}

/// The token that a put with the provider `RECIPE` brings to OSS, or its error.
fn outcome() -> Result<String, Error> {
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let text = std::env::var("RECIPE").unwrap();
    let provider = Recipe::parse(&text).and_then(|recipe| recipe.build())?;
    put(&bucket(&server, provider))?;
    Ok(oss.tokens()[0].clone())
}

/// What `RECIPE` has to come to: the token in `TOKEN`, or an error with the words in `WORDS`.
fn check_outcome() {
    let result = outcome();
    match std::env::var("WORDS") {
        Ok(words) => {
            let error = result.expect_err("it worked").to_string();
            assert!(error.contains(&words), "{words:?} is not in: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
        Err(_) => assert_eq!(result.unwrap(), std::env::var("TOKEN").unwrap()),
    }
}

#[test]
fn profiles_are_found_and_followed() {
    if is_again() {
        return check_outcome();
    }
    let home = folder("credentials_home");
    std::fs::create_dir_all(home.join(".aliyun")).unwrap();
    std::fs::create_dir_all(home.join(".alibabacloud")).unwrap();
    let keys = r#"{"mode":"StsToken","access_key_id":"a","access_key_secret":"hush","sts_token":"external"}"#;
    let script = program(&home, "external", &format!("echo '{keys}'"));
    let config = format!(
        r#"{{"current":"sts","profiles":[
        {{"name":"ak","mode":"AK","access_key_id":"a","access_key_secret":"hush"}},
        {{"name":"sts","mode":"StsToken","access_key_id":"a","access_key_secret":"hush","sts_token":"from-sts"}},
        {{"name":"inferred","access_key_id":"a","access_key_secret":"hush","sts_token":"from-inferred"}},
        {{"name":"tokenless","mode":"StsToken","access_key_id":"a","access_key_secret":"hush"}},
        {{"name":"external","mode":"External","process_command":"{}"}},
        {{"name":"loop","mode":"ChainableRamRoleArn","source_profile":"pool","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"pool","mode":"ChainableRamRoleArn","source_profile":"loop","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"dangling","mode":"ChainableRamRoleArn","source_profile":"nobody","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"sso","mode":"CloudSSO"}},
        {{"name":"short","mode":"RamRoleArn","access_key_id":"a","access_key_secret":"hush","ram_role_arn":"acs:ram::1:role/r","expired_seconds":60}},
        {{"name":"odd","mode":"OIDC","ram_role_arn":"acs:ram::1:role/r"}}
        ]}}"#,
        script.display()
    );
    std::fs::write(home.join(".aliyun/config.json"), config).unwrap();
    let ini = "[default]\ntype=access_key\naccess_key_id=a\naccess_key_secret=hush\nsecurity_token=from-default\n\
               [ini]\ntype = sts\naccess_key_id = a\naccess_key_secret = hush\nsecurity_token = from-ini\n\
               [bad]\ntype = bearer\n[empty]\n";
    std::fs::write(home.join(".alibabacloud/credentials"), ini).unwrap();
    let home = home.to_str().unwrap();
    for (recipe, extra, expected) in [
        ("profile", ("X", "1"), Ok("from-sts")),
        ("profile:ak", ("X", "1"), Ok("")),
        ("profile:inferred", ("X", "1"), Ok("from-inferred")),
        ("profile:external", ("X", "1"), Ok("external")),
        ("profile:ini", ("X", "1"), Ok("from-ini")),
        ("profile", ("ALIBABA_CLOUD_PROFILE", "ini"), Ok("from-ini")),
        (
            "profile",
            ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
            Ok("from-default"),
        ),
        (
            "profile:external",
            ("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1"),
            Err("forbids its mode"),
        ),
        (
            "profile:nobody",
            ("X", "1"),
            Err("there is no profile \"nobody\" in "),
        ),
        ("profile:tokenless", ("X", "1"), Err("it has no sts_token")),
        ("profile:loop", ("X", "1"), Err("leads in a circle")),
        ("profile:dangling", ("X", "1"), Err("\"nobody\"")),
        (
            "profile:sso",
            ("X", "1"),
            Err("its mode \"cloudsso\" is not supported"),
        ),
        (
            "profile:short",
            ("X", "1"),
            Err("`duration`: 60 is out of range"),
        ),
        (
            "profile:odd",
            ("X", "1"),
            Err("it has no oidc_provider_arn"),
        ),
        (
            "profile:bad",
            ("X", "1"),
            Err("its type \"bearer\" is not supported"),
        ),
        ("profile:empty", ("X", "1"), Err("it has no type")),
        (
            "profile",
            ("ALIBABA_CLOUD_CONFIG_FILE", "/dev/zero"),
            Err("it is not a file"),
        ),
        (
            "profile",
            ("HOME", "/nonexistent"),
            Err("there is no current profile in /nonexistent/.aliyun/config.json"),
        ),
        ("chain", ("X", "1"), Ok("from-sts")),
        ("chain", ("OSS_ACCESS_KEY_ID", "a"), Ok("from-sts")),
    ] {
        let outcome = match expected {
            Ok(token) => ("TOKEN", token),
            Err(words) => ("WORDS", words),
        };
        again(
            "profiles_are_found_and_followed",
            &[("HOME", home), ("RECIPE", recipe), extra, outcome],
        );
    }
}

#[test]
fn the_environment_says_where_to_look() {
    if is_again() {
        return check_outcome();
    }
    let home = folder("credentials_nowhere");
    let home = home.to_str().unwrap();
    let none = ("HOME", home);
    let off = ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    let alibaba = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "a"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush"),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "alibaba"),
    ];
    let oss = [
        ("OSS_ACCESS_KEY_ID", "a"),
        ("OSS_ACCESS_KEY_SECRET", "hush"),
        ("OSS_SESSION_TOKEN", "oss"),
    ];
    let both: Vec<_> = alibaba.iter().chain(&oss).copied().collect();
    for (recipe, variables, expected) in [
        ("environment", &oss[..], Ok("oss")),
        ("environment:alibaba-cloud", &alibaba[..], Ok("alibaba")),
        (
            "environment",
            &alibaba[..],
            Err("OSS_ACCESS_KEY_ID is not set"),
        ),
        (
            "environment:alibaba-cloud",
            &oss[..],
            Err("ALIBABA_CLOUD_ACCESS_KEY_ID is not set"),
        ),
        ("chain", &both[..], Ok("oss")),
        ("chain", &alibaba[..], Ok("alibaba")),
        (
            "chain",
            &[],
            Err("nothing in the environment says where to look"),
        ),
        (
            "chain",
            &[("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/t")],
            Err("are needed together"),
        ),
        ("oidc-role", &[], Err("ALIBABA_CLOUD_ROLE_ARN")),
    ] {
        let outcome = match expected {
            Ok(token) => ("TOKEN", token),
            Err(words) => ("WORDS", words),
        };
        let mut all = vec![none, off, ("RECIPE", recipe), outcome];
        all.extend(variables);
        again("the_environment_says_where_to_look", &all);
    }
}

/// Files are called what their users like, in whatever encoding.
#[cfg(unix)]
#[test]
fn variables_that_name_files_are_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    if is_again() {
        return check_outcome();
    }
    let path = OsStr::from_bytes(b"/nonexistent/\xff");
    let words = |words: &'static str| ("WORDS", OsStr::new(words));
    for variables in [
        [
            ("RECIPE", OsStr::new("oidc-role:acs:ram::1:role/r")),
            (
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
                OsStr::new("acs:ram::1:oidc-provider/p"),
            ),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", path),
            words("the token file /nonexistent/"),
        ],
        [
            ("RECIPE", OsStr::new("profile:a")),
            ("ALIBABA_CLOUD_CONFIG_FILE", path),
            ("ALIBABA_CLOUD_CREDENTIALS_FILE", path),
            words("there is no profile \"a\" in /nonexistent/"),
        ],
    ] {
        again("variables_that_name_files_are_any_bytes", &variables);
    }
}

#[test]
fn a_chain_asks_all_again_until_one_has_keys_and_then_only_that_one() {
    let script = |fails| {
        Arc::new(Scripted {
            life: 3600,
            fails: AtomicBool::new(fails),
            ..Scripted::default()
        })
    };
    let (first, second) = (script(true), script(true));
    let chain =
        alioss::credentials::Chain::of(vec![Arc::new(first.clone()), Arc::new(second.clone())]);
    let chain = Arc::new(chain);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, chain.clone());
    let error = put(&bucket).unwrap_err().to_string();
    assert_eq!(
        error,
        "no provider of the chain has credentials: the script says no; the script says no"
    );
    first.fails.store(false, Ordering::SeqCst);
    put(&bucket).unwrap();
    put(&bucket).unwrap();
    assert_eq!(first.asked.load(Ordering::SeqCst), 3);
    assert_eq!(second.asked.load(Ordering::SeqCst), 1);
    assert_eq!(chain.name(), "chain: provider");
}

#[test]
fn a_uri_answers_keys_and_its_redirects_are_not_followed() {
    let answers = Arc::new(Mutex::new(VecDeque::from([
        say(200, keys(1, 3600)),
        say(
            200,
            r#"{"Code":"Failed","AccessKeyId":"a","AccessKeySecret":"hush"}"#,
        ),
        (
            301,
            "Location: http://127.0.0.1:1/\r\n".to_owned(),
            String::new(),
        ),
    ])));
    let server = http(move |line, _| {
        assert_eq!(line, "get /keys?a=b http/1.1");
        answers.lock().unwrap().pop_front().unwrap()
    });
    let oss = Arc::new(Oss::default());
    let store = oss.start();
    let text = format!("uri:{}/keys?a=b", server.endpoint());
    put(&bucket(&store, provider(&text))).unwrap();
    assert_eq!(oss.tokens(), ["token1"]);
    for words in ["has the code \"Failed\"", "has the status 301"] {
        let error = put(&bucket(&store, provider(&text)))
            .unwrap_err()
            .to_string();
        assert!(error.contains(words) && !error.contains("hush"), "{error}");
    }
}

/// Lines of the log, of this process.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}", record.level(), record.args());
        LINES.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

#[cfg(unix)]
#[test]
fn a_profile_that_others_can_read_is_warned_of_in_the_log_and_used() {
    use std::os::unix::fs::PermissionsExt;
    if is_again() {
        log::set_logger(&Lines).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        outcome().unwrap();
        let lines = LINES.lock().unwrap();
        let words = "WARN credentials from profile: others than its owner may read ";
        let warned = lines.iter().filter(|line| line.starts_with(words)).count();
        assert_eq!(
            warned.to_string(),
            std::env::var("WARNED").unwrap(),
            "{lines:?}"
        );
        assert!(!lines.concat().contains("hush"), "{lines:?}");
        return;
    }
    let file = folder("credentials_readable").join("config.json");
    let config = r#"{"current":"a","profiles":[{"name":"a","mode":"StsToken","access_key_id":"a","access_key_secret":"hush1","sts_token":"hush2"}]}"#;
    std::fs::write(&file, config).unwrap();
    for (mode, warned) in [(0o600, "0"), (0o640, "1"), (0o604, "1"), (0o400, "0")] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let variables = [
            ("RECIPE", "profile"),
            ("ALIBABA_CLOUD_CONFIG_FILE", file.to_str().unwrap()),
            ("WARNED", warned),
        ];
        again(
            "a_profile_that_others_can_read_is_warned_of_in_the_log_and_used",
            &variables,
        );
    }
    // Files of users are read, and never written.
    assert_eq!(std::fs::read_to_string(&file).unwrap(), config);
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn a_metadata_service_without_tokens_can_be_forbidden() {
    if is_again() {
        return check_outcome();
    }
    let metadata = http(|line, _| match line.starts_with("put ") {
        true => say(404, ""),
        false => say(200, keys(1, 3600)),
    });
    let recipe = format!("ecs-ram-role:r;endpoint={}", metadata.endpoint());
    for (disabled, outcome) in [
        ("false", ("TOKEN", "token1")),
        ("TRUE", ("WORDS", "/latest/api/token has the status 404")),
    ] {
        let variables = [
            ("RECIPE", recipe.as_str()),
            ("ALIBABA_CLOUD_IMDSV1_DISABLED", disabled),
            outcome,
        ];
        again(
            "a_metadata_service_without_tokens_can_be_forbidden",
            &variables,
        );
    }
}
