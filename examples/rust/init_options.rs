//! Every init option, with its default beside it. Stores an object with them.
//!
//!     cargo run --example init_options
//!
//! Reads OSS_ENDPOINT, OSS_REGION, OSS_BUCKET and, for test servers, OSS_CA_FILE from the environment.

use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use alioss::{Bucket, Config, Environment, Options, Session, SignatureVersion, TlsVersion};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Connections, TLS and the proxy belong to a session, which buckets may share. Without one each has its own.
fn session() -> alioss::Result<Session> {
    let mut config = Config::new();
    config
        .pool_size(20) // idle connections kept per host; default 10
        .tls_versions(TlsVersion::V1_2, TlsVersion::V1_3); // that is the default
    if let Ok(ca_file) = env::var("OSS_CA_FILE") {
        config.ca_file(ca_file); // trust only these roots; default: Mozilla's and the system's
    }
    //  .ca_pem(pem)                               // the same from memory
    //  .insecure_skip_verify(true)                // accept any certificate; never outside a laboratory
    //  .proxy("http://user:password@host:port")   // default none
    //  .proxy_from_env(true)                      // take it from HTTPS_PROXY and so on
    //  .resolve("*.example.com", "10.0.0.7")      // instead of DNS
    Session::new(&config)
}

fn run() -> Result<(), Box<dyn Error>> {
    let mut config = Config::new();
    config
        .session(&session()?)
        .internal_endpoint(false) // with only a region: the endpoint inside Alibaba Cloud,
        .accelerate_endpoint(false) // ... the accelerated one,
        .dual_stack(false) // ... the one with IPv6
        .cname(false) // the endpoint is a domain bound to the bucket
        .path_style(false) // the bucket goes into the path; automatic for IP addresses
        .signature_version(SignatureVersion::V4) // default V4; V1 for old private installations
        .additional_signed_header("content-disposition")
        .credentials(Arc::new(Environment::new())) // that is the default
        .connect_timeout(Duration::from_secs(5)) // default 60 s: TCP, proxy and TLS together
        .read_timeout(Duration::from_secs(30)) // default 60 s without a byte moving
        .total_timeout(Duration::from_secs(600)) // default none: a call with its repetitions
        .attempts(5) // default 3 attempts at most
        .clock_skew_correction(true) // that is the default: the clock is corrected by the service's
        .crc64(true) // that is the default: content is compared with its checksum
        .traffic_limit(100_000_000) // bit/s for each upload and download; default none
        .app_name("init-options") // ends the User-Agent
        .user_header("x-oss-meta-from", "example");
    if let Ok(endpoint) = env::var("OSS_ENDPOINT") {
        config.endpoint(&endpoint); // [http[s]://]host[:port]; default: the region's public endpoint
    }
    if let Ok(region) = env::var("OSS_REGION") {
        config.region(&region); // default: as the endpoint names it
    }
    //  .keys(id, secret, Some(token))             // instead of the environment
    //  .cloudbox_id("cb-...")
    let bucket = Bucket::new(&config, &env::var("OSS_BUCKET")?)?;

    let none = Options::new();
    bucket.put_object("options.txt", "hello", &none)?;
    let stored = bucket.head_object("options.txt", &none)?;
    let from = stored.header("x-oss-meta-from").unwrap_or_default();
    println!("stored, x-oss-meta-from: {from}");
    Ok(())
}
