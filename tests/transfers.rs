//! Large files in parts: what arrives is what was sent, whatever happens in between, and work that was done is not done again.
#![cfg(unix)]

mod support;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use alioss::{
    Bucket, Cancel, Config, Kind, ListMultipartUploads, Options, Response, Result, Transfer,
};
use oss_local::{Action, Rule, Server, Status};
use support::{new_bucket, scratch, server};

const PART: u64 = 100 * 1024;

/// Without waits that a test would feel.
fn config(server: &Server) -> Config {
    let mut config = support::config(&server.endpoint());
    let short = Duration::from_millis(1);
    config.backoff(short, short);
    config
}

fn bucket(server: &Server) -> Bucket {
    new_bucket(&config(server))
}

fn transfer() -> Transfer {
    Transfer::new().part_size(PART)
}

fn content(size: usize) -> Vec<u8> {
    let mut seed = 1_u32;
    let byte = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    (0..size).map(byte).collect()
}

/// A new folder with the file `in` of that size.
fn folder(name: &str, size: usize) -> PathBuf {
    let folder = scratch(name);
    fs::write(folder.join("in"), content(size)).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn count(server: &Server, operation: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.operation == operation)
        .count()
}

fn stored(bucket: &Bucket, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = bucket.get_object(key, &Options::new()).unwrap();
    object.read_to_end(&mut body).unwrap();
    body
}

/// Refuses the part of that number for good.
fn refuse_part(server: &Server, number: u32) {
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    let piece = format!("partNumber={number}&");
    server.inject(Rule::new(refusal).query_contains(piece).times(100));
}

/// Lets so many requests for data pass, and refuses all after those.
fn refuse_ranges(server: &Server, pass: u32) {
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    let rule = Rule::new(refusal).operation("GetObject");
    server.inject(rule.skip(pass).times(1000));
}

fn uploads(bucket: &Bucket) -> usize {
    let options = Options::new();
    let all = bucket.list_multipart_uploads(ListMultipartUploads::default(), &options);
    all.map(Result::unwrap).count()
}

#[test]
fn files_of_all_sizes_go_there_and_back() {
    let server = server();
    let bucket = bucket(&server);
    let part = PART as usize;
    for size in [0, 1, part - 1, part, part + 1, 5 * part, 5 * part + 7] {
        for workers in [1, 3] {
            let folder = folder("sizes", size);
            let transfer = transfer().workers(workers);
            let here = std::thread::current().id();
            let last = Cell::new(None);
            let progress = |done: u64, total: Option<u64>| {
                assert_eq!(std::thread::current().id(), here);
                assert_eq!(total, Some(size as u64));
                assert!(last.get() <= Some(done), "progress went back");
                last.set(Some(done));
                true
            };
            let options = Options::new().progress(&progress);
            let response = bucket
                .upload_file("a", folder.join("in"), &transfer, &options)
                .unwrap();
            assert!(response.verified(), "{size}");
            assert_eq!(last.take(), Some(size as u64));
            assert!(stored(&bucket, "a") == content(size), "{size}");
            let response = bucket
                .download_file("a", folder.join("out"), &transfer, &options)
                .unwrap();
            assert!(response.verified(), "{size}");
            assert_eq!(last.take(), Some(size as u64));
            assert!(fs::read(folder.join("out")).unwrap() == content(size));
            assert_eq!(names(&folder), ["in", "out"]);
        }
    }
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn what_a_single_put_would_store_is_stored_once() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("headers", 3 * PART as usize);
    let options = Options::new()
        .header("x-oss-meta-color", "blue")
        .header("x-oss-tagging", "k=v")
        .header("x-oss-object-acl", "public-read")
        .header("Cache-Control", "no-cache")
        .header("x-oss-forbid-overwrite", "true");
    let upload = || bucket.upload_file("a.html", folder.join("in"), &transfer(), &options);
    upload().unwrap();
    let head = bucket.head_object("a.html", &Options::new()).unwrap();
    assert_eq!(head.header("x-oss-meta-color"), Some("blue"));
    assert_eq!(head.header("x-oss-tagging-count"), Some("1"));
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("content-type"), Some("text/html"));
    let acl = bucket.get_object_acl("a.html", &Options::new()).unwrap();
    assert!(String::from_utf8_lossy(acl.body()).contains("public-read"));
    assert_eq!(upload().unwrap_err().kind(), Kind::Exists);
}

