//! What a build without the feature `credentials` makes of the text of a provider: the two that need nothing.

use std::sync::Arc;

use super::{Anonymous, CredentialsProvider, Environment};
use crate::error::{Error, Kind, Result};

type Provider = Arc<dyn CredentialsProvider>;

/// A provider as text: `environment`, `environment:alibaba-cloud` or `anonymous` in this build.
#[derive(Default)]
pub struct Recipe {
    name: String,
    argument: Option<String>,
}

impl Recipe {
    /// Takes `text` apart.
    pub fn parse(text: &str) -> Result<Recipe> {
        match text.split_once(':') {
            Some((name, argument)) => Recipe::new(name, Some(argument)),
            None => Recipe::new(text, None),
        }
    }

    /// The provider of that name; an empty argument is none.
    pub fn new(name: &str, argument: Option<&str>) -> Result<Recipe> {
        let recipe = Recipe {
            name: name.to_owned(),
            argument: argument
                .filter(|argument| !argument.is_empty())
                .map(str::to_owned),
        };
        recipe.build()?;
        Ok(recipe)
    }

    /// Sets an option: there are none in this build.
    pub fn set(&mut self, _: &str, _: &str) -> Result<()> {
        Err(Error::unusable(
            "credentials",
            "no provider has options in this build, which lacks the feature `credentials`",
        ))
    }

    /// As [`set`](Recipe::set) with the option `token-file`.
    pub fn token_file(&mut self, _: impl Into<std::path::PathBuf>) -> Result<()> {
        self.set("token-file", "")
    }

    /// Whose keys a role is taken on with; not in this build.
    pub fn base(&mut self, _: Provider) {}

    /// The provider. The environment is read now, and never later.
    pub fn build(&self) -> Result<Provider> {
        match (self.name.as_str(), self.argument.as_deref()) {
            ("environment", None | Some("oss")) => Ok(Arc::new(Environment::new())),
            ("environment", Some("alibaba-cloud")) => Ok(Arc::new(Environment::alibaba_cloud())),
            ("anonymous", None) => Ok(Arc::new(Anonymous)),
            // Not quoted: it may be a command, with secrets in it.
            _ => Err(Error::new(
                Kind::Unsupported,
                "`credentials`: that is not a provider of this build, which lacks the feature `credentials`; it has \
                 environment and anonymous",
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_providers_are_there_and_the_others_say_what_is_missing() {
        for (text, name) in [
            ("environment", "environment"),
            ("environment:oss", "environment"),
            ("environment:alibaba-cloud", "environment"),
            ("anonymous", "anonymous"),
        ] {
            let provider = Recipe::parse(text).unwrap().build().unwrap();
            assert_eq!(provider.name(), name);
        }
        let missing = "lacks the feature `credentials`";
        for text in [
            "ecs-ram-role",
            "uri:https://a/b",
            "chain",
            "nobody",
            "anonymous:x",
            "process:/bin/keys --pw hush",
            "/bin/keys --pw hush",
        ] {
            let error = Recipe::parse(text).err().expect(text);
            assert!(error.message().contains(missing), "{text}: {error}");
            assert!(!error.message().contains("hush"), "{text}: {error}");
            assert_eq!(error.kind(), Kind::Unsupported);
        }
        let mut recipe = Recipe::parse("anonymous").unwrap();
        recipe.base(Arc::new(Anonymous));
        for error in [
            recipe.set("endpoint", "x").unwrap_err(),
            recipe.token_file("/t").unwrap_err(),
        ] {
            assert!(error.message().contains(missing), "{error}");
        }
    }
}
