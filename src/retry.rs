//! When a request is sent again, and after how long.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

use crate::error::{Error, Result};

/// Longest wait that a `Retry-After` header can ask for; beyond it the error is the caller's to handle.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// How often, and how long in between.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Retry {
    /// How many times a request is sent at most; 0 as often as its total timeout allows.
    pub attempts: u32,
    /// Upper bound of the first wait; doubles with every further one.
    pub base: Duration,
    /// Upper bound of all waits.
    pub cap: Duration,
}

impl Default for Retry {
    fn default() -> Retry {
        Retry {
            attempts: 3,
            base: Duration::from_millis(200),
            cap: Duration::from_secs(20),
        }
    }
}

impl Retry {
    /// How many times a request is sent at most.
    pub fn most(&self) -> u32 {
        match self.attempts {
            0 => u32::MAX,
            attempts => attempts,
        }
    }

    /// An error if a request could be repeated for ever.
    pub fn check(&self, total_timeout: Option<Duration>) -> Result<()> {
        if self.attempts > 0 || total_timeout.is_some() {
            return Ok(());
        }
        Err(Error::unusable(
            "attempts",
            "0 retries until `total_timeout` is over, which is not set; set it, or give 1 to 100 attempts",
        ))
    }

    /// The wait before the next attempt, when `made` were made: random up to a bound that doubles ("full jitter"), but not
    /// shorter than the server asked for. `None` when the server asks for too long.
    pub fn wait(&self, made: u32, retry_after: Option<Duration>) -> Option<Duration> {
        let bound = self
            .base
            .saturating_mul(
                1_u32
                    .checked_shl(made.saturating_sub(1))
                    .unwrap_or(u32::MAX),
            )
            .min(self.cap);
        let jitter = bound.mul_f64(random_fraction());
        match retry_after {
            Some(asked) if asked > MAX_RETRY_AFTER => None,
            Some(asked) => Some(jitter.max(asked)),
            None => Some(jitter),
        }
    }
}

/// Evenly distributed in 0..1. The standard library's hasher is seeded by the system's random source.
pub(crate) fn random_fraction() -> f64 {
    (random() >> 11) as f64 / (1_u64 << 53) as f64
}

/// A random number; not for secrets.
pub(crate) fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_bounded() {
        let retry = Retry::default();
        for made in 1..200 {
            let bound =
                Duration::from_millis(200 << (made - 1).min(7)).min(Duration::from_secs(20));
            let wait = retry.wait(made, None).unwrap();
            assert!(wait <= bound, "{made}: {wait:?}");
        }
        let waits: Vec<_> = (0..50).map(|_| retry.wait(5, None).unwrap()).collect();
        assert!(waits.iter().any(|wait| *wait != waits[0]), "no jitter");
    }

    #[test]
    fn honours_retry_after_within_reason() {
        let retry = Retry::default();
        let asked = Duration::from_secs(7);
        assert!(retry.wait(1, Some(asked)).unwrap() >= asked);
        assert_eq!(retry.wait(1, Some(Duration::from_secs(61))), None);
    }
}
