//! The init options: one setter each.

use std::ffi::{c_char, c_int, c_void};
use std::sync::Arc;
use std::time::Duration;

use super::config::oss_config;
use super::credentials::{callback, keys, oss_credentials, oss_credentials_fn};
use super::handles::oss_session;
use super::status::oss_status;
use super::support::{borrow, bytes, status, text};
use crate::config::{Config, SignatureVersion};
use crate::credentials::Static;
use crate::error::{Error, Result};
use crate::transport::TlsVersion;

/// TLS 1.2 (RFC 5246), for oss_config_set_tls_versions().
pub const OSS_TLS_1_2: c_int = 12;
/// TLS 1.3 (RFC 8446), for oss_config_set_tls_versions().
pub const OSS_TLS_1_3: c_int = 13;

/// Applies a setter. The configuration remembers its first bad value, but each
/// setter reports its own.
///
/// # Safety
/// `config` is NULL or a live handle.
unsafe fn set(
    config: *mut oss_config,
    apply: impl FnOnce(&mut Config) -> Result<()>,
) -> oss_status {
    status(|| {
        // SAFETY: see above.
        let mut state = unsafe { borrow(config, "config") }?.lock()?;
        let earlier = state.config.error.take();
        let applied = apply(&mut state.config);
        let result = match state.config.error.take() {
            Some(error) => Err(error),
            None => applied,
        };
        state.config.error = earlier.or_else(|| result.as_ref().err().cloned());
        let first = state.config.error.clone();
        state.tell(first.as_ref());
        result
    })
}

fn milliseconds(option: &str, value: i64) -> Result<Duration> {
    u64::try_from(value)
        .map(Duration::from_millis)
        .map_err(|_| {
            Error::invalid(format!(
                "`{option}`: {value} ms is negative; allowed are 1 and more"
            ))
        })
}

fn unsigned<T: TryFrom<i64>>(option: &str, value: i64) -> Result<T> {
    T::try_from(value).map_err(|_| Error::invalid(format!("`{option}`: {value} is out of range")))
}

fn tls_version(value: c_int) -> Result<TlsVersion> {
    match value {
        OSS_TLS_1_2 => Ok(TlsVersion::V1_2),
        OSS_TLS_1_3 => Ok(TlsVersion::V1_3),
        _ => Err(Error::invalid(format!(
            "`tls_versions`: {value} is no TLS version; allowed are OSS_TLS_1_2 and OSS_TLS_1_3"
        ))),
    }
}

/// Host of the service, [http[s]://]host[:port]; https if no scheme is given.
/// With only a region, that region's public endpoint is used.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_endpoint(
    config: *mut oss_config,
    endpoint: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.endpoint(text(endpoint, "endpoint")?);
            Ok(())
        })
    }
}

/// Region id such as "cn-hangzhou". V4 signatures need it, unless the endpoint
/// is a host of Alibaba Cloud that names it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_region(
    config: *mut oss_config,
    region: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.region(text(region, "region")?);
            Ok(())
        })
    }
}

/// 4 (default) or 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_signature_version(
    config: *mut oss_config,
    version: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.signature_version(match version {
                4 => SignatureVersion::V4,
                1 => SignatureVersion::V1,
                _ => {
                    return Err(Error::invalid(format!(
                        "`signature_version`: {version} is unknown; allowed are 1 and 4"
                    )));
                }
            });
            Ok(())
        })
    }
}

/// The endpoint is a custom domain bound to the bucket (CNAME): host and URL
/// carry no bucket name. Default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_cname(config: *mut oss_config, on: c_int) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.is_cname(on != 0);
            Ok(())
        })
    }
}

/// The bucket goes into the path instead of the host name. Default 0; automatic
/// for IP addresses and "localhost".
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_path_style(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.path_style(on != 0);
            Ok(())
        })
    }
}

/// With only a region: its internal endpoint, for Alibaba Cloud's own machines.
/// Default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_internal_endpoint(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.internal_endpoint(on != 0);
            Ok(())
        })
    }
}

/// With only a region: the global acceleration endpoint. Default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_accelerate_endpoint(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.accelerate_endpoint(on != 0);
            Ok(())
        })
    }
}

