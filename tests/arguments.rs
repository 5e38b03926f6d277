//! What calls are given, by arguments, options and what is left from the call before: contradictions are refused before
//! anything is sent, and what the service makes of a repetition is told as it is.

mod support;

use std::time::Duration;

use alioss::{Bucket, CopySource, Kind, Method, ObjectIdentifier, Options, Range, UploadedPart};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_local::{Action, Rule, Server, Status};
use support::{Linking, compile, config, new_bucket, platform, server, succeed};

fn bucket(server: &Server) -> Bucket {
    let bucket = new_bucket(&config(&server.endpoint()));
    bucket.put_object("a", "hello", &Options::new()).unwrap();
    server.clear_requests();
    bucket
}

fn raw(status: u16, body: &str) -> Action {
    Action::Status(Status {
        raw_body: Some(body.to_owned()),
        ..Status::new(status, "")
    })
}

#[test]
fn options_must_not_contradict_arguments() {
    let server = server();
    let bucket = bucket(&server);
    let acl = Options::new().header("X-Oss-Object-Acl", "public-read");
    let position = Options::new().query("position", Some("7"));
    let errors = [
        bucket.put_object_acl("a", "private", &acl),
        bucket.append_object("b", 0, "x", &position),
        bucket.copy_object(
            "b",
            "a",
            &Options::new().header("x-oss-copy-source", "/other/a"),
        ),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(
            error.to_string().contains("leave one of the two out"),
            "{error}"
        );
    }
    assert!(server.requests().is_empty());
    bucket
        .put_object_acl("a", "public-read", &acl)
        .expect("the same value is no contradiction");
    let typed = Options::new().header("Content-Type", "text/x-special");
    bucket
        .put_object("a.html", "x", &typed)
        .expect("a guess may be overruled");
}

/// A list of options has no order by which one of them could count; setters have.
#[test]
fn options_in_one_expression_must_not_contradict_each_other() {
    let program = compile("tests/c/options.c", "c99", Linking::Shared);
    succeed(&platform::command(program), &[], &[]);
}

#[test]
fn later_parameters_replace_earlier_ones() {
    let server = server();
    let bucket = bucket(&server);
    let options = Options::new()
        .query("prefix", Some("x"))
        .query("prefix", Some("a"));
    let listed = bucket
        .invoke("ListObjects", None, b"", &options)
        .unwrap()
        .document()
        .unwrap();
    assert_eq!(listed.text("Contents[0].Key"), Some("a"));
    assert_eq!(server.requests()[0].target, "/examplebucket/?prefix=a");
}

#[test]
fn invoke_checks_downloads_like_get_object() {
    let server = server();
    let bucket = bucket(&server);
    let get = |options: &Options<'_>| bucket.invoke("GetObject", Some("a"), b"", options);
    assert_eq!(get(&Options::new()).unwrap().body(), b"hello");
    let part = Options::new().range(Range::Bytes(1, 3));
    assert_eq!(get(&part).unwrap().body(), b"ell");
    server.inject(Rule::new(Action::WrongCrc).times(9));
    assert_eq!(
        get(&Options::new()).unwrap_err().kind(),
        Kind::ChecksumMismatch
    );
}

#[test]
fn ranges_go_where_they_mean_something() {
    let server = server();
    let bucket = bucket(&server);
    let range = Options::new().range(Range::Bytes(0, 1));
    let error = bucket
        .invoke("GetBucketInfo", None, b"", &range)
        .unwrap_err();
    assert!(error.to_string().starts_with("`range`"), "{error}");
    let open = Options::new().range(Range::From(1));
    let error = bucket
        .upload_part_copy("b", "id", 1, "a", &open)
        .unwrap_err();
    assert!(error.to_string().starts_with("`range`"), "{error}");
    let (_, id) = bucket
        .initiate_multipart_upload("b", &Options::new())
        .unwrap();
    let copied = Options::new()
        .range(Range::Bytes(0, 1))
        .query("uploadId", Some(&id))
        .query("partNumber", Some("1"))
        .header("x-oss-copy-source", "/examplebucket/a");
    bucket
        .invoke("UploadPartCopy", Some("b"), b"", &copied)
        .unwrap();
    let completed = bucket.complete_multipart_upload("b", &id, &[], &Options::new());
    completed.unwrap();
    assert_eq!(
        bucket
            .head_object("b", &Options::new())
            .unwrap()
            .content_length(),
        Some(2)
    );
}

