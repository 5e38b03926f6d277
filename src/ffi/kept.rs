//! What getters return: made when it is first asked for, then kept where it is.
//!
//! Any number of threads may read a finished call. They add to a list that only grows, without a lock: readers never wait
//! for readers, and a child of `fork` never for its parent's.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

/// A list that grows while it is read.
pub(super) struct KeptList<T> {
    /// The newest item.
    head: AtomicPtr<Node<T>>,
}

struct Node<T> {
    item: T,
    next: Option<NonNull<Node<T>>>,
}

// SAFETY: the items are owned, and reached through `&` only; what they need for that, the bounds ask.
unsafe impl<T: Send + Sync> Send for KeptList<T> {}
// SAFETY: the same.
unsafe impl<T: Send + Sync> Sync for KeptList<T> {}

impl<T> Default for KeptList<T> {
    fn default() -> KeptList<T> {
        KeptList {
            head: AtomicPtr::new(ptr::null_mut()),
        }
    }
}

impl<T> KeptList<T> {
    /// The item that `is_it`, else what `make` makes, kept. Two threads that come at once may each add one.
    pub fn find_or_add(&self, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &T {
        let mut next = NonNull::new(self.head.load(Ordering::Acquire));
        while let Some(node) = next {
            // SAFETY: nodes live as long as the list, and are not changed once they are in it.
            let node = unsafe { node.as_ref() };
            if is_it(&node.item) {
                return &node.item;
            }
            next = node.next;
        }
        self.add(make())
    }

    fn add(&self, item: T) -> &T {
        let node = Box::into_raw(Box::new(Node { item, next: None }));
        let mut head = self.head.load(Ordering::Relaxed);
        loop {
            // SAFETY: this thread alone has the node until it is in the list.
            unsafe { (*node).next = NonNull::new(head) };
            match self
                .head
                .compare_exchange_weak(head, node, Ordering::AcqRel, Ordering::Relaxed)
            {
                // SAFETY: it lives as long as the list, and is not changed any more.
                Ok(_) => return unsafe { &(*node).item },
                Err(newer) => head = newer,
            }
        }
    }
}

impl<T> Drop for KeptList<T> {
    fn drop(&mut self) {
        let mut next = NonNull::new(*self.head.get_mut());
        while let Some(node) = next {
            // SAFETY: made by `Box`, and nobody reads the list any more.
            let node = unsafe { Box::from_raw(node.as_ptr()) };
            next = node.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_lent_stays_where_it_is() {
        let lent = KeptList::default();
        let first: *const String = lent.find_or_add(|s| s == "a", || "a".to_owned());
        for i in 0..100 {
            let text = i.to_string();
            assert_eq!(lent.find_or_add(|s| *s == text, || text.clone()), &text);
        }
        let again: *const String = lent.find_or_add(|s| s == "a", || "b".to_owned());
        assert_eq!(first, again);
    }

    #[test]
    fn threads_add_at_once_and_find_what_they_added() {
        let lent: KeptList<(usize, usize)> = KeptList::default();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let lent = &lent;
                scope.spawn(move || {
                    for i in 0..500 {
                        let item = (thread, i);
                        assert_eq!(*lent.find_or_add(|it| *it == item, || item), item);
                    }
                });
            }
        });
        for item in (0..4).flat_map(|thread| (0..500).map(move |i| (thread, i))) {
            lent.find_or_add(|it| *it == item, || panic!("{item:?} is lost"));
        }
    }
}
