//! Failures of single files and of everything.

use super::*;

#[test]
fn one_failed_file_does_not_stop_the_others_unless_asked() {
    for workers in [1, 3] {
        let server = server();
        let bucket = bucket(&server);
        let (here, back) = (scratch("failed"), scratch("failed-back"));
        write_tree(&here);
        let transfer = small_parts().workers(workers);
        let how = DirectoryTransfer::new().transfer(transfer);
        let refuse = || {
            let refusal = Action::Status(Status::new(403, "AccessDenied"));
            let rule = Rule::new(refusal.clone()).key_prefix("p/a/c/d");
            server.inject(rule.times(100));
            // Of the largest one, some part.
            let rule = Rule::new(refusal).key_prefix("p/z/large");
            server.inject(rule.skip(5).times(100));
        };
        refuse();
        let failed = up(&bucket, &here, &how).unwrap_err();
        assert_eq!(counts(failed.report()), [7, 0, 0, 2, 0]);
        assert!(
            failed.to_string().starts_with("2 failed, the first: p/"),
            "{failed}"
        );
        server.clear_rules();
        server.clear_requests();
        let report = up(&bucket, &here, &how).unwrap();
        assert_eq!(counts(&report), [2, 7, 0, 0, 0]);
        assert!(
            count(&server, "UploadPart") < 12,
            "it goes on by its record"
        );
        let uploads = bucket
            .list_multipart_uploads(ListMultipartUploads::default(), &Options::new())
            .count();
        assert_eq!(uploads, 0);
        refuse();
        let failed = down(&bucket, &back, &how).unwrap_err();
        assert_eq!(counts(failed.report()), [7, 0, 0, 2, 0]);
        server.clear_rules();
        assert_eq!(
            counts(&down(&bucket, &back, &how).unwrap()),
            [2, 7, 0, 0, 0]
        );
        assert!(local(&back) == local(&here));

        refuse();
        let stop = how.overwrite().stop_at_failure();
        let failed = up(&bucket, &here, &stop).unwrap_err();
        let [done, _, _, failures, _] = counts(failed.report());
        assert!(failures >= 1 && done < 8, "{done} done");
        assert!(failed.to_string().starts_with("p/"), "{failed}");
    }
}

/// What was on its way when another one failed is told of as it is counted.
#[test]
fn what_ends_after_the_first_failure_is_told_too() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("told-after");
    write_files(
        &here,
        &[
            ("a", &content(10)),
            ("b", &content(10)),
            ("c", &content(10)),
        ],
    );
    let refused = Action::Status(Status::new(403, "AccessDenied"));
    server.inject(Rule::new(refused).key_prefix("p/a"));
    let slow = Rule::new(Action::Delay { ms: 500 }).operation("PutObject");
    server.inject(slow.times(2));
    let told = std::cell::RefCell::new(Vec::new());
    let tell = |outcome: &Outcome| {
        told.borrow_mut().push(outcome.key.clone());
        true
    };
    let how = DirectoryTransfer::new()
        .transfer(Transfer::new().workers(3))
        .stop_at_failure()
        .on_outcome(&tell);
    let failed = up(&bucket, &here, &how).unwrap_err();
    let [done, _, _, failures, _] = counts(failed.report());
    assert_eq!(failures, 1, "{failed}");
    assert_eq!(told.borrow().len() as u64, done + failures);
    assert_eq!(told.borrow().first().unwrap(), "p/a");

    // Who wants no more after the failure is told why it ended: that.
    server.inject(Rule::new(Action::Status(Status::new(403, "AccessDenied"))).key_prefix("p/a"));
    let slow = Rule::new(Action::Delay { ms: 500 }).operation("PutObject");
    server.inject(slow.times(2));
    let only_first = |outcome: &Outcome| outcome.key == "p/a";
    let failed = up(&bucket, &here, &how.overwrite().on_outcome(&only_first)).unwrap_err();
    assert_eq!(failed.error().kind(), Kind::Denied, "{failed}");
}

