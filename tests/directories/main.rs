//! Whole directories and prefixes: nothing leaves its directory, nothing is deleted that should stay, one file that fails
//! does not stop the others, and what was done is not done again.
#![cfg(unix)]

mod calls;
mod changes;
mod deletions;
mod faults;
mod kinds;
mod links;
mod names;
mod prefixes;
#[path = "../support/mod.rs"]
mod support;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use alioss::{
    Bucket, Cancel, DeletePrefix, DirectoryTransfer, FileState, Kind, ListMultipartUploads,
    ListObjectsV2, ListedObject, Options, Outcome, OutcomeKind, PartlyDone, Report, Transfer,
};
use oss_local::{Action, Rule, Server, Status};
use support::{new_bucket, scratch, server};

const PART: usize = 100 * 1024;

/// Without waits that a test would feel.
fn bucket(server: &Server) -> Bucket {
    let mut config = support::config(&server.endpoint());
    let short = Duration::from_millis(1);
    config.backoff(short, short);
    new_bucket(&config)
}

fn small_parts() -> Transfer {
    Transfer::new().part_size(PART as u64)
}

fn how<'a>() -> DirectoryTransfer<'a> {
    DirectoryTransfer::new().transfer(small_parts())
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// Makes files of these names and contents below `folder`.
fn write_files(folder: &Path, files: &[(&str, &[u8])]) {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
}

/// Does something while the service's clock is a minute ahead: what is stored then is younger than any change of a file until
/// now, as it is some seconds after files were made.
fn a_minute_later<T>(server: &Server, does: impl FnOnce() -> T) -> T {
    server.set_clock_skew(60);
    let done = does();
    server.set_clock_skew(0);
    done
}

/// Lets what is below `folder` look as if it were written long ago.
fn make_old(folder: &Path) {
    let old = SystemTime::now() - Duration::from_secs(3600);
    for name in local(folder).keys() {
        let file = File::open(folder.join(name)).unwrap();
        file.set_modified(old).unwrap();
    }
}

/// All regular files below `folder`, by their names.
fn local(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut directories = vec![folder.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(&directory).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                directories.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap();
                files.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// All objects, by their keys.
fn stored(bucket: &Bucket) -> BTreeMap<String, Vec<u8>> {
    let mut objects = BTreeMap::new();
    for key in keys(bucket) {
        let mut body = Vec::new();
        let mut object = bucket.get_object(&key, &Options::new()).unwrap();
        object.read_to_end(&mut body).unwrap();
        objects.insert(key, body);
    }
    objects
}

fn keys(bucket: &Bucket) -> Vec<String> {
    let list = ListObjectsV2 {
        max_keys: Some(1000),
        ..ListObjectsV2::default()
    };
    let options = Options::new();
    let all = bucket.list_objects_v2(list, &options);
    all.map(|entry| match entry.unwrap() {
        ListedObject::Object(object) => object.key,
        ListedObject::CommonPrefix(prefix) => panic!("{prefix}"),
    })
    .collect()
}

fn put(bucket: &Bucket, key: &str, content: &[u8]) {
    bucket.put_object(key, content, &Options::new()).unwrap();
}

fn count(server: &Server, operation: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.operation == operation)
        .count()
}

/// How many files: transferred, unchanged, skipped, failed, deleted.
fn counts(report: &Report) -> [u64; 5] {
    [
        OutcomeKind::Transferred,
        OutcomeKind::Unchanged,
        OutcomeKind::Skipped,
        OutcomeKind::Failed,
        OutcomeKind::Deleted,
    ]
    .map(|kind| report.count(kind).files)
}

/// The keys of what was skipped or failed, and why.
fn problems(report: &Report) -> Vec<(String, String)> {
    let problem = |outcome: &Outcome| {
        let why = outcome.error.as_ref().unwrap().to_string();
        (outcome.key.clone(), why)
    };
    report.problems().iter().map(problem).collect()
}

fn up(bucket: &Bucket, folder: &Path, how: &DirectoryTransfer<'_>) -> Result<Report, PartlyDone> {
    bucket.upload_directory("p", folder, how, &Options::new())
}

fn down(bucket: &Bucket, folder: &Path, how: &DirectoryTransfer<'_>) -> Result<Report, PartlyDone> {
    bucket.download_directory("p", folder, how, &Options::new())
}

/// Names in an order that directories before files, or bytes of names alone, would get wrong.
fn tree() -> Vec<(&'static str, Vec<u8>)> {
    [
        ("a-b", 3),
        ("a/b", 0),
        ("a/c/d", 1),
        ("a/c.txt", PART),
        ("a0", PART + 1),
        ("a b", 5 * PART + 7),
        ("路/径", 9),
        (".hidden", 2),
        ("z/large", 12 * PART),
    ]
    .map(|(name, size)| (name, content(size)))
    .into()
}

fn write_tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    for (name, content) in tree() {
        write_files(folder, &[(name, &content)]);
    }
    local(folder)
}
