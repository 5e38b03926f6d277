//! Cancelling and timeouts: what a blocked socket asks while it waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use crate::error::{Error, Kind};

/// How long a socket waits before it looks whether someone cancelled.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// Ends a request from another thread. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Cancel {
    /// How often it was raised.
    raised: Arc<AtomicU32>,
    /// How many of these are over.
    lowered: Arc<AtomicU32>,
    /// Whose branch this is: lowering this one lowers that one, too, unless that was done before.
    trunk: Option<Arc<AtomicU32>>,
}

impl Cancel {
    /// A flag that nobody has raised.
    pub fn new() -> Cancel {
        Cancel::default()
    }

    /// Ends the requests that carry this flag within a quarter of a second, wherever they wait. Sticky: see
    /// [`Cancel::clear`].
    pub fn cancel(&self) {
        self.raised.fetch_add(1, Ordering::Release);
    }

    /// Lowers the flag, so that it can be used again.
    pub fn clear(&self) {
        let raised = self.raised.load(Ordering::Acquire);
        let before = self.lowered.swap(raised, Ordering::AcqRel);
        if let Some(trunk) = &self.trunk {
            // One that has used up its cancel meanwhile may have got another.
            let _ = trunk.compare_exchange(before, raised, Ordering::AcqRel, Ordering::Acquire);
        }
    }

    /// Whether the flag is up.
    pub fn is_cancelled(&self) -> bool {
        self.raised.load(Ordering::Acquire) != self.lowered.load(Ordering::Acquire)
    }

    /// A flag that goes up with this one, and stays up if only this one is lowered: for what outlives a request.
    pub(crate) fn branch(&self) -> Cancel {
        let lowered = self.lowered.load(Ordering::Acquire);
        Cancel {
            raised: self.raised.clone(),
            lowered: Arc::new(AtomicU32::new(lowered)),
            trunk: Some(self.lowered.clone()),
        }
    }
}

/// When a call has to be over, and the timeout that this follows from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    pub end: Instant,
    pub timeout: Duration,
    /// The name under which the timeout was given.
    pub option: &'static str,
}

/// The limits of one call.
#[derive(Clone, Debug)]
pub(crate) struct Limits {
    /// `None` if nobody can end it from outside.
    pub cancel: Option<Cancel>,
    /// TCP connect, proxy and TLS handshake together.
    pub connect: Duration,
    /// No byte moved for that long, in either direction.
    pub idle: Duration,
    /// End of the whole call.
    pub deadline: Option<Deadline>,
}

impl Limits {
    /// An error if the call has to stop now.
    pub fn check(&self) -> Result<(), Error> {
        if self.cancel.as_ref().is_some_and(Cancel::is_cancelled) {
            return Err(Error::new(Kind::Cancelled, "the call was cancelled"));
        }
        match self.deadline {
            Some(deadline) if Instant::now() >= deadline.end => Err(Error::new(
                Kind::Timeout,
                format!(
                    "the call took longer than {} ({:?})",
                    deadline.option, deadline.timeout
                ),
            )
            .with_retryable(false)),
            _ => Ok(()),
        }
    }

    /// As [`check`](Self::check), for a wait that began at `since` and has not moved a byte.
    pub fn check_idle(&self, since: Instant, doing: &str) -> Result<(), Error> {
        self.check()?;
        if since.elapsed() >= self.idle {
            return Err(Error::new(
                Kind::Timeout,
                format!(
                    "no byte moved for read_timeout ({:?}) while {doing}",
                    self.idle
                ),
            ));
        }
        Ok(())
    }

    /// The same limits while a connection is set up: the connect timeout, counted from now, is the deadline.
    pub fn connecting(&self) -> Connecting<'_> {
        Connecting {
            limits: self,
            began: Instant::now(),
        }
    }

    /// How long a socket may block before it has to look here again.
    pub fn slice(&self) -> Duration {
        SLICE.min(self.idle).max(Duration::from_millis(1))
    }

    /// Whether the deadline comes before `time` is over.
    pub fn ends_within(&self, time: Duration) -> bool {
        self.deadline
            .is_some_and(|deadline| deadline.end.saturating_duration_since(Instant::now()) <= time)
    }

    /// Waits, unless the call has to stop before.
    pub fn sleep(&self, time: Duration) -> Result<(), Error> {
        let end = Instant::now() + time;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(SLICE));
        }
    }
}

/// Limits while connecting.
pub(crate) struct Connecting<'a> {
    pub limits: &'a Limits,
    began: Instant,
}

impl Connecting<'_> {
    /// An error if connecting has to stop now; `whom` names the peer.
    pub fn check(&self, whom: &str) -> Result<(), Error> {
        self.limits.check()?;
        if self.left().is_zero() {
            return Err(Error::new(
                Kind::Timeout,
                format!(
                    "connecting to {whom} took longer than connect_timeout ({:?})",
                    self.limits.connect
                ),
            ));
        }
        Ok(())
    }

    /// What is left of the connect timeout.
    pub fn left(&self) -> Duration {
        self.limits.connect.saturating_sub(self.began.elapsed())
    }
}

/// The error of a call whose progress callback said stop.
pub(crate) fn stopped() -> Error {
    Error::new(
        Kind::Cancelled,
        "the progress callback stopped the transfer",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_lowered_with_its_trunk_or_alone() {
        let trunk = Cancel::new();
        let up = |branch: &Cancel| [trunk.is_cancelled(), branch.is_cancelled()];
        let branch = trunk.branch();
        trunk.cancel();
        assert_eq!(up(&branch), [true, true]);
        branch.clear();
        assert_eq!(up(&branch), [false, false]);

        trunk.cancel();
        trunk.clear();
        assert_eq!(up(&branch), [false, true], "it is another's");
        trunk.cancel();
        branch.clear();
        assert_eq!(up(&branch), [true, false], "that was for the next request");
        trunk.clear();

        trunk.cancel();
        let late = trunk.branch();
        assert_eq!(up(&late), [true, true], "a cancel before it is for it");
        late.clear();
        assert_eq!(up(&late), [false, false]);
    }
}
