//! Keys of the RAM role of an ECS instance, from its metadata service.
//! <https://help.aliyun.com/document_detail/214777.html>

use std::sync::Arc;
use std::time::Duration;

use super::environment::is_true;
use super::fetch::{Fetch, Fetched, Method, Url};
use super::{Asking, Credentials, CredentialsProvider, keys};
use crate::error::{Error, Result};

const ADDRESS: &str = "http://100.100.100.200";
const TOKEN_PATH: &str = "/latest/api/token";
const ROLES_PATH: &str = "/latest/meta-data/ram/security-credentials/";
const TOKEN: &str = "X-aliyun-ecs-metadata-token";
const TOKEN_TTL: &str = "X-aliyun-ecs-metadata-token-ttl-seconds";

/// The metadata service is on the same machine: what takes longer is not there.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks the metadata service for a session token, then for the name of the role unless it is given, then for keys.
///
/// A metadata service that knows no tokens is asked without one, unless that is forbidden.
#[derive(Clone, Debug)]
pub struct EcsRamRole {
    role: Option<String>,
    address: Url,
    token_required: bool,
    /// Whether this is a machine that has a metadata service is not known.
    is_guess: bool,
}

impl EcsRamRole {
    /// The role that the instance has. `ALIBABA_CLOUD_IMDSV1_DISABLED=true` forbids to ask without a session token.
    pub fn new() -> Result<EcsRamRole> {
        EcsRamRole::asked(is_true("ALIBABA_CLOUD_IMDSV1_DISABLED")?)
    }

    pub(super) fn asked(token_required: bool) -> Result<EcsRamRole> {
        Ok(EcsRamRole {
            role: None,
            address: Url::parse("endpoint", ADDRESS)?,
            token_required,
            is_guess: false,
        })
    }

    /// For machines of which nobody said that they have a metadata service.
    pub(super) fn guessed(mut self) -> EcsRamRole {
        self.is_guess = true;
        self
    }

    /// The role of that name: letters, digits, `.`, `_` and `-`, at most 64.
    pub fn role(mut self, name: &str) -> Result<EcsRamRole> {
        if !is_role_name(name) {
            return Err(Error::refused(
                "role",
                format_args!("{:?} is not the name of a role", keys::printable(name)),
                "1 to 64 letters, digits, `.`, `_` and `-`",
            ));
        }
        self.role = Some(name.to_owned());
        Ok(self)
    }

    /// Another address of the metadata service, for tests: `http://HOST[:PORT]`, without a path.
    pub fn endpoint(mut self, url: &str) -> Result<EcsRamRole> {
        self.address = Url::parse_address("endpoint", url)?;
        Ok(self)
    }

    fn get(&self, fetch: &Fetch<'_>, path: &str, token: Option<&str>) -> Result<Fetched> {
        let headers: &[(&str, &str)] = match &token {
            Some(token) => &[(TOKEN, token)],
            None => &[],
        };
        let url = self.address.with_path(path);
        fetch
            .send(Method::Get, &url, headers, None)?
            .expect_200(fetch, Method::Get, &url)
    }

    /// With a session token, then without, unless that is a downgrade that the user forbids.
    fn ask(&self, fetch: &Fetch<'_>, path: &str, token: Option<&str>) -> Result<Fetched> {
        match self.get(fetch, path, token) {
            Err(error)
                if token.is_some()
                    && !self.token_required
                    && error.http_status() != 404
                    && !fetch.is_over() =>
            {
                log::debug!("{error}; asking without a session token");
                self.get(fetch, path, None)
            }
            other => other,
        }
    }

    fn session_token(&self, fetch: &Fetch<'_>) -> Result<Option<String>> {
        let url = self.address.with_path(TOKEN_PATH);
        let token = fetch
            .send(Method::Put, &url, &[(TOKEN_TTL, "21600")], None)
            .and_then(|got| got.expect_200(fetch, Method::Put, &url))
            .and_then(|got| got.line(fetch, &url));
        match token {
            Ok(token) => Ok(Some(token)),
            Err(error) if self.token_required || fetch.is_over() => Err(error),
            Err(error) => {
                log::debug!("{error}; asking without a session token");
                Ok(None)
            }
        }
    }
}

impl CredentialsProvider for EcsRamRole {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let fetch = Fetch::new(asking, "ecs-ram-role", TIMEOUT)
            .without_proxy()
            .guess(self.is_guess);
        let token = self.session_token(&fetch)?;
        let token = token.as_deref();
        let role = match &self.role {
            Some(role) => role.clone(),
            None => {
                let name = self.ask(&fetch, ROLES_PATH, token)?;
                name.line(&fetch, &self.address.with_path(ROLES_PATH))?
            }
        };
        if !is_role_name(&role) {
            return Err(fetch.error(format!(
                "the metadata service named {:?} as the role, which is not a name; allowed are letters, digits, `.`, `_` and `-`",
                keys::printable(&role)
            )));
        }
        let path = format!("{ROLES_PATH}{role}");
        let answer = self.ask(&fetch, &path, token)?;
        let what = fetch.what(Method::Get, &self.address.with_path(&path));
        keys::from_service(&answer, &what).map(|keys| Some(Arc::new(keys)))
    }

    fn name(&self) -> String {
        "ecs-ram-role".into()
    }
}

fn is_role_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(allowed) && !name.starts_with("..")
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;
    use crate::cancel::Limits;
    use crate::clock::Clock;
    use crate::config::Config;

    #[test]
    fn who_only_may_be_there_is_not_waited_for() {
        let limits = Limits {
            cancel: None,
            connect: TIMEOUT,
            idle: TIMEOUT,
            deadline: None,
        };
        let (session, clock) = (Config::new().open_session().unwrap(), Clock::default());
        let asking = Asking {
            limits: &limits,
            session: &session,
            clock: &clock,
            helpers: None,
        };
        // Nobody listens there when it is closed again.
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let url = format!("http://{}", port.unwrap());
        let known = EcsRamRole::asked(false).unwrap().endpoint(&url).unwrap();
        for (role, retryable) in [(known.clone(), true), (known.guessed(), false)] {
            let error = role.credentials(&asking).unwrap_err();
            assert_eq!(error.is_retryable(), retryable, "{error}");
        }
    }
}
