//! Sorting, by code that the library has once. Each use of `slice::sort` would be some 5 KB of its own: it is made for speed
//! with millions of items of any type, and what is sorted here are headers, parameters and pages of listings.

use std::cmp::Ordering;

/// Up to so many items are sorted where they lie.
const FEW: usize = 24;

/// Sorts stably.
pub(crate) fn sort_by<T>(items: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    if items.len() <= FEW {
        return insert_each(items, &mut compare);
    }
    let mut order: Vec<usize> = (0..items.len()).collect();
    sort_order(&mut order, &mut |a, b| compare(&items[a], &items[b]));
    arrange(items, &mut order);
}

/// Sorts things that have an order of their own.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

fn insert_each<T>(items: &mut [T], compare: &mut impl FnMut(&T, &T) -> Ordering) {
    for end in 1..items.len() {
        let mut at = end;
        while at > 0 && compare(&items[at - 1], &items[at]) == Ordering::Greater {
            items.swap(at - 1, at);
            at -= 1;
        }
    }
}

/// Sorts indices by what they stand for; equal ones stay in order.
fn sort_order(order: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    order.sort_unstable_by(|&a, &b| compare(a, b).then(a.cmp(&b)));
}

/// Moves to each place the item whose index `order` has there.
fn arrange<T>(items: &mut [T], order: &mut [usize]) {
    for start in 0..items.len() {
        let mut at = start;
        loop {
            let from = std::mem::replace(&mut order[at], at);
            if from == start || from == at {
                break;
            }
            items.swap(at, from);
            at = from;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sorts_as_the_standard_library_does() {
        let mut seed = 1_u32;
        for length in (0..60).chain([1000]) {
            for values in [2, 10, 1_000_000] {
                let mut items: Vec<(u32, usize)> = (0..length)
                    .map(|index| {
                        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        ((seed >> 8) % values, index)
                    })
                    .collect();
                let mut expected = items.clone();
                expected.sort_by_key(|item| item.0);
                sort_by(&mut items, |one, other| one.0.cmp(&other.0));
                assert_eq!(items, expected);
                sort(&mut items);
                expected.sort();
                assert_eq!(items, expected);
            }
        }
    }
}
