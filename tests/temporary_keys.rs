//! A program on temporary keys that end every few seconds, against a service that takes them only as long as they are good.
//!
//! `TEMPORARY_KEYS_SECONDS=120 cargo test --test temporary_keys -- --nocapture` runs it for longer, and shows its figures.

mod support;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use alioss::{Bucket, Config, Options};
use oss_local::{ACCESS_KEY_ID, ACCESS_KEY_SECRET, Server};

const THREADS: usize = 64;

/// How long keys live, and the shortest and longest time after which they are renewed: 75 to 85 % of it.
const LIFE: Duration = Duration::from_secs(4);
const SOONEST: Duration = Duration::from_millis(3000);
const LATEST: Duration = Duration::from_millis(3400);

fn server() -> Server {
    support::start(oss_local::Options {
        sts_lifetime: Some(LIFE),
        ..oss_local::Options::default()
    })
}

fn bucket(server: &Server) -> Bucket {
    let owner = "0123456789012345";
    let role = format!(
        "assume-role:acs:ram::{owner}:role/test;sts-endpoint=127.0.0.1:{}",
        server.https_port().unwrap()
    );
    let mut recipe = alioss::credentials::Recipe::parse(&role).unwrap();
    let keys = alioss::Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None);
    recipe.base(std::sync::Arc::new(alioss::Static::new(keys).unwrap()));
    let mut config = Config::new();
    config
        .endpoint(&server.endpoint())
        .region(server.region())
        .ca_file(server.ca_file())
        .pool_size(THREADS)
        .credentials(recipe.build().unwrap());
    Bucket::new(&config, "examplebucket").unwrap()
}

/// How many requests were made, and what the failed ones said.
fn work(bucket: &Bucket, end: Instant, pause: Duration) -> (usize, Vec<String>) {
    let made = AtomicUsize::new(0);
    let failures = std::sync::Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (made, failures) = (&made, &failures);
            scope.spawn(move || {
                while Instant::now() < end {
                    let key = format!("key{thread}");
                    if let Err(error) = bucket.put_object(&key, "hello", &Options::new()) {
                        failures.lock().unwrap().push(error.to_string());
                    }
                    made.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(pause);
                }
            });
        }
    });
    (made.into_inner(), failures.into_inner().unwrap())
}

#[test]
fn keys_that_end_every_few_seconds_are_never_noticed() {
    let seconds = std::env::var("TEMPORARY_KEYS_SECONDS").unwrap_or_default();
    let time = Duration::from_secs(seconds.parse().unwrap_or(8));
    let server = server();
    let bucket = bucket(&server);
    bucket.put_bucket(&Options::new()).unwrap();
    let mut seen = Seen::default();
    let began = Instant::now();
    let (mut made, mut failures) = (0, Vec::new());
    // The server remembers so many requests only.
    while began.elapsed() < time {
        let end = (Instant::now() + Duration::from_secs(8)).min(began + time);
        let (more, failed) = work(&bucket, end, Duration::from_millis(50));
        made += more;
        failures.extend(failed);
        seen.take(&server);
    }
    let took = began.elapsed();
    let apart: Vec<i64> = seen
        .asked
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    println!(
        "{made} requests by {THREADS} threads in {took:?}: {:?}; STS asked {} times, {:?} to {:?} ms apart",
        seen.requests,
        seen.asked.len(),
        apart.iter().min(),
        apart.iter().max()
    );
    assert_eq!(failures, Vec::<String>::new(), "of {made} requests");
    // Never sooner than keys are due, however many threads find that they are: one renewal per period.
    let soonest = i64::try_from(SOONEST.as_millis()).unwrap();
    assert!(
        apart.iter().all(|apart| *apart >= soonest - 100),
        "{apart:?}"
    );
    let least = took.as_millis() / (LATEST.as_millis() + 1000);
    assert!(seen.asked.len() as u128 > least, "{apart:?}");
}

/// What came to the server.
#[derive(Default)]
struct Seen {
    /// How many of each kind, and with which status.
    requests: BTreeMap<(String, u16), usize>,
    /// When STS was asked, in milliseconds.
    asked: Vec<i64>,
}

impl Seen {
    /// Between two rounds of work, when nothing comes.
    fn take(&mut self, server: &Server) {
        for request in server.requests() {
            if request.operation == "Sts" {
                self.asked.push(request.received_at_ms);
            }
            let kind = (request.operation, request.status);
            *self.requests.entry(kind).or_default() += 1;
        }
        server.clear_requests();
    }
}
