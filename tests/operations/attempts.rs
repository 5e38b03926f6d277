//! Keys, clocks and failures: what a call gets over by itself, and how long it may take.

use super::*;

#[test]
fn wrong_keys_are_explained() {
    let server = server();
    for version in [SignatureVersion::V4, SignatureVersion::V1] {
        let mut config = config(&server.endpoint());
        config
            .keys(ACCESS_KEY_ID, "wrong", None)
            .signature_version(version);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        let error = bucket.put_object("a", "x", &Options::new()).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Denied, "SignatureDoesNotMatch")
        );
        assert_eq!(error.http_status(), 403);
        let service = error.service().unwrap();
        assert_eq!(service.ec, "0002-00000040");
        assert!(!service.request_id.is_empty());
        assert!(
            service
                .details
                .iter()
                .any(|(name, _)| name == "StringToSign")
        );
        assert!(!format!("{error:?} {error}").contains("wrong"));
    }
}

#[test]
fn credentials_come_from_where_they_are_wanted() {
    let server = server();
    bucket(&server);
    let mut sts = config(&server.endpoint());
    sts.keys(
        oss_local::STS_ACCESS_KEY_ID,
        oss_local::STS_ACCESS_KEY_SECRET,
        Some(oss_local::STS_TOKEN),
    );
    let mut callback = config(&server.endpoint());
    callback.credentials(Arc::new(Callback(|| {
        Ok(Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None))
    })));
    for config in [&sts, &callback] {
        for version in [SignatureVersion::V4, SignatureVersion::V1] {
            let mut config = config.clone();
            config.signature_version(version);
            let bucket = Bucket::new(&config, "examplebucket").unwrap();
            bucket.put_object("a", "x", &Options::new()).unwrap();
        }
    }
    let mut anonymous = config(&server.endpoint());
    anonymous.credentials(Arc::new(Anonymous));
    let bucket = Bucket::new(&anonymous, "examplebucket").unwrap();
    server.clear_requests();
    let error = bucket.head_object("a", &Options::new()).unwrap_err();
    assert_eq!((error.kind(), error.code()), (Kind::Denied, "AccessDenied"));
    assert_eq!(server.requests()[0].header("authorization"), None);
}

#[test]
fn a_wrong_clock_is_corrected_once_and_for_all() {
    let server = server();
    let bucket = bucket(&server);
    server.set_clock_skew(3600);
    let response = bucket.put_object("a", "x", &Options::new()).unwrap();
    assert_eq!(response.attempts(), 2);
    let response = bucket.put_object("a", "x", &Options::new()).unwrap();
    assert_eq!(response.attempts(), 1, "the correction is kept");
    // A POST was refused before anything happened, so it is repeated as well.
    server.set_clock_skew(-3600);
    let response = bucket.invoke(
        "POST",
        Some("b"),
        "x",
        &Options::new()
            .query("append", None)
            .query("position", Some("0")),
    );
    assert_eq!(response.unwrap().attempts(), 2);
    server.set_clock_skew(0);
    let mut config = config(&server.endpoint());
    config.clock_skew_correction(false);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    server.set_clock_skew(3600);
    let error = bucket.put_object("a", "x", &Options::new()).unwrap_err();
    assert_eq!(
        (error.code(), error.attempts()),
        ("RequestTimeTooSkewed", 1)
    );
}

#[test]
fn failures_are_repeated_when_they_may_be() {
    let server = server();
    let bucket = bucket(&server);
    let unavailable = || Action::Status(Status::new(503, "ServiceUnavailable"));
    server.inject(Rule::new(unavailable()).times(2));
    assert_eq!(
        bucket
            .put_object("a", "x", &Options::new())
            .unwrap()
            .attempts(),
        3
    );
    server.inject(Rule::new(unavailable()).times(3));
    let error = bucket.put_object("a", "x", &Options::new()).unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (Kind::Throttled, 3));
    assert!(error.is_retryable());
    server.inject(Rule::new(unavailable()).times(1));
    let error = bucket
        .invoke(
            "POST",
            Some("p"),
            "x",
            &Options::new()
                .query("append", None)
                .query("position", Some("0")),
        )
        .unwrap_err();
    assert_eq!(error.attempts(), 1, "a POST is not repeated");
    server.inject(Rule::new(Action::WrongCrc).method("PUT").times(1));
    assert_eq!(
        bucket
            .put_object("a", "x", &Options::new())
            .unwrap()
            .attempts(),
        2
    );
    server.inject(Rule::new(Action::Reset { after_bytes: 0 }).times(1));
    assert_eq!(
        bucket
            .put_object("a", "x", &Options::new())
            .unwrap()
            .attempts(),
        2
    );
    server.inject(
        Rule::new(Action::CutBody {
            after_bytes: 1000,
            reset: true,
        })
        .method("GET")
        .times(2),
    );
    let data = pattern(300_000);
    bucket.put_object("big", &data, &Options::new()).unwrap();
    assert_eq!(get(&bucket, "big"), data, "picked up twice");
}

#[test]
fn the_checksum_can_be_switched_off() {
    let server = server();
    bucket(&server);
    let mut config = config(&server.endpoint());
    config.crc64(false).attempts(1);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    server.inject(Rule::new(Action::WrongCrc).times(2));
    bucket.put_object("a", "x", &Options::new()).unwrap();
    assert_eq!(get(&bucket, "a"), b"x");
}

#[test]
fn a_call_has_its_own_time_limit() {
    let server = server();
    let bucket = bucket(&server);
    server.inject(Rule::new(Action::Delay { ms: 60_000 }).times(1));
    let options = Options::new().timeout(Duration::from_millis(200));
    let began = std::time::Instant::now();
    let error = bucket.put_object("a", "x", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout);
    assert!(began.elapsed() < Duration::from_secs(10));
}
