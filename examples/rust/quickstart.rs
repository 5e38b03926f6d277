//! Creates a bucket, stores, lists, fetches and deletes an object.
//!
//!     cargo run --example quickstart
//!
//! Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment; the library itself
//! reads OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET.

use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use alioss::{Bucket, Config, Kind, ListObjectsV2, ListedObject, Options};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut config = Config::new();
    if let Ok(endpoint) = env::var("OSS_ENDPOINT") {
        config.endpoint(&endpoint);
    }
    if let Ok(region) = env::var("OSS_REGION") {
        config.region(&region);
    }
    if let Ok(ca_file) = env::var("OSS_CA_FILE") {
        config.ca_file(ca_file);
    }
    // Says so if anything above was wrong.
    let bucket = Bucket::new(&config, &env::var("OSS_BUCKET")?)?;
    let none = Options::new();
    // The bucket is deleted at the end, so it must not be somebody's.
    if bucket.bucket_exists(&none)? {
        return Err("the bucket of OSS_BUCKET exists; name one that is free".into());
    }
    bucket.put_bucket(&none)?;

    // Options are what a request is sent with: headers and query parameters as the service has them.
    let note = Options::new()
        .header("Content-Type", "text/plain; charset=utf-8")
        .header("x-oss-meta-author", "me");
    let response = bucket.put_object("notes/hello.txt", "Hello, OSS!\n", &note)?;
    println!(
        "stored, ETag {}, request id {}",
        response.etag().unwrap_or_default(),
        response.request_id()
    );

    let notes = ListObjectsV2 {
        prefix: "notes/".to_owned(),
        ..Default::default()
    };
    for entry in bucket.list_objects_v2(notes, &none) {
        // With a delimiter there would be common prefixes, too.
        if let ListedObject::Object(object) = entry? {
            println!("  {} {} bytes", object.key, object.size);
        }
    }

    // An object is a reader; the end comes only if everything has arrived as it was stored.
    let mut object = bucket.get_object("notes/hello.txt", &none)?;
    io::copy(&mut object, &mut io::stdout())?;

    match bucket.head_object("notes/missing.txt", &none) {
        Err(error) if error.kind() == Kind::NotFound => {
            println!("missing.txt: {}, {}", error.code(), error.http_status());
        }
        other => return Err(format!("missing.txt: {other:?}").into()),
    }

    bucket.delete_object("notes/hello.txt", &none)?;
    bucket.delete_bucket(&none)?;
    Ok(())
}
