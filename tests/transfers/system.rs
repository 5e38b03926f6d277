//! The system fails at any of its calls: the disk is full or broken, no descriptor or thread is left. What was there stays
//! whole, the error is one of files or of the network, and the same call goes on as soon as it can.
#![cfg(target_os = "linux")]

use super::*;

const SIZE: usize = 4 * PART as usize + 7;
const NO_ROOM: i32 = 28;
const NO_RIGHT: i32 = 13;
const READ_ONLY: i32 = 30;
const TOO_MANY: i32 = 24;

/// What fails.
#[derive(Clone, Copy, Debug)]
struct Fault {
    what: &'static str,
    /// The first call that fails, from 1.
    at: u32,
    with: i32,
    /// Whether all calls after it fail, too.
    for_ever: bool,
}

/// How a program ended.
struct Outcome {
    status: String,
    said: String,
    failures: u32,
}

/// A way of the program `one_transfer`.
struct Trial {
    way: &'static str,
    workers: &'static str,
    records: bool,
    server: Server,
    bucket: Bucket,
    folder: PathBuf,
}

impl Trial {
    fn new(way: &'static str, workers: &'static str, records: bool) -> Trial {
        let server = server();
        Trial {
            way,
            workers,
            records,
            bucket: bucket(&server),
            folder: scratch(&format!("system-{:?}", std::thread::current().id())),
            server,
        }
    }

    /// Everything as it is before a transfer.
    fn prepare(&self) {
        fs::remove_dir_all(&self.folder).unwrap();
        fs::create_dir_all(self.folder.join("tree")).unwrap();
        fs::create_dir_all(self.folder.join("records")).unwrap();
        fs::write(self.folder.join("in"), content(SIZE)).unwrap();
        fs::write(self.folder.join("out"), "old").unwrap();
        let put = |key: &str, content: &[u8]| {
            let options = Options::new();
            self.bucket.put_object(key, content, &options).unwrap();
        };
        put("from", &content(SIZE));
        put("to", b"old");
        for (name, size) in self.tree() {
            // What an earlier round stored would be unchanged.
            let key = format!("tree/{name}");
            self.bucket.delete_object(&key, &Options::new()).unwrap();
            match self.way {
                "tree-up" => fs::write(self.folder.join("tree").join(name), content(size)).unwrap(),
                "tree-down" => put(&format!("tree/{name}"), &content(size)),
                _ => {}
            }
        }
        let all = Duration::ZERO;
        let options = Options::new();
        self.bucket.abort_uploads_before("", all, &options).unwrap();
    }

