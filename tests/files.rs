//! Files of the user: what is at a path is looked at before it is touched, files appear whole or not at all, and what is
//! read is what is sent.
#![cfg(unix)]

#[path = "files/sent.rs"]
mod sent;
#[path = "files/special.rs"]
mod special;
mod support;

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use alioss::{Body, Bucket, Error, Kind, Options, Response};
use oss_local::{Action, Rule, Server};
use support::{config, new_bucket, scratch, server};

const CONTENT: &str = "content of the object";

/// A server with the object `a`, and what reaches it.
fn bucket() -> (Server, Bucket) {
    let server = server();
    let bucket = new_bucket(&config(&server.endpoint()));
    bucket.put_object("a", CONTENT, &Options::new()).unwrap();
    (server, bucket)
}

/// Downloads the object `a` to `path`, both ways that there are.
fn download(bucket: &Bucket, path: &Path) -> [Result<Response, Error>; 2] {
    let options = Options::new();
    let url = bucket
        .presign(
            alioss::Method::Get,
            Some("a"),
            Duration::from_secs(60),
            &options,
        )
        .unwrap()
        .url;
    [
        bucket.get_object_to_file("a", path, &options),
        bucket.get_object_by_url_to_file(&url, path, &options),
    ]
}

/// As [`download`], which has to succeed.
fn download_twice(bucket: &Bucket, path: &Path) {
    for result in download(bucket, path) {
        result.unwrap();
    }
}

fn mkfifo(path: &Path) {
    support::tool("mkfifo", "coreutils", &[path]);
}

/// Everything in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn empty_paths_and_missing_directories_are_named_before_anything_is_asked_for() {
    let (server, bucket) = bucket();
    server.clear_requests();
    let (options, transfer) = (Options::new(), alioss::Transfer::new());
    let how = alioss::DirectoryTransfer::new();
    let [file, by_url] = download(&bucket, Path::new(""));
    for result in [
        file,
        by_url,
        bucket.download_file("a", "", &transfer, &options),
        bucket.put_object_file("a", "", &options),
        bucket.upload_part_file("a", "id", 1, "", 0, 1, &options),
        bucket.upload_file("a", "", &transfer, &options),
    ] {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert_eq!(
            error.to_string(),
            "`path` is empty; give the name of a file"
        );
    }
    for result in [
        bucket.upload_directory("p", "", &how, &options),
        bucket.download_directory("p", "", &how, &options),
    ] {
        let error = result.unwrap_err().to_string();
        assert!(error.starts_with("`directory`: it is empty; "), "{error}");
    }
    let missing = scratch("missing").join("there/is/none");
    let [file, by_url] = download(&bucket, &missing);
    for result in [
        file,
        by_url,
        bucket.download_file("a", &missing, &transfer, &options),
    ] {
        let error = result.unwrap_err().to_string();
        let begin = format!("`path`: cannot write {}: ", missing.display());
        assert!(error.starts_with(&begin), "{error}");
    }
    assert!(server.requests().is_empty(), "something was asked for");
}

#[test]
fn downloads_follow_links_and_leave_them() {
    let (_server, bucket) = bucket();
    let folder = scratch("links");
    let other = folder.join("other");
    fs::create_dir(&other).unwrap();
    fs::write(folder.join("real"), "old").unwrap();
    fs::write(other.join("far"), "old").unwrap();
    let links = [
        ("to-real", "real", "real"),
        ("to-link", "to-real", "real"),
        ("to-far", "other/far", "other/far"),
        ("dangling", "new", "new"),
        ("dangling-far", "other/new", "other/new"),
        ("other/up", "../up", "up"),
    ];
    for (link, leads_to, real) in links {
        symlink(leads_to, folder.join(link)).unwrap();
        let link = folder.join(link);
        download_twice(&bucket, &link);
        assert_eq!(fs::read_link(&link).unwrap(), Path::new(leads_to));
        let metadata = fs::symlink_metadata(folder.join(real)).unwrap();
        assert!(metadata.is_file(), "{real}");
        assert_eq!(fs::read_to_string(&link).unwrap(), CONTENT, "{real}");
        fs::write(folder.join(real), "old").unwrap();
    }
    let absolute = folder.join("absolute");
    symlink(folder.join("real"), &absolute).unwrap();
    download_twice(&bucket, &absolute);
    assert!(fs::symlink_metadata(&absolute).unwrap().is_symlink());
}

