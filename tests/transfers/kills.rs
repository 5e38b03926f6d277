//! Processes that are killed at any moment: no target is torn, and work that was done is not done again.

use std::io::Write;
use std::time::Instant;

use super::*;

/// What is killed.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Copy,
    Writer,
}

impl Way {
    /// What moves the data.
    fn operation(self) -> &'static str {
        match self {
            Way::Down => "GetObject",
            Way::Copy => "UploadPartCopy",
            Way::Up | Way::Writer => "UploadPart",
        }
    }

    /// The test that tries it.
    fn test(self) -> &'static str {
        match self {
            Way::Up => "kills::killed_uploads_go_on",
            Way::Down => "kills::killed_downloads_go_on_and_tear_no_file",
            Way::Copy => "kills::killed_copies_go_on",
            Way::Writer => "kills::killed_writers_tear_no_object",
        }
    }

    fn last(self) -> &'static str {
        match self {
            Way::Down => "GetObject",
            _ => "CompleteMultipartUpload",
        }
    }
}

const SIZE: usize = 30 * PART as usize + 5;

/// How often each way is tried: 20 times, or as often as `ALIOSS_ROUNDS` says.
fn rounds() -> u64 {
    let rounds = std::env::var("ALIOSS_ROUNDS");
    rounds.map_or(20, |rounds| {
        rounds.parse().expect("ALIOSS_ROUNDS is a number")
    })
}

/// Runs a transfer in a process of its own that is killed after so many milliseconds; whether it ended well before.
fn run_and_kill(server: &Server, way: Way, folder: &Path, after: u64) -> bool {
    let mut child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", way.test()])
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
fn be_killed(way: Way) {
    let endpoint = std::env::var("ALIOSS_TEST_ENDPOINT").unwrap();
    let folder = PathBuf::from(std::env::var("ALIOSS_TEST_FOLDER").unwrap());
    let bucket = Bucket::new(&support::config(&endpoint), "examplebucket").unwrap();
    let (transfer, options) = (transfer(), Options::new());
    match way {
        Way::Up => bucket.upload_file("a", folder.join("in"), &transfer, &options),
        Way::Down => bucket.download_file("a", folder.join("out"), &transfer, &options),
        Way::Copy => {
            let transfer = transfer.record_directory(folder.join("records"));
            bucket.copy_large_object("a", "from", &transfer, &options)
        }
        Way::Writer => {
            let mut writer = bucket.writer("a", &transfer, &options).unwrap();
            writer.write_all(&content(SIZE)).unwrap();
            writer.finish()
        }
    }
    .unwrap();
}

/// A folder and a bucket as they are before the transfer.
fn prepared(server: &Server, way: Way) -> (Bucket, PathBuf) {
    let bucket = bucket(server);
    let folder = folder(&format!("killed-{way:?}"), SIZE);
    fs::write(folder.join("out"), "old").unwrap();
    fs::create_dir(folder.join("records")).unwrap();
    let put = |key, content: &[u8]| bucket.put_object(key, content, &Options::new()).unwrap();
    match way {
        Way::Down => put("a", &content(SIZE)),
        Way::Copy => put("from", &content(SIZE)),
        Way::Writer => put("a", b"old"),
        Way::Up => return (bucket, folder),
    };
    (bucket, folder)
}

fn is_clean(folder: &Path) -> bool {
    names(folder) == ["in", "out", "records"] && names(&folder.join("records")).is_empty()
}

fn try_way(way: Way, round: u64) {
    let server = server();
    let (bucket, folder) = prepared(&server, way);
    server.clear_requests();
    let delay = Rule::new(Action::Delay { ms: 10 }).operation(way.operation());
    server.inject(delay.times(100_000));
    let mut kills = 0;
    // Each time a little longer, so that it ends; a stream has to begin anew each time.
    let longer = if way == Way::Writer { 60 } else { 15 };
    while !run_and_kill(
        &server,
        way,
        &folder,
        20 + 7 * (round % 10) + longer * kills,
    ) {
        kills += 1;
        let out = fs::read(folder.join("out")).unwrap();
        assert!(out == b"old" || out == content(SIZE), "a torn file");
        if way == Way::Writer {
            let there = stored(&bucket, "a");
            assert!(there == b"old" || there == content(SIZE), "a torn object");
        }
        assert!(kills < 1000, "it never ends");
        // It may have been whole when it was killed.
        let whole = way == Way::Writer && stored(&bucket, "a") == content(SIZE);
        if way != Way::Writer && is_clean(&folder) && count(&server, way.last()) > 0 || whole {
            break;
        }
    }
    let result = match way {
        Way::Down => fs::read(folder.join("out")).unwrap(),
        _ => stored(&bucket, "a"),
    };
    assert!(result == content(SIZE), "{way:?}, round {round}");
    // What was done is not done again: at most what three workers had under way at each kill. A stream cannot go on.
    let parts = count(&server, way.operation());
    if way != Way::Writer {
        assert!(
            parts <= 31 + 3 * kills as usize,
            "{way:?}: {parts} parts, {kills} kills"
        );
    }
    assert!(
        is_clean(&folder),
        "{way:?}, {kills} kills: {:?}",
        names(&folder)
    );
    // Killed between the answer that names an upload and writing that down, nobody knows of it any more; nor of the uploads
    // of a stream. They are found by their age.
    assert!(uploads(&bucket) <= kills as usize);
    bucket
        .abort_uploads_before("", Duration::ZERO, &Options::new())
        .unwrap();
    assert_eq!(uploads(&bucket), 0);
}

/// All rounds of a way, in the process that kills; the transfer itself, in the one that is killed.
fn try_all(way: Way) {
    if std::env::var_os("ALIOSS_TEST_FOLDER").is_some() {
        return be_killed(way);
    }
    for round in 0..rounds() {
        try_way(way, round);
    }
}

#[test]
fn killed_uploads_go_on() {
    try_all(Way::Up);
}

#[test]
fn killed_downloads_go_on_and_tear_no_file() {
    try_all(Way::Down);
}

#[test]
fn killed_copies_go_on() {
    try_all(Way::Copy);
}

#[test]
fn killed_writers_tear_no_object() {
    try_all(Way::Writer);
}
