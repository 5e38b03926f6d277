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
//! `document`, `process`, `ascii`, `cancel`, `clock`, `file`, `retry`, `xml`, `escape`, `crc64`, `time`, `names`,
//! `constants`, `everyday`, `content_type`, `inside` and `error`.
// The local OSS and the tests need no documentation of what is public, so this is not in Cargo.toml.
#![warn(missing_docs)]
// Nothing that a user, a file or a server controls may panic; tests may, so this is not in Cargo.toml either.
#![cfg_attr(
    not(test),
    warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)
)]

mod ascii;
mod cancel;
mod client;
mod clock;
mod clock_offset;
mod config;
pub mod constants;
mod content_type;
mod crc32;
mod crc64;
pub mod credentials;
mod descriptor;
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
mod memory;
mod names;
mod operation;
mod operations;
mod process;
mod request;
mod retry;
mod sign;
mod swar;
mod table;
mod time;
mod transfer;
mod transport;
mod xml;

pub use cancel::Cancel;
pub use client::{PostPolicy, Presigned};
pub use config::{Config, SignatureVersion};
pub use credentials::{Anonymous, Callback, Credentials, CredentialsProvider, Environment, Static};
pub use document::Document;
pub use error::{Error, Kind, Result, ServiceError};
pub use header::{Header, Parameter};
pub use headers::Headers;
pub use operation::{Checked, Content, Level, Method, Operation, Value};
pub use operations::{
    Bucket, CopySource, DeletedObject, ListBuckets, ListMultipartUploads, ListObjectVersions,
    ListObjects, ListObjectsV2, ListParts, ListedBucket, ListedObject, ListedPart, ListedUpload,
    ListedVersion, Object, ObjectIdentifier, ObjectSummary, ObjectVersion, Select, SelectMeta,
    Service, UploadedPart,
};
pub use request::{Body, Options, Progress, Range, Response, Rewind, Seekable};
pub use table::{OPERATIONS, find as find_operation};
pub use time::Timestamp;
pub use transfer::{
    AbortedUploads, Count, DeletePrefix, DirectoryTransfer, ObjectWriter, OnOutcome, Outcome,
    OutcomeKind, PartlyDone, Prefetch, Report, Transfer,
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
