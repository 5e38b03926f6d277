//! Temporary credentials kept and renewed: asked for once however many threads need them, and before they expire.
//!
//! Nobody holds the lock while the provider works. A request that finds the keys due has a [helper](super::helpers) renew
//! them, and goes on with the old ones like all others. Requests wait, within their own limits, only if there are no good
//! keys: then one of them asks the provider. A function of the caller's is always asked by a request, on its thread.
//!
//! Who alone knows when keys end is the service, by its own clock. Ours may be wrong: so new keys that look as if they had
//! expired are tried for a moment, and the service judges.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::giving::Giving;
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

/// Keys that look expired when they are got are kept so long.
const DOUBTFUL_LIFE: Duration = Duration::from_secs(5);

/// Instead of the round, where nobody waits for anybody.
const UNKEPT: u64 = u64::MAX;

/// How often a thread without keys looks whether another one has got some.
const LOOK: Duration = Duration::from_millis(5);

/// A provider whose answers are kept until shortly before they expire.
///
/// While the old keys are good, no request waits for new ones: a thread that lives only for that asks the provider. It
/// ends before the [`Bucket`](crate::Bucket) or [`Service`](crate::Service) whose request started it is gone.
pub struct Cached(Arc<Cache>);

struct Cache {
    /// By a pointer, so that the library has this once, not for each kind of provider.
    provider: Box<dyn CredentialsProvider>,
    state: ForkLock<State>,
    /// How long keys without an expiry are kept.
    unknown_life: Duration,
    /// Whether a provider that failed is left alone for a while also if there are no keys. A function of the caller's is
    /// not: why it fails may be a matter of the one request. Nor is it called on a thread that is not the caller's.
    is_ours: bool,
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
    /// A helper had to end with its bucket before it had new keys. Where buckets live that shortly, a request renews.
    helper_ended: bool,
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

    /// How long they are good; zero if they are not.
    fn left(&self, now: i64) -> Duration {
        if self.refused {
            return Duration::ZERO;
        }
        self.life.saturating_sub(self.age(now))
    }

    fn is_good(&self, now: i64) -> bool {
        !self.left(now).is_zero()
    }

    fn is_due(&self, now: i64) -> bool {
        self.refused || self.age(now) + self.ahead >= self.life
    }
}

/// What a thread that needs credentials does next.
enum Next {
    Use(Option<Arc<Credentials>>),
    /// Use these, and see to it that others are got.
    RenewAhead(Option<Arc<Credentials>>),
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
        let next = match (usable, &self.failed) {
            (Some(kept), _) if renewing || paused => Next::Use(kept.credentials.clone()),
            (Some(kept), _) if !self.helper_ended => Next::RenewAhead(kept.credentials.clone()),
            (None, _) if renewing => Next::Wait(self.round),
            (None, Some(error)) if paused => Next::Fail(self.paused(error.clone())),
            _ => Next::Renew,
        };
        if matches!(next, Next::Renew | Next::RenewAhead(_)) {
            self.renewing = Some(process);
        }
        next
    }

    /// `error`, with how long the provider is left alone.
    fn paused(&self, error: Error) -> Error {
        let now = Instant::now();
        error.with_pause(self.pause.map(|until| until.saturating_duration_since(now)))
    }

    fn answered(&mut self, credentials: Option<Arc<Credentials>>, now: i64, life: Duration) {
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

    /// Whether there are keys that are better than some that look expired: they are good, and did not look so themselves.
    fn has_better(&self, now: i64) -> bool {
        let kept = self.kept.as_ref();
        kept.is_some_and(|kept| kept.life > DOUBTFUL_LIFE && kept.is_good(now))
    }

    /// The thread that renewed gave up, for a reason of its own.
    fn abandoned(&mut self) {
        self.renewing = None;
        self.round += 1;
    }

    fn failed(&mut self, error: &Error, now: i64) {
        self.abandoned();
        let left = self.kept.as_ref().map(|kept| kept.left(now));
        // Never past the end of the keys: then there is nothing to lose by asking.
        let most = match left.filter(|left| !left.is_zero()) {
            Some(left) => MOST_PAUSE.min(left),
            None => MOST_PAUSE_WITHOUT_KEYS,
        };
        let doubled = Duration::from_millis(250 << self.failures.min(16)).min(most);
        self.failures = self.failures.saturating_add(1);
        self.pause = Some(Instant::now() + doubled.mul_f64(0.5 + 0.5 * random_fraction()));
        self.failed = Some(error.clone());
    }
}

impl Cached {
    /// Keeps what `provider` gives; keys without an expiry for a quarter of an hour.
    pub fn new(provider: impl CredentialsProvider + 'static) -> Cached {
        Cached::with(Box::new(provider), UNKNOWN_LIFE, true)
    }

