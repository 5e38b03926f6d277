//! What time it is: by the system, or by a function of the caller's on machines whose clock cannot be set.

use std::fmt;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from. Clones share the function.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> i64 + Send + Sync>>);

impl Clock {
    /// Asks `function` for the seconds since 1970, UTC.
    pub fn new(function: impl Fn() -> i64 + Send + Sync + 'static) -> Clock {
        Clock(Some(Arc::new(function)))
    }

    /// Whether it is a function of the caller's.
    pub fn is_callers(&self) -> bool {
        self.0.is_some()
    }

    /// Seconds since 1970, UTC; 0 for all that was before.
    pub fn now(&self) -> i64 {
        match &self.0 {
            Some(function) => function().max(0),
            None => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.as_secs().try_into().unwrap_or(i64::MAX)),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Some(_) => "the caller's",
            None => "the system's",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_callers_clock_is_the_one_that_is_asked() {
        assert_eq!(Clock::new(|| 1_700_000_000).now(), 1_700_000_000);
        assert_eq!(Clock::new(|| -5).now(), 0);
        assert!(Clock::default().now() > 1_700_000_000);
    }
}
