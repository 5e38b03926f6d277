use super::*;

fn parsed(words: &[&str], variables: &[(&str, &str)]) -> Result<String, String> {
    let find = |name: &str| variables.iter().find(|(known, _)| *known == name);
    let command = parse(words.iter().map(OsString::from), |name| {
        find(name).map(|(_, value)| value.into())
    });
    match command? {
        Command::Run(arguments) => Ok(format!("{arguments:?}")),
        Command::Help | Command::Version => Err("nothing runs".to_owned()),
    }
}

/// Each option with a value that is not its default, and what it cannot do without.
const SAMPLES: [(&str, &str, &[&str]); 25] = [
    ("--memory-limit", "7", &[]),
    ("--lifecycle-clock", "7", &[]),
    ("--ram-role", "role", &[]),
    ("--sts-lifetime", "7", &[]),
    ("--restore-delay", "7", &[]),
    ("--block-public-access", "1", &[]),
    ("--dir", "/data", &[]),
    ("--memory", "1", &[]),
    ("--port", "7", &[]),
    ("--https-port", "7", &[]),
    ("--no-https", "1", &[]),
    ("--host", "127.0.0.7", &[]),
    ("--domain", "oss.test", &[]),
    ("--cert", "a.pem", &["--key", "b.pem"]),
    ("--key", "b.pem", &["--cert", "a.pem"]),
    ("--region", "cn-beijing", &[]),
    ("--access-key", "id:secret", &[]),
    ("--account", "other=id:secret", &[]),
    ("--cname", "img.example.com=pictures", &[]),
    ("--seed", "/seed", &[]),
    ("--ready-file", "/ready", &[]),
    ("--json", "1", &[]),
    ("--verbose", "1", &[]),
    ("--no-md5", "1", &[]),
    ("--no-record", "1", &[]),
];

#[test]
fn each_option_is_a_variable_too_and_in_the_help() {
    assert_eq!(
        SAMPLES.map(|(name, ..)| name),
        KNOWN.map(|(name, _)| name),
        "an option has no sample"
    );
    for ((name, value, rest), (_, takes_value)) in SAMPLES.into_iter().zip(KNOWN) {
        let given = if takes_value {
            format!("{name}={value}")
        } else {
            name.to_owned()
        };
        let by_word = parsed(&[rest, &[given.as_str()]].concat(), &[]);
        let set = variable(name);
        let by_variable = parsed(rest, &[(&set, value)]);
        assert_eq!(by_word, by_variable, "{name}");
        // That is the default.
        if name != "--memory" {
            assert_ne!(by_word, parsed(rest, &[]), "{name} does nothing");
        }
        assert!(
            HELP.contains(&format!("{name} ")),
            "{name} is not in the help"
        );
        if !takes_value {
            assert_eq!(parsed(rest, &[(&set, "0")]), parsed(rest, &[]), "{name}");
        }
    }
}

#[test]
fn the_command_line_wins() {
    assert_eq!(
        parsed(
            &["--region", "cn-beijing"],
            &[("OSS_LOCAL_REGION", "cn-shanghai")]
        ),
        parsed(&["--region", "cn-beijing"], &[])
    );
}