#[test]
fn frames_are_not_for_invoke() {
    let server = server();
    let bucket = bucket(&server);
    let options = Options::new().query("x-oss-process", Some("csv/select"));
    let error = bucket
        .invoke("SelectObject", Some("a"), b"<SelectRequest/>", &options)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn an_abort_whose_answer_was_lost_is_done() {
    let server = server();
    let bucket = bucket(&server);
    let (_, id) = bucket
        .initiate_multipart_upload("b", &Options::new())
        .unwrap();
    server.inject(Rule::new(Action::StoreThenReset).method("DELETE").times(1));
    let aborted = bucket
        .abort_multipart_upload("b", &id, &Options::new())
        .unwrap();
    assert_eq!(aborted.attempts(), 2);
    let error = bucket
        .abort_multipart_upload("b", &id, &Options::new())
        .unwrap_err();
    assert_eq!(
        error.code(),
        "NoSuchUpload",
        "the first attempt says what is so"
    );
}

#[test]
fn an_object_that_an_earlier_attempt_stored_is_told_apart() {
    let server = server();
    let bucket = bucket(&server);
    let options = Options::new().header("x-oss-forbid-overwrite", "true");
    server.inject(Rule::new(Action::StoreThenReset).method("PUT").times(1));
    let error = bucket.put_object("b", "x", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Exists);
    assert!(error.to_string().contains("an earlier attempt"), "{error}");
    let error = bucket.put_object("b", "x", &options).unwrap_err();
    assert!(!error.to_string().contains("an earlier attempt"), "{error}");
}

#[test]
fn a_new_appendable_object_begins_with_no_checksum() {
    let server = server();
    let bucket = bucket(&server);
    let stale = Options::new().initial_crc64(4711);
    let first = bucket.append_object("log", 0, "one", &stale).unwrap();
    let chained = Options::new().initial_crc64(first.crc64().unwrap());
    bucket.append_object("log", 3, "two", &chained).unwrap();
    let error = bucket.append_object("log", 6, "3", &stale).unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch);
    assert!(!error.is_retryable(), "it has happened");
}

#[test]
fn a_refused_append_says_where_to_go_on() {
    let server = server();
    let bucket = bucket(&server);
    bucket
        .append_object("log", 0, "one", &Options::new())
        .unwrap();
    let error = bucket
        .append_object("log", 7, "two", &Options::new())
        .unwrap_err();
    assert_eq!(error.code(), "PositionNotEqualToLength");
    let details = &error.service().unwrap().details;
    let position = ("x-oss-next-append-position".to_owned(), "3".to_owned());
    assert!(details.contains(&position), "{details:?}");
}

/// Stores "hello" as the only part of an upload, and completes that with what is said of the part.
fn complete_hello(content: Option<(u64, u64)>) -> alioss::Result<alioss::Response> {
    let server = server();
    let bucket = bucket(&server);
    let (_, id) = bucket
        .initiate_multipart_upload("b", &Options::new())
        .unwrap();
    let sent = bucket
        .upload_part("b", &id, 1, "hello", &Options::new())
        .unwrap();
    let part = UploadedPart {
        number: 1,
        etag: sent.etag().unwrap().to_owned(),
        content,
    };
    bucket.complete_multipart_upload("b", &id, &[part], &Options::new())
}

#[test]
fn parts_without_checksum_are_not_compared() {
    assert_eq!(complete_hello(None).unwrap().status(), 200);
}

#[test]
fn a_completed_object_that_is_another_is_told_with_its_request() {
    let error = complete_hello(Some((5, 17))).unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch);
    assert_eq!((error.http_status(), error.attempts()), (200, 1), "{error}");
    assert!(!error.request_id().is_empty(), "{error}");
    assert!(error.to_string().contains(error.request_id()), "{error}");
}

