//! What is said when something goes wrong: as JSON if that is wanted, whole, and never into a file.

use super::*;

/// The lines on standard error, each of which is JSON.
fn errors(output: &Output) -> Vec<serde_json::Value> {
    let said = stderr(output);
    let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {said}"));
    said.lines().map(parse).collect()
}

#[test]
fn every_error_is_json_if_that_is_wanted() {
    let place = Place::new("json-errors");
    place.put("a", b"x");
    place.write("f", b"x");
    place.write("d/g", b"x");
    let rows: [(i32, &[&str], &str); 18] = [
        (2, &["frobnicate", "--json"], "no command"),
        (2, &["help", "frobnicate", "-j"], "no command"),
        (2, &["ls", "--frobnicate", "--json"], "--frobnicate"),
        (
            2,
            &["put", "-w", "65", "-rj", "d", "oss://bucket"],
            "1 to 64",
        ),
        (2, &["put", "--json", "f", "f", "oss://bucket/x"], "several"),
        (2, &["put", "--json", "f"], "a source and a target"),
        (2, &["cp", "--json", "f", "d"], "in OSS"),
        (2, &["put", "--json", "d", "oss://bucket"], "give -r"),
        (2, &["put", "--json", "", "oss://bucket/"], "empty"),
        (2, &["rm", "--json", "oss://bucket"], "is a bucket"),
        (2, &["rb", "--json", "oss://bucket/a"], "a bucket is needed"),
        (2, &["sign", "--json", "oss://bucket"], "object is needed"),
        (2, &["sync", "--json", "d"], "source and a target"),
        (2, &["ls", "--json", "oss://No_Bucket"], "No_Bucket"),
        (
            3,
            &["ls", "--json", "oss://bucket/missing"],
            "nothing is called",
        ),
        (3, &["cat", "--json", "oss://bucket/missing"], "NoSuchKey"),
        (1, &["rb", "--json", "oss://bucket"], "BucketNotEmpty"),
        (6, &["ls", "--json", "--ca-file", "missing"], "missing"),
    ];
    for (code, arguments, words) in rows {
        let output = place.fails(code, arguments, words);
        let said = stderr(&output);
        let errors = errors(&output);
        assert!(!errors.is_empty(), "{arguments:?}");
        for error in &errors {
            assert!(error["error"].is_string(), "{arguments:?}: {said}");
            assert_eq!(error["exit_code"], code, "{arguments:?}: {said}");
        }
    }
    for (code, variables) in [
        (2, &["OSS_ENDPOINT", "OSS_REGION"][..]),
        (4, &["OSS_ACCESS_KEY_ID"]),
    ] {
        let mut command = place.command(&["ls", "--json", "oss://bucket"]);
        for variable in variables {
            command.env_remove(variable);
        }
        let output = command.output().unwrap();
        assert_eq!(errors(&output)[0]["exit_code"], code, "{variables:?}");
        assert_eq!(output.status.code(), Some(code), "{variables:?}");
    }
    // A server of one's own does not say its region.
    let mut command = place.command(&["ls", "oss://bucket"]);
    let said = stderr(&command.env_remove("OSS_REGION").output().unwrap());
    assert!(
        said.ends_with("; --region or OSS_REGION gives it\n"),
        "{said}"
    );
    // What went wrong comes first, then what to do.
    let said = stderr(&place.run(&["rb", "oss://bucket"]));
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].contains("BucketNotEmpty"), "{said}");
    assert!(lines[1].contains("-f deletes all that is in it"), "{said}");
    let mut command = place.command(&["ls", "--json", "oss://bucket"]);
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let output = command.stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(6));
    assert_eq!(errors(&output)[0]["exit_code"], 6);
    // Not asked for: the word belongs to another option, or is an argument.
    for arguments in [
        &["put", "-x", "-j", "d", "oss://bucket"][..],
        &["put", "--exclude", "--json", "d", "oss://bucket"],
        &["put", "d", "oss://bucket", "--", "--json"],
    ] {
        let output = place.run(arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).starts_with("ossctl: "), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_removed_is_an_error_like_others() {
    let place = Place::new("json-removals");
    for key in ["p/a", "p/b"] {
        place.put(key, b"x");
    }
    place.write("in/a", b"x");
    let denied = Action::Status(Status::new(403, "AccessDenied"));
    place
        .server
        .inject(Rule::new(denied).operation("DeleteObject"));
    let output = place.run(&["mv", "-r", "--json", "oss://bucket/p", "out"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = errors(&output);
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0]["doing"], "remove");
    assert_eq!(errors[0]["exit_code"], 4);
    assert_eq!(place.keys().len(), 1);
}

#[test]
fn a_closed_standard_stream_is_not_taken_by_something_else() {
    let place = Place::new("closed");
    place.put("a", b"content");
    place.put("p/good", b"content");
    place.put("p/../evil", b"content");
    let closed = |words: &str| {
        let line = format!("{} {words}", program().display());
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(&place.folder);
        shell
            .env_clear()
            .envs(environment(&place.server, Scheme::Http));
        shell.output().unwrap().status.code()
    };
    assert_eq!(closed("ls oss://bucket >&-"), Some(6));
    assert_eq!(closed("cat oss://bucket/a >&-"), Some(6));
    assert_eq!(closed("put - oss://bucket/new <&-"), Some(6));
    assert_eq!(place.stored("new"), None);
    assert_eq!(closed("get -r oss://bucket/p out 2>&- >&-"), Some(1));
    assert_eq!(place.read("out/good"), b"content");
    assert_eq!(closed("--help >/dev/full"), Some(6));
}
