//! The Go binding: formatted, vetted, checked by staticcheck, tested plainly, under the race detector and under the checks for
//! pointers and lifetimes, built in every way it can be, also as a module from outside, its examples and what its page shows
//! run, and all conformance scenarios carried out with it.

#[path = "go/page.rs"]
mod page;
mod peer;
mod support;

// This test uses its part of the driver.
#[allow(dead_code)]
#[path = "conformance/driver/mod.rs"]
mod driver;

use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use driver::Runner;
use oss_local::Server;
use support::{Scheme, library, root, scratch, server};

/// Names directories of cargo's that may hold a library of an earlier build, and would go before the run path of a program.
const CARGOS_DIRECTORIES: &str = "LD_LIBRARY_PATH";

/// The oldest Go that knows range over functions.
const OLDEST: (u32, u32) = (1, 23);

const RUNNERS: [Runner; 1] = [Runner {
    name: "go",
    command: conformance,
}];

fn binding() -> PathBuf {
    root().join("bindings/go")
}

fn examples() -> PathBuf {
    root().join("examples/go")
}

/// Where pkg-config and the linker find the library that cargo built for this test, as if it were installed.
fn installed() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let directory = scratch("installed");
        let library = library();
        for name in ["libalioss.so", "libalioss.so.0"] {
            std::os::unix::fs::symlink(&library.shared, directory.join(name)).unwrap();
        }
        std::os::unix::fs::symlink(&library.archive, directory.join("libalioss.a")).unwrap();
        let pc = format!(
            "Name: alioss\nDescription: as cargo built it\nVersion: {}\nCflags: -I{}\n\
             Libs: -L{directory} -lalioss -Wl,-rpath,{directory}\nLibs.private: {}\n",
            env!("CARGO_PKG_VERSION"),
            root().join("include").display(),
            support::STATIC_LIBRARIES.join(" "),
            directory = directory.display(),
        );
        std::fs::write(directory.join("alioss.pc"), pc).unwrap();
        directory
    })
}

/// A tool of Go, in `directory`, with the library in its reach.
fn go(program: &str, directory: &Path) -> Command {
    static CHECKED: OnceLock<()> = OnceLock::new();
    CHECKED.get_or_init(check_tools);
    let mut command = Command::new(program);
    command
        .current_dir(directory)
        .env("PKG_CONFIG_PATH", installed())
        // What is here is what is tested: nothing is fetched.
        .env("GOTOOLCHAIN", "local")
        .env("GOPROXY", "off")
        .env("CGO_ENABLED", "1")
        .env_remove(CARGOS_DIRECTORIES)
        .env_remove("GOFLAGS")
        .env_remove("GOEXPERIMENT")
        .stdin(Stdio::null());
    command
}

fn check_tools() {
    let output = Command::new("go")
        .args(["env", "GOVERSION"])
        .env("GOTOOLCHAIN", "local")
        .current_dir(std::env::temp_dir())
        .output()
        .unwrap_or_else(|error| {
            panic!("cannot run go: {error}; install Go 1.23 or newer from https://go.dev/dl (Debian: golang-go)")
        });
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let mut numbers = text.trim_start_matches("go").split('.').map(|number| {
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().unwrap_or(0)
    });
    let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    assert!(
        version >= OLDEST,
        "Go 1.23 or newer is needed, and go is {text:?}; install it from https://go.dev/dl"
    );
    assert!(
        support::is_installed("pkg-config"),
        "cannot run pkg-config; install the package pkg-config"
    );
}

/// Builds and tests with clocks in them come one after the other, so that they do not slow each other down.
fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a command; panics with all it said unless it ends well. What it printed.
fn succeed(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        .output()
        .unwrap_or_else(|error| panic!("cannot run {command:?}: {error}"));
    let (stdout, stderr) = (
        String::from_utf8_lossy(&stdout).into_owned(),
        String::from_utf8_lossy(&stderr).into_owned(),
    );
    assert!(
        status.success(),
        "{command:?} ended with {status}\n{stdout}{stderr}"
    );
    stdout
}

/// Runs `go test` with these flags and variables against a server of its own.
fn go_test(flags: &[&str], variables: &[(&str, &str)]) {
    let _turn = alone();
    let server = server();
    let out = succeed(
        go("go", &binding())
            .args(["test", "-count=1", "-v", "-timeout=20m"])
            .args(flags)
            .arg(".")
            .envs(variables.iter().copied())
            .env("OSS_TEST_ENDPOINT", server.endpoint())
            .env("OSS_TEST_HTTPS_ENDPOINT", server.https_endpoint())
            .env("OSS_TEST_CA_FILE", server.ca_file()),
    );
    assert!(out.contains("--- PASS"), "no test was run:\n{out}");
    assert!(!out.contains("--- SKIP"), "tests were skipped:\n{out}");
}