#[test]
fn an_upload_goes_on_where_it_stopped() {
    for workers in [1, 3] {
        let server = server();
        let bucket = bucket(&server);
        let folder = folder("resume-up", 8 * PART as usize);
        let upload = |transfer: &Transfer| {
            bucket.upload_file("a", folder.join("in"), transfer, &Options::new())
        };
        refuse_part(&server, 5);
        let transfer = transfer().workers(workers);
        let error = upload(&transfer).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{error}");
        assert_eq!(names(&folder).len(), 2, "a record is there");
        // With three workers, two parts may have been on their way.
        let kept = if workers == 1 { 4 } else { 2 };
        server.clear_rules();
        server.clear_requests();
        let (first, last) = (Cell::new(0), Cell::new(0));
        let progress = |done: u64, _: Option<u64>| {
            first.set(if first.get() == 0 { done } else { first.get() });
            last.set(done);
            true
        };
        bucket
            .upload_file(
                "a",
                folder.join("in"),
                &transfer,
                &Options::new().progress(&progress),
            )
            .unwrap();
        assert!(first.get() > kept * PART, "kept parts count as done");
        assert_eq!(last.get(), 8 * PART);
        assert!(count(&server, "UploadPart") <= 8 - kept as usize);
        assert_eq!(count(&server, "InitiateMultipartUpload"), 0);
        assert!(stored(&bucket, "a") == content(8 * PART as usize));
        assert_eq!(names(&folder), ["in"]);
        assert_eq!(uploads(&bucket), 0);
    }
}

/// An upload that stopped before its last part; its server, bucket and folder.
fn stopped_upload(name: &str) -> (Server, Bucket, PathBuf) {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder(name, 4 * PART as usize);
    refuse_part(&server, 4);
    upload(&bucket, &folder).unwrap_err();
    server.clear_rules();
    server.clear_requests();
    (server, bucket, folder)
}

fn upload(bucket: &Bucket, folder: &Path) -> Result<Response> {
    let transfer = transfer().workers(1);
    bucket.upload_file("a", folder.join("in"), &transfer, &Options::new())
}

#[test]
fn parts_of_another_content_are_not_kept_although_size_and_time_are_the_same() {
    let (server, bucket, folder) = stopped_upload("same-time");
    let path = folder.join("in");
    let time = fs::metadata(&path).unwrap().modified().unwrap();
    let file = File::options().write(true).open(&path).unwrap();
    file.write_all_at(b"other", PART + 10).unwrap();
    file.set_modified(time).unwrap();
    upload(&bucket, &folder).unwrap();
    assert!(stored(&bucket, "a") == fs::read(&path).unwrap());
    assert_eq!(count(&server, "UploadPart"), 2, "parts 2 and 4");
}

#[test]
fn a_file_that_changed_is_uploaded_afresh_and_the_old_upload_is_gone() {
    let (server, bucket, folder) = stopped_upload("changed");
    fs::write(folder.join("in"), content(5 * PART as usize)).unwrap();
    upload(&bucket, &folder).unwrap();
    assert!(stored(&bucket, "a") == content(5 * PART as usize));
    assert_eq!(count(&server, "UploadPart"), 5);
    assert_eq!(uploads(&bucket), 0);
}

