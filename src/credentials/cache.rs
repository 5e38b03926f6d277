//! Temporary credentials kept and renewed: asked for once however many threads need them, and before they expire.
//!
//! Nobody holds the lock while the provider works. One thread renews; the others go on with the keys there are, and wait,
//! within the limits of their own request, only if there are none. A request that finds the keys due renews them itself:
//! the library has no threads of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::{Asking, Credentials, CredentialsProvider};
use crate::error::{Error, Kind, Result};
use crate::process::{self, ForkLock};
use crate::retry::random_fraction;

/// Keys whose expiry nobody knows are asked for again after this.
const UNKNOWN_LIFE: Duration = Duration::from_secs(15 * 60);

/// Keys are renewed that long before they expire, at most: what is in flight still has to be accepted.
const MOST_AHEAD: Duration = Duration::from_secs(5 * 60);

/// Longest pause after failed attempts to renew keys that are still good, and to get any.
const MOST_PAUSE: Duration = Duration::from_secs(60);
const MOST_PAUSE_WITHOUT_KEYS: Duration = Duration::from_secs(5);

/// Keys that are refused so soon after they were got are not the fault of their age: others would be refused too.
const YOUNG: Duration = Duration::from_secs(1);

/// How often a thread without keys looks whether another one has got some.
const LOOK: Duration = Duration::from_millis(5);

/// A provider whose answers are kept until shortly before they expire.
pub struct Cached<P> {
    provider: P,
    state: ForkLock<State>,
    /// How long keys without an expiry are kept.
    unknown_life: Duration,
    /// Whether a provider that failed is left alone for a while also if there are no keys. A function of the caller's is
    /// not: why it fails may be a matter of the one request.
    pauses: bool,
    /// The provider gives keys that are not to be kept: nobody waits for anybody.
    unkept: AtomicBool,
}

#[derive(Debug, Default)]
struct State {
    kept: Option<Kept>,
    /// The process whose thread is asking the provider now; a child of `fork` has no such thread.
    renewing: Option<u32>,
    /// Failures since the provider last answered.
    failures: u32,
    failed: Option<Error>,
    /// Not asked again before.
    pause: Option<Instant>,
    /// Counts answers and failures, for those who wait for one.
    round: u64,
}

#[derive(Clone, Debug)]
struct Kept {
    credentials: Option<Arc<Credentials>>,
    /// By the clock that never jumps, and by the one that goes on while the machine sleeps.
    got: (Instant, i64),
    life: Duration,
    /// How long before its end it is renewed.
    ahead: Duration,
    refused: bool,
}

impl Kept {
    fn age(&self, now: i64) -> Duration {
        let (instant, clock) = self.got;
        let by_clock = u64::try_from(now.saturating_sub(clock)).unwrap_or(0);
        instant.elapsed().max(Duration::from_secs(by_clock))
    }

    fn is_good(&self, now: i64) -> bool {
        !self.refused && self.age(now) < self.life
    }

    fn is_due(&self, now: i64) -> bool {
        self.refused || self.age(now) + self.ahead >= self.life
    }
}

/// What a thread that needs credentials does next.
enum Next {
    Use(Option<Arc<Credentials>>),
    Renew,
    /// Until the round is another one.
    Wait(u64),
    Fail(Error),
}

impl State {
    fn next(&mut self, now: i64) -> Next {
        let usable = self.kept.as_ref().filter(|kept| kept.is_good(now));
        if let Some(kept) = usable
            && !kept.is_due(now)
        {
            return Next::Use(kept.credentials.clone());
        }
        let process = process::id();
        let renewing = self.renewing == Some(process);
        let paused = self.pause.is_some_and(|until| Instant::now() < until);
        match usable {
            Some(kept) if renewing || paused => Next::Use(kept.credentials.clone()),
            None if renewing => Next::Wait(self.round),
            None if paused => match &self.failed {
                Some(error) => Next::Fail(error.clone()),
                None => self.begin(process),
            },
            _ => self.begin(process),
        }
    }

    fn begin(&mut self, process: u32) -> Next {
        self.renewing = Some(process);
        Next::Renew
    }

    fn answered(&mut self, credentials: Option<Arc<Credentials>>, now: i64, unknown: Duration) {
        let life = match credentials.as_deref().and_then(|keys| keys.life(now)) {
            Some(life) => life,
            None => unknown,
        };
        // Spread, so that many processes do not renew in the same second.
        let ahead = life.mul_f64(0.15 + 0.1 * random_fraction()).min(MOST_AHEAD);
        *self = State {
            kept: Some(Kept {
                credentials,
                got: (Instant::now(), now),
                life,
                ahead,
                refused: false,
            }),
            round: self.round + 1,
            ..State::default()
        };
    }

    fn has_good(&self, now: i64) -> bool {
        self.kept.as_ref().is_some_and(|kept| kept.is_good(now))
    }

