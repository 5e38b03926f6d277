//! The command line program of `examples/c/ossctl`, built and run against the local server: every command, standard input
//! and output, JSON, exit codes, deletions, and going on after it was killed.
#![cfg(unix)]

mod commands;
mod errors;
mod interrupted;
mod moved;
mod objects;
mod several;
#[path = "../support/mod.rs"]
mod support;
mod sync;
mod versions;

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use alioss::{Bucket, Options};
use oss_local::{Action, Rule, Server, Status};
use support::{Scheme, environment, library, root, rpath, scratch, server, tool};

/// The program, compiled once.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = library().directory.join("ossctl");
        let mut arguments: Vec<OsString> = [
            "-std=c99",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
            "-g",
            "-pthread",
            "-I",
        ]
        .map(OsString::from)
        .into();
        arguments.push(root().join("include").into());
        let sources = fs::read_dir(root().join("examples/c/ossctl")).unwrap();
        let sources = sources.map(|entry| entry.unwrap().path());
        arguments.extend(
            sources
                .filter(|path| path.extension().is_some_and(|ext| ext == "c"))
                .map(OsString::from),
        );
        arguments.push("-o".into());
        arguments.push(program.clone().into());
        arguments.push(support::joined("-L", &library().directory));
        arguments.extend([OsString::from("-lalioss"), rpath()]);
        tool("cc", "gcc", &arguments);
        program
    })
}

/// A server with the bucket `b`, and a folder to work in.
struct Place {
    server: Server,
    folder: PathBuf,
    bucket: Bucket,
}

impl Place {
    fn new(name: &str) -> Place {
        let server = server();
        let folder = scratch(name);
        let bucket = Bucket::new(&support::config(&server.endpoint()), "bucket").unwrap();
        bucket.put_bucket(&Options::new()).unwrap();
        Place {
            server,
            folder,
            bucket,
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program());
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear();
        command.envs(environment(&self.server, Scheme::Http));
        command.env("HOME", &self.folder);
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs it with something on standard input.
    fn feed(&self, arguments: &[&str], input: &[u8]) -> Output {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // One that refuses does not read it.
        let _ = child.stdin.take().unwrap().write_all(input);
        child.wait_with_output().unwrap()
    }

    /// Runs it; what it printed, if it ended with that code.
    fn ends(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it; it fails with that code, and says these words.
    fn fails(&self, code: i32, arguments: &[&str], words: &str) -> Output {
        let output = self.run(arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        assert!(said.contains(words), "{arguments:?}: {said}");
        output
    }

    fn ok(&self, arguments: &[&str]) -> String {
        self.ends(0, arguments)
    }

    /// Runs it with --json; all objects that it printed.
    fn json(&self, arguments: &[&str]) -> Vec<serde_json::Value> {
        let mut all = arguments.to_vec();
        all.push("--json");
        let printed = self.ok(&all);
        let parse =
            |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        printed.lines().map(parse).collect()
    }

    fn write(&self, name: &str, content: &[u8]) {
        let path = self.folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(name)).unwrap()
    }

    fn put(&self, key: &str, content: &[u8]) {
        self.bucket
            .put_object(key, content, &Options::new())
            .unwrap();
    }

    fn stored(&self, key: &str) -> Option<Vec<u8>> {
        use std::io::Read;
        let mut content = Vec::new();
        let mut object = self.bucket.get_object(key, &Options::new()).ok()?;
        object.read_to_end(&mut content).unwrap();
        Some(content)
    }

    fn keys(&self) -> Vec<String> {
        let lines = self.json(&["ls", "-r", "oss://bucket"]);
        let key = |line: &serde_json::Value| line["key"].as_str().unwrap().to_owned();
        lines.iter().map(key).collect()
    }
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How often the service did that.
fn count(place: &Place, operation: &str) -> usize {
    let requests = place.server.requests();
    let all = requests.iter();
    all.filter(|request| request.operation == operation && !request.injected)
        .count()
}
