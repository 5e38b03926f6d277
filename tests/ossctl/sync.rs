//! Two sides made the same, and several workers within the service.

use super::*;

#[test]
fn sync_makes_both_sides_the_same_and_deletes_only_what_it_should() {
    let place = Place::new("sync");
    place.write("in/a", b"1");
    place.write("in/d/b", b"2");
    place.put("p/old", b"x");
    place.put("p/keep.log", b"x");
    let sync = ["sync", "--delete", "-x", "*.log", "in", "oss://bucket/p"];
    let mut dry = sync.to_vec();
    dry.push("-n");
    assert!(place.ok(&dry).contains(
        "would be: 2 transferred (2 bytes), 0 unchanged, 0 skipped, 0 failed, 1 deleted"
    ));
    assert_eq!(place.keys(), ["p/keep.log", "p/old"]);
    place
        .server
        .inject(Rule::new(Action::Status(Status::new(403, "AccessDenied"))).method("PUT"));
    place.fails(1, &sync, "therefore nothing was deleted");
    assert!(place.keys().contains(&"p/old".to_owned()));
    let lines = place.json(&sync);
    assert!(
        lines
            .iter()
            .any(|line| line["action"] == "deleted" && line["key"] == "p/old")
    );
    assert_eq!(place.keys(), ["p/a", "p/d/b", "p/keep.log"]);
    let colored = [
        "sync",
        "in",
        "oss://bucket/colored",
        "--metadata",
        "color=blue",
    ];
    place.ok(&colored);
    place.ok(&["mv", "-r", "oss://bucket/colored", "oss://bucket/c"]);
    assert_eq!(
        place.json(&["stat", "oss://bucket/c/a"])[0]["x-oss-meta-color"],
        "blue"
    );
    place.ok(&[
        "mv",
        "-r",
        "oss://bucket/c",
        "oss://bucket/d",
        "--metadata",
        "color=red",
        "-w1",
    ]);
    assert_eq!(
        place.json(&["stat", "oss://bucket/d/a"])[0]["x-oss-meta-color"],
        "red"
    );
    // Once the source is gone, nothing else has its metadata.
    place.ok(&["sync", "in", "oss://bucket/e"]);
    place.ok(&["mv", "-r", "oss://bucket/d", "oss://bucket/e"]);
    assert_eq!(
        place.json(&["stat", "oss://bucket/e/a"])[0]["x-oss-meta-color"],
        "red"
    );
    place.ok(&["rm", "-r", "oss://bucket/e"]);

    fs::create_dir(place.folder.join("empty")).unwrap();
    place.fails(
        2,
        &["sync", "--delete", "empty", "oss://bucket/p"],
        "the source has no file",
    );
    place.ends(6, &["sync", "--delete", "missing", "oss://bucket/p"]);
    assert_eq!(place.keys().len(), 3);
    place.write("back/old", b"x");
    place.ok(&[
        "sync",
        "--delete",
        "oss://bucket/p",
        "back",
        "--exclude=*.log",
    ]);
    assert!(
        !place.folder.join("back/old").exists() && !place.folder.join("back/keep.log").exists()
    );
    assert_eq!(place.read("back/d/b"), b"2");
    place.ends(2, &["sync", "in", "back"]);
    place.ok(&[
        "sync",
        "--delete",
        "--delete-from-empty",
        "empty",
        "oss://bucket/p",
    ]);
    assert!(place.keys().is_empty());
}

