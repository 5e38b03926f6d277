//! Files of the user: what is at a path is looked at before it is touched, files appear whole or not at all, and what is
//! read is what is sent.
#![cfg(unix)]

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

/// Everything in a folder, by name.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn mkfifo(path: &Path) {
    support::tool("mkfifo", "coreutils", &[path]);
}

/// Paths that are not regular files, each of a kind of its own.
fn special_files(folder: &Path) -> Vec<PathBuf> {
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let socket = folder.join("socket");
    std::os::unix::net::UnixListener::bind(&socket).unwrap();
    let link = folder.join("link");
    symlink("/dev/null", &link).unwrap();
    let to_fifo = folder.join("to-fifo");
    symlink("fifo", &to_fifo).unwrap();
    vec![
        "/dev/null".into(),
        "/dev/zero".into(),
        "/dev/stdin".into(),
        fifo,
        socket,
        link,
        to_fifo,
        folder.to_owned(),
    ]
}

fn assert_not_regular(error: &Error, path: &Path) {
    assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
    let what = match path.is_dir() {
        true => "is a directory, not a file",
        false => "is not a regular file; use a stream for pipes and devices",
    };
    let words = format!("`path`: {} {what}", path.display());
    assert_eq!(error.to_string(), words);
}

#[test]
fn downloads_leave_devices_pipes_and_sockets_alone() {
    let (server, bucket) = bucket();
    let folder = scratch("special");
    let targets = special_files(&folder);
    let before = names(&folder);
    server.clear_requests();
    for path in &targets {
        let kind = |path: &Path| fs::symlink_metadata(path).unwrap().file_type();
        let was = kind(path);
        for result in download(&bucket, path) {
            assert_not_regular(&result.unwrap_err(), path);
        }
        assert_eq!(kind(path), was, "{}", path.display());
    }
    assert!(server.requests().is_empty(), "something was asked for");
    assert_eq!(names(&folder), before);
}