#[test]
fn links_that_lead_nowhere_and_names_of_directories_are_errors() {
    let (server, bucket) = bucket();
    let folder = scratch("nowhere");
    symlink("round", folder.join("round")).unwrap();
    symlink("missing/file", folder.join("no-folder")).unwrap();
    symlink("slash/", folder.join("to-slash")).unwrap();
    fs::write(folder.join("file"), "old").unwrap();
    server.clear_requests();
    let before = names(&folder);
    let rows = [
        ("round", Kind::Io),
        ("no-folder", Kind::Io),
        ("missing/file", Kind::Io),
        ("file/below", Kind::Io),
        ("to-slash", Kind::InvalidArgument),
        ("new/", Kind::InvalidArgument),
        ("new/.", Kind::InvalidArgument),
        ("new/..", Kind::InvalidArgument),
        ("file/", Kind::InvalidArgument),
    ];
    for (name, kind) in rows {
        // Joining would take away what is at the end.
        let path = format!("{}/{name}", folder.display());
        for result in download(&bucket, Path::new(&path)) {
            let error = result.unwrap_err();
            assert_eq!(error.kind(), kind, "{name}: {error}");
            assert!(error.to_string().starts_with("`path`"), "{name}: {error}");
        }
    }
    let empty = bucket.get_object_to_file("a", "", &Options::new());
    assert_eq!(
        empty.unwrap_err().to_string(),
        "`path` is empty; give the name of a file"
    );
    assert!(server.requests().is_empty(), "something was asked for");
    assert_eq!(names(&folder), before);
}

#[test]
fn a_file_that_is_replaced_leaves_its_mode_and_owner() {
    let (_server, bucket) = bucket();
    let folder = scratch("modes");
    let path = folder.join("a");
    let hard = folder.join("hard");
    for mode in [0o600, 0o640, 0o444, 0o4755, 0o666] {
        for index in 0..2 {
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(&hard);
            fs::write(&path, "old").unwrap();
            // Only root may give files away.
            let owned = std::os::unix::fs::chown(&path, Some(1234), Some(4321)).is_ok();
            fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
            fs::hard_link(&path, &hard).unwrap();
            let before = fs::metadata(&path).unwrap();
            let [by_key, by_url] = [0, 1].map(|way| way == index);
            if by_key {
                bucket
                    .get_object_to_file("a", &path, &Options::new())
                    .unwrap();
            }
            if by_url {
                download(&bucket, &path)[1].as_ref().unwrap();
            }
            let after = fs::metadata(&path).unwrap();
            assert_eq!(after.mode() & 0o7777, mode, "{mode:o}");
            assert_eq!(
                (after.uid(), after.gid()),
                (before.uid(), before.gid()),
                "root: {owned}"
            );
            assert_eq!(fs::read_to_string(&path).unwrap(), CONTENT);
            // As documented: other links part.
            assert_eq!(fs::read_to_string(&hard).unwrap(), "old");
        }
    }
    assert_eq!(names(&folder), ["a", "hard"]);
}

#[test]
fn a_new_file_has_the_mode_that_any_new_file_has() {
    let (_server, bucket) = bucket();
    let folder = scratch("new-mode");
    let like = folder.join("like");
    fs::write(&like, "").unwrap();
    let path = folder.join("a");
    bucket
        .get_object_to_file("a", &path, &Options::new())
        .unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
    assert_eq!(mode(&path), mode(&like));
}

