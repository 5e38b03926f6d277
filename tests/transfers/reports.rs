//! What users of other clients reported, and its kind.

use std::cell::Cell;
use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, symlink};

use super::downloads::{download, stopped_download};
use super::uploads::{stopped_upload, upload};
use super::*;

fn status(status: u16, code: &str) -> Action {
    Action::Status(Status::new(status, code))
}

/// A download that brings nothing leaves the old file, and nothing else.
#[test]
fn a_download_that_fails_at_once_leaves_the_old_file_alone() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("fails-at-once");
    fs::write(folder.join("out"), "old").unwrap();
    assert_eq!(
        download(&bucket, &folder).unwrap_err().kind(),
        Kind::NotFound
    );
    assert_eq!(names(&folder), ["out"]);
    bucket
        .put_object("a", &content(8 * PART as usize), &Options::new())
        .unwrap();
    let cut = Action::CutBody {
        after_bytes: 0,
        reset: false,
    };
    for (operation, action) in [
        ("HeadObject", status(403, "AccessDenied")),
        ("GetObject", status(403, "AccessDenied")),
        ("GetObject", status(403, "InvalidObjectState")),
        ("GetObject", status(404, "NoSuchKey")),
        ("GetObject", cut),
    ] {
        server.inject(Rule::new(action.clone()).operation(operation).times(1000));
        download(&bucket, &folder).unwrap_err();
        server.clear_rules();
        assert_eq!(names(&folder), ["out"], "{operation} {action:?}");
        assert_eq!(fs::read(folder.join("out")).unwrap(), b"old");
    }
}

#[test]
fn an_object_that_changed_meanwhile_leaves_no_unfinished_file() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("left");
    let size = 8 * PART as usize;
    bucket
        .put_object("a", &content(size), &Options::new())
        .unwrap();
    let done = Cell::new(false);
    let progress = |moved: u64, _: Option<u64>| {
        if moved > 3 * PART && !done.replace(true) {
            bucket
                .put_object("a", &vec![9; size], &Options::new())
                .unwrap();
        }
        true
    };
    let transfer = transfer().workers(1);
    let options = Options::new().progress(&progress);
    let error = bucket
        .download_file("a", folder.join("out"), &transfer, &options)
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Conflict, "{error}");
    assert!(names(&folder).is_empty(), "{:?}", names(&folder));
}

/// A failing upload to a bucket that does not exist, or is not ours.
#[test]
fn an_upload_that_never_began_leaves_nothing_beside_the_file() {
    let server = server();
    let folder = folder("never-began", 4 * PART as usize);
    let missing = Bucket::new(&config(&server), "missing").unwrap();
    assert_eq!(
        upload(&missing, &folder).unwrap_err().code(),
        "NoSuchBucket"
    );
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn an_error_inside_a_successful_answer_is_an_error() {
    let (server, bucket, folder) = stopped_upload("error-inside");
    let answer = Action::Status(Status {
        status: 200,
        raw_body: Some("<Error><Code>InternalError</Code></Error>".to_owned()),
        ..Status::default()
    });
    let inside = Rule::new(answer).operation("CompleteMultipartUpload");
    server.inject(inside.times(1000));
    let error = upload(&bucket, &folder).unwrap_err();
    assert_eq!(error.code(), "InternalError", "{error}");
    assert!(!bucket.object_exists("a", &Options::new()).unwrap());
    server.clear_rules();
    upload(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "UploadPart"), 1);
}

#[test]
fn names_of_parts_need_no_quotes() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("quotes", 4 * PART as usize);
    for etag in [
        "0123456789ABCDEF0123456789ABCDEF",
        "\"0123456789ABCDEF0123456789ABCDEF\"",
    ] {
        let headers = vec![("ETag".to_owned(), etag.to_owned())];
        let rule = Rule::new(Action::ExtraHeaders { headers }).operation("UploadPart");
        server.inject(rule.skip(1).times(1));
        server.clear_requests();
        // The service does not know the part by that name: then it is asked for the right one.
        upload(&bucket, &folder).unwrap();
        assert_eq!(count(&server, "ListParts"), 1, "{etag}");
        assert_eq!(count(&server, "UploadPart"), 4, "{etag}");
        server.clear_rules();
    }
}

