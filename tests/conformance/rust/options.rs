//! Options, and the configuration that they make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use alioss::credentials::{Asking, Cached, CredentialsProvider};
use alioss::{
    Anonymous, Callback, Config, Credentials, Environment, Error, Kind, SignatureVersion, Static,
    Timestamp, TlsVersion,
};

use crate::Refusal::{self, Unrepresentable, Unsupported};
use crate::Stage;
use crate::words::{milliseconds, number, word};

impl Stage {
    pub fn config(&self) -> Result<Config, Refusal> {
        let mut config = Config::new();
        for words in &self.options {
            self.apply(&mut config, words)?;
        }
        Ok(config)
    }

    pub fn apply(&self, config: &mut Config, words: &[String]) -> Result<(), Refusal> {
        let value = word(words, 2)?;
        let on = value != "0";
        match word(words, 1)? {
            "endpoint" => config.endpoint(value),
            "region" => config.region(value),
            "cloudbox_id" => config.cloudbox_id(value),
            "ca_file" => config.ca_file(value),
            "ca_pem" => config.ca_pem(value.as_bytes()),
            "proxy" => config.proxy(value),
            "app_name" => config.app_name(value),
            "signature_version" => config.signature_version(match value {
                "4" => SignatureVersion::V4,
                "1" => SignatureVersion::V1,
                _ => return Err(Unrepresentable),
            }),
            "cname" => config.cname(on),
            "path_style" => config.path_style(on),
            "internal_endpoint" => config.internal_endpoint(on),
            "accelerate_endpoint" => config.accelerate_endpoint(on),
            "dual_stack" => config.dual_stack(on),
            "insecure_skip_verify" => config.insecure_skip_verify(on),
            "proxy_from_env" => config.proxy_from_env(on),
            "crc64" => config.crc64(on),
            "clock_skew_correction" => config.clock_skew_correction(on),
            "pool_size" => config.pool_size(number(words, 2)?),
            "file_sync" => config.file_sync(on),
            "attempts" => config.attempts(number(words, 2)?),
            "backoff_ms" => config.backoff(milliseconds(words, 2)?, milliseconds(words, 3)?),
            "clock" => {
                let ahead: i64 = value.parse().map_err(|_| Unsupported)?;
                config.clock(move || now() + ahead)
            }
            "traffic_limit" => config.traffic_limit(number(words, 2)?),
            "connect_timeout_ms" => config.connect_timeout(milliseconds(words, 2)?),
            "read_timeout_ms" => config.read_timeout(milliseconds(words, 2)?),
            "total_timeout_ms" => config.total_timeout(milliseconds(words, 2)?),
            "tls_versions" => {
                let version = |text: &str| match text {
                    "1.2" => Ok(TlsVersion::V1_2),
                    "1.3" => Ok(TlsVersion::V1_3),
                    _ => Err(Unrepresentable),
                };
                config.tls_versions(version(value)?, version(word(words, 3)?)?)
            }
            "keys" => {
                let token = words.get(4).map(String::as_str);
                config.keys(value, word(words, 3)?, token)
            }
            "credentials" => return credentials(config, words),
            "session" => config.session(self.sessions.get(value).ok_or(Unsupported)?),
            "additional_signed_header" => config.additional_signed_header(value),
            "user_header" => config.user_header(value, word(words, 3)?),
            "resolve" => config.resolve(value, word(words, 3)?),
            _ => return Err(Unsupported),
        };
        Ok(())
    }
}

/// Seconds since 1970.
fn now() -> i64 {
    let time = std::time::UNIX_EPOCH.elapsed().map(|time| time.as_secs());
    time.map_or(0, |seconds| seconds as i64)
}

fn credentials(config: &mut Config, words: &[String]) -> Result<(), Refusal> {
    let keys = |first: usize| -> Result<Credentials, Refusal> {
        let token = words.get(first + 2).cloned();
        Ok(Credentials::new(
            word(words, first)?,
            word(words, first + 1)?,
            token,
        ))
    };
    match word(words, 2)? {
        "environment" => config.credentials(Arc::new(Environment::new())),
        "anonymous" => config.credentials(Arc::new(Anonymous)),
        "from" => config.credentials_from(word(words, 3)?),
        "static" => match Static::new(keys(3)?) {
            Ok(keys) => config.credentials(Arc::new(keys)),
            // `Config::keys` checks the same and remembers what is wrong.
            Err(_) => config.keys(word(words, 3)?, word(words, 4)?, None),
        },
        "callback" => {
            let keys = keys(3)?;
            config.credentials(Arc::new(Callback(move || Ok(keys.clone()))))
        }
        "callback-fails" => config.credentials(Arc::new(Callback(|| {
            Err(Error::new(
                Kind::Credentials,
                "the credentials callback failed with 1",
            ))
        }))),
        "callback-alternates" => {
            let second = Credentials::new(word(words, 5)?, word(words, 6)?, None);
            let pair = [
                Credentials::new(word(words, 3)?, word(words, 4)?, None),
                second,
            ];
            let calls = AtomicUsize::new(0);
            config.credentials(Arc::new(Callback(move || {
                let call = calls.fetch_add(1, Ordering::Relaxed);
                Ok(pair[call % 2].clone())
            })))
        }
        "callback-until-refused" => config.credentials(Arc::new(UntilRefused {
            pair: [pair_at(words, 3)?, pair_at(words, 5)?],
            refused: AtomicBool::new(false),
        })),
        "callback-expires" => {
            let life: i64 = number(words, 3)?;
            let pair = [pair_at(words, 4)?, pair_at(words, 6)?];
            let calls = AtomicUsize::new(0);
            config.credentials(Arc::new(Cached::as_told(Callback(move || {
                let call = calls.fetch_add(1, Ordering::Relaxed);
                Ok(pair[call % 2].clone().expires(Timestamp(now() + life)))
            }))))
        }
        _ => return Err(Unsupported),
    };
    Ok(())
}

fn pair_at(words: &[String], first: usize) -> Result<Credentials, Refusal> {
    Ok(Credentials::new(
        word(words, first)?,
        word(words, first + 1)?,
        None,
    ))
}

/// Gives the second pair once it is told that the service refused the first one.
struct UntilRefused {
    pair: [Credentials; 2],
    refused: AtomicBool,
}

impl CredentialsProvider for UntilRefused {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>, Error> {
        let pair = &self.pair[usize::from(self.refused.load(Ordering::Relaxed))];
        Ok(Some(Arc::new(pair.clone())))
    }

    fn refused(&self, _: &Credentials) -> bool {
        self.refused.store(true, Ordering::Relaxed);
        true
    }
}
