//! A few workers that do the parts of a transfer, while the calling thread tells how far it is.

use std::cell::Cell;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Common, thread};
use crate::cancel::{Cancel, stopped};
use crate::error::{Error, Result};
use crate::request::{Options, Progress};

/// How often the calling thread looks whether it was cancelled.
pub(super) const LOOK: Duration = Duration::from_millis(20);

/// How far a transfer is; threads share it.
pub(super) struct Board {
    state: Mutex<State>,
    changed: Condvar,
    total: u64,
}

struct State {
    /// The part that is taken next.
    next: usize,
    moved: u64,
    /// Workers that have not ended.
    running: usize,
    /// The first failure: the others only follow from it.
    failed: Option<Error>,
}

impl Board {
    /// `done` of `total` bytes need not be moved any more.
    pub fn new(done: u64, total: u64) -> Board {
        Board {
            state: Mutex::new(State {
                next: 0,
                moved: done,
                running: 0,
                failed: None,
            }),
            changed: Condvar::new(),
            total,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// More bytes were moved; how many that are now.
    fn add(&self, bytes: u64) -> u64 {
        let mut state = self.lock();
        state.moved = state.moved.saturating_add(bytes).min(self.total);
        self.changed.notify_one();
        state.moved
    }

    /// The next part to do, if there is one and nothing failed.
    fn take<'p, P>(&self, parts: &'p [P]) -> Option<&'p P> {
        let mut state = self.lock();
        if state.failed.is_some() {
            return None;
        }
        let part = parts.get(state.next)?;
        state.next += 1;
        Some(part)
    }

    fn fail(&self, error: Error) {
        let mut state = self.lock();
        state.failed.get_or_insert(error);
        self.changed.notify_one();
    }

    fn leave(&self) {
        self.lock().running -= 1;
        self.changed.notify_one();
    }
}

/// What a part is done with.
pub(super) struct Lane<'t> {
    board: &'t Board,
    cancel: &'t Cancel,
    /// On the calling thread: whom to tell.
    progress: Option<&'t Progress<'t>>,
}

impl Lane<'_> {
    /// Runs one request with `options`, ended with the transfer and counted by how far it says it is.
    pub fn request<T>(
        &self,
        options: Options<'_>,
        run: impl FnOnce(&Options<'_>) -> Result<T>,
    ) -> Result<T> {
        let counted = Cell::new(0);
        let progress = |done: u64, _: Option<u64>| {
            let more = done.saturating_sub(counted.get());
            counted.set(done.max(counted.get()));
            self.moved(more).is_ok()
        };
        run(&options.cancel(self.cancel).progress(&progress))
    }

    /// What ends the request of a part.
    pub fn stop(&self) -> &Cancel {
        self.cancel
    }

    /// Options of a request that is counted by hand.
    pub fn options<'o>(&self, options: Options<'o>) -> Options<'o> {
        options.cancel(self.cancel)
    }

    /// Counts bytes.
    pub fn moved(&self, bytes: u64) -> Result<()> {
        let moved = self.board.add(bytes);
        match self.progress {
            Some(progress) if bytes > 0 && !progress(moved, Some(self.board.total)) => {
                Err(stopped())
            }
            _ => Ok(()),
        }
    }
}

/// Ends the workers also if the progress function of the caller panics.
struct StopAtEnd<'t>(&'t Cancel);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Does all of `parts`, that many at the same time, and tells `progress` on this thread. The first failure ends all.
pub(super) fn run<P: Sync>(
    workers: usize,
    parts: &[P],
    common: &Common,
    board: &Board,
    progress: Option<&Progress<'_>>,
    work: &(dyn Fn(&P, &Lane<'_>) -> Result<()> + Sync),
) -> Result<()> {
    if let (Some(progress), []) = (progress, parts) {
        // Everything was there already.
        let moved = board.lock().moved;
        return match progress(moved, Some(board.total)) {
            true => Ok(()),
            false => Err(stopped()),
        };
    }
    // An upload that was begun again has other parts to do.
    board.lock().next = 0;
    if workers.min(parts.len()) > 1 && run_threads(workers, parts, common, board, progress, work) {
        return board.lock().failed.take().map_or(Ok(()), Err);
    }
    let lane = Lane {
        board,
        cancel: &common.cancel,
        progress,
    };
    parts.iter().try_for_each(|part| work(part, &lane))
}

/// The same on threads; whether any could be started.
fn run_threads<P: Sync>(
    workers: usize,
    parts: &[P],
    common: &Common,
    board: &Board,
    progress: Option<&Progress<'_>>,
    work: &(dyn Fn(&P, &Lane<'_>) -> Result<()> + Sync),
) -> bool {
    let stop = Cancel::new();
    let told = board.lock().moved;
    std::thread::scope(|scope| {
        let _stop_at_end = StopAtEnd(&stop);
        let mut threads = Vec::new();
        for _ in 0..workers.min(parts.len()) {
            board.lock().running += 1;
            let worker = thread::worker(|| work_on(parts, board, &stop, work));
            match thread::builder().spawn_scoped(scope, worker) {
                Ok(thread) => threads.push(thread),
                Err(_) => board.leave(),
            }
        }
        if threads.is_empty() {
            return false;
        }
        watch(common, board, &stop, told, progress);
        // The scope waits for what they do; this, until the system has no such threads any more.
        for thread in threads {
            let _ = thread.join();
        }
        true
    })
}

/// Waits for the workers, tells the caller how far they are, which was `told` before, and hands on what the caller wants.
fn watch(
    common: &Common,
    board: &Board,
    stop: &Cancel,
    mut told: u64,
    progress: Option<&Progress<'_>>,
) {
    loop {
        let (moved, running) = {
            let state = board.lock();
            let wait = self::wait(board, state, told);
            (wait.moved, wait.running)
        };
        if !stop.is_cancelled() {
            if let Err(error) = common.check() {
                board.fail(error);
            } else if moved > told
                && let Some(progress) = progress
                && !progress(moved, Some(board.total))
            {
                board.fail(stopped());
            }
            if board.lock().failed.is_some() {
                stop.cancel();
            }
        }
        told = moved;
        if running == 0 {
            return;
        }
    }
}

/// Waits a moment, or until there is something new.
fn wait<'b>(board: &Board, state: MutexGuard<'b, State>, told: u64) -> MutexGuard<'b, State> {
    if state.moved != told || state.running == 0 {
        return state;
    }
    match board.changed.wait_timeout(state, LOOK) {
        Ok((state, _)) => state,
        Err(poisoned) => poisoned.into_inner().0,
    }
}

fn work_on<P>(
    parts: &[P],
    board: &Board,
    stop: &Cancel,
    work: &(dyn Fn(&P, &Lane<'_>) -> Result<()> + Sync),
) {
    let lane = Lane {
        board,
        cancel: stop,
        progress: None,
    };
    while let Some(part) = board.take(parts) {
        if let Err(error) = thread::catch(|| work(part, &lane)) {
            board.fail(error);
            break;
        }
    }
    board.leave();
}
