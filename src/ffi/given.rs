//! What the next request of a call is sent with: some of it stays until the call is reset, the rest belongs to one request
//! and is used up by it, refused or not.

use std::ffi::{c_int, c_void};
use std::time::Duration;

#[cfg(feature = "transfers")]
use super::directory::Watchers;
use super::guard::callback;
use super::support::User;
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::header::{self, Header, Size};
use crate::operations::UploadedPart;
use crate::request::{Heard, Options, Progress, Range};
use crate::transfer::Transfer;

pub(super) type ProgressFn = unsafe extern "C-unwind" fn(*mut c_void, i64, i64) -> c_int;
pub(super) type RewindFn = unsafe extern "C-unwind" fn(*mut c_void) -> c_int;

/// Everything that was given to a call.
#[derive(Default)]
pub(super) struct Input {
    pub lasting: Lasting,
    pub once: Once,
}

/// What stays until the call is reset.
#[derive(Default)]
pub(super) struct Lasting {
    headers: Vec<(String, String)>,
    query: Vec<(String, Option<String>)>,
    pub timeout: Option<Duration>,
    pub connect_timeout: Option<Duration>,
    pub read_timeout: Option<Duration>,
    pub insists: bool,
    pub progress: Option<(ProgressFn, User)>,
    pub rewind: Option<(RewindFn, User)>,
    #[cfg(feature = "transfers")]
    pub transfer: Transfer,
    #[cfg(feature = "transfers")]
    pub watchers: Watchers,
    /// How many parts of an object that is read are held ahead; at least 2.
    #[cfg(feature = "transfers")]
    pub prefetch: Option<usize>,
    /// The first bad value: a request without what it should have carried must
    /// not go out.
    pub refused: Option<Error>,
}

/// What one request uses up.
#[derive(Default)]
pub(super) struct Once {
    /// Those of an upload callback.
    headers: Vec<(String, String)>,
    fields: Vec<(String, Option<String>)>,
    fields_size: usize,
    pub parts: Vec<UploadedPart>,
    /// A completion that failed has used parts up, and none were added since.
    parts_are_gone: bool,
    pub initial_crc64: Option<u64>,
    pub range: Option<Range>,
    /// As above.
    pub refused: Option<Error>,
}

/// Most bytes of all fields together; the largest documents of the service have less.
const MAX_FIELDS: usize = 8 * 1024 * 1024;

/// Most parts of an upload.
const MAX_PARTS: usize = 10_000;

impl Lasting {
    /// Replaces a header of that name.
    pub fn set_header(&mut self, name: &str, value: &str) -> Result<()> {
        let others = |(other, _): &&(String, String)| !other.eq_ignore_ascii_case(name);
        let mut size = Size::default();
        for (name, value) in self.headers.iter().filter(others) {
            size.add(name, value);
        }
        size.add(name, value);
        size.check("header", "headers")?;
        header::replace(&mut self.headers, name.to_owned(), value.to_owned());
        Ok(())
    }

    /// Takes a header of that name out again.
    pub fn remove_header(&mut self, name: &str) {
        self.headers
            .retain(|(other, _)| !other.eq_ignore_ascii_case(name));
    }

    /// The value of a header that was set.
    pub fn header(&self, name: &str) -> Option<&str> {
        let named = |(header, _): &&(String, String)| header.eq_ignore_ascii_case(name);
        Some(&self.headers.iter().find(named)?.1)
    }

    /// Replaces a parameter of that name.
    pub fn set_query(&mut self, name: &str, value: Option<&str>) -> Result<()> {
        let mut size = Size::default();
        for (name, value) in self.query.iter().filter(|(other, _)| other != name) {
            size.add(name, value.as_deref().unwrap_or_default());
        }
        size.add(name, value.unwrap_or_default());
        size.check("query", "query parameters")?;
        self.query.retain(|(other, _)| other != name);
        self.query.push((name.to_owned(), value.map(str::to_owned)));
        Ok(())
    }

    /// The progress callback as the core wants it.
    pub fn progress(&self) -> Option<impl Fn(u64, Option<u64>) -> bool + Send + use<>> {
        let (function, user) = self.progress?;
        Some(move |done: u64, total: Option<u64>| {
            let total = total.map_or(-1, |total| total.try_into().unwrap_or(i64::MAX));
            let done = done.try_into().unwrap_or(i64::MAX);
            let user: User = user;
            // SAFETY: the caller of oss_call_set_progress() vouches for both.
            callback(|| unsafe { function(user.0, done, total) == 0 })
        })
    }

    /// The first bad value, if there is one.
    pub fn check(&self) -> Result<()> {
        self.refused.clone().map_or(Ok(()), Err)
    }

    /// How objects are to be read ahead; `None` if not at all.
    pub fn read_ahead(&self) -> Option<Transfer> {
        #[cfg(feature = "transfers")]
        let ahead = |parts| self.transfer.clone().workers(parts);
        #[cfg(feature = "transfers")]
        return self.prefetch.map(ahead);
        #[cfg(not(feature = "transfers"))]
        None
    }

