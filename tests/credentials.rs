//! Providers of credentials against servers and programs as they find them, and as they must not trust them.

#[path = "peer/keys.rs"]
mod answers;
mod peer;

use std::collections::VecDeque;
use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alioss::credentials::{Process, Role, Uri};
use alioss::{Bucket, Cancel, Config, Kind, Options, Timestamp};
use answers::{Oss, bucket, http, keys, now, program, provider, put, say};
use peer::{Peer, folder, read_request, reset};

const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

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
    let dated = format!("Date: {}\r\n", Timestamp(now()).http_date());
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
        // By the clock of who gave them.
        (
            (200, dated, keys(1, -10)),
            "ecs-ram-role gave keys that have expired already",
        ),
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
fn a_metadata_service_that_is_not_ready_is_asked_again() {
    // It hangs up, breaks off, is busy, and then it is there.
    let begun = Arc::new(AtomicUsize::new(0));
    let count = begun.clone();
    let metadata = Peer::start(move |mut stream| {
        let number = count.fetch_add(1, Ordering::SeqCst);
        let Some(head) = read_request(&mut stream) else {
            return;
        };
        let keys = keys(1, 3600);
        let answer = match number {
            _ if head.starts_with("put ") => {
                "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".to_owned()
            }
            0..2 => return reset(stream),
            2..4 => "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{".to_owned(),
            4..6 => "HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n".to_owned(),
            _ => format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{keys}",
                keys.len()
            ),
        };
        let _ = stream.write_all(answer.as_bytes());
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
    let mut config = Config::new();
    config
        .endpoint(&server.endpoint())
        .region("cn-hangzhou")
        .attempts(4)
        .credentials(provider(&text));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    assert_eq!(put(&bucket).unwrap(), 4);
    assert_eq!(oss.tokens(), ["token1"]);
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
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    assert!(error.to_string().contains("ecs-ram-role"), "{error}");
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
fn programs_print_keys_or_fail_in_words() {
    let folder = folder("credentials_process");
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let good = program(&folder, "good keys", "echo noise >&2; printf '%s' \"$1\"");
    for printed in [
        r#"{"AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"printed"}"#,
        r#"{"mode":"StsToken","access_key_id":"a","access_key_secret":"b","sts_token":"printed"}"#,
        r#"{"mode":"AK","AccessKeyId":"STS.a","AccessKeySecret":"b","SecurityToken":"printed"}"#,
    ] {
        let text = format!("process:'{}' '{printed}'", good.display());
        put(&bucket(&server, provider(&text))).unwrap();
    }
    assert_eq!(oss.tokens(), ["printed"; 3]);
    // A profile as the CLI leaves it when temporary keys gave way to permanent ones.
    let leftover = r#"{"mode":"AK","access_key_id":"a","access_key_secret":"b","sts_token":"old"}"#;
    let text = format!("process:'{}' '{leftover}'", good.display());
    put(&bucket(&server, provider(&text))).unwrap();
    assert_eq!(oss.tokens().last().map(String::as_str), Some(""));
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
            "tokenless",
            "echo '{\"mode\":\"StsToken\",\"access_key_id\":\"a\",\"access_key_secret\":\"hush\"}'",
            "has no sts_token",
        ),
        (
            "role",
            "echo '{\"mode\":\"RamRoleArn\",\"access_key_id\":\"a\",\"access_key_secret\":\"hush\"}'",
            "supported are AK and StsToken",
        ),
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
fn a_program_that_leaves_another_one_running_is_not_waited_for_longer() {
    let folder = folder("credentials_leaves");
    let script =
        r#"sleep 30 & printf '{"AccessKeyId":"a","AccessKeySecret":"b","SecurityToken":"t"}'"#;
    let path = program(&folder, "leaves", script);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    // The other one has the output open for longer than this may take.
    put(&bucket(
        &server,
        provider(&format!("process:{}", path.display())),
    ))
    .unwrap();
    assert_eq!(oss.tokens(), ["t"]);
}

#[test]
fn what_may_be_secret_is_not_in_debug_texts() {
    let role = Role::new("acs:ram::1:role/r").unwrap();
    for text in [
        format!("{:?}", Uri::new("https://host/keys?token=hush").unwrap()),
        format!("{:?}", Process::new("/bin/keys --password hush").unwrap()),
        format!("{:?}", role.external_id("hush").unwrap()),
    ] {
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_program_that_hangs_is_killed_with_the_call() {
    let folder = folder("credentials_hang");
    let path = program(&folder, "hang", "sleep 60 & echo $$ $! > \"$0.pid\"; wait");
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, provider(&format!("process:{}", path.display())));
    let began = Instant::now();
    let options = Options::new().timeout(Duration::from_secs(3));
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    assert!(began.elapsed() < Duration::from_secs(30));
    // With what it has started.
    let pids = std::fs::read_to_string(folder.join("hang.pid")).unwrap();
    for pid in pids.split_whitespace() {
        let runs = || {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            stat.is_ok_and(|stat| !stat.contains(") Z "))
        };
        let end = Instant::now() + Duration::from_secs(5);
        while runs() {
            assert!(Instant::now() < end, "{pid} still runs");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
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
