//! Whether a failed attempt is followed by another one, as a value: no clock, no network, no request.
//!
//! It depends on the operation, on the body and on how far the attempt got. What was not sent may always be sent. What may
//! have been done is repeated only if doing it twice is the same as doing it once.

use std::time::Duration;

use crate::error::{Error, Kind};
use crate::retry::Retry;

/// An attempt that failed.
pub(super) struct Failed {
    pub error: Error,
    /// How far it got.
    pub reached: Reached,
    /// It was sent on a connection that had been idle and was closed in all likelihood.
    pub stale: bool,
    /// What the server asks to wait, or how long the provider of the keys is left alone.
    pub retry_after: Option<Duration>,
    /// What the attempt taught, so that the next one is another request.
    pub taught: Option<Lesson>,
}

impl Failed {
    /// There are no keys to sign with, because their provider could not be reached.
    pub fn without_keys(error: Error) -> Failed {
        Failed {
            retry_after: error.pause(),
            error,
            reached: Reached::Nobody,
            stale: false,
            taught: None,
        }
    }
}

/// How far an attempt got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reached {
    /// Not a byte was sent.
    Nobody,
    /// The request may have been received, but no answer came: whether it was done is not known.
    Unknown,
    /// The service's own answer came.
    Service,
}

/// What an attempt taught. It is kept whether or not this call is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lesson {
    /// The service's time: the signature was for another one.
    Clock,
    /// The keys were refused, and there may be others now.
    Keys,
}

/// What of a call counts when an attempt failed.
#[derive(Clone, Copy)]
pub(super) struct Repeatable {
    /// Doing it twice is the same as doing it once.
    pub idempotent: bool,
    /// The body can be sent from its first byte again.
    pub replayable: bool,
}

impl Repeatable {
    /// Nothing of it has been sent.
    pub const UNSENT: Repeatable = Repeatable {
        idempotent: true,
        replayable: true,
    };
}

/// The attempts of one call.
pub(super) struct Attempts {
    retry: Retry,
    made: u32,
    /// Attempts that do not count, because they cured something.
    free: u32,
    clock_corrected: bool,
    keys_replaced: bool,
    stale_replaced: bool,
    answer_lost: bool,
    /// What is asked for changes something.
    changes: bool,
}

/// What follows a failed attempt.
pub(super) enum Next {
    /// Another one, after that time; the error stands if the body cannot begin again.
    Again(Duration, Error),
    /// Nothing: the call failed.
    GiveUp(Error),
}

impl Attempts {
    pub fn new(retry: Retry) -> Attempts {
        Attempts {
            retry,
            made: 0,
            free: 0,
            clock_corrected: false,
            keys_replaced: false,
            stale_replaced: false,
            answer_lost: false,
            changes: false,
        }
    }

    /// Says whether what is asked for changes something, so that an attempt whose answer was lost may be why the next one is
    /// refused.
    pub fn of_change(mut self, changes: bool) -> Attempts {
        self.changes = changes;
        self
    }

    /// Counts an attempt that is about to be made.
    pub fn begin(&mut self) {
        self.made = self.made.saturating_add(1);
    }

    /// How many were made.
    pub fn made(&self) -> u32 {
        self.made
    }

    /// What follows an attempt that failed; `fits` tells whether the call may go on for so long.
    pub fn next(
        &mut self,
        failed: Failed,
        call: Repeatable,
        fits: impl Fn(Duration) -> bool,
    ) -> Next {
        let wait = call.replayable.then(|| self.wait(&failed, call)).flatten();
        match wait.filter(|wait| wait.is_zero() || fits(*wait)) {
            Some(wait) => {
                self.answer_lost |= failed.reached == Reached::Unknown;
                Next::Again(wait, failed.error)
            }
            None => Next::GiveUp(self.give_up(failed.error, failed.reached)),
        }
    }

    /// The error that the call ends with.
    pub fn give_up(&self, error: Error, reached: Reached) -> Error {
        let may_be_done = self.answer_lost && reached == Reached::Service && self.changes;
        let error = match error.kind() {
            Kind::Exists if may_be_done => {
                error.with_note("an earlier attempt may have stored it: its answer was lost")
            }
            Kind::NotFound | Kind::Conflict | Kind::PreconditionFailed if may_be_done => {
                error.with_note("an earlier attempt may have done it: its answer was lost")
            }
            _ => error,
        };
        error
            .with_attempts(self.made)
            .with_lost_answer(self.answer_lost || reached == Reached::Unknown)
    }

