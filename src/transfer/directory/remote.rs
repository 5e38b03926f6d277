//! What is below a prefix in a bucket, in the order of the bytes of the names.

use std::time::{Duration, SystemTime};

use super::DirectoryTransfer;
use super::walk::Filter;
use crate::error::Result;
use crate::operations::{Bucket, ListObjectsV2, ObjectSummary, Pager};
use crate::request::Options;
use crate::time::Timestamp;
use crate::transfer::Common;

/// An object below the prefix.
pub(super) struct Remote {
    /// Below the prefix.
    pub name: String,
    pub size: u64,
    pub modified: Option<Timestamp>,
    pub etag: String,
    /// By how many seconds the service's clock, which told that time, is ahead of this machine's, at least and at most.
    pub ahead: (i64, i64),
    /// Whether it leads to another object, whose size and time are not known.
    pub is_link: bool,
}

/// A listing of them.
pub(super) struct Remotes<'r> {
    pager: Pager<ListObjectsV2>,
    prefix: &'r str,
    options: Options<'r>,
    filter: Option<&'r Filter<'r>>,
    /// The key before.
    last: String,
    /// Whether there is nothing more to list.
    is_over: bool,
}

impl<'r> Remotes<'r> {
    pub fn list(
        bucket: &Bucket,
        prefix: &'r str,
        how: &'r DirectoryTransfer<'r>,
        common: &'r Common,
    ) -> Remotes<'r> {
        Remotes {
            pager: bucket.object_pager(ListObjectsV2 {
                prefix: prefix.to_owned(),
                max_keys: Some(1000),
                ..ListObjectsV2::default()
            }),
            prefix,
            options: common.plain_options(),
            filter: how.filter,
            last: String::new(),
            is_over: false,
        }
    }

    /// As if there were none.
    pub fn none(mut self) -> Remotes<'r> {
        self.is_over = true;
        self
    }

    /// The next one that the caller has not excluded; `None` after the last.
    pub fn next(&mut self) -> Result<Option<Remote>> {
        while !self.is_over {
            let Some(object) = self.pager.next_item(&self.options)? else {
                self.is_over = true;
                break;
            };
            let name = self.check(&object.key)?;
            if self.filter.is_none_or(|filter| is_wanted(&name, filter)) {
                return Ok(Some(self.remote(name, object)));
            }
        }
        Ok(None)
    }

    fn remote(&self, name: String, object: ObjectSummary) -> Remote {
        Remote {
            name,
            size: object.size,
            modified: object.last_modified,
            etag: object.etag,
            ahead: self.pager.ahead(),
            is_link: object.object_type == "Symlink",
        }
    }

    /// The name of a key. What follows compares two sorted lists, so a list that is not sorted must end it: files that are on
    /// both sides would look as if they were on one, and be deleted.
    fn check(&mut self, key: &str) -> Result<String> {
        let is_next = self.last.is_empty() || self.last.as_bytes() < key.as_bytes();
        match key.strip_prefix(self.prefix).filter(|_| is_next) {
            Some(name) => {
                key.clone_into(&mut self.last);
                Ok(name.to_owned())
            }
            None => Err(self.pager.refuse(&format!(
                "the listing of {:?} is not in the order of its keys: {key:?}",
                self.prefix
            ))),
        }
    }
}

/// Whether a name and all directories that it lies in are wanted.
fn is_wanted(name: &str, filter: &Filter<'_>) -> bool {
    let mut slashes = name.match_indices('/').map(|(at, _)| at + 1);
    let directories = slashes.all(|end| filter(name.get(..end).unwrap_or_default()));
    directories && (name.is_empty() || name.ends_with('/') || filter(name))
}

/// A time of the file system in whole seconds since 1970, and whether something was left over.
pub(super) fn in_seconds(time: SystemTime) -> (i64, bool) {
    let seconds = |since: Duration| i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    match time.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => (seconds(after), after.subsec_nanos() != 0),
        Err(before) => {
            let before = before.duration();
            let has_rest = before.subsec_nanos() != 0;
            (-seconds(before) - i64::from(has_rest), has_rest)
        }
    }
}

/// The time of the file system that a time of the service is.
pub(super) fn system_time(time: Timestamp) -> Option<SystemTime> {
    let seconds = Duration::from_secs(time.0.unsigned_abs());
    match time.0 {
        0.. => SystemTime::UNIX_EPOCH.checked_add(seconds),
        _ => SystemTime::UNIX_EPOCH.checked_sub(seconds),
    }
}
