//! Transfers with a record that fail, are cancelled or stopped at any step: what is there stays whole, and the same call goes
//! on without doing again what was done.

use std::cell::Cell;

use super::*;

const SIZE: usize = 5 * PART as usize + 7;
const PARTS: usize = 6;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Copy,
}

const WAYS: [Way; 3] = [Way::Up, Way::Down, Way::Copy];

impl Way {
    fn part(self) -> &'static str {
        match self {
            Way::Up => "UploadPart",
            Way::Down => "GetObject",
            Way::Copy => "UploadPartCopy",
        }
    }

    /// What it asks the service for, in this order.
    fn steps(self) -> &'static [&'static str] {
        match self {
            Way::Up => &[INITIATE, "UploadPart", COMPLETE],
            Way::Down => &["HeadObject", "GetObject"],
            Way::Copy => &["HeadObject", INITIATE, "UploadPartCopy", COMPLETE],
        }
    }
}

const INITIATE: &str = "InitiateMultipartUpload";
const COMPLETE: &str = "CompleteMultipartUpload";

/// A way, and where it goes: from `in` or the object `from`, to `out` or the object `to`, which are old.
struct Trial {
    way: Way,
    server: Server,
    bucket: Bucket,
    folder: PathBuf,
    workers: usize,
}

impl Trial {
    fn new(way: Way, workers: usize) -> Trial {
        let server = server();
        let bucket = bucket(&server);
        let folder = folder(&format!("resumed-{:?}", std::thread::current().id()), SIZE);
        fs::create_dir(folder.join("records")).unwrap();
        fs::write(folder.join("out"), "old").unwrap();
        for (key, content) in [("from", content(SIZE)), ("to", b"old".to_vec())] {
            bucket.put_object(key, &content, &Options::new()).unwrap();
        }
        server.clear_requests();
        Trial {
            way,
            server,
            bucket,
            folder,
            workers,
        }
    }

    fn run(&self, options: &Options<'_>) -> Result<Response> {
        let transfer = transfer().workers(self.workers);
        let at = |name| self.folder.join(name);
        match self.way {
            Way::Up => self.bucket.upload_file("to", at("in"), &transfer, options),
            Way::Down => self
                .bucket
                .download_file("from", at("out"), &transfer, options),
            Way::Copy => {
                let transfer = transfer.record_directory(at("records"));
                self.bucket
                    .copy_large_object("to", "from", &transfer, options)
            }
        }
    }

    fn result(&self) -> Vec<u8> {
        match self.way {
            Way::Down => fs::read(self.folder.join("out")).unwrap(),
            _ => stored(&self.bucket, "to"),
        }
    }

    fn is_clean(&self) -> bool {
        names(&self.folder) == ["in", "out", "records"]
            && names(&self.folder.join("records")).is_empty()
            && uploads(&self.bucket) == 0
    }

    /// Parts that the service has done, and not a rule.
    fn parts_done(&self) -> usize {
        let requests = self.server.requests();
        let is_part = |request: &&oss_local::RequestRecord| {
            request.operation == self.way.part()
                && !request.injected
                && (200..300).contains(&request.status)
        };
        requests.iter().filter(is_part).count()
    }

    /// What did not end well goes on, and does so many parts again, at most.
    fn goes_on(&self, again: usize, context: &str) {
        assert_eq!(self.result(), b"old", "{context}");
        self.server.clear_rules();
        let response = self
            .run(&Options::new())
            .unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(response.verified(), "{context}");
        let done = self.parts_done();
        assert!(done <= PARTS + again, "{context}: {done} parts");
        assert!(self.result() == content(SIZE), "{context}");
        assert!(self.is_clean(), "{context}: {:?}", names(&self.folder));
    }
}

fn status(status: u16, code: &str) -> Action {
    Action::Status(Status::new(status, code))
}

