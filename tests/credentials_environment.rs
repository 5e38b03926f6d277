//! What the environment, and files that it names, say of credentials. Each case is a process of its own: this program again.

#[path = "peer/keys.rs"]
mod answers;
mod peer;

use std::ffi::OsStr;
use std::fmt::Debug;
use std::process::Command;
use std::sync::{Arc, Mutex};

use alioss::Error;
use alioss::credentials::Recipe;
use answers::{Oss, bucket, http, keys, program, put, say};
use peer::folder;

/// Runs this test program again for one test that reads the environment, with only these variables of ours.
fn again<V: AsRef<OsStr> + Debug>(test: &str, variables: &[(&str, V)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture", "--include-ignored"]);
    for (name, _) in std::env::vars() {
        if name.starts_with("ALIBABA_CLOUD_") || name.starts_with("OSS_") {
            command.env_remove(name);
        }
    }
    let output = command
        .env("ALIOSS_TEST_AGAIN", "1")
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{variables:?}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_again() -> bool {
    std::env::var_os("ALIOSS_TEST_AGAIN").is_some()
}

/// The token that a put with the provider `RECIPE` brings to OSS, or its error.
fn outcome() -> Result<String, Error> {
    let oss = Arc::new(Oss::default());
    let server = oss.start();
    let text = std::env::var("RECIPE").unwrap();
    let provider = Recipe::parse(&text).and_then(|recipe| recipe.build())?;
    put(&bucket(&server, provider))?;
    Ok(oss.tokens()[0].clone())
}

/// What `RECIPE` has to come to: the token in `TOKEN`, or an error with the words in `WORDS`.
fn check_outcome() {
    let result = outcome();
    match std::env::var("WORDS") {
        Ok(words) => {
            let error = result.expect_err("it worked").to_string();
            assert!(error.contains(&words), "{words:?} is not in: {error}");
            assert!(!error.contains("hush"), "{error}");
        }
        Err(_) => assert_eq!(result.unwrap(), std::env::var("TOKEN").unwrap()),
    }
}

#[test]
fn profiles_are_found_and_followed() {
    if is_again() {
        return check_outcome();
    }
    let home = folder("credentials_home");
    std::fs::create_dir_all(home.join(".aliyun")).unwrap();
    std::fs::create_dir_all(home.join(".alibabacloud")).unwrap();
    let keys = r#"{"mode":"StsToken","access_key_id":"a","access_key_secret":"hush","sts_token":"external"}"#;
    let script = program(&home, "external", &format!("echo '{keys}'"));
    let config = format!(
        r#"{{"current":"sts","profiles":[
        {{"name":"ak","mode":"AK","access_key_id":"a","access_key_secret":"hush"}},
        {{"name":"leftover","mode":"AK","access_key_id":"a","access_key_secret":"hush","sts_token":"old"}},
        {{"name":"sts","mode":"StsToken","access_key_id":"a","access_key_secret":"hush","sts_token":"from-sts"}},
        {{"name":"inferred","access_key_id":"a","access_key_secret":"hush","sts_token":"from-inferred"}},
        {{"name":"tokenless","mode":"StsToken","access_key_id":"a","access_key_secret":"hush"}},
        {{"name":"external","mode":"External","process_command":"{}"}},
        {{"name":"loop","mode":"ChainableRamRoleArn","source_profile":"pool","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"pool","mode":"ChainableRamRoleArn","source_profile":"loop","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"dangling","mode":"ChainableRamRoleArn","source_profile":"nobody","ram_role_arn":"acs:ram::1:role/r"}},
        {{"name":"sso","mode":"CloudSSO"}},
        {{"name":"short","mode":"RamRoleArn","access_key_id":"a","access_key_secret":"hush","ram_role_arn":"acs:ram::1:role/r","expired_seconds":60}},
        {{"name":"path","mode":"RamRoleArn","access_key_id":"a","access_key_secret":"hush","ram_role_arn":"acs:ram::1:role/r","sts_endpoint":"x/path"}},
        {{"name":"odd","mode":"OIDC","ram_role_arn":"acs:ram::1:role/r"}}
        ]}}"#,
        script.display()
    );
    std::fs::write(home.join(".aliyun/config.json"), config).unwrap();
    let ini = "[default]\ntype=sts\naccess_key_id=a\naccess_key_secret=hush\nsecurity_token=from-default\n\
               [ini]\ntype = sts\naccess_key_id = a\naccess_key_secret = hush\nsecurity_token = from-ini\n\
               [old]\ntype = access_key\naccess_key_id = a\naccess_key_secret = hush\nsecurity_token = old\n\
               [given]\ntype = access_key\naccess_key_id = STS.a\naccess_key_secret = hush\nsecurity_token = from-given\n\
               [half]\ntype = sts\naccess_key_id = a\naccess_key_secret = hush\n\
               [brief]\ntype = ram_role_arn\naccess_key_id = a\naccess_key_secret = hush\nrole_arn = acs:ram::1:role/r\nrole_session_expiration = 60\n\
               [usual]\ntype = ram_role_arn\naccess_key_id = a\naccess_key_secret = hush\nrole_arn = acs:ram::1:role/r\nrole_session_expiration = 0\nrole_session_name = -\n\
               [bad]\ntype = bearer\n[empty]\n";
    std::fs::write(home.join(".alibabacloud/credentials"), ini).unwrap();
    let home = home.to_str().unwrap();
    for (recipe, extra, expected) in [
        ("profile", ("X", "1"), Ok("from-sts")),
        ("profile:ak", ("X", "1"), Ok("")),
        // The CLI leaves the token there when a profile gets other keys.
        ("profile:leftover", ("X", "1"), Ok("")),
        ("profile:inferred", ("X", "1"), Ok("from-inferred")),
        ("profile:external", ("X", "1"), Ok("external")),
        ("profile:ini", ("X", "1"), Ok("from-ini")),
        ("profile:old", ("X", "1"), Ok("")),
        ("profile:given", ("X", "1"), Ok("from-given")),
        ("profile:half", ("X", "1"), Err("it has no security_token")),
        ("profile", ("ALIBABA_CLOUD_PROFILE", "ini"), Ok("from-ini")),
        (
            "profile",
            ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
            Ok("from-default"),
        ),
        (
            "profile:external",
            ("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1"),
            Err("forbids its mode"),
        ),
        (
            "profile:nobody",
            ("X", "1"),
            Err("there is no profile \"nobody\" in "),
        ),
        ("profile:tokenless", ("X", "1"), Err("it has no sts_token")),
        ("profile:loop", ("X", "1"), Err("leads in a circle")),
        ("profile:dangling", ("X", "1"), Err("\"nobody\"")),
        (
            "profile:sso",
            ("X", "1"),
            Err("its mode \"cloudsso\" is not supported"),
        ),
        (
            "profile:short",
            ("X", "1"),
            Err("`expired_seconds`: 60 is out of range"),
        ),
        (
            "profile:path",
            ("X", "1"),
            Err("`sts_endpoint`: https://x/path has a path"),
        ),
        (
            "profile:brief",
            ("X", "1"),
            Err("`role_session_expiration`: 60 is out of range"),
        ),
        // 0 seconds are what is usual: only the name is at fault.
        (
            "profile:usual",
            ("X", "1"),
            Err("`role_session_name`: \"-\" is not allowed"),
        ),
        (
            "profile:odd",
            ("X", "1"),
            Err("it has no oidc_provider_arn"),
        ),
        (
            "profile:bad",
            ("X", "1"),
            Err("its type \"bearer\" is not supported"),
        ),
        ("profile:empty", ("X", "1"), Err("it has no type")),
        (
            "profile",
            ("ALIBABA_CLOUD_CONFIG_FILE", "/dev/zero"),
            Err("it is not a file"),
        ),
        (
            "profile",
            ("HOME", "/nonexistent"),
            Err("there is no current profile in /nonexistent/.aliyun/config.json"),
        ),
        ("chain", ("X", "1"), Ok("from-sts")),
        ("chain", ("OSS_ACCESS_KEY_ID", "a"), Ok("from-sts")),
    ] {
        let outcome = match expected {
            Ok(token) => ("TOKEN", token),
            Err(words) => ("WORDS", words),
        };
        again(
            "profiles_are_found_and_followed",
            &[("HOME", home), ("RECIPE", recipe), extra, outcome],
        );
    }
}

