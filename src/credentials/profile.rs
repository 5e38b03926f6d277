//! Profiles in the files that the Alibaba Cloud CLI and Alibaba Cloud's libraries share. They are only ever read.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use zeroize::Zeroizing;

use super::environment::{given, given_path, is_on, is_true};
use super::fetch::Url;
use super::ini::Section;
use super::keys::{self, Pair, SNAKE, Secrets, printable};
use super::sts::{RoleNames, RoleTexts, regional_sts, sts_endpoint};
use super::{
    Asking, AssumeRole, Credentials, CredentialsProvider, EcsRamRole, OidcRole, Process, Role,
    Static, Uri,
};
use crate::error::{Error, Kind, Result};

/// Largest file that is read.
const MAX_FILE: u64 = 1024 * 1024;

/// Profiles that lead to one another, at most.
const MAX_CHAIN: usize = 8;

/// A profile of `~/.aliyun/config.json`, or a section of `~/.alibabacloud/credentials`: read each time it is asked, and turned
/// into the provider that it describes.
#[derive(Clone, Debug)]
pub struct Profile {
    name: Option<String>,
    config: Option<PathBuf>,
    ini: Vec<PathBuf>,
    surroundings: Surroundings,
    /// Whether others are asked when this one cannot be used: then nobody else says why.
    is_one_of_many: bool,
}

/// What the environment says besides, as it was when the profile was made.
#[derive(Clone, Debug)]
struct Surroundings {
    /// Whether a profile may start a program or ask a URL.
    external: bool,
    /// Whether the metadata service may only be asked with a session token.
    token_required: bool,
    sts: Url,
}

type Provider = Arc<dyn CredentialsProvider>;

impl Profile {
    /// The profile of that name, else the one that `ALIBABA_CLOUD_PROFILE` names, else the current one. The environment is
    /// read now: `ALIBABA_CLOUD_CONFIG_FILE`, `ALIBABA_CLOUD_CREDENTIALS_FILE`, `HOME`,
    /// `ALIBABA_CLOUD_CLI_PROFILE_DISABLED`, `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS`.
    pub fn new(name: Option<&str>) -> Result<Profile> {
        let home = given_path("HOME").or_else(|| given_path("USERPROFILE"));
        let below = |path: &str| home.as_ref().map(|home| home.join(path));
        let config =
            given_path("ALIBABA_CLOUD_CONFIG_FILE").or_else(|| below(".aliyun/config.json"));
        let config = match is_on("ALIBABA_CLOUD_CLI_PROFILE_DISABLED")? {
            true => None,
            false => config,
        };
        let ini = match given_path("ALIBABA_CLOUD_CREDENTIALS_FILE") {
            Some(path) => vec![path],
            None => [".alibabacloud/credentials", ".alibabacloud/credentials.ini"]
                .into_iter()
                .filter_map(below)
                .collect(),
        };
        Ok(Profile {
            name: match name {
                Some(name) => Some(name.to_owned()),
                None => given("ALIBABA_CLOUD_PROFILE")?,
            },
            config,
            ini,
            surroundings: Surroundings {
                external: !is_on("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS")?,
                token_required: is_true("ALIBABA_CLOUD_IMDSV1_DISABLED")?,
                sts: sts_endpoint()?,
            },
            is_one_of_many: false,
        })
    }

    /// The current profile of `config.json`, and that of the ini file, each by itself: those of them that there are.
    pub(super) fn each_file() -> Result<impl Iterator<Item = Profile>> {
        let mut of_config = Profile::new(None)?;
        of_config.is_one_of_many = true;
        let mut of_ini = of_config.clone();
        of_config.ini.clear();
        of_ini.config = None;
        let both = [of_config, of_ini].into_iter();
        Ok(both.filter(|profile| profile.files().any(|path| path.exists())))
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.config.iter().chain(&self.ini)
    }

