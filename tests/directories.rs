//! Whole directories and prefixes: nothing leaves its directory, nothing is deleted that should stay, one file that fails
//! does not stop the others, and what was done is not done again.
#![cfg(unix)]

mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use alioss::{
    Bucket, Cancel, DeletePrefix, DirectoryTransfer, Kind, ListMultipartUploads, ListObjectsV2,
    ListedObject, Options, Outcome, OutcomeKind, PartlyDone, Report, Transfer,
};
use oss_local::{Action, Rule, Server, Status};
use support::{new_bucket, scratch, server};

const PART: usize = 100 * 1024;

/// Without waits that a test would feel.
fn bucket(server: &Server) -> Bucket {
    let mut config = support::config(&server.endpoint());
    let short = Duration::from_millis(1);
    config.backoff(short, short);
    new_bucket(&config)
}

fn small_parts() -> Transfer {
    Transfer::new().part_size(PART as u64)
}

fn how<'a>() -> DirectoryTransfer<'a> {
    DirectoryTransfer::new().transfer(small_parts())
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// Makes files of these names and contents below `folder`.
fn write_files(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Lets what is below `folder` look as if it were written long ago.
fn make_old(folder: &Path) {
    let old = SystemTime::now() - Duration::from_secs(3600);
    for name in local(folder).keys() {
        let file = File::open(folder.join(name)).unwrap();
        file.set_modified(old).unwrap();
    }
}

/// All regular files below `folder`, by their names.
fn local(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut directories = vec![folder.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// All objects, by their keys.
fn stored(bucket: &Bucket) -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    for key in keys(bucket) {
        let mut body = Vec::new();
        let mut object = bucket.get_object(&key, &Options::new()).unwrap();
        object.read_to_end(&mut body).unwrap();
        objects.insert(key, body);
    }
    objects
}

fn keys(bucket: &Bucket) -> Vec<String> {
    let list = ListObjectsV2 {
        max_keys: Some(1000),
        ..ListObjectsV2::default()
    };
    let options = Options::new();
    let all = bucket.list_objects_v2(list, &options);
    all.map(|entry| match entry.unwrap() {
        ListedObject::Object(object) => object.key,
        ListedObject::CommonPrefix(prefix) => panic!("{prefix}"),
    })
    .collect()
}

fn put(bucket: &Bucket, key: &str, content: &[u8]) {
    bucket.put_object(key, content, &Options::new()).unwrap();
}

fn count(server: &Server, operation: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.operation == operation)
        .count()
}

/// How many files: transferred, unchanged, skipped, failed, deleted.
fn counts(report: &Report) -> [u64; 5] {
    [
        OutcomeKind::Transferred,
        OutcomeKind::Unchanged,
        OutcomeKind::Skipped,
        OutcomeKind::Failed,
        OutcomeKind::Deleted,
    ]
    .map(|kind| report.count(kind).files)
}

/// The keys of what was skipped or failed, and why.
fn problems(report: &Report) -> Vec<(String, String)> {
    let problem = |outcome: &Outcome| {
        let why = outcome.error.as_ref().unwrap().to_string();
        (outcome.key.clone(), why)
    };
    report.problems().iter().map(problem).collect()
}

fn up(bucket: &Bucket, folder: &Path, how: &DirectoryTransfer<'_>) -> Result<Report, PartlyDone> {
    bucket.upload_directory("p", folder, how, &Options::new())
}

fn down(bucket: &Bucket, folder: &Path, how: &DirectoryTransfer<'_>) -> Result<Report, PartlyDone> {
    bucket.download_directory("p", folder, how, &Options::new())
}

/// Names in an order that directories before files, or bytes of names alone, would get wrong.
fn tree() -> Vec<(&'static str, Vec<u8>)> {
    [
        ("a-b", 3),
        ("a/b", 0),
        ("a/c/d", 1),
        ("a/c.txt", PART),
        ("a0", PART + 1),
        ("a b", 5 * PART + 7),
        ("路/径", 9),
        (".hidden", 2),
        ("z/large", 12 * PART),
    ]
    .map(|(name, size)| (name, content(size)))
    .into()
}

fn write_tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    for (name, content) in tree() {
        write_files(folder, &[(name, &content)]);
    }
    local(folder)
}

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
    // As if written before it was stored: the time says that it is unchanged.
    fs::write(here.join("a"), "ONE").unwrap();
    make_old(&here);
    assert_eq!(
        counts(&up(&bucket, &here, &how()).unwrap()),
        [0, 2, 0, 0, 0]
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

#[test]
fn links_and_special_files_are_skipped_and_what_is_below_them_stays() {
    let server = server();
    let bucket = bucket(&server);
    let (here, other) = (scratch("links"), scratch("links-other"));
    write_files(&other, &[("x", b"x"), ("y/z", b"z")]);
    write_files(&here, &[("a", b"a"), ("d/b", b"b")]);
    symlink(other.join("x"), here.join("file")).unwrap();
    symlink(&other, here.join("dir")).unwrap();
    symlink("nowhere", here.join("broken")).unwrap();
    symlink("..", here.join("d/loop")).unwrap();
    support::tool("mkfifo", "coreutils", &[here.join("pipe")]);
    let _socket = std::os::unix::net::UnixListener::bind(here.join("s")).unwrap();
    let report = up(&bucket, &here, &how()).unwrap();
    assert_eq!(counts(&report), [2, 0, 6, 0, 0]);
    assert_eq!(keys(&bucket), ["p/a", "p/d/b"]);
    let skipped = problems(&report);
    let expected = ["p/broken", "p/d/loop", "p/dir", "p/file", "p/pipe", "p/s"];
    let mut names: Vec<&str> = skipped.iter().map(|(key, _)| key.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, expected);

    let report = up(&bucket, &here, &how().follow_links()).unwrap();
    let all = ["p/a", "p/d/b", "p/dir/x", "p/dir/y/z", "p/file"];
    assert_eq!(keys(&bucket), all);
    let why = |key: &str| {
        let problems = problems(&report);
        let found = problems.iter().find(|(name, _)| name == key);
        found.map(|(_, why)| why.clone()).unwrap_or_default()
    };
    assert!(why("p/d/loop").contains("a directory that it lies in"));
    assert!(why("p/broken").contains("leads nowhere"));
    assert!(why("p/pipe").contains("a pipe"));
    // Not followed any more, but not gone either.
    put(&bucket, "p/dir-extra", b"x");
    let report = up(&bucket, &here, &how().delete()).unwrap();
    assert_eq!(counts(&report)[4], 1);
    assert_eq!(keys(&bucket), all);
}

#[test]
fn a_filter_leaves_out_on_both_sides_and_says_nothing() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("filter");
    write_files(&here, &[("a", b"a"), ("no/b", b"b"), ("c.tmp", b"c")]);
    support::tool("mkfifo", "coreutils", &[here.join("pipe.tmp")]);
    for key in ["p/no/old", "p/old.tmp", "p/old"] {
        put(&bucket, key, b"x");
    }
    let asked = RefCell::new(Vec::new());
    let filter = |name: &str| {
        asked.borrow_mut().push(name.to_owned());
        !name.ends_with(".tmp") && name != "no/"
    };
    let mirror = how().filter(&filter).delete();
    let report = up(&bucket, &here, &mirror).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 1]);
    assert_eq!(keys(&bucket), ["p/a", "p/no/old", "p/old.tmp"]);
    assert!(!asked.borrow().iter().any(|name| name == "no/b"));
    // The other way round what is left out stays here.
    fs::write(here.join("gone"), "x").unwrap();
    let report = down(&bucket, &here, &mirror).unwrap();
    assert_eq!(counts(&report)[4], 1);
    let names: Vec<String> = local(&here).into_keys().collect();
    assert_eq!(names, ["a", "c.tmp", "no/b"]);
}

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
fn names_that_are_not_utf8_fail_and_the_others_go() {
    use std::os::unix::ffi::OsStrExt;
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("utf8");
    write_files(&here, &[("a", b"a")]);
    let name = std::ffi::OsStr::from_bytes(b"\xff\xfe");
    fs::write(here.join(name), "x").unwrap();
    let failed = up(&bucket, &here, &how()).unwrap_err();
    assert_eq!(counts(failed.report()), [1, 0, 0, 1, 0]);
    assert!(failed.to_string().contains("not UTF-8"), "{failed}");
}