#[test]
fn prefixes_within_oss_are_synced_by_content_and_deletions_come_last() {
    let place = Place::new("between");
    place.ok(&["mb", "oss://other"]);
    for (key, content) in [
        ("p/a", "1"),
        ("p/a-b", "22"),
        ("p/a/b", "333"),
        ("p/x.tmp", "x"),
    ] {
        place.put(key, content.as_bytes());
    }
    place.put("p2", b"not below p");
    let to = ["oss://bucket/p", "oss://other/q"];
    let sync = [["sync", "--delete", "-x*.tmp"], [to[0], to[1], "-w5"]].concat();
    let dry = [&sync[..], &["-n"]].concat();
    assert!(
        place
            .ok(&dry)
            .contains("would be: 3 transferred (6 bytes), 0 unchanged")
    );
    let said = place.ok(&sync);
    assert!(said.contains("3 transferred (6 bytes), 0 unchanged, 0 skipped, 0 failed, 0 deleted"));
    let listed = place.json(&["ls", "-r", "oss://other"]);
    let keys: Vec<_> = listed
        .iter()
        .map(|line| line["key"].as_str().unwrap())
        .collect();
    assert_eq!(keys, ["q/a", "q/a-b", "q/a/b"]);

    // What has the same ETag is not even asked for; the same content of parts has another one.
    place.server.clear_requests();
    assert!(
        place
            .ok(&sync)
            .contains("0 transferred (0 bytes), 3 unchanged")
    );
    assert_eq!(count(&place, "HeadObject") + count(&place, "CopyObject"), 0);
    place.ok(&["sync", "-c", to[0], to[1], "-x", "*.tmp"]);
    assert_eq!(count(&place, "HeadObject"), 6);
    place.write("large", &vec![7; 250_000]);
    let put = |key: &str, part: &str| {
        place.ok(&["put", "large", key, "--part-size", part]);
    };
    put("oss://bucket/p/large", "102400");
    put("oss://other/q/large", "1024000");
    place.server.clear_requests();
    assert!(
        place
            .ok(&sync)
            .contains("0 transferred (0 bytes), 4 unchanged")
    );
    assert_eq!(count(&place, "HeadObject"), 2);

    // Of the same size, another content; something new, something too much, and something that is excluded.
    place.put("p/a-b", b"zz");
    place.put("p/new", b"n");
    place.ok(&["cp", "oss://bucket/p/a", "oss://other/q/old"]);
    place.ok(&["cp", "oss://bucket/p/a", "oss://other/q/keep.tmp"]);
    let refusal = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
    place.server.inject(
        refusal
            .operation("CopyObject")
            .key_prefix("q/new")
            .times(100),
    );
    place.fails(1, &sync, "nothing was deleted");
    assert!(
        place
            .ok(&["ls", "oss://other/q/"])
            .contains("oss://other/q/old\n")
    );
    place.server.clear_rules();
    let lines = place.json(&sync);
    let said = |action: &str, field: &str, key: &str| {
        let is_it = |line: &&serde_json::Value| line["action"] == action && line[field] == key;
        lines.iter().filter(is_it).count()
    };
    assert_eq!(said("copied", "target_key", "q/new"), 1, "{lines:?}");
    assert_eq!(said("unchanged", "target_key", "q/a-b"), 1, "{lines:?}");
    assert_eq!(said("deleted", "key", "q/old"), 1, "{lines:?}");
    assert_eq!(place.ok(&["cat", "oss://other/q/a-b"]), "zz");
    place.ok(&["stat", "oss://other/q/keep.tmp"]);
    place.ends(3, &["stat", "oss://other/q/old"]);
}

#[test]
fn a_sync_within_oss_deletes_nothing_for_an_empty_or_missing_source() {
    let place = Place::new("between-empty");
    place.ok(&["mb", "oss://other"]);
    place.put("p/a", b"1");
    place.put("p/q/a", b"2");
    place.fails(
        2,
        &["sync", "--delete", "oss://other", "oss://bucket/p"],
        "the source has no file",
    );
    place.ends(3, &["sync", "--delete", "oss://missing", "oss://bucket/p"]);
    for (from, to) in [("p", "p/q"), ("p/q", "p"), ("p", "p"), ("", "p")] {
        let (from, to) = (format!("oss://bucket/{from}"), format!("oss://bucket/{to}"));
        place.ends(2, &["sync", "--delete", &from, &to]);
    }
    // One that is copied over another before that is moved would be all that is left of both.
    place.put("p/q/q/a", b"3");
    for what in [&["mv", "-r"][..], &["cp", "-r"], &["sync"]] {
        place.ends(2, &[what, &["oss://bucket/p/q", "oss://bucket/p"]].concat());
    }
    place.ok(&["rm", "oss://bucket/p/q/q/a"]);
    assert_eq!(place.keys(), ["p/a", "p/q/a"]);
    // Alike in their first letters, but none lies in the other.
    place.ok(&["sync", "--delete", "oss://bucket/p/q", "oss://bucket/p/q2"]);
    assert_eq!(place.keys(), ["p/a", "p/q/a", "p/q2/a"]);
    place.ok(&[
        "sync",
        "--delete",
        "--delete-from-empty",
        "oss://other",
        "oss://bucket/p",
    ]);
    assert!(place.keys().is_empty());
    // A listing that breaks off deletes nothing.
    place.put("p/a", b"1");
    place.ok(&["cp", "oss://bucket/p/a", "oss://other/q/old"]);
    let broken = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
    place.server.inject(
        broken
            .operation("ListObjectsV2")
            .bucket("bucket")
            .times(100),
    );
    place.ends(4, &["sync", "--delete", "oss://bucket/p", "oss://other/q"]);
    assert_eq!(count(&place, "DeleteMultipleObjects"), 1, "the one before");
}

