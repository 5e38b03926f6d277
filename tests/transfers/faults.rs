//! What goes wrong at each step of a transfer: it heals, or nothing is stored and nothing stays.

use std::io::Write;
use std::sync::Arc;

use alioss::Error;
use alioss::credentials::{Callback, Credentials};

use super::*;

const SIZE: usize = 5 * PART as usize + 7;

/// What sends the object `to`, without a record.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    File,
    Copy,
    Writer,
}

impl Way {
    fn part(self) -> &'static str {
        match self {
            Way::Copy => "UploadPartCopy",
            _ => "UploadPart",
        }
    }

    fn run(self, bucket: &Bucket, workers: usize) -> Result<Response> {
        let transfer = transfer().workers(workers).without_record();
        let options = Options::new();
        match self {
            Way::File => {
                let folder = folder(&format!("faults-{:?}", std::thread::current().id()), SIZE);
                bucket.upload_file("to", folder.join("in"), &transfer, &options)
            }
            Way::Copy => bucket.copy_large_object("to", "from", &transfer, &options),
            Way::Writer => {
                let mut writer = bucket.writer("to", &transfer, &options)?;
                let written = writer.write_all(&content(SIZE));
                written.map_err(|error| error.downcast::<Error>().unwrap())?;
                writer.finish()
            }
        }
    }
}

/// Has each way run once with that fault at that operation (`part`: of the way) after so many passed.
fn each(
    operation: &str,
    skip: u32,
    times: u32,
    action: &Action,
    check: impl Fn(&Server, &Bucket, Way, Result<Response>),
) {
    for way in [Way::File, Way::Copy, Way::Writer] {
        for workers in [1, 3] {
            let server = server();
            let mut config = config(&server);
            let keys = || {
                let (id, secret) = (oss_local::ACCESS_KEY_ID, oss_local::ACCESS_KEY_SECRET);
                Ok(Credentials::new(id, secret, None))
            };
            config.credentials(Arc::new(Callback(keys)));
            let bucket = new_bucket(&config);
            for (key, content) in [("from", &content(SIZE)), ("to", &b"old".to_vec())] {
                bucket.put_object(key, content, &Options::new()).unwrap();
            }
            let operation = if operation == "part" {
                way.part()
            } else {
                operation
            };
            let rule = Rule::new(action.clone()).operation(operation);
            server.inject(rule.skip(skip).times(times));
            let result = way.run(&bucket, workers);
            server.clear_rules();
            check(&server, &bucket, way, result);
        }
    }
}

fn status(status: u16, code: &str) -> Action {
    Action::Status(Status::new(status, code))
}

const INITIATE: &str = "InitiateMultipartUpload";
const COMPLETE: &str = "CompleteMultipartUpload";

#[test]
fn what_can_heal_heals_at_each_step() {
    let reset = Action::Reset { after_bytes: 0 };
    let expired = status(403, "SecurityTokenExpired");
    let rows = [
        (INITIATE, 0, status(503, "SlowDown")),
        (INITIATE, 0, reset.clone()),
        (INITIATE, 0, expired.clone()),
        ("part", 0, status(503, "SlowDown")),
        ("part", 2, reset),
        ("part", 2, Action::StoreThenReset),
        ("part", 3, expired.clone()),
        ("part", 5, status(500, "InternalError")),
        (COMPLETE, 0, expired),
        (COMPLETE, 0, status(503, "SlowDown")),
        (COMPLETE, 0, status(500, "InternalError")),
        (COMPLETE, 0, Action::Reset { after_bytes: 0 }),
        (COMPLETE, 0, Action::StoreThenReset),
        (COMPLETE, 0, status(400, "InvalidPart")),
    ];
    for (operation, skip, action) in rows {
        each(
            operation,
            skip,
            1,
            &action,
            |server, bucket, way, result| {
                let response = result
                    .unwrap_or_else(|error| panic!("{way:?} {operation} {action:?}: {error}"));
                assert!(response.verified(), "{way:?} {operation} {action:?}");
                assert!(stored(bucket, "to") == content(SIZE), "{way:?} {action:?}");
                assert_eq!(uploads(bucket), 0, "{way:?} {operation} {action:?}");
                assert!(
                    count(server, way.part()) <= 7,
                    "{way:?} {operation} {action:?}"
                );
            },
        );
    }
}