/// Names that are hard to put a temporary file beside.
#[test]
fn long_and_odd_names_are_names() {
    let (_server, bucket) = bucket();
    let folder = scratch("names");
    let long_utf8 = "\u{8def}".repeat(85);
    let odd: [&[u8]; 6] = [
        b"\xc2\xb7\xbe\xb6.txt", // GBK
        b"\xff",
        &[b'x'; 255],
        long_utf8.as_bytes(),
        b" ",
        b"...",
    ];
    for name in odd {
        let path = folder.join(OsStr::from_bytes(name));
        for _ in 0..2 {
            download_twice(&bucket, &path);
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), CONTENT);
        bucket.put_object_file("b", &path, &Options::new()).unwrap();
        bucket
            .get_object_to_file("b", &path, &Options::new())
            .unwrap();
    }
    assert_eq!(names(&folder).len(), odd.len());
}

#[test]
fn a_relative_path_means_the_directory_at_the_call() {
    // In a process of its own, which changes its directory.
    let (server, _bucket) = bucket();
    let folder = scratch("relative");
    fs::create_dir(folder.join("elsewhere")).unwrap();
    run_files_c(&server, "chdir", &folder, &[]);
    assert_eq!(fs::read_to_string(folder.join("out")).unwrap(), CONTENT);
    assert!(names(&folder.join("elsewhere")).is_empty());
}

#[test]
fn standard_descriptors_are_not_used_for_files() {
    let (server, bucket) = bucket();
    let folder = scratch("daemon");
    for descriptors in ["0", "1", "2", "12", "012"] {
        run_files_c(&server, "daemon", &folder, &[descriptors]);
        let out = fs::read_to_string(folder.join("out")).unwrap();
        assert_eq!(out, CONTENT, "closed: {descriptors}");
        let mut sent = String::new();
        let mut object = bucket.get_object("sent", &Options::new()).unwrap();
        object.read_to_string(&mut sent).unwrap();
        assert_eq!(sent, CONTENT, "closed: {descriptors}");
        fs::remove_file(folder.join("out")).unwrap();
    }
}

#[test]
fn without_descriptors_nothing_is_asked_for_and_nothing_changes() {
    let (server, _bucket) = bucket();
    let folder = scratch("emfile");
    fs::write(folder.join("out"), "old").unwrap();
    run_files_c(&server, "emfile", &folder, &[]);
    assert_eq!(names(&folder), ["out"]);
}

#[test]
fn names_that_are_not_utf8_reach_the_core_from_c() {
    let (server, _bucket) = bucket();
    let folder = scratch("gbk");
    run_files_c(&server, "bytes", &folder, &[]);
    let path = folder.join(OsStr::from_bytes(b"\xc2\xb7\xbe\xb6"));
    assert_eq!(fs::read_to_string(path).unwrap(), CONTENT);
}

#[test]
fn large_files_go_there_and_back_from_c() {
    let (server, bucket) = bucket();
    let folder = scratch("transfer");
    run_files_c(&server, "transfer", &folder, &[]);
    assert_eq!(names(&folder), ["in", "out"]);
    let read = |name| fs::read(folder.join(name)).unwrap();
    assert!(read("in") == read("out"));
    let options = Options::new();
    let uploads = bucket.list_multipart_uploads(Default::default(), &options);
    assert_eq!(uploads.count(), 0);
}

/// Runs one part of `tests/c/files.c` in `folder`.
fn run_files_c(server: &Server, part: &str, folder: &Path, arguments: &[&str]) -> String {
    let program = support::compile("tests/c/files.c", "c99", support::Linking::Shared);
    let folder = folder.to_str().unwrap();
    let all = [&[part, folder], arguments].concat();
    let environment = support::environment(server, support::Scheme::Http);
    support::succeed(&[program], &all, &environment)
}

#[test]
fn one_sync_of_the_data_and_none_of_the_directory() {
    let (server, _bucket) = bucket();
    let folder = scratch("sync");
    let counter = support::preload("tests/c/count_syncs.c", &folder);
    let program = support::compile("tests/c/files.c", "c99", support::Linking::Shared);
    for (sync, expected) in [("1", "fdatasync 2\n"), ("0", "")] {
        let mut environment = support::environment(&server, support::Scheme::Http);
        environment.push(counter.clone());
        let arguments = ["sync", folder.to_str().unwrap(), sync];
        // Two downloads: of a new file, and of one that is there.
        let said = support::succeed(&[&program], &arguments, &environment);
        assert_eq!(said, expected, "file_sync {sync}");
        fs::remove_file(folder.join("out")).unwrap();
    }
}