#[test]
fn faults_on_the_way_are_overcome() {
    let server = server();
    let mut config = support::config(&server.endpoint());
    let short = Duration::from_millis(1);
    // All faults may meet the same file.
    config.backoff(short, short).attempts(20);
    let bucket = new_bucket(&config);
    let (here, back) = (scratch("faults"), scratch("faults-back"));
    let files = write_tree(&here);
    let faults = || {
        for skip in [0, 3, 6] {
            let busy = Rule::new(Action::Status(Status::default()));
            server.inject(busy.skip(skip));
            server.inject(Rule::new(Action::Reset { after_bytes: 10 }).skip(skip + 1));
        }
        server.inject(
            Rule::new(Action::StoreThenReset)
                .operation("PutObject")
                .skip(1),
        );
        let cut = Action::CutBody {
            after_bytes: 3,
            reset: true,
        };
        server.inject(Rule::new(cut).operation("GetObject").skip(1));
        server.inject(
            Rule::new(Action::CorruptBody { at: 0 })
                .operation("GetObject")
                .skip(2),
        );
    };
    faults();
    up(&bucket, &here, &how()).unwrap();
    faults();
    down(&bucket, &back, &how()).unwrap();
    assert!(local(&back) == files);
}

#[test]
fn cancelling_stopping_and_deadlines_end_the_whole() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("ends");
    for number in 0..40 {
        write_files(&here, &[(&format!("{number:02}"), &content(10))]);
    }
    let slow = Rule::new(Action::Delay { ms: 20_000 }).operation("PutObject");
    for workers in [1, 3] {
        let how = DirectoryTransfer::new()
            .transfer(Transfer::new().workers(workers))
            .overwrite();
        let told = Cell::new(0);
        let stop = |_: &Outcome| {
            told.set(told.get() + 1);
            told.get() < 2
        };
        let stopping = how.clone().on_outcome(&stop);
        let ended = up(&bucket, &here, &stopping).unwrap_err();
        assert_eq!(ended.error().kind(), Kind::Cancelled, "{ended}");
        assert_eq!(told.get(), 2, "nobody is told after it wanted no more");
        assert!((2..40).contains(&counts(ended.report())[0]));
        let progress = |done: u64, _: Option<u64>| done < 30;
        let options = Options::new().progress(&progress);
        let ended = bucket
            .upload_directory("p", &here, &how, &options)
            .unwrap_err();
        assert_eq!(ended.error().kind(), Kind::Cancelled, "{ended}");

        server.inject(slow.clone().times(100));
        let began = Instant::now();
        let cancel = Cancel::new();
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(200));
                cancel.cancel();
            });
            let options = Options::new().cancel(&cancel);
            bucket
                .upload_directory("p", &here, &how, &options)
                .unwrap_err()
        });
        assert_eq!(ended.error().kind(), Kind::Cancelled, "{ended}");
        assert_eq!(
            counts(ended.report()),
            [0; 5],
            "what was ended did not fail"
        );
        let options = Options::new().timeout(Duration::from_millis(300));
        let ended = bucket
            .upload_directory("p", &here, &how, &options)
            .unwrap_err();
        assert_eq!(ended.error().kind(), Kind::Timeout, "{ended}");
        assert_eq!(counts(ended.report()), [0; 5]);
        assert!(began.elapsed() < Duration::from_secs(15));
        server.clear_rules();
    }
}

/// A disk that is full: what is there stays, and the next time it goes on.
#[test]
fn a_full_disk_fails_files_and_leaves_no_torn_ones() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("full");
    let files = [
        ("a", content(10)),
        ("b", content(3 * PART)),
        ("c", content(10)),
    ];
    for (name, content) in &files {
        put(&bucket, &format!("p/{name}"), content);
    }
    // A limit of file sizes stands for the disk: the child ignores its signal.
    let limited = |blocks: u32| {
        let script = format!(
            "trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact faults::a_full_disk_child"
        );
        let program = std::env::current_exe().unwrap();
        let mut child = std::process::Command::new("sh");
        child.args(["-c", &script]).arg(program);
        child.env("ALIOSS_TEST_ENDPOINT", server.endpoint());
        child.env("ALIOSS_TEST_FOLDER", &here);
        child.output().unwrap().status.success()
    };
    assert!(!limited(100), "b does not fit");
    let names: Vec<String> = local(&here)
        .into_keys()
        .filter(|name| !name.starts_with('.'))
        .collect();
    assert_eq!(names, ["a", "c"]);
    assert!(limited(10_000));
    let found = local(&here);
    for (name, content) in &files {
        assert!(found[*name] == *content);
    }
    assert_eq!(found.len(), 3);
}

/// The program whose disk is full.
#[test]
fn a_full_disk_child() {
    let Ok(endpoint) = std::env::var("ALIOSS_TEST_ENDPOINT") else {
        return;
    };
    let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
    let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
    down(&bucket, &folder, &how()).unwrap();
}
