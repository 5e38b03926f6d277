//! What an attempt did whose answer was lost, as far as the next one finds it out.

use super::*;

/// The first attempt is done, and its answer lost; the second finds `status` and `code`.
fn lost(status: &'static str, code: &'static str) -> Peer {
    let count = Mutex::new(0);
    Peer::start(move |mut stream| {
        while read_request(&mut stream).is_some() {
            let mut count = count.lock().unwrap();
            *count += 1;
            if *count == 1 {
                peer::reset(stream);
                return;
            }
            let body = format!("<Error><Code>{code}</Code></Error>");
            let answer = good("", &body).replacen("200 OK", status, 1);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    })
}

#[test]
fn what_an_attempt_with_a_lost_answer_did_is_not_a_refusal() {
    let bucket = |peer: &Peer| {
        let mut config = config(peer);
        config.attempts(3);
        Bucket::new(&config, "examplebucket").unwrap()
    };
    let none = &Options::new();
    let gone = lost("404 Not Found", "NoSuchBucket");
    let deleted = bucket(&gone).delete_bucket(none).unwrap();
    assert_eq!((deleted.status(), deleted.attempts()), (204, 2));
    let gone = lost("404 Not Found", "NoSuchBucket");
    bucket(&gone)
        .invoke("DeleteBucket", None, b"", none)
        .unwrap();
    let note = "an earlier attempt may have done it: its answer was lost";
    let peer = lost("409 Conflict", "RestoreAlreadyInProgress");
    let error = bucket(&peer)
        .restore_object("a", None, None, none)
        .unwrap_err();
    assert!(error.to_string().contains(note), "{error}");
    let peer = lost("403 Forbidden", "WORMConfigurationLocked");
    let worm = &Options::new().query("wormId", Some("1"));
    let error = bucket(&peer).invoke("CompleteBucketWorm", None, b"", worm);
    let error = error.unwrap_err();
    assert!(error.to_string().contains(note), "{error}");
    // Reading changes nothing, so the refusal is what it says.
    let peer = lost("404 Not Found", "NoSuchKey");
    let error = bucket(&peer).get_object("a", none).map(drop).unwrap_err();
    assert!(!error.to_string().contains("may have"), "{error}");
    // Although it is a POST.
    let peer = lost("404 Not Found", "NoSuchBucket");
    let query = bucket(&peer).invoke("DoMetaQuery", None, b"<MetaQuery/>", none);
    let error = query.unwrap_err();
    assert_eq!((error.code(), error.attempts()), ("NoSuchBucket", 2));
    assert!(!error.to_string().contains("may have"), "{error}");
}
