//! What time it is: by the system, or by a function of the caller's on machines whose clock cannot be set. And how much time
//! has passed, whoever sets the clock meanwhile.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

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
            None => {
                let since_1970 = crate::ffi::os_clock::system_time().unwrap_or_default();
                since_1970.as_secs().try_into().unwrap_or(i64::MAX)
            }
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

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
type Passing = Duration;
#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
type Passing = std::time::Instant;

/// A moment on a clock that never jumps, and that goes on while the machine sleeps where the system has such a one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Passing);

impl Moment {
    #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
    pub fn now() -> Moment {
        Moment(crate::ffi::os_clock::time_with_sleep())
    }

    #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
    pub fn now() -> Moment {
        Moment(Passing::now())
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Moment) -> Duration {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        return self.0.saturating_sub(earlier.0);
        #[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
        return self.0.saturating_duration_since(earlier.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_follow_one_another() {
        let earlier = Moment::now();
        std::thread::sleep(Duration::from_millis(20));
        let later = Moment::now();
        assert!(later.since(earlier) >= Duration::from_millis(20));
        assert_eq!(earlier.since(later), Duration::ZERO);
    }

    #[test]
    fn the_callers_clock_is_the_one_that_is_asked() {
        assert_eq!(Clock::new(|| 1_700_000_000).now(), 1_700_000_000);
        assert_eq!(Clock::new(|| -5).now(), 0);
        assert!(Clock::default().now() > 1_700_000_000);
    }
}