#[test]
fn an_upload_that_was_aborted_begins_afresh_in_the_same_call() {
    let (server, bucket, folder) = stopped_upload("aborted");
    for upload in bucket.list_multipart_uploads(ListMultipartUploads::default(), &Options::new()) {
        let alioss::ListedUpload::Upload { key, upload_id, .. } = upload.unwrap() else {
            panic!("a prefix");
        };
        bucket
            .abort_multipart_upload(&key, &upload_id, &Options::new())
            .unwrap();
    }
    upload(&bucket, &folder).unwrap();
    assert!(stored(&bucket, "a") == content(4 * PART as usize));
    assert_eq!(count(&server, "UploadPart"), 4);
}

#[test]
fn a_lost_answer_to_the_last_request_is_found_out() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("lost", 4 * PART as usize);
    server.inject(Rule::new(Action::StoreThenReset).operation("CompleteMultipartUpload"));
    let response = upload(&bucket, &folder).unwrap();
    assert!(response.verified());
    assert_eq!(count(&server, "UploadPart"), 4);
    assert_eq!(count(&server, "CompleteMultipartUpload"), 1);
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn an_upload_that_was_completed_before_the_program_died_is_not_sent_again() {
    let (server, bucket, folder) = stopped_upload("completed");
    let record = names(&folder)[0].clone();
    let copy = fs::read(folder.join(&record)).unwrap();
    upload(&bucket, &folder).unwrap();
    // The record as it was when the program died.
    fs::write(folder.join(&record), copy).unwrap();
    server.clear_requests();
    upload(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "UploadPart"), 0);
    assert_eq!(count(&server, "InitiateMultipartUpload"), 0);
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn parts_that_the_service_does_not_know_are_listed_again() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("invalid-part", 4 * PART as usize);
    let refusal = Action::Status(Status::new(400, "InvalidPart"));
    server.inject(Rule::new(refusal).operation("CompleteMultipartUpload"));
    upload(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "ListParts"), 1);
    assert_eq!(count(&server, "UploadPart"), 4);
    assert!(stored(&bucket, "a") == content(4 * PART as usize));
}

#[test]
fn a_file_that_changes_while_it_is_uploaded_is_not_stored_and_nothing_stays() {
    let server = server();
    let bucket = bucket(&server);
    for workers in [1, 3] {
        let folder = folder("rewritten", 8 * PART as usize);
        let path = folder.join("in");
        std::thread::sleep(Duration::from_millis(20));
        let done = Cell::new(false);
        let progress = |_: u64, _: Option<u64>| {
            if !done.replace(true) {
                let file = File::options().write(true).open(&path).unwrap();
                file.write_all_at(b"other", 10).unwrap();
            }
            true
        };
        let options = Options::new().progress(&progress);
        let transfer = transfer().workers(workers);
        let error = bucket
            .upload_file("a", &path, &transfer, &options)
            .unwrap_err();
        let words = "the file changed while it was sent";
        assert!(error.to_string().starts_with(words), "{error}");
        assert_eq!(names(&folder), ["in"]);
        assert_eq!(uploads(&bucket), 0);
        assert!(!bucket.object_exists("a", &Options::new()).unwrap());
    }
}

#[test]
fn a_transfer_has_its_record_to_itself() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("busy", 4 * PART as usize);
    let asked = Cell::new(false);
    let progress = |_: u64, _: Option<u64>| {
        if !asked.replace(true) {
            let error = upload(&bucket, &folder).unwrap_err();
            assert_eq!(error.kind(), Kind::Busy, "{error}");
        }
        true
    };
    let options = Options::new().progress(&progress);
    let transfer = transfer().workers(1);
    bucket
        .upload_file("a", folder.join("in"), &transfer, &options)
        .unwrap();
    assert!(asked.replace(false));
    let progress = |_: u64, _: Option<u64>| {
        if !asked.replace(true) {
            let error = download(&bucket, &folder).unwrap_err();
            assert_eq!(error.kind(), Kind::Busy, "{error}");
        }
        true
    };
    let options = Options::new().progress(&progress);
    bucket
        .download_file("a", folder.join("out"), &transfer, &options)
        .unwrap();
    assert!(asked.get());
    assert_eq!(names(&folder), ["in", "out"]);
}

