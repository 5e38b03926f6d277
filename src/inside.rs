//! Whether this thread runs a function of the library for a C program, and not a callback of the program's. Panics inside
//! become errors and are not printed; those of other code are none of our business.

use std::cell::Cell;

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Whether it is. While a thread ends, when nothing remembers it any more, `true`: nothing is to be printed then either.
pub(crate) fn is_inside() -> bool {
    INSIDE.try_with(Cell::get).unwrap_or(true)
}

/// Sets it; what it was before.
pub(crate) fn set_inside(inside: bool) -> bool {
    INSIDE
        .try_with(|state| state.replace(inside))
        .unwrap_or(false)
}
