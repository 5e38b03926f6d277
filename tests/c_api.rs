//! The C API from the outside: the programs below `tests/c`, compiled by the system's compiler and run against the local
//! server, plainly and under valgrind.

#[path = "c_api/processes.rs"]
mod processes;
mod support;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use oss_local::{Action, Options, RequestRecord, Rule, Server};
use support::{
    Linking, SCHEMES, Scheme, compile, environment, null_arguments, root, scratch, server, succeed,
};

const C_STANDARDS: [&str; 4] = ["c99", "c11", "c17", "c2x"];
const CXX_STANDARDS: [&str; 4] = ["c++11", "c++14", "c++17", "c++20"];

/// A program below `tests/c`.
fn program(source: &str) -> PathBuf {
    let standard = if source.ends_with(".cpp") {
        "c++11"
    } else {
        "c99"
    };
    compile(&format!("tests/c/{source}"), standard, Linking::Shared)
}

/// How programs are run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Plain(Scheme),
    Valgrind(Scheme),
}

const WAYS: [Way; 4] = [
    Way::Plain(Scheme::Http),
    Way::Plain(Scheme::Https),
    Way::Valgrind(Scheme::Http),
    Way::Valgrind(Scheme::Https),
];

impl Way {
    fn scheme(self) -> Scheme {
        match self {
            Way::Plain(scheme) | Way::Valgrind(scheme) => scheme,
        }
    }

    /// The words that run a program this way.
    fn command(self, program: PathBuf) -> Vec<OsString> {
        let mut command = match self {
            Way::Plain(_) => return support::platform::command(program),
            Way::Valgrind(scheme) => support::valgrind(scheme),
        };
        command.push(program.into());
        command
    }
}

/// The words that run a program below `tests/c`.
fn started(source: &str) -> Vec<OsString> {
    support::platform::command(program(source))
}

/// The ways to run programs here: valgrind knows those of this platform alone.
fn ways() -> &'static [Way] {
    match support::platform::platform() {
        Some(_) => &WAYS[..2],
        None => &WAYS,
    }
}

/// Runs a program every way there is, each time against a server of its own. `prepare` sees that server before, `look`
/// after it.
fn run_every_way(
    source: &str,
    arguments: &[&str],
    prepare: impl Fn(&Server),
    look: impl Fn(&Server),
) {
    for &way in ways() {
        let server = server();
        prepare(&server);
        succeed(
            &way.command(program(source)),
            arguments,
            &environment(&server, way.scheme()),
        );
        look(&server);
    }
}

fn nothing(_: &Server) {}

/// A name and value for [`succeed`].
fn variable(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn header_compiles_alone_and_twice() {
    let directory = scratch("header");
    let sources = [
        ("alone", "#include <oss.h>\nint unit = OSS_OK;\n"),
        (
            "twice",
            "#include <oss.h>\n#include <oss.h>\nint unit = OSS_OK;\n",
        ),
    ];
    // gcc has to be there; clang is asked as well where it is.
    let mut compilers = vec![("gcc", "g++")];
    if support::is_installed("clang") {
        compilers.push(("clang", "clang++"));
    }
    for (c, cxx) in compilers {
        for (name, text) in sources {
            for (compiler, suffix, standards) in
                [(c, "c", C_STANDARDS), (cxx, "cpp", CXX_STANDARDS)]
            {
                let source = directory.join(format!("{name}.{suffix}"));
                std::fs::write(&source, text).unwrap();
                for standard in standards {
                    support::check_syntax(compiler, compiler, standard, &source);
                }
            }
        }
        let bad = directory.join("bad.c");
        std::fs::write(&bad, "#include <oss.h>\nint unit = OSS_NO_SUCH_STATUS;\n").unwrap();
        assert!(
            std::panic::catch_unwind(|| support::check_syntax(c, c, "c99", &bad)).is_err(),
            "{c} accepts everything, so this test proves nothing"
        );
    }
}

/// The functions that a C source calls or declares: `oss_` names with a parenthesis after them.
fn functions_in(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    for (at, _) in text.match_indices("oss_") {
        if text[..at].ends_with(is_name) {
            continue;
        }
        let name: String = text[at..].chars().take_while(|&c| is_name(c)).collect();
        if text[at + name.len()..].starts_with('(') {
            found.insert(name);
        }
    }
    found
}

#[test]
fn every_function_answers_bad_arguments() {
    let symbols = std::fs::read_to_string(root().join("tests/symbols.txt")).unwrap();
    let source = null_arguments();
    let used = functions_in(&source);
    let forgotten: Vec<&str> = symbols
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(name, _)| name)
        .filter(|name| !used.contains(*name))
        .collect();
    assert!(
        forgotten.is_empty(),
        "tests/c/null_*.* do not try {forgotten:?}"
    );
    run_every_way("null_args.c", &[], nothing, |server| {
        let seen = server.requests();
        assert!(seen.is_empty(), "something was sent: {seen:?}");
    });
}