#[test]
fn an_upload_can_be_given_up() {
    let (_server, bucket, folder) = stopped_upload("give-up");
    assert_eq!(uploads(&bucket), 1);
    for _ in 0..2 {
        bucket
            .abort_upload_file("a", folder.join("in"), &transfer(), &Options::new())
            .unwrap();
        assert_eq!(uploads(&bucket), 0);
        assert_eq!(names(&folder), ["in"]);
    }
}

#[test]
fn without_a_record_a_failure_leaves_nothing() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("no-record", 4 * PART as usize);
    let transfer = transfer().without_record();
    refuse_part(&server, 4);
    let up = bucket.upload_file("a", folder.join("in"), &transfer, &Options::new());
    assert_eq!(up.unwrap_err().kind(), Kind::Denied);
    assert_eq!(uploads(&bucket), 0);
    assert_eq!(names(&folder), ["in"]);
    server.clear_rules();
    bucket
        .upload_file("a", folder.join("in"), &transfer, &Options::new())
        .unwrap();
    refuse_ranges(&server, 2);
    let down = bucket.download_file("a", folder.join("out"), &transfer, &Options::new());
    assert_eq!(down.unwrap_err().kind(), Kind::Denied);
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn records_can_be_in_a_directory_of_the_callers() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("directory", 4 * PART as usize);
    let records = folder.join("records");
    fs::create_dir(&records).unwrap();
    let transfer = transfer().record_directory(&records);
    refuse_part(&server, 4);
    let up = || bucket.upload_file("a", folder.join("in"), &transfer, &Options::new());
    up().unwrap_err();
    assert_eq!(names(&folder), ["in", "records"]);
    assert_eq!(names(&records).len(), 1);
    server.clear_rules();
    up().unwrap();
    assert!(names(&records).is_empty());
    let missing = transfer.record_directory(folder.join("missing"));
    let error = bucket
        .upload_file("a", folder.join("in"), &missing, &Options::new())
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Io, "{error}");
    assert!(error.to_string().contains("missing"), "{error}");
}

fn download(bucket: &Bucket, folder: &Path) -> Result<Response> {
    let transfer = transfer().workers(1);
    bucket.download_file("a", folder.join("out"), &transfer, &Options::new())
}

/// A download of 8 parts that stopped after 5 of them.
fn stopped_download(name: &str) -> (Server, Bucket, PathBuf) {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch(name);
    bucket
        .put_object("a", &content(8 * PART as usize), &Options::new())
        .unwrap();
    fs::write(folder.join("out"), "old").unwrap();
    refuse_ranges(&server, 5);
    download(&bucket, &folder).unwrap_err();
    assert_eq!(fs::read(folder.join("out")).unwrap(), b"old");
    assert_eq!(names(&folder).len(), 3, "{:?}", names(&folder));
    server.clear_rules();
    server.clear_requests();
    (server, bucket, folder)
}

/// The unfinished file and its record.
fn unfinished(folder: &Path) -> (PathBuf, PathBuf) {
    let find = |suffix: &str| {
        let names = names(folder);
        let name = names.iter().find(|name| name.ends_with(suffix)).unwrap();
        folder.join(name)
    };
    (find(".alioss-download"), find(".alioss-record"))
}

fn assert_whole(folder: &Path) {
    assert!(fs::read(folder.join("out")).unwrap() == content(8 * PART as usize));
    assert_eq!(names(folder), ["out"]);
}

#[test]
fn a_download_goes_on_where_it_stopped() {
    let (server, bucket, folder) = stopped_download("resume-down");
    download(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "GetObject"), 3);
    assert_whole(&folder);
}

#[test]
fn what_an_unfinished_file_claims_is_read_again() {
    let (server, bucket, folder) = stopped_download("claims");
    let (data, _) = unfinished(&folder);
    let file = File::options().write(true).open(&data).unwrap();
    file.write_all_at(&[0; 100], PART + 5).unwrap();
    download(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "GetObject"), 4, "part 2 again");
    assert_whole(&folder);
}

