//! What is deleted on the other side, and what never is.

use super::*;

#[test]
fn deletions_come_last_and_not_after_a_failure() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("delete"), scratch("delete-back"));
    write_files(&here, &[("a", b"a"), ("d/b", b"b")]);
    for key in ["p/0", "p/d/old", "p/e/", "p/z", "q"] {
        put(&bucket, key, b"");
    }
    let refusal = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
    server.inject(refusal.method("PUT").key_prefix("p/a"));
    let failed = up(&bucket, &here, &how().delete()).unwrap_err();
    assert_eq!(failed.error().kind(), Kind::Denied);
    let words = failed.to_string();
    assert!(words.starts_with("1 failed: p/a: "), "{words}");
    assert!(
        words.ends_with("; therefore nothing was deleted"),
        "{words}"
    );
    assert_eq!(counts(failed.report()), [1, 0, 0, 1, 0]);
    assert_eq!(keys(&bucket).len(), 6);
    let report = up(&bucket, &here, &how().delete()).unwrap();
    assert_eq!(counts(&report), [1, 1, 0, 0, 4]);
    assert_eq!(keys(&bucket), ["p/a", "p/d/b", "q"]);

    write_files(&back, &[("old", b"x"), ("e/f/old", b"x"), ("d/old", b"x")]);
    symlink("old", back.join("link")).unwrap();
    server
        .inject(Rule::new(Action::Status(Status::new(403, "AccessDenied"))).operation("GetObject"));
    let failed = down(&bucket, &back, &how().delete()).unwrap_err();
    assert_eq!(counts(failed.report()), [1, 0, 0, 1, 0]);
    assert_eq!(local(&back).len(), 4);
    let report = down(&bucket, &back, &how().delete()).unwrap();
    assert_eq!(counts(&report), [1, 1, 0, 0, 3]);
    assert!(local(&back) == local(&here));
    assert!(!back.join("e").exists(), "empty directories go");
    assert!(fs::symlink_metadata(back.join("link")).is_ok());
}

#[test]
fn nothing_is_deleted_from_an_empty_missing_or_unreadable_source() {
    let server = server();
    let bucket = bucket(&server);
    let (here, empty) = (scratch("source"), scratch("source-empty"));
    write_files(&here, &[("a", b"a")]);
    up(&bucket, &here, &how()).unwrap();
    let mirror = how().delete();
    let error = up(&bucket, &empty, &mirror).unwrap_err();
    assert_eq!(error.error().kind(), Kind::InvalidArgument);
    assert!(error.to_string().contains("`delete_from_empty`"), "{error}");
    let error = up(&bucket, &empty.join("missing"), &mirror).unwrap_err();
    assert_eq!(error.error().kind(), Kind::Io);
    assert!(error.to_string().contains("`directory`"), "{error}");
    let error = up(&bucket, &here.join("a"), &mirror).unwrap_err();
    assert_eq!(error.error().kind(), Kind::InvalidArgument);
    // Left out is as good as not there.
    let nothing = |_: &str| false;
    assert!(up(&bucket, &empty, &mirror.clone().filter(&nothing)).is_ok());
    assert_eq!(keys(&bucket), ["p/a"]);

    let none = |prefix: &str| {
        let options = Options::new();
        bucket.download_directory(prefix, &here, &mirror, &options)
    };
    assert_eq!(none("q").unwrap_err().error().kind(), Kind::InvalidArgument);
    server.inject(
        Rule::new(Action::Status(Status::new(403, "AccessDenied"))).operation("ListObjectsV2"),
    );
    assert_eq!(none("p").unwrap_err().error().kind(), Kind::Denied);
    assert_eq!(local(&here).len(), 1);

    let all = how().delete().delete_from_empty();
    assert_eq!(counts(&up(&bucket, &empty, &all).unwrap()), [0, 0, 0, 0, 1]);
    assert!(keys(&bucket).is_empty());
}

/// Root may read everything, so for it another reason is found.
#[test]
fn a_directory_that_cannot_be_read_keeps_everything() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("unreadable");
    write_files(&here, &[("a", b"a"), ("d/b", b"b")]);
    put(&bucket, "p/old", b"x");
    fs::set_permissions(here.join("d"), fs::Permissions::from_mode(0o0)).unwrap();
    fs::set_permissions(here.join("a"), fs::Permissions::from_mode(0o0)).unwrap();
    let is_root = fs::read(here.join("a")).is_ok();
    let done = up(&bucket, &here, &how().delete());
    fs::set_permissions(here.join("d"), fs::Permissions::from_mode(0o700)).unwrap();
    if is_root {
        return unreadable_for_root(&bucket, &here);
    }
    let failed = done.unwrap_err();
    assert_eq!(counts(failed.report()), [0, 0, 0, 2, 0]);
    assert_eq!(keys(&bucket), ["p/old"]);
}

