//! Keys that are kept: who asks for others, when, and who waits for them.

#[path = "peer/keys.rs"]
mod answers;
mod peer;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use alioss::credentials::{Asking, Cached, Chain, CredentialsProvider};
use alioss::{Bucket, Cancel, Config, Credentials, Error, Kind, Options, Timestamp};
use answers::{Oss, bucket, http, now, put};

/// A provider that gives what it is told, and counts.
#[derive(Default)]
struct Scripted {
    asked: AtomicUsize,
    life: i64,
    fails: AtomicBool,
    takes: Duration,
}

impl CredentialsProvider for Scripted {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        std::thread::sleep(self.takes);
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::new(Kind::Credentials, "the script says no"));
        }
        let keys = Credentials::new("id", "secret", Some(format!("token{number}")));
        Ok(Some(Arc::new(keys.expires(Timestamp(now() + self.life)))))
    }
}

#[test]
fn many_threads_ask_once_per_life_of_the_keys() {
    let script = Arc::new(Scripted {
        life: 2,
        takes: Duration::from_millis(50),
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    let end = Instant::now() + Duration::from_secs(6);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while Instant::now() < end {
                    put(&bucket).unwrap();
                    std::thread::sleep(Duration::from_millis(2));
                }
            });
        }
    });
    let asked = script.asked.load(Ordering::SeqCst);
    // The clock of the expiry has whole seconds: a life is one to two of them.
    assert!((3..=8).contains(&asked), "asked {asked} times in 6 s");
}