#[test]
fn an_unfinished_file_that_is_cut_or_lost_begins_afresh() {
    for keep in [Some(0), Some(5 * PART), None] {
        let (server, bucket, folder) = stopped_download("cut");
        let (data, _) = unfinished(&folder);
        match keep {
            Some(length) => File::options()
                .write(true)
                .open(&data)
                .unwrap()
                .set_len(length)
                .unwrap(),
            None => fs::remove_file(&data).unwrap(),
        }
        download(&bucket, &folder).unwrap();
        assert_eq!(count(&server, "GetObject"), 8, "{keep:?}");
        assert_whole(&folder);
    }
}

#[test]
fn a_record_that_is_cut_garbled_or_foreign_begins_afresh() {
    let changes: [fn(&mut Vec<u8>); 5] = [
        |record| record.truncate(record.len() / 2),
        |record| record.clear(),
        |record| record[40] ^= 1,
        |record| *record = b"alioss-upload 1\ncrc64 0\n".to_vec(),
        |record| record.extend_from_slice(&vec![b'x'; 5 << 20]),
    ];
    for change in changes {
        let (server, bucket, folder) = stopped_download("garbled");
        let (_, record) = unfinished(&folder);
        let mut content = fs::read(&record).unwrap();
        assert!(!String::from_utf8_lossy(&content).contains(oss_local::ACCESS_KEY_SECRET));
        change(&mut content);
        fs::write(&record, content).unwrap();
        download(&bucket, &folder).unwrap();
        assert_eq!(count(&server, "GetObject"), 8);
        assert_whole(&folder);
    }
}

#[test]
fn an_object_that_changed_between_two_runs_is_fetched_afresh() {
    let (server, bucket, folder) = stopped_download("new-object");
    let other = vec![9; 8 * PART as usize];
    bucket.put_object("a", &other, &Options::new()).unwrap();
    download(&bucket, &folder).unwrap();
    assert_eq!(count(&server, "GetObject"), 8);
    assert!(fs::read(folder.join("out")).unwrap() == other);
    assert_eq!(names(&folder), ["out"]);
}

#[test]
fn an_object_that_changes_meanwhile_is_a_conflict_and_the_old_file_stays() {
    for workers in [1, 3] {
        let server = server();
        let bucket = bucket(&server);
        let folder = scratch("meanwhile");
        let size = 8 * PART as usize;
        bucket
            .put_object("a", &content(size), &Options::new())
            .unwrap();
        fs::write(folder.join("out"), "old").unwrap();
        let changed = Cell::new(false);
        let progress = |_: u64, _: Option<u64>| {
            if !changed.replace(true) {
                bucket
                    .put_object("a", &vec![9; size], &Options::new())
                    .unwrap();
            }
            true
        };
        server.inject(
            Rule::new(Action::Delay { ms: 50 })
                .operation("GetObject")
                .times(100),
        );
        let options = Options::new().progress(&progress);
        let transfer = transfer().workers(workers);
        let error = bucket
            .download_file("a", folder.join("out"), &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Conflict, "{error}");
        assert_eq!(fs::read(folder.join("out")).unwrap(), b"old");
    }
}

#[test]
fn what_arrives_wrong_is_not_published_nor_kept() {
    let server = server();
    let bucket = bucket(&server);
    let folder = scratch("wrong");
    let size = 8 * PART as usize;
    bucket
        .put_object("a", &content(size), &Options::new())
        .unwrap();
    server.inject(
        Rule::new(Action::CorruptBody { at: 7 })
            .operation("GetObject")
            .skip(3),
    );
    let error = download(&bucket, &folder).unwrap_err();
    assert_eq!(error.kind(), Kind::ChecksumMismatch, "{error}");
    assert!(names(&folder).is_empty());
    download(&bucket, &folder).unwrap();
    assert_whole(&folder);
}

