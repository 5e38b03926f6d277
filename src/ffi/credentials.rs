//! Credentials: the handle, the callback that gives keys, and the setters of a configuration.

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use once_cell::sync::OnceCell;

use super::config::{oss_config, set};
use super::guard::{self, guard};
use super::memory::{Handle, Memory, borrow, free, new_handle, word};
use super::status::oss_status;
use super::support::{User, is_null, optional_text, status, text};
use crate::cancel::Limits;
use crate::credentials::{Asking, Cached, Credentials, CredentialsProvider, Recipe, Static};
use crate::error::{Error, Kind, Result};
use crate::time::Timestamp;

/// Where credentials come from; see oss_config_set_credentials(). What a
/// provider has got is shared by all buckets that use the same one.
pub struct oss_credentials {
    /// How to make the provider, and the options it is still given.
    pub(super) recipe: Mutex<Recipe>,
    pub(super) provider: OnceCell<Arc<dyn CredentialsProvider>>,
}

impl Handle for oss_credentials {
    const WORD: u32 = word(b"cred");
    const TYPE: &'static str = "oss_credentials";
}

impl oss_credentials {
    pub(super) fn made(provider: impl CredentialsProvider + 'static) -> oss_credentials {
        oss_credentials {
            recipe: Mutex::default(),
            provider: OnceCell::with_value(Arc::new(provider)),
        }
    }

    pub(super) fn from(recipe: Recipe) -> oss_credentials {
        oss_credentials {
            recipe: Mutex::new(recipe),
            provider: OnceCell::new(),
        }
    }

    pub(super) fn recipe(&self) -> MutexGuard<'_, Recipe> {
        self.recipe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The provider, which is made when it is first needed.
    pub(super) fn provider(&self) -> Result<Arc<dyn CredentialsProvider>> {
        self.provider
            .get_or_try_init(|| self.recipe().build())
            .cloned()
    }
}

/// Takes the keys that a credentials callback gives, and says why it is asked.
pub struct oss_keys(Mutex<Given>);

impl Handle for oss_keys {
    const WORD: u32 = word(b"keys");
    const TYPE: &'static str = "oss_keys";
}

/// What a callback has given, and what it can ask.
struct Given {
    keys: Option<Credentials>,
    expiration: Option<Timestamp>,
    asked_again: bool,
    /// Of the request that needs keys.
    limits: Limits,
}

/// Gives credentials: call oss_keys_set() on `keys` and return 0, or return
/// anything else to fail the request. Runs on the thread of the call, or on
/// workers of transfers, on several threads at once if several work;
/// must not throw or longjmp. Called before every attempt, or, if
/// oss_keys_set_expiration() was called, by one request shortly before the keys
/// expire, and after the service has refused them.
pub type oss_credentials_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, keys: *mut oss_keys) -> c_int>;

/// Frees the `user` of a callback, when the last handle that may call it is
/// freed. Runs on the thread that frees it; must not throw or longjmp.
pub type oss_destroy_fn = Option<unsafe extern "C-unwind" fn(user: *mut c_void)>;

/// Asks `function` for keys. `destroy` frees `user` when no handle can call
/// `function` any more, also if this fails; NULL if there is nothing to free.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_callback(
    function: oss_credentials_fn,
    user: *mut c_void,
    destroy: oss_destroy_fn,
) -> *mut oss_credentials {
    new_handle(|| callback(function, user, destroy))
}

/// Frees credentials; configurations and handles made with them keep them.
/// NULL is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_free(credentials: *mut oss_credentials) {
    // SAFETY: a handle that the caller gives back.
    unsafe { free(credentials) }
}

/// For credentials callbacks: the keys to sign with; `token` is NULL for long-
/// lived ones. All are copied.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_keys_set(
    keys: *mut oss_keys,
    id: *const c_char,
    secret: *const c_char,
    token: *const c_char,
) -> oss_status {
    status(|| {
        // SAFETY: lent by the library during the callback.
        let target = unsafe { borrow(keys, "keys") }?;
        // SAFETY: strings or NULL, as the header asks.
        let given = unsafe { read_keys(id, secret, token) }?;
        target.with(|slot| slot.keys = Some(given))
    })
}

/// For credentials callbacks: when the keys expire, in seconds since 1970 UTC.
/// They are then kept, and asked for again shortly before.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_keys_set_expiration(keys: *mut oss_keys, seconds: i64) -> oss_status {
    status(|| {
        // SAFETY: lent by the library during the callback.
        let target = unsafe { borrow(keys, "keys") }?;
        if seconds <= 0 {
            return Err(Error::refused(
                "seconds",
                format_args!("{seconds} is not a time of expiry"),
                "seconds since 1970 UTC, 1 and more",
            ));
        }
        target.with(|slot| slot.expiration = Some(Timestamp(seconds)))
    })
}

/// For credentials callbacks: 1 if the service has refused the keys given
/// before, so that others are needed; else 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_keys_refused(keys: *const oss_keys) -> c_int {
    // SAFETY: lent by the library during the callback.
    let keys = unsafe { borrow(keys, "keys") };
    guard(|| keys?.with(|slot| c_int::from(slot.asked_again))).unwrap_or(0)
}

/// For credentials callbacks: milliseconds until the request that needs keys
/// times out, as of now; 0 if it is over or cancelled, -1 if it has no timeout.
/// A callback that waits looks here from time to time.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_keys_timeout_ms(keys: *const oss_keys) -> i64 {
    // SAFETY: lent by the library during the callback.
    let keys = unsafe { borrow(keys, "keys") };
    guard(|| keys?.with(|slot| left(&slot.limits))).unwrap_or(0)
}

