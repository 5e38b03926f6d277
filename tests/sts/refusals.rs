//! STS that refuses, is busy, stays away or makes no sense.

use super::*;

#[test]
fn what_sts_refuses_is_told_in_its_words_without_secrets() {
    for (status, code) in [
        (404, "InvalidAccessKeyId.NotFound"),
        (403, "NoPermission"),
        (400, "InvalidParameter.PolicyGrammar"),
    ] {
        let (sts, seen) = sts(move |_, _| refusal(status, code));
        let (store, tokens) = oss();
        let mut recipe = assume(&sts, "");
        recipe.base(fixed("LTAIbase", "hush-secret", Some("hush-token")));
        let error = put(&bucket(&store, recipe.build().unwrap())).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Credentials, code),
            "{error}"
        );
        assert_eq!((error.http_status(), error.request_id()), (status, "REQ"));
        let text = error.to_string();
        let words =
            format!("credentials from assume-role: {status} {code}: Why not. (request id REQ)");
        assert_eq!(text, words);
        assert!(!format!("{error:?}").contains("hush"));
        assert!(tokens.lock().unwrap().is_empty());
        assert_eq!(seen.lock().unwrap().len(), 1);
    }
}

#[test]
fn a_provider_that_is_busy_is_asked_again() {
    let stream = |bucket: &Bucket| {
        let mut source: &[u8] = b"hello";
        let body = alioss::Body::Stream {
            reader: &mut source,
            length: Some(5),
        };
        bucket.put_object("a.txt", body, &Options::new())
    };
    for (status, code) in [
        (503, "ServiceUnavailable"),
        (429, "TooMany"),
        (400, "Throttling.Api"),
        (502, ""),
    ] {
        let busy = match code {
            "" => (status, "<html>".to_owned()),
            _ => refusal(status, code),
        };
        let (sts, seen) = sts(move |number, _| match number {
            1 => busy.clone(),
            _ => keys(1, 3600),
        });
        let (store, _) = oss();
        let mut recipe = assume(&sts, "");
        recipe.base(fixed("LTAIbase", "hush", None));
        // What cannot be sent twice has not been sent.
        let response = stream(&bucket(&store, recipe.build().unwrap())).unwrap();
        assert_eq!(response.attempts(), 2, "{status} {code}");
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
}

#[test]
fn a_provider_that_stays_away_is_not_asked_more_often_than_the_call_may_try() {
    let (sts, seen) = sts(|_, _| refusal(503, "ServiceUnavailable"));
    let (store, tokens) = oss();
    let mut recipe = assume(&sts, "");
    recipe.base(fixed("LTAIbase", "hush", None));
    let bucket = bucket(&store, recipe.build().unwrap());
    let asked = || seen.lock().unwrap().len();
    // Calls at the same time ask once for all of them.
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let error = put(&bucket).unwrap_err();
                assert_eq!((error.kind(), error.attempts()), (Kind::Credentials, 3));
                assert!(error.is_retryable(), "{error}");
            });
        }
    });
    assert!((2..=8).contains(&asked()), "asked {} times", asked());
    // URLs need keys as well.
    let before = asked();
    let minute = Duration::from_secs(60);
    let method = alioss::Method::Get;
    let error = bucket.presign(method, Some("a"), minute, &Options::new());
    assert_eq!(error.unwrap_err().attempts(), 3);
    assert!(asked() > before);
    // There is no time to wait.
    let options = Options::new().timeout(Duration::from_millis(200));
    let began = Instant::now();
    let error = bucket.put_object("a", "x", &options).unwrap_err();
    assert!(error.to_string().contains("503"), "{error}");
    assert!(error.is_retryable() && began.elapsed() < Duration::from_secs(5));
    assert!(tokens.lock().unwrap().is_empty());
}

#[test]
fn answers_that_make_no_sense_are_errors() {
    for (answer, words) in [
        ((200, "<html>".to_owned()), "is not a JSON object"),
        ((200, "{}".to_owned()), "has no AccessKeyId"),
        (
            (
                200,
                r#"{"Credentials":{"AccessKeyId":"a","AccessKeySecret":"hush"}}"#.to_owned(),
            ),
            "has no SecurityToken or no Expiration",
        ),
        ((500, "hush".to_owned()), "has the status 500"),
        ((302, String::new()), "has the status 302"),
    ] {
        let (sts, _) = sts(move |_, _| answer.clone());
        let (store, _) = oss();
        let mut recipe = assume(&sts, "");
        recipe.base(fixed("LTAIbase", "hush", None));
        let error = put(&bucket(&store, recipe.build().unwrap())).unwrap_err();
        let text = error.to_string();
        assert!(
            text.contains(words) && !text.contains("hush"),
            "{words}: {text}"
        );
    }
}

#[test]
fn a_clock_that_sts_complains_about_is_set_by_its_answer() {
    let (sts, seen) = sts(|number, asked| match number {
        1 => refusal(400, "InvalidTimeStamp.Expired"),
        _ => {
            let year = asked.get("Timestamp").get(..4).map(str::to_owned);
            let expected = Timestamp(now()).iso8601_millis();
            match year.as_deref() == expected.get(..4) {
                true => keys(1, 3600),
                false => refusal(400, "InvalidTimeStamp.Expired"),
            }
        }
    });
    let (store, _) = oss();
    let mut recipe = assume(&sts, "");
    recipe.base(fixed("LTAIbase", "base-secret", None));
    let mut config = Config::new();
    config
        .endpoint(&store.endpoint())
        .region("cn-hangzhou")
        .insecure_skip_verify(true)
        .clock(|| 1_000_000_000)
        .credentials(recipe.build().unwrap());
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    put(&bucket).unwrap();
    let seen = seen.lock().unwrap();
    assert!(seen[0].get("Timestamp").starts_with("2001-"));
    assert_eq!(seen.len(), 2);
}