#[test]
fn what_contradicts_itself_is_refused() {
    for (words, variables, said) in [
        (
            &["--memory", "--dir", "q"][..],
            &[][..],
            "--memory and --dir",
        ),
        (&["--dir=q", "--memory"], &[], "--memory and --dir"),
        (
            &["--dir=q", "--memory-limit=1"],
            &[],
            "--memory-limit and --dir",
        ),
        (
            &["--no-https", "--https-port=1"],
            &[],
            "--no-https and --https-port",
        ),
        (
            &["--no-https", "--cert=a", "--key=b"],
            &[],
            "--no-https and --cert",
        ),
        (
            &[],
            &[("OSS_LOCAL_DIR", "q"), ("OSS_LOCAL_MEMORY", "1")],
            "OSS_LOCAL_MEMORY and OSS_LOCAL_DIR",
        ),
        (
            &["--memory-limit=1"],
            &[("OSS_LOCAL_DIR", "q")],
            "--memory-limit and OSS_LOCAL_DIR",
        ),
    ] {
        let expected = format!("{said} contradict each other; give one of them");
        assert_eq!(parsed(words, variables), Err(expected), "{words:?}");
    }
    for (words, variable, same) in [
        (&["--memory"][..], ("OSS_LOCAL_DIR", "q"), &[][..]),
        (&["--dir=q"], ("OSS_LOCAL_MEMORY", "1"), &["--dir=q"]),
        (&["--dir=q"], ("OSS_LOCAL_MEMORY_LIMIT", "1"), &["--dir=q"]),
        (
            &["--https-port=1"],
            ("OSS_LOCAL_NO_HTTPS", "1"),
            &["--https-port=1"],
        ),
    ] {
        assert_eq!(parsed(words, &[variable]), parsed(same, &[]), "{words:?}");
    }
}

#[test]
fn what_cannot_be_meant_is_refused() {
    for (name, takes_value) in KNOWN {
        if takes_value {
            let expected = Err(format!("{name} needs a value"));
            assert_eq!(parsed(&[&format!("{name}=")], &[]), expected);
            assert_eq!(parsed(&[name, ""], &[]), expected);
        }
    }
    for (words, said) in [
        (&["--domain=http://x"][..], "is not a domain"),
        (&["--domain=..a"], "is not a domain"),
        (&["--domain=a:9000"], "is not a domain"),
        (&["--domain=127.0.0.1"], "is not a domain"),
        (&["--cname=http://x=abc"], "is not a domain"),
        (&["--cname=x.example=A_B"], "is not the name of a bucket"),
        (
            &["--cname=x.example=abc", "--cname=X.example=abd"],
            "with two buckets",
        ),
        (&["--region=A_B"], "is not a region"),
        (&["--region=cn-hangzhou-internal"], "is not a region"),
        (&["--region=-cn"], "is not a region"),
        (&["--ram-role=a/b"], "is not a role"),
        (&["--account=a=k:s", "--account=b=k:t"], "belongs to two"),
        (&["--account=a=k:s", "--access-key=k:s"], "belongs to two"),
    ] {
        let refused = parsed(words, &[]).unwrap_err();
        assert!(refused.contains(said), "{words:?}: {refused}");
    }
    for words in [
        &["--domain=OSS_1.example.net."][..],
        &["--domain=oss-local"],
        &["--cname=127.0.0.1=abc", "--cname=127.0.0.1=abc"],
    ] {
        assert!(parsed(words, &[]).is_ok(), "{words:?}");
    }
}

#[test]
fn spaces_part_the_values_of_a_variable_that_may_be_repeated() {
    let domains = [("OSS_LOCAL_DOMAIN", "a.test  b.test")];
    assert_eq!(
        parsed(&[], &domains),
        parsed(&["--domain=a.test", "--domain=b.test"], &[])
    );
}

#[test]
fn the_address_that_kubernetes_sets_is_not_a_port() {
    let of_a_service = [("OSS_LOCAL_PORT", "tcp://10.0.0.7:9000")];
    assert_eq!(parsed(&[], &of_a_service), parsed(&[], &[]));
}

#[cfg(unix)]
#[test]
fn what_is_not_utf_8_is_named() {
    use std::os::unix::ffi::OsStringExt;
    let broken = || OsString::from_vec(vec![b'd', 0xff]);
    let words = parse([OsString::from("--dir"), broken()].into_iter(), |_| None);
    assert_eq!(words.err().as_deref(), Some("\"d\\xFF\" is not UTF-8"));
    let variable = parse(std::iter::empty(), |name| {
        (name == "OSS_LOCAL_DIR").then(broken)
    });
    let said = variable.err();
    assert_eq!(
        said.as_deref(),
        Some("OSS_LOCAL_DIR: \"d\\xFF\" is not UTF-8")
    );
}