#[test]
fn go_is_formatted() {
    let unformatted = succeed(go("gofmt", root()).arg("-l").args([
        binding(),
        examples(),
        root().join("tests/official/go"),
        root().join("tests/bench/sdks"),
    ]));
    assert_eq!(unformatted, "", "run gofmt -w on these");
}

#[test]
fn go_vet() {
    let _turn = alone();
    for tags in ["", "ossdebug", "static", "repo"] {
        succeed(go("go", &binding()).args(["vet", "-tags", tags, "./..."]));
    }
    succeed(go("go", &examples()).args(["vet", "./..."]));
}

/// What Go says where the module proxy is out of reach.
const OFFLINE: [&str; 8] = [
    "dial tcp",
    "i/o timeout",
    "module lookup disabled",
    "connection reset",
    "TLS handshake timeout",
    "x509: ",
    "403 Forbidden",
    ": 50",
];

/// Where the module proxy is out of reach, there is no tool, and this says so aloud.
#[test]
fn go_staticcheck() {
    const TOOL: &str = "honnef.co/go/tools/cmd/staticcheck@2025.1.1";
    let _turn = alone();
    let tools = scratch("tools");
    let fetched = go("go", &tools)
        .args(["install", TOOL])
        .env("GOBIN", &tools)
        .env_remove("GOPROXY")
        .output()
        .unwrap();
    if !fetched.status.success() {
        let reason = String::from_utf8_lossy(&fetched.stderr);
        assert!(
            OFFLINE.iter().any(|offline| reason.contains(offline)),
            "{TOOL} cannot be installed: {reason}"
        );
        // Not by a macro, whose words are kept back from those who run the tests; tests/run repeats it.
        let said = format!("\nNOT CHECKED by {TOOL}, which cannot be fetched: {reason}\n");
        std::io::stderr().write_all(said.as_bytes()).unwrap();
        return;
    }
    let tool = tools.join("staticcheck");
    let tool = tool.to_str().unwrap();
    succeed(go(tool, &binding()).args(["-tags", "ossdebug", "./..."]));
    succeed(go(tool, &binding()).arg("./..."));
    succeed(go(tool, &examples()).arg("./..."));
}

#[test]
fn go_tests() {
    go_test(&[], &[]);
}

#[test]
fn go_tests_with_race_detector() {
    go_test(&["-race"], &[]);
}

#[test]
fn go_tests_with_pointer_checks() {
    go_test(&[], &[("GOEXPERIMENT", "cgocheck2")]);
}

/// Named versions that there is no memory for are not a wish for the latest ones.
#[test]
fn go_deletes_nothing_without_memory() {
    const PROGRAM: &str = r#"
#include <stdlib.h>
static int left;
static void *scarce(size_t size) { return left-- > 0 ? malloc(size) : NULL; }
#define malloc scarce
#include "operations.c"

oss_status ossgo_finish(oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    (void)call, (void)outcome;
    return status;
}
oss_status ossgo_signed(oss_status status, oss_call *call, ossgo_outcome *outcome)
{
    return ossgo_finish(status, call, outcome);
}
oss_status ossgo_no_memory(ossgo_outcome *outcome)
{
    (void)outcome;
    return OSS_NO_MEMORY;
}

int main(void)
{
    oss_config *config = oss_config_new();
    /* Nobody listens there: what is sent ends with another status. */
    oss_config_set_endpoint(config, "http://127.0.0.1:1");
    oss_config_set_region(config, "cn-hangzhou");
    oss_config_set_attempts(config, 1);
    oss_config_set_credentials_from(config, "anonymous");
    oss_bucket *bucket = oss_bucket_new(config, "examplebucket");
    for (int memory = 0; memory <= 2; memory++) {
        oss_call *call = oss_call_new();
        ossgo_outcome outcome = {0};
        oss_status expected = memory < 2 ? OSS_NO_MEMORY : OSS_NETWORK;
        left = memory;
        if (ossgo_delete_multiple_objects(bucket, "key", "version", 1, 0, 0, call, &outcome) != expected)
            return 10 + memory;
        left = memory;
        if (ossgo_put_object_tagging(bucket, "key", "name", "", 1, 0, call, &outcome) != expected)
            return 20 + memory;
        oss_call_free(call);
    }
    oss_bucket_free(bucket);
    oss_config_free(config);
    return 0;
}
"#;
    let directory = scratch("memory");
    let (source, program) = (directory.join("memory.c"), directory.join("memory"));
    std::fs::write(&source, PROGRAM).unwrap();
    let mut compile = Command::new("cc");
    compile
        .arg("-I")
        .arg(binding())
        .arg("-I")
        .arg(root().join("include"));
    compile.arg(&source).arg("-o").arg(&program);
    compile.arg("-L").arg(installed()).arg("-lalioss");
    compile.arg(format!("-Wl,-rpath,{}", installed().display()));
    succeed(&mut compile);
    succeed(&mut Command::new(&program));
}