/// With only a region: its endpoint with IPv4 and IPv6 addresses. Default 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_dual_stack(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.dual_stack(on != 0);
            Ok(())
        })
    }
}

/// Id of a cloud box ("cb-..."), which stands for the region in V4 signatures.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_cloudbox_id(
    config: *mut oss_config,
    cloudbox_id: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.cloudbox_id(text(cloudbox_id, "cloudbox_id")?);
            Ok(())
        })
    }
}

/// Has V4 also sign this header wherever a request carries it. May be repeated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_signed_header(
    config: *mut oss_config,
    name: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.additional_signed_header(text(name, "name")?);
            Ok(())
        })
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

/// Shares the connections of `session`. Its pool size, TLS, proxy and resolve
/// settings apply; giving them here too is an error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_session(
    config: *mut oss_config,
    session: *const oss_session,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.session(&borrow(session, "session")?.0);
            Ok(())
        })
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
            config.pool_size(unsigned("pool_size", connections)?);
            Ok(())
        })
    }
}

/// Limit for TCP connect, proxy and TLS handshake, all addresses together;
/// milliseconds, 1 to 604800000 (7 days), default 60000.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_connect_timeout_ms(
    config: *mut oss_config,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.connect_timeout(self::milliseconds("connect_timeout", milliseconds)?);
            Ok(())
        })
    }
}

/// Limit for no byte moving in either direction; milliseconds, 1 to 604800000,
/// default 60000. Slow but moving is fine.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_read_timeout_ms(
    config: *mut oss_config,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.read_timeout(self::milliseconds("read_timeout", milliseconds)?);
            Ok(())
        })
    }
}

/// Limit for a whole call with its repetitions; milliseconds, 1 to 604800000,
/// default none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_total_timeout_ms(
    config: *mut oss_config,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.total_timeout(self::milliseconds("total_timeout", milliseconds)?);
            Ok(())
        })
    }
}

/// Lowest and highest TLS version, OSS_TLS_1_2 or OSS_TLS_1_3; default both.
/// Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_tls_versions(
    config: *mut oss_config,
    min: c_int,
    max: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.tls_versions(tls_version(min)?, tls_version(max)?);
            Ok(())
        })
    }
}

/// Trusts only the roots in the PEM file `path`, read now. Belongs to the
/// session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_ca_file(
    config: *mut oss_config,
    path: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.ca_file(text(path, "path")?);
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
            config.ca_pem(bytes(pem, len, "pem")?);
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
            config.proxy(text(url, "url")?);
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

/// Ends the User-Agent. Up to 128 visible ASCII characters and blanks.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_app_name(
    config: *mut oss_config,
    name: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.app_name(text(name, "name")?);
            Ok(())
        })
    }
}

/// Compares CRC-64 of uploads and whole downloads with the service's. Default
/// 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_crc64(config: *mut oss_config, on: c_int) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.crc64(on != 0);
            Ok(())
        })
    }
}

/// How many times a request is sent at most, 1..100, default 3.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_attempts(
    config: *mut oss_config,
    attempts: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.attempts(unsigned("attempts", attempts.into())?);
            Ok(())
        })
    }
}

/// Corrects the clock by the service's when a request was refused for it.
/// Default 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_clock_skew_correction(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.clock_skew_correction(on != 0);
            Ok(())
        })
    }
}

/// Sends this header with every request, unless a call brings its own.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_user_header(
    config: *mut oss_config,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.user_header(text(name, "name")?, text(value, "value")?);
            Ok(())
        })
    }
}

/// Connects to `address` (IP, with a port or without) wherever the host is
/// `host`: a name, "*.suffix" or "*". Belongs to the session.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_resolve(
    config: *mut oss_config,
    host: *const c_char,
    address: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.resolve(text(host, "host")?, text(address, "address")?);
            Ok(())
        })
    }
}

/// Limits each upload and download, in bit/s, 819200..838860800. Default none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_traffic_limit(
    config: *mut oss_config,
    bits_per_second: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.traffic_limit(unsigned("traffic_limit", bits_per_second)?);
            Ok(())
        })
    }
}
