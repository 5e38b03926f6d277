//! The command line program of `examples/c/ossctl`, built and run against the local server: every command, standard input
//! and output, JSON, exit codes, deletions, and going on after it was killed.
#![cfg(unix)]

mod support;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use alioss::{Bucket, Options};
use oss_local::{Action, Rule, Server, Status};
use support::{Scheme, environment, library, root, rpath, scratch, server, tool};

/// The program, compiled once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = library().directory.join("ossctl");
        let mut arguments: Vec<OsString> = [
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-g",
            "-pthread",
            "-I",
        ]
        .map(OsString::from)
        .into();
        arguments.push(root().join("include").into());
        let sources = fs::read_dir(root().join("examples/c/ossctl")).unwrap();
        let sources = sources.map(|entry| entry.unwrap().path());
        arguments.extend(
            sources
                .filter(|path| path.extension().is_some_and(|ext| ext == "c"))
                .map(OsString::from),
        );
        arguments.push("-o".into());
        arguments.push(program.clone().into());
        arguments.push(support::joined("-L", &library().directory));
        arguments.extend([OsString::from("-lalioss"), rpath()]);
        tool("cc", "gcc", &arguments);
        program
    })
}

/// A server with the bucket `b`, and a folder to work in.
struct Place {
    server: Server,
    folder: PathBuf,
    bucket: Bucket,
}

