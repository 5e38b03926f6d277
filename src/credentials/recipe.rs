//! Any provider from one text, such as `ecs-ram-role:my-role` or `assume-role:acs:ram::1:role/r;duration=900`: for
//! configuration files, for `OSS_CREDENTIALS`, and for languages that have no types of their own for them.

use std::path::PathBuf;
use std::sync::Arc;

use super::chain::oidc_from_environment;
use super::sts::{self, RoleTexts};
use super::{
    Anonymous, AssumeRole, Cached, Chain, CredentialsProvider, EcsRamRole, Environment, OidcRole,
    Process, Profile, Role, Uri,
};
use crate::error::{Error, Result};

type Provider = Arc<dyn CredentialsProvider>;

/// A provider as text: its name, what it is told, and the options that follow.
///
/// | text | provider |
/// |---|---|
/// | `environment`, `environment:alibaba-cloud` | [`Environment`] |
/// | `anonymous` | [`Anonymous`] |
/// | `ecs-ram-role[:NAME]` | [`EcsRamRole`]; `endpoint` |
/// | `oidc-role[:ROLE-ARN]` | [`OidcRole`]; `provider-arn`, `token-file`, and those of a role |
/// | `assume-role:ROLE-ARN` | [`AssumeRole`] with the keys of `base`, by default `environment`; those of a role |
/// | `process:COMMAND` | [`Process`] |
/// | `uri:URL` | [`Uri`] |
/// | `profile[:NAME]` | [`Profile`] |
/// | `chain` | [`Chain`] |
///
/// Options follow as `;name=value`. Those of a role are `session-name`, `duration`, `policy`, `external-id`, `sts-endpoint`.
/// A `;` in a value is written `;;`.
#[derive(Default)]
pub struct Recipe {
    name: String,
    argument: Option<String>,
    options: Vec<(String, String)>,
    token_file: Option<PathBuf>,
    base: Option<Provider>,
}

/// What can be made: the name, whether it has an argument and which, and its options. What can be known of the texts alone is
/// checked when they are given; the environment and files are looked at when the provider is made.
struct Kind {
    name: &'static str,
    argument: Argument,
    check: fn(&str) -> Result<()>,
    options: &'static [&'static str],
    make: fn(&Recipe) -> Result<Provider>,
}

#[derive(PartialEq, Eq)]
enum Argument {
    None,
    Optional,
    Required(&'static str),
}

const TOKEN_FILE: &str = "token-file";
const ENDPOINT: &str = "endpoint";
const BASE: &str = "base";

const ESCAPE: &str = "a `;` in a value is written `;;`";

const ROLE: [&str; 5] = [
    "session-name",
    "duration",
    "policy",
    "external-id",
    "sts-endpoint",
];

static KINDS: [Kind; 9] = [
    Kind {
        name: "environment",
        argument: Argument::Optional,
        check: |names| environment(Some(names)).map(drop),
        options: &[],
        make: |recipe| environment(recipe.argument.as_deref()),
    },
    Kind {
        name: "anonymous",
        argument: Argument::None,
        check: any,
        options: &[],
        make: |_| Ok(Arc::new(Anonymous)),
    },
    Kind {
        name: "ecs-ram-role",
        argument: Argument::Optional,
        check: |role| EcsRamRole::asked(false)?.role(role).map(drop),
        options: &[ENDPOINT],
        make: Recipe::ecs_ram_role,
    },
    Kind {
        name: "oidc-role",
        argument: Argument::Optional,
        check: sts::check_argument,
        options: &[
            sts::PROVIDER_ARN,
            TOKEN_FILE,
            ROLE[0],
            ROLE[1],
            ROLE[2],
            ROLE[3],
            ROLE[4],
        ],
        make: Recipe::oidc_role,
    },
    Kind {
        name: "assume-role",
        argument: Argument::Required("the ARN of a role"),
        check: sts::check_argument,
        options: &[BASE, ROLE[0], ROLE[1], ROLE[2], ROLE[3], ROLE[4]],
        make: Recipe::assume_role,
    },
    Kind {
        name: "process",
        argument: Argument::Required("a command"),
        check: |command| Process::new(command).map(drop),
        options: &[],
        make: |recipe| cached(Process::new(recipe.argument())?),
    },
    Kind {
        name: "uri",
        argument: Argument::Required("a URL"),
        check: |url| Uri::new(url).map(drop),
        options: &[],
        make: |recipe| cached(Uri::new(recipe.argument())?),
    },
    Kind {
        name: "profile",
        argument: Argument::Optional,
        check: any,
        options: &[],
        make: |recipe| cached(Profile::new(recipe.argument.as_deref())?),
    },
    Kind {
        name: "chain",
        argument: Argument::None,
        check: any,
        options: &[],
        make: |_| Ok(Arc::new(Chain::new()?)),
    },
];

fn any(_: &str) -> Result<()> {
    Ok(())
}

fn environment(names: Option<&str>) -> Result<Provider> {
    match names {
        None | Some("oss") => Ok(Arc::new(Environment::new())),
        Some("alibaba-cloud") => Ok(Arc::new(Environment::alibaba_cloud())),
        Some(other) => Err(Error::refused(
            "credentials",
            format_args!("environment knows no names {}", quoted(other)),
            "oss and alibaba-cloud",
        )),
    }
}

fn cached(provider: impl CredentialsProvider + 'static) -> Result<Provider> {
    Ok(Arc::new(Cached::new(provider)))
}

impl Recipe {
    /// Takes `text` apart. An error says what is not allowed, without what may be a part of a secret.
    pub fn parse(text: &str) -> Result<Recipe> {
        let mut parts = split(text).into_iter();
        let first = parts.next().unwrap_or_default();
        let (name, argument) = match first.split_once(':') {
            Some((name, argument)) => (name, Some(argument)),
            None => (first.as_str(), None),
        };
        let mut recipe = Recipe::new(name, argument)?;
        for part in parts {
            let Some((option, value)) = part.split_once('=') else {
                // The rest of a secret, where a `;` in it is not written twice: it is not quoted.
                return Err(Error::unusable(
                    "credentials",
                    format_args!(
                        "what follows a `;` of {name} is not an option with a value, such as duration=900; {ESCAPE}"
                    ),
                ));
            };
            recipe.set(option, value)?;
        }
        Ok(recipe)
    }

