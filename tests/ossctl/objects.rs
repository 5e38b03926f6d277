//! Buckets, files, streams and copies.

use super::*;

#[test]
fn buckets_are_made_listed_looked_at_and_removed() {
    let place = Place::new("buckets");
    assert_eq!(place.ok(&["mb", "oss://other"]), "made oss://other\n");
    let buckets = place.json(&["ls"]);
    let names: Vec<&str> = buckets
        .iter()
        .map(|line| line["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["bucket", "other"]);
    assert!(place.ok(&["ls"]).contains("  oss://other\n"));
    assert!(
        place
            .ok(&["stat", "oss://other"])
            .contains("StorageClass: Standard\n")
    );
    place.ok(&["rb", "oss://other"]);
    place.ends(3, &["stat", "oss://other"]);
    place.put("a", b"x");
    place.fails(1, &["rb", "oss://bucket"], "-f deletes all");
    place
        .bucket
        .initiate_multipart_upload("up", &Options::new())
        .unwrap();
    place.ok(&["rb", "-f", "oss://bucket"]);
    assert!(place.json(&["ls"]).is_empty());
}

#[test]
fn files_go_there_and_back_and_are_listed() {
    let place = Place::new("files");
    place.write("a.txt", b"hello");
    let said = place.ok(&["put", "a.txt", "oss://bucket/d/"]);
    assert_eq!(said, "a.txt -> oss://bucket/d/a.txt (5 bytes)\n");
    place.ok(&[
        "put",
        "a.txt",
        "oss://bucket/b",
        "--content-type",
        "text/x-a",
        "--metadata",
        "color=blue",
    ]);
    let stat = &place.json(&["stat", "oss://bucket/b"])[0];
    assert_eq!(stat["content-type"], "text/x-a");
    assert_eq!(stat["x-oss-meta-color"], "blue");
    assert_eq!(stat["content-length"], "5");
    assert!(
        place
            .ok(&["stat", "oss://bucket/b"])
            .contains("\ncontent-type: text/x-a\n")
    );
    let listed = place.json(&["ls", "oss://bucket"]);
    assert_eq!(listed[0]["key"], "b");
    assert_eq!(listed[0]["bytes"], 5);
    assert_eq!(listed[1]["kind"], "prefix");
    assert_eq!(listed[1]["key"], "d/");
    assert_eq!(place.keys(), ["b", "d/a.txt"]);
    assert!(
        place
            .ok(&["ls", "-H", "oss://bucket/b"])
            .contains("  5 B  oss://bucket/b\n")
    );
    assert_eq!(
        place.ok(&["get", "oss://bucket/b", "c"]),
        "oss://bucket/b -> c (5 bytes)\n"
    );
    assert_eq!(place.read("c"), b"hello");
    fs::create_dir(place.folder.join("here")).unwrap();
    place.ok(&["get", "oss://bucket/b", "oss://bucket/d/a.txt", "here"]);
    assert_eq!(place.read("here/a.txt"), b"hello");
    let got = &place.json(&["get", "oss://bucket/b"])[0];
    assert_eq!((&got["bytes"], &got["verified"]), (&5.into(), &1.into()));
    assert_eq!(place.read("b"), b"hello");
    assert_eq!(
        place.ok(&["cat", "oss://bucket/b", "oss://bucket/d/a.txt"]),
        "hellohello"
    );
    assert_eq!(
        place.ok(&["du", "oss://bucket"]),
        "10  2 objects  oss://bucket\n"
    );
    assert_eq!(place.json(&["du", "oss://bucket/d"])[0]["objects"], 1);
    place.ok(&["rm", "oss://bucket/b", "oss://bucket/missing"]);
    assert_eq!(place.keys(), ["d/a.txt"]);
}

#[test]
fn standard_input_and_output_hold_data_and_nothing_else() {
    let place = Place::new("streams");
    let content: Vec<u8> = (0..700_000).map(|at| (at % 251) as u8).collect();
    for arguments in [
        &["put", "-", "oss://bucket/s"][..],
        &["cp", "-", "oss://bucket/s", "--part-size", "102400"],
    ] {
        let fed = place.feed(arguments, &content);
        assert!(fed.status.success(), "{}", stderr(&fed));
        assert!(place.stored("s").unwrap() == content);
    }
    for arguments in [
        &["get", "oss://bucket/s", "-"][..],
        &["cp", "oss://bucket/s", "-", "--json"],
        &["cat", "oss://bucket/s"],
    ] {
        let got = place.run(arguments);
        assert!(
            got.status.success() && got.stdout == content,
            "{arguments:?}"
        );
        assert_eq!(stderr(&got), "");
    }
    let fed = place.feed(&["put", "-", "oss://bucket/empty"], b"");
    assert!(fed.status.success());
    assert_eq!(place.stored("empty").unwrap(), b"");
    assert_eq!(
        place
            .feed(&["put", "-", "oss://bucket/"], b"x")
            .status
            .code(),
        Some(2)
    );
    // What breaks off is not stored.
    let directory = fs::File::open(&place.folder).unwrap();
    let mut broken = place.command(&["put", "-", "oss://bucket/broken"]);
    let broken = broken.stdin(directory).output().unwrap();
    assert_eq!(broken.status.code(), Some(6), "{}", stderr(&broken));
    assert_eq!(place.stored("broken"), None);
    // Nobody reads on: it ends, and not with success.
    let mut child = place
        .command(&["cat", "oss://bucket/s"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(!child.wait().unwrap().success());
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let full = place
        .command(&["cat", "oss://bucket/s"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(full.status.code(), Some(6), "{}", stderr(&full));
}

#[test]
fn objects_are_copied_and_moved() {
    let place = Place::new("copies");
    place.ok(&["mb", "oss://other"]);
    place.put("a", b"1");
    place.ok(&["cp", "oss://bucket/a", "oss://bucket/b"]);
    place.ok(&["mv", "oss://bucket/b", "oss://bucket/d/"]);
    assert_eq!(place.keys(), ["a", "d/b"]);
    place.ends(2, &["mv", "oss://bucket/a", "oss://bucket/a"]);
    place.ends(2, &["mv", "-r", "oss://bucket/d", "oss://bucket/d/e"]);
    place.ok(&["cp", "-r", "oss://bucket", "oss://other/all"]);
    let said = place.ok(&["ls", "-r", "oss://other"]);
    assert!(said.contains("oss://other/all/d/b\n"), "{said}");
    place.ok(&[
        "mv",
        "-r",
        "oss://bucket/d",
        "oss://bucket/e",
        "-x",
        "*.tmp",
    ]);
    assert_eq!(place.keys(), ["a", "e/b"]);
    place.write("f", b"file");
    place.ok(&["mv", "f", "oss://bucket/"]);
    assert!(!place.folder.join("f").exists());
    place.ok(&["mv", "oss://bucket/f", "g"]);
    assert_eq!(place.read("g"), b"file");
    assert_eq!(place.keys(), ["a", "e/b"]);
    place.ends(3, &["mv", "oss://bucket/missing", "g"]);
    assert_eq!(place.read("g"), b"file");
    // What cannot be stored stays where it is.
    place
        .server
        .inject(Rule::new(Action::Status(Status::new(403, "AccessDenied"))).method("PUT"));
    place.ends(4, &["mv", "g", "oss://bucket/g"]);
    assert_eq!(place.read("g"), b"file");
}

#[test]
fn a_large_object_is_copied_in_parts_and_goes_on_where_it_stopped() {
    let place = Place::new("large-copy");
    let content = vec![7; 500_000];
    place.put("a", &content);
    let refusal =
        Rule::new(Action::Status(Status::new(403, "AccessDenied"))).operation("UploadPartCopy");
    place.server.inject(refusal.skip(3).times(100));
    let copy = [
        "cp",
        "oss://bucket/a",
        "oss://bucket/b",
        "--part-size",
        "102400",
        "-w1",
    ];
    place.ends(4, &copy);
    place.server.clear_rules();
    place.server.clear_requests();
    place.ok(&copy);
    let requests = place.server.requests();
    let parts = requests
        .iter()
        .filter(|request| request.operation == "UploadPartCopy");
    assert_eq!(parts.count(), 2);
    assert!(place.stored("b").unwrap() == content);
}

#[test]
fn a_copy_needs_no_room_for_a_record_that_nobody_asked_for() {
    let place = Place::new("copy-without-record");
    let content = vec![7; 500_000];
    place.put("p/a", &content);
    let refusal =
        Rule::new(Action::Status(Status::new(403, "AccessDenied"))).operation("UploadPartCopy");
    place.server.inject(refusal.skip(2).times(100));
    let size = ["--part-size", "102400"];
    let one = ["cp", "oss://bucket/p/a", "oss://bucket/q/a"];
    let all = ["sync", "oss://bucket/p", "oss://bucket/q"];
    place.ends(4, &[&one[..], &size].concat());
    place.server.clear_rules();
    // Nothing can be written there.
    let records = fs::read_dir(place.folder.join(".cache/ossctl")).unwrap();
    let records: Vec<PathBuf> = records.map(|entry| entry.unwrap().path()).collect();
    assert_eq!(records.len(), 1);
    fs::remove_file(&records[0]).unwrap();
    fs::create_dir(&records[0]).unwrap();
    for arguments in [&one[..], &all] {
        place.ok(&[arguments, &size].concat());
        assert!(place.stored("q/a").unwrap() == content);
        place.ok(&["rm", "oss://bucket/q/a"]);
    }
    let asked = ["--records", ".cache/ossctl"];
    place.ends(6, &[&one[..], &size, &asked].concat());
}

#[test]
fn directories_go_there_and_back_with_patterns() {
    let place = Place::new("directories");
    for name in ["in/a", "in/b.tmp", "in/d/c", "in/d/e.tmp", "in/.git/x"] {
        place.write(name, name.as_bytes());
    }
    std::os::unix::fs::symlink("a", place.folder.join("in/link")).unwrap();
    let put = [
        "put",
        "-r",
        "in",
        "oss://bucket/p",
        "-x",
        "*.tmp",
        "-x.git/",
        "-i",
        "e.tmp",
    ];
    let output = place.run(&put);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(
        said.contains("3 transferred (20 bytes), 0 unchanged, 1 skipped, 0 failed"),
        "{said}"
    );
    assert!(
        stderr(&output).contains("skipped ")
            && stderr(&output).contains("/in/link: it is a symbolic link")
    );
    assert_eq!(place.keys(), ["p/a", "p/d/c", "p/d/e.tmp"]);
    let again = place.json(&put);
    let summary = again.last().unwrap();
    assert_eq!(
        (&summary["transferred"], &summary["unchanged"]),
        (&0.into(), &3.into())
    );
    place.ok(&["get", "-r", "oss://bucket/p", "out", "-q"]);
    assert_eq!(place.read("out/d/c"), b"in/d/c");
    place.ends(2, &["put", "in", "oss://bucket/p"]);
    place.ends(2, &["get", "oss://bucket/p/", "out"]);
    // All but one.
    place.put("p/../evil", b"x");
    let get = ["get", "-r", "oss://bucket/p", "again"];
    place.fails(1, &get, "failed p/../evil: no file can have");
    assert_eq!(place.read("again/d/c"), b"in/d/c");
    assert!(!place.folder.join("evil").exists());
    place.ok(&["rm", "oss://bucket/p/../evil"]);

    place.ok(&["mv", "-r", "in", "oss://bucket/m"]);
    assert!(!place.folder.join("in/d/c").exists());
    assert!(
        fs::symlink_metadata(place.folder.join("in/link")).is_ok(),
        "it was skipped"
    );
    assert_eq!(place.stored("m/d/c").unwrap(), b"in/d/c");
    place.ok(&["mv", "-r", "oss://bucket/m", "moved"]);
    assert_eq!(place.read("moved/.git/x"), b"in/.git/x");
    assert_eq!(place.keys(), ["p/a", "p/d/c", "p/d/e.tmp"]);
    place.ends(2, &["rm", "-r", "oss://bucket"]);
    place.put("p2", b"x");
    place.ok(&["rm", "-r", "oss://bucket/p"]);
    assert_eq!(place.keys(), ["p2"], "p2 is not below p");
    place.ok(&["rm", "-r", "--all", "oss://bucket"]);
    assert!(place.keys().is_empty());
}

#[test]
fn sizes_that_are_told_are_those_of_the_objects() {
    let place = Place::new("sizes");
    let content = vec![7; 250_000];
    place.put("large", &content);
    place.put("small", b"hello");
    place.put("empty", b"");
    let parts = ["--part-size", "102400"];
    for (key, size) in [("large", 250_000), ("small", 5), ("empty", 0)] {
        let from = format!("oss://bucket/{key}");
        for (command, target) in [
            ("cp", "oss://bucket/copy"),
            ("get", "file"),
            ("mv", "moved"),
        ] {
            let copied = &place.json(&[&[command, &from, target], &parts[..]].concat())[0];
            assert_eq!(copied["bytes"], size, "{command} {from}");
        }
        let said = place.ok(&["put", "moved", &from, "--part-size", "102400"]);
        assert!(said.ends_with(&format!(" ({size} bytes)\n")), "{said}");
        let said = place.ok(&["mv", &from, "oss://bucket/copy", "-q"]);
        assert_eq!(said, "");
    }
}

#[test]
fn names_of_metadata_are_taken_whole() {
    let place = Place::new("metadata");
    place.write("a", b"x");
    let name = "n".repeat(117);
    let given = format!("{name}=a=b");
    place.ok(&["put", "a", "oss://bucket/a", "--metadata", &given]);
    let stat = &place.json(&["stat", "oss://bucket/a"])[0];
    assert_eq!(stat[format!("x-oss-meta-{name}")], "a=b");
    // A long one is refused as it is, and nothing is stored under a part of it.
    for length in [118, 300, 10_000] {
        let name = "n".repeat(length);
        let given = format!("{name}=v");
        let put = ["put", "a", "oss://bucket/b", "--metadata", &given];
        place.fails(2, &put, &format!("\"x-oss-meta-{name}\""));
    }
    assert_eq!(place.keys(), ["a"]);
}

#[test]
fn a_move_with_markers_leaves_the_directories_and_succeeds() {
    let place = Place::new("markers");
    place.write("in/a", b"x");
    fs::create_dir_all(place.folder.join("in/empty")).unwrap();
    place.ok(&["mv", "-r", "--markers", "in", "oss://bucket/m"]);
    assert_eq!(place.keys(), ["m/a", "m/empty/"]);
    assert!(place.folder.join("in/empty").is_dir());
    assert!(!place.folder.join("in/a").exists());
    place.ok(&["mv", "-r", "oss://bucket/m", "back"]);
    assert!(place.folder.join("back/empty").is_dir());
    assert_eq!(place.read("back/a"), b"x");
}
