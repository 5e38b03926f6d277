//! Stores what comes from standard input, however much that is: neither its length nor all of it is ever in memory.
//!
//!     tar c /etc | cargo run --example stream_upload backup.tar
//!
//! Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

use std::cell::Cell;
use std::env;
use std::error::Error;
use std::io;
use std::process::ExitCode;

use alioss::{Body, Bucket, Config, Options};

fn main() -> ExitCode {
    let Some(key) = env::args().nth(1) else {
        eprintln!("usage: stream_upload KEY < CONTENT");
        return ExitCode::from(2);
    };
    match upload(&key) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn upload(key: &str) -> Result<(), Box<dyn Error>> {
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
    let bucket = Bucket::new(&config, &env::var("OSS_BUCKET")?)?;

    // The second argument, how much there is, is `None`, because nobody knows it. To return false would stop the upload.
    let stored = Cell::new(0);
    let progress = |done, _| {
        stored.set(done);
        true
    };
    // Any reader will do. If it fails, nothing is stored.
    let body = Body::Stream {
        reader: &mut io::stdin().lock(),
        length: None,
    };
    let response = bucket.put_object(key, body, &Options::new().progress(&progress))?;
    let crc64 = response.crc64().unwrap_or_default();
    println!("{key}: {} bytes, CRC-64 {crc64}", stored.get());
    Ok(())
}