    /// How long to wait before the next attempt; `None` if there is none.
    fn wait(&mut self, failed: &Failed, call: Repeatable) -> Option<Duration> {
        // Refused before anything happened: safe to repeat, whatever the operation.
        let cured = match failed.taught {
            Some(Lesson::Clock) => Some(&mut self.clock_corrected),
            Some(Lesson::Keys) => Some(&mut self.keys_replaced),
            None => None,
        };
        if let Some(cured) = cured.filter(|cured| !**cured) {
            *cured = true;
            self.free += 1;
            return Some(Duration::ZERO);
        }
        if !call.idempotent && failed.reached != Reached::Nobody {
            return None;
        }
        if failed.stale && !self.stale_replaced {
            self.stale_replaced = true;
            self.free += 1;
            return Some(Duration::ZERO);
        }
        let most = self.retry.most().saturating_add(self.free);
        if !failed.error.is_retryable() || self.made >= most {
            return None;
        }
        self.retry
            .wait(self.made - self.free.min(self.made), failed.retry_after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONCE: Repeatable = Repeatable {
        idempotent: false,
        replayable: true,
    };
    const ANY_TIME: Repeatable = Repeatable {
        idempotent: true,
        replayable: true,
    };
    const SPENT: Repeatable = Repeatable {
        idempotent: true,
        replayable: false,
    };

    fn failed(kind: Kind, reached: Reached) -> Failed {
        Failed {
            error: Error::new(kind, "failed"),
            reached,
            stale: false,
            retry_after: None,
            taught: None,
        }
    }

    fn taught(lesson: Lesson) -> Failed {
        Failed {
            taught: Some(lesson),
            ..failed(Kind::Denied, Reached::Service)
        }
    }

    fn stale() -> Failed {
        Failed {
            stale: true,
            ..failed(Kind::Network, Reached::Unknown)
        }
    }

    /// How many attempts are made when each fails like this.
    fn made(attempts: u32, call: Repeatable, fail: impl Fn() -> Failed) -> u32 {
        let mut policy = Attempts::new(Retry {
            attempts,
            ..Retry::default()
        });
        loop {
            policy.begin();
            if policy.made() == 1000 {
                return 1000;
            }
            match policy.next(fail(), call, |_| true) {
                Next::Again(..) => {}
                Next::GiveUp(error) => {
                    assert_eq!(error.attempts(), policy.made());
                    return policy.made();
                }
            }
        }
    }

    #[test]
    fn how_far_an_attempt_got_decides() {
        let unsent = || failed(Kind::Network, Reached::Nobody);
        let lost = || failed(Kind::Network, Reached::Unknown);
        let refused = || failed(Kind::Denied, Reached::Service);
        assert_eq!(made(5, ONCE, unsent), 5);
        assert_eq!(made(5, ONCE, lost), 1);
        assert_eq!(made(5, ANY_TIME, lost), 5);
        assert_eq!(made(5, SPENT, lost), 1);
        assert_eq!(made(5, ANY_TIME, refused), 1);
        assert_eq!(made(1, ANY_TIME, lost), 1);
        assert_eq!(made(0, ANY_TIME, lost), 1000, "until the time is over");
    }

    #[test]
    fn what_was_cured_does_not_count() {
        assert_eq!(made(1, ONCE, || taught(Lesson::Clock)), 2);
        assert_eq!(made(1, ONCE, || taught(Lesson::Keys)), 2);
        assert_eq!(made(3, SPENT, || taught(Lesson::Clock)), 1);
        assert_eq!(made(1, ANY_TIME, stale), 2);
        assert_eq!(made(3, ANY_TIME, stale), 4);
        assert_eq!(made(3, ONCE, stale), 1);
    }

    #[test]
    fn a_lost_answer_is_a_fact_of_its_own() {
        let lost_after = |first: Failed| {
            let mut policy = Attempts::new(Retry::default());
            policy.begin();
            assert!(matches!(
                policy.next(first, ANY_TIME, |_| true),
                Next::Again(..)
            ));
            policy.begin();
            let second = failed(Kind::NotFound, Reached::Service);
            match policy.next(second, ANY_TIME, |_| true) {
                Next::GiveUp(error) => error.answer_was_lost(),
                Next::Again(..) => panic!("not found is final"),
            }
        };
        let throttled = Failed {
            error: Error::new(Kind::Throttled, "503").with_retryable(true),
            ..failed(Kind::Throttled, Reached::Service)
        };
        assert!(!lost_after(throttled));
        assert!(!lost_after(taught(Lesson::Clock)));
        assert!(!lost_after(failed(Kind::Network, Reached::Nobody)));
        assert!(lost_after(failed(Kind::Network, Reached::Unknown)));
    }

    #[test]
    fn no_wait_is_longer_than_the_call_may_take() {
        let mut policy = Attempts::new(Retry::default());
        policy.begin();
        let long = Failed {
            retry_after: Some(Duration::from_secs(30)),
            ..failed(Kind::Network, Reached::Unknown)
        };
        let next = policy.next(long, ANY_TIME, |wait| wait < Duration::from_secs(30));
        assert!(matches!(next, Next::GiveUp(_)));
    }
}
