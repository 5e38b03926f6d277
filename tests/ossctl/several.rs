//! Several sources and one target: none is written over another, and nothing is moved that was refused.

use super::*;

impl Place {
    /// What an object of another bucket holds.
    fn stored_in(&self, bucket: &str, key: &str) -> String {
        self.ok(&["cat", &format!("oss://{bucket}/{key}")])
    }

    /// It is refused as wrong usage, with these words, and the service hears nothing of it.
    fn refuses(&self, arguments: &[&str], words: &str) {
        self.server.clear_requests();
        let output = self.fails(2, arguments, words);
        assert!(output.stdout.is_empty(), "{arguments:?}");
        let requests = self.server.requests();
        assert_eq!(requests.len(), 0, "{arguments:?}: {requests:?}");
    }
}

#[test]
fn options_that_mean_nothing_here_are_refused_by_name() {
    let place = Place::new("meaningless");
    place.write("d/f", b"x");
    place.put("k", b"x");
    let (key, prefix) = ("oss://bucket/k", "oss://bucket/p");
    let rows: [(&[&str], &str); 19] = [
        (&["rm", "--all", key], "--all needs -r"),
        (&["mv", "-x", "f", "d/f", "oss://bucket/"], "--exclude"),
        (&["put", "-i", "f", "d/f", "oss://bucket/"], "--include"),
        (&["put", "-c", "d/f", "oss://bucket/"], "--checksum"),
        (&["get", "--overwrite", key, "out"], "--overwrite"),
        (&["get", "-L", key, "out"], "--follow"),
        (&["get", "--stop", key, "out"], "--stop"),
        (&["put", "--markers", "d/f", "oss://bucket/"], "--markers"),
        (
            &["cp", "--storage-class", "IA", key, "out"],
            "--storage-class",
        ),
        (&["mv", "--acl", "private", key, "out"], "--acl"),
        (
            &["cp", "-r", "--metadata", "a=b", prefix, "d"],
            "--metadata",
        ),
        (&["cp", "--content-type", "a/b", key, "-"], "--content-type"),
        (&["sync", "--metadata", "a=b", prefix, "d"], "--metadata"),
        (
            &["sync", "--storage-class", "IA", prefix, "d"],
            "--storage-class",
        ),
        (&["sync", "--markers", prefix, "d"], "--markers"),
        (
            &["sync", "--markers", prefix, "oss://bucket/q"],
            "--markers",
        ),
        (&["sync", "--follow", prefix, "oss://bucket/q"], "--follow"),
        (
            &["sync", "--delete-from-empty", "d", prefix],
            "--delete-from-empty",
        ),
        (&["get", "--records", "d", key, "-"], "--records"),
    ];
    for (arguments, words) in rows {
        place.refuses(arguments, words);
    }
    assert_eq!(place.keys(), ["k"]);
    assert_eq!(place.read("d/f"), b"x");
}

#[test]
fn sources_of_several_buckets_come_from_their_own_bucket() {
    let place = Place::new("several-buckets");
    for bucket in ["aaa", "bbb", "ccc", "ddd"] {
        place.ok(&["mb", &format!("oss://{bucket}")]);
    }
    for (bucket, folder) in [("aaa", "x"), ("bbb", "y"), ("ddd", "z")] {
        for key in ["1", "2"] {
            place.write("content", format!("{bucket} {key}").as_bytes());
            let target = format!("oss://{bucket}/{folder}/{key}");
            place.ok(&["put", "content", &target]);
            // What is called the same in the target must not be taken for it.
            place.ok(&["put", "content", &format!("oss://ccc/{folder}/{key}")]);
        }
    }
    let sources = ["oss://aaa/x", "oss://bbb/y", "oss://ddd/z"];
    let copy = [&["cp", "-r"], &sources[..], &["oss://ccc/all/"]].concat();
    place.ok(&copy);
    let moves = [&["mv", "-r"], &sources[..], &["oss://ccc/moved/"]].concat();
    place.ok(&moves);
    for (bucket, folder) in [("aaa", "x"), ("bbb", "y"), ("ddd", "z")] {
        let source = format!("oss://{bucket}");
        assert!(place.json(&["ls", "-r", &source]).is_empty(), "{source}");
        for key in ["1", "2"] {
            let content = format!("{bucket} {key}");
            for target in ["", "all/", "moved/"] {
                let key = format!("{target}{folder}/{key}");
                assert_eq!(place.stored_in("ccc", &key), content, "{key}");
            }
        }
    }
}

