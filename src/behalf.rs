//! For whom a thread works: the call of the C API, as a number, that is 0 for none. The workers of a transfer work for the same
//! one as the thread that started them, so that a callback that knows no call can ask for it.

use std::cell::Cell;

thread_local! {
    static OWNER: Cell<usize> = const { Cell::new(0) };
}

/// For whom this thread works. Nobody, while it ends.
pub(crate) fn owner() -> usize {
    OWNER.try_with(Cell::get).unwrap_or(0)
}

/// Sets it; whom it worked for before.
pub(crate) fn set_owner(owner: usize) -> usize {
    OWNER.try_with(|state| state.replace(owner)).unwrap_or(0)
}
