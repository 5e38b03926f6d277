//! The credentials providers, each by a function, and all of them by a text.

use std::ffi::c_char;

use super::credentials::{oss_credentials, read_keys};
use super::guard::guard;
use super::memory::{borrow, new_handle};
use super::status::oss_status;
use super::support::{file_path, optional_text, status, text};
use crate::credentials::{Anonymous, Environment, Recipe, Static};
use crate::error::{Error, Result};

/// The environment, read once, by this function: OSS_ACCESS_KEY_ID,
/// OSS_ACCESS_KEY_SECRET and, for temporary keys, OSS_SESSION_TOKEN. A
/// configuration without credentials reads it likewise when a bucket or a
/// service is made.
#[unsafe(no_mangle)]
pub extern "C" fn oss_credentials_environment() -> *mut oss_credentials {
    new_handle(|| Ok(oss_credentials::made(Environment::new())))
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
        let keys = Static::new(unsafe { read_keys(id, secret, token) }?)?;
        Ok(oss_credentials::made(keys))
    })
}

/// A provider by one text, NAME[:ARGUMENT][;OPTION=VALUE]...: "environment",
/// "environment:alibaba-cloud", "anonymous", "ecs-ram-role[:NAME]",
/// "oidc-role[:ROLE-ARN]", "assume-role:ROLE-ARN", "process:COMMAND",
/// "uri:URL", "profile[:NAME]" or "chain". Options are those of
/// oss_credentials_set(); ";;" stands for ";". NULL if it is not allowed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_from(provider: *const c_char) -> *mut oss_credentials {
    new_handle(|| {
        // SAFETY: a string or NULL.
        let text = unsafe { text(provider, "provider") }?;
        Recipe::parse(text).map(oss_credentials::from)
    })
}

/// Sets an option of a provider that is not in use yet. ECS RAM role:
/// "endpoint". OIDC role: "provider-arn", "token-file". Assumed role: "base",
/// the text of another provider. Both roles: "session-name", "duration" (900 to
/// 43200 seconds), "policy" (JSON), "external-id", "sts-endpoint".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_set(
    credentials: *mut oss_credentials,
    option: *const c_char,
    value: *const c_char,
) -> oss_status {
    status(|| {
        // SAFETY: NULL or a live handle.
        let credentials = unsafe { borrow(credentials, "credentials") }?;
        // SAFETY: a string or NULL.
        let option = unsafe { text(option, "option") }?;
        if credentials.provider.get().is_some() {
            return Err(Error::invalid(
                "`credentials` are in use, or have no options; set options before the credentials are given to a configuration",
            ));
        }
        // SAFETY: a string or NULL.
        unsafe {
            match option {
                "token-file" => credentials.recipe().token_file(file_path(value, "value")?),
                _ => credentials.recipe().set(option, text(value, "value")?),
            }
        }
    })
}

/// Keys of the RAM role of the ECS instance this runs on, from its metadata
/// service, renewed before they expire. `role` NULL: the role it has.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_ecs_ram_role(role: *const c_char) -> *mut oss_credentials {
    // SAFETY: a string or NULL.
    new_handle(|| recipe("ecs-ram-role", unsafe { optional_text(role, "role") }?))
}

/// Keys of a RAM role, from STS, in exchange for the OIDC token in a file, as
/// in ACK (RRSA). All NULL: as ALIBABA_CLOUD_ROLE_ARN,
/// ALIBABA_CLOUD_OIDC_PROVIDER_ARN and ALIBABA_CLOUD_OIDC_TOKEN_FILE say.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_oidc_role(
    role_arn: *const c_char,
    provider_arn: *const c_char,
    token_file: *const c_char,
) -> *mut oss_credentials {
    new_handle(|| {
        // SAFETY: strings or NULL.
        let (arn, provider) = unsafe {
            (
                optional_text(role_arn, "role_arn")?,
                optional_text(provider_arn, "provider_arn")?,
            )
        };
        let mut recipe = Recipe::new("oidc-role", arn)?;
        if let Some(provider) = provider {
            recipe.set("provider-arn", provider)?;
        }
        if !token_file.is_null() {
            // SAFETY: a string.
            recipe.token_file(unsafe { file_path(token_file, "token_file") }?)?;
        }
        Ok(oss_credentials::from(recipe))
    })
}

