//! Keys of a RAM role, from STS: AssumeRole for who has keys, AssumeRoleWithOIDC for who has an OIDC token (RRSA in ACK).
//! <https://help.aliyun.com/document_detail/371864.html>

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::environment::{given, is_true};
use super::fetch::{Fetch, Fetched, Method, Url};
use super::keys::{self, PASCAL, Secrets};
use super::rpc;
use super::{Asking, Credentials, CredentialsProvider};
use crate::error::{Error, Result};
use crate::file;
use crate::retry::random;
use crate::time::Timestamp;

const TIMEOUT: Duration = Duration::from_secs(15);

/// Longest OIDC token that STS takes.
const MAX_TOKEN: u64 = 20_000;

const DURATIONS: &str = "900 to 43200 seconds";

/// The role to take on, and for how long.
#[derive(Clone)]
pub struct Role {
    arn: String,
    session_name: String,
    duration: u32,
    policy: Option<String>,
    external_id: Option<String>,
    endpoint: Url,
}

impl Role {
    /// The role `acs:ram::UID:role/NAME`, for an hour, from `sts.aliyuncs.com` or what `ALIBABA_CLOUD_STS_ENDPOINT`,
    /// `ALIBABA_CLOUD_STS_REGION` and `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` say. The session is called as
    /// `ALIBABA_CLOUD_ROLE_SESSION_NAME` says, else by a name of this library's.
    pub fn new(arn: &str) -> Result<Role> {
        let role = Role::unnamed(arn)?;
        const SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
        match given(SESSION_NAME)? {
            Some(name) => role.with_session_name(SESSION_NAME, &name),
            None => Ok(role),
        }
    }

    /// The same, but no variable says what the session is called.
    pub(super) fn unnamed(arn: &str) -> Result<Role> {
        Role::at(&OPTIONS, arn, sts_endpoint()?)
    }

    pub(super) fn at(names: &RoleNames, arn: &str, endpoint: Url) -> Result<Role> {
        check_role_arn(names.arn, arn)?;
        Ok(Role {
            arn: arn.to_owned(),
            session_name: "alioss".into(),
            duration: 3600,
            policy: None,
            external_id: None,
            endpoint,
        })
    }

    /// How the session is called in audit logs: 2 to 64 letters, digits and `.@_-`.
    pub fn session_name(self, name: &str) -> Result<Role> {
        self.with_session_name(OPTIONS.session_name, name)
    }