/// Headers that have setters arrive as the service has them.
#[test]
fn everyday_headers() {
    run_every_way("everyday.c", &[], nothing, |server| {
        let requests = server.requests();
        let put = requests
            .iter()
            .find(|request| request.method == "PUT" && request.target.contains("a.txt"))
            .expect("no PutObject");
        for (name, value) in [
            ("content-type", "text/x-a"),
            ("cache-control", "no-cache"),
            ("content-disposition", "attachment"),
            ("x-oss-object-acl", "public-read"),
            ("x-oss-storage-class", "IA"),
            ("x-oss-meta-author", "me"),
            ("x-oss-tagging", "a%20b=c%3Dd&e="),
            ("x-oss-server-side-encryption", "AES256"),
            ("x-oss-forbid-overwrite", "true"),
            ("x-oss-traffic-limit", "819200"),
        ] {
            assert_eq!(put.header(name), Some(value), "{name}");
        }
    });
}

/// Both signatures.
#[test]
fn objects() {
    let directory = scratch("objects");
    for (version, algorithm) in [("1", "OSS "), ("4", "OSS4-HMAC-SHA256 ")] {
        for &way in ways() {
            if (version, way) == ("1", Way::Valgrind(Scheme::Https)) {
                continue; // V1 has been through valgrind, and so has TLS.
            }
            let server = server();
            let mut variables = environment(&server, way.scheme());
            variables.push(variable("OSS_SIGNATURE_VERSION", version));
            succeed(
                &way.command(program("objects.c")),
                &["objects", directory.to_str().unwrap()],
                &variables,
            );
            let requests = server.requests();
            assert!(!requests.is_empty());
            for request in requests {
                let signature = request.header("authorization").unwrap_or_default();
                assert!(signature.starts_with(algorithm), "{request:?}");
                let encrypted = request.tls_version.is_some();
                assert_eq!(encrypted, way.scheme() == Scheme::Https, "{request:?}");
            }
        }
    }
}

/// The bucket in the host's name, as with the service itself.
#[test]
fn objects_at_virtual_hosts() {
    let directory = scratch("virtual-hosts");
    for scheme in SCHEMES {
        let server = server();
        let (prefix, port) = match scheme {
            Scheme::Http => ("http", server.http_port()),
            Scheme::Https => ("https", server.https_port().unwrap()),
        };
        let mut variables = environment(&server, scheme);
        let host = "oss-cn-hangzhou.aliyuncs.com";
        variables.push(variable(
            "OSS_ENDPOINT",
            &format!("{prefix}://{host}:{port}"),
        ));
        variables.push(variable("OSS_RESOLVE", "127.0.0.1"));
        succeed(
            &started("objects.c"),
            &["objects", directory.to_str().unwrap()],
            &variables,
        );
        let mut hosts: Vec<String> = server.requests().into_iter().map(|r| r.host).collect();
        hosts.sort();
        hosts.dedup();
        assert_eq!(
            hosts,
            [format!("objects.{host}:{port}"), format!("{host}:{port}")]
        );
    }
}

#[test]
fn errors() {
    run_every_way("errors.c", &["errors"], nothing, nothing);
}

#[test]
fn readers_do_not_disturb_readers() {
    run_every_way("readers.c", &["readers"], nothing, nothing);
}

#[test]
fn log_function_is_left_when_it_is_changed() {
    let server = server();
    let variables = environment(&server, Scheme::Http);
    succeed(&started("log.c"), &["log"], &variables);
}

