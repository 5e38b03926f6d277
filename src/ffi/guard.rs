//! What may not cross the border: panics, exceptions, and the end of a thread in the middle of a function.
//!
//! Inside, a panic becomes [`Kind::Bug`] and is not printed, and `pthread_cancel` waits: unwinding a thread out of Rust
//! would end the process. A callback that is left other than by returning does end it, since nothing could go on; that
//! is logged, and not printed either.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

use crate::behalf::set_owner;
use crate::error::{Error, Kind, Result};
use crate::inside::{is_inside, set_inside};

/// Runs `body`; whatever happens comes back as a result, never as a panic.
pub(super) fn guard<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(bug(panic)))
}

/// Runs `function`, which is the caller's. If it is left other than by returning, by an exception or the end of the thread,
/// the process ends: the frames between it and the caller cannot be unwound by anybody else's rules.
pub(super) fn callback<R>(function: impl FnOnce() -> R) -> R {
    let outside = Outside(set_inside(false));
    let returned = function();
    let was_inside = outside.0;
    std::mem::forget(outside);
    set_inside(was_inside);
    returned
}

/// This thread, while it works for a call; holds for whom it did before.
pub(super) struct WorksFor(usize);

impl WorksFor {
    /// `owner` is the address of a call, or 0.
    pub fn now(owner: usize) -> WorksFor {
        WorksFor(set_owner(owner))
    }
}

impl Drop for WorksFor {
    fn drop(&mut self) {
        set_owner(self.0);
    }
}

/// The error that a panic stands for.
#[cold]
fn bug(panic: Box<dyn Any + Send>) -> Error {
    let said = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default();
    // Dropping the payload could panic again.
    std::mem::forget(panic);
    Error::new(
        Kind::Bug,
        format!("a defect of alioss, please report it: {said}"),
    )
}

/// This thread, while it is inside.
struct Inside {
    was_inside: bool,
    _cancellation: cancellation::HeldOff,
}

impl Inside {
    fn enter() -> Inside {
        silence_panics();
        Inside {
            _cancellation: cancellation::HeldOff::now(),
            was_inside: set_inside(true),
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        set_inside(self.was_inside);
    }
}

/// This thread, while a callback runs; holds what it was before.
struct Outside(bool);

impl Drop for Outside {
    /// Only unwinding leads here.
    fn drop(&mut self) {
        set_inside(self.0);
        // A panic of this very library's runtime goes on to [`guard`].
        if !std::thread::panicking() {
            log::error!("a callback ended with an exception or with its thread; it has to return");
            std::process::abort();
        }
    }
}

/// Keeps panics inside from being printed; those of other code go where they went before. In the libraries for C the
/// hook is our own copy: nobody else's panics come here.
fn silence_panics() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.load(Ordering::Relaxed) || std::thread::panicking() {
        return;
    }
    // No `Once`: a child of `fork` would wait for its parent's thread.
    if !DONE.swap(true, Ordering::Relaxed) {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if !is_inside() {
                before(panic);
            }
        }));
    }
}

/// `pthread_cancel`, held off.
#[cfg(all(unix, not(target_os = "android")))]
mod cancellation {
    use std::ffi::c_int;

    /// `PTHREAD_CANCEL_DISABLE`.
    const DISABLE: c_int = if cfg!(target_vendor = "apple") { 0 } else { 1 };

    unsafe extern "C" {
        fn pthread_setcancelstate(state: c_int, old: *mut c_int) -> c_int;
    }

    /// Holds what the thread had set before.
    pub(super) struct HeldOff(c_int);

    impl HeldOff {
        pub(super) fn now() -> HeldOff {
            HeldOff(set(DISABLE))
        }
    }

    impl Drop for HeldOff {
        fn drop(&mut self) {
            set(self.0);
        }
    }

    fn set(state: c_int) -> c_int {
        let mut before = state;
        // SAFETY: changes only this thread's setting, and writes only to `before`.
        unsafe { pthread_setcancelstate(state, &raw mut before) };
        before
    }
}

#[cfg(not(all(unix, not(target_os = "android"))))]
mod cancellation {
    /// There is no such thing here.
    pub(super) struct HeldOff;

    impl HeldOff {
        pub(super) fn now() -> HeldOff {
            HeldOff
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transfer::thread;

    /// In a process of its own, whose output is looked at.
    #[test]
    fn panics_of_workers_are_errors_and_not_printed() {
        const NAME: &str = "ffi::guard::tests::panics_of_workers_are_errors_and_not_printed";
        let workers = || {
            let error = guard(|| {
                let work = || thread::catch(|| -> Result<()> { panic!("not to be seen") });
                let worker = thread::builder().spawn(thread::worker(move || {
                    assert_eq!(work().unwrap_err().kind(), Kind::Bug);
                }));
                worker.unwrap().join().unwrap();
                work()
            });
            assert_eq!(error.unwrap_err().kind(), Kind::Bug);
        };
        if std::env::var_os("ALIOSS_TEST_PANICS").is_some() {
            return workers();
        }
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env("ALIOSS_TEST_PANICS", "1")
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}"
        );
        assert!(!said.contains("not to be seen"), "{said}");
    }
}