#[test]
fn the_environment_says_where_to_look() {
    if is_again() {
        return check_outcome();
    }
    let home = folder("credentials_nowhere");
    let home = home.to_str().unwrap();
    let none = ("HOME", home);
    let off = ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    let alibaba = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "a"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "hush"),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", "alibaba"),
    ];
    let oss = [
        ("OSS_ACCESS_KEY_ID", "a"),
        ("OSS_ACCESS_KEY_SECRET", "hush"),
        ("OSS_SESSION_TOKEN", "oss"),
    ];
    let mended: Vec<_> = alibaba.iter().chain(&oss[..1]).copied().collect();
    let both: Vec<_> = alibaba.iter().chain(&oss).copied().collect();
    // What is wrong with a source that nobody needs is no harm.
    let with = |name, value| [&oss[..], &[(name, value)]].concat();
    let uri = with("ALIBABA_CLOUD_CREDENTIALS_URI", "http://example.com/x");
    let oidc = with("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/t");
    let sts = with("ALIBABA_CLOUD_STS_REGION", "example.com/x");
    for (recipe, variables, expected) in [
        ("chain", &uri[..], Ok("oss")),
        ("chain", &oidc[..], Ok("oss")),
        ("chain", &sts[..], Ok("oss")),
        ("environment", &oss[..], Ok("oss")),
        ("environment:alibaba-cloud", &alibaba[..], Ok("alibaba")),
        (
            "environment",
            &alibaba[..],
            Err("OSS_ACCESS_KEY_ID is not set"),
        ),
        (
            "environment:alibaba-cloud",
            &oss[..],
            Err("ALIBABA_CLOUD_ACCESS_KEY_ID is not set"),
        ),
        (
            "environment",
            &[("OSS_ACCESS_KEY_ID", ""), oss[1]],
            Err("OSS_ACCESS_KEY_ID is empty; set it, or give keys"),
        ),
        (
            "environment",
            &[oss[0], ("OSS_ACCESS_KEY_SECRET", "")],
            Err("OSS_ACCESS_KEY_SECRET is empty; set it, or give keys"),
        ),
        ("chain", &both[..], Ok("oss")),
        ("chain", &alibaba[..], Ok("alibaba")),
        (
            "chain",
            &[],
            Err("nothing in the environment says where to look"),
        ),
        ("chain", &oss[..1], Err("OSS_ACCESS_KEY_SECRET is not set")),
        ("chain", &mended, Ok("alibaba")),
        (
            "chain",
            &[("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/t")],
            Err("are needed together"),
        ),
        ("oidc-role", &[], Err("ALIBABA_CLOUD_ROLE_ARN")),
        (
            "assume-role:acs:ram::1:role/r",
            &[("ALIBABA_CLOUD_STS_REGION", "example.com/x")],
            Err("`ALIBABA_CLOUD_STS_REGION`: \"example.com/x\" is not a region"),
        ),
        (
            "assume-role:acs:ram::1:role/r",
            &[("ALIBABA_CLOUD_STS_ENDPOINT", "example.com/x")],
            Err("`ALIBABA_CLOUD_STS_ENDPOINT`: https://example.com/x has a path"),
        ),
        (
            "assume-role:acs:ram::1:role/r",
            &[("ALIBABA_CLOUD_ROLE_SESSION_NAME", "a b")],
            Err("`ALIBABA_CLOUD_ROLE_SESSION_NAME`: \"a b\" is not allowed"),
        ),
    ] {
        let outcome = match expected {
            Ok(token) => ("TOKEN", token),
            Err(words) => ("WORDS", words),
        };
        let mut all = vec![none, off, ("RECIPE", recipe), outcome];
        all.extend(variables);
        again("the_environment_says_where_to_look", &all);
    }
}

