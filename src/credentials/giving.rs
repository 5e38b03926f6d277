//! Which caches wait for keys from this thread: their provider runs on it, or on a thread that it started a transfer from.
//!
//! A provider that sends a request may need the very keys that it is to give. Nobody else can give them, so that it would
//! wait for itself for ever.

use std::cell::Cell;

/// Most caches, each of which waits for what a request of the next one's provider brings.
const DEPTH: usize = 16;

/// What a thread gives: the address of each cache, and what tells one time from the next; 0 for none.
#[derive(Clone, Copy)]
pub(crate) struct Giving([(usize, u64); DEPTH]);

thread_local! {
    static GIVING: Cell<Giving> = const { Cell::new(Giving([(0, 0); DEPTH])) };
}

impl Giving {
    /// What this thread gives. Nothing, while it ends.
    pub fn now() -> Giving {
        let nothing = Giving([(0, 0); DEPTH]);
        GIVING.try_with(Cell::get).unwrap_or(nothing)
    }

    /// Has this thread give that, and nothing else.
    pub fn set(self) {
        let _ = GIVING.try_with(|giving| giving.set(self));
    }

    /// Whether that is among it.
    pub fn has(&self, cache: usize, time: u64) -> bool {
        self.0.contains(&(cache, time))
    }

    /// One more; `None` if there are too many, which only providers that ask each other in a circle need.
    fn and(mut self, cache: usize, time: u64) -> Option<Giving> {
        let free = self.0.iter_mut().find(|(cache, _)| *cache == 0)?;
        *free = (cache, time);
        Some(self)
    }

    /// Has this thread give one more until the result is dropped.
    pub fn begin(cache: usize, time: u64) -> Option<Begun> {
        let before = Giving::now();
        before.and(cache, time)?.set();
        Some(Begun(before))
    }
}

/// What a thread gave before.
pub(crate) struct Begun(Giving);

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.set();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_knows_what_it_gives_until_it_has_given_it() {
        assert!(!Giving::now().has(1, 7));
        let outer = Giving::begin(1, 7);
        {
            let _inner = Giving::begin(2, 0);
            assert!(Giving::now().has(1, 7) && Giving::now().has(2, 0));
            assert!(!Giving::now().has(1, 8) && !Giving::now().has(7, 1));
            let inherited = Giving::now();
            std::thread::scope(|scope| {
                scope.spawn(move || {
                    assert!(!Giving::now().has(1, 7));
                    inherited.set();
                    assert!(Giving::now().has(1, 7));
                });
            });
        }
        assert!(!Giving::now().has(2, 0));
        drop(outer);
        assert!(!Giving::now().has(1, 7));
    }

    #[test]
    fn what_goes_deeper_than_any_provider_does_is_refused() {
        let all: Vec<_> = (1..=DEPTH).map(|cache| Giving::begin(cache, 0)).collect();
        assert!(all.iter().all(Option::is_some));
        assert!(Giving::begin(9, 0).is_none());
        // Each gives back what was there before it.
        all.into_iter().rev().for_each(drop);
        assert!(!Giving::now().has(1, 0));
    }
}
