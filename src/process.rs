//! State that survives `fork`: a child never waits for a lock that a thread of its parent held.
//!
//! `fork` copies the memory of a process, but only the thread that called it. A mutex that another thread held at that
//! moment stays locked in the child for ever. [`ForkLock`] notices that nobody is left to open it and goes on with a new
//! state. [`PerProcess`] holds a value that is made anew in every process.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::Duration;

use crate::error::Error;

/// States per lock: one for the process that made it, and one for each generation of children that found it locked.
const SLOTS: usize = 4;

/// How often, and how long apart, a child tries a lock before it takes it for one of its parent's: its own threads open
/// theirs much sooner.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(1);

/// Which process this is: no number of the system's, but one that differs from those of all its ancestors. Never 0.
pub(crate) fn id() -> u32 {
    crate::ffi::os::process_generation()
}

/// An error in any other process than the one with that number: a child of `fork` has a copy of what its parent uses, and
/// none of its threads.
pub(crate) fn check(opened_by: u32) -> Result<(), Error> {
    if opened_by == id() {
        return Ok(());
    }
    Err(Error::invalid(
        "this was opened before `fork`: it belongs to the other process, and can be used there",
    ))
}

/// A mutex that a forked child never waits for. The child sees what its parent left if nobody held the lock, else a new
/// `T`: so `T` is something that can be learnt again.
#[derive(Debug)]
pub(crate) struct ForkLock<T> {
    slots: [Slot<T>; SLOTS],
}

#[derive(Debug)]
struct Slot<T> {
    /// The process whose threads use this slot; 0 before the first use.
    owner: AtomicU32,
    /// A process that found it locked by nobody of its own; 0 if there is none.
    left_by: AtomicU32,
    state: Mutex<Option<T>>,
}

impl<T> Slot<T> {
    const fn new() -> Slot<T> {
        Slot {
            owner: AtomicU32::new(0),
            left_by: AtomicU32::new(0),
            state: Mutex::new(None),
        }
    }
}

impl<T: Default> ForkLock<T> {
    pub const fn new() -> ForkLock<T> {
        ForkLock {
            slots: [const { Slot::new() }; SLOTS],
        }
    }

    /// Runs `use_it` on the state, alone. Keep it short, and never fork or call the user in it.
    pub fn with<R>(&self, use_it: impl FnOnce(&mut T) -> R) -> R {
        for slot in &self.slots {
            let left_by = slot.left_by.load(Ordering::Relaxed);
            if left_by != 0 && left_by == id() {
                continue;
            }
            if slot.owner.load(Ordering::Relaxed) == 0 {
                // Before it is locked: a lock that is held has an owner.
                let _ = slot
                    .owner
                    .compare_exchange(0, id(), Ordering::Relaxed, Ordering::Relaxed);
            }
            if let Some(mut state) = slot.lock() {
                return use_it(state.get_or_insert_default());
            }
        }
        // Forked again and again, each time at the wrong moment: a state of this call's own.
        use_it(&mut T::default())
    }
}

impl<T> Slot<T> {
    /// `None` if no thread of this process holds the lock, and it is locked all the same.
    fn lock(&self) -> Option<std::sync::MutexGuard<'_, Option<T>>> {
        if let Some(guard) = self.try_lock() {
            return Some(guard);
        }
        let process = id();
        if self.owner.load(Ordering::Relaxed) == process {
            return Some(match self.state.lock() {
                Ok(guard) => guard,
                Err(poisoned) => poisoned.into_inner(),
            });
        }
        for _ in 0..TRIES {
            std::thread::sleep(PAUSE);
            if let Some(guard) = self.try_lock() {
                // It works in this process: from now on its threads may wait for each other.
                self.owner.store(process, Ordering::Relaxed);
                return Some(guard);
            }
        }
        self.left_by.store(process, Ordering::Relaxed);
        None
    }

    fn try_lock(&self) -> Option<std::sync::MutexGuard<'_, Option<T>>> {
        match self.state.try_lock() {
            Ok(guard) => Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

impl<T: Default> Default for ForkLock<T> {
    fn default() -> ForkLock<T> {
        ForkLock::new()
    }
}

/// A value that every process makes for itself, at its first use.
#[derive(Debug)]
pub(crate) struct PerProcess<T>(ForkLock<Made<T>>);

/// The value and the process that made it.
#[derive(Debug)]
struct Made<T>(Option<(u32, Arc<T>)>);

impl<T> Default for Made<T> {
    fn default() -> Made<T> {
        Made(None)
    }
}

impl<T> PerProcess<T> {
    pub const fn new() -> PerProcess<T> {
        PerProcess(ForkLock::new())
    }

    /// The value of this process; `make` runs if there is none yet, in two threads at once if both come first. An error is
    /// not kept.
    pub fn get_or_try<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        let process = id();
        let known = |made: &mut Made<T>| match &made.0 {
            Some((maker, value)) if *maker == process => Some(value.clone()),
            _ => None,
        };
        if let Some(value) = self.0.with(known) {
            return Ok(value);
        }
        let value = Arc::new(make()?);
        // What is replaced is dropped after the lock is open.
        let (value, _replaced) = self.0.with(|made| match known(made) {
            Some(earlier) => (earlier, None),
            None => (value.clone(), made.0.replace((process, value))),
        });
        Ok(value)
    }
}

impl<T> Default for PerProcess<T> {
    fn default() -> PerProcess<T> {
        PerProcess::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_of_one_process_share_one_state() {
        let lock: ForkLock<u64> = ForkLock::new();
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1000).for_each(|_| lock.with(|count| *count += 1)));
            }
        });
        assert_eq!(lock.with(|count| *count), 8000);
    }

    #[test]
    fn a_lock_that_another_process_held_is_left_behind() {
        let lock: ForkLock<u64> = ForkLock::new();
        lock.with(|count| *count = 7);
        // As a child finds it: owned by its parent, and locked for good.
        lock.slots[0].owner.store(id() + 1, Ordering::Relaxed);
        let held = lock.slots[0].state.lock().unwrap();
        assert_eq!(lock.with(|count| std::mem::replace(count, 9)), 0);
        drop(held);
        // What it knows now stays its own.
        assert_eq!(lock.with(|count| *count), 9);
    }

    #[test]
    fn a_free_lock_of_another_process_is_taken_over() {
        let lock: ForkLock<u64> = ForkLock::new();
        lock.with(|count| *count = 7);
        lock.slots[0].owner.store(id() + 1, Ordering::Relaxed);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..100).for_each(|_| lock.with(|count| *count += 1)));
            }
        });
        assert_eq!(lock.with(|count| *count), 807);
    }

    #[test]
    fn a_panic_does_not_close_a_lock() {
        let lock: ForkLock<u64> = ForkLock::new();
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            lock.with(|_| panic!("for the test"))
        }));
        assert!(panicked.is_err());
        assert_eq!(lock.with(|count| *count), 0);
    }

    #[test]
    fn a_value_is_made_once_per_process_and_errors_are_not_kept() {
        let value: PerProcess<u32> = PerProcess::new();
        assert_eq!(value.get_or_try(|| Err("no")), Err("no"));
        assert_eq!(*value.get_or_try(|| Ok::<_, ()>(1)).unwrap(), 1);
        assert_eq!(*value.get_or_try(|| Ok::<_, ()>(2)).unwrap(), 1);
        value.0.with(|made| made.0.as_mut().unwrap().0 += 1);
        assert_eq!(*value.get_or_try(|| Ok::<_, ()>(3)).unwrap(), 3);
    }
}
