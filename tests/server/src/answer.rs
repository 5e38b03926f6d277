//! An answer before it becomes bytes on a wire.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::Bytes;

use crate::store::body::{Body, Piece};

pub type Headers = Vec<(Cow<'static, str>, String)>;

/// Where the bytes of an answer come from.
#[derive(Debug)]
pub enum Content {
    Bytes(Bytes),
    Pieces(VecDeque<Slice>),
}

/// A range of one stored piece.
#[derive(Debug)]
pub struct Slice {
    pub piece: Piece,
    pub start: u64,
    pub len: u64,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub content: Content,
    /// Length to announce when there is no body: answers to HEAD.
    pub announced: Option<u64>,
    /// Limit for the body, in bytes a second.
    pub speed: Option<u64>,
    /// Sent in chunks, without its length.
    pub chunked: bool,
}

impl Answer {
    pub fn new(status: u16) -> Answer {
        Answer {
            status,
            headers: Vec::new(),
            content: Content::Bytes(Bytes::new()),
            announced: None,
            speed: None,
            chunked: false,
        }
    }

    pub fn xml(xml: String) -> Answer {
        Answer::new(200)
            .header("content-type", "application/xml")
            .bytes(xml.into_bytes())
    }

    pub fn header(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) -> Answer {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub fn maybe(self, name: &'static str, value: Option<impl Into<String>>) -> Answer {
        match value {
            Some(value) => self.header(name, value),
            None => self,
        }
    }

    pub fn bytes(mut self, bytes: impl Into<Bytes>) -> Answer {
        self.content = Content::Bytes(bytes.into());
        self
    }

    /// `len` bytes of a stored body from `start` on.
    pub fn range(mut self, body: &Body, start: u64, len: u64) -> Answer {
        self.content = Content::Pieces(body.slices(start, len));
        self
    }

    pub fn len(&self) -> u64 {
        match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::Pieces(slices) => slices.iter().map(|slice| slice.len).sum(),
        }
    }

    /// Replaces headers of this name.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.remove(name);
        self.headers.push((name.into(), value.into()));
    }

    pub fn remove(&mut self, name: &str) {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub fn has(&self, name: &str) -> bool {
        self.headers
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }
}
