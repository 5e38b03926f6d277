//! Files that become objects.

use std::cell::Cell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::*;

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
pub fn stopped_upload(name: &str) -> (Server, Bucket, PathBuf) {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder(name, 4 * PART as usize);
    refuse_part(&server, 4);
    upload(&bucket, &folder).unwrap_err();
    server.clear_rules();
    server.clear_requests();
    (server, bucket, folder)
}

pub fn upload(bucket: &Bucket, folder: &Path) -> Result<Response> {
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
    assert_eq!(count(&server, "CompleteMultipartUpload"), 2);
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
