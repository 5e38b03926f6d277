//! The init options that belong to the session: one setter each.

use std::ffi::{c_char, c_int, c_void};

use super::config::{oss_config, set};
use super::status::oss_status;
use super::support::{bytes, file_path, text, to_unsigned};
use crate::error::{Error, Result};
use crate::transport::TlsVersion;

/// TLS 1.2 (RFC 5246), for oss_config_set_tls_versions().
pub const OSS_TLS_1_2: c_int = 12;
/// TLS 1.3 (RFC 8446), for oss_config_set_tls_versions().
pub const OSS_TLS_1_3: c_int = 13;

/// `None` is the default.
fn tls_version(value: c_int) -> Result<Option<TlsVersion>> {
    match value {
        0 => Ok(None),
        OSS_TLS_1_2 => Ok(Some(TlsVersion::V1_2)),
        OSS_TLS_1_3 => Ok(Some(TlsVersion::V1_3)),
        _ => Err(Error::refused(
            "tls_versions",
            format_args!("{value} is not a TLS version"),
            "OSS_TLS_1_2 and OSS_TLS_1_3",
        )),
    }
}

/// Idle connections kept per host, 0..10000, default 10; more threads than that
/// still work. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_pool_size(
    config: *mut oss_config,
    connections: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.pool_size(to_unsigned(
                connections,
                "pool_size",
                "0 to 10000 connections",
            )?);
            Ok(())
        })
    }
}

/// Lowest and highest TLS version, OSS_TLS_1_2 or OSS_TLS_1_3; 0 is the
/// default, which is 1.2 for `min` and 1.3 for `max`. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_tls_versions(
    config: *mut oss_config,
    min: c_int,
    max: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            let min = tls_version(min)?.unwrap_or(TlsVersion::V1_2);
            let max = tls_version(max)?.unwrap_or(TlsVersion::V1_3);
            config.tls_versions(min, max);
            Ok(())
        })
    }
}

/// Trusts only the roots in the PEM file `path`, a regular file of at most
/// 16 MiB, read now. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_ca_file(
    config: *mut oss_config,
    path: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.ca_file(file_path(path, "ca_file")?);
            Ok(())
        })
    }
}

/// Trusts only the roots in these `len` bytes of PEM. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_ca_pem(
    config: *mut oss_config,
    pem: *const c_void,
    len: usize,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.ca_pem(bytes(pem, len, "ca_pem")?);
            Ok(())
        })
    }
}

/// Accepts any certificate: whoever sits in between can read and change
/// everything. Default 0. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_insecure_skip_verify(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.insecure_skip_verify(on != 0);
            Ok(())
        })
    }
}

/// HTTP proxy, http://[user:password@]host[:port]; https goes through a CONNECT
/// tunnel. Default none. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_proxy(
    config: *mut oss_config,
    url: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.proxy(text(url, "proxy")?);
            Ok(())
        })
    }
}

/// Takes the proxy from HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY, read
/// when the session is made. Default 0. Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_proxy_from_env(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.proxy_from_env(on != 0);
            Ok(())
        })
    }
}

/// Connects to `address` (IP, with a port or without) wherever the host is
/// `host`: a name, "*.suffix", or "*" for all names but localhost. Belongs to
/// the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_resolve(
    config: *mut oss_config,
    host: *const c_char,
    address: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.resolve(text(host, "resolve")?, text(address, "resolve")?);
            Ok(())
        })
    }
}