#[test]
fn what_could_not_be_deleted_is_not_called_deleted() {
    let server = server();
    let bucket = bucket(&server);
    let body = "<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code></Error></DeleteResult>";
    server.inject(Rule::new(raw(200, body)).times(2));
    let objects: [ObjectIdentifier<'_>; 2] = ["a".into(), "b".into()];
    for (quiet, expected) in [(false, [true, false]), (true, [false, false])] {
        let (_, listed) = bucket
            .delete_multiple_objects(&objects, quiet, &Options::new())
            .unwrap();
        let seen: Vec<bool> = listed.iter().map(|object| object.is_deleted).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn signatures_stay_out_of_messages() {
    let server = server();
    let bucket = bucket(&server);
    let hour = Duration::from_secs(3600);
    let presigned = bucket
        .presign(Method::Get, Some("a"), hour, &Options::new())
        .unwrap();
    let signature = presigned.url.split("x-oss-signature=").nth(1).unwrap();
    assert!(!format!("{presigned:?}").contains(signature));
    server.inject(Rule::new(Action::Redirect {
        location: presigned.url.clone(),
        status: 301,
    }));
    let error = bucket
        .head_object_by_url(&presigned.url, &Options::new())
        .unwrap_err();
    assert!(error.to_string().contains("/examplebucket/a"), "{error}");
    assert!(!error.to_string().contains(signature), "{error}");
    let page = format!("<html>cannot fetch {}</html>", presigned.url);
    server.clear_rules();
    server.inject(Rule::new(raw(403, &page)));
    let error = bucket
        .get_object_by_url(&presigned.url, &Options::new())
        .err()
        .unwrap();
    assert!(!error.to_string().contains(signature), "{error}");
}

#[test]
fn signatures_have_limits() {
    let server = server();
    let bucket = bucket(&server);
    let days = |count: u64| Duration::from_secs(count * 86_400);
    assert!(bucket.post_policy(days(7), "", &Options::new()).is_ok());
    for (expires, conditions) in [(days(8), ""), (Duration::ZERO, "")] {
        let error = bucket
            .post_policy(expires, conditions, &Options::new())
            .unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{expires:?}");
        assert!(error.to_string().starts_with("`expires`: "), "{error}");
    }
    for expires in [Duration::ZERO, Duration::from_millis(900), days(8)] {
        let signed = bucket.presign(Method::Get, Some("a"), expires, &Options::new());
        assert_eq!(signed.unwrap_err().kind(), Kind::InvalidArgument);
    }
}

#[test]
fn the_conditions_of_a_form_are_a_json_array_of_conditions() {
    let server = server();
    let bucket = bucket(&server);
    let form =
        |conditions| bucket.post_policy(Duration::from_secs(60), conditions, &Options::new());
    let policy_of = |conditions| {
        let fields = form(conditions).unwrap().fields;
        let (_, policy) = fields.iter().find(|(name, _)| name == "policy").unwrap();
        STANDARD.decode(policy).unwrap()
    };
    for conditions in [
        "",
        "[]",
        " [ ]\n",
        "[[\"eq\",\"$key\",\"a\"]]",
        " [ {\"acl\":\"]\"} , [] ] ",
    ] {
        let policy: serde_json::Value = serde_json::from_slice(&policy_of(conditions)).unwrap();
        let given = match conditions {
            "" => serde_json::json!([]),
            _ => serde_json::from_str(conditions).unwrap(),
        };
        let given = given.as_array().unwrap();
        assert!(
            policy["conditions"].as_array().unwrap().starts_with(given),
            "{policy}"
        );
    }
    for (conditions, why) in [
        ("key", "not a value"),
        ("{}", "it is not an array"),
        ("null", "it is not an array"),
        ("[\"eq\",\"$key\",\"a\"]", "an element of it is neither"),
        ("[{\"acl\":\"private\"},1]", "an element of it is neither"),
        ("[[\"eq\",\"$key\",\"a\"]]]", "something follows its end"),
        ("[[\"eq\",\"$key\",\"a\"]],[]", "something follows its end"),
        ("[{\"a\":}]", "not a value"),
        ("[{\"a\":1},]", "not a value"),
        ("[[\"eq\"", "a ] is missing"),
        ("[[]] /* */", "something follows its end"),
        ("\u{a0}[]", "not a value"),
    ] {
        let error = form(conditions).unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{conditions}");
        let text = error.to_string();
        assert!(
            text.starts_with("`conditions`: ") && text.contains(why),
            "{conditions}: {text}"
        );
    }
}

#[test]
fn documents_of_the_callers_are_called_theirs() {
    let server = server();
    let bucket = bucket(&server);
    let field = Options::new().field("Rule[0].ID", Some("x"));
    for (body, options) in [
        ("<LifecycleConfiguration>", &field),
        ("<Other></Other>", &field),
    ] {
        let error = bucket
            .invoke("PutBucketLifecycle", None, body, options)
            .unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with("`body`") && !text.contains("answer"),
            "{text}"
        );
    }
    let error = bucket.put_object("a", "x", &field).unwrap_err();
    assert!(error.to_string().starts_with("`field`"), "{error}");
    assert!(bucket.get_object("a", &field).is_err());
    assert!(server.requests().is_empty());
}

#[test]
fn policies_are_built_and_read_by_path() {
    let server = server();
    let bucket = bucket(&server);
    let fields = [
        ("Version", "1"),
        ("Statement[0].Effect", "Allow"),
        ("Statement[0].Action[0]", "oss:GetObject"),
        ("Statement[0].Principal[0]", "200000000000000000"),
        ("Statement[0].Resource[0]", "acs:oss:*:*:examplebucket/*"),
    ];
    let set = |fields: &[(&'static str, &'static str)], body: &[u8]| {
        let mut options = Options::new();
        for (path, value) in fields {
            options = options.field(*path, Some(value));
        }
        bucket.invoke("PutBucketPolicy", None, body, &options)
    };
    set(&fields, b"").unwrap();
    let get = || bucket.invoke("GetBucketPolicy", None, b"", &Options::new());
    let answer = get().unwrap();
    let policy = answer.document().unwrap();
    assert_eq!(policy.text("Statement[0].Action[0]"), Some("oss:GetObject"));
    set(
        &[("Statement[0].Action[1]", "oss:PutObject")],
        answer.body(),
    )
    .unwrap();
    let policy = get().unwrap().document().unwrap();
    assert_eq!(policy.count("Statement[0].Action"), 2);
    assert_eq!(policy.text("Statement[0].Effect"), Some("Allow"));
}

#[test]
fn a_bad_source_is_called_by_its_own_name() {
    let server = server();
    let bucket = bucket(&server);
    let source = |bucket, key| CopySource {
        bucket,
        key,
        version_id: None,
    };
    for (source, name) in [
        (source(None, ""), "`source_key`: "),
        (source(None, "/a"), "`source_key`: "),
        (source(Some("A"), "a"), "`source_bucket`: "),
    ] {
        let error = bucket.copy_object("b", source, &Options::new());
        let error = error.unwrap_err().to_string();
        assert!(error.starts_with(name), "{error}");
    }
    assert!(server.requests().is_empty());
}
