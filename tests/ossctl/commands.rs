//! What is the same for all commands: exit codes, output, help, completion; and the small ones.

use super::*;

#[test]
fn a_signed_url_works_without_keys() {
    let place = Place::new("sign");
    place.put("a b", b"signed");
    let url = place.ok(&["sign", "-e", "60", "oss://bucket/a b"]);
    let got = tool("curl", "curl", &["-sf", url.trim_end()]);
    assert_eq!(got, "signed");
    let signed = &place.json(&["sign", "oss://bucket/a b", "-m", "HEAD"])[0];
    assert!(signed["expiration"].as_i64().unwrap() > 0);
    place.ends(2, &["sign", "-e", "604801", "oss://bucket/a"]);
}

#[test]
fn uploads_left_behind_are_listed_and_given_up() {
    let place = Place::new("uploads");
    for key in ["p/a", "q"] {
        place
            .bucket
            .initiate_multipart_upload(key, &Options::new())
            .unwrap();
    }
    let listed = place.json(&["uploads", "oss://bucket"]);
    assert_eq!(listed.len(), 2);
    assert_eq!(listed[0]["key"], "p/a");
    assert!(
        place
            .json(&["uploads", "--older-than", "1", "oss://bucket"])
            .is_empty()
    );
    assert!(
        place
            .ok(&["uploads", "--abort", "oss://bucket/p"])
            .ends_with("oss://bucket/p/a  aborted\n")
    );
    assert_eq!(place.json(&["uploads", "oss://bucket"]).len(), 1);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let place = Place::new("codes");
    place.write("a", b"x");
    let refuse = |status, code: &str| {
        let answer = Action::Status(Status::new(status, code));
        place
            .server
            .inject(Rule::new(answer).operation("PutObject").times(3));
    };
    let put = ["put", "a", "oss://bucket/a"];
    for (status, code, expected) in [
        (403, "AccessDenied", 4),
        (503, "ServiceUnavailable", 5),
        (409, "ObjectNotAppendable", 1),
    ] {
        refuse(status, code);
        let failed = place.run(&put);
        assert_eq!(failed.status.code(), Some(expected), "{}", stderr(&failed));
        place.server.clear_rules();
    }
    let rows: [(i32, &[&str], &str); 16] = [
        (3, &["get", "oss://bucket/missing", "x"], "NoSuchKey"),
        (3, &["ls", "oss://missing"], "NoSuchBucket"),
        (
            3,
            &["ls", "oss://bucket/missing"],
            "nothing is called like that",
        ),
        (6, &["put", "missing", "oss://bucket/a"], "missing"),
        (6, &["get", "oss://bucket/a", "no/where"], "no/where"),
        (2, &["put", "a"], "a source and a target"),
        (2, &["put", "a", "b"], "goes the other way"),
        (2, &["cp", "a", "b"], "in OSS"),
        (2, &["frobnicate"], "no command"),
        (2, &["ls", "--frobnicate"], "--frobnicate is not an option"),
        (2, &["ls", "-Z"], "-Z is not an option"),
        (2, &["put", "-w", "65", "a", "oss://bucket/a"], "1 to 64"),
        (2, &["put", "--workers"], "needs a value"),
        (2, &["ls", "--json=1"], "takes no value"),
        (2, &["ls", "oss://"], "oss://BUCKET/KEY"),
        (2, &["ls", "oss://No_Bucket"], "bucket"),
    ];
    place.put("a", b"x");
    for (code, arguments, words) in rows {
        let output = place.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(
            stderr(&output).contains(words),
            "{arguments:?}: {}",
            stderr(&output)
        );
        assert!(output.stdout.is_empty());
    }
    let nowhere = place
        .command(&["ls"])
        .env_remove("OSS_ENDPOINT")
        .env_remove("OSS_REGION")
        .output()
        .unwrap();
    assert_eq!(nowhere.status.code(), Some(2));
    let no_keys = place
        .command(&["ls"])
        .env_remove("OSS_ACCESS_KEY_ID")
        .output()
        .unwrap();
    assert_eq!(no_keys.status.code(), Some(4), "{}", stderr(&no_keys));
    let closed = place.run(&["ls", "--endpoint", "http://127.0.0.1:1"]);
    assert_eq!(closed.status.code(), Some(5), "{}", stderr(&closed));
    // Errors are JSON, too, if asked for.
    let output = place.run(&["get", "--json", "oss://bucket/missing", "x"]);
    let error: serde_json::Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(
        (&error["code"], &error["exit_code"]),
        (&"NoSuchKey".into(), &3.into())
    );
}

