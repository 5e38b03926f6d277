//! Another archive made with Rust, as a program may link one beside alioss: with a standard library of its own, and panics that
//! it catches itself.

use std::panic::{catch_unwind, set_hook};

/// 1 if a panic was caught and everything on its way was dropped.
#[unsafe(no_mangle)]
pub extern "C" fn second_catches_its_panic() -> i32 {
    struct Dropped<'a>(&'a std::cell::Cell<i32>);
    impl Drop for Dropped<'_> {
        fn drop(&mut self) {
            self.0.set(1);
        }
    }
    set_hook(Box::new(|_| ()));
    let dropped = std::cell::Cell::new(0);
    let caught = catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _guard = Dropped(&dropped);
        let empty: Vec<i32> = Vec::new();
        empty[std::hint::black_box(0)]
    }));
    if caught.is_err() { dropped.get() } else { 0 }
}
