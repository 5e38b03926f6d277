//! Large files in parts: parallel, resumable, whole or not at all.
//!
//! A transfer is done in parts of one size by a few workers. What was done is written down in a record beside the file or in
//! a directory of the caller's, so that a transfer that failed or was killed goes on where it stopped. A record is a claim,
//! never a proof: what it says is done is compared, byte by byte through CRC-64, before it is kept.
//!
//! `plan` is the arithmetic of parts, `pool` the workers, `checkpoint` the record, `multipart` the upload in parts and
//! `filling` what files and copies have in common; `upload`, `download` and `copy` use them. `ranged` is the object that is
//! fetched in parts. `writer` and `prefetch` are for data that comes or goes piece by piece, `uploads` for what others left
//! behind. `directory` does with whole directories what `upload` and `download` do with files, `delete_prefix` deletes what
//! begins alike, and both write a `report`.

mod checkpoint;
mod copy;
mod delete_prefix;
mod directory;
mod download;
mod filling;
mod multipart;
mod plan;
mod pool;
mod prefetch;
mod ranged;
mod report;
pub(crate) mod thread;
mod upload;
mod uploads;
mod writer;
mod writers;

pub use crate::file::FileState;
pub use delete_prefix::DeletePrefix;
pub use directory::DirectoryTransfer;
pub use prefetch::Prefetch;
pub use report::{Count, OnOutcome, Outcome, OutcomeKind, PartlyDone, Report};
pub use uploads::AbortedUploads;
pub(crate) use uploads::UploadsBefore;
pub use writer::ObjectWriter;

use std::path::{Path, PathBuf};

use crate::cancel::{Cancel, Deadline, Limits};
use crate::client::Client;
use crate::config::is_of_one_request;
use crate::crc64::Crc64;
use crate::error::{Error, Result};
use crate::file::{self, Record};
use crate::operations::Bucket;
use crate::request::{Options, callback};
use crate::sort::sort;

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// The header that limits the bandwidth of a connection.
const TRAFFIC_LIMIT: &str = "x-oss-traffic-limit";

/// Slowest connection that the service allows, in bit/s.
const LEAST_TRAFFIC: u64 = 819_200;

/// How [`upload_file`](crate::Bucket::upload_file), [`download_file`](crate::Bucket::download_file),
/// [`copy_large_object`](crate::Bucket::copy_large_object), [`writer`](crate::Bucket::writer) and
/// [`prefetch_object`](crate::Bucket::prefetch_object) go about it.
///
/// ```
/// # use alioss::Transfer;
/// let transfer = Transfer::new().workers(5).part_size(16 << 20);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Transfer {
    part_size: Option<u64>,
    workers: Option<usize>,
    records: Records,
}

/// Where records of transfers are.
#[derive(Clone, Debug, Default)]
enum Records {
    #[default]
    BesideFile,
    Directory(PathBuf),
    None,
}

impl Transfer {
    /// Parts of automatic size, three workers, a record beside the local file.
    pub fn new() -> Transfer {
        Transfer::default()
    }

    /// Bytes per part, 102400 to 5368709120, at most 10000 parts. Default 8 MiB, and more for files of more than 80 GB. What
    /// fits into one part is sent in one request.
    pub fn part_size(mut self, bytes: u64) -> Transfer {
        self.part_size = Some(bytes);
        self
    }

    /// How many parts are under way at the same time, 1 to 64, default 3. With 1 everything happens on the calling thread;
    /// else that many threads are started, which end with the transfer.
    pub fn workers(mut self, workers: usize) -> Transfer {
        self.workers = Some(workers);
        self
    }

    /// Keeps the record in `directory`, which has to exist, instead of beside the local file.
    pub fn record_directory(mut self, directory: impl Into<PathBuf>) -> Transfer {
        self.records = Records::Directory(directory.into());
        self
    }

    /// Keeps no record: a transfer that fails begins from the start the next time, and leaves nothing. To delete what was sent it
    /// takes up to 10 s, or 2 s if it was cancelled or timed out.
    pub fn without_record(mut self) -> Transfer {
        self.records = Records::None;
        self
    }

    /// An error if a setting is out of its range.
    pub(crate) fn check(&self) -> Result<()> {
        self.checked_workers()?;
        plan::Plan::new("path", 0, self.part_size).map(drop)
    }

    fn checked_workers(&self) -> Result<usize> {
        let workers = self.workers.unwrap_or(3);
        if (1..=64).contains(&workers) {
            return Ok(workers);
        }
        Err(Error::refused(
            "workers",
            format_args!("{workers} is out of range"),
            "1 to 64",
        ))
    }

    /// Opens the record at `place`. `None` without one, and beside a file in a directory that cannot be written to: what is
    /// there can be sent all the same.
    fn open_record(&self, place: Option<PathBuf>) -> Result<Option<Record>> {
        match place.map(Record::open).transpose() {
            Err(error) if self.record_is_optional() && error.is_unwritable() => {
                log::warn!("a file is sent without a record: {error}");
                Ok(None)
            }
            opened => opened,
        }
    }

    /// Whether nobody asked for a record.
    fn record_is_optional(&self) -> bool {
        matches!(self.records, Records::BesideFile)
    }

