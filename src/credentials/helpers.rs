//! Threads that renew keys while requests go on with the old ones.
//!
//! One is started when keys become due. It asks their provider once and ends. It belongs to the bucket or service whose
//! request found the keys due: when the last handle of that is freed, the thread is cancelled and waited for. So nothing of
//! this library runs after its handles are gone, and a plugin that uses it can be unloaded.

use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::cancel::{Cancel, Deadline, Limits};
use crate::process::{self, ForkLock};

/// A provider that takes longer is taken for one that failed.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The threads of one bucket or service.
#[derive(Default)]
pub(crate) struct Helpers {
    cancel: Cancel,
    running: ForkLock<Vec<Helper>>,
}

/// A thread that is waited for when this is dropped.
struct Helper {
    /// Whose thread it is: a child of `fork` has only the handle of it.
    process: u32,
    thread: Option<JoinHandle<()>>,
}

impl Helpers {
    /// Starts a thread that does `work` within the limits that it is given; whether that was possible.
    pub fn start(&self, work: impl FnOnce(&Limits) + Send + 'static) -> bool {
        let limits = Limits {
            cancel: Some(self.cancel.clone()),
            connect: TIMEOUT,
            idle: TIMEOUT,
            deadline: Some(Deadline {
                end: Instant::now() + TIMEOUT,
                timeout: TIMEOUT,
                option: "the time to renew keys",
            }),
        };
        let named = Builder::new().name("alioss-keys".to_owned());
        let Ok(thread) = named.spawn(move || work(&limits)) else {
            return false;
        };
        let helper = Helper {
            process: process::id(),
            thread: Some(thread),
        };
        // Those that have ended are dropped after the lock is open.
        let _ended = self.running.with(|running| {
            let all = std::mem::take(running).into_iter();
            let (ended, mut others): (Vec<_>, Vec<_>) = all.partition(Helper::has_ended);
            others.push(helper);
            *running = others;
            ended
        });
        true
    }
}

impl Drop for Helpers {
    fn drop(&mut self) {
        // Then the fields are dropped, and the threads waited for.
        self.cancel.cancel();
    }
}

impl Helper {
    fn has_ended(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else {
            return;
        };
        if self.process != process::id() {
            // The thread stayed in the parent, and its number may belong to another one here.
            std::mem::forget(thread);
        } else if let Err(panic) = thread.join() {
            // Dropping what it panicked with could panic again.
            std::mem::forget(panic);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn threads_are_cancelled_and_waited_for_when_their_owner_goes() {
        let helpers = Helpers::default();
        let ended = Arc::new(AtomicUsize::new(0));
        for _ in 0..3 {
            let ended = ended.clone();
            assert!(helpers.start(move |limits| {
                while limits.check().is_ok() {
                    std::thread::sleep(Duration::from_millis(5));
                }
                ended.fetch_add(1, Ordering::SeqCst);
            }));
        }
        drop(helpers);
        assert_eq!(ended.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn threads_that_have_ended_are_not_kept() {
        let helpers = Helpers::default();
        for _ in 0..5 {
            assert!(helpers.start(|_| {}));
            while !helpers
                .running
                .with(|all| all.iter().all(Helper::has_ended))
            {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        assert_eq!(helpers.running.with(|all| all.len()), 1);
    }

    #[test]
    fn a_child_of_fork_does_not_wait_for_threads_of_its_parent() {
        let (done, wait) = std::sync::mpsc::channel::<()>();
        let thread = std::thread::spawn(move || assert!(wait.recv().is_err()));
        drop(Helper {
            process: process::id() + 1,
            thread: Some(thread),
        });
        drop(done);
    }
}
