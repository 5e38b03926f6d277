//! The threads of transfers: what they are called, and what becomes of a panic in one.
//!
//! A panic ends the transfer with [`Kind::Bug`]. For programs in C it is not printed; in Rust the panic hook of the program
//! decides, which this library leaves alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::Builder;

use crate::behalf::{owner, set_owner};
use crate::credentials::Giving;
use crate::error::{Error, Kind, Result};
use crate::inside::{is_inside, set_inside};
use crate::process;

pub(crate) fn builder() -> Builder {
    Builder::new().name("alioss-transfer".to_owned())
}

/// `work` for a thread that is as much inside the library as this one is, works for the same call, and gives the same keys.
pub(crate) fn worker(work: impl FnOnce()) -> impl FnOnce() {
    let (inside, owner, giving) = (is_inside(), owner(), Giving::now());
    move || {
        set_inside(inside);
        set_owner(owner);
        giving.set();
        work();
    }
}

/// The process that something belongs to. A child of `fork` has none of its threads, and must not wait for its locks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    pub fn this() -> Process {
        Process(process::id())
    }

    pub fn is_this(self) -> bool {
        self == Process::this()
    }

    /// An error in any other process.
    pub fn check(self) -> Result<()> {
        process::check(self.0)
    }
}

/// Runs `work`; a panic is an error.
pub(crate) fn catch<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        // Dropping the payload could panic again.
        std::mem::forget(panic);
        Err(Error::new(
            Kind::Bug,
            "a defect of alioss, please report it: a worker of a transfer panicked",
        ))
    })
}