#[test]
fn keys_that_are_no_files_in_the_directory_are_refused_and_the_others_come() {
    let server = server();
    let bucket = bucket(&server);
    let outside = scratch("refused");
    let here = outside.join("in/here");
    let refused = [
        "p//a",
        "p//etc/passwd",
        "p/.",
        "p/..",
        "p/../x",
        "p/../../x",
        "p/a/../../../x",
        "p/a/..",
        "p/a/../",
        "p/a/./b",
        "p/a//b",
        "p/d/.b.alioss-part",
        "p/nul\0nul",
        "p/file/below",
        "p/file/marker/",
    ];
    let good = [
        "p/a/b", "p/file", "p/file-2", "p/..a", "p/...", "p/a\\b", "p/con",
    ];
    for key in refused.iter().chain(&good) {
        put(&bucket, key, b"x");
    }
    put(&bucket, "p/long/", b"content");
    put(&bucket, "p/dir/", b"");
    put(&bucket, "p/", b"");
    let failed = down(&bucket, &here, &how()).unwrap_err();
    let mut names: Vec<String> = problems(failed.report())
        .into_iter()
        .map(|(key, _)| key)
        .collect();
    names.sort();
    let mut expected: Vec<&str> = refused.to_vec();
    expected.push("p/long/");
    expected.sort_unstable();
    assert_eq!(names, expected);
    assert_eq!(counts(failed.report()), [7, 0, 0, 16, 0]);
    let found: Vec<String> = local(&outside).into_keys().collect();
    let mut expected: Vec<String> = good
        .iter()
        .map(|key| key.replacen("p/", "in/here/", 1))
        .collect();
    expected.sort();
    assert_eq!(found, expected);
    assert!(here.join("dir").is_dir() && here.join("long").is_dir());
}