#[test]
fn killed_downloads_leave_nothing() {
    let (server, bucket) = bucket();
    let folder = scratch("killed");
    let large = vec![7; 4 << 20];
    bucket.put_object("large", &large, &Options::new()).unwrap();
    for existing in [false, true] {
        if existing {
            fs::write(folder.join("out"), "old").unwrap();
        }
        for _ in 0..4 {
            let stall = Action::StallResponse {
                after_bytes: 2 << 20,
            };
            server.inject(Rule::new(stall).key_prefix("large"));
            let program = support::compile("tests/c/files.c", "c99", support::Linking::Shared);
            // Says "half" when half of the file is there, and is killed then.
            let mut child = std::process::Command::new(program)
                .args(["half", folder.to_str().unwrap()])
                .envs(support::environment(&server, support::Scheme::Http))
                .stdout(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let mut said = [0; 4];
            let mut output = child.stdout.take().unwrap();
            output.read_exact(&mut said).unwrap();
            assert_eq!(&said, b"half");
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let left: &[&str] = if existing { &["out"] } else { &[] };
        assert_eq!(names(&folder), left);
    }
    assert_eq!(fs::read_to_string(folder.join("out")).unwrap(), "old");
}

#[test]
fn what_another_program_left_is_replaced() {
    let (_server, bucket) = bucket();
    let folder = scratch("left");
    let path = folder.join("out");
    fs::write(&path, "old").unwrap();
    // What a program leaves that was killed between the last two system calls.
    fs::write(folder.join(".out.alioss-part"), "left").unwrap();
    download_twice(&bucket, &path);
    assert_eq!(names(&folder), ["out"]);
    assert_eq!(fs::read_to_string(&path).unwrap(), CONTENT);
    // What a program is using is not touched, nor waited for.
    let used = File::create(folder.join(".out.alioss-part")).unwrap();
    assert!(used.try_lock().is_ok());
    download_twice(&bucket, &path);
    assert_eq!(names(&folder), [".out.alioss-part", "out"]);
}

#[test]
fn a_target_that_becomes_something_else_meanwhile_is_not_replaced() {
    let (_server, bucket) = bucket();
    let folder = scratch("becomes");
    let path = folder.join("out");
    fs::write(&path, "old").unwrap();
    let change = |_: u64, _: Option<u64>| {
        fs::remove_file(&path).unwrap();
        mkfifo(&path);
        true
    };
    let error = bucket
        .get_object_to_file("a", &path, &Options::new().progress(&change))
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error}");
    assert!(error.to_string().contains("regular file"), "{error}");
    assert!(!fs::symlink_metadata(&path).unwrap().is_file());
    assert_eq!(names(&folder), ["out"]);
    assert_eq!(error.attempts(), 1, "the service was asked");
}

#[test]
fn many_downloads_to_one_file_at_once_leave_one_whole_file() {
    let (_server, bucket) = bucket();
    let folder = scratch("at-once");
    let path = folder.join("out");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..25 {
                    bucket
                        .get_object_to_file("a", &path, &Options::new())
                        .unwrap();
                }
            });
        }
    });
    assert_eq!(fs::read_to_string(&path).unwrap(), CONTENT);
    assert_eq!(names(&folder), ["out"]);
}

/// What happens to a file while it is sent.
type Change = fn(&Path);

#[test]
fn a_directory_that_goes_away_is_told() {
    let (_server, bucket) = bucket();
    let folder = scratch("gone");
    let inner = folder.join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("out");
    let remove = |_: u64, _: Option<u64>| {
        let _ = fs::remove_dir_all(&inner);
        true
    };
    let error = bucket
        .get_object_to_file("a", &path, &Options::new().progress(&remove))
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error}");
    let words = format!("`path`: cannot write {}", path.display());
    assert!(error.to_string().starts_with(&words), "{error}");
    assert!(names(&folder).is_empty());
}
