//! The C API: everything `include/oss.h` declares, in the order of that header.
//!
//! The only module with `unsafe`, so it also has `os`, system calls as safe functions, and `wide`, the widest vectors of the
//! processor; others may use these two. Each function of the API is a few lines around one function of the core; what they
//! share is in `support`. The header is generated from the doc comments here, so they speak to the reader of C.
#![allow(
    unsafe_code,
    reason = "C hands over pointers; nothing else in the library may take them"
)]
#![allow(
    non_camel_case_types,
    reason = "the types have the names that C programs use"
)]
#![allow(
    clippy::missing_safety_doc,
    reason = "what a pointer must be is said once for all functions, in the header's introduction"
)]

mod guard;

mod memory;

mod kept;

mod given;

mod outcome;

mod run;

mod support;

mod version;

mod log;

mod status;

mod config;

mod options;

mod session_options;

mod credentials;

mod providers;

mod handles;

mod call;

mod input;

mod everyday;

mod entry;

mod read;

mod answer;

mod object;

mod settings;

#[cfg(feature = "select")]
mod select;

mod multipart;

#[cfg(feature = "transfers")]
mod transfer;

#[cfg(feature = "transfers")]
mod directory;

#[cfg(feature = "transfers")]
mod writer;

#[cfg(feature = "transfers")]
mod uploads;

mod presign;

mod bucket;

mod list;

#[cfg(feature = "documents")]
mod invoke;

#[cfg(feature = "documents")]
mod document;

mod crc64;
pub(crate) mod os;
pub(crate) mod os_clock;
pub(crate) mod os_random;
#[cfg(windows)]
mod os_windows;

pub(crate) mod wide;