#[test]
fn uploads_refuse_devices_pipes_and_sockets_without_waiting_for_them() {
    let (server, bucket) = bucket();
    let folder = scratch("special-up");
    server.clear_requests();
    let options = Options::new();
    let began = Instant::now();
    for path in &special_files(&folder) {
        let put = bucket.put_object_file("b", path, &options);
        assert_not_regular(&put.unwrap_err(), path);
        let part = bucket.upload_part_file("b", "id", 1, path, 0, 1, &options);
        assert_not_regular(&part.unwrap_err(), path);
    }
    let fifo = File::options()
        .read(true)
        .write(true)
        .open(folder.join("fifo"))
        .unwrap();
    assert!(Body::file(&fifo).is_err(), "a pipe has no length");
    assert!(began.elapsed() < Duration::from_secs(30));
    assert!(server.requests().is_empty(), "something was sent");
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
fn a_ca_file_is_a_file_of_bearable_size() {
    let folder = scratch("ca");
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let large = folder.join("large");
    File::create(&large).unwrap().set_len(17 << 20).unwrap();
    let rows = [
        (fifo.as_path(), "is not a regular file\n"),
        (Path::new("/dev/zero"), "is not a regular file\n"),
        (folder.as_path(), "is a directory, not a file\n"),
        (Path::new(""), "`ca_file` is empty"),
        (large.as_path(), "has more than 16777216 bytes"),
    ];
    for (path, words) in rows {
        let mut config = config("https://localhost");
        config.ca_file(path);
        let error = Bucket::new(&config, "examplebucket").unwrap_err();
        let said = error.to_string() + "\n";
        assert!(
            said.starts_with("`ca_file`") && said.contains(words),
            "{}: {said}",
            path.display()
        );
    }
}

#[test]
fn a_token_file_that_is_a_pipe_is_not_waited_for() {
    use alioss::credentials::{OidcRole, Role};
    let folder = scratch("token");
    let fifo = folder.join("fifo");
    mkfifo(&fifo);
    let role = Role::new("acs:ram::1234567890123456:role/reader").unwrap();
    let provider = "acs:ram::1234567890123456:oidc-provider/ack";
    let mut config = config("http://127.0.0.1:1");
    config.credentials(std::sync::Arc::new(
        OidcRole::new(role, provider, fifo).unwrap(),
    ));
    let bucket = Bucket::new(&config, "examplebucket").unwrap();
    let error = bucket.head_object("a", &Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::Credentials, "{error}");
    assert!(error.to_string().contains("not a regular file"), "{error}");
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

#[test]
fn files_whose_size_says_nothing_are_sent_to_their_end() {
    let (server, bucket) = bucket();
    let path = "/proc/version";
    let content = fs::read(path).unwrap();
    assert_eq!(fs::metadata(path).unwrap().len(), 0);
    // Also a second time: they can be read again.
    let refusal = Action::Status(oss_local::Status::new(503, "ServiceUnavailable"));
    server.inject(Rule::new(refusal).key_prefix("version"));
    bucket
        .put_object_file("version", path, &Options::new())
        .unwrap();
    let mut stored = Vec::new();
    let mut object = bucket.get_object("version", &Options::new()).unwrap();
    object.read_to_end(&mut stored).unwrap();
    assert_eq!(stored, content);

    // Those of /sys have the size of a page, and end before.
    let path = "/sys/devices/system/cpu/possible";
    let content = fs::read(path).unwrap();
    assert_ne!(fs::metadata(path).unwrap().len(), content.len() as u64);
    bucket
        .put_object_file("sys", path, &Options::new())
        .unwrap();
    bucket
        .upload_file("sys-too", path, &alioss::Transfer::new(), &Options::new())
        .unwrap();
    for key in ["sys", "sys-too"] {
        let mut stored = Vec::new();
        let mut object = bucket.get_object(key, &Options::new()).unwrap();
        object.read_to_end(&mut stored).unwrap();
        assert_eq!(stored, content, "{key}");
    }
    // A file that is one hole has its size.
    let folder = scratch("empty");
    let hole = folder.join("hole");
    File::create(&hole).unwrap().set_len(5000).unwrap();
    bucket
        .put_object_file("hole", &hole, &Options::new())
        .unwrap();
    let head = bucket.head_object("hole", &Options::new()).unwrap();
    assert_eq!(head.content_length(), Some(5000));

    fs::write(folder.join("empty"), "").unwrap();
    let empty = bucket.put_object_file("empty", folder.join("empty"), &Options::new());
    assert_eq!(empty.unwrap().attempts(), 1);
    let head = bucket.head_object("empty", &Options::new()).unwrap();
    assert_eq!(head.content_length(), Some(0));
}

/// What happens to a file while it is sent.
type Change = fn(&Path);

#[test]
fn a_file_that_changes_while_it_is_sent_is_not_stored() {
    let changes: [(&str, Change); 5] = [
        ("grows", |path| {
            let mut file = File::options().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"more").unwrap();
        }),
        ("shrinks", |path| {
            let file = File::options().write(true).open(path).unwrap();
            file.set_len(1 << 20).unwrap();
        }),
        ("is rewritten", |path| {
            let mut file = File::options().write(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"other").unwrap();
        }),
        ("is rewritten, and its time set back", |path| {
            let mut file = File::options().write(true).open(path).unwrap();
            let time = file.metadata().unwrap().modified().unwrap();
            std::io::Write::write_all(&mut file, b"other").unwrap();
            file.set_modified(time).unwrap();
        }),
        ("is emptied", |path| {
            File::create(path).unwrap();
        }),
    ];
    let (_server, bucket) = bucket();
    let folder = scratch("changes");
    let path = folder.join("file");
    let (_, id) = bucket
        .initiate_multipart_upload("part", &Options::new())
        .unwrap();
    for (name, change) in changes {
        for way in ["put", "part"] {
            fs::write(&path, vec![7; 8 << 20]).unwrap();
            // The clock of file systems is coarse.
            std::thread::sleep(Duration::from_millis(20));
            let done = AtomicBool::new(false);
            let progress = |_: u64, _: Option<u64>| {
                if !done.swap(true, Ordering::Relaxed) {
                    change(&path);
                }
                true
            };
            let options = Options::new().progress(&progress);
            let result = match way {
                "put" => bucket.put_object_file("file", &path, &options),
                _ => bucket.upload_part_file("part", &id, 1, &path, 0, 8 << 20, &options),
            };
            let error = result.unwrap_err();
            assert_eq!(error.kind(), Kind::Io, "{name}, {way}: {error}");
            assert!(!error.is_retryable(), "{name}, {way}");
            let words = "the file changed while it was sent";
            assert!(error.to_string().starts_with(words), "{name}: {error}");
        }
        assert!(!bucket.object_exists("file", &Options::new()).unwrap());
    }
    let list = alioss::ListParts {
        key: "part".to_owned(),
        upload_id: id,
        ..alioss::ListParts::default()
    };
    assert_eq!(bucket.list_parts(list, &Options::new()).count(), 0);
}

#[test]
fn a_file_that_gets_another_mode_while_it_is_sent_is_stored() {
    let (_server, bucket) = bucket();
    let path = scratch("touched").join("file");
    fs::write(&path, vec![7; 8 << 20]).unwrap();
    std::thread::sleep(Duration::from_millis(20));
    let progress = |_: u64, _: Option<u64>| {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        true
    };
    let options = Options::new().progress(&progress);
    bucket.put_object_file("touched", &path, &options).unwrap();
}

#[test]
fn a_file_that_stays_as_it_is_is_sent_again() {
    let (server, bucket) = bucket();
    let folder = scratch("again");
    let path = folder.join("file");
    fs::write(&path, vec![7; 1 << 20]).unwrap();
    server.inject(
        Rule::new(Action::Reset {
            after_bytes: 500_000,
        })
        .key_prefix("again"),
    );
    let most = std::cell::Cell::new(0);
    let progress = |done: u64, _: Option<u64>| {
        assert!(done >= most.get(), "progress went back");
        most.set(done);
        true
    };
    let options = Options::new().progress(&progress);
    let response = bucket.put_object_file("again", &path, &options).unwrap();
    assert_eq!(response.attempts(), 2);
    assert_eq!(most.get(), 1 << 20);
}

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