    /// The provider that the profile describes; `None`, and where that was looked for, if it is not there.
    fn provider<'p>(&'p self, looked: &mut Vec<&'p PathBuf>) -> Result<Option<Provider>> {
        if let Some(path) = &self.config
            && let Some(text) = read(path)?
        {
            let file = Config::parse(path, &text, &self.surroundings)?;
            if let Some(name) = self.name.as_deref().or(file.current())
                && file.find(name).is_some()
            {
                return file.provider(name, &mut Vec::new()).map(Some);
            }
            looked.push(path);
        }
        let name = self.name.as_deref().unwrap_or("default");
        for path in &self.ini {
            if let Some(text) = read(path)? {
                if let Some(section) = Section::find(&text, name) {
                    return from_section(&section, &self.surroundings)
                        .map(Some)
                        .map_err(|error| error_of(path, name, error.message()));
                }
                looked.push(path);
            }
        }
        Ok(None)
    }

    fn missing(&self, looked: &[&PathBuf]) -> Error {
        let name = match &self.name {
            Some(name) => format!("there is no profile {:?}", printable(name)),
            None => "there is no current profile".into(),
        };
        let places: Vec<_> = if looked.is_empty() {
            self.files().collect()
        } else {
            looked.to_vec()
        };
        let places: Vec<_> = places.iter().map(|p| p.display().to_string()).collect();
        Error::new(
            Kind::Credentials,
            format!(
                "credentials from profile: {name} in {}",
                match places.is_empty() {
                    true => "any file, because HOME is not set".to_owned(),
                    false => places.join(", "),
                }
            ),
        )
    }
}

impl CredentialsProvider for Profile {
    fn credentials(&self, asking: &Asking<'_>) -> Result<Option<Arc<Credentials>>> {
        let mut looked = Vec::new();
        match self.provider(&mut looked) {
            Ok(Some(provider)) => provider.credentials(asking),
            Ok(None) => Err(self.missing(&looked)),
            Err(error) => {
                if self.is_one_of_many {
                    log::warn!("{error}; the next source of the chain is asked");
                }
                Err(error)
            }
        }
    }

    fn name(&self) -> String {
        match &self.name {
            Some(name) => format!("profile {name}"),
            None => "profile".into(),
        }
    }
}

/// The file of the CLI.
struct Config<'p> {
    path: &'p Path,
    text: Secrets,
    surroundings: &'p Surroundings,
}