#[test]
fn several_sources_need_a_target_that_has_room_for_them() {
    let place = Place::new("several-targets");
    for name in ["f1", "f2", "d1/a", "d2/a"] {
        place.write(name, name.as_bytes());
    }
    place.put("a", b"a");
    place.put("c", b"c");
    let (a, c) = ("oss://bucket/a", "oss://bucket/c");
    for command in ["mv", "cp"] {
        for flags in [&[][..], &["-r"]] {
            let begin = [&[command], flags].concat();
            for rest in [
                &[a, c, "file"][..],
                &["f1", "f2", "oss://bucket/key"],
                &[a, c, "oss://bucket/key"],
                &[a, c, "f1"],
                &["f1", "d1", "d2", "oss://bucket/key"],
            ] {
                // Directories need -r as well, which is said first or second.
                place.refuses(&[&begin[..], rest].concat(), "");
            }
        }
        place.refuses(&[command, a, c, "file"], "several sources need a directory");
        place.refuses(
            &[command, "-r", "f1", "f2", "oss://bucket/key"],
            "oss://bucket/key: several sources need",
        );
    }
    place.refuses(&["put", "f1", "f2", "oss://bucket/key"], "several sources");
    place.refuses(&["get", a, c, "file"], "file: several sources need");
    for name in ["f1", "f2", "d1/a", "d2/a"] {
        assert_eq!(place.read(name), name.as_bytes());
    }
    assert_eq!(place.keys(), ["a", "c"]);
    assert!(!place.folder.join("file").exists());
    // To standard output they go one after the other.
    assert_eq!(place.ok(&["get", a, c, "-"]), "ac");
    fs::create_dir(place.folder.join("here")).unwrap();
    place.ok(&["mv", a, c, "here"]);
    assert_eq!(
        (place.read("here/a"), place.read("here/c")),
        (b"a".into(), b"c".into())
    );
}

#[test]
fn sources_of_one_name_are_not_written_over_each_other() {
    let place = Place::new("several-names");
    for name in ["x/f", "y/f", "x/d/1", "y/d/2", "d"] {
        place.write(name, name.as_bytes());
    }
    for key in ["p/d/1", "q/d/2", "p/f", "q/f"] {
        place.put(key, key.as_bytes());
    }
    let bucket = "oss://bucket/x/";
    for command in ["mv", "cp"] {
        for sources in [
            ["x/f", "y/f"],
            ["oss://bucket/p/f", "oss://bucket/q/f"],
            ["x/f", "oss://bucket/q/f"],
        ] {
            let [one, other] = sources;
            place.refuses(&[command, one, other, bucket], "\"f\"");
            place.refuses(&[command, "-r", one, other, bucket], "\"f\"");
        }
        for sources in [
            ["x/d", "y/d"],
            ["x/d/", "y/d//"],
            ["oss://bucket/p/d/", "oss://bucket/q/d/"],
            ["oss://bucket/p/d", "y/d/"],
            ["d", "y/d/"],
        ] {
            let [one, other] = sources;
            place.refuses(&[command, "-r", one, other, bucket], "\"d\"");
        }
        for nameless in [".", "..", "x/..", "./", "/"] {
            let words = format!("{nameless}: it has no name");
            place.refuses(&[command, "-r", "x", nameless, bucket], &words);
        }
        place.refuses(
            &[
                command,
                "-r",
                "oss://bucket/p/..",
                "oss://bucket/q",
                "here/",
            ],
            "oss://bucket/p/..: it has no name",
        );
    }
    assert_eq!(place.keys(), ["p/d/1", "p/f", "q/d/2", "q/f"]);
    for name in ["x/f", "y/f", "x/d/1", "y/d/2", "d"] {
        assert_eq!(place.read(name), name.as_bytes());
    }
}

