//! Words on the line, and numbers in them.

use std::fmt::Write as _;
use std::str::FromStr;
use std::time::Duration;

use crate::Refusal::{self, Unrepresentable, Unsupported};

pub type Words = Vec<String>;

pub fn word(words: &[String], index: usize) -> Result<&str, Refusal> {
    words.get(index).map(String::as_str).ok_or(Unsupported)
}

/// A number of the type that the API wants.
pub fn number<T: FromStr>(words: &[String], index: usize) -> Result<T, Refusal> {
    word(words, index)?.parse().map_err(|_| Unrepresentable)
}

pub fn milliseconds(words: &[String], index: usize) -> Result<Duration, Refusal> {
    number(words, index).map(Duration::from_millis)
}

pub fn decode(word: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = word.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
        } else if let (Some(high), Some(low)) = (rest.next(), rest.next()) {
            let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
            bytes.push(16 * digit(high) + digit(low));
        }
    }
    String::from_utf8(bytes).expect("words are UTF-8")
}

/// The fields of a result.
#[derive(Default)]
pub struct Fields(pub String);

impl Fields {
    pub fn bytes(&mut self, name: &str, value: &[u8]) {
        let _ = write!(self.0, " {name}=");
        for &byte in value {
            if byte.is_ascii_graphic() && byte != b'%' {
                self.0.push(char::from(byte));
            } else {
                let _ = write!(self.0, "%{byte:02X}");
            }
        }
    }

    pub fn text(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.bytes(name, value.as_bytes());
        }
    }

    pub fn number(&mut self, name: &str, value: impl ToString) {
        self.text(name, &value.to_string());
    }

    /// A number that is there.
    pub fn known(&mut self, name: &str, value: Option<impl ToString>) {
        if let Some(value) = value {
            self.number(name, value);
        }
    }
}