    /// The thread that renewed gave up, for a reason of its own.
    fn abandoned(&mut self) {
        self.renewing = None;
        self.round += 1;
    }

    fn failed(&mut self, error: &Error, now: i64) {
        self.abandoned();
        let most = match self.has_good(now) {
            true => MOST_PAUSE,
            false => MOST_PAUSE_WITHOUT_KEYS,
        };
        let doubled = Duration::from_millis(250 << self.failures.min(16)).min(most);
        self.failures = self.failures.saturating_add(1);
        self.pause = Some(Instant::now() + doubled.mul_f64(0.5 + 0.5 * random_fraction()));
        self.failed = Some(error.clone());
    }
}

impl<P: CredentialsProvider> Cached<P> {
    /// Keeps what `provider` gives; keys without an expiry for a quarter of an hour.
    pub fn new(provider: P) -> Cached<P> {
        Cached {
            provider,
            state: ForkLock::new(),
            unknown_life: UNKNOWN_LIFE,
            pauses: true,
            unkept: AtomicBool::new(false),
        }
    }

    /// Keeps only keys that have an expiry; for others the provider is asked each time.
    pub fn as_told(provider: P) -> Cached<P> {
        Cached {
            unknown_life: Duration::ZERO,
            pauses: false,
            ..Cached::new(provider)
        }
    }

    fn renew(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let unfinished = Unfinished(&self.state);
        let got = self.provider.credentials(asking);
        std::mem::forget(unfinished);
        if self.unknown_life.is_zero()
            && matches!(&got, Ok(Some(keys)) if keys.expiration().is_none())
        {
            self.unkept.store(true, Ordering::Relaxed);
        }
        let now = asking.now();
        let got = got.and_then(|credentials| match &credentials {
            Some(keys) if keys.life(now) == Some(Duration::ZERO) => Err(Error::new(
                Kind::Credentials,
                "the provider gave keys that have expired already; is this machine's clock right?",
            )),
            _ => Ok(credentials),
        });
        // What is replaced is dropped, and wiped, after the lock is open.
        let (result, _replaced) = self.state.with(|state| {
            let replaced = match &got {
                Ok(credentials) => {
                    let kept = state.kept.take();
                    state.answered(credentials.clone(), now, self.unknown_life);
                    kept
                }
                // That this request had no more time says nothing of the provider.
                Err(_) if asking.check().is_err() || !(self.pauses || state.has_good(now)) => {
                    state.abandoned();
                    None
                }
                Err(error) => {
                    state.failed(error, now);
                    None
                }
            };
            (self.or_kept(state, got, now), replaced)
        });
        result
    }

    /// The old keys are as good as new ones while they are valid.
    fn or_kept(
        &self,
        state: &State,
        got: Result<Option<Arc<Credentials>>>,
        now: i64,
    ) -> Result<Option<Arc<Credentials>>> {
        let error = match got {
            Err(error) if error.kind() != Kind::Cancelled => error,
            other => return other,
        };
        match state.kept.as_ref().filter(|kept| kept.is_good(now)) {
            Some(kept) => {
                log::warn!("{error}; the keys there are stay in use");
                Ok(kept.credentials.clone())
            }
            None => Err(error),
        }
    }
}

/// Tells those who wait that nobody renews any more, should the provider panic.
struct Unfinished<'a>(&'a ForkLock<State>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.with(State::abandoned);
    }
}

impl<P: CredentialsProvider> CredentialsProvider for Cached<P> {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        if self.unkept.load(Ordering::Relaxed) {
            return self.provider.credentials(asking);
        }
        loop {
            let now = asking.now();
            match self.state.with(|state| state.next(now)) {
                Next::Use(credentials) => return Ok(credentials),
                Next::Fail(error) => return Err(error),
                Next::Renew => return self.renew(asking),
                Next::Wait(round) => self.wait(asking, round)?,
            }
        }
    }

    fn refused(&self, credentials: &Credentials) -> bool {
        if self.unkept.load(Ordering::Relaxed) {
            return self.provider.refused(credentials);
        }
        let others = self.state.with(|state| match &mut state.kept {
            Some(kept) if kept.credentials.as_deref() == Some(credentials) => {
                let renewable = kept.got.0.elapsed() >= YOUNG;
                kept.refused |= renewable;
                renewable
            }
            // Others have been got meanwhile, or will be.
            _ => true,
        });
        others && self.provider.refused(credentials)
    }

    fn name(&self) -> String {
        self.provider.name()
    }
}

impl<P> Cached<P> {
    fn wait(&self, asking: &Asking<'_>, round: u64) -> Result<()> {
        while self
            .state
            .with(|state| state.round == round && state.renewing == Some(process::id()))
        {
            asking.limits.sleep(LOOK)?;
        }
        Ok(())
    }
}
