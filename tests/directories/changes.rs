//! What is transferred: all at first, then what changed and nothing else.

use super::*;

#[test]
fn a_tree_goes_there_and_back_and_a_second_time_nothing_moves() {
    for workers in [1, 3] {
        let server = server();
        let bucket = bucket(&server);
        let (here, back) = (scratch("tree"), scratch("tree-back"));
        let files = write_tree(&here);
        let how = DirectoryTransfer::new().transfer(small_parts().workers(workers));
        let report = up(&bucket, &here, &how).unwrap();
        assert_eq!(counts(&report), [9, 0, 0, 0, 0]);
        let bytes: usize = files.values().map(Vec::len).sum();
        assert_eq!(report.count(OutcomeKind::Transferred).bytes, bytes as u64);
        let with_prefix = |(name, content): (String, Vec<u8>)| (format!("p/{name}"), content);
        assert!(stored(&bucket) == files.clone().into_iter().map(with_prefix).collect());
        let report = down(&bucket, &back, &how).unwrap();
        assert_eq!(counts(&report), [9, 0, 0, 0, 0]);
        assert!(local(&back) == files);

        server.clear_requests();
        let report = up(&bucket, &here, &how).unwrap();
        assert_eq!(
            counts(&report),
            [0, 9, 0, 0, 0],
            "just written, so compared"
        );
        let report = down(&bucket, &back, &how).unwrap();
        assert_eq!(counts(&report), [0, 9, 0, 0, 0]);
        let moved = count(&server, "PutObject") + count(&server, "UploadPart");
        assert_eq!(moved + count(&server, "GetObject"), 0);
        make_old(&here);
        a_minute_later(&server, || up(&bucket, &here, &how.clone().overwrite())).unwrap();
        server.clear_requests();
        up(&bucket, &here, &how).unwrap();
        assert_eq!(server.requests().len(), 1, "one listing");
    }
}

/// More files than are planned ahead.
#[test]
fn ten_thousand_files_are_more_than_is_planned_at_a_time() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("many-files");
    for number in 0..20_003 {
        fs::write(folder.join(format!("{number:05}")), b"").unwrap();
    }
    let report = bucket
        .upload_directory("p", &folder, &how().dry_run(), &Options::new())
        .unwrap();
    assert_eq!(report.count(OutcomeKind::Transferred).files, 20_003);
}

#[test]
fn what_changed_is_transferred_and_nothing_else() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("changed"), scratch("changed-back"));
    write_files(&here, &[("a", b"one"), ("b", b"two"), ("c", b"three")]);
    make_old(&here);
    up(&bucket, &here, &how()).unwrap();
    down(&bucket, &back, &how()).unwrap();
    // Another size; the same size, written later.
    fs::write(here.join("a"), "longer").unwrap();
    fs::write(here.join("b"), "TWO").unwrap();
    let later = SystemTime::now() + Duration::from_secs(5);
    let file = File::open(here.join("b")).unwrap();
    file.set_modified(later).unwrap();
    assert_eq!(
        counts(&up(&bucket, &here, &how()).unwrap()),
        [2, 1, 0, 0, 0]
    );
    // The same size, changed here: the object wins.
    fs::write(back.join("c"), "THREE").unwrap();
    assert_eq!(
        counts(&down(&bucket, &back, &how()).unwrap()),
        [3, 0, 0, 0, 0]
    );
    assert_eq!(local(&back), local(&here));
}