#[test]
fn calls_remember_what_they_should() {
    let file = scratch("remembers").join("file");
    for scheme in SCHEMES {
        let server = server();
        let cut = Action::CutBody {
            after_bytes: 0,
            reset: false,
        };
        server.inject(
            Rule::new(cut)
                .key_prefix("cut")
                .method("GET")
                .times(u32::MAX),
        );
        let unavailable = Action::Status(oss_local::Status::new(503, "ServiceUnavailable"));
        server.inject(
            Rule::new(unavailable)
                .key_prefix("unavailable")
                .times(u32::MAX),
        );
        let unavailable = Action::Status(oss_local::Status::new(503, "ServiceUnavailable"));
        server.inject(
            Rule::new(unavailable)
                .query_contains("marker=")
                .times(u32::MAX),
        );
        let reset = Action::Reset { after_bytes: 0 };
        server.inject(
            Rule::new(reset)
                .query_contains("continuation-token")
                .times(u32::MAX),
        );
        succeed(
            &started("remembers.c"),
            &["remembers", file.to_str().unwrap()],
            &environment(&server, scheme),
        );
    }
}

#[test]
fn a_step_leaves_nothing_of_an_earlier_one() {
    let prepare = |server: &Server| {
        let denied = Action::Status(oss_local::Status::new(403, "AccessDenied"));
        server.inject(Rule::new(denied).query_contains("continuation-token"));
    };
    run_every_way("steps.c", &["steps"], prepare, |server| {
        for (key, id) in [("/with-id", Some("key-id")), ("/without-id", None)] {
            let requests = server.requests();
            let mut puts = requests.iter().filter(|one| one.target.ends_with(key));
            let put = puts.next().expect("no PutObject");
            let name = "x-oss-server-side-encryption";
            assert_eq!(put.header(name), Some("KMS"), "{key}");
            assert_eq!(put.header(&format!("{name}-key-id")), id, "{key}");
        }
    });
}

#[test]
fn wrong_handles_are_refused() {
    succeed(&started("wrong_handles.c"), &["freed"], &[]);
    let command = Way::Valgrind(Scheme::Http).command(program("wrong_handles.c"));
    succeed(&command, &[], &[]);
}

#[test]
fn environment_is_read_when_a_handle_is_made() {
    succeed(&started("environment.c"), &[], &[]);
}

#[test]
fn callbacks() {
    let prepare = |server: &Server| {
        for key in ["again-without", "again-with", "again-stays", "again-ended"] {
            let refusal = Action::Status(oss_local::Status::new(503, "ServiceUnavailable"));
            server.inject(Rule::new(refusal).key_prefix(key));
        }
    };
    run_every_way("callbacks.c", &["callbacks"], prepare, nothing);
}

#[test]
fn transfers() {
    run_every_way("transfers.c", &["transfers"], nothing, nothing);
    let server = server();
    let variables = environment(&server, Scheme::Http);
    succeed(&started("transfers.c"), &["fork"], &variables);
}

#[test]
fn credentials() {
    run_every_way("credentials.c", &["credentials"], nothing, nothing);
}

#[test]
fn names_that_are_found_late() {
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    let endpoint = format!("http://oss-cn-hangzhou.aliyuncs.com:{}", server.http_port());
    variables.retain(|(name, _)| name != "OSS_ENDPOINT");
    variables.push(variable("OSS_ENDPOINT", &endpoint));
    variables.push(support::preload(
        "tests/c/slow_names.c",
        &scratch("late-names"),
    ));
    succeed(&started("late_names.c"), &["late-names"], &variables);
}

#[test]
fn cplusplus() {
    run_every_way("cpp.cpp", &["cpp"], nothing, nothing);
}