    fn with_session_name(mut self, option: &str, name: &str) -> Result<Role> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".@_-".contains(&byte);
        if !(2..=64).contains(&name.len()) || !name.bytes().all(allowed) {
            return Err(Error::refused(
                option,
                format_args!("{:?} is not allowed", keys::printable(name)),
                "2 to 64 letters, digits, `.`, `@`, `_` and `-`",
            ));
        }
        self.session_name = name.to_owned();
        Ok(self)
    }

    /// How long the keys are good, in seconds: 900 and more, at most what the role allows.
    pub fn duration_seconds(self, seconds: u32) -> Result<Role> {
        self.with_duration(OPTIONS.duration, seconds)
    }

    fn with_duration(mut self, option: &str, seconds: u32) -> Result<Role> {
        if !(900..=43_200).contains(&seconds) {
            return Err(Error::refused(
                option,
                format_args!("{seconds} is out of range"),
                DURATIONS,
            ));
        }
        self.duration = seconds;
        Ok(self)
    }

    /// A policy in JSON that narrows what the keys may do: at most 2048 characters.
    pub fn policy(self, json: &str) -> Result<Role> {
        self.with_policy(OPTIONS.policy, json)
    }

    fn with_policy(mut self, option: &str, json: &str) -> Result<Role> {
        let length = json.chars().count();
        if !(1..=2048).contains(&length) {
            return Err(Error::refused(
                option,
                format_args!("it has {length} characters"),
                "1 to 2048",
            ));
        }
        self.policy = Some(json.to_owned());
        Ok(self)
    }

    /// What the owner of the role asks others to show: 2 to 1224 letters, digits and `+=,.@:/_-`.
    pub fn external_id(self, id: &str) -> Result<Role> {
        self.with_external_id(OPTIONS.external_id, id)
    }

    fn with_external_id(mut self, option: &str, id: &str) -> Result<Role> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@:/_-".contains(&byte);
        if !(2..=1224).contains(&id.len()) || !id.bytes().all(allowed) {
            return Err(Error::refused(
                option,
                "it is not one",
                "2 to 1224 letters, digits and +=,.@:/_-",
            ));
        }
        self.external_id = Some(id.to_owned());
        Ok(self)
    }

    /// Another address of STS: `[https://]HOST[:PORT]`.
    pub fn endpoint(self, endpoint: &str) -> Result<Role> {
        self.with_endpoint(OPTIONS.endpoint, endpoint)
    }

    fn with_endpoint(mut self, option: &str, endpoint: &str) -> Result<Role> {
        self.endpoint = https(endpoint, option)?;
        Ok(self)
    }

    /// As `texts` say, which are called `names` where they were written.
    pub(super) fn described(mut self, names: &RoleNames, texts: &RoleTexts<'_>) -> Result<Role> {
        if let Some(name) = texts.session_name {
            self = self.with_session_name(names.session_name, name)?;
        }
        if let Some(text) = texts.duration {
            let seconds = text.parse().map_err(|_| {
                Error::refused(
                    names.duration,
                    format_args!("{:?} is not a number", keys::printable(text)),
                    DURATIONS,
                )
            })?;
            self = self.with_duration(names.duration, seconds)?;
        }
        if let Some(json) = texts.policy {
            self = self.with_policy(names.policy, json)?;
        }
        if let Some(id) = texts.external_id {
            self = self.with_external_id(names.external_id, id)?;
        }
        match texts.endpoint {
            Some(endpoint) => self.with_endpoint(names.endpoint, endpoint),
            None => Ok(self),
        }
    }

    /// The parameters that both operations have.
    fn parameters<'a>(&'a self, duration: &'a str) -> Vec<(&'static str, &'a str)> {
        let mut all = vec![
            ("RoleArn", self.arn.as_str()),
            ("RoleSessionName", self.session_name.as_str()),
            ("DurationSeconds", duration),
        ];
        all.extend(self.policy.as_deref().map(|policy| ("Policy", policy)));
        all.extend(self.external_id.as_deref().map(|id| ("ExternalId", id)));
        all
    }
}

/// Without what the owner of the role asks others to show.
impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Role")
            .field("arn", &self.arn)
            .field("session_name", &self.session_name)
            .field("duration", &self.duration)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// What the parts of a role are called where they are written: messages name them so.
pub(super) struct RoleNames {
    pub arn: &'static str,
    pub session_name: &'static str,
    pub duration: &'static str,
    pub policy: &'static str,
    pub external_id: &'static str,
    pub endpoint: &'static str,
}

pub(super) const PROVIDER_ARN: &str = "provider-arn";

/// The options of [`Recipe`](super::Recipe).
pub(super) const OPTIONS: RoleNames = RoleNames {
    arn: "role-arn",
    session_name: "session-name",
    duration: "duration",
    policy: "policy",
    external_id: "external-id",
    endpoint: "sts-endpoint",
};

/// What options and profiles say about a role beside its ARN.
pub(super) struct RoleTexts<'t> {
    pub session_name: Option<&'t str>,
    /// Seconds.
    pub duration: Option<&'t str>,
    pub policy: Option<&'t str>,
    pub external_id: Option<&'t str>,
    /// Of STS.
    pub endpoint: Option<&'t str>,
}

/// Asks STS for keys of a role, signed with the keys of another provider.
pub struct AssumeRole {
    base: Arc<dyn CredentialsProvider>,
    role: Role,
}

