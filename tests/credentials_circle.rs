//! A provider of keys that sends a request which needs those very keys: it is told so, where it would wait for itself.

#[path = "peer/keys.rs"]
mod answers;
mod peer;

use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, mpsc};
use std::time::Duration;

use alioss::credentials::{Asking, AssumeRole, Cached, CredentialsProvider, Role};
use alioss::{Bucket, Credentials, Error, Kind, Options, Timestamp, Transfer};
use answers::{Oss, bucket, now, put};

type Inner = fn(&Bucket) -> Result<(), Error>;

/// Does something with a bucket before it gives keys.
struct Circle {
    bucket: OnceLock<Bucket>,
    inner: Inner,
    /// Seconds; `None` if they are not to be kept.
    life: Option<i64>,
    errors: Mutex<Vec<Error>>,
}

impl CredentialsProvider for Circle {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        if let Some(bucket) = self.bucket.get()
            && let Err(error) = (self.inner)(bucket)
        {
            self.errors.lock().unwrap().push(error);
        }
        let keys = Credentials::new("id", "secret", None);
        Ok(Some(Arc::new(match self.life {
            Some(life) => keys.expires(Timestamp(now() + life)),
            None => keys,
        })))
    }
}

fn circle(inner: Inner, life: Option<i64>) -> Arc<Circle> {
    Arc::new(Circle {
        bucket: OnceLock::new(),
        inner,
        life,
        errors: Mutex::default(),
    })
}

fn store(bucket: &Bucket) -> Result<(), Error> {
    put(bucket).map(drop)
}

/// Its workers need the keys.
fn upload(bucket: &Bucket) -> Result<(), Error> {
    let file = std::env::temp_dir().join(format!("alioss-circle-{}", std::process::id()));
    let mut content = std::fs::File::create(&file).unwrap();
    content.write_all(&[0; 300 << 10]).unwrap();
    let how = Transfer::new().part_size(100 << 10).workers(2);
    let options = Options::new().timeout(Duration::from_secs(20));
    let uploaded = bucket.upload_file("large", &file, &how, &options);
    let _ = std::fs::remove_file(file);
    uploaded.map(drop)
}

/// Runs `work` in a thread of its own, and fails if it does not end.
fn ends(work: impl FnOnce() + Send + 'static) {
    let (done, end) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        work();
        done.send(()).unwrap();
    });
    if end.recv_timeout(Duration::from_secs(15)) == Err(mpsc::RecvTimeoutError::Timeout) {
        panic!("it waits for itself");
    }
    thread.join().unwrap();
}

fn is_told(circle: &Circle) {
    let errors = circle.errors.lock().unwrap();
    assert!(!errors.is_empty(), "it got the keys that it did not give");
    for error in errors.iter() {
        assert_eq!(error.kind(), Kind::Credentials, "{error}");
        assert!(!error.is_retryable(), "{error}");
        let words = "`credentials`: the provider (provider) asked for the keys that it is to give";
        assert!(error.message().contains(words), "{error}");
    }
}

#[test]
fn a_provider_that_needs_its_own_keys_is_told_and_can_still_give_them() {
    for (inner, life) in [
        (store as Inner, Some(3600)),
        (store, None),
        (upload, Some(3600)),
        (upload, None),
    ] {
        ends(move || {
            let (oss, circle) = (Arc::new(Oss::default()), circle(inner, life));
            let server = oss.start();
            let bucket = bucket(&server, Arc::new(Cached::as_told(circle.clone())));
            assert!(circle.bucket.set(bucket.clone()).is_ok());
            // Also the second time, when it is known that keys are not kept.
            put(&bucket).unwrap();
            put(&bucket).unwrap();
            is_told(&circle);
            assert_eq!(oss.tokens().len(), 2);
        });
    }
}

#[test]
fn a_circle_of_several_providers_is_one_too() {
    ends(|| {
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let (one, other) = (circle(store, Some(3600)), circle(store, Some(3600)));
        let of_one = bucket(&server, Arc::new(Cached::as_told(one.clone())));
        let of_other = bucket(&server, Arc::new(Cached::as_told(other.clone())));
        // The one asks a bucket of the other, and that a bucket of the first.
        assert!(one.bucket.set(of_other).is_ok());
        assert!(other.bucket.set(of_one.clone()).is_ok());
        put(&of_one).unwrap();
        is_told(&other);
        assert!(one.errors.lock().unwrap().is_empty());
    });
}

#[test]
fn a_role_whose_own_keys_would_be_needed_to_take_it_on_is_a_circle() {
    ends(|| {
        let oss = Arc::new(Oss::default());
        let server = oss.start();
        let base = circle(store, None);
        let role = Role::new("acs:ram::1:role/r").unwrap();
        let role = role.endpoint("127.0.0.1:1").unwrap();
        let keys: Arc<dyn CredentialsProvider> = base.clone();
        let role = AssumeRole::new(Arc::new(Cached::as_told(keys)), role);
        let bucket = bucket(&server, Arc::new(Cached::new(role)));
        assert!(base.bucket.set(bucket.clone()).is_ok());
        // Nobody is there to ask for the role.
        put(&bucket).unwrap_err();
        let errors = base.errors.lock().unwrap();
        assert!(
            errors[0]
                .message()
                .contains("(assume-role with provider) asked for the keys"),
            "{}",
            errors[0]
        );
    });
}
