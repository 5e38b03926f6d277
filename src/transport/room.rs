//! Memory that begins at a multiple of 64, for what the kernel copies.
//!
//! The C library gives every large allocation pages of its own and returns the address 16 bytes after their begin, while
//! the page cache and the data of the loopback interface begin at a page. Between two addresses that differ like that some
//! processors copy at half their speed.

use zeroize::Zeroize;

use crate::error::Result;
use crate::memory;

/// A multiple of every cache line, and of what copying by words likes.
const ALIGNMENT: usize = 64;

/// Bytes at an aligned address. Grows when asked to; what was in it is lost then.
#[derive(Debug, Default)]
pub(crate) struct Room {
    bytes: Vec<u8>,
    /// Where the aligned part begins.
    start: usize,
    size: usize,
}

impl Room {
    pub fn size(&self) -> usize {
        self.size
    }

    /// Bytes `start..end`, none if they are not inside.
    pub fn get(&self, start: usize, end: usize) -> &[u8] {
        let range = self.start.saturating_add(start)..self.start + end.min(self.size);
        self.bytes.get(range).unwrap_or_default()
    }

    /// Bytes `start..end`, none if they are not inside.
    pub fn get_mut(&mut self, start: usize, end: usize) -> &mut [u8] {
        let range = self.start.saturating_add(start)..self.start + end.min(self.size);
        self.bytes.get_mut(range).unwrap_or_default()
    }

    /// At least `size` bytes. The first `keep` of them stay. An error if there is no memory for them.
    pub fn grow(&mut self, size: usize, keep: usize) -> Result<()> {
        if size <= self.size {
            return Ok(());
        }
        let mut larger = Room::default();
        larger.bytes = memory::zeros(size.saturating_add(ALIGNMENT - 1))?;
        larger.start = larger.bytes.as_ptr().addr().wrapping_neg() % ALIGNMENT;
        larger.size = size;
        let kept = self.get(0, keep);
        larger.get_mut(0, kept.len()).copy_from_slice(kept);
        // Keys of providers come through here.
        self.bytes.as_mut_slice().zeroize();
        *self = larger;
        Ok(())
    }

    /// Gives the memory back if there is more than `size` of it.
    pub fn shrink(&mut self, size: usize) {
        if self.size > size {
            *self = Room::default();
        }
    }
}

/// Bytes that were received and not used yet, in a room.
#[derive(Debug, Default)]
pub(crate) struct Input {
    room: Room,
    start: usize,
    end: usize,
}

impl Input {
    pub fn unread(&self) -> &[u8] {
        self.room.get(self.start, self.end)
    }

    pub fn unread_mut(&mut self) -> &mut [u8] {
        self.room.get_mut(self.start, self.end)
    }

    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Marks `amount` bytes as used.
    pub fn consume(&mut self, amount: usize) {
        self.start = (self.start + amount).min(self.end);
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Copies what fits into `buffer`: how many bytes.
    pub fn take(&mut self, buffer: &mut [u8]) -> usize {
        let unread = self.unread();
        let amount = unread.len().min(buffer.len());
        let (Some(to), Some(from)) = (buffer.get_mut(..amount), unread.get(..amount)) else {
            return 0;
        };
        to.copy_from_slice(from);
        self.consume(amount);
        amount
    }

    /// Where more can be received to: the room has at least `size` bytes, of which some may be in use.
    pub fn free(&mut self, size: usize) -> Result<&mut [u8]> {
        if self.start > 0 {
            let unread = self.end - self.start;
            let (start, end) = (self.start, self.end);
            self.room.get_mut(0, end).copy_within(start..end, 0);
            (self.start, self.end) = (0, unread);
        }
        self.room.grow(size, self.end)?;
        Ok(self.room.get_mut(self.end, self.room.size()))
    }

    /// `amount` bytes have been received into [`free`](Self::free).
    pub fn received(&mut self, amount: usize) {
        self.end = (self.end + amount).min(self.room.size());
    }

    /// Adds `bytes`, whatever their number.
    pub fn append(&mut self, bytes: &[u8]) -> Result<()> {
        let free = self.free(self.end - self.start + bytes.len())?;
        if let Some(free) = free.get_mut(..bytes.len()) {
            free.copy_from_slice(bytes);
            self.received(bytes.len());
        }
        Ok(())
    }

    /// Overwrites all of it.
    #[cfg(feature = "credentials")]
    pub fn wipe(&mut self) {
        self.room.bytes.as_mut_slice().zeroize();
    }

    /// Gives the memory back if there is more than `size` of it and nothing in it.
    pub fn shrink(&mut self, size: usize) {
        if self.is_empty() {
            self.room.shrink(size);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_begins_at_a_multiple_of_64_however_often_it_grows() {
        let mut room = Room::default();
        assert!(room.get_mut(0, usize::MAX).is_empty());
        for size in [1, 100, 16 * 1024, 300_000, 10] {
            room.grow(size, 0).unwrap();
            assert!(room.size() >= size);
            assert_eq!(
                room.get_mut(0, usize::MAX).as_ptr().addr() % ALIGNMENT,
                0,
                "{size}"
            );
            assert_eq!(room.get_mut(0, usize::MAX).len(), room.size());
        }
        room.get_mut(0, usize::MAX).fill(1);
        room.grow(400_000, 5).unwrap();
        assert_eq!(room.get(0, 6), [1, 1, 1, 1, 1, 0]);
        assert!(room.get(400_000, 400_001).is_empty());
        room.shrink(400_000);
        assert_eq!(room.size(), 400_000);
        room.shrink(1000);
        assert_eq!(room.size(), 0);
    }

    #[test]
    fn input_keeps_what_is_unread_when_it_moves_or_grows() {
        let mut input = Input::default();
        input.free(4).unwrap().copy_from_slice(b"abcd");
        input.received(4);
        input.consume(1);
        input.append(b"efgh").unwrap();
        assert_eq!(input.unread(), b"bcdefgh");
        let mut buffer = [0; 3];
        assert_eq!(input.take(&mut buffer), 3);
        assert_eq!(&buffer, b"bcd");
        input.consume(100);
        assert!(input.is_empty());
        input.shrink(0);
        assert!(input.unread().is_empty());
    }
}