#[test]
fn a_download_can_be_given_up() {
    let (_server, bucket, folder) = stopped_download("give-up-down");
    for _ in 0..2 {
        bucket
            .abort_download_file("a", folder.join("out"), &transfer(), &Options::new())
            .unwrap();
        assert_eq!(names(&folder), ["out"]);
        assert_eq!(fs::read(folder.join("out")).unwrap(), b"old");
    }
}

#[test]
fn cancelling_stopping_and_deadlines_end_the_whole() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("ends", 8 * PART as usize);
    let path = folder.join("in");
    for workers in [1, 3] {
        let transfer = transfer().workers(workers);
        let stop = |done: u64, _: Option<u64>| done < 2 * PART;
        let options = Options::new().progress(&stop);
        let error = bucket
            .upload_file("a", &path, &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Cancelled, "{error}");

        server.inject(
            Rule::new(Action::Delay { ms: 3000 })
                .operation("UploadPart")
                .times(100),
        );
        let cancel = Cancel::new();
        let began = Instant::now();
        let ended = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(300));
                cancel.cancel();
            });
            let options = Options::new().cancel(&cancel);
            bucket
                .upload_file("a", &path, &transfer, &options)
                .unwrap_err()
        });
        assert_eq!(ended.kind(), Kind::Cancelled, "{ended}");
        assert!(began.elapsed() < Duration::from_millis(2500));

        let options = Options::new().timeout(Duration::from_millis(500));
        let began = Instant::now();
        let error = bucket
            .upload_file("a", &path, &transfer, &options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::Timeout, "{error}");
        assert!(began.elapsed() < Duration::from_millis(2500));
        server.clear_rules();
    }
    // What was ended can be resumed.
    let transfer = transfer().workers(3);
    bucket
        .upload_file("a", &path, &transfer, &Options::new())
        .unwrap();
    assert!(stored(&bucket, "a") == content(8 * PART as usize));
    assert_eq!(uploads(&bucket), 0);
    assert_eq!(names(&folder), ["in"]);
}

#[test]
fn a_panic_of_the_progress_function_ends_the_workers() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("panic", 8 * PART as usize);
    let panics = |_: u64, _: Option<u64>| -> bool { panic!("as the test wants") };
    let options = Options::new().progress(&panics);
    let run = || bucket.upload_file("a", folder.join("in"), &transfer(), &options);
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
    assert!(outcome.is_err());
    upload(&bucket, &folder).unwrap();
}

#[test]
fn a_limit_of_the_bandwidth_is_shared() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("limit", 4 * PART as usize);
    for (limit, each) in [
        ("83886080", "27962026"),
        ("1638400", "819200"),
        ("819200", "819200"),
    ] {
        server.clear_requests();
        let options = Options::new().header("x-oss-traffic-limit", limit);
        bucket
            .upload_file("a", folder.join("in"), &transfer(), &options)
            .unwrap();
        bucket
            .download_file("a", folder.join("out"), &transfer(), &options)
            .unwrap();
        let requests = server.requests();
        let limits: Vec<&str> = requests
            .iter()
            .filter(|request| ["UploadPart", "GetObject"].contains(&request.operation.as_str()))
            .filter_map(|request| {
                request
                    .headers
                    .iter()
                    .find(|(name, _)| name == "x-oss-traffic-limit")
            })
            .map(|(_, value)| value.as_str())
            .collect();
        assert_eq!(limits, [each; 8], "{limit}");
    }
}