#[test]
fn what_fails_at_any_step_goes_on_where_it_stopped() {
    let actions = [
        (status(403, "AccessDenied"), Kind::Denied),
        (status(403, "SecurityTokenExpired"), Kind::Denied),
        (status(503, "SlowDown"), Kind::Throttled),
        (Action::Reset { after_bytes: 0 }, Kind::Network),
    ];
    for way in WAYS {
        for operation in way.steps() {
            let positions: &[u32] = match *operation == way.part() {
                true => &[0, 1, 4, 5],
                false => &[0],
            };
            for &skip in positions {
                for (action, kind) in &actions {
                    let workers = 1 + 2 * (skip as usize % 2);
                    let trial = Trial::new(way, workers);
                    let rule = Rule::new(action.clone()).operation(*operation);
                    trial.server.inject(rule.skip(skip).times(1000));
                    let error = trial.run(&Options::new()).unwrap_err();
                    let context = format!("{way:?} {operation} {skip} {action:?}");
                    assert_eq!(error.kind(), *kind, "{context}: {error}");
                    if *operation == way.steps()[0] {
                        trial.server.clear_rules();
                        assert!(trial.is_clean(), "{context}: {:?}", names(&trial.folder));
                    }
                    // What the other workers had under way.
                    trial.goes_on(workers - 1, &context);
                }
            }
        }
    }
}

#[test]
fn a_cancel_ends_any_step_at_once_and_the_transfer_goes_on() {
    for way in WAYS {
        for operation in way.steps() {
            for workers in [1, 3] {
                let trial = Trial::new(way, workers);
                let stall = Rule::new(Action::Delay { ms: 60_000 }).operation(*operation);
                trial.server.inject(stall.times(1000));
                let cancel = Cancel::new();
                let result = std::thread::scope(|scope| {
                    scope.spawn(|| {
                        while count(&trial.server, operation) == 0 {
                            std::thread::sleep(Duration::from_millis(1));
                        }
                        cancel.cancel();
                    });
                    trial.run(&Options::new().cancel(&cancel))
                });
                let context = format!("{way:?} {operation}, {workers} workers");
                assert_eq!(result.unwrap_err().kind(), Kind::Cancelled, "{context}");
                trial.server.clear_rules();
                trial.goes_on(workers, &context);
            }
        }
    }
}

#[test]
fn a_progress_function_may_stop_a_transfer_at_any_call() {
    for way in WAYS {
        for workers in [1, 3] {
            for position in 0..1000 {
                let trial = Trial::new(way, workers);
                let calls = Cell::new(0);
                let progress = |_: u64, _: Option<u64>| {
                    calls.set(calls.get() + 1);
                    calls.get() <= position
                };
                let result = trial.run(&Options::new().progress(&progress));
                let context = format!("{way:?}, call {position}, {workers} workers");
                if result.is_ok() {
                    assert!(trial.result() == content(SIZE), "{context}");
                    break;
                }
                assert_eq!(result.unwrap_err().kind(), Kind::Cancelled, "{context}");
                assert_eq!(
                    calls.get(),
                    position + 1,
                    "{context}: none after the refusal"
                );
                trial.goes_on(workers, &context);
            }
        }
    }
}

#[test]
fn progress_does_not_pass_the_total_nor_go_back_when_parts_are_sent_again() {
    for way in WAYS {
        for workers in [1, 3] {
            let trial = Trial::new(way, workers);
            let broken = match way {
                Way::Down => Action::CutBody {
                    after_bytes: 50_000,
                    reset: true,
                },
                _ => Action::StoreThenReset,
            };
            let rule = Rule::new(broken).operation(way.part());
            trial.server.inject(rule.skip(1).times(3));
            let last = Cell::new(0);
            let progress = |done: u64, total: Option<u64>| {
                assert_eq!(total, Some(SIZE as u64));
                assert!(done >= last.get() && done <= SIZE as u64);
                last.set(done);
                true
            };
            trial.run(&Options::new().progress(&progress)).unwrap();
            assert_eq!(last.get(), SIZE as u64, "{way:?}");
            assert!(trial.result() == content(SIZE), "{way:?}");
        }
    }
}

/// An upload or a copy that stopped before its last part.
fn stopped(way: Way) -> Trial {
    let trial = Trial::new(way, 1);
    let refusal = Rule::new(status(403, "AccessDenied")).operation(way.part());
    trial.server.inject(refusal.skip(5).times(1000));
    trial.run(&Options::new()).unwrap_err();
    trial.server.clear_rules();
    trial.server.clear_requests();
    trial
}

