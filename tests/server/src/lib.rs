//! A local OSS: the object storage service on one machine, for tests, demos and benchmarks.
//!
//! ```no_run
//! let server = oss_local::Server::start(oss_local::Options::default())?;
//! println!("{} {}", server.endpoint(), oss_local::ACCESS_KEY_ID);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! It keeps objects in memory or in a directory, verifies V1 and V4 signatures, speaks HTTP and HTTPS, remembers the
//! requests it saw ([`Server::requests`]) and fails on demand ([`Server::inject`]). The same things can be reached over
//! HTTP below `/_local/`, for tests in other languages.

#![forbid(unsafe_code)]

mod address;
mod admin;
mod answer;
mod auth;
mod body;
mod ca_file;
mod clock;
mod errors;
mod exchange;
mod faults;
mod handlers;
mod inject;
mod options;
mod percent;
mod record;
mod request;
mod serve;
mod server;
mod socket;
mod store;
mod sts;
mod tls;
mod upkeep;
mod xml;

pub use address::{is_bucket_name, is_host_name};
pub use faults::{Action, Rule, Status};
pub use options::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, Credential, OWNER, Options, STS_ACCESS_KEY_ID,
    STS_ACCESS_KEY_SECRET, STS_TOKEN, TlsVersion,
};
pub use record::{Refusal, RequestRecord};
pub use server::Server;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

fn base64(bytes: impl AsRef<[u8]>) -> String {
    STANDARD.encode(bytes)
}

fn unbase64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text.trim()).ok()
}

/// Lower-case hex.
fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from_digit(u32::from(digit), 16).unwrap_or('0'))
        .collect()
}

/// So many random bytes in lower-case hex.
fn random_hex(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    // Without randomness there are no safe names to give; a test server can only stop here.
    getrandom::fill(&mut buffer)
        .unwrap_or_else(|error| panic!("the system has no random numbers: {error}"));
    hex(&buffer)
}
