//! Uploads that nobody finishes: listed and removed by their age, by the service's clock.

use super::*;

fn begin(bucket: &Bucket, key: &str) {
    bucket
        .initiate_multipart_upload(key, &Options::new())
        .unwrap();
}

const HOUR: Duration = Duration::from_secs(3600);

/// A bucket with uploads that are two hours old, `old/1`, `old/2` and `x`, and others that are new.
fn old_and_new(server: &Server) -> Bucket {
    let bucket = bucket(server);
    server.set_clock_skew(-7200);
    for key in ["old/1", "old/2", "x"] {
        begin(&bucket, key);
    }
    server.set_clock_skew(0);
    for key in ["old/3", "y"] {
        begin(&bucket, key);
    }
    bucket
}

fn keys(bucket: &Bucket, prefix: &str, age: Duration) -> Vec<String> {
    let options = Options::new();
    let listed = bucket.list_uploads_before(prefix, age, &options).unwrap();
    listed
        .map(|upload| upload.unwrap().name().to_owned())
        .collect()
}

#[test]
fn uploads_are_listed_and_aborted_by_their_age() {
    let server = server();
    let bucket = old_and_new(&server);
    assert_eq!(keys(&bucket, "", HOUR), ["old/1", "old/2", "x"]);
    assert_eq!(keys(&bucket, "old/", HOUR), ["old/1", "old/2"]);
    assert_eq!(keys(&bucket, "", Duration::ZERO).len(), 5);
    assert!(keys(&bucket, "", 3 * HOUR).is_empty());
    assert!(keys(&bucket, "", Duration::MAX).is_empty());
    let options = Options::new();
    let done = bucket.abort_uploads_before("old/", HOUR, &options).unwrap();
    assert_eq!((done.aborted, done.kept), (2, 1));
    let done = bucket.abort_uploads_before("", HOUR, &options).unwrap();
    assert_eq!((done.aborted, done.kept), (1, 2));
    assert_eq!(uploads(&bucket), 2);
    let done = bucket
        .abort_uploads_before("", Duration::ZERO, &options)
        .unwrap();
    assert_eq!((done.aborted, done.kept), (2, 0));
}

#[test]
fn the_clock_here_does_not_matter() {
    let server = server();
    let _ = old_and_new(&server);
    let mut config = config(&server);
    config.clock(|| 1_000_000_000);
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let done = bucket
        .abort_uploads_before("", HOUR, &Options::new())
        .unwrap();
    assert_eq!((done.aborted, done.kept), (3, 2));
}

#[test]
fn pages_are_followed_and_the_first_failure_says_how_far_it_went() {
    let server = server();
    let bucket = old_and_new(&server);
    let paged = Options::new().query("max-uploads", Some("1"));
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    server.inject(Rule::new(refusal).operation("AbortMultipartUpload").skip(1));
    let error = bucket.abort_uploads_before("", HOUR, &paged).unwrap_err();
    assert_eq!(error.kind(), Kind::Denied, "{error}");
    let words = "1 uploads were aborted before";
    assert!(error.to_string().ends_with(words), "{error}");
    // What somebody else finishes meanwhile is not counted, and not an error.
    let gone = Action::Status(Status::new(404, "NoSuchUpload"));
    server.inject(Rule::new(gone).operation("AbortMultipartUpload"));
    let done = bucket.abort_uploads_before("", HOUR, &paged).unwrap();
    assert_eq!((done.aborted, done.kept), (1, 2));
}