impl Place {
    fn new(name: &str) -> Place {
        let server = server();
        let folder = scratch(name);
        let bucket = Bucket::new(&support::config(&server.endpoint()), "bucket").unwrap();
        bucket.put_bucket(&Options::new()).unwrap();
        Place {
            server,
            folder,
            bucket,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear();
        command.envs(environment(&self.server, Scheme::Http));
        command.env("HOME", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs it with something on standard input.
    fn feed(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that refuses does not read it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs it; what it printed, if it ended with that code.
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn ok(&self, arguments: &[&str]) -> String {
        self.ends(0, arguments)
    }

    /// Runs it with --json; all objects that it printed.
    fn json(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let mut all = arguments.to_vec();
        all.push("--json");
        let printed = self.ok(&all);
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        printed.lines().map(parse).collect()
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap()
    }

    fn put(&self, key: &str, content: &[u8]) {
        self.bucket
            .put_object(key, content, &Options::new())
            .unwrap();
    }

    fn stored(&self, key: &str) -> Option<Vec<u8>> {
        use std::io::Read;
        let mut content = Vec::new();
        let mut object = self.bucket.get_object(key, &Options::new()).ok()?;
        object.read_to_end(&mut content).unwrap();
        Some(content)
    }

    fn keys(&self) -> Vec<String> {
        let lines = self.json(&["ls", "-r", "oss://bucket"]);
        let key = |line: &serde_json::Value| line["key"].as_str().unwrap().to_owned();
        lines.iter().map(key).collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

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
    let refused = place.run(&["rb", "oss://bucket"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("-f deletes all"),
        "{}",
        stderr(&refused)
    );
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
    let output = place.run(&["get", "-r", "oss://bucket/p", "again"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("failed p/../evil: no file can have"),
        "{}",
        stderr(&output)
    );
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
    let failed = place.run(&sync);
    assert_eq!(failed.status.code(), Some(1));
    assert!(
        stderr(&failed).contains("therefore nothing was deleted"),
        "{}",
        stderr(&failed)
    );
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
    let refused = place.run(&["sync", "--delete", "empty", "oss://bucket/p"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("the source is empty"),
        "{}",
        stderr(&refused)
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

/// How often the service did that.
fn count(place: &Place, operation: &str) -> usize {
    let requests = place.server.requests();
    let all = requests.iter();
    all.filter(|request| request.operation == operation && !request.injected)
        .count()
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
    let failed = place.run(&sync);
    assert_eq!(failed.status.code(), Some(1), "{}", stderr(&failed));
    assert!(
        stderr(&failed).contains("nothing was deleted"),
        "{}",
        stderr(&failed)
    );
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
    let refused = place.run(&["sync", "--delete", "oss://other", "oss://bucket/p"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        stderr(&refused).contains("the source is empty"),
        "{}",
        stderr(&refused)
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
fn an_interrupted_copy_within_oss_ends_in_order_and_goes_on() {
    let place = Place::new("between-interrupted");
    for number in 0..60 {
        place.put(&format!("p/{number:02}"), b"content");
    }
    let slow = Rule::new(Action::Delay { ms: 100 }).operation("CopyObject");
    place.server.inject(slow.times(1000));
    let copy = ["cp", "-r", "-w3", "oss://bucket/p", "oss://bucket/q"];
    let mut command = place.command(&copy);
    let child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let copies = || {
        let requests = place.server.requests();
        let all = requests.iter();
        all.filter(|request| request.operation == "CopyObject")
            .count()
    };
    while copies() < 7 {
        std::thread::sleep(Duration::from_millis(2));
    }
    tool(
        "kill",
        "procps",
        &["-INT".to_owned(), child.id().to_string()],
    );
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(130), "{}", stderr(&ended));
    place.server.clear_rules();
    place.ok(&copy);
    assert_eq!(place.keys().len(), 120);
    // What three workers had under way was done again, at most.
    assert!(copies() <= 63, "{}", copies());
}

#[test]
fn a_signed_url_works_without_keys() {
    let place = Place::new("sign");
    place.put("a b", b"signed");
    let url = place.ok(&["sign", "-e", "60", "oss://bucket/a b"]);
    let got = tool("curl", "curl", &["-sf", url.trim_end()]);
    assert_eq!(got, "signed");
    let signed = &place.json(&["sign", "oss://bucket/a b", "-m", "HEAD"])[0];
    assert!(signed["expiration"].as_i64().unwrap() > 0);
    place.ends(2, &["sign", "-e", "604801", "oss://bucket/a"]);
}

#[test]
fn uploads_left_behind_are_listed_and_given_up() {
    let place = Place::new("uploads");
    for key in ["p/a", "q"] {
        place
            .bucket
            .initiate_multipart_upload(key, &Options::new())
            .unwrap();
    }
    let listed = place.json(&["uploads", "oss://bucket"]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["key"], "p/a");
    assert!(
        place
            .json(&["uploads", "--older-than", "1", "oss://bucket"])
            .is_empty()
    );
    assert!(
        place
            .ok(&["uploads", "--abort", "oss://bucket/p"])
            .ends_with("oss://bucket/p/a  aborted\n")
    );
    assert_eq!(place.json(&["uploads", "oss://bucket"]).len(), 1);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let place = Place::new("codes");
    place.write("a", b"x");
    let refuse = |status, code: &str| {
        let answer = Action::Status(Status::new(status, code));
        place
            .server
            .inject(Rule::new(answer).operation("PutObject").times(3));
    };
    let put = ["put", "a", "oss://bucket/a"];
    for (status, code, expected) in [
        (403, "AccessDenied", 4),
        (503, "ServiceUnavailable", 5),
        (409, "ObjectNotAppendable", 1),
    ] {
        refuse(status, code);
        let failed = place.run(&put);
        assert_eq!(failed.status.code(), Some(expected), "{}", stderr(&failed));
        place.server.clear_rules();
    }
    let rows: [(i32, &[&str], &str); 16] = [
        (3, &["get", "oss://bucket/missing", "x"], "NoSuchKey"),
        (3, &["ls", "oss://missing"], "NoSuchBucket"),
        (
            3,
            &["ls", "oss://bucket/missing"],
            "nothing is called like that",
        ),
        (6, &["put", "missing", "oss://bucket/a"], "missing"),
        (6, &["get", "oss://bucket/a", "no/where"], "no/where"),
        (2, &["put", "a"], "a source and a target"),
        (2, &["put", "a", "b"], "goes the other way"),
        (2, &["cp", "a", "b"], "in OSS"),
        (2, &["frobnicate"], "no command"),
        (2, &["ls", "--frobnicate"], "--frobnicate is not an option"),
        (2, &["ls", "-Z"], "-Z is not an option"),
        (2, &["put", "-w", "65", "a", "oss://bucket/a"], "1 to 64"),
        (2, &["put", "--workers"], "needs a value"),
        (2, &["ls", "--json=1"], "takes no value"),
        (2, &["ls", "oss://"], "oss://BUCKET/KEY"),
        (2, &["ls", "oss://No_Bucket"], "bucket"),
    ];
    place.put("a", b"x");
    for (code, arguments, words) in rows {
        let output = place.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(words),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty());
    }
    let nowhere = place
        .command(&["ls"])
        .env_remove("OSS_ENDPOINT")
        .env_remove("OSS_REGION")
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    let no_keys = place
        .command(&["ls"])
        .env_remove("OSS_ACCESS_KEY_ID")
        .output()
        .unwrap();
    assert!(
        matches!(no_keys.status.code(), Some(2 | 4)),
        "{}",
        stderr(&no_keys)
    );
    let closed = place.run(&["ls", "--endpoint", "http://127.0.0.1:1"]);
    assert_eq!(closed.status.code(), Some(5), "{}", stderr(&closed));
    // Errors are JSON, too, if asked for.
    let output = place.run(&["get", "--json", "oss://bucket/missing", "x"]);
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(
        (&error["code"], &error["exit_code"]),
        (&"NoSuchKey".into(), &3.into())
    );
}

#[test]
fn names_are_shown_without_steering_the_terminal() {
    let place = Place::new("names");
    place.put("evil\u{1b}[2J\"\n路", b"x");
    let said = place.ok(&["ls", "oss://bucket"]);
    assert!(
        said.ends_with("oss://bucket/evil\\x1b[2J\"\\x0a路\n"),
        "{said:?}"
    );
    assert_eq!(place.keys(), ["evil\u{1b}[2J\"\n路"]);
}

#[test]
fn help_teaches_every_command() {
    let place = Place::new("help");
    let all = place.ok(&["--help"]);
    let commands = [
        "ls", "stat", "cat", "put", "get", "cp", "mv", "rm", "sync", "du", "mb", "rb", "sign",
        "uploads",
    ];
    for command in commands {
        assert!(all.contains(&format!("\n  {command} ")), "{command}");
        let help = place.ok(&[command, "--help"]);
        assert!(
            help.starts_with(&format!("usage: ossctl {command} ")),
            "{help}"
        );
        assert!(
            help.matches("ossctl ").count() > 1,
            "{command} has no example"
        );
        assert!(help.contains("\noptions:\n") && help.contains("--endpoint"));
        assert_eq!(place.ok(&["help", command]), help);
    }
    assert!(all.contains("Exit codes: 0 done;"));
    assert!(place.ok(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn bash_completes_commands_options_and_places() {
    let place = Place::new("completion");
    place.put("photos/a.jpg", b"x");
    let complete = |line: &str| {
        let script = format!(
            "source {}; ossctl() {{ {} \"$@\"; }}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
             read -ra COMP_WORDS <<<\"${{COMP_LINE//:/ : }}x\"; \
             COMP_WORDS[-1]=${{COMP_WORDS[-1]%x}}; COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _ossctl; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            root().join("examples/c/ossctl/ossctl.bash").display(),
            program().display()
        );
        let mut bash = Command::new("bash");
        bash.args(["-c", &script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap());
        bash.envs(environment(&place.server, Scheme::Http))
            .current_dir(&place.folder);
        String::from_utf8(bash.output().unwrap().stdout).unwrap()
    };
    assert_eq!(complete("ossctl sy"), "sync\n");
    assert_eq!(complete("ossctl put --meta"), "--metadata\n");
    assert_eq!(complete("ossctl ls oss://bu"), "//bucket/\n");
    assert_eq!(
        complete("ossctl cat oss://bucket/photos/"),
        "//bucket/photos/a.jpg\n"
    );
    place.write("local.txt", b"");
    assert_eq!(complete("ossctl put loc"), "local.txt\n");
}

#[test]
fn what_was_killed_or_interrupted_goes_on_where_it_stopped() {
    let place = Place::new("killed");
    let content: Vec<u8> = (0..1_500_000).map(|at| (at % 241) as u8).collect();
    place.write("in", &content);
    let slow = |operation: &str| {
        place.server.inject(
            Rule::new(Action::Delay { ms: 100 })
                .operation(operation)
                .times(1000),
        );
    };
    let wait_for = |operation: &str, many: usize| {
        let end = Instant::now() + Duration::from_secs(30);
        let seen = || {
            place
                .server
                .requests()
                .iter()
                .filter(|request| request.operation == operation)
                .count()
        };
        while seen() < many && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    };
    let up = [
        "put",
        "in",
        "oss://bucket/a",
        "--part-size",
        "102400",
        "-w1",
    ];
    let down = [
        "get",
        "oss://bucket/a",
        "out",
        "--part-size",
        "102400",
        "-w1",
    ];
    for (arguments, operation) in [(up, "UploadPart"), (down, "GetObject")] {
        slow(operation);
        place.server.clear_requests();
        let mut child = place.command(&arguments).spawn().unwrap();
        wait_for(operation, 4);
        child.kill().unwrap();
        child.wait().unwrap();
        // An interruption ends it in order, with its own code.
        let mut child = place
            .command(&arguments)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for(operation, 8);
        tool(
            "kill",
            "procps",
            &["-INT".to_owned(), child.id().to_string()],
        );
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(130));
        place.server.clear_rules();
        place.ok(&arguments);
        let requests = place.server.requests();
        let parts = requests
            .iter()
            .filter(|request| request.operation == operation)
            .count();
        assert!(parts <= 15 + 2, "{operation}: {parts} instead of 15");
    }
    assert!(place.stored("a").unwrap() == content && place.read("out") == content);
    let left: Vec<_> = fs::read_dir(&place.folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[test]
fn progress_is_a_bar_on_a_terminal_and_nothing_for_what_is_quick_elsewhere() {
    let place = Place::new("progress");
    place.write("in", &vec![1; 2_000_000]);
    assert_eq!(stderr(&place.run(&["put", "in", "oss://bucket/a"])), "");
    place.server.inject(
        Rule::new(Action::Delay { ms: 150 })
            .operation("UploadPart")
            .times(100),
    );
    let line = format!(
        "{} put in oss://bucket/a -w1 --part-size 204800",
        program().display()
    );
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "typescript"])
        .current_dir(&place.folder)
        .env_clear();
    script
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(environment(&place.server, Scheme::Http));
    let shown = String::from_utf8_lossy(&script.output().unwrap().stdout).into_owned();
    for words in [
        "oss://bucket/a: [",
        "MiB of 1.9 MiB, ",
        "/s, 0:0",
        " left",
        "\r\u{1b}[K",
        "in -> oss://bucket/a",
    ] {
        assert!(shown.contains(words), "no {words:?} in {shown:?}");
    }
}