#[test]
fn a_slash_at_the_end_of_a_source_takes_nothing_from_its_name() {
    let place = Place::new("several-slashes");
    for name in ["d1/a", "d2/a", "d1/b/c"] {
        place.write(name, name.as_bytes());
    }
    place.ok(&["mv", "-r", "d1/", "d2//", "oss://bucket/x/"]);
    assert_eq!(place.keys(), ["x/d1/a", "x/d1/b/c", "x/d2/a"]);
    assert_eq!(place.stored("x/d2/a").unwrap(), b"d2/a");
    let sources = ["oss://bucket/x/d1/", "oss://bucket/x/d2/"];
    place.ok(&["cp", "-r", sources[0], sources[1], "oss://bucket/y/"]);
    assert_eq!(place.stored("y/d1/a").unwrap(), b"d1/a");
    assert_eq!(place.stored("y/d2/a").unwrap(), b"d2/a");
    place.ok(&["mv", "-r", sources[0], sources[1], "back/"]);
    assert_eq!(place.read("back/d1/a"), b"d1/a");
    assert_eq!(place.read("back/d2/a"), b"d2/a");
    assert_eq!(place.keys(), ["y/d1/a", "y/d1/b/c", "y/d2/a"]);
    // A whole bucket is called as it is.
    place.ok(&["mb", "oss://other"]);
    place.ok(&[
        "cp",
        "-r",
        "oss://bucket/y/d2",
        "oss://bucket/",
        "oss://other/all/",
    ]);
    assert_eq!(place.stored_in("other", "all/bucket/y/d1/a"), "d1/a");
}

#[test]
fn what_is_refused_is_refused_before_anything_is_done() {
    let place = Place::new("several-refused");
    place.write("f", b"f");
    place.write("d/f", b"f");
    place.put("k", b"k");
    place.put("l", b"l");
    let k = "oss://bucket/k";
    // Standard input and output are nothing that can be moved, or that has a name.
    place.refuses(&["mv", k, "-"], "cannot be moved");
    place.refuses(&["mv", "-", k], "cannot be moved");
    place.refuses(&["mv", k, "oss://bucket/l", "-"], "cannot be moved");
    place.refuses(&["put", "f", "-", "oss://bucket/x/"], "whole key");
    place.refuses(&["put", "-", "-", "oss://bucket/x/"], "whole key");
    place.refuses(&["get", "-r", k, "-"], "standard output");
    assert!(!place.folder.join("-").exists());
    // The last one is wrong; the first ones are not touched.
    for rest in [
        &["f", "d", "oss://bucket/x/"][..],
        &["f", "", "oss://bucket/x/"],
        &["f", "oss://No_Bucket/k", "oss://bucket/x/"],
        &["f", "oss:///k", "oss://bucket/x/"],
        &[k, "oss://bucket/x/", "oss://bucket/y/"],
        &[k, "f", "d"],
        &["f", "d/f", ""],
        &[k, ""],
    ] {
        place.refuses(&[&["mv"], rest].concat(), "");
    }
    for rest in [
        &[k, "f"][..],
        &[k, "oss://bucket"],
        &[k, "oss://No_Bucket/k"],
        &[k, ""],
    ] {
        place.refuses(&[&["rm"], rest].concat(), "");
    }
    place.refuses(&["rm", "-r", k, "oss://bucket"], "--all");
    place.refuses(&["cat", k, "f"], "oss://BUCKET/KEY");
    place.refuses(&["ls", k, "f"], "oss://BUCKET/KEY");
    place.refuses(&["du", k, "f"], "oss://BUCKET/KEY");
    place.refuses(&["stat", k, "f"], "oss://BUCKET/KEY");
    place.refuses(&["sync", "", "oss://bucket"], "empty");
    place.refuses(&["sync", "oss://bucket", ""], "empty");
    assert_eq!(place.keys(), ["k", "l"]);
    assert_eq!(
        (place.read("f"), place.read("d/f")),
        (b"f".into(), b"f".into())
    );
}