#[test]
fn who_may_not_list_parts_begins_afresh_and_leaves_no_old_ones() {
    for way in [Way::Up, Way::Copy] {
        let trial = stopped(way);
        let refusal = Rule::new(status(403, "AccessDenied")).operation("ListParts");
        trial.server.inject(refusal.times(1000));
        // The old parts stay until there are others.
        let busy = Rule::new(status(503, "SlowDown")).operation(INITIATE);
        trial.server.inject(busy.times(10));
        let error = trial.run(&Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Throttled, "{way:?}: {error}");
        assert_eq!(uploads(&trial.bucket), 1, "{way:?}");
        trial.server.clear_rules();
        let refusal = Rule::new(status(403, "AccessDenied")).operation("ListParts");
        trial.server.inject(refusal.times(1000));
        trial.run(&Options::new()).unwrap();
        assert!(trial.result() == content(SIZE), "{way:?}");
        assert!(trial.is_clean(), "{way:?}");
    }
}

/// What is stored is billed: the record names it until it is gone.
#[test]
fn an_upload_that_cannot_be_deleted_now_is_deleted_later() {
    let trial = stopped(Way::Up);
    fs::write(trial.folder.join("in"), content(SIZE + 1)).unwrap();
    trial
        .server
        .inject(Rule::new(status(503, "SlowDown")).times(1000));
    trial.run(&Options::new()).unwrap_err();
    trial.server.clear_rules();
    assert_eq!(uploads(&trial.bucket), 1);
    trial.run(&Options::new()).unwrap();
    assert!(stored(&trial.bucket, "to") == content(SIZE + 1));
    assert!(trial.is_clean(), "{:?}", names(&trial.folder));
}

#[test]
fn an_upload_that_was_begun_afresh_still_knows_the_one_before() {
    for gives_up in [false, true] {
        let trial = stopped(Way::Up);
        let refuse = |operation| {
            let refusal = Rule::new(status(403, "AccessDenied")).operation(operation);
            trial.server.inject(refusal.times(1000));
        };
        for operation in ["ListParts", "AbortMultipartUpload", "UploadPart"] {
            refuse(operation);
        }
        trial.run(&Options::new()).unwrap_err();
        trial.server.clear_rules();
        assert_eq!(uploads(&trial.bucket), 2);
        if gives_up {
            let (transfer, options) = (transfer().workers(trial.workers), Options::new());
            let path = trial.folder.join("in");
            trial
                .bucket
                .abort_upload_file("to", path, &transfer, &options)
                .unwrap();
        } else {
            trial.run(&Options::new()).unwrap();
        }
        assert!(trial.is_clean(), "{:?}", names(&trial.folder));
    }
}

/// What is between may answer 404 for a moment: nothing that came is thrown away for it.
#[test]
fn a_missing_page_of_somebody_else_loses_no_work() {
    let trial = stopped(Way::Down);
    let page = Status {
        raw_body: Some("<html>try later".into()),
        ..Status::new(404, "")
    };
    let rule = Rule::new(Action::Status(page)).operation("GetObject");
    trial.server.inject(rule.times(1000));
    trial.run(&Options::new()).unwrap_err();
    trial.server.clear_rules();
    trial.server.clear_requests();
    trial.run(&Options::new()).unwrap();
    assert!(trial.parts_done() < PARTS, "{}", trial.parts_done());
    assert!(trial.result() == content(SIZE) && trial.is_clean());
}

#[test]
fn keys_that_are_refused_for_a_while_lose_no_work() {
    for way in [Way::Up, Way::Copy] {
        for code in ["InvalidAccessKeyId", "SecurityTokenExpired"] {
            let trial = stopped(way);
            let refusal = Rule::new(status(403, code)).operation("ListParts");
            trial.server.inject(refusal.times(1000));
            trial.run(&Options::new()).unwrap_err();
            trial.server.clear_rules();
            trial.run(&Options::new()).unwrap();
            assert_eq!(trial.parts_done(), 1, "{way:?} {code}");
            assert!(trial.is_clean(), "{way:?} {code}");
        }
    }
}