#[test]
fn names_are_shown_without_steering_the_terminal() {
    let place = Place::new("names");
    place.put("evil\u{1b}[2J\"\n路", b"x");
    let said = place.ok(&["ls", "oss://bucket"]);
    assert!(
        said.ends_with("oss://bucket/evil\\x1b[2J\"\\x0a路\n"),
        "{said:?}"
    );
    assert_eq!(place.keys(), ["evil\u{1b}[2J\"\n路"]);
}

#[test]
fn help_teaches_every_command() {
    let place = Place::new("help");
    let all = place.ok(&["--help"]);
    let commands = [
        "ls", "stat", "cat", "put", "get", "cp", "mv", "rm", "sync", "du", "mb", "rb", "sign",
        "uploads",
    ];
    for command in commands {
        assert!(all.contains(&format!("\n  {command} ")), "{command}");
        let help = place.ok(&[command, "--help"]);
        assert!(
            help.starts_with(&format!("usage: ossctl {command} ")),
            "{help}"
        );
        assert!(
            help.matches("ossctl ").count() > 1,
            "{command} has no example"
        );
        assert!(help.contains("\noptions:\n") && help.contains("--endpoint"));
        assert_eq!(place.ok(&["help", command]), help);
    }
    assert!(all.contains("Exit codes: 0 done;"));
    assert!(place.ok(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn bash_completes_commands_options_and_places() {
    let place = Place::new("completion");
    place.put("photos/a.jpg", b"x");
    let complete = |line: &str| {
        let script = format!(
            "source {}; ossctl() {{ {} \"$@\"; }}; COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}; \
             read -ra COMP_WORDS <<<\"${{COMP_LINE//:/ : }}x\"; \
             COMP_WORDS[-1]=${{COMP_WORDS[-1]%x}}; COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _ossctl; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            root().join("examples/c/ossctl/ossctl.bash").display(),
            program().display()
        );
        let mut bash = Command::new("bash");
        bash.args(["-c", &script])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap());
        bash.envs(environment(&place.server, Scheme::Http))
            .current_dir(&place.folder);
        String::from_utf8(bash.output().unwrap().stdout).unwrap()
    };
    assert_eq!(complete("ossctl sy"), "sync\n");
    assert_eq!(complete("ossctl put --meta"), "--metadata\n");
    assert_eq!(complete("ossctl ls oss://bu"), "//bucket/\n");
    assert_eq!(
        complete("ossctl cat oss://bucket/photos/"),
        "//bucket/photos/a.jpg\n"
    );
    place.write("local.txt", b"");
    assert_eq!(complete("ossctl put loc"), "local.txt\n");
}

#[test]
fn progress_is_a_bar_on_a_terminal_and_nothing_for_what_is_quick_elsewhere() {
    let place = Place::new("progress");
    place.write("in", &vec![1; 2_000_000]);
    assert_eq!(stderr(&place.run(&["put", "in", "oss://bucket/a"])), "");
    place.server.inject(
        Rule::new(Action::Delay { ms: 150 })
            .operation("UploadPart")
            .times(100),
    );
    let line = format!(
        "{} put in oss://bucket/a -w1 --part-size 204800",
        program().display()
    );
    let mut script = Command::new("script");
    script
        .args(["-qec", &line, "typescript"])
        .current_dir(&place.folder)
        .env_clear();
    script
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(environment(&place.server, Scheme::Http));
    let shown = String::from_utf8_lossy(&script.output().unwrap().stdout).into_owned();
    for words in [
        "oss://bucket/a: [",
        "MiB of 1.9 MiB, ",
        "/s, 0:0",
        " left",
        "\r\u{1b}[K",
        "in -> oss://bucket/a",
    ] {
        assert!(shown.contains(words), "no {words:?} in {shown:?}");
    }
}