/// The collector runs before each use of a handle, and what nobody closes has to be freed.
#[test]
fn go_tests_with_eager_collector() {
    go_test(&["-tags", "ossdebug"], &[]);
}

/// Builds a program of the examples.
fn example(name: &str, tags: &str) -> PathBuf {
    let program = installed().join(format!("{name}{tags}"));
    succeed(
        go("go", &examples())
            .args(["build", "-tags", tags, "-o"])
            .arg(&program)
            .arg(format!("./{name}")),
    );
    program
}

/// A program with exactly the variables that examples read.
fn examples_command(program: &Path, server: &Server) -> Command {
    let mut command = Command::new(program);
    command
        .env_clear()
        .envs(support::environment(server, Scheme::Http))
        .env("OSS_BUCKET", "go-examples");
    command
}

#[test]
fn go_examples() {
    let _turn = alone();
    let server = server();
    let directory = scratch("examples");
    let config = support::config(&server.endpoint());
    let bucket = alioss::Bucket::new(&config, "go-examples").unwrap();
    bucket.put_bucket(&Default::default()).unwrap();

    // The same program, however it is linked; the archive leaves nothing to be loaded.
    let shared = example("quickstart", "");
    let archived = example("quickstart", "static");
    for program in [&shared, &archived] {
        let out = succeed(&mut examples_command(program, &server));
        assert!(
            out.contains("stored, ETag \"") && out.ends_with("fetched hello\n"),
            "{out}"
        );
        assert!(
            out.contains("listed quickstart/greeting.txt 6 bytes\n"),
            "{out}"
        );
    }
    let needs = |program: &Path| {
        support::tool(
            "readelf",
            "binutils",
            &[OsString::from("-d"), program.into()],
        )
        .contains("libalioss")
    };
    assert!(needs(&shared), "the shared library is not linked");
    assert!(!needs(&archived), "the static program needs libalioss.so");

    let out = succeed(&mut examples_command(&example("init_options", ""), &server));
    assert!(
        out.starts_with("not found: true\nrefused: oss: `attempts`: 1000 is out of range"),
        "{out}"
    );

    let content: Vec<u8> = (0..3_000_017_u32)
        .map(|index| (index % 251) as u8)
        .collect();
    let (from, to) = (directory.join("from"), directory.join("to"));
    std::fs::write(&from, &content).unwrap();
    // Through a pipe, so that nobody knows the length.
    let out = succeed(
        examples_command(Path::new("/bin/sh"), &server)
            .args(["-c", "/bin/cat \"$1\" | \"$2\" content", "sh"])
            .arg(&from)
            .arg(example("stream_upload", "")),
    );
    assert!(out.starts_with("stored, CRC-64 "), "{out}");
    let out = succeed(
        examples_command(&example("download_progress", ""), &server)
            .arg("content")
            .arg(&to),
    );
    assert!(
        out.contains("3000017 of 3000017 bytes\nstored on 2"),
        "{out}"
    );
    assert!(
        std::fs::read(&to).unwrap() == content,
        "another file came back"
    );
}

/// The runner of the conformance scenarios.
fn conformance() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| {
        let program = installed().join("conformance-go");
        succeed(
            go("go", &binding())
                .args(["build", "-o"])
                .arg(&program)
                .arg("./conformance"),
        );
        program
    });
    // The driver starts programs as they are.
    ["env", "-u", CARGOS_DIRECTORIES]
        .map(OsString::from)
        .into_iter()
        .chain([program.into()])
        .collect()
}

#[test]
fn go_conformance() {
    let _turn = alone();
    driver::run_all(&RUNNERS, "go");
}

#[test]
fn go_conformance_of_defaults_that_take_a_minute() {
    let _turn = alone();
    driver::run_slow(&RUNNERS);
}