impl<'p> Config<'p> {
    fn parse(path: &'p Path, text: &str, surroundings: &'p Surroundings) -> Result<Config<'p>> {
        let what = format!("credentials from profile: {}", path.display());
        let text = Secrets::parse(text.as_bytes(), &what)?;
        Ok(Config {
            path,
            text,
            surroundings,
        })
    }

    fn current(&self) -> Option<&str> {
        self.text.text("current")
    }

    /// The path of the profile of that name, with a dot at its end.
    fn find(&self, name: &str) -> Option<String> {
        (0..self.text.count("profiles"))
            .map(|index| format!("profiles[{index}]."))
            .find(|path| self.text.text(&format!("{path}name")) == Some(name))
    }

    /// `above` are the profiles that lead here.
    fn provider(&self, name: &str, above: &mut Vec<String>) -> Result<Provider> {
        let error = |why: &str| error_of(self.path, name, why);
        if above.iter().any(|earlier| earlier == name) || above.len() >= MAX_CHAIN {
            return Err(error(&format!(
                "its source_profile leads in a circle, or over more than {MAX_CHAIN} profiles: {}",
                printable(&above.join(", "))
            )));
        }
        above.push(name.to_owned());
        let Some(path) = self.find(name) else {
            return Err(error("it is named as a source_profile, but is not there"));
        };
        self.described(&path, above)
            .map_err(|cause| match cause.message().starts_with(PREFIX) {
                true => cause,
                false => error(cause.message()),
            })
    }

    fn described(&self, path: &str, above: &mut Vec<String>) -> Result<Provider> {
        let get = |field: &str| self.text.text(&format!("{path}{field}"));
        let need =
            |field: &str| get(field).ok_or_else(|| Error::invalid(format!("it has no {field}")));
        let keys = |pair| self.text.profile_keys(path, &SNAKE, pair, "it");
        let mode = match get("mode") {
            Some(mode) => mode.to_ascii_lowercase(),
            None => self.inferred_mode(path),
        };
        Ok(match mode.as_str() {
            "ak" => Arc::new(Static::new(keys(Pair::ById)?)?),
            "ststoken" => Arc::new(Static::new(keys(Pair::Temporary)?)?),
            "ramrolearn" => Arc::new(AssumeRole::new(
                Arc::new(Static::new(keys(Pair::ById)?)?),
                self.role(path)?,
            )),
            "chainableramrolearn" => {
                let base = self.provider(need("source_profile")?, above)?;
                Arc::new(AssumeRole::new(base, self.role(path)?))
            }
            "ecsramrole" => Arc::new(ecs(get("ram_role_name"), self.surroundings)?),
            "oidc" => Arc::new(OidcRole::new(
                self.role(path)?,
                need("oidc_provider_arn")?,
                need("oidc_token_file")?,
            )?),
            "external" if self.surroundings.external => {
                Arc::new(Process::new(need("process_command")?)?)
            }
            "credentialsuri" if self.surroundings.external => {
                Arc::new(Uri::new(need("credentials_uri")?)?)
            }
            "external" | "credentialsuri" => {
                return Err(Error::invalid(
                    "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS forbids its mode",
                ));
            }
            other => {
                return Err(Error::invalid(format!(
                    "its mode {:?} is not supported; supported are AK, StsToken, RamRoleArn, ChainableRamRoleArn, EcsRamRole, \
                     OIDC, External and CredentialsURI",
                    printable(other)
                )));
            }
        })
    }

    fn inferred_mode(&self, path: &str) -> String {
        let has = |field: &str| self.text.text(&format!("{path}{field}")).is_some();
        let mode = match () {
            () if has("ram_role_arn") && has("access_key_id") => "ramrolearn",
            () if has("sts_token") => "ststoken",
            () if has("access_key_id") => "ak",
            () if has("ram_role_name") => "ecsramrole",
            () if has("process_command") => "external",
            () if has("oidc_provider_arn") => "oidc",
            () => "",
        };
        mode.to_owned()
    }

    fn role(&self, path: &str) -> Result<Role> {
        let get = |field: &str| self.text.text(&format!("{path}{field}"));
        let endpoint = get(CONFIG_ROLE.endpoint).map(str::to_owned);
        let endpoint = match endpoint {
            Some(endpoint) => Some(endpoint),
            None => sts_of(get("sts_region"), get("enable_vpc"))?,
        };
        role_of(
            &CONFIG_ROLE,
            get(CONFIG_ROLE.arn),
            &self.surroundings.sts,
            &RoleTexts {
                session_name: get(CONFIG_ROLE.session_name),
                duration: get(CONFIG_ROLE.duration),
                policy: get(CONFIG_ROLE.policy),
                external_id: get(CONFIG_ROLE.external_id),
                endpoint: endpoint.as_deref(),
            },
        )
    }
}

fn ecs(role: Option<&str>, surroundings: &Surroundings) -> Result<EcsRamRole> {
    let ecs = EcsRamRole::asked(surroundings.token_required)?;
    match role {
        Some(role) => ecs.role(role),
        None => Ok(ecs),
    }
}

/// The host of STS that a profile names by its region.
fn sts_of(region: Option<&str>, from_vpc: Option<&str>) -> Result<Option<String>> {
    let from_vpc = from_vpc.is_some_and(|text| text.eq_ignore_ascii_case("true"));
    let host = region.map(|region| regional_sts("sts_region", region, from_vpc));
    host.transpose()
}

/// What the parts of a role are called in the file of the CLI.
const CONFIG_ROLE: RoleNames = RoleNames {
    arn: "ram_role_arn",
    session_name: "ram_session_name",
    duration: "expired_seconds",
    policy: "policy",
    external_id: "external_id",
    endpoint: "sts_endpoint",
};

/// What they are called in the ini file, which has regions of STS only.
const INI_ROLE: RoleNames = RoleNames {
    arn: "role_arn",
    session_name: "role_session_name",
    duration: "role_session_expiration",
    policy: "policy",
    external_id: "external_id",
    endpoint: "sts_region",
};