/// The answer that names the upload is lost: nobody knows its id, and another one is begun.
#[test]
fn a_lost_answer_to_the_first_step_leaves_one_upload() {
    each(
        INITIATE,
        0,
        1,
        &Action::StoreThenReset,
        |_, bucket, way, result| {
            result.unwrap();
            assert!(stored(bucket, "to") == content(SIZE), "{way:?}");
            assert_eq!(uploads(bucket), 1, "{way:?}");
        },
    );
}

#[test]
fn what_does_not_heal_stores_nothing_and_leaves_nothing() {
    let rows = [
        (INITIATE, 0, status(403, "AccessDenied"), Kind::Denied),
        ("part", 0, status(403, "AccessDenied"), Kind::Denied),
        ("part", 3, status(403, "SecurityTokenExpired"), Kind::Denied),
        ("part", 5, Action::Reset { after_bytes: 0 }, Kind::Network),
        ("part", 2, status(404, "NoSuchUpload"), Kind::NotFound),
        (COMPLETE, 0, status(403, "AccessDenied"), Kind::Denied),
        (COMPLETE, 0, status(400, "InvalidPart"), Kind::BadRequest),
        (COMPLETE, 0, status(404, "NoSuchUpload"), Kind::NotFound),
        (COMPLETE, 0, Action::Reset { after_bytes: 0 }, Kind::Network),
    ];
    for (operation, skip, action, kind) in rows {
        each(operation, skip, 1000, &action, |_, bucket, way, result| {
            let error = result.unwrap_err();
            assert_eq!(
                error.kind(),
                kind,
                "{way:?} {operation} {action:?}: {error}"
            );
            assert_eq!(
                stored(bucket, "to"),
                b"old",
                "{way:?} {operation} {action:?}"
            );
            // Where the service does not know the upload any more, it is its upload that is left.
            let gone = matches!(&action, Action::Status(status) if status.code == "NoSuchUpload");
            let left = usize::from(gone);
            assert!(uploads(bucket) <= left, "{way:?} {operation} {action:?}");
        });
    }
}

#[test]
fn an_upload_that_is_gone_is_begun_again_where_the_source_is_still_there() {
    for operation in ["part", COMPLETE] {
        each(
            operation,
            0,
            1,
            &status(404, "NoSuchUpload"),
            |server, bucket, way, result| {
                if way == Way::Writer {
                    // What was written is not there any more.
                    assert_eq!(result.unwrap_err().kind(), Kind::NotFound);
                    assert_eq!(stored(bucket, "to"), b"old");
                    return;
                }
                result.unwrap();
                assert_eq!(count(server, INITIATE), 2, "{way:?}");
                assert!(stored(bucket, "to") == content(SIZE), "{way:?}");
            },
        );
    }
}

/// Each way with a clock that is wrong from the beginning, and one that goes wrong on the way.
#[test]
fn a_wrong_clock_is_corrected_at_any_step() {
    for skewed_after in [0, 2] {
        for way in [Way::File, Way::Copy, Way::Writer] {
            let server = server();
            let bucket = bucket(&server);
            bucket
                .put_object("from", &content(SIZE), &Options::new())
                .unwrap();
            let part = Rule::new(Action::Delay { ms: 100 }).operation(way.part());
            server.inject(part.times(100));
            let result = std::thread::scope(|scope| {
                let running = scope.spawn(|| way.run(&bucket, 2));
                while count(&server, way.part()) < skewed_after {
                    std::thread::sleep(Duration::from_millis(1));
                }
                server.set_clock_skew(7200);
                running.join().unwrap()
            });
            assert!(result.unwrap().verified(), "{way:?}");
            assert!(stored(&bucket, "to") == content(SIZE), "{way:?}");
        }
    }
}

/// The parts are listed when the service does not know one of them; that fails, too.
#[test]
fn a_failing_list_of_parts_is_an_error() {
    for way in [Way::File, Way::Copy, Way::Writer] {
        let server = server();
        let bucket = bucket(&server);
        bucket
            .put_object("from", &content(SIZE), &Options::new())
            .unwrap();
        server.inject(Rule::new(status(400, "InvalidPart")).operation(COMPLETE));
        server.inject(Rule::new(status(403, "AccessDenied")).operation("ListParts"));
        let error = way.run(&bucket, 3).unwrap_err();
        assert_eq!(error.kind(), Kind::Denied, "{way:?}: {error}");
        assert!(!bucket.object_exists("to", &Options::new()).unwrap());
        assert_eq!(uploads(&bucket), 0, "{way:?}");
    }
}