/// The upload is gone, and nobody knows whether it was completed: an answer later is better than all of it again.
#[test]
fn a_look_at_the_object_that_fails_for_a_while_is_not_a_no() {
    let trial = stopped(Way::Up);
    let record = fs::read_dir(&trial.folder).unwrap().flatten();
    let record = record
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|ext| ext == "alioss-upload"))
        .unwrap();
    let copy = fs::read(&record).unwrap();
    trial.run(&Options::new()).unwrap();
    // The record as it was when the program died.
    fs::write(&record, copy).unwrap();
    trial.server.clear_requests();
    let busy = Rule::new(status(503, "SlowDown")).operation("HeadObject");
    trial.server.inject(busy.times(1000));
    let error = trial.run(&Options::new()).unwrap_err();
    assert_eq!(error.kind(), Kind::Throttled, "{error}");
    trial.server.clear_rules();
    trial.run(&Options::new()).unwrap();
    assert_eq!(count(&trial.server, INITIATE), 0);
    assert!(trial.is_clean());
}

/// Whoever may write need not be allowed to read.
#[test]
fn a_lost_answer_is_a_failure_if_nobody_may_look() {
    for way in [Way::Up, Way::Copy] {
        let trial = Trial::new(way, 3);
        let lost = Rule::new(Action::StoreThenReset).operation(COMPLETE);
        trial.server.inject(lost);
        let refusal = Rule::new(status(403, "AccessDenied")).operation("HeadObject");
        trial
            .server
            .inject(refusal.skip(u32::from(way == Way::Copy)).times(1000));
        let error = trial.run(&Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::Network, "{way:?}: {error}");
        assert!(error.answer_was_lost(), "{way:?}");
        trial.server.clear_rules();
        // Now it is found out.
        trial.server.clear_requests();
        trial.run(&Options::new()).unwrap();
        assert_eq!(trial.parts_done(), 0, "{way:?}");
        assert!(trial.is_clean(), "{way:?}");
    }
}

/// The answer to ListParts with these parts: number, ETag, CRC-64.
fn listing(parts: &[(u32, String, u64)]) -> Action {
    let part = |(number, etag, crc): &(u32, String, u64)| {
        format!(
            "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><Size>{PART}</Size>\
             <HashCrc64ecma>{crc}</HashCrc64ecma></Part>"
        )
    };
    let parts: String = parts.iter().map(part).collect();
    let mut answer = Status::new(200, "");
    answer.raw_body = Some(format!(
        "<ListPartsResult>{parts}<IsTruncated>false</IsTruncated></ListPartsResult>"
    ));
    Action::Status(answer)
}

/// The parts of the upload that was stopped.
fn listed(trial: &Trial) -> Vec<(u32, String, u64)> {
    let options = Options::new();
    let mut uploads = trial
        .bucket
        .list_multipart_uploads(ListMultipartUploads::default(), &options);
    let Some(Ok(ListedUpload::Upload { upload_id, .. })) = uploads.next() else {
        panic!("there is no upload");
    };
    let list = ListParts {
        key: "to".into(),
        upload_id,
        ..ListParts::default()
    };
    let parts = trial.bucket.list_parts(list, &options);
    let part = |part: Result<ListedPart>| {
        let part = part.unwrap();
        (part.number, part.etag, part.crc64.unwrap())
    };
    let parts = parts.map(part).collect();
    trial.server.clear_requests();
    parts
}

#[test]
fn parts_that_are_listed_twice_or_in_disorder_are_used_once() {
    for way in [Way::Up, Way::Copy] {
        let trial = stopped(way);
        let parts = listed(&trial);
        let mut odd = parts.clone();
        odd.extend(parts.iter().rev().cloned());
        trial
            .server
            .inject(Rule::new(listing(&odd)).operation("ListParts"));
        trial.goes_on(0, &format!("{way:?}"));
    }
}

#[test]
fn a_list_of_more_parts_than_there_can_be_is_refused() {
    for way in [Way::Up, Way::Copy] {
        let trial = stopped(way);
        let endless = vec![(1, "\"x\"".to_owned(), 0); 10_001];
        trial
            .server
            .inject(Rule::new(listing(&endless)).operation("ListParts"));
        let error = trial.run(&Options::new()).unwrap_err();
        assert_eq!(error.kind(), Kind::BadResponse, "{way:?}: {error}");
        assert!(error.to_string().contains("10000 parts"), "{error}");
        trial.goes_on(0, &format!("{way:?}"));
    }
}
