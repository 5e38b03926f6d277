//! How much memory objects may take.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

/// Bytes that are taken now, and how many may be.
#[derive(Debug)]
struct Room {
    most: u64,
    taken: AtomicU64,
}

/// A bound for the bodies in memory, or none.
#[derive(Debug, Clone, Default)]
pub struct Space(Option<Arc<Room>>);

/// Bytes that give their place back when nobody holds them any more.
struct Held {
    bytes: Bytes,
    room: Arc<Room>,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let len = self.bytes.len() as u64;
        self.room.taken.fetch_sub(len, Ordering::SeqCst);
    }
}

impl Space {
    pub fn new(most: Option<u64>) -> Space {
        let room = |most| {
            Arc::new(Room {
                most,
                taken: AtomicU64::new(0),
            })
        };
        Space(most.map(room))
    }

    /// The same bytes, counted as long as they live.
    pub fn hold(&self, bytes: Bytes) -> io::Result<Bytes> {
        let Some(room) = &self.0 else {
            return Ok(bytes);
        };
        let len = bytes.len() as u64;
        let before = room.taken.fetch_add(len, Ordering::SeqCst);
        let held = Held {
            bytes,
            room: Arc::clone(room),
        };
        if before.saturating_add(len) > room.most {
            let message = format!("objects would take more than {} bytes of memory", room.most);
            return Err(io::Error::new(io::ErrorKind::StorageFull, message));
        }
        Ok(Bytes::from_owner(held))
    }
}
