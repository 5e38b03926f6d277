//! What a build without the feature `select` has of it: nothing, so that the compiler drops what would use it.

use crate::error::Result;
use crate::request::Response;

/// An answer that cannot be.
pub enum Select {}

impl Select {
    pub fn response(&self) -> &Response {
        match *self {}
    }

    pub fn scanned(&self) -> u64 {
        match *self {}
    }

    pub fn read(&mut self, _: &mut [u8]) -> Result<usize> {
        match *self {}
    }
}
