//! alioss: a client for Alibaba Cloud Object Storage Service (OSS), a blocking Rust core with a C API.
//!
//! ```no_run
//! use alioss::{Bucket, Config, Options};
//!
//! let mut config = Config::new(); // keys from OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET
//! config.endpoint("https://oss-cn-hangzhou.aliyuncs.com");
//! let bucket = Bucket::new(&config, "examplebucket")?;
//! bucket.put_object("example.txt", "hello", &Options::new())?;
//! # Ok::<(), alioss::Error>(())
//! ```
//!
//! The modules, from the outside in; imports run one way: `ffi` (the C API) stands on `transfer` (large files in parts)
//! and `operations`, those on `client` (one request end to end), that on `credentials`, `sign`, `transport`, `endpoint`
//! and `config`, and those on the single-idea modules `request`, `header`, `headers`, `operation` and `table`,
//! `document`, `json`, `process`, `ascii`, `cancel`, `clock`, `file`, `retry`, `xml`, `escape`, `crc64`, `time`, `names`,
//! `constants`, `everyday`, `content_type`, `inside`, `behalf` and `error`.
// The local OSS and the tests need no documentation of what is public, so this is not in Cargo.toml.
#![warn(missing_docs)]
// Nothing that a user, a file or a server controls may panic; tests may, so this is not in Cargo.toml either.
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]
// What only a part uses that a build leaves out stays here, and the linker drops it; the whole build has nothing unused.
#![cfg_attr(
    not(all(
        feature = "builtin-roots",
        feature = "credentials",
        feature = "documents",
        feature = "proxy",
        feature = "select",
        feature = "tls",
        feature = "transfers",
        feature = "v1"
    )),
    allow(dead_code, unused_imports)
)]

mod ascii;
mod behalf;
mod cancel;
mod client;
mod clock;
mod clock_offset;
mod config;
pub mod constants;
mod content_type;
#[cfg(feature = "select")]
mod crc32;
mod crc64;
pub mod credentials;
mod descriptor;
#[cfg(feature = "documents")]
mod document;
mod endpoint;
mod error;
mod escape;
mod everyday;
mod ffi;
mod file;
mod header;
mod headers;
mod inside;
mod json;
#[cfg(any(
    test,
    not(all(
        feature = "credentials",
        feature = "documents",
        feature = "proxy",
        feature = "tls",
        feature = "v1"
    ))
))]
mod lacking;
mod memory;
mod names;
mod operation;
mod operations;
mod process;
mod request;
mod retry;
mod sign;
mod sort;
mod swar;
mod table;
mod time;
#[cfg(feature = "transfers")]
mod transfer;
#[cfg(not(feature = "transfers"))]
#[path = "transfer_without.rs"]
mod transfer;
mod transport;
mod xml;

pub use cancel::Cancel;
pub use client::{PostPolicy, Presigned};
pub use config::{Config, SignatureVersion};
pub use credentials::{Anonymous, Callback, Credentials, CredentialsProvider, Environment, Static};
#[cfg(feature = "documents")]
pub use document::Document;
pub use error::{Error, Kind, Result, ServiceError};
pub use header::{Header, Parameter};
pub use headers::Headers;
pub use operation::{Checked, Content, Level, Method, Operation, Value};
pub use operations::{
    Bucket, CopySource, DeletedObject, ListBuckets, ListMultipartUploads, ListObjectVersions,
    ListObjects, ListObjectsV2, ListParts, ListedBucket, ListedObject, ListedPart, ListedUpload,
    ListedVersion, Object, ObjectIdentifier, ObjectSummary, ObjectVersion, Service, UploadedPart,
};
#[cfg(feature = "select")]
pub use operations::{Select, SelectMeta};
pub use request::{Body, Options, Progress, Range, Response, Rewind, Seekable};
pub use table::{OPERATIONS, find as find_operation};
pub use time::Timestamp;
#[cfg(feature = "transfers")]
pub use transfer::{
    AbortedUploads, Count, DeletePrefix, DirectoryTransfer, FileState, ObjectWriter, OnOutcome,
    Outcome, OutcomeKind, PartlyDone, Prefetch, Report, Transfer,
};
pub use transport::{Session, TlsVersion};

/// The pure parts, for tests against the vectors of the official SDKs. Not part of the API.
#[doc(hidden)]
#[allow(missing_docs, reason = "not part of the API")]
pub mod internals {
    macro_rules! expose {
        ($($module:ident)*) => { $(pub mod $module { pub use crate::$module::*; })* };
    }
    expose!(content_type crc64 endpoint escape names sign time xml);
    #[cfg(feature = "credentials")]
    pub mod rpc {
        pub use crate::credentials::rpc::*;
    }
    pub use crate::transport::replay;
}
