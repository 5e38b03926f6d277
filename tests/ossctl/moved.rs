//! What is moved is removed only if it is what has arrived: not what was written to it, or was stored in its place, while the
//! service was answering.

use std::os::unix::fs::PermissionsExt;
use std::process::Child;
use std::time::SystemTime;

use super::*;

/// What somebody else does meanwhile.
type Meanwhile = fn(&Place);

impl Place {
    /// Runs `arguments` until request number `skip` (from 0) of that operation waits, does `meanwhile`, and lets it go on with
    /// `release`, which is a request of the same operation.
    fn interfere(
        &self,
        arguments: &[&str],
        (operation, skip): (&str, usize),
        meanwhile: impl FnOnce(),
        release: impl FnOnce(),
    ) -> Output {
        self.server.clear_requests();
        let gather = Rule::new(Action::Gather { requests: 2 }).operation(operation);
        self.server.inject(gather.skip(skip as u32).times(2));
        let mut command = self.command(arguments);
        command.stdin(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        self.wait_for(operation, skip + 1, &mut child);
        meanwhile();
        release();
        let output = child.wait_with_output().unwrap();
        self.server.clear_rules();
        output
    }

    fn wait_for(&self, operation: &str, many: usize, child: &mut Child) {
        let end = Instant::now() + Duration::from_secs(60);
        let seen = || {
            let requests = self.server.requests();
            let all = requests.iter();
            all.filter(|request| request.operation == operation).count()
        };
        while seen() < many {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "it ended without {operation}: {ended:?}");
            assert!(Instant::now() < end, "no {operation}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Moves while an upload waits for its answer: `operation` is the last request of it.
    fn moves_file(&self, arguments: &[&str], operation: &str, meanwhile: Meanwhile) -> Output {
        let options = Options::new();
        self.interfere(
            arguments,
            (operation, 0),
            || meanwhile(self),
            || match operation {
                "PutObject" => self.put("other", b"x"),
                _ => {
                    let other =
                        self.bucket
                            .complete_multipart_upload("other", "none", &[], &options);
                    drop(other);
                }
            },
        )
    }

    /// Moves, and stores the source anew before it is looked at for the last time, by that HeadObject (from 0).
    fn moves_object(&self, arguments: &[&str], last_look: usize, key: &str) -> Output {
        self.interfere(
            arguments,
            ("HeadObject", last_look),
            || self.put(key, b"new"),
            || drop(self.bucket.head_object(key, &Options::new())),
        )
    }
}

const OLD: &[u8] = b"old content";
const NEW: &[u8] = b"new content";

/// A file "d/f" whose time is an hour ago.
fn write_old(place: &Place, name: &str, content: &[u8]) {
    place.write(name, content);
    set_time(place, name);
}

fn set_time(place: &Place, name: &str) {
    let old = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let file = fs::File::open(place.folder.join(name)).unwrap();
    file.set_modified(old).unwrap();
}

fn append(place: &Place) {
    let mut file = fs::File::options();
    let mut file = file.append(true).open(place.folder.join("d/f")).unwrap();
    file.write_all(b" and more").unwrap();
}

fn replace(place: &Place) {
    write_old(place, "other", NEW);
    fs::rename(place.folder.join("other"), place.folder.join("d/f")).unwrap();
}

fn rewrite_and_set_time_back(place: &Place) {
    write_old(place, "d/f", NEW);
}

fn change_mode(place: &Place) {
    let path = place.folder.join("d/f");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[test]
fn a_file_that_changed_while_its_answer_was_awaited_stays() {
    let place = Place::new("moved-file");
    let one = ["mv", "d/f", "oss://bucket/f"];
    let tree = ["mv", "-r", "d", "oss://bucket/"];
    let changes: [(Meanwhile, &[u8]); 3] = [
        (append, b"old content and more"),
        (replace, NEW),
        (rewrite_and_set_time_back, NEW),
    ];
    for (arguments, code) in [(&one[..], 6), (&tree[..], 1)] {
        for (at, (change, left)) in changes.iter().enumerate() {
            let case = format!("{arguments:?}, change {at}");
            place.ok(&["rm", "-r", "--all", "oss://bucket"]);
            write_old(&place, "d/f", OLD);
            let output = place.moves_file(arguments, "PutObject", *change);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(code), "{case}: {said}");
            assert!(
                said.contains("d/f is stored as it was, but changed"),
                "{case}: {said}"
            );
            assert_eq!(place.read("d/f"), *left, "{case}");
            assert_eq!(place.stored("f").unwrap(), OLD, "{case}");
            // The next time it goes.
            place.ok(arguments);
            assert_eq!(place.stored("f").unwrap(), *left, "{case}");
            assert!(!place.folder.join("d/f").exists(), "{case}");
        }
    }
}

#[test]
fn a_large_file_that_changed_while_its_parts_became_an_object_stays() {
    let place = Place::new("moved-large");
    let content = vec![7; 250_000];
    for arguments in [&["mv", "d/f"][..], &["mv", "-r", "d"]] {
        let all = [arguments, &["oss://bucket/", "--part-size", "102400"]].concat();
        place.ok(&["rm", "-r", "--all", "oss://bucket"]);
        write_old(&place, "d/f", &content);
        let output = place.moves_file(&all, "CompleteMultipartUpload", append);
        assert!(!output.status.success(), "{all:?}");
        assert!(
            stderr(&output).contains("it stays here"),
            "{}",
            stderr(&output)
        );
        assert_eq!(place.read("d/f").len(), content.len() + 9);
        assert!(place.stored("f").unwrap() == content);
    }
}

#[test]
fn a_file_that_only_got_another_mode_is_removed() {
    let place = Place::new("moved-mode");
    for arguments in [
        ["mv", "d/f", "oss://bucket/f"].to_vec(),
        vec!["mv", "-r", "d", "oss://bucket"],
    ] {
        place.ok(&["rm", "-r", "--all", "oss://bucket"]);
        write_old(&place, "d/f", OLD);
        let output = place.moves_file(&arguments, "PutObject", change_mode);
        assert!(output.status.success(), "{}", stderr(&output));
        assert!(!place.folder.join("d/f").exists());
        assert_eq!(place.stored("f").unwrap(), OLD);
    }
    // Nor does it matter that another name of the same file went.
    write_old(&place, "d/f", OLD);
    fs::hard_link(place.folder.join("d/f"), place.folder.join("d/g")).unwrap();
    place.ok(&["mv", "-r", "d", "oss://bucket/"]);
    assert_eq!(fs::read_dir(place.folder.join("d")).unwrap().count(), 0);
}

/// Each with how often an object is asked for before it is looked at last.
#[test]
fn an_object_that_was_stored_anew_while_it_was_moved_stays() {
    for versioned in [false, true] {
        let place = Place::new("moved-object");
        if versioned {
            let body =
                b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
            let options = Options::new();
            let invoked = place
                .bucket
                .invoke("PutBucketVersioning", None, &body[..], &options);
            invoked.unwrap();
        }
        let large = vec![7; 250_000];
        let parts = ["--part-size", "102400"];
        for (arguments, last_look, content, code) in [
            (&["mv", "oss://bucket/p/f", "f"][..], 1, OLD, 1),
            (
                &["mv", "oss://bucket/p/f", "f", parts[0], parts[1]],
                1,
                &large,
                1,
            ),
            (&["mv", "-r", "oss://bucket/p", "."], 0, OLD, 1),
            (&["mv", "oss://bucket/p/f", "oss://bucket/f"], 2, OLD, 1),
            (
                &[
                    "mv",
                    "oss://bucket/p/f",
                    "oss://bucket/f",
                    parts[0],
                    parts[1],
                ],
                2,
                &large,
                1,
            ),
            (&["mv", "-r", "oss://bucket/p", "oss://bucket/q"], 1, OLD, 1),
        ] {
            let case = format!("{arguments:?}");
            place.put("p/f", content);
            let output = place.moves_object(arguments, last_look, "p/f");
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(code), "{case}: {said}");
            let words = "oss://bucket/p/f: what it was has arrived, but another object";
            assert!(said.contains(words), "{case}: {said}");
            assert_eq!(place.stored("p/f").unwrap(), b"new", "{case}");
            place.ok(arguments);
            assert!(place.stored("p/f").is_none(), "{case}");
        }
    }
}

/// Somebody else was faster.
#[test]
fn an_object_that_is_gone_when_it_is_to_be_removed_was_moved() {
    let place = Place::new("moved-gone");
    place.put("f", OLD);
    let output = place.interfere(
        &["mv", "oss://bucket/f", "f"],
        ("HeadObject", 1),
        || {
            place.bucket.delete_object("f", &Options::new()).unwrap();
        },
        || drop(place.bucket.head_object("f", &Options::new())),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(place.read("f"), OLD);
}