/// Each of the two files is a source of its own of the chain.
#[test]
fn a_chain_goes_on_from_one_file_to_the_other() {
    const TEST: &str = "a_chain_goes_on_from_one_file_to_the_other";
    if is_again() {
        log::set_logger(&Lines).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
        check_outcome();
        let lines = LINES.lock().unwrap().join("\n");
        match std::env::var("WARNED") {
            Ok(words) => assert!(lines.contains(&words), "{words:?} is not in: {lines}"),
            Err(_) => assert!(!lines.contains("profile"), "{lines}"),
        }
        assert!(!lines.contains("hush"), "{lines}");
        return;
    }
    let home = folder("credentials_two_files");
    let config = home.join("config.json");
    let ini = home.join("credentials");
    let keys = "access_key_id = a\naccess_key_secret = hush\n";
    std::fs::write(
        &ini,
        format!("[default]\ntype = sts\n{keys}security_token = from-ini\n[other]\ntype = sts\n{keys}security_token = from-other\n"),
    )
    .unwrap();
    for (text, profile, token, warned) in [
        (
            r#"{"current":"sso","profiles":[{"name":"sso","mode":"CloudSSO","access_key_secret":"hush"}]}"#,
            "",
            "from-ini",
            Some("its mode \"cloudsso\" is not supported"),
        ),
        (
            r#"{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"","access_key_secret":"hush"}]}"#,
            "",
            "from-ini",
            Some("it has no access_key_id"),
        ),
        ("hush", "", "from-ini", Some("is not a JSON object")),
        // A profile that is in the other file is not worth a word.
        (r#"{"profiles":[]}"#, "other", "from-other", None),
        (
            r#"{"current":"a","profiles":[{"name":"a","mode":"StsToken","access_key_id":"a","access_key_secret":"hush","sts_token":"from-config"}]}"#,
            "",
            "from-config",
            None,
        ),
    ] {
        std::fs::write(&config, text).unwrap();
        for file in [&config, &ini] {
            only_for_its_owner(file);
        }
        let mut variables = vec![
            ("RECIPE", "chain"),
            ("ALIBABA_CLOUD_CONFIG_FILE", config.to_str().unwrap()),
            ("ALIBABA_CLOUD_CREDENTIALS_FILE", ini.to_str().unwrap()),
            ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
            ("ALIBABA_CLOUD_PROFILE", profile),
            ("TOKEN", token),
        ];
        variables.extend(warned.map(|words| ("WARNED", words)));
        again(TEST, &variables);
        // One profile is what it is: nobody else is asked.
        if let Some(warned) = warned {
            variables.retain(|(name, _)| !["RECIPE", "TOKEN", "WARNED"].contains(name));
            variables.extend([("RECIPE", "profile"), ("WORDS", warned)]);
            again(TEST, &variables);
        }
    }
}

#[cfg(unix)]
fn only_for_its_owner(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn only_for_its_owner(_: &std::path::Path) {}

/// What is not UTF-8 was meant for something: no other keys are used instead.
#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf_8_is_an_error_with_its_name() {
    use std::os::unix::ffi::OsStrExt;
    if is_again() {
        let words = std::env::var("WORDS").unwrap();
        let error = match std::env::var("RECIPE") {
            Ok(_) => outcome().unwrap_err(),
            Err(_) => {
                let mut config = alioss::Config::new();
                config.region("cn-hangzhou").proxy_from_env(true);
                alioss::Bucket::new(&config, "bucket")
                    .and_then(|bucket| put(&bucket))
                    .unwrap_err()
            }
        };
        assert!(error.to_string().contains(&words), "{error}");
        return;
    }
    let odd = OsStr::from_bytes(b"\xff");
    for (recipe, name) in [
        (None, "OSS_CREDENTIALS"),
        (None, "HTTPS_PROXY"),
        (None, "NO_PROXY"),
        (Some("oidc-role"), "ALIBABA_CLOUD_ROLE_ARN"),
        (Some("chain"), "ALIBABA_CLOUD_ECS_METADATA"),
        (Some("chain"), "ALIBABA_CLOUD_ECS_METADATA_DISABLED"),
        (Some("chain"), "ALIBABA_CLOUD_CREDENTIALS_URI"),
        (Some("chain"), "ALIBABA_CLOUD_PROFILE"),
        (Some("profile"), "ALIBABA_CLOUD_PROFILE"),
        (
            Some("assume-role:acs:ram::1:role/r"),
            "ALIBABA_CLOUD_STS_REGION",
        ),
        (
            Some("assume-role:acs:ram::1:role/r"),
            "ALIBABA_CLOUD_ROLE_SESSION_NAME",
        ),
    ] {
        let mut variables = vec![
            ("OSS_ACCESS_KEY_ID", OsStr::new("a")),
            ("OSS_ACCESS_KEY_SECRET", OsStr::new("hush")),
            ("HOME", OsStr::new("/nonexistent")),
            ("WORDS", OsStr::new(name)),
            (name, odd),
        ];
        if recipe == Some("chain") {
            // Whose keys would be found first.
            variables.drain(..2).for_each(drop);
        }
        if name == "NO_PROXY" {
            variables.push(("HTTPS_PROXY", OsStr::new("http://127.0.0.1:1")));
        }
        variables.extend(recipe.map(|recipe| ("RECIPE", OsStr::new(recipe))));
        again(
            "a_variable_that_is_not_utf_8_is_an_error_with_its_name",
            &variables,
        );
    }
}

/// Files are called what their users like, in whatever encoding.
#[cfg(unix)]
#[test]
fn variables_that_name_files_are_any_bytes() {
    use std::os::unix::ffi::OsStrExt;
    if is_again() {
        return check_outcome();
    }
    let path = OsStr::from_bytes(b"/nonexistent/\xff");
    let words = |words: &'static str| ("WORDS", OsStr::new(words));
    for variables in [
        [
            ("RECIPE", OsStr::new("oidc-role:acs:ram::1:role/r")),
            (
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
                OsStr::new("acs:ram::1:oidc-provider/p"),
            ),
            ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", path),
            words("the token file /nonexistent/"),
        ],
        [
            ("RECIPE", OsStr::new("profile:a")),
            ("ALIBABA_CLOUD_CONFIG_FILE", path),
            ("ALIBABA_CLOUD_CREDENTIALS_FILE", path),
            words("there is no profile \"a\" in /nonexistent/"),
        ],
    ] {
        again("variables_that_name_files_are_any_bytes", &variables);
    }
}

/// Lines of the log, of this process.
static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());