    /// Where the record of a transfer between `path` and the bucket is, which the names in `what` tell apart from others of
    /// the file; `None` without one.
    fn record_path(
        &self,
        bucket: &Bucket,
        what: &[&str],
        path: &Path,
        kind: &str,
    ) -> Option<PathBuf> {
        let mut name = std::ffi::OsString::from(".");
        let directory = match &self.records {
            Records::None => return None,
            Records::BesideFile => {
                name.push(crate::file::short_name(path.file_name()?));
                name.push(".");
                path.parent().unwrap_or(Path::new("")).to_owned()
            }
            Records::Directory(directory) => directory.clone(),
        };
        let endpoint = bucket.endpoint();
        let bucket = [endpoint.as_str(), bucket.name()];
        let names = bucket.iter().chain(what).map(|name| name.as_bytes());
        let mut crc = Crc64::new();
        for name in names.chain([path.as_os_str().as_encoded_bytes()]) {
            crc.update(name);
            crc.update(&[0]);
        }
        name.push(format!("{:016x}.alioss-{kind}", crc.value()));
        Some(directory.join(name))
    }
}

/// What a transfer is for.
#[derive(Clone, Copy)]
enum What {
    /// Objects are stored, and the service can call back for each.
    Uploads,
    /// It does what this name says.
    Other(&'static str),
}

/// What all requests of a transfer share. Unlike [`Options`], threads can share it.
struct Common {
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    insists: bool,
    connect_timeout: Option<std::time::Duration>,
    read_timeout: Option<std::time::Duration>,
    deadline: Option<Deadline>,
    cancel: Cancel,
}

impl Common {
    /// The deadline begins to run now.
    fn new(client: &Client, what: What, options: &Options<'_>) -> Result<Common> {
        if options.range.is_some() || !options.fields.is_empty() || options.initial_crc64.is_some()
        {
            return Err(Error::invalid(
                "`range`, `field` and `initial_crc64` belong to single requests; a transfer takes none of them",
            ));
        }
        for (name, _) in &options.headers {
            if is_of_one_request(name) {
                return Err(Error::unusable(
                    "header",
                    format_args!(
                        "{name:?} is of a single request, and a transfer makes several; leave it out"
                    ),
                ));
            }
        }
        match what {
            What::Uploads => callback::check_usable(options)?,
            What::Other(name) if callback::is_in(options) => {
                return Err(callback::no_callback(name));
            }
            What::Other(_) => {}
        }
        let owned = |text: &str| text.to_owned();
        Ok(Common {
            headers: options
                .headers
                .iter()
                .map(|(name, value)| (owned(name), owned(value)))
                .collect(),
            query: options
                .query
                .iter()
                .map(|(name, value)| (owned(name), value.as_deref().map(owned)))
                .collect(),
            insists: options.insists,
            connect_timeout: options.connect_timeout,
            read_timeout: options.read_timeout,
            deadline: match options.deadline {
                Some(deadline) => Some(deadline),
                None => client.deadline(options)?,
            },
            cancel: options.cancel.clone().unwrap_or_default(),
        })
    }

    /// The value of a header of the caller's.
    fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(given, _)| given.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }

    /// A number that is another one if the headers are others.
    fn fingerprint(&self) -> u64 {
        let mut headers: Vec<String> = self
            .headers
            .iter()
            .map(|(name, value)| format!("{}\0{value}\0", name.to_ascii_lowercase()))
            .collect();
        sort(&mut headers);
        let mut crc = Crc64::new();
        crc.update(headers.concat().as_bytes());
        crc.value()
    }

    /// Options for one request, with the headers whose names, in lower case, are `wanted`.
    fn options(&self, wanted: impl Fn(&str) -> bool) -> Options<'_> {
        let mut options = Options::new().cancel(&self.cancel);
        options.insists = self.insists;
        options.connect_timeout = self.connect_timeout;
        options.read_timeout = self.read_timeout;
        options.deadline = self.deadline;
        for (name, value) in &self.headers {
            if wanted(&name.to_ascii_lowercase()) {
                options = options.header(name.as_str(), value.as_str());
            }
        }
        for (name, value) in &self.query {
            // Callbacks are asked for by headers or by parameters.
            if !callback::is_parameter(name) || wanted("x-oss-callback") {
                options = options.query(name.as_str(), value.as_deref());
            }
        }
        options
    }

    /// Options for a request about no content: of the headers only those that every request needs.
    fn plain_options(&self) -> Options<'_> {
        self.options(|name| name == "x-oss-request-payer")
    }

    /// How many workers share a limit of the bandwidth, and which limit each has: the service's is of each connection.
    fn shared_traffic(&self, client: &Client, workers: usize) -> (usize, Option<String>) {
        let given = self.header(TRAFFIC_LIMIT).or(client.traffic_limit());
        let Some(limit) = given.and_then(|limit| limit.trim().parse::<u64>().ok()) else {
            return (workers, given.map(str::to_owned));
        };
        let most = usize::try_from(limit / LEAST_TRAFFIC).unwrap_or(usize::MAX);
        let workers = workers.min(most).max(1);
        (workers, Some((limit / workers as u64).to_string()))
    }

    /// An error if the transfer has to stop now.
    fn check(&self) -> Result<()> {
        let limits = Limits {
            cancel: Some(self.cancel.clone()),
            connect: std::time::Duration::MAX,
            idle: std::time::Duration::MAX,
            deadline: self.deadline,
        };
        limits.check()
    }

    /// The CRC-64 of `length` bytes of `file` from `offset` on; `None` if it ends before.
    fn crc_of(&self, file: &std::fs::File, offset: u64, length: u64) -> Result<Option<u64>> {
        let whole = file::crc64_of(file, offset, length, Crc64::new(), || self.check())?;
        Ok(whole.map(|crc| crc.value()))
    }
}
