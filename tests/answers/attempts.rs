//! What one attempt means for the next: what a refusal taught, what a lost answer hides, how long it goes on.

use super::*;

fn skewed() -> String {
    let times = "<ServerTime>2040-01-01T00:00:00.000Z</ServerTime>";
    refusal("403 Forbidden", "RequestTimeTooSkewed", times)
}

#[test]
fn only_a_lost_answer_makes_a_missing_upload_an_aborted_one() {
    let missing = refusal("404 Not Found", "NoSuchUpload", "");
    let busy = refusal("503 Busy", "ServiceUnavailable", "");
    let lost = String::new();
    for (first, aborted) in [(skewed(), false), (busy, false), (lost, true)] {
        let (peer, _) = in_turn(&[first.clone(), missing.clone()]);
        let mut config = config(&peer);
        config.attempts(2);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        match bucket.abort_multipart_upload("a", "id", &Options::new()) {
            Ok(response) => assert!(aborted && response.attempts() == 2, "{first}"),
            Err(error) => {
                assert!(!aborted, "{first}: {error}");
                assert_eq!((error.kind(), error.attempts()), (Kind::NotFound, 2));
                assert!(!error.answer_was_lost());
            }
        }
    }
}

#[test]
fn what_a_refusal_taught_is_kept_for_the_whole_session() {
    let (peer, seen) = in_turn(&[skewed(), answer("200 OK", "", "")]);
    let session = Session::new(&Config::new()).unwrap();
    let mut config = config(&peer);
    config.session(&session);
    let first = Bucket::new(&config, "examplebucket").unwrap();
    let second = Bucket::new(&config, "otherbucket").unwrap();
    // A stream cannot be sent again.
    let mut source: &[u8] = b"hello";
    let body = Body::Stream {
        reader: &mut source,
        length: Some(5),
    };
    let error = first.put_object("a", body, &Options::new()).unwrap_err();
    assert_eq!(
        (error.code(), error.attempts()),
        ("RequestTimeTooSkewed", 1)
    );
    let response = second.put_object("a", "hello", &Options::new()).unwrap();
    assert_eq!(response.attempts(), 1);
    let seen = seen.lock().unwrap();
    // The offset is kept to two seconds.
    let dates = ["x-oss-date: 20400101t", "x-oss-date: 20391231t235959z"];
    assert!(
        dates.iter().any(|date| seen[1].contains(date)),
        "{}",
        seen[1]
    );
}

#[test]
fn what_was_not_sent_may_always_be_sent() {
    let closed = ClosedPort::start();
    let mut config = Config::new();
    config
        .endpoint(&closed.endpoint())
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .attempts(4)
        .backoff(Duration::from_millis(1), Duration::from_millis(1));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let options = Options::new();
    let mut source: &[u8] = b"hello";
    let stream = Body::Stream {
        reader: &mut source,
        length: Some(5),
    };
    for result in [
        bucket.append_object("a", 0, "hello", &options),
        bucket.complete_multipart_upload("a", "id", &[], &options),
        bucket.process_object("a", "image/info", &options),
        bucket.put_object("a", stream, &options),
    ] {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (Kind::Network, 4),
            "{error}"
        );
        assert!(!error.answer_was_lost());
    }
}

#[test]
fn without_a_limit_of_attempts_the_time_is_the_limit() {
    let peer = always(refusal("503 Busy", "ServiceUnavailable", ""));
    let mut config = config(&peer);
    config
        .attempts(0)
        .backoff(Duration::from_millis(5), Duration::from_millis(5));
    let error = Bucket::new(&config, "examplebucket").unwrap_err();
    assert!(error.to_string().starts_with("`attempts`: 0 "), "{error}");
    config.total_timeout(Duration::from_secs(2));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let error = bucket.delete_object("a", &Options::new()).unwrap_err();
    assert!(error.attempts() > 5, "{error:?}");
}

#[test]
fn a_timeout_goes_by_the_name_it_was_given_under() {
    let silent = Peer::start(|mut stream| {
        let _ = read_request(&mut stream);
        std::thread::sleep(Duration::from_secs(5));
    });
    let options = Options::new().timeout(Duration::from_millis(200));
    let error = bucket(&silent).delete_object("a", &options).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the call took longer than timeout (200ms)"
    );
}