struct Lines;

impl log::Log for Lines {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}", record.level(), record.args());
        LINES.lock().unwrap().push(line);
    }

    fn flush(&self) {}
}

#[cfg(unix)]
#[test]
fn a_profile_that_others_can_read_is_warned_of_in_the_log_and_used() {
    use std::os::unix::fs::PermissionsExt;
    if is_again() {
        log::set_logger(&Lines).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        outcome().unwrap();
        let lines = LINES.lock().unwrap();
        let words = "WARN credentials from profile: others than its owner may read ";
        let warned = lines.iter().filter(|line| line.starts_with(words)).count();
        assert_eq!(
            warned.to_string(),
            std::env::var("WARNED").unwrap(),
            "{lines:?}"
        );
        assert!(!lines.concat().contains("hush"), "{lines:?}");
        return;
    }
    let file = folder("credentials_readable").join("config.json");
    let config = r#"{"current":"a","profiles":[{"name":"a","mode":"StsToken","access_key_id":"a","access_key_secret":"hush1","sts_token":"hush2"}]}"#;
    std::fs::write(&file, config).unwrap();
    for (mode, warned) in [(0o600, "0"), (0o640, "1"), (0o604, "1"), (0o400, "0")] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let variables = [
            ("RECIPE", "profile"),
            ("ALIBABA_CLOUD_CONFIG_FILE", file.to_str().unwrap()),
            ("WARNED", warned),
        ];
        again(
            "a_profile_that_others_can_read_is_warned_of_in_the_log_and_used",
            &variables,
        );
    }
    // Files of users are read, and never written.
    assert_eq!(std::fs::read_to_string(&file).unwrap(), config);
    assert_eq!(
        std::fs::read_dir(file.parent().unwrap()).unwrap().count(),
        1
    );
}

#[test]
fn a_metadata_service_without_tokens_can_be_forbidden() {
    if is_again() {
        return check_outcome();
    }
    let metadata = http(|line, _| match line.starts_with("put ") {
        true => say(404, ""),
        false => say(200, keys(1, 3600)),
    });
    let recipe = format!("ecs-ram-role:r;endpoint={}", metadata.endpoint());
    for (disabled, outcome) in [
        ("false", ("TOKEN", "token1")),
        ("TRUE", ("WORDS", "/latest/api/token has the status 404")),
    ] {
        let variables = [
            ("RECIPE", recipe.as_str()),
            ("ALIBABA_CLOUD_IMDSV1_DISABLED", disabled),
            outcome,
        ];
        again(
            "a_metadata_service_without_tokens_can_be_forbidden",
            &variables,
        );
    }
}