/// A list of parts has pages of 1000.
#[test]
fn more_than_a_page_of_parts_is_kept() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("pages");
    let parts = 1100;
    let whole = vec![7; parts * PART as usize];
    bucket.put_object("from", &whole, &Options::new()).unwrap();
    let transfer = transfer().workers(4).record_directory(&folder);
    let copy = || bucket.copy_large_object("to", "from", &transfer, &Options::new());
    server.inject(Rule::new(status(403, "AccessDenied")).operation("CompleteMultipartUpload"));
    copy().unwrap_err();
    server.clear_rules();
    server.clear_requests();
    copy().unwrap();
    assert_eq!(count(&server, "ListParts"), 2);
    assert_eq!(count(&server, "UploadPartCopy"), 0);
    let head = bucket.head_object("to", &Options::new()).unwrap();
    assert_eq!(head.content_length(), Some(whole.len() as u64));
}

#[test]
fn who_is_called_back_is_said_at_the_end() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("callback", 4 * PART as usize);
    // {"callbackUrl":"http://127.0.0.1:9/","callbackBody":"a"}
    let callback = "eyJjYWxsYmFja1VybCI6Imh0dHA6Ly8xMjcuMC4wLjE6OS8iLCJjYWxsYmFja0JvZHkiOiJhIn0=";
    let options = Options::new().header("x-oss-callback", callback);
    let _ = bucket.upload_file("a", folder.join("in"), &transfer(), &options);
    let requests = server.requests();
    let with: Vec<&str> = requests
        .iter()
        .filter(|request| {
            let mut headers = request.headers.iter();
            headers.any(|(name, _)| name == "x-oss-callback")
        })
        .map(|request| request.operation.as_str())
        .collect();
    assert_eq!(with, ["CompleteMultipartUpload"]);
}

#[test]
fn odd_names_have_records_too() {
    let server = server();
    let bucket = bucket(&server);
    let long = "\u{8def}".repeat(85);
    let names_of_files: [&[u8]; 9] = [
        b"new\nline",
        b"a:b",
        b"back\\slash",
        b"dot.",
        b" ",
        b"-rf",
        b"\xff\xfe not UTF-8",
        "\u{8def}\u{5f84}".as_bytes(),
        long.as_bytes(),
    ];
    for name in names_of_files {
        let folder = scratch("odd-names");
        let path = folder.join(OsStr::from_bytes(name));
        fs::write(&path, content(4 * PART as usize)).unwrap();
        refuse_part(&server, 4);
        let transfer = transfer().workers(1);
        let up = || bucket.upload_file("a", &path, &transfer, &Options::new());
        up().unwrap_err();
        server.clear_rules();
        assert_eq!(names(&folder).len(), 2, "{path:?}");
        server.clear_requests();
        up().unwrap();
        assert_eq!(count(&server, "UploadPart"), 1, "{path:?}");
        fs::write(&path, "old").unwrap();
        refuse_ranges(&server, 3);
        let down = || bucket.download_file("a", &path, &transfer, &Options::new());
        down().unwrap_err();
        assert_eq!(fs::read(&path).unwrap(), b"old");
        server.clear_rules();
        server.clear_requests();
        down().unwrap();
        assert_eq!(count(&server, "GetObject"), 1, "{path:?}");
        assert!(fs::read(&path).unwrap() == content(4 * PART as usize));
        assert_eq!(names(&folder).len(), 1, "{path:?}");
    }
}

#[test]
fn what_is_not_a_file_is_neither_sent_nor_replaced() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("no-files");
    let fifo = folder.join("fifo");
    support::tool("mkfifo", "coreutils", &[&fifo]);
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("socket")).unwrap();
    symlink("loop", folder.join("loop")).unwrap();
    symlink("fifo", folder.join("to-fifo")).unwrap();
    server.clear_requests();
    let before = names(&folder);
    let all = ["fifo", "socket", "to-fifo", "loop", "", "fifo/in"];
    let devices = ["/dev/null", "/dev/zero"];
    let paths = all.map(|name| folder.join(name));
    for path in paths.into_iter().chain(devices.map(PathBuf::from)) {
        let options = Options::new();
        let up = bucket.upload_file("a", &path, &transfer(), &options);
        let down = bucket.download_file("a", &path, &transfer(), &options);
        for error in [up.unwrap_err(), down.unwrap_err()] {
            let is_local = matches!(error.kind(), Kind::InvalidArgument | Kind::Io);
            assert!(is_local && error.to_string().contains("`path`"), "{error}");
        }
    }
    assert_eq!(names(&folder), before);
    assert!(server.requests().is_empty());
}

