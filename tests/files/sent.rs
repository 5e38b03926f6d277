//! Files while they are sent: what changes meanwhile is not stored.

use super::*;

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