#[test]
fn a_download_writes_through_no_link_unless_it_is_told_to() {
    let server = server();
    let bucket = bucket(&server);
    let (here, outside) = (scratch("through"), scratch("through-outside"));
    write_files(&outside, &[("x", b"old")]);
    for key in ["p/a", "p/dir/x", "p/file", "p/deep/er/marker/"] {
        put(&bucket, key, b"");
    }
    symlink(&outside, here.join("dir")).unwrap();
    symlink(&outside, here.join("deep")).unwrap();
    symlink(outside.join("x"), here.join("file")).unwrap();
    let failed = down(&bucket, &here, &how()).unwrap_err();
    assert_eq!(counts(failed.report()), [1, 0, 0, 3, 0]);
    assert!(
        failed.to_string().contains("is a symbolic link"),
        "{failed}"
    );
    assert_eq!(local(&outside)["x"], b"old");
    assert!(!outside.join("er").exists());
    let report = down(&bucket, &here, &how().follow_links()).unwrap();
    assert_eq!(counts(&report)[3], 0);
    assert_eq!(local(&outside)["x"], b"");
}

#[test]
fn markers_stand_for_directories_in_both_ways() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("markers"), scratch("markers-back"));
    write_files(&here, &[("a", b"a"), ("d/b", b"b")]);
    fs::create_dir_all(here.join("empty/deep")).unwrap();
    up(&bucket, &here, &how()).unwrap();
    assert_eq!(keys(&bucket), ["p/a", "p/d/b"]);
    let report = up(&bucket, &here, &how().markers()).unwrap();
    assert_eq!(counts(&report), [1, 2, 0, 0, 0]);
    assert_eq!(keys(&bucket), ["p/a", "p/d/b", "p/empty/deep/"]);
    put(&bucket, "p/d/", b"");
    put(&bucket, "p/gone/", b"");
    down(&bucket, &back, &how()).unwrap();
    assert!(back.join("empty/deep").is_dir() && back.join("gone").is_dir());
    // Of those without a directory they go, the others stay.
    let report = up(&bucket, &here, &how().delete().markers()).unwrap();
    assert_eq!(counts(&report)[4], 1);
    assert_eq!(keys(&bucket), ["p/a", "p/d/", "p/d/b", "p/empty/deep/"]);
    write_files(&back, &[("empty/deep/x", b"x")]);
    down(&bucket, &back, &how().delete()).unwrap();
    assert!(back.join("empty/deep").is_dir(), "it has an object");
}

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
fn cancelling_stopping_and_deadlines_end_the_whole() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("ends");
    for number in 0..40 {
        write_files(&here, &[(&format!("{number:02}"), &content(10))]);
    }
    let slow = Rule::new(Action::Delay { ms: 3000 }).operation("PutObject");
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
        assert!(began.elapsed() < Duration::from_millis(2900));
        server.clear_rules();
    }
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
    assert!(failed.unwrap_err().to_string().starts_with("`key`"));
    assert!(server.requests().is_empty());
}

#[test]
fn a_prefix_is_deleted_page_by_page_with_all_characters() {
    let server = server();
    let bucket = bucket(&server);
    for number in 0..1003 {
        put(&bucket, &format!("p/{number:04}"), b"12");
    }
    let strange = [
        "p\u{1}\u{2}",
        "p\n\r\t",
        "p&<>\"'",
        "p\0",
        "p\u{fffe}",
        "p路",
        "p%2F",
        "p+ ",
    ];
    for key in strange {
        put(&bucket, key, b"x");
    }
    put(&bucket, "o", b"x");
    put(&bucket, "q", b"x");
    server.clear_requests();
    let seen = Cell::new(0);
    let on_outcome = |outcome: &Outcome| {
        assert_eq!(outcome.kind, OutcomeKind::Deleted);
        seen.set(seen.get() + 1);
        true
    };
    let how = DeletePrefix::new().on_outcome(&on_outcome);
    let report = bucket.delete_prefix("p", &how, &Options::new()).unwrap();
    assert_eq!(counts(&report), [0, 0, 0, 0, 1011]);
    assert_eq!(report.count(OutcomeKind::Deleted).bytes, 2014);
    assert_eq!(seen.get(), 1011);
    assert_eq!(keys(&bucket), ["o", "q"]);
    assert_eq!(count(&server, "DeleteMultipleObjects"), 2);
    let report = bucket.delete_prefix("p", &how, &Options::new()).unwrap();
    assert_eq!(counts(&report), [0; 5]);
}

