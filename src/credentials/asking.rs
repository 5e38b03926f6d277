//! What a provider is told when it is asked: how long it may take, and how it reaches others.

use std::time::Instant;

use super::helpers::Helpers;
use crate::cancel::Limits;
use crate::clock::Clock;
use crate::error::Result;
use crate::transport::Session;

/// The request that needs credentials: its deadline, its cancel flag, and the connections it uses.
pub struct Asking<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) session: &'a Session,
    pub(crate) clock: &'a Clock,
    /// Who renews keys that are still good; `None` if it is a helper that asks.
    pub(crate) helpers: Option<&'a Helpers>,
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

    /// Whether an error says more about who asks than about the provider: there was no more time. A helper has all the time
    /// that a provider may take.
    pub(super) fn is_over(&self) -> bool {
        match (self.helpers, &self.limits.cancel) {
            (Some(_), _) => self.check().is_err(),
            (None, Some(cancel)) => cancel.is_cancelled(),
            (None, None) => false,
        }
    }

    /// Seconds since 1970 UTC, by the clock of the configuration.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// The same by the clock of the service, as far as this session has learned it.
    pub(super) fn service_time(&self) -> i64 {
        self.session.clock_offset().correct(self.now())
    }
}
