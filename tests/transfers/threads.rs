//! Threads of transfers: they end with it, and what goes wrong in one is an error.

use std::cell::Cell;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use alioss::credentials::{Callback, Credentials};

use super::support::transfer_threads;
use super::uploads::upload;
use super::*;

#[test]
fn a_panic_of_the_progress_function_ends_the_workers() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("panic", 8 * PART as usize);
    let panics = |_: u64, _: Option<u64>| -> bool { panic!("as the test wants") };
    let options = Options::new().progress(&panics);
    let run = || bucket.upload_file("a", folder.join("in"), &transfer(), &options);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    assert!(outcome.is_err());
    upload(&bucket, &folder).unwrap();
}

/// Keys that panic when they were asked for so many times.
fn panicking(server: &Server, after: usize) -> Bucket {
    let mut config = config(server);
    let asked = AtomicUsize::new(0);
    let keys = move || {
        if asked.fetch_add(1, Ordering::Relaxed) == after {
            panic!("as the test wants");
        }
        let (id, secret) = (oss_local::ACCESS_KEY_ID, oss_local::ACCESS_KEY_SECRET);
        Ok(Credentials::new(id, secret, None))
    };
    config.credentials(Arc::new(Callback(keys)));
    Bucket::new(&config, "examplebucket").unwrap()
}

#[test]
fn a_panic_in_a_worker_is_an_error() {
    let server = server();
    let calm = bucket(&server);
    let folder = folder("panics", 8 * PART as usize);
    calm.upload_file("a", folder.join("in"), &transfer(), &Options::new())
        .unwrap();
    // In the first request after HeadObject or InitiateMultipartUpload.
    let options = Options::new();
    let errors = [
        panicking(&server, 1)
            .upload_file("b", folder.join("in"), &transfer(), &options)
            .map(drop),
        panicking(&server, 1)
            .download_file("a", folder.join("out"), &transfer(), &options)
            .map(drop),
        panicking(&server, 2)
            .copy_large_object("b", "a", &transfer(), &options)
            .map(drop),
        read_all(&panicking(&server, 1)),
    ];
    for error in errors {
        let error = error.unwrap_err();
        assert_eq!(error.kind(), Kind::Bug, "{error}");
        assert!(
            error
                .to_string()
                .contains("a worker of a transfer panicked")
        );
    }
    assert!(!calm.object_exists("b", &Options::new()).unwrap());
}

fn read_all(bucket: &Bucket) -> Result<()> {
    let mut object = bucket.prefetch_object("a", &transfer(), &Options::new())?;
    let mut piece = vec![0; 100_000];
    while object.read(&mut piece)? > 0 {}
    Ok(())
}

/// In a process of its own, since other tests have such threads.
#[test]
#[cfg(target_os = "linux")]
fn no_thread_outlives_its_transfer() {
    if std::env::var_os("ALIOSS_TEST_THREADS").is_some() {
        return count_threads();
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "threads::no_thread_outlives_its_transfer"])
        .env("ALIOSS_TEST_THREADS", "1")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}

fn count_threads() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("outlive", 8 * PART as usize);
    let (path, transfer) = (folder.join("in"), transfer().workers(4));
    let most = Cell::new(0);
    let progress = |_: u64, _: Option<u64>| {
        most.set(most.get().max(transfer_threads()));
        true
    };
    let options = Options::new().progress(&progress);
    bucket.upload_file("a", &path, &transfer, &options).unwrap();
    assert!(most.get() > 0, "there were threads");
    assert_eq!(transfer_threads(), 0);
    let stop = |_: u64, _: Option<u64>| false;
    let stopped = Options::new().progress(&stop);
    bucket
        .download_file("a", folder.join("out"), &transfer, &stopped)
        .unwrap_err();
    assert_eq!(transfer_threads(), 0);
    bucket
        .copy_large_object("b", "a", &transfer, &stopped)
        .unwrap_err();
    assert_eq!(transfer_threads(), 0);
    let delay = Rule::new(Action::Delay { ms: 60_000 });
    server.inject(delay.operation("UploadPart").times(100));
    let mut writer = bucket.writer("c", &transfer, &Options::new()).unwrap();
    writer.write_all(&content(3 * PART as usize)).unwrap();
    // Threads get their names when they begin to run.
    while transfer_threads() < 4 {
        std::thread::yield_now();
    }
    drop(writer);
    assert_eq!(transfer_threads(), 0, "although its parts were stuck");
    let mut object = bucket
        .prefetch_object("a", &transfer, &Options::new())
        .unwrap();
    object.read(&mut [0; 10]).unwrap();
    assert!(transfer_threads() > 0);
    drop(object);
    assert_eq!(transfer_threads(), 0);
}
