//! Threads that send the parts of a stream while the next one is filled.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::pool::LOOK;
use super::{Common, thread};
use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::operations::UploadedPart;

/// A part that is full.
pub(super) struct Job {
    pub number: u32,
    pub bytes: Vec<u8>,
}

/// Sends a part; the flag ends it.
pub(super) type Send = dyn Fn(&Job, &Cancel) -> Result<UploadedPart> + std::marker::Send + Sync;

/// The threads; they end with this.
pub(super) struct Writers {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    stop: Cancel,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Job>,
    /// Parts that wait or are being sent.
    under_way: usize,
    /// What was sent, and how many bytes that are.
    done: Vec<UploadedPart>,
    sent: u64,
    /// Memory of parts that were sent.
    spare: Vec<Vec<u8>>,
    /// The first failure: the others only follow from it.
    failed: Option<Error>,
    is_closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'s>(&self, state: MutexGuard<'s, State>) -> MutexGuard<'s, State> {
        self.changed
            .wait(state)
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The next part; `None` if there will be none.
    fn take(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if state.failed.is_some() {
                return None;
            }
            if let Some(job) = state.waiting.pop_front() {
                return Some(job);
            }
            if state.is_closed {
                return None;
            }
            state = self.wait(state);
        }
    }

    fn work(&self, send: &Send) {
        while let Some(job) = self.take() {
            let sent = thread::catch(|| send(&job, &self.stop));
            let mut state = self.lock();
            state.under_way -= 1;
            match sent {
                Ok(part) => {
                    state.sent += job.bytes.len() as u64;
                    state.done.push(part);
                    state.spare.push(job.bytes);
                }
                Err(error) => {
                    state.failed.get_or_insert(error);
                }
            }
            drop(state);
            self.changed.notify_all();
        }
    }
}

impl Writers {
    /// That many threads, or as many as there can be; `None` if there cannot be any.
    pub fn start(count: usize, send: Arc<Send>) -> Option<Writers> {
        let mut writers = Writers {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                changed: Condvar::new(),
                stop: Cancel::new(),
            }),
            threads: Vec::new(),
        };
        for _ in 0..count {
            let (shared, send) = (Arc::clone(&writers.shared), Arc::clone(&send));
            let worker = thread::worker(move || shared.work(&*send));
            match thread::builder().spawn(worker) {
                Ok(thread) => writers.threads.push(thread),
                Err(_) => break,
            }
        }
        (!writers.threads.is_empty()).then_some(writers)
    }

    /// Has a part sent.
    pub fn give(&self, job: Job) {
        let mut state = self.shared.lock();
        state.waiting.push_back(job);
        state.under_way += 1;
        self.shared.changed.notify_all();
    }

    /// Empty memory for the next part, as soon as fewer than `most` are under way.
    pub fn buffer(&self, common: &Common, most: usize) -> Result<Vec<u8>> {
        let mut state = self.wait_until(common, |state| state.under_way < most)?;
        let mut buffer = state.spare.pop().unwrap_or_default();
        if state.under_way + state.spare.len() >= most {
            // Parts grew, so that fewer of them may be held.
            state.spare.clear();
        }
        buffer.clear();
        Ok(buffer)
    }

    /// All parts that were given, once they are sent.
    pub fn finish(self, common: &Common) -> Result<Vec<UploadedPart>> {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
        let mut state = self.wait_until(common, |state| state.under_way == 0)?;
        Ok(std::mem::take(&mut state.done))
    }

    /// Bytes that were sent.
    pub fn sent(&self) -> u64 {
        self.shared.lock().sent
    }

    fn wait_until(
        &self,
        common: &Common,
        holds: impl Fn(&State) -> bool,
    ) -> Result<MutexGuard<'_, State>> {
        let mut state = self.shared.lock();
        loop {
            if let Some(error) = &state.failed {
                return Err(error.clone());
            }
            if holds(&state) {
                return Ok(state);
            }
            common.check()?;
            let waited = self.shared.changed.wait_timeout(state, LOOK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Writers {
    /// What is on its way is broken off, unless there is nothing.
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.is_closed = true;
        state.waiting.clear();
        drop(state);
        self.shared.stop.cancel();
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
