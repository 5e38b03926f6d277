//! What callers give and are told: arguments, options, progress, dry runs, threads.

use super::support::transfer_threads;
use super::*;

#[test]
fn progress_goes_forward_to_the_end_and_callbacks_run_on_the_calling_thread() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("progress"), scratch("progress-back"));
    let files = write_tree(&here);
    let all: usize = files.values().map(Vec::len).sum();
    let thread = std::thread::current().id();
    let last = Cell::new((0, None));
    let progress = |done: u64, total: Option<u64>| {
        assert_eq!(std::thread::current().id(), thread);
        assert!(done >= last.get().0, "progress went back");
        last.set((done, total));
        true
    };
    let told = RefCell::new(Vec::new());
    let on_outcome = |outcome: &Outcome| {
        assert_eq!(std::thread::current().id(), thread);
        assert_eq!(outcome.kind, OutcomeKind::Transferred);
        assert!(outcome.path.is_file());
        told.borrow_mut().push(outcome.key.clone());
        true
    };
    let how = how().on_outcome(&on_outcome);
    let options = Options::new().progress(&progress);
    // A request that is repeated counts once.
    server.inject(Rule::new(Action::Status(Status::default())).operation("PutObject"));
    bucket.upload_directory("p", &here, &how, &options).unwrap();
    assert_eq!(last.take(), (all as u64, Some(all as u64)));
    bucket
        .download_directory("p", &back, &how, &options)
        .unwrap();
    assert_eq!(last.take(), (all as u64, Some(all as u64)));
    assert_eq!(told.borrow().len(), 18);
}

#[test]
fn a_dry_run_changes_nothing_and_says_what_would_be_done() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("dry"), scratch("dry-back"));
    write_files(&here, &[("a", b"a"), ("d/b", b"b")]);
    put(&bucket, "p/old", b"x");
    let dry = how().delete().dry_run();
    assert_eq!(counts(&up(&bucket, &here, &dry).unwrap()), [2, 0, 0, 0, 1]);
    assert_eq!(keys(&bucket), ["p/old"]);
    let missing = back.join("missing");
    assert_eq!(
        counts(&down(&bucket, &missing, &dry).unwrap()),
        [1, 0, 0, 0, 0]
    );
    assert!(!missing.exists());
    assert_eq!(
        counts(&down(&bucket, &here, &dry).unwrap()),
        [1, 0, 0, 0, 2]
    );
    assert_eq!(local(&here).len(), 2);
}

#[test]
fn headers_are_those_of_each_object_and_a_limit_is_shared() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("headers");
    write_files(&here, &[("a.html", b"a"), ("b", &content(4 * PART))]);
    let options = Options::new()
        .header("x-oss-meta-color", "blue")
        .header("x-oss-traffic-limit", "83886080");
    bucket
        .upload_directory("", &here, &how(), &options)
        .unwrap();
    for (key, kind) in [("a.html", "text/html"), ("b", "application/octet-stream")] {
        let head = bucket.head_object(key, &Options::new()).unwrap();
        assert_eq!(head.header("x-oss-meta-color"), Some("blue"));
        assert_eq!(head.header("content-type"), Some(kind));
    }
    for request in server.requests() {
        let header = |name: &str| request.headers.iter().find(|(found, _)| found == name);
        let limit = header("x-oss-traffic-limit").map(|(_, limit)| limit.as_str());
        match request.operation.as_str() {
            "PutObject" | "UploadPart" => assert_eq!(limit, Some("27962026")),
            "ListObjectsV2" => assert!(header("x-oss-meta-color").is_none()),
            _ => {}
        }
    }
}

#[test]
fn arguments_are_checked_before_anything_is_sent() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("arguments");
    server.clear_requests();
    let rows = [
        (how().overwrite().delete(), "`overwrite` and `delete`"),
        (
            how().overwrite().compare_content(),
            "`overwrite` and `compare_content`",
        ),
        (how().transfer(Transfer::new().workers(65)), "`workers`"),
    ];
    for (how, words) in rows {
        for failed in [up(&bucket, &here, &how), down(&bucket, &here, &how)] {
            let failed = failed.unwrap_err();
            assert_eq!(failed.error().kind(), Kind::InvalidArgument);
            assert!(failed.to_string().starts_with(words), "{failed}");
        }
    }
    let failed = bucket.upload_directory("/p", &here, &how(), &Options::new());
    assert!(failed.unwrap_err().to_string().starts_with("`prefix`"));
    assert!(server.requests().is_empty());
}

