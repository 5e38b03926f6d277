//! What a record of a transfer says: lines of names and values, with a version and a checksum.

use std::fmt::Write as _;

use crate::crc64::Crc64;
use crate::escape;

/// The lines of a record, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Checkpoint {
    /// What kind of transfer, with the version of the format.
    kind: &'static str,
    lines: Vec<(String, String)>,
}

impl Checkpoint {
    pub fn new(kind: &'static str) -> Checkpoint {
        Checkpoint {
            kind,
            lines: Vec::new(),
        }
    }

    pub fn add(&mut self, name: &str, value: impl ToString) {
        self.lines.push((name.to_owned(), value.to_string()));
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Checkpoint {
        self.add(name, value);
        self
    }

    /// The first value of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut lines = self.lines.iter();
        let line = lines.find(|(given, _)| given == name)?;
        Some(&line.1)
    }

    /// All values of that name.
    pub fn all<'c>(&'c self, name: &'c str) -> impl Iterator<Item = &'c str> {
        let lines = self.lines.iter();
        lines
            .filter(move |(given, _)| given == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether it says all that `other` says.
    pub fn agrees_with(&self, other: &Checkpoint) -> bool {
        self.kind == other.kind && other.lines.iter().all(|line| self.lines.contains(line))
    }

    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{}\n", self.kind);
        for (name, value) in &self.lines {
            let _ = writeln!(text, "{name} {}", escape::encode(value));
        }
        let _ = writeln!(text, "crc64 {}", checksum(text.as_bytes()));
        text.into_bytes()
    }

    /// `None` if that is not a record of this kind, or not all of one.
    pub fn parse(kind: &'static str, bytes: &[u8]) -> Option<Checkpoint> {
        let text = std::str::from_utf8(bytes).ok()?.strip_suffix('\n')?;
        let (content, last) = text.rsplit_once('\n')?;
        let sum: u64 = last.strip_prefix("crc64 ")?.parse().ok()?;
        // With the end of its last line.
        if checksum(bytes.get(..content.len() + 1)?) != sum {
            return None;
        }
        let mut lines = content.split('\n');
        if lines.next()? != kind {
            return None;
        }
        let lines = lines.map(|line| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), escape::decode(value).ok()?))
        });
        Some(Checkpoint {
            kind,
            lines: lines.collect::<Option<_>>()?,
        })
    }
}

fn checksum(bytes: &[u8]) -> u64 {
    let mut crc = Crc64::new();
    crc.update(bytes);
    crc.value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let checkpoint = Checkpoint::new("alioss-test 1")
            .with("key", "a b\nc%/\u{8def}")
            .with("size", 5)
            .with("part", "1 7")
            .with("part", "2 8");
        let bytes = checkpoint.to_bytes();
        let read = Checkpoint::parse("alioss-test 1", &bytes).unwrap();
        assert_eq!(read, checkpoint);
        assert_eq!(read.get("key"), Some("a b\nc%/\u{8def}"));
        assert_eq!(read.all("part").count(), 2);
        assert!(read.agrees_with(&Checkpoint::new("alioss-test 1").with("size", 5)));
        assert!(!read.agrees_with(&Checkpoint::new("alioss-test 1").with("size", 6)));
        assert_eq!(Checkpoint::parse("alioss-test 2", &bytes), None);
        for end in 0..bytes.len() {
            assert_eq!(
                Checkpoint::parse("alioss-test 1", &bytes[..end]),
                None,
                "{end}"
            );
        }
        for at in 0..bytes.len() {
            let mut wrong = bytes.clone();
            wrong[at] ^= 1;
            assert_eq!(Checkpoint::parse("alioss-test 1", &wrong), None, "{at}");
        }
    }
}