impl AssumeRole {
    /// Takes on `role` with the keys that `base` gives.
    pub fn new(base: Arc<dyn CredentialsProvider>, role: Role) -> AssumeRole {
        AssumeRole { base, role }
    }

    fn request(&self, fetch: &Fetch<'_>, base: &Credentials, now: i64) -> Result<Fetched> {
        let timestamp = iso8601(now);
        let nonce = format!("{:016x}{:016x}", random(), random());
        let duration = self.role.duration.to_string();
        let mut query = vec![
            ("Action", "AssumeRole"),
            ("Format", "JSON"),
            ("Version", "2015-04-01"),
            ("Timestamp", timestamp.as_str()),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", nonce.as_str()),
            ("AccessKeyId", base.access_key_id()),
        ];
        let mut form = self.role.parameters(&duration);
        if let Some(token) = base.security_token() {
            // In the body, where no log of a proxy has it.
            form.push(("SecurityToken", token));
        }
        let all: Vec<_> = query.iter().chain(&form).copied().collect();
        let signature = rpc::signature("POST", &all, base.access_key_secret());
        query.push(("Signature", signature.as_str()));
        post(fetch, &self.role.endpoint, &query, &form)
    }

    fn base_keys(&self, fetch: &Fetch<'_>, asking: &Asking<'_>) -> Result<Arc<Credentials>> {
        self.base.credentials(asking)?.ok_or_else(|| {
            fetch.error("the base provider gives no keys, and a role is taken on with keys".into())
        })
    }

    fn take_on(&self, fetch: &Fetch<'_>, base: &Credentials, now: i64) -> Result<Credentials> {
        let mut answer = self.request(fetch, base, now)?;
        if answer.status != 200
            && is_clock_complaint(&answer)
            && let Some(date) = answer.date
        {
            answer = self.request(fetch, base, date.0)?;
        }
        read(fetch, &self.role.endpoint, &answer)
    }
}

/// Whether STS refuses the keys that a request was signed with, so that others may do.
fn refuses_keys(error: &Error) -> bool {
    error.code().starts_with("InvalidAccessKeyId") || error.code().contains("SecurityToken")
}

impl CredentialsProvider for AssumeRole {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let fetch = Fetch::new(asking, "assume-role", TIMEOUT);
        let base = self.base_keys(&fetch, asking)?;
        let mut taken = self.take_on(&fetch, &base, asking.service_time());
        if let Err(error) = &taken
            && refuses_keys(error)
            && self.base.refused(&base)
        {
            let other = self.base_keys(&fetch, asking)?;
            if other != base {
                taken = self.take_on(&fetch, &other, asking.service_time());
            }
        }
        taken.map(|keys| Some(Arc::new(keys)))
    }

    fn needs_request_thread(&self) -> bool {
        self.base.needs_request_thread()
    }

    fn name(&self) -> String {
        format!("assume-role with {}", self.base.name())
    }
}

/// Asks STS for keys of a role, in exchange for the OIDC token in a file, which is read anew each time.
#[derive(Clone, Debug)]
pub struct OidcRole {
    role: Role,
    provider_arn: String,
    token_file: PathBuf,
}

impl OidcRole {
    /// Takes on `role` as whom the identity provider `provider_arn` knows by the token in `token_file`.
    pub fn new(role: Role, provider_arn: &str, token_file: impl Into<PathBuf>) -> Result<OidcRole> {
        check_provider_arn(provider_arn)?;
        Ok(OidcRole {
            role,
            provider_arn: provider_arn.to_owned(),
            token_file: token_file.into(),
        })
    }

    /// The same with another role.
    pub(super) fn with_role(
        mut self,
        change: impl FnOnce(Role) -> Result<Role>,
    ) -> Result<OidcRole> {
        self.role = change(self.role)?;
        Ok(self)
    }