/// Each place has a record of its own, whatever else is the same.
#[test]
fn one_directory_holds_records_of_all_places() {
    let servers = [server(), server()];
    let buckets = servers.each_ref().map(bucket);
    let folder = folder("shared", 4 * PART as usize);
    let records = folder.join("records");
    fs::create_dir(&records).unwrap();
    let transfer = transfer().workers(1).record_directory(&records);
    let up = |bucket: &Bucket, key: &str| {
        bucket.upload_file(key, folder.join("in"), &transfer, &Options::new())
    };
    for (server, bucket) in servers.iter().zip(&buckets) {
        refuse_part(server, 4);
        for key in ["a", "b"] {
            up(bucket, key).unwrap_err();
        }
        server.clear_rules();
        server.clear_requests();
    }
    assert_eq!(names(&records).len(), 4);
    for (server, bucket) in servers.iter().zip(&buckets) {
        for key in ["a", "b"] {
            up(bucket, key).unwrap();
        }
        assert_eq!(count(server, "UploadPart"), 2);
        assert_eq!(uploads(bucket), 0);
    }
    assert!(names(&records).is_empty());
}

/// A record that leads elsewhere, or cannot be one.
#[test]
fn a_record_is_a_file_of_its_own() {
    let (server, bucket, folder) = stopped_upload("elsewhere");
    let record = folder.join(&names(&folder)[0]);
    for make in ["link", "directory", "fifo"] {
        let _ = fs::remove_file(&record).or_else(|_| fs::remove_dir(&record));
        fs::write(folder.join("victim"), "of somebody").unwrap();
        match make {
            "link" => symlink("victim", &record).unwrap(),
            "directory" => fs::create_dir(&record).unwrap(),
            _ => drop(support::tool("mkfifo", "coreutils", &[&record])),
        }
        let error = upload(&bucket, &folder).unwrap_err();
        assert_eq!(error.kind(), Kind::Io, "{make}: {error}");
        assert!(error.to_string().contains("alioss-upload"), "{error}");
        let victim = fs::read(folder.join("victim")).unwrap();
        assert_eq!(victim, b"of somebody", "{make}");
    }
    assert_eq!(count(&server, "UploadPart"), 0);
}

/// By a byte more or less, and with the time set back: `touch -r` and some editors do.
#[test]
fn any_change_while_a_file_is_sent_is_noticed() {
    let size = 8 * PART;
    type Change = fn(&File);
    let changes: [(&str, Change); 4] = [
        ("it had", |file| file.set_len(8 * PART + 1).unwrap()),
        ("it had", |file| file.set_len(7 * PART).unwrap()),
        ("it had", |file| file.set_len(0).unwrap()),
        ("the same size and time", |file| {
            let time = file.metadata().unwrap().modified().unwrap();
            // In a part that was sent, and one that was not.
            for offset in [5, 7 * PART + 5] {
                file.write_all_at(b"other", offset).unwrap();
            }
            file.set_modified(time).unwrap();
        }),
    ];
    for (words, change) in changes {
        for workers in [1, 3] {
            let server = server();
            let bucket = bucket(&server);
            let folder = folder("any-change", size as usize);
            let path = folder.join("in");
            std::thread::sleep(Duration::from_millis(20));
            let done = Cell::new(false);
            let progress = |moved: u64, _: Option<u64>| {
                if moved >= PART && !done.replace(true) {
                    change(&File::options().write(true).open(&path).unwrap());
                }
                true
            };
            let slow = Rule::new(Action::Delay { ms: 20 }).operation("UploadPart");
            server.inject(slow.times(1000));
            let options = Options::new().progress(&progress);
            let transfer = transfer().workers(workers);
            let error = bucket
                .upload_file("a", &path, &transfer, &options)
                .unwrap_err();
            // Of several workers, one may look after the change and before its time was set back.
            let also = if workers > 1 {
                "it was written to"
            } else {
                words
            };
            let said = error.to_string();
            assert!(said.contains(words) || said.contains(also), "{said}");
            assert!(!bucket.object_exists("a", &Options::new()).unwrap());
            // It is as it is now: that goes up.
            server.clear_rules();
            upload(&bucket, &folder).unwrap();
            assert!(stored(&bucket, "a") == fs::read(&path).unwrap(), "{words}");
            assert_eq!(uploads(&bucket), 0, "{words}");
            assert_eq!(names(&folder), ["in"], "{words}");
        }
    }
}

