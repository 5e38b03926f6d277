//! Names that become another kind: files where directories were, and the other way round.

use super::*;

#[test]
fn an_object_goes_when_its_file_became_a_directory() {
    let server = server();
    let bucket = bucket(&server);
    let (here, back) = (scratch("kind"), scratch("kind-back"));
    let mirror = how().delete().markers();
    write_files(&here, &[("a", b"1"), ("d/x", b"2"), ("real/y", b"3")]);
    fs::create_dir(here.join("e")).unwrap();
    up(&bucket, &here, &mirror).unwrap();
    fs::remove_file(here.join("a")).unwrap();
    fs::remove_dir_all(here.join("d")).unwrap();
    fs::remove_dir(here.join("e")).unwrap();
    write_files(&here, &[("a/b", b"4"), ("d", b"5"), ("e", b"6")]);
    let report = up(&bucket, &here, &mirror).unwrap();
    assert_eq!(counts(&report), [3, 1, 0, 0, 3]);
    assert_eq!(keys(&bucket), ["p/a/b", "p/d", "p/e", "p/real/y"]);
    assert_eq!(
        counts(&down(&bucket, &back, &how()).unwrap()),
        [4, 0, 0, 0, 0]
    );
    assert!(local(&back) == local(&here));
}

#[test]
fn an_object_at_the_name_of_a_link_stays_unless_a_directory_is_taken_there() {
    let server = server();
    let bucket = bucket(&server);
    let (here, other) = (scratch("kind-link"), scratch("kind-link-other"));
    write_files(&here, &[("f", b"")]);
    write_files(&other, &[("b", b"")]);
    symlink(&other, here.join("a")).unwrap();
    symlink(".", here.join("loop")).unwrap();
    put(&bucket, "p/a", b"");
    put(&bucket, "p/loop", b"");
    up(&bucket, &here, &how().delete()).unwrap();
    assert_eq!(keys(&bucket), ["p/a", "p/f", "p/loop"]);
    up(&bucket, &here, &how().delete().follow_links()).unwrap();
    assert_eq!(keys(&bucket), ["p/a/b", "p/f", "p/loop"]);
}

#[test]
fn a_mirror_removes_a_file_that_is_in_the_way_of_a_directory() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("way");
    let mirror = how().delete();
    write_files(&here, &[("a", b"old"), ("d/e", b"old"), ("x", b"old")]);
    for key in ["p/a!", "p/a/b", "p/a/c/d", "p/d/e/", "p/z"] {
        put(&bucket, key, b"");
    }
    assert_eq!(
        counts(&down(&bucket, &here, &mirror.clone().dry_run()).unwrap()),
        [4, 0, 0, 0, 3]
    );
    // Nothing goes if anything else fails.
    let refusal = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
    server.inject(refusal.operation("GetObject").key_prefix("p/z"));
    let failed = down(&bucket, &here, &mirror).unwrap_err();
    assert_eq!(failed.report().count(OutcomeKind::Deleted).files, 0);
    for name in ["a", "d/e", "x"] {
        assert_eq!(fs::read(here.join(name)).unwrap(), b"old", "{name}");
    }
    server.clear_rules();
    let report = down(&bucket, &here, &mirror).unwrap();
    assert_eq!(counts(&report), [3, 1, 0, 0, 3]);
    let names: Vec<String> = local(&here).into_keys().collect();
    assert_eq!(names, ["a!", "a/b", "a/c/d", "z"]);
    assert!(here.join("d/e").is_dir());
    // Without `delete` it stays.
    let here = scratch("way-kept");
    write_files(&here, &[("a", b"old")]);
    down(&bucket, &here, &how()).unwrap_err();
    assert_eq!(fs::read(here.join("a")).unwrap(), b"old");
}

#[test]
fn markers_alone_remove_no_file_that_is_in_their_way() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("way-markers");
    write_files(&here, &[("a", b"old")]);
    put(&bucket, "p/a/", b"");
    let failed = down(&bucket, &here, &how().delete()).unwrap_err();
    assert_eq!(failed.error().kind(), Kind::InvalidArgument);
    assert_eq!(fs::read(here.join("a")).unwrap(), b"old");
    down(&bucket, &here, &how().delete().delete_from_empty()).unwrap();
    assert!(here.join("a").is_dir());
}

#[test]
fn a_directory_in_the_way_of_a_file_is_called_one() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("way-directory");
    write_files(&here, &[("a/b", b"")]);
    put(&bucket, "p/a", b"");
    let failed = down(&bucket, &here, &how().delete()).unwrap_err();
    let words = format!("{} is a directory, not a file", here.join("a").display());
    assert!(failed.to_string().contains(&words), "{failed}");
    assert!(here.join("a/b").exists());
}

#[test]
fn no_name_in_the_directory_is_taken_for_one_of_the_transfer() {
    let server = server();
    let bucket = bucket(&server);
    let here = scratch("case");
    write_files(
        &here,
        &[(".alioss-case", b"mine"), (".ALIOSS-CASE", b"mine")],
    );
    put(&bucket, "p/a", b"");
    down(&bucket, &here, &how()).unwrap();
    let names: Vec<String> = local(&here).into_keys().collect();
    assert_eq!(names, [".ALIOSS-CASE", ".alioss-case", "a"]);
}

#[test]
fn records_of_smaller_parts_go_with_the_transfer_of_a_directory() {
    for shrinks in [false, true] {
        let server = server();
        let bucket = bucket(&server);
        let (here, back) = (scratch("smaller"), scratch("smaller-back"));
        let large = DirectoryTransfer::new();
        write_files(&here, &[("a", &content(5 * PART))]);
        let refusal = Rule::new(Action::Status(Status::new(403, "AccessDenied")));
        server.inject(refusal.clone().query_contains("partNumber=3&").times(100));
        up(&bucket, &here, &how()).unwrap_err();
        server.clear_rules();
        assert_eq!(fs::read_dir(&here).unwrap().count(), 2);
        if shrinks {
            write_files(&here, &[("a", b"less")]);
        }
        up(&bucket, &here, &large).unwrap();
        assert_eq!(fs::read_dir(&here).unwrap().count(), 1);
        let options = Options::new();
        let uploads = bucket.list_uploads_before("", Duration::ZERO, &options);
        assert_eq!(uploads.unwrap().count(), 0);

        put(&bucket, "p/a", &content(5 * PART));
        server.inject(refusal.operation("GetObject").skip(2).times(100));
        let one = how().transfer(small_parts().workers(1));
        down(&bucket, &back, &one).unwrap_err();
        server.clear_rules();
        assert_eq!(fs::read_dir(&back).unwrap().count(), 2);
        if shrinks {
            put(&bucket, "p/a", b"less");
        }
        down(&bucket, &back, &large).unwrap();
        assert_eq!(fs::read_dir(&back).unwrap().count(), 1);
    }
}