impl oss_keys {
    fn with<T>(&self, use_it: impl FnOnce(&mut Given) -> T) -> Result<T> {
        let mut given = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(use_it(&mut given))
    }
}

/// # Safety
/// Each is NULL or a string that lives during the call.
pub(super) unsafe fn read_keys(
    id: *const c_char,
    secret: *const c_char,
    token: *const c_char,
) -> Result<Credentials> {
    // SAFETY: see above.
    unsafe {
        Ok(Credentials::new(
            text(id, "id")?,
            text(secret, "secret")?,
            optional_text(token, "token")?.map(str::to_owned),
        ))
    }
}

/// The caller's function, and what it is called with.
struct Asked {
    function: Function,
    user: User,
    destroy: oss_destroy_fn,
    /// Whether the service refused what it gave last.
    refused: AtomicBool,
}

type Function = unsafe extern "C-unwind" fn(*mut c_void, *mut oss_keys) -> c_int;

impl Drop for Asked {
    fn drop(&mut self) {
        if let Some(destroy) = self.destroy {
            // SAFETY: the caller vouches for the function; nobody else can reach `user` through this library any more.
            guard::callback(|| unsafe { destroy(self.user.0) });
        }
    }
}

impl CredentialsProvider for Asked {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let slot = Memory::new(oss_keys(Mutex::new(Given {
            keys: None,
            expiration: None,
            asked_again: self.refused.swap(false, Ordering::Relaxed),
            limits: asking.limits.clone(),
        })));
        // SAFETY: the caller vouches for the function; `slot` lives during the call and is only reached through `&`.
        let failed = guard::callback(|| unsafe { (self.function)(self.user.0, slot.as_handle()) });
        let given = slot
            .into_value()
            .0
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let error = |why: String| Error::new(Kind::Credentials, why);
        let keys = match (failed, given.keys) {
            (0, Some(keys)) => keys,
            (0, None) => {
                return Err(error(
                    "the credentials callback returned 0 without calling oss_keys_set()".into(),
                ));
            }
            (failed, _) => {
                // Who gave up because the request is over did what it should.
                asking.check()?;
                return Err(error(format!(
                    "the credentials callback failed with {failed}"
                )));
            }
        };
        keys.check("the credentials callback", Kind::Credentials)?;
        Ok(Some(Arc::new(match given.expiration {
            Some(time) => keys.expires(time),
            None => keys,
        })))
    }

    fn refused(&self, _: &Credentials) -> bool {
        self.refused.store(true, Ordering::Relaxed);
        true
    }

    fn name(&self) -> String {
        "callback".into()
    }
}

/// What a callback is told about the time it has.
fn left(limits: &Limits) -> i64 {
    if limits.check().is_err() {
        return 0;
    }
    limits.deadline.map_or(-1, |deadline| {
        let left = deadline.end.saturating_duration_since(Instant::now());
        // Rounded up: who waits for so long finds the request over.
        i64::try_from(left.as_nanos().div_ceil(1_000_000)).unwrap_or(i64::MAX)
    })
}

fn callback(
    function: oss_credentials_fn,
    user: *mut c_void,
    destroy: oss_destroy_fn,
) -> Result<oss_credentials> {
    let asked = |function| Asked {
        function,
        user: User(user),
        destroy,
        refused: AtomicBool::new(false),
    };
    match function {
        Some(function) => Ok(oss_credentials::made(Cached::as_told(asked(function)))),
        None => {
            if let Some(destroy) = destroy {
                // SAFETY: the caller vouches for the function, and this library keeps nothing of `user`.
                guard::callback(|| unsafe { destroy(user) });
            }
            Err(is_null("function"))
        }
    }
}

/// Long-lived keys, or temporary ones with their STS `token` (else NULL).
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_keys(
    config: *mut oss_config,
    id: *const c_char,
    secret: *const c_char,
    token: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            let keys = Static::new(read_keys(id, secret, token)?)?;
            config.credentials(Arc::new(keys));
            Ok(())
        })
    }
}

/// Where credentials come from, instead of the environment; so do the functions
/// before and after this one, and the last that is called counts. Both handles
/// stay yours: free each when you like.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_credentials(
    config: *mut oss_config,
    credentials: *const oss_credentials,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            #[cfg(not(feature = "credentials"))]
            not_of_another_build(credentials)?;
            config.credentials(borrow(credentials, "credentials")?.provider()?);
            Ok(())
        })
    }
}

/// Says why NULL is NULL: functions that make providers which a build lacks give that.
#[cfg(not(feature = "credentials"))]
fn not_of_another_build(credentials: *const oss_credentials) -> Result<()> {
    if credentials.is_null() {
        return Err(crate::lacking::lacking(
            "credentials",
            "NULL, which is any provider but the environment, fixed keys and a callback,",
            "credentials",
            "use one of these",
        ));
    }
    Ok(())
}

/// Short for oss_credentials_callback() and oss_config_set_credentials().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_credentials_callback(
    config: *mut oss_config,
    function: oss_credentials_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.credentials(callback(function, user, None)?.provider()?);
            Ok(())
        })
    }
}

/// Short for oss_credentials_from() and oss_config_set_credentials().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_credentials_from(
    config: *mut oss_config,
    provider: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and a string, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.credentials(Recipe::parse(text(provider, "provider")?)?.build()?);
            Ok(())
        })
    }
}
