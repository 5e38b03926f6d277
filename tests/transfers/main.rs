//! Large files in parts: what arrives is what was sent, whatever happens in between, and work that was done is not done again.
//! One program, one file a story.
#![cfg(unix)]

mod copies;
mod downloads;
mod faults;
mod foreign;
mod kills;
mod left_behind;
mod prefetch;
mod reports;
mod resumed;
#[path = "../support/mod.rs"]
mod support;
mod system;
mod threads;
mod uploads;
mod whole;
mod writers;

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use alioss::{
    Bucket, Cancel, Config, Kind, ListMultipartUploads, ListParts, ListedPart, ListedUpload,
    Options, Response, Result, Transfer,
};
use oss_local::{Action, Rule, Server, Status};
use support::{new_bucket, scratch, server};

pub const PART: u64 = 100 * 1024;

/// Without waits that a test would feel.
pub fn config(server: &Server) -> Config {
    let mut config = support::config(&server.endpoint());
    let short = Duration::from_millis(1);
    config.backoff(short, short);
    config
}

pub fn bucket(server: &Server) -> Bucket {
    new_bucket(&config(server))
}

pub fn transfer() -> Transfer {
    Transfer::new().part_size(PART)
}

pub fn content(size: usize) -> Vec<u8> {
    let mut seed = 1_u32;
    let byte = |_| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 24) as u8
    };
    (0..size).map(byte).collect()
}

/// A new folder with the file `in` of that size.
pub fn folder(name: &str, size: usize) -> PathBuf {
    let folder = scratch(name);
    fs::write(folder.join("in"), content(size)).unwrap();
    folder
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

pub fn count(server: &Server, operation: &str) -> usize {
    let requests = server.requests();
    requests
        .iter()
        .filter(|request| request.operation == operation)
        .count()
}

pub fn stored(bucket: &Bucket, key: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut object = bucket.get_object(key, &Options::new()).unwrap();
    object.read_to_end(&mut body).unwrap();
    body
}

/// Refuses the part of that number for good.
pub fn refuse_part(server: &Server, number: u32) {
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    let piece = format!("partNumber={number}&");
    server.inject(Rule::new(refusal).query_contains(piece).times(100));
}

/// Lets so many requests for data pass, and refuses all after those.
pub fn refuse_ranges(server: &Server, pass: u32) {
    let refusal = Action::Status(Status::new(403, "AccessDenied"));
    let rule = Rule::new(refusal).operation("GetObject");
    server.inject(rule.skip(pass).times(1000));
}

pub fn uploads(bucket: &Bucket) -> usize {
    let options = Options::new();
    let all = bucket.list_multipart_uploads(ListMultipartUploads::default(), &options);
    all.map(Result::unwrap).count()
}