/// The role of a profile, for which 0 seconds mean what is usual.
fn role_of(names: &RoleNames, arn: Option<&str>, sts: &Url, texts: &RoleTexts<'_>) -> Result<Role> {
    let arn = arn.ok_or_else(|| Error::invalid(format!("it has no {}", names.arn)))?;
    let texts = RoleTexts {
        duration: texts.duration.filter(|seconds| *seconds != "0"),
        ..*texts
    };
    Role::at(names, arn, sts.clone())?.described(names, &texts)
}

/// The provider that a section of the ini file describes.
fn from_section(section: &Section<'_>, surroundings: &Surroundings) -> Result<Provider> {
    let need = |field: &str| {
        section
            .get(field)
            .ok_or_else(|| Error::invalid(format!("it has no {field}")))
    };
    let make_keys = |token: Option<&str>| {
        let (id, secret) = (need("access_key_id")?, need("access_key_secret")?);
        Static::new(Credentials::new(id, secret, token.map(str::to_owned)))
    };
    // A token of earlier keys may be left there.
    let permanent = || {
        let is_temporary = keys::is_temporary(section.get("access_key_id"));
        make_keys(section.get("security_token").filter(|_| is_temporary))
    };
    let endpoint = sts_of(section.get("sts_region"), section.get("enable_vpc"))?;
    let role = || {
        role_of(
            &INI_ROLE,
            section.get(INI_ROLE.arn),
            &surroundings.sts,
            &RoleTexts {
                session_name: section.get(INI_ROLE.session_name),
                duration: section.get(INI_ROLE.duration),
                policy: section.get(INI_ROLE.policy),
                external_id: section.get(INI_ROLE.external_id),
                endpoint: endpoint.as_deref(),
            },
        )
    };
    Ok(match need("type")? {
        "access_key" => Arc::new(permanent()?),
        "sts" => Arc::new(make_keys(Some(need("security_token")?))?),
        "ecs_ram_role" => Arc::new(ecs(section.get("role_name"), surroundings)?),
        "ram_role_arn" => Arc::new(AssumeRole::new(Arc::new(permanent()?), role()?)),
        "oidc_role_arn" => Arc::new(OidcRole::new(
            role()?,
            need("oidc_provider_arn")?,
            need("oidc_token_file_path")?,
        )?),
        other => {
            return Err(Error::invalid(format!(
                "its type {:?} is not supported; supported are access_key, sts, ecs_ram_role, ram_role_arn and oidc_role_arn",
                printable(other)
            )));
        }
    })
}

/// How the errors of profiles begin.
const PREFIX: &str = "credentials from profile: ";

fn error_of(path: &Path, name: &str, why: &str) -> Error {
    Error::new(
        Kind::Credentials,
        format!(
            "{PREFIX}{:?} in {} cannot be used: {why}",
            printable(name),
            path.display()
        ),
    )
}

/// The text of a file; `None` if there is none.
fn read(path: &Path) -> Result<Option<Zeroizing<String>>> {
    let failed = |cause: std::io::Error| {
        Error::new(
            Kind::Credentials,
            format!("{PREFIX}cannot read {}: {cause}", path.display()),
        )
    };
    let about = match std::fs::metadata(path) {
        Ok(about) => about,
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(cause) => return Err(failed(cause)),
    };
    if !about.is_file() || about.len() > MAX_FILE {
        return Err(failed(std::io::Error::other(format!(
            "it is not a file of at most {MAX_FILE} bytes"
        ))));
    }
    warn_of_readers(path, &about);
    // All the room it needs, so that growing leaves no copies.
    let mut text = Zeroizing::new(String::with_capacity(about.len() as usize + 1));
    File::open(path)
        .and_then(|file| file.take(MAX_FILE).read_to_string(&mut text))
        .map_err(failed)?;
    Ok(Some(text))
}

#[cfg(unix)]
fn warn_of_readers(path: &Path, about: &std::fs::Metadata) {
    use std::os::unix::fs::PermissionsExt;
    if about.permissions().mode() & 0o077 != 0 {
        log::warn!(
            "{PREFIX}others than its owner may read {}; chmod 600 forbids that",
            path.display()
        );
    }
}

#[cfg(not(unix))]
fn warn_of_readers(_: &Path, _: &std::fs::Metadata) {}