    /// The provider of that name; an empty argument is none.
    pub fn new(name: &str, argument: Option<&str>) -> Result<Recipe> {
        let kind = kind(name)?;
        let argument = argument.filter(|argument| !argument.is_empty());
        match (&kind.argument, argument) {
            (Argument::None, Some(_)) => Err(Error::unusable(
                "credentials",
                format_args!("{name} takes nothing after its name"),
            )),
            (Argument::Required(what), None) => Err(Error::unusable(
                "credentials",
                format_args!("{name} needs {what} after its name: {name}:..."),
            )),
            _ => {
                argument.map_or(Ok(()), kind.check)?;
                Ok(Recipe {
                    name: name.to_owned(),
                    argument: argument.map(str::to_owned),
                    ..Recipe::default()
                })
            }
        }
    }

    /// Sets an option; a later one of the same name wins. An error says what is wrong with the value.
    pub fn set(&mut self, option: &str, value: &str) -> Result<()> {
        self.check_has(option)?;
        match option {
            TOKEN_FILE => return self.token_file(value),
            BASE => Recipe::parse(value).map(drop)?,
            ENDPOINT => EcsRamRole::asked(false)?.endpoint(value).map(drop)?,
            _ => sts::check_option(option, value)?,
        }
        self.options.push((option.to_owned(), value.to_owned()));
        Ok(())
    }

    /// As [`set`](Recipe::set) with the option `token-file`, whose value may be any bytes on Unix.
    pub fn token_file(&mut self, path: impl Into<PathBuf>) -> Result<()> {
        self.check_has(TOKEN_FILE)?;
        let path = path.into();
        if path.as_os_str().is_empty() {
            return Err(Error::refused(
                TOKEN_FILE,
                "it is empty",
                "the path of a file",
            ));
        }
        self.token_file = Some(path);
        Ok(())
    }

    /// An error if the provider has no such option.
    fn check_has(&self, option: &str) -> Result<()> {
        let kind = kind(&self.name)?;
        if kind.options.contains(&option) {
            return Ok(());
        }
        let is_known = KINDS.iter().any(|kind| kind.options.contains(&option));
        Err(Error::unusable(
            "credentials",
            format_args!(
                "{} has no {}; it has {}; {ESCAPE}",
                self.name,
                match is_known {
                    true => format!("option {option:?}"),
                    // The rest of a secret, perhaps.
                    false => "such option as is given after a `;`".to_owned(),
                },
                match kind.options.is_empty() {
                    true => "none".to_owned(),
                    false => kind.options.join(", "),
                }
            ),
        ))
    }

    /// Whose keys a role is taken on with, instead of the option `base`.
    pub fn base(&mut self, provider: Provider) {
        self.base = Some(provider);
    }

