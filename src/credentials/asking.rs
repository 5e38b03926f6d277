//! What a provider is told when it is asked: how long it may take, and how it reaches others.

use std::time::Instant;

use crate::cancel::Limits;
use crate::clock::Clock;
use crate::error::Result;
use crate::transport::Session;

/// The request that needs credentials: its deadline, its cancel flag, and the connections it uses.
pub struct Asking<'a> {
    pub(crate) limits: &'a Limits,
    #[cfg_attr(
        not(feature = "credentials"),
        expect(dead_code, reason = "nobody asks over the network")
    )]
    pub(crate) session: &'a Session,
    pub(crate) clock: &'a Clock,
}

impl Asking<'_> {
    /// When the request has to be over; `None` if it may take as long as it wants.
    pub fn deadline(&self) -> Option<Instant> {
        self.limits.deadline.map(|deadline| deadline.end)
    }

    /// An error if the request was cancelled or its time is over: a provider that waits looks here at least every 100 ms.
    pub fn check(&self) -> Result<()> {
        self.limits.check()
    }

    /// Seconds since 1970 UTC, by the clock of the configuration.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }
}
