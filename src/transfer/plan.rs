//! Which bytes are which part.

use crate::error::{Error, Result};

/// Bytes of a part, as the service allows them; the last may have fewer.
const PART_SIZES: std::ops::RangeInclusive<u64> = 100 * 1024..=5 * 1024 * 1024 * 1024;

/// What is taken unless the file is too large for it.
const USUAL_PART: u64 = 8 * 1024 * 1024;

/// Most parts of one object.
pub(super) const MAX_PARTS: u64 = 10_000;

/// Which share of what was sent a part of a stream of unknown length is, and for parts that began small.
const SHARE: u64 = 120;
const SHARE_OF_SMALL: u64 = 75;

/// Parts of streams grow by so much.
const STEP: u64 = 64 * 1024;

/// Bytes of the next part of a stream of unknown length, whose parts were asked to have `part_size` bytes, when so many were
/// `sent`; `None` if there cannot be a part of that `number`.
///
/// The service has parts of different sizes. They grow with what was sent: a short stream needs little memory, and 10,000 of
/// them still reach 48.8 TB, for which all but some 900 have to be as large as a part can be.
pub(super) fn next_part(number: u32, sent: u64, part_size: Option<u64>) -> Option<u64> {
    let first = part_size.unwrap_or(USUAL_PART);
    let share = if first < USUAL_PART {
        SHARE_OF_SMALL
    } else {
        SHARE
    };
    let grown = (sent / share).next_multiple_of(STEP);
    (u64::from(number) <= MAX_PARTS).then_some(first.max(grown).min(*PART_SIZES.end()))
}

/// A file in parts of one size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    pub size: u64,
    pub part_size: u64,
}

/// Some of the bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Counted from 1, as the service does.
    pub number: u32,
    pub offset: u64,
    pub length: u64,
}

impl Plan {
    /// `size` bytes in parts of the size that was given, or one that fits. `of` is the parameter that has so many bytes.
    pub fn new(of: &str, size: u64, part_size: Option<u64>) -> Result<Plan> {
        Plan::with_usual(of, size, part_size, USUAL_PART)
    }

    /// The same; what fits is at least `usual`.
    pub fn with_usual(of: &str, size: u64, part_size: Option<u64>, usual: u64) -> Result<Plan> {
        let least = size.div_ceil(MAX_PARTS);
        let part_size = match part_size {
            None => least.next_multiple_of(1024 * 1024).max(usual),
            Some(given) if !PART_SIZES.contains(&given) => {
                return Err(Error::unusable(
                    "part_size",
                    format_args!(
                        "{given} is out of range; allowed are {} to {} bytes",
                        PART_SIZES.start(),
                        PART_SIZES.end()
                    ),
                ));
            }
            Some(given) if given < least => {
                return Err(Error::unusable(
                    "part_size",
                    format_args!(
                        "{given} bytes make more than {MAX_PARTS} parts of {size} bytes; give {least} or more, or \
                     leave it out"
                    ),
                ));
            }
            Some(given) => given,
        };
        if !PART_SIZES.contains(&part_size) {
            return Err(Error::unusable(
                of,
                format_args!("{size} bytes are more than an object can have"),
            ));
        }
        Ok(Plan { size, part_size })
    }

    /// Whether one request is enough.
    pub fn is_single(&self) -> bool {
        self.size <= self.part_size
    }

    pub fn parts(self) -> impl Iterator<Item = Part> {
        (0..self.size.div_ceil(self.part_size)).map_while(move |index| self.part(index))
    }

    /// The part of that number, if there is one.
    pub fn part_of(&self, number: u32) -> Option<Part> {
        self.part(u64::from(number).checked_sub(1)?)
    }

    fn part(&self, index: u64) -> Option<Part> {
        let offset = index.checked_mul(self.part_size)?;
        let left = self.size.checked_sub(offset).filter(|left| *left > 0)?;
        Some(Part {
            number: u32::try_from(index).ok()?.checked_add(1)?,
            offset,
            length: left.min(self.part_size),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_every_byte_once() {
        for size in [1, 102_399, 102_400, 102_401, 1_024_000, 1_024_001] {
            let plan = Plan::new("path", size, Some(102_400)).unwrap();
            let mut at = 0;
            for (index, part) in plan.parts().enumerate() {
                assert_eq!(part.number as usize, index + 1);
                assert_eq!(part.offset, at);
                assert!(part.length > 0 && part.length <= 102_400);
                assert_eq!(plan.part_of(part.number), Some(part));
                at += part.length;
            }
            assert_eq!(at, size);
            assert_eq!(plan.part_of(plan.parts().count() as u32 + 1), None);
            assert_eq!(plan.part_of(0), None);
        }
    }

    #[test]
    fn parts_of_a_stream_grow_up_to_the_largest_object() {
        for first in [
            None,
            Some(100 << 10),
            Some(1 << 20),
            Some(8 << 20),
            Some(5 << 30),
        ] {
            let (mut sent, mut number, mut last) = (0, 1, 0);
            while let Some(size) = next_part(number, sent, first) {
                assert!(size >= last && size <= 5 << 30, "{first:?}: {size}");
                (sent, number, last) = (sent + size, number + 1, size);
            }
            assert_eq!(number, 10_001);
            assert!(sent >= 48_800_000_000_000, "{first:?}: {sent}");
        }
        assert_eq!(next_part(100, 99 * USUAL_PART, None), Some(USUAL_PART));
        assert!(next_part(1000, 100 << 30, None) < Some(1 << 30));
    }

    #[test]
    fn no_file_has_more_than_ten_thousand_parts() {
        for size in [0, 1, 80 << 30, 100 << 30, 40 << 40] {
            let plan = Plan::new("path", size, None).unwrap();
            assert!(plan.parts().count() <= 10_000, "{size}");
        }
        assert!(Plan::new("path", u64::MAX, None).is_err());
        let error = Plan::new("path", 10 << 30, Some(102_400)).unwrap_err();
        assert!(
            error.to_string().contains("give 1073742 or more"),
            "{error}"
        );
        for bad in [0, 102_399, (5 << 30) + 1] {
            assert!(Plan::new("path", 1, Some(bad)).is_err(), "{bad}");
        }
    }
}