#[test]
fn objects_within_oss_are_copied_and_moved_by_several_workers() {
    let place = Place::new("between-workers");
    for number in 0..40 {
        place.put(&format!("p/{number:02}"), b"content");
    }
    // None of them is answered before four are there.
    let gather = Rule::new(Action::Gather { requests: 4 }).operation("CopyObject");
    place.server.inject(gather.times(4));
    place.ok(&["cp", "-r", "-w", "4", "oss://bucket/p", "oss://bucket/q"]);
    place.server.clear_rules();
    assert_eq!(place.keys().len(), 80);
    // What is there is not copied again, unless it is to be.
    place.server.clear_requests();
    place.ok(&["cp", "-r", "oss://bucket/p", "oss://bucket/q"]);
    assert_eq!(count(&place, "CopyObject"), 0);
    place.ok(&[
        "cp",
        "-r",
        "--overwrite",
        "oss://bucket/p",
        "oss://bucket/q",
    ]);
    assert_eq!(count(&place, "CopyObject"), 40);
    // What cannot be copied is not removed.
    let refusal = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
    place.server.inject(
        refusal
            .operation("CopyObject")
            .key_prefix("r/07")
            .times(100),
    );
    place.ends(1, &["mv", "-r", "oss://bucket/p", "oss://bucket/r"]);
    place.server.clear_rules();
    assert_eq!(
        place
            .keys()
            .iter()
            .filter(|key| key.starts_with("p/"))
            .count(),
        1
    );
    place.ok(&["mv", "-r", "oss://bucket/p", "oss://bucket/r"]);
    assert_eq!(
        place
            .keys()
            .iter()
            .filter(|key| key.starts_with("r/"))
            .count(),
        40
    );
    assert_eq!(place.keys().len(), 80);
}

#[test]
fn markers_of_directories_alone_are_no_source() {
    let place = Place::new("markers-only");
    place.ok(&["mb", "oss://other"]);
    place.write("here/f", b"1");
    fs::create_dir_all(place.folder.join("unmounted/disk")).unwrap();
    place.put("copy/1", b"1");
    let mirror = ["sync", "--delete"];
    let refused = |from: &str, to: &str, more: &[&str]| {
        place.fails(
            2,
            &[&mirror, &[from, to], more].concat(),
            "the source has no file",
        );
    };
    let marker = |key: &str| place.bucket.put_object(key, b"", &Options::new()).unwrap();
    for (name, key) in [("site", "site/"), ("v", "v/sub/"), ("w", "w/sub/deeper/")] {
        marker(key);
        let from = format!("oss://bucket/{name}");
        refused(&from, "oss://bucket/copy", &[]);
        refused(&from, "here", &[]);
    }
    place.put("w/3.log", b"1");
    refused("oss://bucket/w", "oss://bucket/copy", &["-x", "*.log"]);
    refused("unmounted", "oss://bucket/copy", &["--markers"]);
    assert_eq!(place.stored("copy/1").unwrap(), b"1");
    assert_eq!(place.read("here/f"), b"1");
    let all = [
        "oss://bucket/site",
        "oss://bucket/copy",
        "--delete-from-empty",
    ];
    place.ok(&[&mirror[..], &all].concat());
    assert_eq!(place.stored("copy/1"), None);
}

#[test]
fn headers_that_are_given_are_copied_with_delete_too() {
    let place = Place::new("headers");
    place.put("t/a", b"1");
    for class in ["IA", "Archive"] {
        place.ok(&[
            "sync",
            "--delete",
            "--storage-class",
            class,
            "oss://bucket/t",
            "oss://bucket/u",
        ]);
        let stat = &place.json(&["stat", "oss://bucket/u/a"])[0];
        assert_eq!(stat["x-oss-storage-class"], class, "{stat}");
    }
}

#[test]
fn a_prefix_that_nothing_lies_below_is_not_found() {
    let place = Place::new("typo");
    place.put("t/a", b"1");
    for arguments in [
        ["get", "-r", "oss://bucket/typo", "here"],
        ["cp", "-r", "oss://bucket/typo", "oss://bucket/copy"],
        ["mv", "-r", "oss://bucket/typo", "oss://bucket/copy"],
        ["mv", "-r", "oss://bucket/typo", "here"],
    ] {
        place.fails(3, &arguments, "oss://bucket/typo: nothing is below that");
    }
    // What is left out is there all the same.
    place.ok(&["get", "-r", "-x", "*", "oss://bucket/t", "here"]);
}

#[test]
fn patterns_are_of_characters() {
    let place = Place::new("characters");
    for name in ["路.txt", "a.txt", "ab.txt", "é"] {
        place.write(&format!("in/{name}"), b"1");
    }
    place.ok(&["sync", "-x", "?.txt", "-x", "[é]", "in", "oss://bucket/p"]);
    assert_eq!(place.keys(), ["p/ab.txt"]);
}