/// The first program that people try, with either kind of library, plainly and under valgrind.
#[test]
fn quickstart() {
    let directory = scratch("quickstart");
    let files = [
        ("small.txt", b"a few words\n".to_vec()),
        ("empty", Vec::new()),
        (
            "larger.bin",
            (0..3_000_000u32).map(|i| (i % 251) as u8).collect(),
        ),
    ];
    let paths = files.map(|(name, content)| {
        let path = directory.join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let paths = paths.each_ref().map(String::as_str);
    for linking in [Linking::Shared, Linking::Static] {
        let program = compile("examples/c/quickstart.c", "c99", linking);
        for &way in ways() {
            if (linking, way) == (Linking::Static, Way::Valgrind(Scheme::Https)) {
                continue; // The same code has been through valgrind as a shared library.
            }
            let server = server();
            let mut variables = environment(&server, way.scheme());
            variables.push(variable("OSS_BUCKET", "quickstart"));
            let said = succeed(&way.command(program.clone()), &paths, &variables);
            for words in [
                "PutBucket",
                "larger.bin",
                "3000000 bytes",
                "the same 0 bytes",
                "the same 12 bytes",
                "the same 3000000 bytes",
                "100 %",
                "DeleteBucket",
                "request id",
            ] {
                assert!(said.contains(words), "no {words:?} in:\n{said}");
            }
        }
    }
}

/// What goes wrong is said, and the exit status says that it did.
#[test]
fn quickstart_fails_loudly() {
    let program = compile("examples/c/quickstart.c", "c99", Linking::Shared);
    let server = server();
    let mut variables = environment(&server, Scheme::Http);
    variables.push(variable("OSS_BUCKET", "quickstart"));
    for (change, argument, words) in [
        (None, "/nowhere/file", "/nowhere/file"),
        (None, "/etc/hostname", "this bucket exists"),
        (
            Some(("OSS_ACCESS_KEY_SECRET", "wrong")),
            "/etc/hostname",
            "SignatureDoesNotMatch",
        ),
        (
            Some(("OSS_ACCESS_KEY_ID", "")),
            "/etc/hostname",
            "OSS_ACCESS_KEY_ID",
        ),
        (Some(("OSS_BUCKET", "No Bucket")), "/etc/hostname", "bucket"),
    ] {
        let mut variables = variables.clone();
        variables.extend(change.map(|(name, value)| variable(name, value)));
        let output = support::run(&[&program], &[argument], &variables);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "no {words:?} in {said}");
    }
}

/// Whole directories, with their report and callbacks.
#[test]
fn directories() {
    let folder = scratch("directories");
    std::fs::create_dir_all(folder.join("in/d")).unwrap();
    std::fs::write(folder.join("in/a"), "abc").unwrap();
    std::fs::write(folder.join("in/d/b"), "defgh").unwrap();
    std::os::unix::fs::symlink("a", folder.join("in/link")).unwrap();
    let out = folder.join("out");
    let prepare = |_: &Server| {
        let _ = std::fs::remove_dir_all(&out);
    };
    let look = |_: &Server| {
        assert!(!out.join("a").exists() && !folder.join("evil").exists());
        assert_eq!(std::fs::read(out.join("d/b")).unwrap(), b"defgh");
    };
    let path = folder.to_str().unwrap();
    run_every_way("directories.c", &[path, "1"], prepare, look);
    // Valgrind takes what the standard library keeps of the main thread, once it has started others, for lost.
    let server = server();
    prepare(&server);
    let command = Way::Plain(Scheme::Http).command(program("directories.c"));
    succeed(&command, &[path, "3"], &environment(&server, Scheme::Http));
    look(&server);
}

/// Valgrind finds what it should: a program that leaks, and one that reads what it freed, do not pass.
#[test]
fn valgrind_finds_mistakes() {
    let directory = scratch("mistakes");
    for (name, body) in [
        ("leak", "for (int i = 0; i < 10; i++) oss_call_new();"),
        (
            "use-after-free",
            "oss_config *config = oss_config_new(); oss_config_free(config); return oss_config_error(config)[0];",
        ),
    ] {
        let source = directory.join(name).with_extension("c");
        let text = format!("#include <oss.h>\nint main(void) {{ {body} return 0; }}\n");
        std::fs::write(&source, text).unwrap();
        let program = compile(source.to_str().unwrap(), "c99", Linking::Shared);
        for scheme in SCHEMES {
            let command = Way::Valgrind(scheme).command(program.clone());
            let output = support::run(&command, &[], &[]);
            assert_eq!(output.status.code(), Some(97), "{name}: {output:?}");
        }
    }
}
