//! What others did meanwhile, or an earlier transfer that was another one: nothing of theirs is believed, changed or left.

use std::os::unix::fs::{MetadataExt, PermissionsExt};

use super::downloads::{download, stopped_download};
use super::*;

/// The files in `folder` that are not finished.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let names = names(folder).into_iter();
    let unfinished = names.filter(|name| name.contains(".alioss-"));
    unfinished.map(|name| folder.join(name)).collect()
}

#[test]
fn a_file_that_has_another_name_keeps_what_is_in_it() {
    let (_server, bucket, folder) = stopped_download("linked");
    let snapshot = scratch("linked-snapshot");
    let copies: Vec<PathBuf> = unfinished(&folder)
        .iter()
        .map(|path| snapshot.join(path.file_name().unwrap()))
        .collect();
    for (path, copy) in unfinished(&folder).iter().zip(&copies) {
        fs::hard_link(path, copy).unwrap();
    }
    let before: Vec<Vec<u8>> = copies.iter().map(|copy| fs::read(copy).unwrap()).collect();
    assert_eq!(before.len(), 2);
    download(&bucket, &folder).unwrap();
    assert!(fs::read(folder.join("out")).unwrap() == content(8 * PART as usize));
    assert_eq!(names(&folder), ["out"]);
    for (copy, before) in copies.iter().zip(before) {
        assert!(fs::read(copy).unwrap() == before, "{}", copy.display());
        assert_eq!(fs::metadata(copy).unwrap().nlink(), 1);
    }
}

#[test]
fn who_could_write_to_an_unfinished_file_cannot_write_to_the_finished_one() {
    use std::io::Write as _;
    let (_server, bucket, folder) = stopped_download("writable");
    let mut held = Vec::new();
    for path in unfinished(&folder) {
        fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).unwrap();
        held.push(fs::File::options().write(true).open(&path).unwrap());
    }
    download(&bucket, &folder).unwrap();
    for mut file in held {
        file.write_all(b"of somebody else").unwrap();
    }
    assert!(fs::read(folder.join("out")).unwrap() == content(8 * PART as usize));
    assert_eq!(names(&folder), ["out"]);
}

#[test]
fn an_upload_in_the_record_of_somebody_else_is_neither_used_nor_deleted() {
    let server = server();
    let bucket = bucket(&server);
    let folder = folder("foreign-record", 5 * PART as usize);
    refuse_part(&server, 3);
    let upload = || bucket.upload_file("a", folder.join("in"), &transfer(), &Options::new());
    upload().unwrap_err();
    server.clear_rules();
    let record = unfinished(&folder).remove(0);
    fs::set_permissions(&record, fs::Permissions::from_mode(0o666)).unwrap();
    upload().unwrap();
    assert_eq!(uploads(&bucket), 1);
    assert_eq!(names(&folder), ["in"]);
}

/// Options of the upload that is not finished.
fn described<'a>() -> Options<'a> {
    Options::new()
        .header("content-type", "a/b")
        .header("x-oss-meta-owner", "me")
        .header("x-oss-storage-class", "IA")
}

#[test]
fn the_same_content_that_somebody_else_stored_is_not_the_upload() {
    type Store = fn(&Bucket, &Path);
    let others: [(&str, Store); 4] = [
        ("at once", |bucket, path| {
            bucket
                .put_object("a", &fs::read(path).unwrap(), &described())
                .unwrap();
        }),
        ("in parts with another type", |bucket, path| {
            let other = described().header("content-type", "c/d");
            in_parts(bucket, path, &other);
        }),
        ("in parts with no metadata", |bucket, path| {
            let options = Options::new().header("content-type", "a/b");
            in_parts(bucket, path, &options.header("x-oss-storage-class", "IA"));
        }),
        ("in parts of another class", |bucket, path| {
            let options = Options::new().header("content-type", "a/b");
            in_parts(bucket, path, &options.header("x-oss-meta-owner", "me"));
        }),
    ];
    for (context, store) in others {
        let server = server();
        let bucket = bucket(&server);
        let folder = folder("same-content", 5 * PART as usize);
        refuse_part(&server, 3);
        let upload = || bucket.upload_file("a", folder.join("in"), &transfer(), &described());
        upload().unwrap_err();
        server.clear_rules();
        let options = Options::new();
        bucket
            .abort_uploads_before("", Duration::ZERO, &options)
            .unwrap();
        store(&bucket, &folder.join("in"));
        upload().unwrap();
        let head = bucket.head_object("a", &options).unwrap();
        assert_eq!(head.header("x-oss-object-type"), Some("Multipart"));
        for (name, value) in [
            ("content-type", "a/b"),
            ("x-oss-meta-owner", "me"),
            ("x-oss-storage-class", "IA"),
        ] {
            assert_eq!(head.header(name), Some(value), "{context}");
        }
        assert_eq!(names(&folder), ["in"], "{context}");
    }
}

