//! The init options of every handle: one setter each. Those of the session are in `session_options`.

use std::ffi::{c_char, c_int, c_void};
use std::time::Duration;

use super::config::{oss_config, set};
use super::guard::callback;
use super::handles::oss_session;
use super::memory::borrow;
use super::status::oss_status;
use super::support::{User, text, to_unsigned};
use crate::clock::Clock;
use crate::config::SignatureVersion;
use crate::error::{Error, Result};

/// What time it is, in seconds since 1970 UTC. Called by each thread that makes
/// a request or renews keys, several at once if several do; must not throw or
/// longjmp.
pub type oss_clock_fn = Option<unsafe extern "C-unwind" fn(user: *mut c_void) -> i64>;

/// An error if it is negative.
pub(super) fn duration_from_ms(option: &str, value: i64) -> Result<Duration> {
    u64::try_from(value)
        .map(Duration::from_millis)
        .map_err(|_| Error::refused(option, format_args!("{value} ms is negative"), "1 and more"))
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
                    let unknown = format_args!("{version} is unknown");
                    return Err(Error::refused("signature_version", unknown, "1 and 4"));
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
            config.cname(on != 0);
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

/// Makes V4 sign this header, too, in each request that has it, and in each
/// presigned URL that is given it (so never host). May be called several times.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_signed_header(
    config: *mut oss_config,
    name: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.additional_signed_header(text(name, "additional_signed_header")?);
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
            config.connect_timeout(duration_from_ms("connect_timeout", milliseconds)?);
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
            config.read_timeout(duration_from_ms("read_timeout", milliseconds)?);
            Ok(())
        })
    }
}

/// Limit for a whole call with its retries; milliseconds, 1 to 604800000,
/// default none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_total_timeout_ms(
    config: *mut oss_config,
    milliseconds: i64,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.total_timeout(duration_from_ms("total_timeout", milliseconds)?);
            Ok(())
        })
    }
}

/// Ends the User-Agent. Up to 128 visible ASCII characters and spaces.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_app_name(
    config: *mut oss_config,
    name: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.app_name(text(name, "app_name")?);
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

/// With 0, a downloaded file gets its name without an fsync of its content
/// before: a power failure may then leave a file that is cut. Default 1.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_file_sync(
    config: *mut oss_config,
    on: c_int,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(config, |config| {
            config.file_sync(on != 0);
            Ok(())
        })
    }
}

/// How many times a request is sent at most, 0..100, default 3. 1: never again;
/// 0: until the total timeout, which has to be set. Not counted: one more when
/// a kept connection has broken, or clock or keys were refused. A download that
/// breaks counts the attempts in a row that brought less than 100 KiB.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_attempts(
    config: *mut oss_config,
    attempts: c_int,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.attempts(to_unsigned(
                attempts.into(),
                "attempts",
                "0 to 100 attempts",
            )?);
            Ok(())
        })
    }
}

/// The waits between attempts, in milliseconds: random, up to a bound that is
/// `base` at first (default 200), doubles each time and never exceeds `cap`
/// (default 20000). 0 stands for the default; at most 3600000, `base` at most
/// `cap`. A Retry-After of the service prolongs a wait, up to 60 s; if it asks
/// for more, the error is returned at once.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_backoff_ms(
    config: *mut oss_config,
    base: i64,
    cap: i64,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(config, |config| {
            config.backoff(backoff(base)?, backoff(cap)?);
            Ok(())
        })
    }
}

fn backoff(milliseconds: i64) -> Result<Duration> {
    let time = u64::try_from(milliseconds).map(Duration::from_millis);
    time.map_err(|_| {
        Error::refused(
            "backoff",
            format_args!("{milliseconds} ms is negative"),
            "0 to 3600000 ms",
        )
    })
}

fn caller(function: unsafe extern "C-unwind" fn(*mut c_void) -> i64, user: User) -> Clock {
    Clock::new(move || {
        let user: User = user;
        // SAFETY: the caller of oss_config_set_clock() vouches for both.
        callback(|| unsafe { function(user.0) })
    })
}

/// Takes the time from `function` instead of the system's clock, for machines
/// whose clock is not set: it dates signatures, and it decides whether
/// certificates are valid (on a configuration that a session is made from).
/// `function` and `user` must outlive all handles made from `config`. NULL is
/// the system's clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_set_clock(
    config: *mut oss_config,
    function: oss_clock_fn,
    user: *mut c_void,
) -> oss_status {
    // SAFETY: NULL or a live handle.
    unsafe {
        set(config, |config| {
            config.clock =
                function.map_or_else(Clock::default, |function| caller(function, User(user)));
            Ok(())
        })
    }
}

/// Corrects the clock by the service's when a request was refused for it,
/// until the clock is set. Default 1.
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

/// Sends this header with every request, unless a call brings its own. Those of
/// a single request, such as Range and Accept-Encoding, are refused; those of
/// an upload callback are only sent where the service calls back. `value` is as
/// for oss_call_set_header().
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_config_add_user_header(
    config: *mut oss_config,
    name: *const c_char,
    value: *const c_char,
) -> oss_status {
    // SAFETY: a live handle and strings, or NULL, as the header asks.
    unsafe {
        set(config, |config| {
            config.user_header(text(name, "user_header")?, text(value, "user_header")?);
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
            config.traffic_limit(to_unsigned(
                bits_per_second,
                "traffic_limit",
                "819200 to 838860800 bit/s",
            )?);
            Ok(())
        })
    }
}
