//! Fetches an object into a file, shows how far it is, and stops when it takes too long, even when the connection has gone
//! silent. The file appears whole or not at all.
//!
//!     cargo run --example download_progress KEY FILE SECONDS
//!
//! Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

use std::cell::Cell;
use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use alioss::{Bucket, Cancel, Config, Kind, Options};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [key, file, seconds] = arguments.as_slice() else {
        eprintln!("usage: download_progress KEY FILE SECONDS");
        return ExitCode::from(2);
    };
    match download(key, file, seconds) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether the file is there.
fn download(key: &str, file: &str, seconds: &str) -> Result<bool, Box<dyn Error>> {
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

    let cancel = Cancel::new();
    cancel_after(Duration::from_secs(seconds.parse()?), cancel.clone());
    let shown = Cell::new(None);
    let progress = |done, total| {
        show(&shown, done, total);
        true // false would stop the transfer as well
    };
    let options = Options::new().cancel(&cancel).progress(&progress);
    match bucket.get_object_to_file(key, file, &options) {
        Ok(_) => {
            println!("{file} is there");
            Ok(true)
        }
        Err(error) if error.kind() == Kind::Cancelled => {
            println!("stopped, nothing is left");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Any thread may cancel; the download ends within 250 ms. For a time limit alone `Options::timeout` would do.
fn cancel_after(limit: Duration, cancel: Cancel) {
    thread::spawn(move || {
        thread::sleep(limit);
        cancel.cancel();
    });
}

/// A line for every tenth of the object.
fn show(shown: &Cell<Option<u64>>, done: u64, total: Option<u64>) {
    let total = total.unwrap_or(done);
    let percent = (100 * done).checked_div(total).unwrap_or(100);
    if shown.get().is_none_or(|shown| percent / 10 > shown / 10) || done == total {
        shown.set(Some(percent));
        println!("{percent} %  {done} of {total} bytes");
    }
}
