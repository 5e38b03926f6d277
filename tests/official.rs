//! Alibaba Cloud's own SDKs, unchanged, against the local server: what they sign and send has to be understood, and what it
//! answers has to be what they expect of the service. The programs are in `tests/official`.

mod support;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};

use oss_local::{RequestRecord, STS_ACCESS_KEY_ID, STS_ACCESS_KEY_SECRET, STS_TOKEN, Server};
use support::official::{build_go, prepare, programs};
use support::{Scheme, environment, scratch, server, succeed};

/// Each program makes a few more checks than this.
const FEWEST_CHECKS: usize = 350;

/// So many operations of the service each program gets done, at least.
const FEWEST_OPERATIONS: usize = 90;

/// How requests name the bucket.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Addressing {
    /// `http://127.0.0.1:PORT/bucket/key`
    Path,
    /// `https://bucket.oss-cn-hangzhou.aliyuncs.com/key`, with all connections led to the local server.
    Host,
}

struct Sdk {
    name: &'static str,
    /// What its User-Agent begins with.
    agent: &'static str,
    command: fn() -> Vec<OsString>,
}

const OSS2: Sdk = Sdk {
    name: "oss2",
    agent: "aliyun-sdk-python/2.",
    command: || python("oss2"),
};

const OSS_V2: Sdk = Sdk {
    name: "oss_v2",
    agent: "alibabacloud-python-sdk-v2/",
    command: || python("oss_v2"),
};

const GO_V2: Sdk = Sdk {
    name: "go",
    agent: "alibabacloud-go-sdk-v2/",
    command: go,
};

/// A Python program with the packages of its list. They are kept from run to run as long as the list stays the same.
fn python(name: &str) -> Vec<OsString> {
    static TURN: Mutex<()> = Mutex::new(());
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let sources = programs().join("python");
    let build = sources.join("build.txt");
    let packages = sources.join(format!("{name}.txt"));
    let environment = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("official-{name}"));
    let interpreter = environment.join("bin/python");

    let wanted = [&build, &packages].map(|list| std::fs::read_to_string(list).unwrap());
    let installed = environment.join("installed");
    if std::fs::read_to_string(&installed).ok() != Some(wanted.concat()) {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&environment);
        prepare(&mut venv, "the packages python3 and python3-venv");
        // What builds the packages is pinned, too, and not fetched anew for each of them.
        for (list, isolated) in [(&build, None), (&packages, Some("--no-build-isolation"))] {
            let mut pip = Command::new(&interpreter);
            pip.args(["-m", "pip", "install", "--quiet"]).args(isolated);
            prepare(
                pip.arg("--requirement").arg(list),
                "a way to the package index",
            );
        }
        std::fs::write(installed, wanted.concat()).unwrap();
    }
    // `-B`: nothing is written beside the sources.
    let source = sources.join(format!("{name}_sdk.py"));
    vec![interpreter.into(), "-B".into(), source.into()]
}

fn go() -> Vec<OsString> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    let program = PROGRAM.get_or_init(|| build_go("go"));
    vec![program.into()]
}

/// What the programs read.
fn variables(server: &Server, addressing: Addressing, signature: &str) -> Vec<(String, String)> {
    let mut variables = environment(server, Scheme::Http);
    let mut set = |name: &str, value: &str| {
        variables.retain(|(known, _)| known != name);
        variables.push((name.to_owned(), value.to_owned()));
    };
    set("OSS_SIGNATURE", signature);
    set("STS_ACCESS_KEY_ID", STS_ACCESS_KEY_ID);
    set("STS_ACCESS_KEY_SECRET", STS_ACCESS_KEY_SECRET);
    set("STS_TOKEN", STS_TOKEN);
    if addressing == Addressing::Host {
        let region = server.region();
        set(
            "OSS_ENDPOINT",
            &format!("https://oss-{region}.aliyuncs.com"),
        );
        let port = server.https_port().expect("the server speaks HTTPS");
        set("CONNECT_TO", &port.to_string());
        let ca = server.ca_file().to_string_lossy();
        // Python's and Go's names for the same.
        set("REQUESTS_CA_BUNDLE", &ca);
        set("SSL_CERT_FILE", &ca);
    }
    variables
}

/// The program's own checks, by its output: one line each, and their number at the end.
fn assert_checked(said: &str) {
    let passed = said.lines().filter(|line| line.starts_with("ok ")).count();
    assert!(
        passed >= FEWEST_CHECKS && said.ends_with(&format!("{passed} checks passed, 0 failed\n")),
        "{said}"
    );
}

/// That it was this SDK, with this signature and this way of naming buckets.
fn assert_meant(requests: &[RequestRecord], agent: &str, signature: &str, addressing: Addressing) {
    let scheme = match signature {
        "v1" => "OSS ",
        _ => "OSS4-HMAC-SHA256 ",
    };
    let signed: Vec<_> = requests
        .iter()
        .filter(|request| request.header("authorization").is_some())
        .collect();
    assert!(signed.len() > FEWEST_CHECKS, "{} requests", signed.len());
    for request in signed {
        let is = |name, start| {
            request
                .header(name)
                .is_some_and(|text| text.starts_with(start))
        };
        assert!(
            is("authorization", scheme) && is("user-agent", agent),
            "{request:?}"
        );
        let by_host = request.host.ends_with(".aliyuncs.com") && request.tls_version.is_some();
        assert_eq!(by_host, addressing == Addressing::Host, "{request:?}");
    }
    let done: BTreeSet<&str> = requests
        .iter()
        .filter(|request| (200..300).contains(&request.status))
        .map(|request| request.operation.as_str())
        .collect();
    assert!(done.len() > FEWEST_OPERATIONS, "only {done:?}");
}

fn passes(sdk: &Sdk, signature: &str) {
    let command = (sdk.command)();
    for addressing in [Addressing::Path, Addressing::Host] {
        let server = server();
        let mut variables = variables(&server, addressing, signature);
        let scratch = scratch(&format!("{}.{signature}.{addressing:?}", sdk.name));
        variables.push(("SCRATCH".to_owned(), scratch.to_string_lossy().into_owned()));
        assert_checked(&succeed(&command, &[], &variables));
        assert_meant(&server.requests(), sdk.agent, signature, addressing);
    }
}

#[test]
fn python_oss2_with_v1() {
    passes(&OSS2, "v1");
}

#[test]
fn python_oss2_with_v4() {
    passes(&OSS2, "v4");
}

#[test]
fn python_v2_with_v1() {
    passes(&OSS_V2, "v1");
}

#[test]
fn python_v2_with_v4() {
    passes(&OSS_V2, "v4");
}

#[test]
fn go_v2_with_v1() {
    passes(&GO_V2, "v1");
}

#[test]
fn go_v2_with_v4() {
    passes(&GO_V2, "v4");
}