fn in_parts(bucket: &Bucket, path: &Path, options: &Options<'_>) {
    let transfer = transfer().without_record();
    bucket.upload_file("a", path, &transfer, options).unwrap();
}

#[test]
fn what_now_fits_into_one_part_leaves_nothing_of_its_parts() {
    let large = Transfer::new().part_size(50 * PART);
    // The same content in larger parts, and less content.
    for shrinks in [false, true] {
        let server = server();
        let bucket = bucket(&server);
        let folder = folder("one-part", 5 * PART as usize);
        let (source, records) = (folder.join("in"), folder.join("records"));
        fs::create_dir(&records).unwrap();
        let options = Options::new();
        refuse_part(&server, 3);
        bucket
            .upload_file("a", &source, &transfer(), &options)
            .unwrap_err();
        server.clear_rules();
        if shrinks {
            fs::write(&source, "less").unwrap();
        }
        bucket.upload_file("a", &source, &large, &options).unwrap();
        assert_eq!((uploads(&bucket), names(&folder).len()), (0, 2));

        let copies = |of: Transfer| of.record_directory(&records);
        bucket
            .put_object("a", &content(5 * PART as usize), &options)
            .unwrap();
        refuse_part(&server, 3);
        bucket
            .copy_large_object("b", "a", &copies(transfer()), &options)
            .unwrap_err();
        server.clear_rules();
        assert_eq!((uploads(&bucket), names(&records).len()), (1, 1));
        if shrinks {
            bucket.put_object("a", b"less", &options).unwrap();
        }
        bucket
            .copy_large_object("b", "a", &copies(large.clone()), &options)
            .unwrap();
        assert_eq!((uploads(&bucket), names(&records).len()), (0, 0));
    }
}

#[test]
fn an_object_that_now_fits_into_one_part_leaves_nothing_of_its_parts() {
    for shrinks in [false, true] {
        let (_server, bucket, folder) = stopped_download("one-part-down");
        let options = Options::new();
        if shrinks {
            bucket.put_object("a", b"less", &options).unwrap();
        }
        let large = Transfer::new().part_size(50 * PART);
        bucket
            .download_file("a", folder.join("out"), &large, &options)
            .unwrap();
        assert_eq!(names(&folder), ["out"]);
    }
}

#[test]
fn who_finds_the_data_in_use_leaves_no_record() {
    let (server, bucket, folder) = stopped_download("loser");
    let records = [folder.join("r1"), folder.join("r2")];
    records
        .iter()
        .for_each(|path| fs::create_dir(path).unwrap());
    let get = |records: &Path| {
        let transfer = transfer().record_directory(records);
        bucket.download_file("a", folder.join("out"), &transfer, &Options::new())
    };
    let stall = Rule::new(Action::Delay { ms: 60_000 }).operation("GetObject");
    server.inject(stall.times(1000));
    let cancel = Cancel::new();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| {
            let transfer = transfer().record_directory(&records[0]);
            let options = Options::new().cancel(&cancel);
            bucket.download_file("a", folder.join("out"), &transfer, &options)
        });
        while count(&server, "GetObject") == 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(get(&records[1]).unwrap_err().kind(), Kind::Busy);
        assert!(names(&records[1]).is_empty());
        cancel.cancel();
        first.join().unwrap().unwrap_err();
    });
}