#[test]
fn arguments_are_checked_before_anything_is_sent() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("arguments", 4 * PART as usize);
    server.clear_requests();
    let options = Options::new();
    let range = Options::new().range(alioss::Range::From(1));
    let rows = [
        (transfer().workers(0), &options, "`workers`"),
        (transfer().workers(65), &options, "`workers`"),
        (Transfer::new().part_size(1), &options, "`part_size`"),
        (transfer(), &range, "`range`"),
    ];
    for (transfer, options, words) in rows {
        let error = bucket
            .upload_file("a", folder.join("in"), &transfer, options)
            .unwrap_err();
        assert_eq!(error.kind(), Kind::InvalidArgument, "{error}");
        assert!(error.to_string().starts_with(words), "{error}");
    }
    let missing = bucket.upload_file("a", folder.join("missing"), &transfer(), &options);
    assert_eq!(missing.unwrap_err().kind(), Kind::Io);
    let device = bucket.download_file("a", "/dev/null", &transfer(), &options);
    assert_eq!(device.unwrap_err().kind(), Kind::InvalidArgument);
    assert!(server.requests().is_empty());
}

/// Runs a transfer in a process of its own that is killed after so many milliseconds; whether it ended well before.
fn run_and_kill(server: &Server, direction: &str, folder: &Path, after: u64) -> bool {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "killed_transfers_go_on_and_tear_nothing"])
        .env("ALIOSS_TEST_TRANSFER", direction)
        .env("ALIOSS_TEST_ENDPOINT", server.endpoint())
        .env("ALIOSS_TEST_FOLDER", folder)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + Duration::from_millis(after);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "the transfer failed");
            return true;
        }
        if Instant::now() >= end {
            child.kill().unwrap();
            child.wait().unwrap();
            return false;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The transfer of a process that is to be killed.
fn be_killed(direction: &str) {
    let endpoint = std::env::var("ALIOSS_TEST_ENDPOINT").unwrap();
    let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
    let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
    let (transfer, options) = (transfer(), Options::new());
    match direction {
        "up" => bucket.upload_file("a", folder.join("in"), &transfer, &options),
        _ => bucket.download_file("a", folder.join("out"), &transfer, &options),
    }
    .unwrap();
}

#[test]
fn killed_transfers_go_on_and_tear_nothing() {
    if let Ok(direction) = std::env::var("ALIOSS_TEST_TRANSFER") {
        return be_killed(&direction);
    }
    let size = 30 * PART as usize + 5;
    for round in 0..10_u64 {
        for direction in ["up", "down"] {
            let server = server();
            let bucket = bucket(&server);
            let folder = folder("killed", size);
            fs::write(folder.join("out"), "old").unwrap();
            if direction == "down" {
                bucket
                    .put_object("a", &content(size), &Options::new())
                    .unwrap();
            }
            server.clear_requests();
            let slow = |operation| {
                let delay = Rule::new(Action::Delay { ms: 10 }).operation(operation);
                server.inject(delay.times(100_000));
            };
            slow("UploadPart");
            slow("GetObject");
            let (operation, last) = match direction {
                "up" => ("UploadPart", "CompleteMultipartUpload"),
                _ => ("GetObject", "GetObject"),
            };
            let mut kills = 0;
            // Each time a little longer, so that it ends.
            while !run_and_kill(&server, direction, &folder, 20 + 7 * round + 15 * kills) {
                kills += 1;
                let out = fs::read(folder.join("out")).unwrap();
                assert!(out == b"old" || out == content(size), "a torn file");
                assert!(kills < 1000, "it never ends");
                // It may have been whole when it was killed.
                if names(&folder) == ["in", "out"] && count(&server, last) > 0 {
                    break;
                }
            }
            let parts = count(&server, operation);
            let result = match direction {
                "up" => stored(&bucket, "a"),
                _ => fs::read(folder.join("out")).unwrap(),
            };
            assert!(result == content(size), "{direction}, round {round}");
            // What was done is not done again: at most what three workers had under way at each kill.
            assert!(
                parts <= 31 + 3 * kills as usize,
                "{direction}: {parts} parts, {kills} kills"
            );
            assert_eq!(names(&folder), ["in", "out"], "{direction}, {kills} kills");
            // Killed between the answer that names an upload and writing that down, nobody knows of it any more.
            assert!(uploads(&bucket) <= kills as usize);
        }
    }
}
