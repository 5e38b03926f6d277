//! The lines for Node, Go v1 and Java of the table of clients in the local server's README, as `official.rs` and
//! `browser.rs` run theirs: each client is pointed at the server as its line says, and does with both signatures what most
//! programs do.

mod support;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::official::{build_go, prepare, programs};
use support::{Scheme, environment, is_installed, not_checked, scratch, server, succeed};

/// Where a client is built or unpacked, anew when the list of what it consists of has changed.
fn made_of(name: &str, list: &Path, make: impl FnOnce(&Path)) -> PathBuf {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("client-{name}"));
    let mark = place.join("made-of");
    let wanted = std::fs::read(list).unwrap();
    if std::fs::read(&mark).ok().as_ref() != Some(&wanted) {
        let _ = std::fs::remove_dir_all(&place);
        std::fs::create_dir_all(&place).unwrap();
        make(&place);
        std::fs::write(mark, wanted).unwrap();
    }
    place
}

/// The program says `ok` for each check and counts them in the end; `agent` is what it calls itself.
fn passes(name: &str, command: &[OsString], more: &[(&str, &Path)], checks: usize, agent: &str) {
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    let scratch = scratch(&format!("client-{name}"));
    for (name, path) in more.iter().copied().chain([("SCRATCH", scratch.as_path())]) {
        let path = path.to_string_lossy().into_owned();
        variables.push((name.to_owned(), path));
    }
    let said = succeed(command, &[], &variables);
    let passed = said.lines().filter(|line| line.starts_with("ok ")).count();
    let end = format!("{checks} checks passed, 0 failed\n");
    assert!(passed == checks && said.ends_with(&end), "{said}");
    let requests = server.requests();
    for scheme in ["OSS ", "OSS4-HMAC-SHA256 "] {
        let signed = requests.iter().filter(|request| {
            let is = |header, start| {
                request
                    .header(header)
                    .is_some_and(|text| text.starts_with(start))
            };
            is("authorization", scheme) && is("user-agent", agent)
        });
        assert!(signed.count() > checks / 2, "{scheme}: {requests:?}");
    }
}

#[test]
fn node() {
    let sources = programs().join("node");
    let lock = sources.join("package-lock.json");
    let place = made_of("node", &lock, |place| {
        for file in ["package.json", "package-lock.json"] {
            std::fs::copy(sources.join(file), place.join(file)).unwrap();
        }
        let mut npm = Command::new("npm");
        npm.args([
            "ci",
            "--silent",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]);
        prepare(npm.current_dir(place), "npm and a way to its registry");
    });
    let command = ["node".into(), sources.join("client.js").into()];
    let modules = place.join("node_modules");
    let more = [("NODE_PATH", modules.as_path())];
    passes("node", &command, &more, 18, "aliyun-sdk-nodejs/");
}

#[test]
fn go_v1() {
    passes("go1", &[build_go("go1").into()], &[], 18, "aliyun-sdk-go/");
}

/// Maven, which brings much along, is not installed for this: where it is not, or has no way to its repository, this says so.
#[test]
fn java() {
    const CLIENT: &str = "the official client for Java with the local server";
    if !["mvn", "javac"].into_iter().all(is_installed) {
        return not_checked(&format!("{CLIENT}: it needs Maven and a JDK"));
    }
    let sources = programs().join("java");
    let pom = sources.join("pom.xml");
    let mut far = None;
    let place = made_of("java", &pom, |place| {
        let mut maven = Command::new("mvn");
        maven
            .args([
                "--quiet",
                "--batch-mode",
                "dependency:build-classpath",
                "--file",
            ])
            .arg(&pom)
            .arg(format!(
                "-Dmaven.repo.local={}",
                place.join("repository").display()
            ))
            .arg(format!(
                "-Dmdep.outputFile={}",
                place.join("classpath").display()
            ));
        let output = maven.current_dir(place).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let away = ["Could not transfer", "Unknown host", "Connect to"];
        if !output.status.success() {
            assert!(
                away.iter().any(|words| said.contains(words)),
                "{maven:?}: {said}"
            );
            far = Some(said);
        }
    });
    if let Some(said) = far {
        std::fs::remove_dir_all(&place).unwrap();
        return not_checked(&format!("{CLIENT}: Maven reaches no repository: {said}"));
    }
    let classpath = std::fs::read_to_string(place.join("classpath")).unwrap();
    let command = [
        "java".into(),
        "-cp".into(),
        classpath.trim().into(),
        sources.join("Client.java").into(),
    ];
    passes("java", &command, &[], 18, "aliyun-sdk-java/");
}
