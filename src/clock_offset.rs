//! How much the local clock is off, as the service told.

use std::sync::atomic::{AtomicI32, Ordering};

/// Learned by whoever was refused for the clock, and shared by all who sign. Not every machine has 64-bit atomics, so it is
/// kept in units of two seconds, which are enough for 136 years.
#[derive(Debug, Default)]
pub(crate) struct ClockOffset(AtomicI32);

impl ClockOffset {
    /// Seconds to add to the local clock.
    pub fn get(&self) -> i64 {
        i64::from(self.0.load(Ordering::Relaxed)) * 2
    }

    /// The service's clock says `service` when ours says `local`.
    pub fn learn(&self, service: i64, local: i64) {
        let offset = service.saturating_sub(local) / 2;
        let offset = i32::try_from(offset).unwrap_or(if offset < 0 { i32::MIN } else { i32::MAX });
        self.0.store(offset, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::ClockOffset;

    #[test]
    fn offsets_of_many_years_are_kept() {
        let offset = ClockOffset::default();
        assert_eq!(offset.get(), 0);
        for (service, local) in [(1_790_000_000, 0), (0, 4_000_000_000), (7200, 0), (0, 7200)] {
            offset.learn(service, local);
            assert_eq!(offset.get(), service - local);
        }
        offset.learn(i64::MAX, i64::MIN);
        assert!(offset.get() > 4_000_000_000);
    }
}