    /// The provider. The environment is read now, and never later.
    pub fn build(&self) -> Result<Provider> {
        (kind(&self.name)?.make)(self)
    }

    fn argument(&self) -> &str {
        self.argument.as_deref().unwrap_or_default()
    }

    fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options.iter().rev();
        let (_, value) = options.find(|(option, _)| option == name)?;
        Some(value)
    }

    fn ecs_ram_role(&self) -> Result<Provider> {
        let mut ecs = EcsRamRole::new()?;
        if let Some(role) = &self.argument {
            ecs = ecs.role(role)?;
        }
        if let Some(endpoint) = self.option(ENDPOINT) {
            ecs = ecs.endpoint(endpoint)?;
        }
        cached(ecs)
    }

    fn oidc_role(&self) -> Result<Provider> {
        let (provider, file) = (self.option(sts::PROVIDER_ARN), self.token_file.as_deref());
        match (self.argument.as_deref(), provider, file) {
            (Some(arn), Some(provider), Some(file)) => {
                cached(OidcRole::new(self.role_at(arn)?, provider, file)?)
            }
            (arn, None, None) => match oidc_from_environment(arn)? {
                Some(oidc) => cached(oidc.with_role(|role| self.role(role))?),
                None => Err(Error::unusable(
                    "credentials",
                    "oidc-role needs ALIBABA_CLOUD_ROLE_ARN, ALIBABA_CLOUD_OIDC_PROVIDER_ARN and \
                     ALIBABA_CLOUD_OIDC_TOKEN_FILE in the environment, or oidc-role:ROLE-ARN;provider-arn=...;token-file=...",
                )),
            },
            _ => Err(Error::unusable(
                "credentials",
                "oidc-role needs the ARN of the role, provider-arn and token-file together",
            )),
        }
    }

    fn assume_role(&self) -> Result<Provider> {
        let base = match (&self.base, self.option(BASE)) {
            (Some(base), _) => base.clone(),
            (None, Some(text)) => Recipe::parse(text)?.build()?,
            (None, None) => Arc::new(Environment::new()),
        };
        cached(AssumeRole::new(base, self.role_at(self.argument())?))
    }

    /// The role with the options given, of which a name of the session is worth more than a variable.
    fn role_at(&self, arn: &str) -> Result<Role> {
        self.role(match self.option("session-name") {
            Some(_) => Role::unnamed(arn)?,
            None => Role::new(arn)?,
        })
    }

    /// `role` with the options given.
    fn role(&self, role: Role) -> Result<Role> {
        let texts = RoleTexts {
            session_name: self.option("session-name"),
            duration: self.option("duration"),
            policy: self.option("policy"),
            external_id: self.option("external-id"),
            endpoint: self.option("sts-endpoint"),
        };
        role.described(&sts::OPTIONS, &texts)
    }
}

fn kind(name: &str) -> Result<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name).ok_or_else(|| {
        let names: Vec<_> = KINDS.iter().map(|kind| kind.name).collect();
        Error::unusable(
            "credentials",
            format_args!(
                "there is no provider {}; there are {}",
                quoted(name),
                names.join(", ")
            ),
        )
    })
}

/// A name for a message. What does not look like one may be a secret, or a command with secrets.
fn quoted(name: &str) -> String {
    let is_name = name.len() <= 24
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"-_ ".contains(&byte));
    match is_name {
        true => format!("{name:?}"),
        false => "of that name".to_owned(),
    }
}