#[test]
fn content_is_compared_on_request_and_where_times_do_not_tell() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("compared"), scratch("compared-back"));
    write_files(&here, &[("a", b"one"), ("b", b"two")]);
    up(&bucket, &here, &how()).unwrap();
    down(&bucket, &back, &how()).unwrap();
    fs::write(here.join("a"), "ONE").unwrap();
    make_old(&here);
    a_minute_later(&server, || put(&bucket, "p/a", b"one"));
    assert_eq!(
        counts(&up(&bucket, &here, &how()).unwrap()),
        [0, 2, 0, 0, 0],
        "its object is younger than any change of it"
    );
    let compared = how().compare_content();
    assert_eq!(
        counts(&up(&bucket, &here, &compared).unwrap()),
        [1, 1, 0, 0, 0]
    );
    // In the second in which it is stored a file may be written to again, before or after.
    fs::write(here.join("a"), "abc").unwrap();
    up(&bucket, &here, &how()).unwrap();
    let stored_at = bucket
        .head_object("p/a", &Options::new())
        .unwrap()
        .last_modified()
        .unwrap();
    fs::write(here.join("a"), "xyz").unwrap();
    let second = SystemTime::UNIX_EPOCH + Duration::from_secs(stored_at.0 as u64);
    let file = File::open(here.join("a")).unwrap();
    file.set_modified(second + Duration::from_millis(999))
        .unwrap();
    assert_eq!(
        counts(&up(&bucket, &here, &how()).unwrap()),
        [1, 1, 0, 0, 0]
    );
    // A download that was killed before the file got its time is not done again.
    make_old(&back);
    server.clear_requests();
    let report = down(&bucket, &back, &how()).unwrap();
    assert_eq!(counts(&report), [1, 1, 0, 0, 0]);
    assert_eq!(count(&server, "GetObject"), 1, "of a alone");
    assert_eq!(
        counts(&down(&bucket, &back, &how()).unwrap()),
        [0, 2, 0, 0, 0]
    );
    assert_eq!(local(&back)["a"], b"xyz");
    // All of it, whatever it is like.
    let all = how().overwrite();
    assert_eq!(counts(&up(&bucket, &here, &all).unwrap()), [2, 0, 0, 0, 0]);
    assert_eq!(
        counts(&down(&bucket, &back, &all).unwrap()),
        [2, 0, 0, 0, 0]
    );
}

/// As by `mv`, `cp -p`, `tar x` and `rsync -t` of a file of the same size, and by `touch -r`.
#[test]
fn content_that_came_with_an_old_time_is_sent() {
    let server = server();
    let (bucket, here, other) = (bucket(&server), scratch("old-time"), scratch("old-other"));
    let names = ["copied", "moved", "same", "touched"];
    for name in names {
        write_files(&here, &[(name, b"one")]);
        write_files(&other, &[(name, b"two")]);
    }
    make_old(&here);
    make_old(&other);
    let time = |path: PathBuf| fs::metadata(path).unwrap().modified().unwrap();
    up(&bucket, &here, &how()).unwrap();
    fs::rename(other.join("moved"), here.join("moved")).unwrap();
    for (name, model) in [
        ("copied", other.join("copied")),
        ("touched", here.join("touched")),
    ] {
        let old = time(model);
        fs::write(here.join(name), b"two").unwrap();
        let file = File::open(here.join(name)).unwrap();
        file.set_modified(old).unwrap();
    }
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(here.join("same"), mode).unwrap();
    server.clear_requests();
    let report = up(&bucket, &here, &how()).unwrap();
    assert_eq!(counts(&report), [3, 1, 0, 0, 0]);
    assert_eq!(count(&server, "PutObject"), 3);
    for (name, content) in local(&here) {
        assert_eq!(stored(&bucket)[&format!("p/{name}")], content, "{name}");
    }
}

/// Times of files are of this machine's clock, times of objects of the service's.
#[test]
fn clocks_that_differ_hide_no_change_and_send_nothing_twice() {
    for ahead in [600, -600] {
        let server = server();
        server.set_clock_skew(ahead + 60);
        let (bucket, here) = (bucket(&server), scratch("clocks"));
        write_files(&here, &[("a", b"one"), ("b", b"two")]);
        make_old(&here);
        up(&bucket, &here, &how()).unwrap();
        server.set_clock_skew(ahead);
        server.clear_requests();
        let again = up(&bucket, &here, &how()).unwrap();
        // An hour old is older than what was stored now, whatever the clocks say.
        assert_eq!(counts(&again), [0, 2, 0, 0, 0], "{ahead}");
        assert_eq!(count(&server, "HeadObject"), 0, "{ahead}");
        fs::write(here.join("a"), "ONE").unwrap();
        let later = SystemTime::now() + Duration::from_secs(65);
        let file = File::open(here.join("a")).unwrap();
        file.set_modified(later).unwrap();
        let report = up(&bucket, &here, &how()).unwrap();
        assert_eq!(counts(&report), [1, 1, 0, 0, 0], "{ahead}");
        assert_eq!(stored(&bucket)["p/a"], b"ONE");
    }
}