    /// The settings of a request that has nothing of its own, such as the next page of a listing.
    pub fn options<'a>(
        &'a self,
        cancel: &Cancel,
        progress: Option<&'a Progress<'a>>,
        heard: &'a Heard,
    ) -> Options<'a> {
        let mut options = Options::new().cancel(cancel).heard(heard);
        for (name, value) in &self.headers {
            options = options.header(name.as_str(), value.as_str());
        }
        for (name, value) in &self.query {
            options = options.query(name.as_str(), value.as_deref());
        }
        if let Some(timeout) = self.timeout {
            options = options.timeout(timeout);
        }
        if self.insists {
            options = options.insist();
        }
        if let Some(timeout) = self.connect_timeout {
            options = options.connect_timeout(timeout);
        }
        if let Some(timeout) = self.read_timeout {
            options = options.read_timeout(timeout);
        }
        if let Some(progress) = progress {
            options = options.progress(progress);
        }
        options
    }
}

impl Once {
    /// Replaces the headers of an upload callback.
    pub fn set_headers(&mut self, headers: Vec<Header<'_>>) -> Result<()> {
        let mut size = Size::default();
        for (name, value) in &headers {
            size.add(name, value);
        }
        size.check("callback", "headers")?;
        let owned = headers.into_iter();
        self.headers = owned
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        Ok(())
    }

    pub fn add_part(&mut self, part: UploadedPart) -> Result<()> {
        if self.parts.len() >= MAX_PARTS {
            return Err(Error::unusable(
                "number",
                format_args!("there are {MAX_PARTS} parts already, and an upload has no more"),
            ));
        }
        self.parts.push(part);
        self.parts_are_gone = false;
        Ok(())
    }

    /// Fields are set one after the other, so that an element that was taken out counts no more.
    pub fn set_field(&mut self, path: &str, value: Option<&str>) -> Result<()> {
        let value_size = value.map_or(0, str::len);
        if let (Some((last, old)), Some(value)) = (self.fields.last_mut(), value)
            && last == path
            && let Some(old) = old
        {
            self.fields_size = self.fields_size - old.len() + value_size;
            *old = value.to_owned();
        } else {
            self.fields_size += path.len() + value_size;
            self.fields
                .push((path.to_owned(), value.map(str::to_owned)));
        }
        if self.fields_size > MAX_FIELDS {
            return Err(Error::unusable(
                "field",
                format_args!(
                    "paths and values together have more than {MAX_FIELDS} bytes; give the document as the body of \
                 oss_invoke()"
                ),
            ));
        }
        Ok(())
    }

    /// What a request, which took `used` out and may have completed an upload, leaves for the next one: parts are for completions
    /// alone, and one that comes again without those that failed must not take all that were uploaded.
    pub fn keep_parts(&mut self, used: Once, completes: bool, is_done: bool) {
        // Where something was refused when it was given, nobody knows what is missing.
        if completes || used.refused.is_some() {
            self.parts_are_gone = !is_done && (used.parts_are_gone || !used.parts.is_empty());
        } else {
            self.parts_are_gone = used.parts_are_gone;
            self.parts = used.parts;
        }
    }

    /// Adds these to the settings of a request.
    pub fn add_to<'a>(&'a self, mut options: Options<'a>) -> Options<'a> {
        for (name, value) in &self.headers {
            options = options.header(name.as_str(), value.as_str());
        }
        for (path, value) in &self.fields {
            options = options.field(path.as_str(), value.as_deref());
        }
        if let Some(crc64) = self.initial_crc64 {
            options = options.initial_crc64(crc64);
        }
        if let Some(range) = self.range {
            options = options.range(range);
        }
        options
    }
}

/// What was given to a call, for operations that want more of it than the options of a request.
pub(super) struct Given<'a> {
    pub lasting: &'a Lasting,
    pub parts: &'a [UploadedPart],
}

/// An error if a request, which may complete an upload, must not be sent with what was given.
pub(super) fn check(lasting: &Lasting, once: &Once, completes: bool) -> Result<()> {
    lasting.check()?;
    if let Some(refused) = &once.refused {
        return Err(refused.clone());
    }
    match (completes, once.parts.as_slice()) {
        (true, []) if once.parts_are_gone => Err(Error::unusable(
            "parts",
            "the oss_complete_multipart_upload() before used them up; add them again, or reset the call to complete an upload \
             with all its parts",
        )),
        (true, _) | (false, []) => Ok(()),
        (false, parts) => Err(Error::unusable(
            "parts",
            format_args!(
                "the call holds {} of oss_call_add_part(), which are for the next oss_complete_multipart_upload() alone; \
                 send other requests with another call",
                parts.len()
            ),
        )),
    }
}