/// In a process of its own: other tests have workers, too.
#[test]
fn no_more_threads_run_than_the_whole_may_have_and_none_stays() {
    if let Ok(endpoint) = std::env::var("ALIOSS_TEST_THREADS") {
        let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
        let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
        let most = Cell::new(0);
        let progress = |_: u64, _: Option<u64>| {
            most.set(most.get().max(transfer_threads()));
            true
        };
        let options = Options::new().progress(&progress);
        let how = DirectoryTransfer::new().transfer(small_parts().workers(2));
        bucket
            .upload_directory("p", folder.join("in"), &how, &options)
            .unwrap();
        bucket
            .download_directory("p", folder.join("out"), &how, &options)
            .unwrap();
        assert_eq!(transfer_threads(), 0);
        assert_eq!(most.get(), 2, "files and parts share the workers");
        return;
    }
    let server = server();
    let _bucket = bucket(&server);
    let folder = scratch("threads");
    write_tree(&folder.join("in"));
    server.inject(Rule::new(Action::Delay { ms: 20 }).times(100_000));
    let mut child = std::process::Command::new(std::env::current_exe().unwrap());
    child.args([
        "--exact",
        "calls::no_more_threads_run_than_the_whole_may_have_and_none_stays",
    ]);
    child
        .env("ALIOSS_TEST_THREADS", server.endpoint())
        .env("ALIOSS_TEST_FOLDER", &folder);
    let output = child.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
    assert!(local(&folder.join("out")) == local(&folder.join("in")));
}

/// What a program needs that removes what was moved.
#[test]
fn outcomes_tell_which_object_it_was_and_which_state_of_the_file() {
    let server = server();
    let (bucket, here, back) = (bucket(&server), scratch("told"), scratch("told-back"));
    write_files(&here, &[("large", &content(3 * PART)), ("small", b"one")]);
    make_old(&here);
    let told = RefCell::new(Vec::new());
    let on_outcome = |outcome: &Outcome| {
        told.borrow_mut().push(outcome.clone());
        true
    };
    let how = how().on_outcome(&on_outcome);
    let head = |outcome: &Outcome| bucket.head_object(&outcome.key, &Options::new()).unwrap();
    a_minute_later(&server, || up(&bucket, &here, &how)).unwrap();
    // By its times, then by its content.
    up(&bucket, &here, &how).unwrap();
    up(&bucket, &here, &how.clone().compare_content()).unwrap();
    assert_eq!(told.borrow().len(), 6);
    for outcome in told.take() {
        let state = FileState::of(&outcome.path).unwrap();
        assert_eq!(outcome.file, Some(state), "{outcome:?}");
        assert_eq!(outcome.etag, head(&outcome).etag().unwrap(), "{outcome:?}");
        assert!(
            state.changed_ns > state.modified_ns && state.number != 0,
            "{state:?}"
        );
    }
    down(&bucket, &back, &how).unwrap();
    down(&bucket, &back, &how).unwrap();
    down(&bucket, &back, &how.clone().compare_content()).unwrap();
    assert_eq!(told.borrow().len(), 6);
    for outcome in told.take() {
        let head = head(&outcome);
        assert_eq!(outcome.etag, head.etag().unwrap(), "{outcome:?}");
        assert_eq!(outcome.last_modified, head.last_modified(), "{outcome:?}");
        assert_eq!(outcome.file, None);
    }
    // What a file has, and not what it had when it was listed.
    let grows = |_: u64, _: Option<u64>| {
        fs::write(here.join("small"), b"longer").unwrap();
        true
    };
    let options = Options::new().progress(&grows);
    let how = how.transfer(small_parts().workers(1)).overwrite();
    fs::write(here.join("a"), b"first").unwrap();
    bucket.upload_directory("p", &here, &how, &options).unwrap();
    let sizes: Vec<u64> = told.take().iter().map(|outcome| outcome.size).collect();
    assert_eq!(
        sizes.iter().filter(|size| **size == 6).count(),
        1,
        "{sizes:?}"
    );
}