/// Another mode or another name is not another content.
#[test]
fn a_file_may_be_renamed_and_get_another_mode_while_it_is_sent() {
    use std::os::unix::fs::PermissionsExt;
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("renamed", 8 * PART as usize);
    let done = Cell::new(false);
    let progress = |_: u64, _: Option<u64>| {
        if !done.replace(true) {
            let mode = fs::Permissions::from_mode(0o600);
            fs::set_permissions(folder.join("in"), mode).unwrap();
            fs::rename(folder.join("in"), folder.join("moved")).unwrap();
            fs::write(folder.join("in"), "another file").unwrap();
        }
        true
    };
    let options = Options::new().progress(&progress);
    let transfer = transfer().workers(1);
    bucket
        .upload_file("a", folder.join("in"), &transfer, &options)
        .unwrap();
    assert!(stored(&bucket, "a") == content(8 * PART as usize));
}

#[test]
fn holes_are_sent_as_zeros_and_take_no_room_before_they_come() {
    use std::os::unix::fs::MetadataExt;
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("sparse");
    let size = 20 * PART;
    let file = File::create(folder.join("in")).unwrap();
    file.set_len(size).unwrap();
    file.write_all_at(b"in the middle", 10 * PART).unwrap();
    upload(&bucket, &folder).unwrap();
    let there = stored(&bucket, "a");
    assert!(there == fs::read(folder.join("in")).unwrap());
    refuse_ranges(&server, 3);
    download(&bucket, &folder).unwrap_err();
    server.clear_rules();
    let data = names(&folder);
    let data = data.iter().find(|name| name.ends_with("-download"));
    let found = fs::metadata(folder.join(data.unwrap())).unwrap();
    assert_eq!(found.len(), size);
    assert!(found.blocks() * 512 < size, "{} blocks", found.blocks());
    download(&bucket, &folder).unwrap();
    assert!(fs::read(folder.join("out")).unwrap() == there);
}

/// A bucket that keeps versions gets one, also if the answer was lost.
#[test]
fn a_lost_answer_makes_one_version() {
    let server = server();
    let bucket = bucket(&server);
    let versioning = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    bucket
        .invoke(
            "PutBucketVersioning",
            None,
            alioss::Body::from(versioning),
            &Options::new(),
        )
        .unwrap();
    let folder = folder("versions", 4 * PART as usize);
    server.inject(Rule::new(Action::StoreThenReset).operation("CompleteMultipartUpload"));
    let response = upload(&bucket, &folder).unwrap();
    assert!(response.version_id().is_some());
    let options = Options::new();
    let all = bucket.list_object_versions(alioss::ListObjectVersions::default(), &options);
    assert_eq!(all.map(Result::unwrap).count(), 1);
    // One version is fetched, whatever comes after it.
    let version = response.version_id().unwrap().to_owned();
    bucket.put_object("a", "new", &Options::new()).unwrap();
    let options = Options::new().query("versionId", Some(version.as_str()));
    bucket
        .download_file("a", folder.join("out"), &transfer(), &options)
        .unwrap();
    assert!(fs::read(folder.join("out")).unwrap() == content(4 * PART as usize));
}

/// Of two programs that do the same, one does it, and the other one says why it does not.
#[test]
fn of_two_at_once_one_is_busy_and_the_file_is_whole() {
    let (server, bucket, folder) = stopped_download("two-at-once");
    let slow = Rule::new(Action::Delay { ms: 3000 }).operation("GetObject");
    server.inject(slow.times(1));
    server.clear_requests();
    let results = std::thread::scope(|scope| {
        let one = scope.spawn(|| download(&bucket, &folder));
        while count(&server, "GetObject") == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        let other = scope.spawn(|| download(&bucket, &folder));
        [one.join().unwrap(), other.join().unwrap()]
    });
    let busy: Vec<_> = results
        .iter()
        .filter_map(|result| result.as_ref().err())
        .collect();
    assert_eq!(busy.len(), 1);
    assert_eq!(busy[0].kind(), Kind::Busy);
    assert!(busy[0].to_string().contains("another transfer is using"));
    assert!(fs::read(folder.join("out")).unwrap() == content(8 * PART as usize));
    assert_eq!(names(&folder), ["out"]);
}