    fn token(&self, fetch: &Fetch<'_>) -> Result<Zeroizing<String>> {
        let failed = |why: &dyn std::fmt::Display| {
            fetch.error(format!(
                "the token file {} cannot be used: {why}",
                self.token_file.display()
            ))
        };
        let file = file::open("token-file", &self.token_file).map_err(|cause| failed(&cause))?;
        // All the room it may need, so that growing leaves no copies.
        let mut text = Zeroizing::new(String::with_capacity(MAX_TOKEN as usize + 2));
        file.take(MAX_TOKEN + 2)
            .read_to_string(&mut text)
            .map_err(|cause| failed(&cause))?;
        let token = text.trim_ascii();
        if !(4..=MAX_TOKEN as usize).contains(&token.len()) || !is_plain(token) {
            return Err(failed(&format_args!(
                "its token is not 4 to {MAX_TOKEN} printable ASCII characters"
            )));
        }
        Ok(Zeroizing::new(token.to_owned()))
    }
}

impl CredentialsProvider for OidcRole {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let fetch = Fetch::new(asking, "oidc-role", TIMEOUT);
        let token = self.token(&fetch)?;
        let (timestamp, duration) = (
            iso8601(asking.service_time()),
            self.role.duration.to_string(),
        );
        let query = [
            ("Action", "AssumeRoleWithOIDC"),
            ("Format", "JSON"),
            ("Version", "2015-04-01"),
            ("Timestamp", timestamp.as_str()),
        ];
        let mut form = self.role.parameters(&duration);
        form.push(("OIDCProviderArn", self.provider_arn.as_str()));
        form.push(("OIDCToken", token.as_str()));
        let answer = post(&fetch, &self.role.endpoint, &query, &form)?;
        read(&fetch, &self.role.endpoint, &answer).map(|keys| Some(Arc::new(keys)))
    }

    fn name(&self) -> String {
        "oidc-role".into()
    }
}

fn post(
    fetch: &Fetch<'_>,
    endpoint: &Url,
    query: &[(&str, &str)],
    form: &[(&str, &str)],
) -> Result<Fetched> {
    let url = endpoint.with_path(&format!("/?{}", rpc::form(query).as_str()));
    let body = rpc::form(form);
    let headers = [("Content-Type", "application/x-www-form-urlencoded")];
    fetch.send(Method::Post, &url, &headers, Some(body.as_bytes()))
}

fn read(fetch: &Fetch<'_>, endpoint: &Url, answer: &Fetched) -> Result<Credentials> {
    let what = fetch.what(Method::Post, endpoint);
    if answer.status != 200 {
        return Err(refused(fetch, &what, answer));
    }
    let document = Secrets::parse(&answer.body, &what)?;
    let keys = document.keys("Credentials.", &PASCAL, &what)?;
    if keys.security_token().is_none() || keys.expiration().is_none() {
        return Err(fetch.error(format!("{what} has no SecurityToken or no Expiration")));
    }
    Ok(keys.given(answer.date))
}

/// STS words its errors `{"Code", "Message", "RequestId", "HostId"}`.
fn refused(fetch: &Fetch<'_>, what: &str, answer: &Fetched) -> Error {
    let Ok(document) = Secrets::parse(&answer.body, what) else {
        return fetch.status(answer.status, what);
    };
    let part = |name: &str| keys::printable(document.text(name).unwrap_or_default());
    let (code, message, request_id) = (part("Code"), part("Message"), part("RequestId"));
    fetch.refused(answer.status, code, message, request_id)
}

fn is_clock_complaint(answer: &Fetched) -> bool {
    Secrets::parse(&answer.body, "")
        .is_ok_and(|document| document.text("Code") == Some("InvalidTimeStamp.Expired"))
}

fn iso8601(seconds: i64) -> String {
    let millis = Timestamp(seconds).iso8601_millis();
    millis.replace(".000Z", "Z")
}