    fn tree(&self) -> [(&'static str, usize); 3] {
        [("a", 10), ("b", 2 * PART as usize + 1), ("c", 0)]
    }

    fn run(&self, fault: Option<Fault>) -> Outcome {
        let program = support::compile("tests/c/one_transfer.c", "c99", support::Linking::Shared);
        let mut environment = support::environment(&self.server, support::Scheme::Http);
        environment.push(preload());
        if let Some(fault) = fault {
            let mut add = |name: &str, value: String| environment.push((name.into(), value));
            add("FAIL_WHAT", fault.what.to_owned());
            add("FAIL_AT", fault.at.to_string());
            add("FAIL_WITH", fault.with.to_string());
            if fault.for_ever {
                add("FAIL_EVER", "1".to_owned());
            }
        }
        let folder = self.folder.to_str().unwrap();
        let records = self.folder.join("records");
        let mut arguments = vec![self.way, folder, self.workers];
        if self.records || self.way == "copy" {
            arguments.push(records.to_str().unwrap());
        }
        let said = support::succeed(&[program], &arguments, &environment);
        let (first, failures) = said.split_once("failures ").unwrap();
        Outcome {
            status: first.split(' ').next().unwrap().to_owned(),
            failures: failures.trim().parse().unwrap(),
            said: first.to_owned(),
        }
    }

    /// What is at the target: `Some(true)` if it is new and whole, `Some(false)` if old, `None` if torn.
    fn is_new(&self) -> Option<bool> {
        let there = match self.way {
            "down" | "read" => fs::read(self.folder.join("out")).unwrap(),
            "tree-up" | "tree-down" => return self.is_new_tree(),
            _ => stored(&self.bucket, "to"),
        };
        match there {
            there if there == content(SIZE) => Some(true),
            there => (there == b"old").then_some(false),
        }
    }

    fn is_new_tree(&self) -> Option<bool> {
        let mut all = true;
        for (name, size) in self.tree() {
            let there = match self.way {
                "tree-up" => {
                    let key = format!("tree/{name}");
                    let exists = self.bucket.object_exists(&key, &Options::new()).unwrap();
                    exists.then(|| stored(&self.bucket, &key))
                }
                _ => fs::read(self.folder.join("tree").join(name)).ok(),
            };
            match there {
                None => all = false,
                Some(there) if there == content(size) => {}
                Some(_) => return None,
            }
        }
        Some(all)
    }

    fn assert_clean(&self, context: &str) {
        for folder in ["", "tree", "records"] {
            let names = names(&self.folder.join(folder));
            let left = names.iter().find(|name| name.starts_with('.'));
            assert_eq!(left, None, "{context}");
        }
        assert_eq!(uploads(&self.bucket), 0, "{context}");
    }

    /// Has each call fail, one after the other, until there is none left: how many there were.
    fn try_each(&self, fault: Fault, kinds: &[&str]) -> u32 {
        for at in 1..500 {
            self.prepare();
            let fault = Fault { at, ..fault };
            let outcome = self.run(Some(fault));
            let context = format!("{} {fault:?}: {}", self.way, outcome.said);
            let is_new = self.is_new();
            match outcome.status.as_str() {
                "OSS_OK" => assert_eq!(is_new, Some(true), "{context}"),
                status => {
                    assert!(kinds.contains(&status), "{context}");
                    assert!(is_new.is_some(), "{context}: torn");
                }
            }
            if outcome.failures == 0 {
                return at - 1;
            }
            let again = self.run(None);
            assert_eq!(again.status, "OSS_OK", "{context}, then {}", again.said);
            assert_eq!(self.is_new(), Some(true), "{context}");
            self.assert_clean(&context);
        }
        panic!("{}: it never ends", self.way);
    }
}

/// The functions that fail, compiled once.
fn preload() -> (String, String) {
    static PRELOAD: std::sync::OnceLock<(String, String)> = std::sync::OnceLock::new();
    let make = || support::preload("tests/c/fail_system.c", &scratch("preload"));
    PRELOAD.get_or_init(make).clone()
}

fn full_disk(for_ever: bool) -> Fault {
    Fault {
        what: "disk",
        at: 1,
        with: NO_ROOM,
        for_ever,
    }
}

#[test]
fn a_disk_that_is_full_from_any_moment_on_tears_nothing() {
    for (way, workers) in [("down", "1"), ("tree-down", "1"), ("copy", "1")] {
        let trial = Trial::new(way, workers, false);
        let calls = trial.try_each(full_disk(true), &["OSS_IO"]);
        assert!(calls > 5, "{way}: {calls} calls");
    }
}

#[test]
fn a_disk_that_fails_once_tears_nothing() {
    for (way, workers) in [("down", "3"), ("up", "3")] {
        let trial = Trial::new(way, workers, true);
        let calls = trial.try_each(full_disk(false), &["OSS_IO"]);
        assert!(calls > 2, "{way}: {calls} calls");
    }
}

/// Nobody asked for a record beside the file, so the file is sent all the same.
#[test]
fn a_file_beside_which_nothing_can_be_written_is_sent_all_the_same() {
    for way in ["up", "tree-up"] {
        for with in [NO_ROOM, NO_RIGHT, READ_ONLY] {
            let trial = Trial::new(way, "3", false);
            let fault = Fault {
                with,
                ..full_disk(true)
            };
            assert!(trial.try_each(fault, &[]) > 1, "{way} {with}");
        }
    }
}

#[test]
fn a_record_that_was_asked_for_is_kept_or_it_is_said_why_not() {
    let trial = Trial::new("up", "1", true);
    let fault = Fault {
        with: READ_ONLY,
        ..full_disk(true)
    };
    trial.prepare();
    let outcome = trial.run(Some(fault));
    assert_eq!(outcome.status, "OSS_IO", "{}", outcome.said);
    assert!(outcome.said.contains("records"), "{}", outcome.said);
    trial.assert_clean("afterwards");
}

#[test]
fn without_descriptors_a_transfer_fails_at_any_moment_and_goes_on() {
    for way in ["up", "down", "copy", "tree-down"] {
        let trial = Trial::new(way, "1", false);
        let fault = Fault {
            what: "descriptors",
            at: 1,
            with: TOO_MANY,
            for_ever: true,
        };
        let calls = trial.try_each(fault, &["OSS_IO", "OSS_NETWORK"]);
        assert!(calls > 2, "{way}: {calls} calls");
    }
}

/// With fewer threads than workers, or none at all, everything is done all the same.
#[test]
fn without_threads_everything_is_done_by_those_that_are_there() {
    for way in [
        "up",
        "down",
        "copy",
        "write",
        "read",
        "tree-up",
        "tree-down",
    ] {
        let trial = Trial::new(way, "3", false);
        for at in [1, 2, 3] {
            trial.prepare();
            let fault = Fault {
                what: "threads",
                at,
                with: 0,
                for_ever: true,
            };
            let outcome = trial.run(Some(fault));
            let context = format!("{way} {at}: {}", outcome.said);
            assert_eq!(outcome.status, "OSS_OK", "{context}");
            assert!(outcome.failures > 0, "{context}");
            assert_eq!(trial.is_new(), Some(true), "{context}");
            trial.assert_clean(&context);
        }
    }
}
