//! Clocks that are wrong, that are set while the program runs, and machines that sleep in between.

#[path = "peer/keys.rs"]
mod answers;
mod peer;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use alioss::credentials::{Callback, Recipe};
use alioss::{Body, Bucket, Config, Credentials, Error, Kind, Options, Timestamp};
use answers::{Say, http, iso, now, program, put};
use peer::{Peer, folder};

const MINUTE: Duration = Duration::from_secs(60);

/// What the service allows for.
const TOLERATED: u64 = 15 * 60;

/// The clock of a machine, as somebody sets it.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    fn at(seconds: i64) -> Clock {
        let clock = Clock::default();
        clock.set(seconds);
        clock
    }

    fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    fn get(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// When a request was signed.
fn signed_at(head: &str) -> i64 {
    let date = head
        .lines()
        .find_map(|line| line.strip_prefix("x-oss-date: "));
    date_of(date.unwrap())
}

/// The time of a date such as 20261126T120000Z.
fn date_of(basic: &str) -> i64 {
    let part = |from: usize, to: usize| basic.get(from..to).unwrap();
    let text = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4),
        part(4, 6),
        part(6, 8),
        part(9, 11),
        part(11, 13),
        part(13, 15)
    );
    Timestamp::parse_iso8601(&text).unwrap().0
}

fn accepted() -> Say {
    (200, "x-oss-request-id: 1\r\n".to_owned(), String::new())
}

/// What the service answers, when its clock says `time`, to a request signed at another time.
fn skewed(time: i64) -> Say {
    let body = format!(
        "<Error><Code>RequestTimeTooSkewed</Code><ServerTime>{}</ServerTime></Error>",
        iso(time)
    );
    (403, "x-oss-request-id: 1\r\n".to_owned(), body)
}

/// A service whose clock is `time`, and how many requests it refused for theirs.
fn service(time: impl Fn() -> i64 + Send + Sync + 'static) -> (Peer, Arc<AtomicUsize>) {
    let refused = Arc::new(AtomicUsize::new(0));
    let count = refused.clone();
    let peer = http(move |_, head| {
        if signed_at(head).abs_diff(time()) <= TOLERATED {
            return accepted();
        }
        count.fetch_add(1, Ordering::SeqCst);
        skewed(time())
    });
    (peer, refused)
}

fn config(service: &Peer, clock: &Clock) -> Config {
    let clock = clock.clone();
    let mut config = Config::new();
    config
        .endpoint(&service.endpoint())
        .region("cn-hangzhou")
        .keys("id", "secret", None)
        .clock(move || clock.get());
    config
}

fn bucket(service: &Peer, clock: &Clock) -> Bucket {
    Bucket::new(&config(service, clock), "examplebucket").unwrap()
}

/// When URLs and forms that are good for a minute end.
fn ends(bucket: &Bucket) -> [i64; 2] {
    let get = alioss::Method::Get;
    let url = bucket
        .presign(get, Some("a"), MINUTE, &Options::new())
        .unwrap();
    let form = bucket.post_policy(MINUTE, "", &Options::new()).unwrap();
    [url.expiration.0, form.expiration.0]
}

/// Uploads what cannot be sent a second time.
fn put_stream(bucket: &Bucket) -> Result<u32, Error> {
    let mut source: &[u8] = b"hello";
    let body = Body::Stream {
        reader: &mut source,
        length: Some(5),
    };
    bucket
        .put_object("a", body, &Options::new())
        .map(|response| response.attempts())
}

fn is_near(time: i64, other: i64) -> bool {
    time.abs_diff(other) <= 5
}

#[test]
fn a_correction_ends_when_the_clock_is_set() {
    let (service, refused) = service(now);
    for wrong in [100, now() - 86_400, now() + 7200] {
        refused.store(0, Ordering::SeqCst);
        let clock = Clock::at(wrong);
        let bucket = bucket(&service, &clock);
        assert_eq!(put(&bucket).unwrap(), 2);
        // As long as it is wrong.
        assert!(
            ends(&bucket)
                .into_iter()
                .all(|end| is_near(end, now() + 60))
        );
        assert_eq!(put_stream(&bucket).unwrap(), 1);
        clock.set(now());
        let ends = ends(&bucket);
        assert!(
            ends.into_iter().all(|end| is_near(end, now() + 60)),
            "{wrong}: {ends:?}"
        );
        assert_eq!(put_stream(&bucket).unwrap(), 1, "{wrong}");
        assert_eq!(refused.load(Ordering::SeqCst), 1);
    }
}

