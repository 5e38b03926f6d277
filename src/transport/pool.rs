//! Idle connections, kept for the next request to the same authority.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::Authority;
use super::cancel::Patience;
use super::connection::Connection;

/// Servers close idle connections after about a minute; we do not race them.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// The idle connections of a session, youngest last.
#[derive(Debug)]
pub(crate) struct Pool {
    per_authority: usize,
    /// The process the connections belong to: a child after `fork` must not share its parent's.
    process: AtomicU32,
    idle: Mutex<Vec<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: Connection,
    since: Instant,
}

impl Pool {
    pub fn new(per_authority: usize) -> Pool {
        Pool {
            per_authority,
            process: AtomicU32::new(std::process::id()),
            idle: Mutex::default(),
        }
    }

    /// The connection to `authority` that was used last, if it still lives.
    pub fn take(&self, authority: &Authority, patience: &Patience) -> Option<Connection> {
        self.leave_to_parent();
        loop {
            let mut candidate = {
                let mut idle = self.idle.lock().ok()?;
                // Too old ones go, whomever they lead to.
                idle.retain(|entry| entry.since.elapsed() < MAX_IDLE);
                let at = idle
                    .iter()
                    .rposition(|entry| entry.connection.authority() == authority)?;
                idle.remove(at).connection
            };
            if candidate.is_alive(patience) {
                return Some(candidate);
            }
        }
    }

    /// Keeps `connection`, and drops the oldest of its authority if there are too many.
    pub fn put(&self, connection: Connection) {
        let Ok(mut idle) = self.idle.lock() else {
            return;
        };
        let same = |entry: &Idle| entry.connection.authority() == connection.authority();
        if idle.iter().filter(|entry| same(entry)).count() >= self.per_authority {
            match idle.iter().position(same) {
                Some(oldest) => drop(idle.remove(oldest)),
                None => return,
            }
        }
        idle.push(Idle {
            connection,
            since: Instant::now(),
        });
    }

    fn leave_to_parent(&self) {
        let process = std::process::id();
        if self.process.load(Ordering::Relaxed) != process
            && self.process.swap(process, Ordering::Relaxed) != process
            && let Ok(mut idle) = self.idle.lock()
        {
            // Closing our copies of the sockets sends nothing: the parent's connections live on.
            idle.clear();
        }
    }
}
