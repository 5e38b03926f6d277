//! A directory that becomes a link while the transfer runs: nothing outside of it is changed, and nothing from there is stored.

use super::*;

/// Moves a directory, and leaves a link to it.
fn move_away(from: &Path, to: &Path) {
    fs::rename(from, to).unwrap();
    symlink(to, from).unwrap();
}

/// Makes `path` a link to `target`, in place of the directory that is there.
fn replace(path: &Path, target: &Path) {
    fs::remove_dir_all(path).unwrap();
    symlink(target, path).unwrap();
}

fn failures(failed: &PartlyDone) -> Vec<String> {
    let problems = problems(failed.report()).into_iter();
    problems.map(|(key, _)| key).collect()
}

#[test]
fn nothing_is_deleted_through_a_link_that_came_meanwhile() {
    for follows in [false, true] {
        let server = server();
        let bucket = bucket(&server);
        let (back, disk, etc) = (
            scratch("moved"),
            scratch("moved-disk"),
            scratch("moved-etc"),
        );
        put(&bucket, "p/a", b"a");
        write_files(
            &back,
            &[
                ("photos/mine", b"1"),
                ("cfg/passwd", b"2"),
                ("deep/e/f", b"3"),
                ("old", b"4"),
            ],
        );
        write_files(&etc, &[("passwd", b"root"), ("e/f", b"root")]);
        let done = Cell::new(false);
        let told = |_: &Outcome| {
            if !done.replace(true) {
                move_away(&back.join("photos"), &disk.join("photos"));
                replace(&back.join("cfg"), &etc);
                replace(&back.join("deep"), &etc);
            }
            true
        };
        let mut mirror = how().delete().on_outcome(&told);
        if follows {
            mirror = mirror.follow_links();
        }
        let failed = down(&bucket, &back, &mirror).unwrap_err();
        assert_eq!(
            failures(&failed),
            ["p/cfg/passwd", "p/deep/e/f", "p/photos/mine"]
        );
        assert!(
            failed.to_string().contains("is a symbolic link"),
            "{failed}"
        );
        assert_eq!(counts(failed.report()), [1, 0, 0, 3, 1]);
        assert_eq!(local(&etc).len(), 2);
        assert_eq!(local(&disk).len(), 1);
        assert!(!back.join("old").exists());
    }
}

#[test]
fn a_file_that_took_the_place_of_one_to_be_deleted_stays() {
    let server = server();
    let bucket = bucket(&server);
    let back = scratch("replaced");
    put(&bucket, "p/a", b"a");
    write_files(&back, &[("d/gone", b"1"), ("d/old", b"2")]);
    let told = |outcome: &Outcome| {
        if outcome.kind == OutcomeKind::Transferred {
            fs::remove_file(back.join("d/gone")).unwrap();
            write_files(&back, &[("new", b"new")]);
            fs::rename(back.join("new"), back.join("d/old")).unwrap();
        }
        true
    };
    let failed = down(&bucket, &back, &how().delete().on_outcome(&told)).unwrap_err();
    assert_eq!(failures(&failed), ["p/d/old"]);
    assert!(
        failed.to_string().contains("it was written to since"),
        "{failed}"
    );
    assert_eq!(local(&back)["d/old"], b"new");
}

#[test]
fn no_directory_is_removed_through_a_link_that_came_meanwhile() {
    let server = server();
    let bucket = bucket(&server);
    let (back, outside) = (scratch("emptied"), scratch("emptied-outside"));
    put(&bucket, "p/a", b"a");
    write_files(&back, &[("d/e/old", b"1")]);
    fs::create_dir(outside.join("e")).unwrap();
    let told = |outcome: &Outcome| {
        if outcome.kind == OutcomeKind::Deleted {
            replace(&back.join("d"), &outside);
        }
        true
    };
    let report = down(&bucket, &back, &how().delete().on_outcome(&told)).unwrap();
    assert_eq!(counts(&report), [1, 0, 0, 0, 1]);
    assert!(outside.join("e").is_dir());
}

#[test]
fn nothing_appears_behind_a_link_that_came_while_it_was_fetched() {
    // In one request, and in parts.
    for size in [PART / 2, 3 * PART] {
        let server = server();
        let bucket = bucket(&server);
        let (back, outside) = (scratch("late"), scratch("late-outside"));
        put(&bucket, "p/d/file", &content(size));
        let progress = |_: u64, _: Option<u64>| {
            if back.join("d").is_dir() && !back.join("d").is_symlink() {
                fs::rename(back.join("d"), back.join("moved")).unwrap();
                symlink(&outside, back.join("d")).unwrap();
            }
            true
        };
        let options = Options::new().progress(&progress);
        // On this thread, so that the link is there before the file is.
        let how = how().transfer(small_parts().workers(1));
        let failed = bucket
            .download_directory("p", &back, &how, &options)
            .unwrap_err();
        assert_eq!(failures(&failed), ["p/d/file"]);
        assert!(!outside.join("file").exists(), "{size}");
        assert!(
            failed.to_string().contains("is a symbolic link"),
            "{failed}"
        );
    }
}

#[test]
fn nothing_is_stored_from_behind_a_link_that_came_meanwhile() {
    let server = server();
    let bucket = bucket(&server);
    let (here, outside) = (scratch("swapped"), scratch("swapped-outside"));
    write_files(&outside, &[("file", b"secret"), ("x", b"secret")]);
    write_files(
        &here,
        &[("a/file", b"1"), ("b/file", b"2"), ("c/file", b"3")],
    );
    // One when it is to be listed, one when its file is to be sent.
    let filter = |name: &str| {
        if name == "a/file" {
            replace(&here.join("b"), &outside);
        }
        if name == "c/file" {
            replace(&here.join("a"), &outside);
        }
        true
    };
    put(&bucket, "p/old", b"");
    let failed = up(&bucket, &here, &how().delete().filter(&filter)).unwrap_err();
    assert_eq!(failures(&failed), ["p/b/", "p/a/file"]);
    assert_eq!(keys(&bucket), ["p/c/file", "p/old"]);
    assert!(failed.to_string().contains("symbolic link"), "{failed}");
}