/// Splits at `;`, but not at `;;`, which stands for one of them.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, parts.last_mut()) {
            (';', Some(part)) if rest.peek() == Some(&';') => {
                rest.next();
                part.push(';');
            }
            (';', _) => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            (_, None) => {}
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_split_at_single_semicolons() {
        assert_eq!(split("a"), ["a"]);
        assert_eq!(split("a;b=c;;d;"), ["a", "b=c;d", ""]);
        assert_eq!(split(""), [""]);
    }

    #[test]
    fn what_may_be_a_part_of_a_secret_is_not_quoted() {
        for text in [
            "process:/bin/keys --pw 'a;hush'",
            "process:/bin/keys --pw 'a;hush=b'",
            "process:PASSWORD=hush /bin/keys",
            "uri:https://h/x?sig=abc;hush==",
            "uri:https://h/x?sig=abc;hush",
            "uri:https://user:hush@h/x",
            "assume-role:acs:ram::1:role/r;policy={\"a\";hush\"}",
            "/bin/keys --pw hush",
            "LTAIhush0",
            "chain:hush",
            "anonymous:hush",
            "environment:LTAI-hush",
        ] {
            let error = Recipe::parse(text)
                .and_then(|recipe| recipe.build())
                .expect_err(text)
                .to_string();
            assert!(!error.contains("hush"), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_not_allowed_is_named() {
        for (text, words) in [
            ("", "there is no provider \"\"; there are environment, "),
            ("ecs", "there is no provider \"ecs\""),
            ("anonymous:x", "anonymous takes nothing after its name"),
            ("uri", "uri needs a URL after its name: uri:..."),
            ("uri:", "uri needs a URL"),
            (
                "ecs-ram-role:r;endpoint",
                "what follows a `;` of ecs-ram-role is not an option with a value",
            ),
            (
                "ecs-ram-role:r;a=b",
                "has no such option as is given after a `;`; it has endpoint; a `;` in a value is written `;;`",
            ),
            (
                "chain;duration=b",
                "chain has no option \"duration\"; it has none",
            ),
        ] {
            let error = Recipe::parse(text).err().expect(text).to_string();
            assert!(
                error.starts_with("`credentials`: ") && error.contains(words),
                "{text}: {error}"
            );
        }
    }

    #[test]
    fn a_value_is_refused_when_it_is_given() {
        for (text, words) in [
            (
                "ecs-ram-role:../x",
                "`role`: \"../x\" is not the name of a role",
            ),
            (
                "uri:http://example.com/k",
                "`uri`: http://example.com/k is not encrypted",
            ),
            (
                "uri:http://localhost/k",
                "`uri`: http://localhost/k is not encrypted",
            ),
            (
                "process:keys",
                "`command`: the program \"keys\" is not an absolute path",
            ),
            (
                "assume-role:x",
                "`role-arn`: \"x\" is not the ARN of a role",
            ),
            (
                "assume-role:acs:ram::1:role/r;duration=899",
                "`duration`: 899 is out of range",
            ),
            (
                "assume-role:acs:ram::1:role/r;duration=x",
                "`duration`: \"x\" is not a number",
            ),
            (
                "assume-role:acs:ram::1:role/r;session-name=a b",
                "`session-name`: \"a b\" is not allowed",
            ),
            (
                "assume-role:acs:ram::1:role/r;sts-endpoint=http://x",
                "`sts-endpoint`: http://x is not encrypted",
            ),
            (
                "assume-role:acs:ram::1:role/r;sts-endpoint=x/path",
                "`sts-endpoint`: https://x/path has a path or a query, which would not be used; give https://x",
            ),
            (
                "assume-role:acs:ram::1:role/r;sts-endpoint=https://x/?a=b",
                "`sts-endpoint`: https://x has a path or a query",
            ),
            (
                "ecs-ram-role:r;endpoint=http://127.0.0.1:8/meta",
                "`endpoint`: http://127.0.0.1:8/meta has a path or a query, which would not be used; give http://127.0.0.1:8",
            ),
            (
                "assume-role:acs:ram::1:role/r;base=nobody",
                "there is no provider \"nobody\"",
            ),
            ("environment:other", "environment knows no names \"other\""),
            (
                "process:/bin/keys 'a",
                "`command` ends inside single quotes",
            ),
            (
                "assume-role:acs:ram::1:role/r;duration=900.5",
                "`duration`: \"900.5\" is not a number; allowed are 900 to 43200 seconds",
            ),
            (
                "assume-role:acs:ram::1:role/r;policy=",
                "`policy`: it has 0 characters",
            ),
            (
                "assume-role:acs:ram::1:role/r;external-id=x",
                "`external-id`: it is not one",
            ),
            (
                "assume-role:acs:ram::1:role/r;base=assume-role:x",
                "`role-arn`: \"x\" is not the ARN of a role",
            ),
            ("oidc-role:x", "`role-arn`: \"x\" is not the ARN of a role"),
            (
                "oidc-role:acs:ram::1:role/r;provider-arn=x",
                "`provider-arn`: \"x\" is not the ARN of an identity provider",
            ),
            ("oidc-role;token-file=", "`token-file`: it is empty"),
        ] {
            let error = Recipe::parse(text).err().expect(text).to_string();
            assert!(error.contains(words), "{text}: {error}");
        }
        // What options say together is known when there are no more.
        let recipe = Recipe::parse("oidc-role:acs:ram::1:role/r;token-file=/t").unwrap();
        let error = recipe.build().err().unwrap().to_string();
        assert!(error.contains("together"), "{error}");
    }
}
