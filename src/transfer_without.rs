//! What a build without the feature `transfers` has of them: nothing, so that the compiler drops what would use it.

use std::io;

use crate::error::Result;
use crate::operations::{Bucket, ListedUpload};
use crate::request::{Options, Progress, Response};

/// Settings that cannot be.
pub enum Transfer {}

/// An object that cannot be.
pub enum Prefetch {}

/// A listing that cannot be.
pub(crate) enum UploadsBefore {}

impl Bucket {
    pub(crate) fn prefetch_object(
        &self,
        _: &str,
        transfer: &Transfer,
        _: &Options<'_>,
    ) -> Result<Prefetch> {
        match *transfer {}
    }
}

impl Prefetch {
    pub fn response(&self) -> &Response {
        match *self {}
    }

    pub fn position(&self) -> u64 {
        match *self {}
    }

    pub fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        match *self {}
    }

    pub(crate) fn read_to(
        self,
        _: &mut dyn io::Write,
        _: Option<&Progress<'_>>,
    ) -> Result<Response> {
        match self {}
    }
}

impl UploadsBefore {
    pub fn next(&mut self, _: &Options<'_>) -> Result<Option<ListedUpload>> {
        match *self {}
    }

    pub fn is_ready(&self) -> bool {
        match *self {}
    }
}