    /// For a function of the caller's: keeps only keys that have an expiry, and asks for others each time; always on the
    /// thread of a request, which waits for the answer.
    pub fn as_told(provider: impl CredentialsProvider + 'static) -> Cached {
        Cached::with(Box::new(provider), Duration::ZERO, false)
    }

    fn with(
        provider: Box<dyn CredentialsProvider>,
        unknown_life: Duration,
        is_ours: bool,
    ) -> Cached {
        Cached(Arc::new(Cache {
            provider,
            state: ForkLock::new(),
            unknown_life,
            is_ours,
            unkept: AtomicBool::new(false),
        }))
    }
}

impl Cache {
    fn renew(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let unfinished = Unfinished(&self.state);
        let round = self.state.with(|state| state.round);
        let got = self.ask(asking, round);
        if self.unknown_life.is_zero()
            && matches!(&got, Ok(Some(keys)) if keys.expiration().is_none())
        {
            self.unkept.store(true, Ordering::Relaxed);
        }
        let now = asking.now();
        let got = got.and_then(|credentials| {
            let life = self.life(credentials.as_deref(), asking)?;
            Ok((credentials, life))
        });
        // A clock of the caller's may panic, too.
        std::mem::forget(unfinished);
        // What is replaced is dropped, and wiped, after the lock is open.
        let (result, _replaced) = self.state.with(|state| match got {
            Ok((credentials, life)) => {
                let replaced = state.kept.take();
                state.answered(credentials.clone(), now, life);
                (Ok(credentials), replaced)
            }
            Err(error) => {
                // That this request had no more time says nothing of the provider.
                if asking.is_over() || !(self.is_ours || state.has_good(now)) {
                    state.abandoned();
                    state.helper_ended |= asking.helpers.is_none();
                } else {
                    state.failed(&error, now);
                }
                (self.or_kept(state, error, now), None)
            }
        });
        result
    }

    /// Asks the provider. `round` is that of the others who wait for it, as far as there are any.
    fn ask(&self, asking: &Asking<'_>, round: u64) -> Result<Option<Arc<Credentials>>> {
        let Some(_begun) = Giving::begin(self.address(), round) else {
            return Err(self.asks_itself());
        };
        self.provider.credentials(asking)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// The error of a provider that can only give keys once it has them.
    fn asks_itself(&self) -> Error {
        Error::new(
            Kind::Credentials,
            format!(
                "`credentials`: the provider ({}) asked for the keys that it is to give; what it sends requests with needs \
                 other credentials",
                self.provider.name()
            ),
        )
    }

    /// How long keys that were just got are kept.
    fn life(&self, keys: Option<&Credentials>, asking: &Asking<'_>) -> Result<Duration> {
        let Some(keys) = keys else {
            return Ok(self.unknown_life);
        };
        let now = asking.now();
        let service_time = asking.service_time();
        match keys.life(service_time) {
            None => Ok(self.unknown_life),
            Some(life) if !life.is_zero() => Ok(life),
            // Not if nobody's clock says otherwise, nor if there are better ones.
            Some(_)
                if keys.had_ended(service_time)
                    || self.state.with(|state| state.has_better(now)) =>
            {
                Err(Error::new(
                    Kind::Credentials,
                    format!(
                        "{} gave keys that have expired already; is this machine's clock right?",
                        self.provider.name()
                    ),
                ))
            }
            Some(_) => {
                log::warn!(
                    "{} gave keys that look expired; is this machine's clock right, and its own?",
                    self.provider.name()
                );
                Ok(DOUBTFUL_LIFE)
            }
        }
    }

    /// The old keys are as good as new ones while they are valid.
    fn or_kept(&self, state: &State, error: Error, now: i64) -> Result<Option<Arc<Credentials>>> {
        match state.kept.as_ref().filter(|kept| kept.is_good(now)) {
            Some(kept) if error.kind() != Kind::Cancelled => {
                log::warn!("{error}; the keys there are stay in use");
                Ok(kept.credentials.clone())
            }
            _ => Err(state.paused(error)),
        }
    }
}

/// Tells those who wait that nobody renews any more, should the provider or a clock panic.
struct Unfinished<'a>(&'a ForkLock<State>);

impl Drop for Unfinished<'_> {
    fn drop(&mut self) {
        self.0.with(State::abandoned);
    }
}

