//! What the library makes of answers: success has to be proven, and what is not the service's word is not taken for it.

#[path = "answers/attempts.rs"]
mod attempts;
#[path = "answers/errors.rs"]
mod errors;
mod peer;
#[path = "answers/refused.rs"]
mod refused;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use alioss::{
    Body, Bucket, Config, Content, Kind, Level, Method, OPERATIONS, Operation, Options, Response,
    Service, Session, SignatureVersion, Value,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use peer::{ClosedPort, Peer, bucket, config, read_request};

/// Answers each request with `answer`, byte for byte.
fn always(answer: impl Into<String>) -> Peer {
    let answer = answer.into();
    Peer::start(move |mut stream| {
        while read_request(&mut stream).is_some() {
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    })
}

/// An answer of the service's, with its length.
fn answer(status: &str, headers: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nx-oss-request-id: R1\r\n{headers}content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// Answers one request after the other with the next of these, over all connections; the last one for ever.
fn in_turn(answers: &[String]) -> (Peer, Arc<Mutex<Vec<String>>>) {
    let answers = answers.to_vec();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let requests = seen.clone();
    let peer = Peer::start(move |mut stream| {
        while let Some(request) = read_request(&mut stream) {
            let mut seen = requests.lock().unwrap();
            let answer = answers[seen.len().min(answers.len() - 1)].clone();
            seen.push(request);
            drop(seen);
            if answer.is_empty() || stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    (peer, seen)
}

fn refusal(status: &str, code: &str, more: &str) -> String {
    answer(
        status,
        "",
        &format!("<Error><Code>{code}</Code>{more}</Error>"),
    )
}

/// CRC-64 of "hello", as the service writes it.
fn hello_crc() -> String {
    let mut crc = alioss::internals::crc64::Crc64::new();
    crc.update(b"hello");
    crc.value().to_string()
}

#[test]
fn uploads_tell_whether_they_were_compared() {
    let crc = format!("x-oss-hash-crc64ecma: {}\r\n", hello_crc());
    let with = always(answer("200 OK", &crc, ""));
    let without = always(answer("200 OK", "", ""));
    let put = |bucket: &Bucket| {
        let response = bucket.put_object("a", "hello", &Options::new());
        response.unwrap().verified()
    };
    assert!(put(&bucket(&with)));
    assert!(!put(&bucket(&without)), "there was nothing to compare with");
    let mut off = config(&with);
    off.crc64(false);
    let off = Bucket::new(&off, "examplebucket").unwrap();
    assert!(!put(&off), "crc64 is off");
}

/// The bucket and the service, and how to send each row of the table to them.
struct Caller {
    bucket: Bucket,
    service: Service,
}

impl Caller {
    fn new(peer: &Peer) -> Caller {
        let mut config = config(peer);
        config.read_timeout(Duration::from_secs(10));
        Caller {
            bucket: Bucket::new(&config, "examplebucket").unwrap(),
            service: Service::new(&config).unwrap(),
        }
    }

    /// Sends `operation` with values for all that it needs, and reads its answer to the end.
    fn send(&self, operation: &Operation, options: Options<'_>) -> alioss::Result<Response> {
        let mut options = options;
        for (name, value) in operation.parameters() {
            if value == Value::Given && operation.answer != Content::Frames {
                options = options.query(name, Some("1"));
            }
        }
        for name in operation.headers {
            options = options.header(*name, "/b/k");
        }
        let body: &[u8] = match operation.body {
            Content::Nothing => b"",
            Content::Json => b"{}",
            Content::Xml(_) => b"<a/>",
            _ => b"text",
        };
        match (operation.name, operation.level) {
            ("SelectObject", _) => {
                let mut select = self.bucket.select_object("k", "select 1", &options)?;
                while select.read(&mut [0; 100])? > 0 {}
                Ok(select.response().clone())
            }
            ("CreateSelectObjectMeta", _) => {
                let meta = self.bucket.create_select_object_meta("k", &options)?;
                Ok(meta.0)
            }
            (name, Level::Service) => self.service.invoke(name, body, &options),
            (name, Level::Bucket) => self.bucket.invoke(name, None, body, &options),
            (name, Level::Object) => self.bucket.invoke(name, Some("k"), body, &options),
        }
    }
}

/// An error of each row that is not of `kind`, or a success.
fn wrong(
    peer: &Peer,
    kind: Kind,
    applies: impl Fn(&Operation) -> bool,
    words: &str,
) -> Vec<String> {
    let caller = Caller::new(peer);
    let rows = OPERATIONS.iter().filter(|operation| applies(operation));
    rows.filter_map(
        |operation| match caller.send(operation, Options::new().query("x", None)) {
            Err(error) if error.kind() == kind && error.to_string().contains(words) => None,
            other => Some(format!("{}: {other:?}", operation.name)),
        },
    )
    .collect()
}

/// Whether a good answer of the row is one that this test can judge by a body.
fn has_document(operation: &Operation) -> bool {
    matches!(operation.answer, Content::Xml(_)) && !operation.answer_is_optional
}

fn has_body(operation: &Operation) -> bool {
    operation.method != Method::Head
}

#[test]
fn what_is_not_of_oss_is_no_success() {
    let page = "<html>log in</html>";
    for status in [
        "200 OK",
        "204 No Content",
        "206 Partial Content",
        "404 Not Found",
        "403 Forbidden",
        "302 Found",
    ] {
        let body = if status.starts_with("204") { "" } else { page };
        let length = match status {
            "204 No Content" => String::new(),
            _ => format!("content-length: {}\r\n", body.len()),
        };
        let peer = Peer::start(move |mut stream| {
            while let Some(request) = read_request(&mut stream) {
                let body = if request.starts_with("head ") {
                    ""
                } else {
                    body
                };
                let answer = format!("HTTP/1.1 {status}\r\nserver: nginx\r\n{length}\r\n{body}");
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        let wrong = wrong(&peer, Kind::BadResponse, |_| true, "not an answer of OSS");
        assert!(wrong.is_empty(), "{status}: {}", wrong.join("\n"));
    }
    let peer = always(format!(
        "HTTP/1.1 200 OK\r\nserver: nginx\r\ncontent-length: {}\r\n\r\n{page}",
        page.len()
    ));
    let error = bucket(&peer)
        .put_object("a", "", &Options::new())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "PutObject: not an answer of OSS: it has no x-oss-request-id (status 200, server \"nginx\", it begins \"<html>log in</html>\")"
    );
    assert_eq!(error.http_status(), 200);
}

#[test]
fn a_gateway_that_fails_may_be_asked_again() {
    for (status, kind) in [
        ("502 Bad Gateway", Kind::Server),
        ("503 Busy", Kind::Throttled),
    ] {
        let peer = always(format!(
            "HTTP/1.1 {status}\r\nserver: lb\r\ncontent-length: 0\r\n\r\n"
        ));
        let mut config = config(&peer);
        config.attempts(2);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let error = bucket.delete_object("a", &Options::new()).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 2), "{error}");
        assert!(error.to_string().contains("server \"lb\""), "{error}");
    }
}

#[test]
fn a_status_that_is_not_among_the_rows_is_no_success() {
    let peer = always("HTTP/1.1 205 Reset\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n");
    let wrong = wrong(&peer, Kind::BadResponse, |_| true, "(status 205");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Nothing was asked for under a condition, nor to be called back.
    for status in ["304 Not Modified", "203 Non-Authoritative"] {
        let peer = always(format!(
            "HTTP/1.1 {status}\r\nx-oss-request-id: R1\r\ncontent-length: 0\r\n\r\n"
        ));
        let any = |operation: &Operation| operation.name != "PostObject";
        let wrong = self::wrong(&peer, Kind::BadResponse, any, "(status ");
        assert!(wrong.is_empty(), "{status}: {}", wrong.join("\n"));
    }
}

#[test]
fn what_was_asked_for_under_a_condition_may_not_be_modified() {
    let peer = always("HTTP/1.1 304 Not Modified\r\nx-oss-request-id: R1\r\n\r\n");
    let options = Options::new().header("If-None-Match", "\"E\"");
    let error = bucket(&peer).head_object("a", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::NotModified, "{error}");
    let error = bucket(&peer).get_object("a", &options).err().unwrap();
    assert_eq!(error.kind(), Kind::NotModified, "{error}");
}

/// Documents that are not those of any row.
const NO_DOCUMENTS: [&str; 8] = [
    "<html><body>log in</body></html>",
    "<html><br>",
    "<ListBucket",
    "<Unexpected><a/></Unexpected>",
    "<Error><Message>late</Message></Error>",
    "<Error/>",
    "<Error><Code>Cut",
    "hello",
];

#[test]
fn a_body_that_is_not_the_rows_is_no_success() {
    for document in NO_DOCUMENTS {
        for status in [
            "200 OK",
            "201 Created",
            "202 Accepted",
            "206 Partial Content",
        ] {
            let peer = always(answer(status, "", document));
            let code: u16 = status[..3].parse().unwrap();
            let judged = |operation: &Operation| {
                operation.success.contains(&code)
                    && has_body(operation)
                    && matches!(
                        operation.answer,
                        Content::Xml(_) | Content::Nothing | Content::Json
                    )
            };
            let wrong = wrong(&peer, Kind::BadResponse, judged, "not an answer of OSS");
            assert!(
                wrong.is_empty(),
                "{status} {document}: {}",
                wrong.join("\n")
            );
        }
    }
}

#[test]
fn a_row_with_a_document_is_not_answered_with_nothing() {
    for body in ["", " \r\n"] {
        let peer = always(answer("200 OK", "", body));
        let wrong = wrong(
            &peer,
            Kind::BadResponse,
            has_document,
            "it has no document <",
        );
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn an_error_with_a_good_status_is_the_services_error() {
    for document in [
        "<Error><Code>InternalError</Code><Message>late</Message></Error>",
        "<?xml version=\"1.0\"?>\n<!-- a --><Error><Code>InternalError</Code></Error>",
        "\u{feff}<Error><Code>InternalError</Code></Error>",
        "<Error><Code>InternalError</Code><Message>a&nbsp;b</Message></Error>",
        "<Error><Code>InternalError</Code><Mess",
        "<Error xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\"><Code>InternalError</Code></Error>",
        "{\"Error\":{\"Code\":\"InternalError\",\"Message\":\"late\"}}",
        "{\"Error\":{\"Code\":\"InternalError\",\"Mess",
    ] {
        let peer = always(answer("200 OK", "", document));
        let is_json = document.starts_with('{');
        let judged = |operation: &Operation| {
            let by_callback = is_json && operation.name == "PostObject";
            operation.success.contains(&200)
                && has_body(operation)
                && !matches!(operation.answer, Content::Frames)
                && operation.name != "GetObject"
                && !by_callback
        };
        let wrong = wrong(&peer, Kind::Server, judged, "InternalError");
        assert!(wrong.is_empty(), "{document}: {}", wrong.join("\n"));
    }
}

#[test]
fn what_an_object_holds_is_not_the_services_word() {
    let document = "<Error><Code>InternalError</Code></Error>";
    let peer = always(answer("200 OK", "", document));
    let mut buffer = [0; 100];
    let got = bucket(&peer).get_object_to_buffer("a", &mut buffer, &Options::new());
    assert_eq!(&buffer[..got.unwrap().1], document.as_bytes());
}

#[test]
fn a_callback_answers_for_itself() {
    let options =
        Options::new().callback("{\"callbackUrl\":\"http://a/\",\"callbackBody\":\"b\"}", "");
    let peer = always(answer("200 OK", "", "{\"Error\":{\"Code\":\"mine\"}}"));
    let bucket = bucket(&peer);
    let put = bucket.put_object("a", "", &options).unwrap();
    assert!(put.body().starts_with(b"{\"Error\""));
    bucket
        .complete_multipart_upload("a", "id", &[], &options)
        .unwrap();
    bucket.put_object("a", "", &Options::new()).unwrap_err();
    let failed = "<Error><Code>CallbackFailed</Code><Message>502</Message></Error>";
    for (status, body) in [("203 N", failed), ("203 N", ""), ("200 OK", failed)] {
        let peer = always(answer(status, "", body));
        let error = self::bucket(&peer)
            .put_object("a", "", &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Server, "{status} {body}: {error}");
    }
}

#[test]
fn only_the_service_says_that_something_is_not_there() {
    let head = |headers: &str| format!("HTTP/1.1 404 Not Found\r\n{headers}\r\n");
    let document = |code: &str| STANDARD.encode(format!("<Error><Code>{code}</Code></Error>"));
    let id = "x-oss-request-id: R1\r\n";
    for (headers, expected) in [
        (String::new(), Err("")),
        (id.to_owned(), Err("")),
        ("server: nginx\r\n".to_owned(), Err("")),
        (
            format!("{id}x-oss-ec: 0015-00000101\r\n"),
            Err("NoSuchBucket"),
        ),
        (
            format!("{id}x-oss-err: {}\r\n", document("NoSuchBucket")),
            Err("NoSuchBucket"),
        ),
        (
            format!("{id}x-oss-err: {}\r\n", document("SymlinkTargetNotExist")),
            Err("SymlinkTargetNotExist"),
        ),
        (format!("{id}x-oss-err: not*base64\r\n"), Err("")),
        (format!("{id}x-oss-ec: 0026-00000001\r\n"), Ok(false)),
        (
            format!("{id}x-oss-err: {}\r\n", document("NoSuchKey")),
            Ok(false),
        ),
        (
            format!("{id}x-oss-err: {}\r\n", document("NoSuchVersion")),
            Ok(false),
        ),
    ] {
        let peer = always(head(&headers));
        let exists = bucket(&peer).object_exists("a", &Options::new());
        let seen = exists
            .as_ref()
            .map(|found| *found)
            .map_err(|error| error.code());
        assert_eq!(seen, expected, "{headers}: {exists:?}");
    }
    for (code, expected) in [
        ("NoSuchBucket", Ok(false)),
        ("NoSuchKey", Err("NoSuchKey")),
        ("", Err("")),
    ] {
        let body = format!("<Error><Code>{code}</Code></Error>");
        let peer = always(answer("404 Not Found", "", &body));
        let exists = bucket(&peer).bucket_exists(&Options::new());
        let seen = exists
            .as_ref()
            .map(|found| *found)
            .map_err(|error| error.code());
        assert_eq!(seen, expected, "{code}: {exists:?}");
    }
}

#[test]
fn an_unreadable_checksum_is_no_checksum() {
    let peer = always(answer("200 OK", "x-oss-hash-crc64ecma: 12x\r\n", ""));
    let bucket = bucket(&peer);
    let error = bucket.put_object("a", "", &Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::BadResponse);
    assert!(
        error
            .to_string()
            .contains("x-oss-hash-crc64ecma is \"12x\""),
        "{error}"
    );
    let error = bucket.get_object("a", &Options::new()).err().unwrap();
    assert_eq!(error.kind(), Kind::BadResponse);
    let mut off = config(&peer);
    off.crc64(false);
    let off = Bucket::new(&off, "examplebucket").unwrap();
    off.put_object("a", "", &Options::new()).unwrap();
}

#[test]
fn deleting_many_loudly_is_not_answered_with_nothing() {
    let peer = always(answer("200 OK", "", ""));
    let bucket = bucket(&peer);
    let delete = |quiet| bucket.delete_multiple_objects(&["a".into()], quiet, &Options::new());
    let error = delete(false).unwrap_err();
    assert_eq!(error.kind(), Kind::BadResponse, "{error}");
    assert_eq!(delete(true).unwrap().1, []);
    let invoke =
        |document: &str| bucket.invoke("DeleteMultipleObjects", None, document, &Options::new());
    invoke("<Delete><Quiet>true</Quiet></Delete>").unwrap();
    invoke("<Delete><Quiet>false</Quiet></Delete>").unwrap_err();
    invoke("<Delete></Delete>").unwrap_err();
}

#[test]
fn caches_may_answer_for_objects_of_a_custom_domain_only() {
    let peer = always("HTTP/1.1 200 OK\r\nserver: cdn\r\ncontent-length: 0\r\n\r\n");
    let mut config = config(&peer);
    config
        .endpoint(&format!("http://media.example.com:{}", peer.port()))
        .cname(true)
        .resolve("*", "127.0.0.1");
    let custom = Bucket::new(&config, "examplebucket").unwrap();
    custom.head_object("a", &Options::new()).unwrap();
    custom
        .get_object_to_buffer("a", &mut [], &Options::new())
        .unwrap();
    custom.put_object("a", "", &Options::new()).unwrap_err();
    custom.get_object_acl("a", &Options::new()).unwrap_err();
    custom.get_bucket_acl(&Options::new()).unwrap_err();
    let url = format!("{}/a?Signature=x", peer.endpoint());
    let plain = bucket(&peer);
    plain.head_object_by_url(&url, &Options::new()).unwrap();
    plain.get_object_by_url(&url, &Options::new()).unwrap();
    plain
        .put_object_by_url(&url, "", &Options::new())
        .unwrap_err();
    plain.head_object("a", &Options::new()).unwrap_err();
}
