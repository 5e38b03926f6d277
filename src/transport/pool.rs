//! Idle connections, kept for the next request to the same authority.

use std::collections::VecDeque;
use std::time::Duration;

use super::Authority;
use super::connection::Connection;
use crate::cancel::Limits;
use crate::clock::Moment;
use crate::process::{self, ForkLock};

/// Servers close idle connections after about a minute; we do not race them. The sleep of the machine counts: after it, a
/// connection looks alive however long the server, or a router on the way, has forgotten it.
const MAX_IDLE: Duration = Duration::from_secs(50);

/// Idle connections of a session in all, however many authorities it talks to. At most 20 KiB each.
const MAX_KEPT: usize = 256;

/// The idle connections of a session.
#[derive(Debug)]
pub(crate) struct Pool {
    per_authority: usize,
    /// Youngest last.
    idle: ForkLock<VecDeque<Idle>>,
}

#[derive(Debug)]
struct Idle {
    connection: Box<Connection>,
    since: Moment,
}

impl Pool {
    pub fn new(per_authority: usize) -> Pool {
        Pool {
            per_authority,
            idle: ForkLock::new(),
        }
    }

    /// The connection to `authority` that was used last, if it still lives.
    pub fn take(&self, authority: &Authority, limits: &Limits) -> Option<Box<Connection>> {
        let process = process::id();
        let now = Moment::now();
        loop {
            // What is taken out is closed only after the lock is open.
            let (found, _closed) = self.idle.with(|idle| {
                let is_old = |entry: &Idle| now.since(entry.since) > MAX_IDLE;
                // The oldest come first, and those of a parent, whose connections are not ours, before our own.
                let gone = idle
                    .iter()
                    .take_while(|entry| is_old(entry) || entry.connection.process != process)
                    .count();
                let closed: Vec<Idle> = idle.drain(..gone).collect();
                let same = |entry: &Idle| entry.connection.authority == *authority;
                let at = idle.iter().rposition(same);
                (at.and_then(|at| idle.remove(at)), closed)
            });
            let mut candidate = found?.connection;
            if candidate.process == process && candidate.is_alive(limits) {
                return Some(candidate);
            }
        }
    }

    /// Keeps `connection`, and closes the oldest if there are too many.
    pub fn put(&self, mut connection: Box<Connection>) {
        if self.per_authority == 0 {
            return;
        }
        connection.rest();
        let since = Moment::now();
        let limit = MAX_KEPT.max(self.per_authority);
        // What is replaced is closed only after the lock is open.
        let _closed = self.idle.with(|idle| {
            let same = |entry: &&Idle| entry.connection.authority == connection.authority;
            let surplus = if idle.iter().filter(same).count() >= self.per_authority {
                idle.iter().position(|entry| same(&entry))
            } else {
                (idle.len() >= limit).then_some(0)
            };
            let closed = surplus.and_then(|at| idle.remove(at));
            idle.push_back(Idle { connection, since });
            closed
        });
    }

    /// Closes all idle connections to `authority`. When one of them turns out to be dead, the others are as well, in all
    /// likelihood: a router on the way forgot them, or the network is another one.
    pub fn clear(&self, authority: &Authority) {
        let same = |entry: &Idle| entry.connection.authority == *authority;
        // They are closed only after the lock is open.
        let _closed = self.idle.with(|idle| {
            let all = std::mem::take(idle).into_iter();
            let (closed, others): (VecDeque<Idle>, _) = all.partition(same);
            *idle = others;
            closed
        });
    }
}
