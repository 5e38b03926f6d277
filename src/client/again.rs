//! Whether a source that began again yields what it yielded before: one that does not would store a piece of the body, or
//! nothing, with success.

use crate::crc64::Crc64;
use crate::error::{Error, Kind, Result};

/// What was taken of a source since it began, and in the attempt before. The checksum is the caller's, who needs it as well:
/// it is computed once.
#[derive(Default)]
pub(super) struct Again {
    count: u64,
    is_over: bool,
    before: Option<Taken>,
}

/// What an attempt took.
#[derive(Clone, Copy)]
struct Taken {
    count: u64,
    crc: u64,
    /// Whether that was all.
    is_over: bool,
}

impl Again {
    /// The source begins again; `crc` is of what was taken of it. What most is known of is what counts: that of the longest
    /// attempt.
    pub fn begin(&mut self, crc: &Crc64) {
        let taken = Taken {
            count: self.count,
            crc: crc.value(),
            is_over: self.is_over,
        };
        if self.before.is_none_or(|before| before.count <= taken.count) {
            self.before = Some(taken);
        }
        self.count = 0;
        self.is_over = false;
    }

    /// Counts the next bytes, none at the end, in `crc`, too; an error if they are not those of the attempt before. It comes
    /// before they are sent, so that the request is not complete.
    pub fn take(&mut self, bytes: &[u8], crc: &mut Crc64) -> Result<()> {
        self.is_over |= bytes.is_empty();
        let Some(before) = self.before else {
            self.count(bytes, crc);
            return Ok(());
        };
        let known = before.count.saturating_sub(self.count);
        let known = usize::try_from(known).unwrap_or(usize::MAX);
        let (known, beyond) = bytes.split_at_checked(known).unwrap_or((bytes, &[]));
        self.count(known, crc);
        if !known.is_empty() && self.count == before.count && crc.value() != before.crc {
            return Err(differs("it has other bytes"));
        }
        if self.is_over && self.count < before.count {
            return Err(differs(&format!(
                "it ended after {} bytes, and had at least {}",
                self.count, before.count
            )));
        }
        if before.is_over && !beyond.is_empty() {
            return Err(differs(&format!(
                "it goes on after {} bytes, where it had ended",
                before.count
            )));
        }
        self.count(beyond, crc);
        Ok(())
    }

    fn count(&mut self, bytes: &[u8], crc: &mut Crc64) {
        crc.update(bytes);
        self.count = self.count.saturating_add(bytes.len() as u64);
    }
}

fn differs(how: &str) -> Error {
    Error::new(
        Kind::Io,
        format!(
            "the source of the body yields something else since it began again: {how}; what a repetition sends has to be the \
             same"
        ),
    )
}
