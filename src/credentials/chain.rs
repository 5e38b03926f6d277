//! The places that Alibaba Cloud's libraries look for keys at, in their order.

use std::sync::Arc;

use super::environment::{given, given_path, is_true};
use super::{
    Asking, Cached, Credentials, CredentialsProvider, EcsRamRole, Environment, OidcRole, Profile,
    Role, Uri,
};
use crate::error::{Error, Kind, Result};
use crate::process::ForkLock;

type Provider = Arc<dyn CredentialsProvider>;

/// Asks one provider after the other; the first that gives keys is the one from then on.
///
/// Whoever is asked is decided when the chain is made: a provider that the environment does not describe is not in it, and
/// one that it describes wrongly fails when it is its turn.
pub struct Chain {
    providers: Vec<Provider>,
    /// Which one gave keys.
    chosen: ForkLock<Option<usize>>,
}

impl Chain {
    /// The environment (`OSS_ACCESS_KEY_ID`, ..., else `ALIBABA_CLOUD_ACCESS_KEY_ID`, ...), OIDC (`ALIBABA_CLOUD_ROLE_ARN`,
    /// ...), the profile of `config.json`, that of the ini file, the metadata service (unless
    /// `ALIBABA_CLOUD_ECS_METADATA_DISABLED`), and `ALIBABA_CLOUD_CREDENTIALS_URI`.
    pub fn new() -> Result<Chain> {
        let mut providers: Vec<Provider> = Vec::new();
        for given in Environment::all_given() {
            providers.push(Arc::new(given));
        }
        if let Some(oidc) = oidc_from_environment(None).transpose() {
            providers.push(usable(oidc));
        }
        match Profile::each_file() {
            Ok(profiles) => providers.extend(profiles.map(|profile| usable(Ok(profile)))),
            Err(error) => providers.push(usable::<Profile>(Err(error))),
        }
        if let Some(ecs) = ecs_from_environment().transpose() {
            providers.push(usable(ecs));
        }
        if let Some(uri) = given("ALIBABA_CLOUD_CREDENTIALS_URI").transpose() {
            providers.push(usable(uri.and_then(|uri| Uri::new(&uri))));
        }
        Ok(Chain::of(providers))
    }

    /// These providers, in this order.
    pub fn of(providers: Vec<Provider>) -> Chain {
        Chain {
            providers,
            chosen: ForkLock::new(),
        }
    }

    fn chosen(&self) -> Option<(usize, &Provider)> {
        let index = self.chosen.with(|chosen| *chosen)?;
        Some((index, self.providers.get(index)?))
    }
}

impl CredentialsProvider for Chain {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        if let Some((_, provider)) = self.chosen() {
            return provider.credentials(asking);
        }
        let mut failures: Vec<Error> = Vec::new();
        for (index, provider) in self.providers.iter().enumerate() {
            match provider.credentials(asking) {
                Ok(credentials) => {
                    log::info!("credentials come from {}", provider.name());
                    self.chosen.with(|chosen| *chosen.get_or_insert(index));
                    return Ok(credentials);
                }
                Err(error) => {
                    // A request that is over asks nobody else.
                    asking.check()?;
                    log::debug!("{error}; asking the next provider");
                    failures.push(error);
                }
            }
        }
        Err(none_of(&failures))
    }

    fn refused(&self, credentials: &Credentials) -> bool {
        self.chosen()
            .is_some_and(|(_, provider)| provider.refused(credentials))
    }

    fn needs_request_thread(&self) -> bool {
        let mut providers = self.providers.iter();
        providers.any(|provider| provider.needs_request_thread())
    }

    fn name(&self) -> String {
        match self.chosen() {
            Some((_, provider)) => format!("chain: {}", provider.name()),
            None => "chain".into(),
        }
    }
}

/// The error of a chain whose providers all failed. One that may have keys later is a reason to ask again, when it is not
/// left alone any more.
fn none_of(failures: &[Error]) -> Error {
    let why = match failures {
        [] => "nothing in the environment says where to look".to_owned(),
        _ => failures
            .iter()
            .map(Error::message)
            .collect::<Vec<_>>()
            .join("; "),
    };
    let text = format!("no provider of the chain has credentials: {why}");
    let again = || failures.iter().filter(|error| error.is_retryable());
    Error::new(Kind::Credentials, text)
        .with_retryable(again().next().is_some())
        .with_pause(again().filter_map(Error::pause).min())
}

/// A source that the environment describes wrongly fails when it is its turn: one before it may have keys.
fn usable<P: CredentialsProvider + 'static>(made: Result<P>) -> Provider {
    match made {
        Ok(provider) => Arc::new(Cached::new(provider)),
        Err(error) => Arc::new(Unusable(error)),
    }
}

/// A source that cannot be asked.
struct Unusable(Error);

impl CredentialsProvider for Unusable {
    fn credentials(&self, _: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        Err(self.0.clone())
    }

    fn name(&self) -> String {
        "a source that the environment describes wrongly".to_owned()
    }
}

/// The metadata service, unless the environment says that there is none.
fn ecs_from_environment() -> Result<Option<EcsRamRole>> {
    if is_true("ALIBABA_CLOUD_ECS_METADATA_DISABLED")? {
        return Ok(None);
    }
    let ecs = EcsRamRole::new()?;
    match given("ALIBABA_CLOUD_ECS_METADATA")? {
        Some(role) => ecs.role(&role),
        None => Ok(ecs.guessed()),
    }
    .map(Some)
}

/// What the environment says about OIDC; nothing at all is `None`, and a part without the others an error.
pub(super) fn oidc_from_environment(role: Option<&str>) -> Result<Option<OidcRole>> {
    const NAMES: [&str; 3] = [
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    ];
    let [arn, provider, file] = NAMES;
    let (arn, provider, file) = (given(arn)?, given(provider)?, given_path(file));
    let (arn, provider, file) = match (role.map(str::to_owned).or(arn), provider, file) {
        (Some(arn), Some(provider), Some(file)) => (arn, provider, file),
        // The role alone is for other providers too.
        (_, None, None) => return Ok(None),
        _ => {
            return Err(Error::new(
                Kind::Credentials,
                format!(
                    "credentials from oidc-role: {} are needed together",
                    NAMES.join(", ")
                ),
            ));
        }
    };
    OidcRole::new(Role::new(&arn)?, &provider, file).map(Some)
}
