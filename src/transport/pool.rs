//! Idle connections, kept for the next request to the same authority.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::Authority;
use super::connection::Connection;
use crate::cancel::Limits;

/// Servers close idle connections after about a minute; we do not race them.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// The idle connections of a session, youngest last.
#[derive(Debug)]
pub(crate) struct Pool {
    per_authority: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    /// The process the connections belong to: a child after `fork` must not share its parent's.
    process: u32,
    idle: Vec<Idle>,
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
            kept: Mutex::new(Kept {
                process: std::process::id(),
                idle: Vec::new(),
            }),
        }
    }

    /// The connection to `authority` that was used last, if it still lives.
    pub fn take(&self, authority: &Authority, limits: &Limits) -> Option<Connection> {
        let process = std::process::id();
        loop {
            let mut candidate = {
                let mut kept = self.kept.lock().ok()?;
                if kept.process != process {
                    // Closing our copies of the sockets sends nothing: the parent's connections live on.
                    kept.idle.clear();
                    kept.process = process;
                }
                // Too old ones go, whomever they lead to.
                kept.idle.retain(|entry| entry.since.elapsed() < MAX_IDLE);
                let same = |entry: &Idle| entry.connection.authority() == authority;
                let at = kept.idle.iter().rposition(same)?;
                kept.idle.remove(at).connection
            };
            if candidate.is_alive(limits) {
                return Some(candidate);
            }
        }
    }

    /// Keeps `connection`, and drops the oldest of its authority if there are too many.
    pub fn put(&self, connection: Connection) {
        let Ok(mut kept) = self.kept.lock() else {
            return;
        };
        // A call that began before `fork` ends in both processes, but only the parent goes on with its connection.
        if connection.process != kept.process {
            return;
        }
        let same = |entry: &Idle| entry.connection.authority() == connection.authority();
        if kept.idle.iter().filter(|entry| same(entry)).count() >= self.per_authority {
            match kept.idle.iter().position(same) {
                Some(oldest) => drop(kept.idle.remove(oldest)),
                None => return,
            }
        }
        kept.idle.push(Idle {
            connection,
            since: Instant::now(),
        });
    }
}