/// What the environment says about where STS is.
pub(super) fn sts_endpoint() -> Result<Url> {
    if let Some(endpoint) = given("ALIBABA_CLOUD_STS_ENDPOINT")? {
        return https(&endpoint, "ALIBABA_CLOUD_STS_ENDPOINT");
    }
    let from_vpc = is_true("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")?;
    let host = match given("ALIBABA_CLOUD_STS_REGION")? {
        Some(region) => regional_sts("ALIBABA_CLOUD_STS_REGION", &region, from_vpc)?,
        None => {
            if from_vpc {
                log::warn!(
                    "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED has no effect without ALIBABA_CLOUD_STS_REGION: sts.aliyuncs.com is asked"
                );
            }
            "sts.aliyuncs.com".into()
        }
    };
    https(&host, "ALIBABA_CLOUD_STS_REGION")
}

/// The host of STS in the region that `option` names, as seen from there.
pub(super) fn regional_sts(option: &str, region: &str, from_vpc: bool) -> Result<String> {
    // Anything else could make another host of it.
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if !region.bytes().all(allowed) {
        return Err(Error::refused(
            option,
            format_args!("{:?} is not a region", keys::printable(region)),
            "letters, digits and `-`, as in cn-hangzhou",
        ));
    }
    let name = if from_vpc { "sts-vpc" } else { "sts" };
    Ok(format!("{name}.{region}.aliyuncs.com"))
}

/// An error if `arn` is not that of a role; `option` is what it was given as.
fn check_role_arn(option: &str, arn: &str) -> Result<()> {
    if arn.starts_with("acs:ram::") && arn.contains(":role/") && is_plain(arn) {
        return Ok(());
    }
    Err(Error::unusable(
        option,
        format_args!(
            "{:?} is not the ARN of a role, which is like acs:ram::1234567890123456:role/name",
            keys::printable(arn)
        ),
    ))
}

fn check_provider_arn(arn: &str) -> Result<()> {
    if arn.starts_with("acs:ram::") && arn.contains("oidc-provider/") && is_plain(arn) {
        return Ok(());
    }
    Err(Error::unusable(
        PROVIDER_ARN,
        format_args!(
            "{:?} is not the ARN of an identity provider, which is like acs:ram::1234567890123456:oidc-provider/name",
            keys::printable(arn)
        ),
    ))
}

/// An error if what a recipe says after its name cannot be the ARN of a role.
pub(super) fn check_argument(arn: &str) -> Result<()> {
    check_role_arn(OPTIONS.arn, arn)
}

/// An error if `value` cannot be that of an option of a recipe; others than those of roles are not looked at.
pub(super) fn check_option(option: &str, value: &str) -> Result<()> {
    if option == PROVIDER_ARN {
        return check_provider_arn(value);
    }
    let of = |name: &str| (option == name).then_some(value);
    let texts = RoleTexts {
        session_name: of(OPTIONS.session_name),
        duration: of(OPTIONS.duration),
        policy: of(OPTIONS.policy),
        external_id: of(OPTIONS.external_id),
        endpoint: of(OPTIONS.endpoint),
    };
    // Any role will do, and no environment is asked.
    let endpoint = https("sts.aliyuncs.com", OPTIONS.endpoint)?;
    let role = Role::at(&OPTIONS, "acs:ram::0:role/any", endpoint)?;
    role.described(&OPTIONS, &texts).map(drop)
}

fn https(endpoint: &str, option: &str) -> Result<Url> {
    let url = match endpoint.contains("://") {
        true => Url::parse_address(option, endpoint)?,
        false => Url::parse_address(option, &format!("https://{endpoint}"))?,
    };
    if !url.is_https() {
        return Err(Error::unusable(
            option,
            format_args!(
                "{} is not encrypted; STS is spoken to over https only",
                url.shown()
            ),
        ));
    }
    Ok(url)
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}