#[test]
fn old_keys_stay_in_use_while_they_are_good_and_failures_are_not_hammered() {
    let script = Arc::new(Scripted {
        life: 3,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    let began = Instant::now();
    put(&bucket).unwrap();
    script.fails.store(true, Ordering::SeqCst);
    let mut failed = None;
    let mut puts = 0;
    while began.elapsed() < Duration::from_secs(5) {
        match put(&bucket) {
            Ok(_) => assert!(failed.is_none(), "keys came from nowhere"),
            Err(error) => _ = failed.get_or_insert((began.elapsed(), error)),
        }
        puts += 1;
        std::thread::sleep(Duration::from_millis(5));
    }
    let (when, error) = failed.expect("the keys never ended");
    assert!(when >= Duration::from_millis(1900), "ended after {when:?}");
    assert_eq!(error.message(), "the script says no");
    let asked = script.asked.load(Ordering::SeqCst);
    assert!(
        asked < 12 && asked < puts / 4,
        "asked {asked} times for {puts} puts"
    );
    // It is back: so are we, soon.
    script.fails.store(false, Ordering::SeqCst);
    let began = Instant::now();
    while put(&bucket).is_err() {
        assert!(began.elapsed() < Duration::from_secs(10));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A provider that answers at once at first, and later only when the test lets it.
#[derive(Default)]
struct Gated {
    asked: AtomicUsize,
    is_open: AtomicBool,
    life: i64,
    /// How many left before the gate was open.
    cancelled: AtomicUsize,
    threads: Mutex<Vec<std::thread::ThreadId>>,
}

impl CredentialsProvider for Gated {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let this = std::thread::current().id();
        self.threads.lock().unwrap().push(this);
        while number > 1 && !self.is_open.load(Ordering::SeqCst) {
            if let Err(error) = asking.check() {
                self.cancelled.fetch_add(1, Ordering::SeqCst);
                return Err(error);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let keys = Credentials::new("id", "secret", Some(format!("token{number}")));
        Ok(Some(Arc::new(keys.expires(Timestamp(now() + self.life)))))
    }
}

fn gated(life: i64) -> Arc<Gated> {
    Arc::new(Gated {
        life,
        ..Gated::default()
    })
}

/// Waits until `provider` has been asked so often; `meanwhile` goes on.
fn until_asked(provider: &Gated, times: usize, mut meanwhile: impl FnMut()) {
    let end = Instant::now() + Duration::from_secs(30);
    while provider.asked.load(Ordering::SeqCst) < times {
        assert!(Instant::now() < end, "nobody renews");
        meanwhile();
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn no_request_waits_for_new_keys_while_the_old_ones_are_good() {
    let provider = gated(12);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(provider.clone())));
    let puts = || oss.tokens().len();
    // One thread: if its request waited for the provider, nothing would go on.
    until_asked(&provider, 2, || assert_eq!(put(&bucket).unwrap(), 1));
    let before = puts();
    for _ in 0..20 {
        assert_eq!(put(&bucket).unwrap(), 1);
    }
    assert_eq!(puts(), before + 20);
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    assert!(oss.tokens().iter().all(|token| token == "token1"));
    provider.is_open.store(true, Ordering::SeqCst);
    let end = Instant::now() + Duration::from_secs(10);
    while oss.tokens().last().is_some_and(|token| token == "token1") {
        assert!(Instant::now() < end, "the new keys are never used");
        put(&bucket).unwrap();
    }
    assert_eq!(oss.tokens().last().unwrap(), "token2");
    let threads = provider.threads.lock().unwrap();
    assert_eq!(threads[0], std::thread::current().id());
    assert_ne!(threads[1], threads[0]);
}

#[test]
fn requests_wait_within_their_own_limits_for_keys_that_are_renewed_when_the_old_ones_have_ended() {
    let provider = gated(8);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(provider.clone())));
    until_asked(&provider, 2, || _ = put(&bucket).unwrap());
    std::thread::sleep(Duration::from_millis(8100));
    let options = Options::new().timeout(Duration::from_millis(200));
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    let cancel = Cancel::new();
    cancel.cancel();
    let options = Options::new().cancel(&cancel);
    let error = bucket.put_object("a", "hello", &options).unwrap_err();
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
    std::thread::scope(|scope| {
        let waiting: Vec<_> = (0..8).map(|_| scope.spawn(|| put(&bucket))).collect();
        provider.is_open.store(true, Ordering::SeqCst);
        for thread in waiting {
            assert_eq!(thread.join().unwrap().unwrap(), 1);
        }
    });
    assert_eq!(provider.asked.load(Ordering::SeqCst), 2);
}

#[test]
fn who_renews_ends_with_the_bucket_and_another_bucket_goes_on() {
    let provider = gated(12);
    let shared = Arc::new(Cached::new(provider.clone()));
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let first = bucket(&server, shared.clone());
    until_asked(&provider, 2, || _ = put(&first).unwrap());
    drop(first);
    // It was told, and waited for.
    assert_eq!(provider.cancelled.load(Ordering::SeqCst), 1);
    // Where buckets do not live long enough, a request does it: else each of them would begin and none would finish.
    let second = bucket(&server, shared);
    std::thread::scope(|scope| {
        let putting = scope.spawn(|| (std::thread::current().id(), put(&second)));
        until_asked(&provider, 3, || {});
        provider.is_open.store(true, Ordering::SeqCst);
        let (thread, done) = putting.join().unwrap();
        assert_eq!(done.unwrap(), 1);
        assert_eq!(provider.threads.lock().unwrap()[2], thread);
    });
    assert_eq!(oss.tokens().last().unwrap(), "token3");
}

#[test]
fn a_function_of_the_callers_is_never_asked_on_another_thread() {
    let provider = gated(3);
    provider.is_open.store(true, Ordering::SeqCst);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::as_told(provider.clone())));
    until_asked(&provider, 3, || _ = put(&bucket).unwrap());
    let threads = provider.threads.lock().unwrap();
    let this = std::thread::current().id();
    assert!(threads.iter().all(|thread| *thread == this));
}

#[test]
fn a_function_of_the_callers_that_fails_is_asked_each_time() {
    let script = Arc::new(Scripted {
        life: 3600,
        fails: AtomicBool::new(true),
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::as_told(script.clone())));
    for asked in 1..4 {
        put(&bucket).unwrap_err();
        assert_eq!(script.asked.load(Ordering::SeqCst), asked);
    }
    script.fails.store(false, Ordering::SeqCst);
    put(&bucket).unwrap();
    put(&bucket).unwrap();
    assert_eq!(script.asked.load(Ordering::SeqCst), 4);
}

#[test]
fn refused_keys_are_asked_for_once_more() {
    let script = Arc::new(Scripted {
        life: 3600,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    put(&bucket).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    oss.expired.lock().unwrap().push("token1".into());
    assert_eq!(put(&bucket).unwrap(), 2);
    assert_eq!(oss.tokens(), ["token1", "token1", "token2"]);
    // What is refused although it is new is not asked for again and again.
    oss.expired
        .lock()
        .unwrap()
        .extend((2..=30).map(|number| format!("token{number}")));
    let error = put(&bucket).unwrap_err();
    assert_eq!(error.code(), "SecurityTokenExpired");
    let before = script.asked.load(Ordering::SeqCst);
    let began = Instant::now();
    for _ in 0..20 {
        put(&bucket).unwrap_err();
    }
    // Those of a second are not new any more.
    let seconds = began.elapsed().as_secs() as usize;
    assert!(script.asked.load(Ordering::SeqCst) <= before + 1 + seconds);
}

#[test]
fn only_what_says_that_keys_are_no_good_has_others_asked_for() {
    for (code, attempts) in [
        ("InvalidAccessKeyId", 2),
        ("SecurityTokenExpired", 2),
        ("InvalidSecurityToken", 2),
        ("AccessKeyIdAndSecurityTokenNotMatch", 2),
        ("SignatureDoesNotMatch", 1),
        ("AccessDenied", 1),
    ] {
        let script = Arc::new(Scripted {
            life: 3600,
            ..Scripted::default()
        });
        let store = http(move |_, head| {
            let body = format!("<Error><Code>{code}</Code></Error>");
            match head.contains("x-oss-security-token: token1") {
                true => (403, "x-oss-request-id: 1\r\n".to_owned(), body),
                false => (200, "x-oss-request-id: 1\r\n".to_owned(), String::new()),
            }
        });
        // Asked directly, without a cache.
        let bucket = bucket(&store, script.clone());
        let made = put(&bucket).unwrap_or_else(|error| error.attempts());
        assert_eq!(made, attempts, "{code}");
        let asked = script.asked.load(Ordering::SeqCst);
        assert_eq!(asked, attempts as usize, "{code}");
    }
}

/// Answers to HEAD have no body: all they say is in headers.
#[test]
fn keys_that_an_answer_without_a_body_refuses_are_asked_for_once_more() {
    for ec in ["02", "03", "04", "06", "07", "08", "902", "903", "904"] {
        let script = Arc::new(Scripted {
            life: 3600,
            ..Scripted::default()
        });
        let store = http(move |_, head| {
            let refuses = head.contains("x-oss-security-token: token1");
            let headers = format!("x-oss-request-id: 1\r\nx-oss-ec: 0002-{ec:0>8}\r\n");
            (if refuses { 403 } else { 200 }, headers, String::new())
        });
        let options = Options::new().timeout(Duration::from_secs(20));
        let got = bucket(&store, script).head_object("a.txt", &options);
        assert_eq!(got.unwrap().attempts(), 2, "{ec}");
    }
}

#[test]
fn a_chain_asks_all_again_until_one_has_keys_and_then_only_that_one() {
    let script = |fails| {
        Arc::new(Scripted {
            life: 3600,
            fails: AtomicBool::new(fails),
            ..Scripted::default()
        })
    };
    let (first, second) = (script(true), script(true));
    let chain =
        alioss::credentials::Chain::of(vec![Arc::new(first.clone()), Arc::new(second.clone())]);
    let chain = Arc::new(chain);
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, chain.clone());
    let error = put(&bucket).unwrap_err().to_string();
    assert_eq!(
        error,
        "no provider of the chain has credentials: the script says no; the script says no"
    );
    first.fails.store(false, Ordering::SeqCst);
    put(&bucket).unwrap();
    put(&bucket).unwrap();
    assert_eq!(first.asked.load(Ordering::SeqCst), 3);
    assert_eq!(second.asked.load(Ordering::SeqCst), 1);
    assert_eq!(chain.name(), "chain: provider");
}

#[test]
fn keys_that_look_expired_are_asked_for_every_few_seconds() {
    let script = Arc::new(Scripted {
        life: -60,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let bucket = bucket(&server, Arc::new(Cached::new(script.clone())));
    let end = Instant::now() + Duration::from_secs(6);
    while Instant::now() < end {
        put(&bucket).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
    let asked = script.asked.load(Ordering::SeqCst);
    assert!((2..=3).contains(&asked), "asked {asked} times in 6 s");
}

#[test]
fn a_clock_that_panics_does_not_keep_others_waiting() {
    let script = Arc::new(Scripted {
        life: 3600,
        ..Scripted::default()
    });
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let panics = Arc::new(AtomicBool::new(false));
    let (clock, provider) = (panics.clone(), script.clone());
    let mut config = Config::new();
    config
        .endpoint(&server.endpoint())
        .region("cn-hangzhou")
        .credentials(Arc::new(Cached::new(script.clone())))
        // From the moment when the keys were given.
        .clock(move || {
            let is_given = provider.asked.load(Ordering::SeqCst) == 1;
            assert!(!is_given || !clock.load(Ordering::SeqCst), "for the test");
            now()
        });
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    panics.store(true, Ordering::SeqCst);
    let call = std::panic::AssertUnwindSafe(|| put(&bucket));
    assert!(std::panic::catch_unwind(call).is_err());
    panics.store(false, Ordering::SeqCst);
    put(&bucket).unwrap();
}

#[test]
fn a_chain_whose_provider_is_busy_is_asked_again() {
    for (status, attempts) in [(503, 2), (404, 0)] {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let metadata = http(move |line, _| match line.starts_with("put ") {
            true => answers::say(404, ""),
            false if count.fetch_add(1, Ordering::SeqCst) == 0 => answers::say(status, ""),
            false => answers::say(200, answers::keys(1, 3600)),
        });
        let missing = Arc::new(Scripted {
            fails: AtomicBool::new(true),
            ..Scripted::default()
        });
        let text = format!("ecs-ram-role:my-role;endpoint={}", metadata.endpoint());
        let chain = Chain::of(vec![missing, answers::provider(&text)]);
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let bucket = bucket(&server, Arc::new(chain));
        match put(&bucket) {
            Ok(made) => assert_eq!(made, attempts),
            Err(error) => {
                assert_eq!(error.attempts(), attempts, "{error}");
                assert!(!error.is_retryable());
                assert_eq!(asked.load(Ordering::SeqCst), 1);
            }
        }
    }
}