/// A path so long that nobody can open what is at its end.
fn unreadable_for_root(bucket: &Bucket, here: &Path) {
    fs::remove_dir_all(here).unwrap();
    let chain =
        |folder: &Path| (0..10).fold(folder.to_owned(), |path, _| path.join("x".repeat(250)));
    let other = scratch("unreadable-other");
    fs::create_dir_all(chain(here)).unwrap();
    fs::create_dir_all(chain(&other)).unwrap();
    fs::rename(&other, chain(here).join("x")).unwrap();
    write_files(here, &[("new", b"new")]);
    put(bucket, "p/old", b"x");
    let failed = up(bucket, here, &how().delete()).unwrap_err();
    assert_eq!(counts(failed.report()), [1, 0, 0, 1, 0]);
    assert!(keys(bucket).contains(&"p/old".to_owned()));
}

#[test]
fn a_file_that_was_written_to_since_it_was_listed_is_not_deleted() {
    let server = server();
    let (bucket, here) = (bucket(&server), scratch("rewritten"));
    put(&bucket, "p/a", b"a");
    write_files(&here, &[("new", b"old"), ("old", b"old")]);
    fs::hard_link(here.join("old"), here.join("older")).unwrap();
    let new = here.join("new");
    let progress = |_: u64, _: Option<u64>| {
        fs::write(&new, b"written meanwhile").unwrap();
        true
    };
    let options = Options::new().progress(&progress);
    let done = bucket.download_directory("p", &here, &how().delete(), &options);
    let failed = done.unwrap_err();
    // That a file lost another of its names is no change of it.
    assert_eq!(counts(failed.report()), [1, 0, 0, 1, 2]);
    assert!(
        failed.to_string().contains("it was written to since"),
        "{failed}"
    );
    let left: Vec<String> = local(&here).into_keys().collect();
    assert_eq!(left, ["a", "new"]);
}

#[test]
fn what_vanishes_meanwhile_is_skipped() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("vanishes"), scratch("vanishes-back"));
    write_files(&here, &[("a", b"a"), ("b", b"b"), ("c", b"c")]);
    put(&bucket, "p/old", b"x");
    let transfer = Transfer::new().workers(1);
    let gone = here.join("c");
    let progress = |_: u64, _: Option<u64>| {
        let _ = fs::remove_file(&gone);
        true
    };
    let options = Options::new().progress(&progress);
    let how = DirectoryTransfer::new().transfer(transfer).delete();
    let report = bucket.upload_directory("p", &here, &how, &options).unwrap();
    assert_eq!(counts(&report), [2, 0, 1, 0, 1]);
    let progress = |_: u64, _: Option<u64>| {
        bucket.delete_object("p/b", &Options::new()).unwrap();
        true
    };
    let options = Options::new().progress(&progress);
    let report = bucket
        .download_directory("p", &back, &how, &options)
        .unwrap();
    assert_eq!(counts(&report), [1, 0, 1, 0, 0]);
}

#[test]
fn a_listing_that_is_not_sorted_or_of_something_else_deletes_nothing() {
    let page = |key: &str, is_last: bool| {
        let next = match is_last {
            true => "<IsTruncated>false</IsTruncated>".to_owned(),
            false => format!(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{key}</NextContinuationToken>"
            ),
        };
        let object = format!("<Contents><Key>{key}</Key><Size>1</Size></Contents>");
        let answer = Status {
            raw_body: Some(format!(
                "<ListBucketResult>{next}{object}</ListBucketResult>"
            )),
            ..Status::new(200, "")
        };
        Rule::new(Action::Status(answer)).operation("ListObjectsV2")
    };
    for (keys, words) in [
        (["p/b", "p/a"], "not in the order"),
        (["p/a", "p/a"], "not in the order"),
        (["p/a", "q/b"], "does not begin like that"),
    ] {
        let server = server();
        let bucket = bucket(&server);
        let here = scratch("unsorted");
        write_files(&here, &[("0", b"x"), ("a", b"a"), ("b", b"b")]);
        for _ in 0..3 {
            server.inject(page(keys[0], false));
            server.inject(page(keys[1], true));
        }
        let wrong = |done: Result<Report, PartlyDone>| {
            let failed = done.unwrap_err();
            assert_eq!(failed.error().kind(), Kind::BadResponse, "{failed}");
            assert!(failed.to_string().contains(words), "{failed}");
            assert_eq!(counts(failed.report())[4], 0);
        };
        wrong(up(&bucket, &here, &how().delete()));
        wrong(down(&bucket, &here, &how().delete()));
        if words.contains("begin") {
            let prefix = bucket.delete_prefix("p/", &DeletePrefix::new(), &Options::new());
            wrong(prefix);
        }
        assert_eq!(local(&here).len(), 3);
        assert_eq!(count(&server, "DeleteMultipleObjects"), 0);
    }
}

