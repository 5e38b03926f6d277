//! Which names and kinds of files go, which are skipped, and which are refused.

use super::*;

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
    let unfinished = [".f.alioss-part", ".x.0123456789abcdef.alioss-upload"];
    for name in unfinished {
        write_files(&here, &[(name, b"x")]);
    }
    // The record of a file that is here goes with it.
    write_files(&here, &[(".a.0123456789abcdef.alioss-upload", b"x")]);
    let _socket = std::os::unix::net::UnixListener::bind(here.join("s")).unwrap();
    let report = up(&bucket, &here, &how()).unwrap();
    assert_eq!(counts(&report), [2, 0, 8, 0, 0]);
    assert_eq!(keys(&bucket), ["p/a", "p/d/b"]);
    let skipped = problems(&report);
    let unfinished = unfinished.map(|name| format!("p/{name}"));
    for name in &unfinished {
        let why = skipped.iter().find(|(key, _)| key == name);
        assert!(why.is_some_and(|(_, why)| why.contains("belongs to an unfinished transfer")));
    }
    let expected = ["p/broken", "p/d/loop", "p/dir", "p/file", "p/pipe", "p/s"];
    let mut names: Vec<&str> = skipped.iter().map(|(key, _)| key.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names[..2], unfinished);
    assert_eq!(names[2..], expected);

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

/// Names of records have long names cut.
#[test]
fn the_record_of_a_file_with_a_long_name_goes_with_it() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("long-name");
    let name = "n".repeat(120);
    let content = vec![7; 300_000];
    write_files(&here, &[(name.as_str(), content.as_slice())]);
    let stop = |done: u64, _: Option<u64>| done == 0;
    let options = Options::new().progress(&stop);
    let stopped = bucket.upload_file("x", here.join(&name), &small_parts(), &options);
    stopped.unwrap_err();
    assert_eq!(fs::read_dir(&here).unwrap().count(), 2);
    let report = up(&bucket, &here, &how()).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 0]);
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
    let planned = up(&bucket, &here, &how().markers().dry_run()).unwrap();
    assert_eq!(planned.count(OutcomeKind::Transferred).bytes, 0);
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
