//! How much the local clock is off, as the service told, for as long as nobody sets that clock.

use crate::clock::Moment;
use crate::process::ForkLock;

/// How far the local clock may go astray from the time that passes before it was set, in seconds. What is less changes no
/// signature: the service allows for a quarter of an hour.
const MOST_ASTRAY: u64 = 60;

/// Learned by whoever was refused for the clock, and shared by all who sign.
#[derive(Debug, Default)]
pub(crate) struct ClockOffset(ForkLock<Option<Learned>>);

#[derive(Clone, Copy, Debug)]
struct Learned {
    offset: i64,
    /// What the local clock said when this was learned, and when that was.
    local: i64,
    at: Moment,
}

impl ClockOffset {
    /// The service's time when the local clock says `local`, now. That is `local` if the clock is not the one that was off:
    /// it was set since, or it is another one.
    pub fn correct(&self, local: i64) -> i64 {
        let learned = self.exchange(None);
        let valid = learned.filter(|learned| learned.holds(local));
        local.saturating_add(valid.map_or(0, |learned| learned.offset))
    }

    /// The service's clock says `service` now, when ours says `local`.
    pub fn learn(&self, service: i64, local: i64) {
        self.exchange(Some(Learned {
            offset: service.saturating_sub(local),
            local,
            at: Moment::now(),
        }));
    }

    /// What is known, after `new` has taken its place if there is something new.
    fn exchange(&self, new: Option<Learned>) -> Option<Learned> {
        self.0.with(|learned| {
            *learned = new.or(*learned);
            *learned
        })
    }
}

impl Learned {
    /// Whether the local clock has gone on from then to `local` as time did.
    fn holds(&self, local: i64) -> bool {
        let passed = Moment::now().since(self.at).as_secs();
        let expected = self.local.saturating_add_unsigned(passed);
        local.abs_diff(expected) <= MOST_ASTRAY
    }
}

#[cfg(test)]
mod tests {
    use super::ClockOffset;

    #[test]
    fn offsets_of_many_years_are_kept() {
        let offset = ClockOffset::default();
        assert_eq!(offset.correct(5), 5);
        for (service, local) in [(1_790_000_000, 0), (0, 4_000_000_000), (7201, 0), (0, 7201)] {
            offset.learn(service, local);
            assert_eq!(offset.correct(local), service);
        }
        offset.learn(i64::MAX, i64::MIN);
        assert_eq!(offset.correct(i64::MIN), -1);
    }

    #[test]
    fn an_offset_ends_when_the_clock_is_set() {
        let offset = ClockOffset::default();
        offset.learn(1_790_000_000, 100);
        for (local, known) in [
            (100, true),
            (160, true),
            (40, true),
            (161, false),
            (38, false),
            (1_790_000_000, false),
        ] {
            assert_eq!(offset.correct(local) != local, known, "{local}");
        }
        // That another clock is right says nothing of this one.
        assert_eq!(offset.correct(100), 1_790_000_000);
    }
}