/// By a directory that takes both spellings of an accent for the same, as some of macOS, ZFS and phones do.
#[test]
fn a_file_that_the_directory_lists_by_another_spelling_is_not_deleted() {
    let server = server();
    let (bucket, here) = (bucket(&server), scratch("spelling"));
    put(&bucket, "p/caf\u{e9}", b"one");
    let head = bucket.head_object("p/caf\u{e9}", &Options::new()).unwrap();
    write_files(&here, &[("cafe\u{301}", b"one"), ("extra", b"two")]);
    let stored = Duration::from_secs(head.last_modified().unwrap().0 as u64);
    let file = File::open(here.join("cafe\u{301}")).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + stored).unwrap();
    let program = std::env::current_exe().unwrap();
    let mut child = std::process::Command::new(program);
    child.args(["--exact", "deletions::a_spelling_child"]);
    child.env("ALIOSS_TEST_ENDPOINT", server.endpoint());
    child.env("ALIOSS_TEST_FOLDER", &here);
    let (name, library) = support::preload("tests/c/one_name.c", &scratch("one-name"));
    child.env(name, library);
    let output = child.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    let left: Vec<String> = local(&here).into_keys().collect();
    assert_eq!(left, ["cafe\u{301}"], "{said}");
}

/// The program with that directory.
#[test]
fn a_spelling_child() {
    let Ok(endpoint) = std::env::var("ALIOSS_TEST_ENDPOINT") else {
        return;
    };
    let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
    let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
    let report = down(&bucket, &folder, &how().delete()).unwrap();
    assert_eq!(counts(&report), [0, 1, 0, 0, 1]);
}

#[test]
fn markers_alone_are_no_source() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("markers-alone");
    write_files(&here, &[("a", b"a")]);
    put(&bucket, "q/a", b"a");
    put(&bucket, "p/sub/", b"");
    let error = down(&bucket, &here, &how().delete()).unwrap_err();
    assert_eq!(error.error().kind(), Kind::InvalidArgument, "{error}");
    assert_eq!(local(&here).len(), 1);
    fs::remove_file(here.join("a")).unwrap();
    fs::create_dir_all(here.join("disk")).unwrap();
    put(&bucket, "p/a", b"a");
    let error = up(&bucket, &here, &how().delete().markers()).unwrap_err();
    assert_eq!(error.error().kind(), Kind::InvalidArgument, "{error}");
    assert!(keys(&bucket).contains(&"p/a".to_owned()));
    // A marker with content is one that somebody wants to keep.
    bucket.delete_object("p/a", &Options::new()).unwrap();
    put(&bucket, "p/sub/", b"text");
    let failed = down(&bucket, &here, &how().delete()).unwrap_err();
    assert_eq!(counts(failed.report())[3], 1, "{failed}");
}

#[test]
fn keys_that_no_file_can_have_are_deleted() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("no-names"), scratch("no-names-back"));
    write_files(&here, &[("a", b"a"), ("docs/r.txt", b"r")]);
    for key in ["p/a/", "p/docs//r.txt", "p/docs/r.txt/", "p//a", "p/docs/"] {
        put(&bucket, key, b"");
    }
    let mirror = how().delete();
    up(&bucket, &here, &mirror).unwrap();
    assert_eq!(keys(&bucket), ["p/a", "p/docs/", "p/docs/r.txt"]);
    down(&bucket, &back, &mirror).unwrap();
    assert!(local(&back) == local(&here));
}