#[test]
fn the_whole_bucket_has_to_be_asked_for() {
    let server = server();
    let bucket = bucket(&server);
    put(&bucket, "a", b"x");
    let failed = bucket.delete_prefix("", &DeletePrefix::new(), &Options::new());
    let failed = failed.unwrap_err();
    assert_eq!(failed.error().kind(), Kind::InvalidArgument);
    let words = failed.to_string();
    assert!(
        words.starts_with("`prefix`") && words.contains("`whole_bucket`"),
        "{words}"
    );
    assert_eq!(keys(&bucket), ["a"]);
    let all = DeletePrefix::new().whole_bucket();
    let report = bucket.delete_prefix("", &all, &Options::new()).unwrap();
    assert_eq!(counts(&report)[4], 1);
    assert!(keys(&bucket).is_empty());
}

#[test]
fn versions_are_deleted_on_request() {
    let server = server();
    let bucket = bucket(&server);
    let enabled = Options::new().field("Status", Some("Enabled"));
    bucket
        .invoke("PutBucketVersioning", None, &[][..], &enabled)
        .unwrap();
    for content in [b"1", b"2"] {
        put(&bucket, "p/a", content);
    }
    let options = Options::new();
    let latest = bucket.delete_prefix("p/", &DeletePrefix::new(), &options);
    assert_eq!(counts(&latest.unwrap())[4], 1);
    let left = || {
        let list = alioss::ListObjectVersions::default();
        bucket.list_object_versions(list, &Options::new()).count()
    };
    assert_eq!(left(), 3, "two versions and a marker");
    let versions = DeletePrefix::new().versions();
    let report = bucket.delete_prefix("p/", &versions, &options).unwrap();
    assert_eq!(counts(&report)[4], 3);
    assert_eq!(left(), 0);
}

#[test]
fn what_cannot_be_deleted_is_kept_in_the_report_and_the_rest_goes() {
    let server = server();
    let bucket = bucket(&server);
    for key in ["p/a", "p/b", "p/c"] {
        put(&bucket, key, b"x");
    }
    let answer = Status {
        raw_body: Some(
            "<DeleteResult><Deleted><Key>p/a</Key></Deleted><Error><Key>p/b</Key><Code>AccessDenied</Code>\
             <Message>Not you.</Message></Error></DeleteResult>"
                .to_owned(),
        ),
        ..Status::new(200, "")
    };
    server.inject(Rule::new(Action::Status(answer)).operation("DeleteMultipleObjects"));
    let failed = bucket.delete_prefix("p/", &DeletePrefix::new(), &Options::new());
    let failed = failed.unwrap_err();
    assert_eq!(failed.error().kind(), Kind::Denied);
    assert_eq!(counts(failed.report()), [0, 0, 0, 2, 1]);
    let problems = problems(failed.report());
    assert_eq!(problems[0].0, "p/b");
    assert!(
        problems[0].1.contains("AccessDenied: Not you."),
        "{problems:?}"
    );
    assert!(problems[1].1.contains("does not say why"), "{problems:?}");

    server.inject(
        Rule::new(Action::Status(Status::new(403, "AccessDenied")))
            .operation("DeleteMultipleObjects"),
    );
    let failed = bucket.delete_prefix("p/", &DeletePrefix::new(), &Options::new());
    assert_eq!(failed.unwrap_err().error().kind(), Kind::Denied);
    let cancel = Cancel::new();
    cancel.cancel();
    let options = Options::new().cancel(&cancel);
    let ended = bucket.delete_prefix("p/", &DeletePrefix::new(), &options);
    assert_eq!(ended.unwrap_err().error().kind(), Kind::Cancelled);
    assert_eq!(keys(&bucket).len(), 3);
}

/// How many workers of transfers this process has now.
fn workers() -> usize {
    let tasks = fs::read_dir("/proc/self/task").unwrap();
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with("alioss-transf"))
        .count()
}

/// In a process of its own: other tests have workers, too.
#[test]
fn no_more_threads_run_than_the_whole_may_have_and_none_stays() {
    if let Ok(endpoint) = std::env::var("ALIOSS_TEST_THREADS") {
        let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
        let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
        let most = Cell::new(0);
        let progress = |_: u64, _: Option<u64>| {
            most.set(most.get().max(workers()));
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
        assert_eq!(workers(), 0);
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
        "no_more_threads_run_than_the_whole_may_have_and_none_stays",
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
        let script =
            format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" --exact a_full_disk_child");
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
