//! Prefixes are deleted.

use super::*;

#[test]
fn a_prefix_is_deleted_page_by_page_with_all_characters() {
    let server = server();
    let bucket = bucket(&server);
    for number in 0..1003 {
        put(&bucket, &format!("p/{number:04}"), b"12");
    }
    let strange = [
        "p\u{1}\u{2}",
        "p\n\r\t",
        "p&<>\"'",
        "p\0",
        "p\u{fffe}",
        "p路",
        "p%2F",
        "p+ ",
    ];
    for key in strange {
        put(&bucket, key, b"x");
    }
    put(&bucket, "o", b"x");
    put(&bucket, "q", b"x");
    server.clear_requests();
    let seen = Cell::new(0);
    let on_outcome = |outcome: &Outcome| {
        assert_eq!(outcome.kind, OutcomeKind::Deleted);
        seen.set(seen.get() + 1);
        true
    };
    let how = DeletePrefix::new().on_outcome(&on_outcome);
    let report = bucket.delete_prefix("p", &how, &Options::new()).unwrap();
    assert_eq!(counts(&report), [0, 0, 0, 0, 1011]);
    assert_eq!(report.count(OutcomeKind::Deleted).bytes, 2014);
    assert_eq!(seen.get(), 1011);
    assert_eq!(keys(&bucket), ["o", "q"]);
    assert_eq!(count(&server, "DeleteMultipleObjects"), 2);
    let report = bucket.delete_prefix("p", &how, &Options::new()).unwrap();
    assert_eq!(counts(&report), [0; 5]);
}

#[test]
fn the_whole_bucket_has_to_be_asked_for() {
    let server = server();
    let bucket = bucket(&server);
    put(&bucket, "a", b"x");
    let failed = bucket.delete_prefix("", &DeletePrefix::new(), &Options::new());
    let failed = failed.unwrap_err();
    assert_eq!(failed.error().kind(), Kind::InvalidArgument);
    let words = failed.to_string();
    assert!(
        words.starts_with("`prefix`") && words.contains("`whole_bucket`"),
        "{words}"
    );
    assert_eq!(keys(&bucket), ["a"]);
    let all = DeletePrefix::new().whole_bucket();
    let report = bucket.delete_prefix("", &all, &Options::new()).unwrap();
    assert_eq!(counts(&report)[4], 1);
    assert!(keys(&bucket).is_empty());
}

#[test]
fn versions_are_deleted_on_request() {
    let server = server();
    let bucket = bucket(&server);
    let enabled = Options::new().field("Status", Some("Enabled"));
    bucket
        .invoke("PutBucketVersioning", None, &[][..], &enabled)
        .unwrap();
    for content in [b"1", b"2"] {
        put(&bucket, "p/a", content);
    }
    let options = Options::new();
    let latest = bucket.delete_prefix("p/", &DeletePrefix::new(), &options);
    assert_eq!(counts(&latest.unwrap())[4], 1);
    let left = || {
        let list = alioss::ListObjectVersions::default();
        bucket.list_object_versions(list, &Options::new()).count()
    };
    assert_eq!(left(), 3, "two versions and a marker");
    let versions = DeletePrefix::new().versions();
    let report = bucket.delete_prefix("p/", &versions, &options).unwrap();
    assert_eq!(counts(&report)[4], 3);
    assert_eq!(left(), 0);
}

#[test]
fn what_cannot_be_deleted_is_kept_in_the_report_and_the_rest_goes() {
    let server = server();
    let bucket = bucket(&server);
    for key in ["p/a", "p/b", "p/c"] {
        put(&bucket, key, b"x");
    }
    let answer = Status {
        raw_body: Some(
            "<DeleteResult><Deleted><Key>p/a</Key></Deleted><Error><Key>p/b</Key><Code>AccessDenied</Code>\
             <Message>Not you.</Message></Error></DeleteResult>"
                .to_owned(),
        ),
        ..Status::new(200, "")
    };
    server.inject(Rule::new(Action::Status(answer)).operation("DeleteMultipleObjects"));
    let failed = bucket.delete_prefix("p/", &DeletePrefix::new(), &Options::new());
    let failed = failed.unwrap_err();
    assert_eq!(failed.error().kind(), Kind::Denied);
    assert_eq!(counts(failed.report()), [0, 0, 0, 2, 1]);
    let problems = problems(failed.report());
    assert_eq!(problems[0].0, "p/b");
    assert!(
        problems[0].1.contains("AccessDenied: Not you."),
        "{problems:?}"
    );
    assert!(problems[1].1.contains("does not name it"), "{problems:?}");

    server.inject(
        Rule::new(Action::Status(Status::new(403, "AccessDenied")))
            .operation("DeleteMultipleObjects"),
    );
    let failed = bucket.delete_prefix("p/", &DeletePrefix::new(), &Options::new());
    assert_eq!(failed.unwrap_err().error().kind(), Kind::Denied);
    let cancel = Cancel::new();
    cancel.cancel();
    let options = Options::new().cancel(&cancel);
    let ended = bucket.delete_prefix("p/", &DeletePrefix::new(), &options);
    assert_eq!(ended.unwrap_err().error().kind(), Kind::Cancelled);
    assert_eq!(keys(&bucket).len(), 3);
}
