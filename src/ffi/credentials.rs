//! Credentials providers.

use std::ffi::{c_char, c_int, c_void};
use std::sync::{Arc, Mutex};

use super::config::{oss_config, set};
use super::guard;
use super::memory::{Handle, Memory, borrow, free, new_handle, word};
use super::status::oss_status;
use super::support::{User, is_null, optional_text, status, text};
use crate::credentials::{
    Anonymous, Callback, Credentials, CredentialsProvider, Environment, Static,
};
use crate::error::{Error, Kind, Result};

/// Where credentials come from; see oss_config_set_credentials().
pub struct oss_credentials(pub(super) Arc<dyn CredentialsProvider>);

impl Handle for oss_credentials {
    const WORD: u32 = word(b"cred");
    const TYPE: &'static str = "oss_credentials";
}

/// Takes the keys that a credentials callback gives.
pub struct oss_keys(Mutex<Option<Credentials>>);

impl Handle for oss_keys {
    const WORD: u32 = word(b"keys");
    const TYPE: &'static str = "oss_keys";
}

/// Gives credentials: call oss_keys_set() on `keys` and return 0, or return
/// anything else to fail the request. Called before every attempt, on the
/// thread of the call, by several threads at once if several work; must not
/// throw or longjmp.
pub type oss_credentials_fn =
    Option<unsafe extern "C-unwind" fn(user: *mut c_void, keys: *mut oss_keys) -> c_int>;

/// The environment, read once, by this function: OSS_ACCESS_KEY_ID,
/// OSS_ACCESS_KEY_SECRET and, for temporary keys, OSS_SESSION_TOKEN. A
/// configuration without credentials reads it likewise when a bucket or a
/// service is made.
#[unsafe(no_mangle)]
pub extern "C" fn oss_credentials_environment() -> *mut oss_credentials {
    new_handle(|| Ok(oss_credentials(Arc::new(Environment::new()))))
}

/// Always the same keys; `token` is NULL for long-lived ones. NULL if one is
/// malformed: see oss_last_error().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_static(
    id: *const c_char,
    secret: *const c_char,
    token: *const c_char,
) -> *mut oss_credentials {
    new_handle(|| {
        // SAFETY: strings or NULL, as the header asks.
        let keys = Static::new(unsafe { keys(id, secret, token) }?)?;
        Ok(oss_credentials(Arc::new(keys)))
    })
}

/// Asks `function` before every attempt. It and `user` must outlive all handles
/// made with these credentials.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_callback(
    function: oss_credentials_fn,
    user: *mut c_void,
) -> *mut oss_credentials {
    new_handle(|| callback(function, user))
}

/// None: requests go unsigned, for what is public.
#[unsafe(no_mangle)]
pub extern "C" fn oss_credentials_anonymous() -> *mut oss_credentials {
    new_handle(|| Ok(oss_credentials(Arc::new(Anonymous))))
}

/// Lets go of credentials; configurations and handles made with them keep them.
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
        let given = unsafe { self::keys(id, secret, token) }?;
        if let Ok(mut slot) = target.0.lock() {
            *slot = Some(given);
        }
        Ok(())
    })
}

/// # Safety
/// Each is NULL or a string that lives during the call.
pub(super) unsafe fn keys(
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

pub(super) fn callback(function: oss_credentials_fn, user: *mut c_void) -> Result<oss_credentials> {
    let function = function.ok_or_else(|| is_null("function"))?;
    let user = User(user);
    let ask = move || {
        // The whole of `user` moves into the closure, not only the pointer in it.
        let user = user;
        let slot = Memory::new(oss_keys(Mutex::new(None)));
        // SAFETY: the caller vouches for the function; `slot` lives during the call and is only reached through `&`.
        let refused = guard::callback(|| unsafe { function(user.0, slot.as_handle()) });
        let keys = slot.into_value().0.into_inner().ok().flatten();
        match (refused, keys) {
            (0, Some(keys)) => Ok(keys),
            (0, None) => Err(Error::new(
                Kind::Credentials,
                "the credentials callback returned 0 without calling oss_keys_set()",
            )),
            (refused, _) => Err(Error::new(
                Kind::Credentials,
                format!("the credentials callback failed with {refused}"),
            )),
        }
    };
    Ok(oss_credentials(Arc::new(Callback(ask))))
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
            let keys = Static::new(keys(id, secret, token)?)?;
            config.credentials(Arc::new(keys));
            Ok(())
        })
    }
}

/// Where credentials come from, instead of the environment. Both handles stay
/// yours.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_credentials(
    config: *mut oss_config,
    credentials: *const oss_credentials,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.credentials(borrow(credentials, "credentials")?.0.clone());
            Ok(())
        })
    }
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
            config.credentials(callback(function, user)?.0);
            Ok(())
        })
    }
}
