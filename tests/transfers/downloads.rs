//! Objects that become files.

use std::cell::Cell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use super::*;

pub fn download(bucket: &Bucket, folder: &Path) -> Result<Response> {
    let transfer = transfer().workers(1);
    bucket.download_file("a", folder.join("out"), &transfer, &Options::new())
}

/// A download of 8 parts that stopped after 5 of them.
pub fn stopped_download(name: &str) -> (Server, Bucket, PathBuf) {
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
            Rule::new(Action::Delay { ms: 300 })
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
fn what_arrives_wrong_is_fetched_again_and_not_published_nor_kept() {
    let server = server();
    let bucket = bucket(&server);
    let mut once = config(&server);
    once.attempts(1);
    let once = Bucket::new(&once, bucket.name()).unwrap();
    let folder = scratch("wrong");
    let size = 8 * PART as usize;
    bucket
        .put_object("a", &content(size), &Options::new())
        .unwrap();
    let wrong = |times| {
        let rule = Rule::new(Action::CorruptBody { at: 7 }).operation("GetObject");
        server.inject(rule.skip(3).times(times));
    };
    for (bucket, times) in [(&once, 1), (&bucket, 1000)] {
        wrong(times);
        let error = download(bucket, &folder).unwrap_err();
        assert_eq!(error.kind(), Kind::ChecksumMismatch, "{error}");
        assert!(names(&folder).is_empty());
        server.clear_rules();
    }
    wrong(1);
    server.clear_requests();
    assert!(download(&bucket, &folder).unwrap().verified());
    assert_eq!(count(&server, "GetObject"), 2 * 8);
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