impl CredentialsProvider for Cached {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let cache = &*self.0;
        if cache.unkept.load(Ordering::Relaxed) {
            if Giving::now().has(cache.address(), UNKEPT) {
                return Err(cache.asks_itself());
            }
            return cache.ask(asking, UNKEPT);
        }
        loop {
            let now = asking.now();
            match cache.state.with(|state| state.next(now)) {
                Next::Use(credentials) => return Ok(credentials),
                Next::RenewAhead(credentials) if self.renew_ahead(asking) => {
                    return Ok(credentials);
                }
                Next::RenewAhead(_) | Next::Renew => return cache.renew(asking),
                Next::Fail(error) => return Err(error),
                Next::Wait(round) => cache.wait(asking, round)?,
            }
        }
    }

    fn refused(&self, credentials: &Credentials) -> bool {
        self.0.refused(credentials)
    }

    fn needs_request_thread(&self) -> bool {
        !self.0.is_ours || self.0.provider.needs_request_thread()
    }

    fn name(&self) -> String {
        self.0.provider.name()
    }
}

impl Cached {
    /// Has a helper renew the keys; whether there is one.
    fn renew_ahead(&self, asking: &Asking<'_>) -> bool {
        let Some(helpers) = asking.helpers.filter(|_| !self.needs_request_thread()) else {
            return false;
        };
        let (cache, session, clock) =
            (self.0.clone(), asking.session.clone(), asking.clock.clone());
        helpers.start(move |limits| {
            let asking = Asking {
                limits,
                session: &session,
                clock: &clock,
                helpers: None,
            };
            // What fails is in the log, and is the error of who finds no good keys.
            let _ = cache.renew(&asking);
        })
    }
}

impl Cache {
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

    fn wait(&self, asking: &Asking<'_>, round: u64) -> Result<()> {
        if Giving::now().has(self.address(), round) {
            return Err(self.asks_itself());
        }
        while self
            .state
            .with(|state| state.round == round && state.renewing == Some(process::id()))
        {
            asking.limits.sleep(LOOK)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    const NOW: i64 = 1_000_000;

    fn state(life: i64) -> State {
        let keys = Credentials::new("id", "secret", None).expires(Timestamp(NOW + life));
        let mut state = State::default();
        state.answered(Some(Arc::new(keys)), NOW, Duration::from_secs(life as u64));
        state
    }

    fn pause(state: &State) -> Duration {
        let until = state.pause.expect("a failure is followed by a pause");
        until.saturating_duration_since(Instant::now())
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_never_last_longer_than_the_keys() {
        let error = Error::new(Kind::Credentials, "no");
        for (life, most) in [(3600, 60), (10, 10), (1, 1)] {
            let mut state = state(life);
            for failures in 0..70 {
                state.failed(&error, NOW);
                let most =
                    Duration::from_millis(250 << failures.min(16)).min(Duration::from_secs(most));
                assert!(pause(&state) <= most, "{failures} failures, {life} s left");
            }
        }
        let mut none = State::default();
        for _ in 0..70 {
            none.failed(&error, NOW);
            assert!(pause(&none) <= MOST_PAUSE_WITHOUT_KEYS);
        }
    }

    #[test]
    fn keys_are_renewed_at_different_times_before_their_end() {
        let aheads: Vec<_> = (0..50)
            .filter_map(|_| state(600).kept)
            .map(|kept| kept.ahead)
            .collect();
        let (least, most) = (Duration::from_secs(90), Duration::from_secs(150));
        assert!(
            aheads.iter().all(|ahead| (least..=most).contains(ahead)),
            "{aheads:?}"
        );
        assert!(aheads.iter().any(|ahead| *ahead != aheads[0]));
        // However long they live, what is in flight needs no more than that.
        assert!(
            state(43_200)
                .kept
                .is_some_and(|kept| kept.ahead == MOST_AHEAD)
        );
    }

    #[test]
    fn one_renews_ahead_and_the_others_go_on() {
        let mut state = state(100);
        assert!(matches!(state.next(NOW), Next::Use(_)));
        assert!(matches!(state.next(NOW + 90), Next::RenewAhead(Some(_))));
        assert!(matches!(state.next(NOW + 90), Next::Use(Some(_))));
        // Nobody has others when they end: then all wait for the one who renews.
        assert!(matches!(state.next(NOW + 100), Next::Wait(_)));
        state.failed(&Error::new(Kind::Credentials, "no"), NOW + 100);
        assert!(matches!(state.next(NOW + 100), Next::Fail(_)));
    }

    #[test]
    fn a_child_of_fork_does_not_wait_for_a_thread_of_its_parent() {
        let mut state = State {
            renewing: Some(process::id() + 1),
            ..State::default()
        };
        assert!(matches!(state.next(NOW), Next::Renew));
        assert!(matches!(state.next(NOW), Next::Wait(_)));
    }
}
