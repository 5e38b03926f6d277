//! Objects that are read while the parts that follow are on their way.

use std::io::Read;

use alioss::{Error, Prefetch};

use super::*;

fn source(server: &Server, size: usize) -> Bucket {
    let bucket = bucket(server);
    bucket
        .put_object("a", &content(size), &Options::new())
        .unwrap();
    server.clear_requests();
    bucket
}

fn open(bucket: &Bucket, parts: usize) -> Result<Prefetch> {
    let transfer = transfer().workers(parts);
    bucket.prefetch_object("a", &transfer, &Options::new())
}

/// Reads in odd pieces; what came, and the error if there was one.
fn read(object: &mut Prefetch) -> (Vec<u8>, Option<Error>) {
    let (mut all, mut piece) = (Vec::new(), vec![0; 7777]);
    loop {
        match object.read(&mut piece) {
            Ok(0) => return (all, None),
            Ok(got) => all.extend_from_slice(&piece[..got]),
            Err(error) => return (all, Some(error)),
        }
    }
}

#[test]
fn objects_of_all_sizes_are_read_in_order_and_verified() {
    let part = PART as usize;
    let server = server();
    for size in [0, 1, part, part + 1, 5 * part, 9 * part + 7] {
        let bucket = source(&server, size);
        for parts in [1, 2, 5] {
            let mut object = open(&bucket, parts).unwrap();
            assert_eq!(object.response().content_length(), Some(size as u64));
            let (all, failed) = read(&mut object);
            assert!(failed.is_none() && all == content(size), "{size}, {parts}");
            assert!(object.response().verified(), "{size}, {parts}");
            assert_eq!(object.position(), size as u64);
            assert_eq!(object.read(&mut [0]).unwrap(), 0);
        }
    }
}

#[test]
fn parts_are_fetched_at_the_same_time_and_only_so_many_ahead() {
    let server = server();
    let bucket = source(&server, 8 * PART as usize);
    let gather = Rule::new(Action::Gather { requests: 3 }).operation("GetObject");
    server.inject(gather.times(3));
    let mut object = open(&bucket, 3).unwrap();
    let mut first = [0; 10];
    object.read_exact(&mut first).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(count(&server, "GetObject"), 3, "nobody has read the first");
    assert!(read(&mut object).0 == content(8 * PART as usize)[10..]);
    assert_eq!(count(&server, "GetObject"), 8);
    let requests = server.requests();
    let matched = |request: &&oss_local::RequestRecord| {
        let mut names = request.headers.iter().map(|(name, _)| name.as_str());
        request.operation != "GetObject" || names.any(|name| name == "if-match")
    };
    assert_eq!(requests.iter().filter(matched).count(), requests.len());
}

#[test]
fn an_object_that_changes_while_it_is_read_is_a_conflict() {
    let server = server();
    let bucket = source(&server, 8 * PART as usize);
    let mut object = open(&bucket, 2).unwrap();
    object.read_exact(&mut [0; 10]).unwrap();
    bucket
        .put_object("a", &vec![9; 8 * PART as usize], &Options::new())
        .unwrap();
    let error = read(&mut object).1.unwrap();
    assert_eq!(error.kind(), Kind::Conflict, "{error}");
    let again = object.read(&mut [0; 10]).unwrap_err();
    assert_eq!(again.to_string(), error.to_string(), "errors stay");
}

#[test]
fn what_arrives_wrong_is_an_error_instead_of_the_end() {
    let server = server();
    let size = 8 * PART as usize;
    let bucket = source(&server, size);
    let corrupt = Rule::new(Action::CorruptBody { at: 7 }).operation("GetObject");
    server.inject(corrupt.skip(3));
    let (all, error) = read(&mut open(&bucket, 2).unwrap());
    assert_eq!(error.unwrap().kind(), Kind::ChecksumMismatch);
    assert!(all.len() < size);
}

#[test]
fn broken_connections_are_picked_up_and_refusals_end_it() {
    let server = server();
    let size = 8 * PART as usize;
    let bucket = source(&server, size);
    let cut = Action::CutBody {
        after_bytes: 5000,
        reset: true,
    };
    server.inject(Rule::new(cut).operation("GetObject").skip(2));
    let (all, error) = read(&mut open(&bucket, 3).unwrap());
    assert!(error.is_none() && all == content(size));
    refuse_ranges(&server, 4);
    let error = read(&mut open(&bucket, 3).unwrap()).1.unwrap();
    assert_eq!(error.kind(), Kind::Denied, "{error}");
}

#[test]
fn cancelling_and_deadlines_end_reading_ahead() {
    let server = server();
    let bucket = source(&server, 8 * PART as usize);
    let delay = Rule::new(Action::Delay { ms: 60_000 }).operation("GetObject");
    server.inject(delay.skip(2).times(100));
    let cancel = Cancel::new();
    let options = Options::new().cancel(&cancel);
    let transfer = transfer().workers(2);
    let mut object = bucket.prefetch_object("a", &transfer, &options).unwrap();
    object.read_exact(&mut [0; 10]).unwrap();
    let error = std::thread::scope(|scope| {
        scope.spawn(|| {
            std::thread::sleep(Duration::from_millis(200));
            cancel.cancel();
        });
        read(&mut object).1.unwrap()
    });
    assert_eq!(error.kind(), Kind::Cancelled, "{error}");
    let options = Options::new().timeout(Duration::from_secs(2));
    let mut object = bucket.prefetch_object("a", &transfer, &options).unwrap();
    let error = read(&mut object).1.unwrap();
    assert_eq!(error.kind(), Kind::Timeout, "{error}");
    // Dropping it does not wait for what is on its way.
    drop(
        bucket
            .prefetch_object("a", &transfer, &Options::new())
            .unwrap(),
    );
}

#[test]
fn ranges_and_processed_objects_are_read_as_ever() {
    let server = server();
    let bucket = source(&server, 8 * PART as usize);
    let options = Options::new().range(alioss::Range::From(5 * PART));
    let mut object = bucket.prefetch_object("a", &transfer(), &options).unwrap();
    assert!(read(&mut object).0 == content(8 * PART as usize)[5 * PART as usize..]);
    assert_eq!(count(&server, "HeadObject"), 0);
    let missing = bucket.prefetch_object("missing", &transfer(), &Options::new());
    assert_eq!(missing.unwrap_err().kind(), Kind::NotFound);
    assert_eq!(open(&bucket, 65).unwrap_err().kind(), Kind::InvalidArgument);
}