/// Keys of the RAM role `role_arn`, from STS, taken on with the keys that
/// `base` gives, which stays yours; NULL: those of the environment.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_assume_role(
    base: *const oss_credentials,
    role_arn: *const c_char,
) -> *mut oss_credentials {
    new_handle(|| {
        // SAFETY: a string or NULL.
        let arn = unsafe { text(role_arn, "role_arn") }?;
        let mut recipe = Recipe::new("assume-role", Some(arn))?;
        if !base.is_null() {
            // SAFETY: a live handle.
            recipe.base(unsafe { borrow(base, "base") }?.provider()?);
        }
        Ok(oss_credentials::from(recipe))
    })
}

/// Keys that a program prints as JSON: an absolute path and arguments, quoted
/// as for a POSIX shell. No shell runs it; after 60 seconds it is killed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_process(command: *const c_char) -> *mut oss_credentials {
    // SAFETY: a string or NULL.
    new_handle(|| recipe("process", Some(unsafe { text(command, "command") }?)))
}

/// Keys that GET of `uri` answers as JSON: https, or http to 127.0.0.1 or
/// [::1].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_uri(uri: *const c_char) -> *mut oss_credentials {
    // SAFETY: a string or NULL.
    new_handle(|| recipe("uri", Some(unsafe { text(uri, "uri") }?)))
}

/// A profile of the Alibaba Cloud CLI (~/.aliyun/config.json) or a section of
/// ~/.alibabacloud/credentials. `name` NULL: ALIBABA_CLOUD_PROFILE, else the
/// current one, else "default".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_profile(name: *const c_char) -> *mut oss_credentials {
    // SAFETY: a string or NULL.
    new_handle(|| recipe("profile", unsafe { optional_text(name, "name") }?))
}

/// Looks where Alibaba Cloud's own libraries look, in their order: environment,
/// OIDC, profiles, ECS metadata service, ALIBABA_CLOUD_CREDENTIALS_URI. The
/// first that gives keys is used from then on.
#[unsafe(no_mangle)]
pub extern "C" fn oss_credentials_chain() -> *mut oss_credentials {
    new_handle(|| recipe("chain", None))
}

/// Copies what the provider is called into `buffer`, cut to `size` bytes with
/// the NUL; for a chain also which provider it has found: "chain: uri". Returns
/// the length of the whole name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_credentials_name(
    credentials: *const oss_credentials,
    buffer: *mut c_char,
    size: usize,
) -> usize {
    guard(|| {
        // SAFETY: the caller's buffer of that size, or NULL.
        let buffer = unsafe { super::support::buffer(buffer.cast(), size, "buffer") }?;
        if let Some(end) = buffer.first_mut() {
            *end = 0;
        }
        // SAFETY: NULL or a live handle.
        let name = unsafe { borrow(credentials, "credentials") }?
            .provider()?
            .name();
        let kept = name.len().min(size.saturating_sub(1));
        for (to, from) in buffer.iter_mut().zip(&name.as_bytes()[..kept]) {
            *to = *from;
        }
        if let Some(end) = buffer.get_mut(kept) {
            *end = 0;
        }
        Ok(name.len())
    })
    .unwrap_or(0)
}

fn recipe(name: &str, argument: Option<&str>) -> Result<oss_credentials> {
    Recipe::new(name, argument).map(oss_credentials::from)
}

/// None: requests go unsigned, for what is public.
#[unsafe(no_mangle)]
pub extern "C" fn oss_credentials_anonymous() -> *mut oss_credentials {
    new_handle(|| Ok(oss_credentials::made(Anonymous)))
}