#[test]
fn a_right_clock_is_not_corrected_by_what_a_wrong_one_taught() {
    let (service, _) = service(now);
    let session = alioss::Session::new(&Config::new()).unwrap();
    let with = |time| {
        let mut config = config(&service, &Clock::at(time));
        config.session(&session);
        Bucket::new(&config, "examplebucket").unwrap()
    };
    let (wrong, right) = (with(100), with(now()));
    assert_eq!(put(&wrong).unwrap(), 2);
    assert_eq!(put_stream(&right).unwrap(), 1);
    assert_eq!(put_stream(&wrong).unwrap(), 1);
}

#[test]
fn time_that_passes_between_signature_and_answer_is_not_an_error_of_the_clock() {
    // The machine sleeps for an hour after it signed: the signature is old, and the clock is right.
    let clock = Clock::at(now());
    let (machine, dates) = (clock.clone(), Arc::new(AtomicI64::new(0)));
    let signed = dates.clone();
    let service = http(move |_, head| {
        let time = signed_at(head);
        if signed.swap(time, Ordering::SeqCst) == 0 {
            machine.set(now() + 3600);
        }
        match time.abs_diff(machine.get()) <= TOLERATED {
            true => accepted(),
            false => skewed(machine.get()),
        }
    });
    let bucket = bucket(&service, &clock);
    assert_eq!(put(&bucket).unwrap(), 2);
    assert!(is_near(dates.load(Ordering::SeqCst), clock.get()));
    assert!(
        ends(&bucket)
            .into_iter()
            .all(|end| is_near(end, clock.get() + 60))
    );
}

#[test]
fn keys_that_only_look_expired_are_the_services_to_judge() {
    let folder = folder("look_expired");
    let (service, _) = service(now);
    // Good for an hour, by a clock that is two hours fast.
    let end = iso(now() + 3600);
    let text = format!(
        r#"{{"AccessKeyId":"STS.id","AccessKeySecret":"s","SecurityToken":"t","Expiration":"{end}"}}"#
    );
    let started = folder.join("started");
    let script = format!("echo x >> {}\necho '{text}'", started.display());
    let program = program(&folder, "keys", &script);
    let recipe = Recipe::parse(&format!("process:{}", program.display())).unwrap();
    let ends = Timestamp(now() + 3600);
    let callback = Callback(move || {
        let keys = Credentials::new("STS.id", "s", Some("t".to_owned()));
        Ok(keys.expires(ends))
    });
    for provider in [
        recipe.build().unwrap(),
        Arc::new(alioss::credentials::Cached::as_told(callback)),
    ] {
        let mut config = config(&service, &Clock::at(now() + 7200));
        config.credentials(provider);
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        assert_eq!(put(&bucket).unwrap(), 2);
        for _ in 0..20 {
            assert_eq!(put(&bucket).unwrap(), 1);
        }
    }
    let started = std::fs::read_to_string(started).unwrap();
    assert!(started.lines().count() <= 2, "{started}");
}

#[test]
fn a_wrong_date_of_who_gave_the_keys_does_not_end_them() {
    let (service, _) = service(now);
    for (year, attempts) in [("9999", 1), ("1970", 1)] {
        let dated = format!("Date: Fri, 31 Dec {year} 23:59:59 GMT\r\n");
        let metadata = http(move |line, _| match line.starts_with("put ") {
            true => (404, String::new(), String::new()),
            false => (200, dated.clone(), answers::keys(1, 3600)),
        });
        let text = format!("ecs-ram-role:role;endpoint={}", metadata.endpoint());
        let mut config = config(&service, &Clock::at(now()));
        config.credentials(Recipe::parse(&text).unwrap().build().unwrap());
        let bucket = Bucket::new(&config, "examplebucket").unwrap();
        assert_eq!(put(&bucket).unwrap(), attempts, "{year}");
    }
}

#[test]
fn keys_that_have_expired_are_refused_in_the_words_of_the_service() {
    let oss = Arc::new(answers::Oss::default());
    oss.expired.lock().unwrap().push("t".to_owned());
    let service = oss.start();
    let callback = Callback(|| {
        let keys = Credentials::new("STS.id", "s", Some("t".to_owned()));
        Ok(keys.expires(Timestamp(now() - 3600)))
    });
    let provider = alioss::credentials::Cached::as_told(callback);
    let error = put(&answers::bucket(&service, Arc::new(provider))).unwrap_err();
    assert_eq!(error.code(), "SecurityTokenExpired");
    assert_eq!(error.kind(), Kind::Denied);
}
